"""The connection of DingTalk's Stream mode: opened, watched, renewed, closed in time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote_plus, urlsplit

import structlog
from dingtalk_stream import Credential, DingTalkStreamClient
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.channels.dingtalk.frames import USER_AGENT, open_body
from bot.channels.dingtalk.intake import Intake, Link
from bot.port import JsonObject
from core.errors import OutsideError, Rejected

log = structlog.get_logger(__name__)

MAX_FRAME_BYTES = 1024 * 1024

OpenStream = Callable[[JsonObject], Awaitable[JsonObject]]
"""Asks the platform for `{endpoint, ticket}`."""

End = Literal["refused", "disconnect", "closed", "silent", "failed", "stopping"]


@dataclass(frozen=True, slots=True)
class Timings:
    """How long things may take, in seconds; the defaults fit the real platform."""

    call_s: float = 10.0
    accept_s: float = 10.0
    ping_s: float = 20.0
    pong_s: float = 20.0
    drain_s: float = 2.5
    close_s: float = 0.5
    first_delay_s: float = 1.0
    last_delay_s: float = 30.0


class DingTalkStream(DingTalkStreamClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's client with a life of our own.

    Version 0.24.3 asks for tickets with a blocking call, swallows cancellation, cannot be
    stopped, acknowledges on the newest socket and stays silent after an exception; so opening,
    running and routing are replaced, and its frames are kept.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        plain_allowed: bool,
        open_stream: OpenStream,
        intake: Intake,
        timings: Timings,
        jitter: Callable[[], float],
    ) -> None:
        super().__init__(Credential(client_id, client_secret), logging.getLogger(__name__))
        self._schemes = {"ws", "wss"} if plain_allowed else {"wss"}
        self._open_stream = open_stream
        self._intake = intake
        self._timings = timings
        self._jitter = jitter
        self.websocket: ClientConnection | None = None
        self._stopping = asyncio.Event()
        self._link: Link | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether frames can arrive now."""
        return self._link is not None

    def launch(self) -> None:
        """Run in the background."""
        self._task = asyncio.create_task(self.start())

    async def stop(self) -> None:
        """Take no more frames, acknowledge what is durable, close; at most four seconds."""
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping.set()
        if self._link is None:
            task.cancel()
        done, _ = await asyncio.wait({task}, timeout=self._timings.drain_s + 1)
        if not done:
            task.cancel()
            await asyncio.wait({task}, timeout=self._timings.close_s)

    async def start(self) -> None:
        """Keep a connection until stopped or cancelled."""
        delays = Delays(self._timings, self._jitter)
        try:
            while not self._stopping.is_set():
                end, proved = await self._once()
                now = asyncio.get_running_loop().time()
                delay_s = delays.after(end, proved=proved, now_s=now)
                if end != "stopping":
                    log.info("stream_ended", reason=end, delay_s=round(delay_s, 1))
                    await self._pause(delay_s)
        finally:
            await self._intake.close()
            await self._give_up_retiring()

    async def open_connection(self) -> ClientConnection:
        """Get a ticket (one connection, 90 s) and connect with it."""
        answer = await self._open_stream(
            open_body(self.credential.client_id, self.credential.client_secret, USER_AGENT)
        )
        endpoint, ticket = answer.get("endpoint"), answer.get("ticket")
        if not isinstance(endpoint, str) or not isinstance(ticket, str):
            raise Rejected("stream_answer")
        if urlsplit(endpoint).scheme not in self._schemes:
            raise Rejected("stream_endpoint")
        mark = "&" if "?" in endpoint else "?"
        return await connect(
            f"{endpoint}{mark}ticket={quote_plus(ticket)}",
            proxy=None,
            user_agent_header=USER_AGENT,
            open_timeout=self._timings.call_s,
            close_timeout=self._timings.close_s,
            ping_interval=None,  # the watch below pings, and counts frames as life too
            max_size=MAX_FRAME_BYTES,
        )

    async def _once(self) -> tuple[End, bool]:
        """Hold one connection to its end; also whether a frame ever came over it."""
        try:
            link = Link(await self.open_connection())
        except OutsideError as error:
            log.warning("stream_refused", code=error.code, facts=error.fields)
            return "refused", False
        except Exception as error:  # noqa: BLE001 - the channel is an edge; it must try again
            log.warning("stream_unreachable", error=type(error).__name__)
            return "refused", False
        self._link, self.websocket = link, link.socket
        log.info("stream_connected")
        try:
            end = await self._first_end(link)
        except asyncio.CancelledError:
            await link.retire(0)
            raise
        finally:
            self._link = self.websocket = None
        await self._let_go(link, end)
        return end, link.proved

    async def _first_end(self, link: Link) -> End:
        jobs: set[asyncio.Task[End]] = {
            asyncio.create_task(self._read(link)),
            asyncio.create_task(self._watch(link)),
            asyncio.create_task(self._stopped()),
        }
        try:
            done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
        first = next(iter(done))
        error = first.exception()
        if error is not None:
            log.error("stream_failed", error=type(error).__name__)
            return "failed"
        return first.result()

    async def _read(self, link: Link) -> End:
        try:
            async for raw in link.socket:
                link.hear()
                if await self._intake.take(link, raw):
                    return "disconnect"
        except ConnectionClosed:
            log.info("stream_broken")
        return "closed"

    async def _watch(self, link: Link) -> End:
        """End the connection when neither a pong nor a frame comes: a dead socket says nothing."""
        while True:
            await asyncio.sleep(self._timings.ping_s)
            link.heard = False
            try:
                async with asyncio.timeout(self._timings.pong_s):
                    await (await link.socket.ping())
            except TimeoutError:
                if not link.heard:
                    return "silent"
            except ConnectionClosed:
                return "closed"

    async def _stopped(self) -> End:
        await self._stopping.wait()
        return "stopping"

    async def _let_go(self, link: Link, end: End) -> None:
        """Close a link that ended; what it still has to acknowledge holds up no new link."""
        grace_s = 0.0 if end == "silent" else self._timings.drain_s
        if end == "stopping":
            await link.retire(grace_s)
            return
        task = asyncio.create_task(link.retire(grace_s))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _give_up_retiring(self) -> None:
        for task in set(self._retiring):
            task.cancel()
        if self._retiring:
            await asyncio.wait(set(self._retiring), timeout=self._timings.close_s)

    async def _pause(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await self._stopping.wait()
        except TimeoutError:
            return


class Delays:
    """How long to wait before the next connection: doubling, jittered, none when asked to move."""

    def __init__(self, timings: Timings, jitter: Callable[[], float]) -> None:
        self._timings = timings
        self._jitter = jitter
        self._failures = 0
        self._moved_s = float("-inf")

    def after(self, end: End, *, proved: bool, now_s: float) -> float:
        """Give the seconds to wait after an end; `proved` when the connection had carried frames.

        A platform that asks to move again within a second is treated like a failing one.
        """
        if end == "disconnect" and now_s - self._moved_s > self._timings.first_delay_s:
            self._moved_s = now_s
            self._failures = 0
            return 0.0
        self._failures = 0 if proved and end != "disconnect" else self._failures
        ceiling = min(
            self._timings.last_delay_s, self._timings.first_delay_s * (1 << self._failures)
        )
        self._failures = min(self._failures + 1, 10)
        return ceiling * (0.5 + self._jitter() / 2)
