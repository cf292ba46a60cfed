"""The schedule: finds the slots that have become due and begins each of them exactly once.

Every replica asks; the database decides who gets a slot. What carries a slot out is a message in
the inbox, so that a crash at any point repeats the run, and its keyed outcome stays single.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.cron import Cron
from bot.events import JobDue, to_json
from bot.jobs.running import Job, key_of
from core.ports import Clock
from core.schedule import Slots

log = structlog.get_logger(__name__)

TICK_S = 1.0
PUNCTUAL = timedelta(seconds=60)
"""A slot that is noticed within this time was not missed."""
LONGEST_BREAK = timedelta(days=15)
"""Working days are never further apart."""

IsWorking = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Timed:
    """A job and when it is due; `is_working` moves slots of free days to the next working day."""

    job: Job
    cron: Cron
    zone: ZoneInfo
    is_working: IsWorking | None = None

    def due(self, after: datetime, until: datetime) -> tuple[datetime, ...]:
        """Give the slots after a moment, up to and including another, in UTC and in order."""
        if self.is_working is None:
            return tuple(slot.astimezone(UTC) for slot in self.cron.between(after, until))
        moved = {self._moved(slot) for slot in self.cron.between(after - LONGEST_BREAK, until)}
        return tuple(sorted(slot for slot in moved if after < slot <= until))

    def _moved(self, slot: datetime) -> datetime:
        local = slot.astimezone(self.zone)
        for _ in range(LONGEST_BREAK.days):
            if self.is_working is None or self.is_working(local.date()):
                break
            local += timedelta(days=1)
        return local.astimezone(UTC)


def choose(job: Job, due: Sequence[datetime], now: datetime) -> Iterator[datetime]:
    """Give those of the due slots that are to be run, by the job's policy for missed ones."""
    missed = [slot for slot in due if now - slot > PUNCTUAL]
    fresh = due[len(missed) :]
    if job.missed == "all":
        yield from missed
    elif job.missed == "late" and missed and not fresh and now - missed[-1] <= job.within:
        yield missed[-1]
    yield from fresh


class Schedule:
    """Watches the clock once a second and takes slots that have become due."""

    def __init__(self, timed: Sequence[Timed], slots: Slots, clock: Clock) -> None:
        self._timed = timed
        self._slots = slots
        self._clock = clock
        self._since: dict[str, datetime] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch the clock in the background."""
        self._loop = asyncio.create_task(self._run(), name="schedule")

    async def stop(self) -> None:
        """Watch no more; what was taken is carried out by whoever handles the inbox."""
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self.tick()
            await asyncio.sleep(TICK_S)

    async def tick(self) -> None:
        """Take what has become due since the last tick; what fails is tried again by the next."""
        now = self._clock()
        for timed in self._timed:
            try:
                await self._advance(timed, now)
            except (OSError, SQLAlchemyError) as error:
                log.warning("slot_not_taken", job=timed.job.name, error=type(error).__name__)

    async def _advance(self, timed: Timed, now: datetime) -> None:
        """Look at the time since the last look.

        A clock that was set back goes on from where it stands now: slots that were taken already
        stay taken.
        """
        name = timed.job.name
        since = self._since.get(name) or await self._slots.watch(name, now)
        for slot in choose(timed.job, timed.due(min(since, now), now), now):
            body = to_json(JobDue(name, slot))
            if await self._slots.take(name, slot, key_of(name, slot), body, now):
                log.info("slot_taken", job=name, slot=slot.isoformat())
        self._since[name] = now


def build_schedule(
    jobs: Sequence[Job],
    crons: Mapping[str, str],
    *,
    slots: Slots,
    clock: Clock,
    zone: ZoneInfo,
    working: Mapping[str, IsWorking],
) -> Schedule:
    """Time the jobs: `crons` by name, `working` for those that only run on working days."""
    timed = [
        Timed(job, Cron(crons[job.name], zone), zone, working.get(job.name))
        for job in jobs
        if job.name in crons
    ]
    return Schedule(timed, slots, clock)
