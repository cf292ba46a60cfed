"""From a frame to its acknowledgement: read, make durable, answer on the same socket."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bot.channels.dingtalk import frames
from bot.channels.dingtalk.frames import Frame, Malformed
from bot.channels.dingtalk.wire import Ignored, read_click, read_message
from bot.port import Accept, Heed, Inbound, JsonObject, Stir

log = structlog.get_logger(__name__)

MAX_WAITING = 200
"""Frames read but not yet durable; beyond it the socket is not read any further."""

OnRefused = Callable[[str], None]
"""Told the reason (one word) of every frame that had no effect."""


@dataclass(slots=True)
class Link:
    """One socket and the frames that are still to be acknowledged on it."""

    socket: ClientConnection
    pending: set["asyncio.Task[None]"] = field(default_factory=set)
    heard: bool = False
    proved: bool = False

    def hear(self) -> None:
        """Note a sign of life; `heard` is set back by the watch, `proved` stays."""
        self.heard = self.proved = True

    async def acknowledge(self, message: str, data: JsonObject, code: int = frames.OK) -> None:
        """Answer one frame; an answer that gets lost makes the platform push again."""
        try:
            await self.socket.send(frames.build_ack(message, data, code))
        except ConnectionClosed:
            log.info("stream_ack_lost")

    async def retire(self, grace_s: float) -> None:
        """Let waiting frames be acknowledged for a while, then close."""
        if self.pending and grace_s:
            await asyncio.wait(set(self.pending), timeout=grace_s)
        await self.socket.close()


class Intake:
    """Takes frames of any number of links; one person's frames stay in their order."""

    def __init__(
        self,
        accept: Accept,
        *,
        corp_id: str,
        processing: Mapping[str, str],
        on_refused: OnRefused,
        accept_s: float,
        heed: Heed | None = None,
        stir: Stir | None = None,
    ) -> None:
        self._accept = accept
        self._corp_id = corp_id
        self._processing = dict(processing)
        self._on_refused = on_refused
        self._accept_s = accept_s
        self._heed = heed
        self._stir = stir
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(MAX_WAITING)

    async def take(self, link: Link, raw: str | bytes) -> bool:
        """Deal with one frame; true when the platform asks for a new connection."""
        try:
            frame = frames.read_frame(raw)
            if frame.type == "SYSTEM":
                return await self._system(link, frame)
            if frame.type == "EVENT":
                await self._event(link, frame)
            else:
                await self._callback(link, frame)
        except Malformed as bad:
            self._refused(bad.reason)
            if bad.message:
                await link.acknowledge(bad.message, {"response": None}, bad.code)
        return False

    async def close(self) -> None:
        """Give up what is not durable yet; nothing of it was acknowledged."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=0.5)

    async def _system(self, link: Link, frame: Frame) -> bool:
        if frame.topic == "disconnect":
            return True
        if frame.topic == "ping":
            await link.acknowledge(frame.message, frame.data)
        elif frame.topic not in {"CONNECTED", "REGISTERED", "KEEPALIVE"}:
            raise Malformed("topic_unknown", message=frame.message, code=frames.NOT_FOUND)
        return False

    async def _event(self, link: Link, frame: Frame) -> None:
        """Take a hint that an approval or the address book has moved; others mean nothing here."""
        try:
            async with asyncio.timeout(self._accept_s):
                await self._heard(frame)
        except Exception as error:  # noqa: BLE001 - the channel is an edge; it is pushed again
            log.warning("event_not_durable", error=type(error).__name__)
            later: JsonObject = {"status": "LATER", "message": ""}
            await link.acknowledge(frame.message, later, frames.FAILED)
            return
        await link.acknowledge(frame.message, {"status": "SUCCESS", "message": ""})

    async def _heard(self, frame: Frame) -> None:
        words = frames.approval_words(frame, self._corp_id)
        if words and frame.event and self._heed:
            await self._heed(f"dingtalk:{frame.event.id}", words)
        elif self._stir and frames.tells_of_directory(frame, self._corp_id):
            await self._stir(None)

    async def _callback(self, link: Link, frame: Frame) -> None:
        inbound = self._read(frame)
        if isinstance(inbound, Ignored):
            self._refused(inbound.reason)
            await link.acknowledge(frame.message, self._answer(frame, new=False))
            return
        await self._room.acquire()
        before = self._lanes.get(inbound.lane)
        task = asyncio.create_task(self._make_durable(link, frame, inbound, before))
        self._lanes[inbound.lane] = task
        self._tasks.add(task)
        link.pending.add(task)
        task.add_done_callback(lambda done: self._done(link, inbound.lane, done))

    def _read(self, frame: Frame) -> Inbound | Ignored:
        try:
            if frame.topic == frames.TOPIC_MESSAGE:
                return read_message(frame.data, self._corp_id)
            if frame.topic == frames.TOPIC_CLICK:
                return read_click(frame.data, self._corp_id)
        except Malformed as bad:
            raise Malformed(bad.reason, message=frame.message) from bad
        raise Malformed("topic_unknown", message=frame.message, code=frames.NOT_FOUND)

    async def _make_durable(
        self, link: Link, frame: Frame, inbound: Inbound, before: "asyncio.Task[None] | None"
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        try:
            async with asyncio.timeout(self._accept_s):
                new = await self._accept(inbound)
        except Exception as error:  # noqa: BLE001 - the channel is an edge; it must survive storage
            log.warning("accept_failed", error=type(error).__name__)
            await link.acknowledge(frame.message, {"response": None}, frames.FAILED)
            return
        await link.acknowledge(frame.message, self._answer(frame, new=new))

    def _answer(self, frame: Frame, *, new: bool) -> JsonObject:
        if frame.topic == frames.TOPIC_MESSAGE:
            return {"response": None}
        # A repeated click must not turn a card that is already final back to 处理中.
        return frames.processing_response(self._processing if new else {})

    def _done(self, link: Link, lane: str, task: "asyncio.Task[None]") -> None:
        self._room.release()
        self._tasks.discard(task)
        link.pending.discard(task)
        if self._lanes.get(lane) is task:
            del self._lanes[lane]

    def _refused(self, reason: str) -> None:
        log.warning("frame_refused", reason=reason)
        self._on_refused(reason)
