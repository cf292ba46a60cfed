"""What a scheduled job is, and how one run of it is carried out and noted down."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.events import JobDue
from bot.handlers.directory import Directories
from bot.handlers.reconciling import Asker
from core.actions.basics import Settings
from core.alerts import Watches
from core.outside import Links
from core.ports import Clock, Store
from core.schedule import Missed, Slots
from core.spending import Spending

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job. Whatever it tells is keyed by `key`, so that a repeated run tells it once.

    `slot` is the moment that it was due, `now` the present one, `today` its day in the company's
    time zone; `asked` marks a run that somebody started by hand.
    """

    job: str
    key: str
    slot: datetime
    now: datetime
    today: date
    asked: bool = False


class Drop(Protocol):
    """A place where files go by the clock, each at its own times."""

    def is_due(self, slot: datetime) -> bool:
        """Whether a slot of the job is one of its times."""
        ...

    async def put(self) -> int:
        """Put what is to go there; gives how many files."""
        ...


@dataclass(frozen=True, slots=True)
class Office:
    """What a job may touch: nobody stands before it, so it commits for itself."""

    store: Store
    watches: Watches
    settings: Settings
    zone: ZoneInfo
    public_url: str
    clock: Clock
    spending: Spending
    directories: Directories = field(default_factory=Directories)
    links: Links | None = None
    files_out: Sequence["Drop"] = ()
    ask: Callable[[], Asker] | None = None


Counts = Mapping[str, int]
"""What a run did, by words of `bot.texts.jobs`."""
Body = Callable[[Run, Office], Awaitable[Counts]]


@dataclass(frozen=True, slots=True)
class Job:
    """A job by the name of its setting, and what becomes of its missed slots.

    With `late` the last missed slot is run unless it is older than `within`.
    """

    name: str
    body: Body
    missed: Missed = "late"
    within: timedelta = timedelta(days=3)


def key_of(job: str, slot: datetime) -> str:
    """Name a slot: `job:digest:20261130T013000Z`; also the key of its message in the inbox."""
    return f"job:{job}:{slot.astimezone(UTC):%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True, slots=True)
class Runner:
    """Carries runs out and notes that they have ended."""

    jobs: Sequence[Job]
    office: Office
    slots: Slots

    async def run_due(self, due: JobDue) -> Counts:
        """Carry out a slot; once more after a crash, to the same effect. KeyError for no job."""
        if await self.slots.has_ended(due.job, due.slot):
            return {}
        return await self._run(due.job, key_of(due.job, due.slot), due.slot, asked=False)

    async def run_now(self, name: str) -> Counts:
        """Carry a job out at once, beside its schedule; KeyError when there is no such job."""
        now = self.office.clock()
        slot = now.replace(microsecond=max(1, now.microsecond))  # a scheduled one has none
        await self.slots.begin(name, slot, slot)
        return await self._run(name, f"run:{name}:{slot.isoformat()}", slot, asked=True)

    async def _run(self, name: str, key: str, slot: datetime, *, asked: bool) -> Counts:
        job = {j.name: j for j in self.jobs}[name]
        now = self.office.clock()
        today = now.astimezone(self.office.zone).date()
        counts = await job.body(Run(name, key, slot, now, today, asked), self.office)
        said = " ".join(f"{word}={count}" for word, count in counts.items())
        await self.slots.finish(name, slot, self.office.clock(), said)
        log.info("job_done", job=name, slot=slot.isoformat(), **counts)
        return counts
