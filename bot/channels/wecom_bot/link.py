"""One socket of the long connection: commands with their answers, and who may be answered."""

import asyncio
from datetime import datetime, timedelta

import aiohttp

from bot.channels.wecom_bot.answers import NOT_SUBSCRIBED, check
from bot.channels.wecom_bot.frames import Frame, build_frame
from bot.port import JsonObject
from core.errors import ResultUnknown, Retryable

WINDOW = timedelta(seconds=4.5)
"""A click or an entrance may be answered for five seconds; a little of it is spent on the way."""


class Windows:
    """The req_ids that may still be answered: of clicks, and by person of entrances."""

    def __init__(self) -> None:
        self._clicks: dict[str, datetime] = {}
        self._entrances: dict[str, tuple[str, datetime]] = {}

    def open_click(self, req_id: str, now: datetime) -> None:
        """Note a click whose card may be redrawn."""
        self._clicks = {r: until for r, until in self._clicks.items() if until > now}
        self._clicks[req_id] = now + WINDOW

    def open_entrance(self, user: str, req_id: str, now: datetime) -> None:
        """Note that somebody entered the chat and may be welcomed."""
        self._entrances = {u: e for u, e in self._entrances.items() if e[1] > now}
        self._entrances[user.lower()] = req_id, now + WINDOW

    def take_click(self, req_ids: tuple[str, ...], now: datetime) -> str | None:
        """Take the newest of some clicks that may still be answered; each serves once."""
        for req_id in reversed(req_ids):
            until = self._clicks.pop(req_id, None)
            if until is not None and now < until:
                return req_id
        return None

    def take_entrance(self, user: str, now: datetime) -> str | None:
        """Take the req_id by which somebody who just entered may be welcomed."""
        req_id, until = self._entrances.pop(user.lower(), ("", now))
        return req_id if now < until else None


class Link:
    """One socket. Commands of one req_id go one after another; each waits for its answer."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, ack_s: float) -> None:
        self.socket = socket
        self.windows = Windows()
        self.heard = False
        self.spent = asyncio.Event()
        """Set when WeCom no longer knows this connection."""
        self.pending: set[asyncio.Task[None]] = set()
        self._ack_s = ack_s
        self._waiting: dict[str, asyncio.Future[Frame | None]] = {}

    async def ask(self, cmd: str, req_id: str, body: JsonObject | None = None) -> Frame:
        """Send a command and give its answer; errors as `answers.error_for`.

        Retryable `wecom_bot_offline` when it was never sent, ResultUnknown `wecom_bot_ack_lost`
        when it was and no answer came.
        """
        while (before := self._waiting.get(req_id)) is not None:
            await asyncio.wait({before})
        answer: asyncio.Future[Frame | None] = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = answer
        try:
            await self._send(build_frame(cmd, req_id, body))
            async with asyncio.timeout(self._ack_s):
                frame = await answer
        except TimeoutError:
            frame = None
        finally:
            del self._waiting[req_id]
            answer.cancel()
        if frame is None:
            raise ResultUnknown("wecom_bot_ack_lost", cmd=cmd)
        if frame.errcode == NOT_SUBSCRIBED:
            self.spent.set()
        return check(frame)

    async def _send(self, text: str) -> None:
        try:
            await self.socket.send_str(text)
        except (ConnectionError, aiohttp.ClientError, RuntimeError):
            raise Retryable("wecom_bot_offline") from None

    def settle(self, frame: Frame) -> None:
        """Hand an answer to whoever waits for it; one that nobody waits for came too late."""
        answer = self._waiting.get(frame.req_id)
        if answer is not None and not answer.done():
            answer.set_result(frame)

    def give_up(self) -> None:
        """Tell everybody who waits that no answer will come."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(None)

    async def retire(self, grace_s: float) -> None:
        """Let what was received become durable for a while, then close."""
        if self.pending and grace_s:
            await asyncio.wait(set(self.pending), timeout=grace_s)
        self.give_up()
        await self.socket.close()
