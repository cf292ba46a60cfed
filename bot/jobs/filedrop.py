"""Watches the folders of files: one replica at a time, each file alone."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from connectors.filedrop.watch import Basket, Seen, Watched, is_draft, is_good, settled
from core.ports import Clock, Leaders

log = structlog.get_logger(__name__)

LEASE_S = 30.0
"""After a crash the folder is looked into again so soon; a living watcher renews its lease."""
SETTLE_S = 2.0
"""Between two looks: what somebody still writes to changes meanwhile."""


class Ended(Protocol):
    """How a file has ended."""

    @property
    def end(self) -> str:
        """`done` or `quarantine`."""
        ...


class Desk(Protocol):
    """Takes one file; None while it waits for something."""

    @property
    def name(self) -> str:
        """The table of the connected folder."""
        ...

    async def take(self, basket: Basket, seen: Seen, others: Mapping[str, Seen]) -> Ended | None:
        """Take a file to where it ends."""
        ...


@dataclass(slots=True)
class Watcher:
    """Looks into one folder every `every_s` seconds, on the replica that has the lease."""

    watched: Watched
    desk: Desk
    leaders: Leaders
    clock: Clock
    every_s: float
    settle_s: float = SETTLE_S
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    _since: dict[Seen, datetime] = field(default_factory=dict, init=False)
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    @property
    def lease(self) -> str:
        """What the lease on the folder is called."""
        return f"files:{self.desk.name}"

    def start(self) -> None:
        """Begin to watch in the background."""
        self._task = asyncio.create_task(self._run(), name=self.lease)

    async def stop(self) -> None:
        """Watch no more; a file that was in hand is taken again, to the same effect."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 the next round looks again, whatever it was
                log.warning("folder_not_read", system=self.desk.name, error=_why(error))
            await asyncio.sleep(self.every_s)

    async def look(self) -> Mapping[str, int]:
        """Take what lies there now; gives how many files ended where, and how many wait.

        Nothing for a stand-by.
        """
        counts: dict[str, int] = {"done": 0, "quarantine": 0, "waits": 0}
        if not await self._mine():
            return counts
        keeping = asyncio.create_task(self._keep_lease(), name=f"{self.lease}-lease")
        try:
            async with self.watched.opened() as basket:
                before = await basket.look()
                if any(not is_draft(seen.name) for seen in before):
                    await asyncio.sleep(self.settle_s)
                    await self._take_all(basket, before, counts)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self.leaders.leave(self.lease, self.holder, self.clock())
        return counts

    async def _take_all(
        self, basket: Basket, before: Sequence[Seen], counts: dict[str, int]
    ) -> None:
        after = await basket.look()
        beside = {seen.name: seen for seen in after if seen.plain}
        now = self.clock()
        self._since = {seen: self._since.get(seen, now) for seen in after}
        for seen in settled(before, after):
            if not await self._mine():
                return
            quiet = replace(seen, quiet_s=self._quiet_s(seen, now))
            ended = await self._take(basket, quiet, beside)
            counts[ended.end if ended else "waits"] += 1

    def _quiet_s(self, seen: Seen, now: datetime) -> float:
        """Say for how long nobody has written: as the folder says, or as was seen from here.

        The clock of the folder may be another one; it can only be believed of the past.
        """
        since = self._since[seen].timestamp()
        return now.timestamp() - min(since, seen.stamp)

    async def _take(self, basket: Basket, seen: Seen, others: Mapping[str, Seen]) -> Ended | None:
        """Take one file; what fails now is taken in the next round and stops no other."""
        about = seen.name if is_good(seen.name) else "?"
        try:
            ended = await self.desk.take(basket, seen, others)
        except Exception as error:  # noqa: BLE001 no file may keep the others from being taken
            log.warning("file_waits", system=self.desk.name, file=about, error=_why(error))
            return None
        if ended is not None:
            log.info("file_taken", system=self.desk.name, file=about, end=ended.end)
        return ended

    async def _keep_lease(self) -> None:
        """Hold on to the folder while a large file is taken."""
        while True:
            await asyncio.sleep(LEASE_S / 3)
            try:
                await self._mine()
            except (OSError, SQLAlchemyError) as error:
                log.warning("lease_not_kept", system=self.desk.name, error=type(error).__name__)

    async def _mine(self) -> bool:
        now = self.clock()
        until = now + timedelta(seconds=LEASE_S)
        return await self.leaders.take(self.lease, self.holder, now, until) is not None


def _why(error: Exception) -> str:
    """Name an error, and what the system says of it, as of a disk that is full; never a path."""
    said = error.strerror if isinstance(error, OSError) else None
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
