"""The schedule: finds the slots that have become due and begins each of them exactly once.

Every replica asks; the database decides who gets a slot. What carries a slot out is a message in
the inbox, so that a crash at any point repeats the run, and its keyed outcome stays single.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.cron import Cron
from bot.events import JobDue, to_json
from bot.jobs.running import Job, key_of
from core.calendar import WorkCalendar, is_workday
from core.ports import Clock
from core.schedule import Slots

log = structlog.get_logger(__name__)

TICK_S = 1.0
PUNCTUAL = timedelta(seconds=60)
"""A slot that is noticed within this time was not missed."""
LONGEST_BREAK = timedelta(days=15)
"""Working days are never further apart."""

Calendar = Callable[[], Awaitable[WorkCalendar]]
"""Gives the working days of the company in force."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A job and when it is due; `working` moves slots of free days to the next working day."""

    job: Job
    cron: Cron
    zone: ZoneInfo
    working: bool = False

    def due(self, after: datetime, until: datetime, calendar: WorkCalendar) -> tuple[datetime, ...]:
        """Give the slots after a moment, up to and including another, in UTC and in order."""
        if not self.working:
            return tuple(slot.astimezone(UTC) for slot in self.cron.between(after, until))
        nominal = self.cron.between(after - LONGEST_BREAK, until)
        moved = {self._moved(slot, calendar) for slot in nominal}
        return tuple(sorted(slot for slot in moved if after < slot <= until))

    def _moved(self, slot: datetime, calendar: WorkCalendar) -> datetime:
        local = slot.astimezone(self.zone)
        days = (local + timedelta(days=n) for n in range(LONGEST_BREAK.days))
        return next((d for d in days if is_workday(d.date(), calendar)), local).astimezone(UTC)


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

    def __init__(
        self, timed: Sequence[Timed], slots: Slots, clock: Clock, calendar: Calendar
    ) -> None:
        self._timed = timed
        self._calendar = calendar
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
        calendar = await self._calendar() if timed.working else WorkCalendar()
        for slot in choose(timed.job, timed.due(min(since, now), now, calendar), now):
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
    calendar: Calendar,
    working: Collection[str] = (),
) -> Schedule:
    """Time the jobs: `crons` by name, `working` names those that only run on working days."""
    timed = [
        Timed(job, Cron(crons[job.name], zone), zone, job.name in working)
        for job in jobs
        if job.name in crons
    ]
    return Schedule(timed, slots, clock, calendar)
