"""From a callback to its row in the inbox.

The long connection has no acknowledgements and WeCom sends nothing twice, so what cannot be made
durable is tried again here for a while; after that its sender is told to send it again.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence

import structlog

from bot.channels.wecom_bot.frames import MESSAGE, RESPOND, Frame
from bot.channels.wecom_bot.link import Link
from bot.channels.wecom_bot.speech import build_reply
from bot.channels.wecom_bot.wire import Ignored, is_farewell, read_callback
from bot.events import CardClicked, PersonEntered
from bot.port import Accept, Inbound
from core.errors import OutsideError, Untrusted
from core.ports import Clock

log = structlog.get_logger(__name__)

MAX_WAITING = 200
"""Callbacks read but not yet durable; beyond it the socket is not read any further."""
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
ACCEPT_S = 10.0

OnRefused = Callable[[str], None]
"""Told the reason (one word) of every callback that had no effect."""


class Intake:
    """Takes callbacks of any number of links; one person's stay in their order.

    `apology` are the words for somebody whose message was lost.
    """

    def __init__(
        self,
        accept: Accept,
        *,
        clock: Clock,
        on_refused: OnRefused,
        apology: str,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        self._accept = accept
        self._clock = clock
        self._on_refused = on_refused
        self._apology = apology
        self._pauses_s = pauses_s
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(MAX_WAITING)

    async def take(self, link: Link, frame: Frame) -> bool:
        """Deal with one callback; true when another connection has taken the bot over."""
        if is_farewell(frame):
            return True
        try:
            inbound = read_callback(frame)
        except Untrusted as error:
            inbound = Ignored(error.code)
        if isinstance(inbound, Ignored):
            self.refuse(inbound.reason)
            return False
        self._open_window(link, frame, inbound)
        await self._room.acquire()
        before = self._lanes.get(inbound.lane)
        task = asyncio.create_task(self._keep(link, frame, inbound, before))
        self._lanes[inbound.lane] = task
        self._tasks.add(task)
        link.pending.add(task)
        task.add_done_callback(lambda done: self._done(link, inbound.lane, done))
        return False

    def refuse(self, reason: str) -> None:
        """Count what had no effect."""
        log.warning("callback_unused", reason=reason)
        self._on_refused(reason)

    async def close(self) -> None:
        """Give up what is not durable yet."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=0.5)

    def _open_window(self, link: Link, frame: Frame, inbound: Inbound) -> None:
        now = self._clock()
        if isinstance(inbound.event, CardClicked):
            link.windows.open_click(frame.req_id, now)
        elif isinstance(inbound.event, PersonEntered):
            link.windows.open_entrance(inbound.event.sender.user, frame.req_id, now)

    async def _keep(
        self, link: Link, frame: Frame, inbound: Inbound, before: "asyncio.Task[None] | None"
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        for pause_s in (*self._pauses_s, None):
            if await self._kept(inbound):
                return
            if pause_s is not None:
                await asyncio.sleep(pause_s)
        log.error("message_lost", key=inbound.key)
        if frame.cmd == MESSAGE:
            await self._apologise(link, frame)

    async def _kept(self, inbound: Inbound) -> bool:
        try:
            async with asyncio.timeout(ACCEPT_S):
                await self._accept(inbound)
        except Exception as error:  # noqa: BLE001 - the channel is an edge; it must survive storage
            log.warning("message_not_durable", key=inbound.key, error=type(error).__name__)
            return False
        return True

    async def _apologise(self, link: Link, frame: Frame) -> None:
        body = build_reply(secrets.token_hex(8), self._apology)
        try:
            await link.ask(RESPOND, frame.req_id, body)
        except OutsideError as error:
            log.warning("apology_lost", code=error.code)

    def _done(self, link: Link, lane: str, task: "asyncio.Task[None]") -> None:
        self._room.release()
        self._tasks.discard(task)
        link.pending.discard(task)
        if self._lanes.get(lane) is task:
            del self._lanes[lane]
