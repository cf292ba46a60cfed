"""Wakes those who wait for work: at once inside a process, through LISTEN/NOTIFY between them."""

import asyncio
from collections.abc import Mapping

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

log = structlog.get_logger(__name__)

_RECONNECT_S = 1.0


class Signal:
    """Something may be waiting. A signal given while nobody waits is kept for the next."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def give(self) -> None:
        """Wake those who wait."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Wait for a signal, at most so long; either way there is reason to look."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()


async def notify(connection: AsyncConnection, channel: str) -> None:
    """Tell the other processes, when and if this transaction commits (PostgreSQL only)."""
    await connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": channel})


class Listener:
    """Gives signals when other processes notify; comes back when its connection is lost."""

    def __init__(self, engine: AsyncEngine, signals: Mapping[str, Signal]) -> None:
        self._engine = engine
        self._signals = signals
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def start(self) -> None:
        """Listen from now on."""
        self._task = asyncio.create_task(self._keep_listening())
        await self._ready.wait()

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._engine.dispose()

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except (DBAPIError, OSError) as error:
                log.warning("listening_failed", kind=type(error).__name__)
            self._ready.set()
            await asyncio.sleep(_RECONNECT_S)

    async def _listen(self) -> None:
        """Listen until the connection ends; what came while it was away is looked for."""
        lost = asyncio.Event()
        async with self._engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver = raw.driver_connection
            if driver is None:
                return
            driver.add_termination_listener(lambda _: lost.set())
            for channel, signal in self._signals.items():
                await driver.add_listener(channel, lambda *_, s=signal: s.give())
                signal.give()
            self._ready.set()
            await lost.wait()
            await connection.invalidate()
