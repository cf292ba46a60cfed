"""Leases rows and handles them side by side, until it is stopped; shared by inbox and outbox."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)

IDLE_S = 1.0
T = TypeVar("T")


LEASE_S = 15.0
"""After a crash its rows are taken again so soon; a living pump renews the leases of what it has
in hand."""


class Pump(Generic[T]):
    """Keeps at most `parallel` rows in hand; a row whose handling raises is left to its lease."""

    def __init__(
        self,
        name: str,
        *,
        lease: Callable[[int], Awaitable[tuple[T, ...]]],
        handle: Callable[[T], Coroutine[Any, Any, None]],
        renew: Callable[[T], Awaitable[None]],
        wait: Callable[[float], Awaitable[None]],
        parallel: int,
    ) -> None:
        self._name = name
        self._lease = lease
        self._handle = handle
        self._renew = renew
        self._wait = wait
        self._parallel = parallel
        self._running: dict[asyncio.Task[None], T] = {}
        self._freed = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to lease and handle in the background."""
        self._loops = [
            asyncio.create_task(self._run(), name=self._name),
            asyncio.create_task(self._keep_leases(), name=f"{self._name}-leases"),
        ]

    async def stop(self, grace_s: float) -> None:
        """Lease no more, let what is in hand finish for a while, then let go of it."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        running = list(self._running)
        if running:
            await asyncio.wait(running, timeout=grace_s)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._freed.clear()
            room = self._parallel - len(self._running)
            items = await self._leased(room) if room else ()
            for item in items:
                task = asyncio.create_task(self._handle(item))
                self._running[task] = item
                task.add_done_callback(self._done)
            if not items:
                await self._rest()

    async def _leased(self, room: int) -> tuple[T, ...]:
        try:
            return await self._lease(room)
        except Exception:
            log.exception("lease_failed", pump=self._name)
            await asyncio.sleep(IDLE_S)
            return ()

    async def _keep_leases(self) -> None:
        """Renew what is in hand three times a lease."""
        while True:
            await asyncio.sleep(LEASE_S / 3)
            for item in list(self._running.values()):
                await self._kept(item)

    async def _kept(self, item: T) -> None:
        try:
            await self._renew(item)
        except Exception:
            log.exception("lease_not_renewed", pump=self._name)

    async def _rest(self) -> None:
        """Sleep until something arrives or something in hand is done."""
        sleepers = [
            asyncio.ensure_future(self._wait(IDLE_S)),
            asyncio.ensure_future(self._freed.wait()),
        ]
        try:
            await asyncio.wait(sleepers, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for sleeper in sleepers:
                sleeper.cancel()
            await asyncio.gather(*sleepers, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._freed.set()
        error = None if task.cancelled() else task.exception()
        if error:
            log.error("row_left_to_its_lease", pump=self._name, exc_info=error)
