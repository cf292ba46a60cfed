"""The long connection: held by the leader alone, watched, renewed, closed in time."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import aiohttp
import structlog

from bot.channels.http import Outgoing
from bot.channels.wecom_bot.frames import MAX_FRAME_BYTES, PING, SUBSCRIBE, read_frame
from bot.channels.wecom_bot.intake import Intake
from bot.channels.wecom_bot.leader import Leader
from bot.channels.wecom_bot.link import Link
from core.errors import AuthFailed, OutsideError, Retryable, Untrusted

log = structlog.get_logger(__name__)

End = Literal["refused", "closed", "silent", "spent", "taken_over", "deposed", "failed", "stopping"]


@dataclass(frozen=True, slots=True)
class Timings:
    """How long things may take, in seconds; the defaults fit the real platform."""

    call_s: float = 10.0
    ack_s: float = 5.0
    ping_s: float = 30.0
    drain_s: float = 2.5
    close_s: float = 0.5
    first_delay_s: float = 1.0
    last_delay_s: float = 30.0


class Connection:
    """Keeps one subscribed connection while this replica leads."""

    def __init__(
        self,
        outgoing: Outgoing,
        *,
        bot_id: str,
        secret: str,
        ws_url: str,
        leader: Leader,
        intake: Intake,
        timings: Timings,
        jitter: Callable[[], float],
    ) -> None:
        self._outgoing = outgoing
        self._bot_id = bot_id
        self._secret = secret
        self._ws_url = ws_url
        self._leader = leader
        self._intake = intake
        self._timings = timings
        self._delays = Delays(timings, jitter)
        self._link: Link | None = None
        self._refusal: OutsideError | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        """Whether callbacks arrive at this replica now."""
        return self._link is not None

    def link(self) -> Link:
        """Give the subscribed socket.

        Without one AuthFailed while WeCom refuses the secret, else Retryable `wecom_bot_offline`.
        """
        if self._link is not None:
            return self._link
        if isinstance(self._refusal, AuthFailed):
            raise AuthFailed(self._refusal.code, **self._refusal.fields)
        raise Retryable("wecom_bot_offline")

    def launch(self) -> None:
        """Run in the background."""
        self._task = asyncio.create_task(self._run(), name="wecom-bot")

    async def stop(self) -> None:
        """Take no more callbacks, let what came become durable, close; at most four seconds."""
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

    async def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                await self._leader.led()
                end = await self._once()
                if end != "stopping":
                    await self._rest(end)
        finally:
            await self._intake.close()

    async def _rest(self, end: End) -> None:
        """Wait before the next connection; one that keeps failing lets another replica try."""
        delay_s = self._delays.after(end)
        log.info("wecom_bot_ended", reason=end, delay_s=round(delay_s, 1))
        if end == "taken_over" and await self._leader.confirm():
            log.error("wecom_bot_taken_over_by_a_stranger")
        elif self._delays.hopeless:
            await self._leader.step_aside()
            self._delays.begin_anew()
        try:
            async with asyncio.timeout(delay_s):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _once(self) -> End:
        """Hold one connection to its end."""
        try:
            link = await self._open()
        except OutsideError as error:
            self._refusal = error
            log.warning("wecom_bot_refused", code=error.code, facts=error.fields)
            return "refused"
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self._refusal = None
            log.warning("wecom_bot_unreachable", error=type(error).__name__)
            return "refused"
        try:
            return await self._hold(link)
        finally:
            self._link = None
            await link.retire(0)

    async def _open(self) -> Link:
        async with asyncio.timeout(self._timings.call_s):
            socket = await self._outgoing.session.ws_connect(
                self._ws_url,
                timeout=aiohttp.ClientWSTimeout(ws_close=self._timings.close_s),
                max_msg_size=MAX_FRAME_BYTES,
            )
        return Link(socket, self._timings.ack_s)

    async def _hold(self, link: Link) -> End:
        """Subscribe, then read until something ends it; the first end is the one that counts."""
        reading = asyncio.create_task(self._read(link))
        try:
            await self._subscribe(link)
        except OutsideError as error:
            self._refusal = error
            log.warning("wecom_bot_refused", code=error.code, facts=error.fields)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            return "refused"
        self._link, self._refusal = link, None
        self._delays.begin_anew()
        log.info("wecom_bot_connected")
        end = await self._first_end(link, reading)
        self._link = None
        if end not in {"silent", "failed"}:
            await link.retire(self._timings.drain_s)
        return end

    async def _subscribe(self, link: Link) -> None:
        body: dict[str, object] = {"bot_id": self._bot_id, "secret": self._secret}
        await link.ask(SUBSCRIBE, new_id(SUBSCRIBE), body)

    async def _first_end(self, link: Link, reading: "asyncio.Task[End]") -> End:
        jobs: set[asyncio.Task[End]] = {
            reading,
            asyncio.create_task(self._watch(link)),
            asyncio.create_task(_ends(link.spent.wait(), "spent")),
            asyncio.create_task(_ends(self._leader.deposed(), "deposed")),
            asyncio.create_task(_ends(self._stopping.wait(), "stopping")),
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
            log.error("wecom_bot_failed", error=type(error).__name__)
            return "failed"
        return first.result()

    async def _read(self, link: Link) -> End:
        async for message in link.socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            link.heard = True
            try:
                frame = read_frame(message.data)
            except Untrusted as error:
                self._intake.refuse(error.code)
                continue
            if not frame.cmd:
                link.settle(frame)
            elif await self._intake.take(link, frame):
                return "taken_over"
        link.give_up()
        return "closed"

    async def _watch(self, link: Link) -> End:
        """Ping twice a minute; a connection that says nothing to two pings is dead."""
        missed = 0
        while missed < 2:  # noqa: PLR2004 - as WeCom's own client counts
            await asyncio.sleep(self._timings.ping_s)
            link.heard = False
            try:
                await link.ask(PING, new_id(PING))
            except OutsideError:
                missed = 0 if link.heard else missed + 1
            else:
                missed = 0
        return "silent"


async def _ends(waiting: Awaitable[object], end: End) -> End:
    await waiting
    return end


def new_id(cmd: str) -> str:
    """Make a req_id of our own; answers name it again."""
    return f"{cmd}_{secrets.token_hex(12)}"


class Delays:
    """How long to wait before the next connection: doubling and jittered, the longest once taken.

    WeCom guards the subscription against being asked for too often.
    """

    _MANY = 6

    def __init__(self, timings: Timings, jitter: Callable[[], float]) -> None:
        self._timings = timings
        self._jitter = jitter
        self._failures = 0

    @property
    def hopeless(self) -> bool:
        """Whether so many attempts failed in a row that another replica may do better."""
        return self._failures >= self._MANY

    def begin_anew(self) -> None:
        """Forget the failures: a subscription succeeded, or another replica may try."""
        self._failures = 0

    def after(self, end: End) -> float:
        """Give the seconds to wait after an end."""
        if end == "deposed":
            return 0.0
        longest = self._timings.last_delay_s
        ceiling = min(longest, self._timings.first_delay_s * (1 << self._failures))
        self._failures = min(self._failures + 1, 10)
        return (longest if end == "taken_over" else ceiling) * (0.5 + self._jitter() / 2)
