"""The schedule: each slot once, missed ones by their job's policy, whatever the clock does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.events import JobDue, from_json
from bot.jobs.running import Counts, Job, Office, Run
from bot.jobs.schedule import Schedule, build_schedule
from core.calendar import WorkCalendar
from core.schedule import JobRun, Missed
from tests.fakes.memory import MemoryStorage

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True)
class Watch:
    """A clock that a test sets."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


async def holidays() -> WorkCalendar:
    return WorkCalendar(holidays=frozenset({date(2026, 11, 26)}))


async def nothing(_: Run, __: Office) -> Counts:
    return {}


@dataclass(slots=True)
class Replica:
    """One replica's schedule on a shared storage."""

    storage: MemoryStorage
    watch: Watch
    missed: Missed = "late"
    cron: str = "0 9 * * *"
    working: bool = False

    def started(self) -> Schedule:
        job = Job("digest", nothing, self.missed, within=timedelta(hours=12))
        return build_schedule(
            (job,),
            {"digest": self.cron},
            slots=self.storage.slots,
            clock=self.watch,
            zone=SHANGHAI,
            calendar=holidays,
            working=["digest"] if self.working else (),
        )


def taken(storage: MemoryStorage) -> list[str]:
    """Give the begun slots as times in Shanghai, in the order in which they were taken."""
    events = [from_json(str(row.payload)) for row in storage.inbox.queue.rows.values()]
    return [f"{e.slot.astimezone(SHANGHAI):%d %H:%M}" for e in events if isinstance(e, JobDue)]


async def ticking(schedule: Schedule, watch: Watch, moments: Sequence[datetime]) -> None:
    for moment in moments:
        watch.now = moment
        await schedule.tick()


async def test_a_slot_is_taken_when_its_time_has_come() -> None:
    replica = Replica(MemoryStorage(Watch()), Watch())
    schedule = replica.started()

    await ticking(schedule, replica.watch, [START, START + HOUR / 3])
    assert taken(replica.storage) == []
    await ticking(schedule, replica.watch, [START + HOUR / 2, START + HOUR / 2 + HOUR / 3600])

    assert taken(replica.storage) == ["25 09:00"]


async def test_of_many_replicas_one_takes_it() -> None:
    storage, watch = MemoryStorage(Watch()), Watch()
    replicas = [Replica(storage, watch).started() for _ in range(4)]

    for schedule in replicas:
        await schedule.tick()
    watch.now = START + HOUR
    for schedule in replicas:
        await schedule.tick()

    assert taken(storage) == ["25 09:00"]


@pytest.mark.parametrize(
    ("missed", "then"),
    [
        ("late", ["28 09:00"]),
        ("skip", []),
        ("all", ["26 09:00", "27 09:00", "28 09:00"]),
    ],
)
async def test_missed_slots_follow_their_policy(missed: Missed, then: list[str]) -> None:
    replica = Replica(MemoryStorage(Watch()), Watch(), missed)
    await ticking(replica.started(), replica.watch, [START, START + HOUR / 2])

    replica.watch.now = START + 3 * DAY + HOUR
    await replica.started().tick()

    assert taken(replica.storage) == ["25 09:00", *then]


async def test_what_is_too_late_is_left() -> None:
    replica = Replica(MemoryStorage(Watch()), Watch())
    await ticking(replica.started(), replica.watch, [START, START + HOUR / 2])

    replica.watch.now = START + DAY + 13 * HOUR
    await replica.started().tick()

    assert taken(replica.storage) == ["25 09:00"]


async def test_a_new_installation_has_missed_nothing() -> None:
    replica = Replica(MemoryStorage(Watch()), Watch(START + HOUR), "all")

    await replica.started().tick()

    assert taken(replica.storage) == []


async def test_one_that_stopped_before_its_first_slot_catches_it() -> None:
    replica = Replica(MemoryStorage(Watch()), Watch())
    await replica.started().tick()

    replica.watch.now = START + HOUR
    await replica.started().tick()

    assert taken(replica.storage) == ["25 09:00"]


async def test_a_clock_set_back_repeats_nothing() -> None:
    replica = Replica(MemoryStorage(Watch()), Watch())
    moments = [START, START + HOUR, START - HOUR, START, START + HOUR, START + 2 * HOUR]

    await ticking(replica.started(), replica.watch, moments)

    assert taken(replica.storage) == ["25 09:00"]


async def test_a_clock_that_ran_ahead_and_came_back_goes_on() -> None:
    replica = Replica(MemoryStorage(Watch()), Watch())
    ahead = START + 400 * DAY + HOUR
    moments = [START, ahead, START + HOUR / 4, START + HOUR, START + DAY + HOUR]

    schedule = replica.started()
    await ticking(schedule, replica.watch, moments)
    replica.watch.now = START + 2 * DAY + HOUR
    await replica.started().tick()

    assert taken(replica.storage)[1:] == ["25 09:00", "26 09:00", "27 09:00"]


async def test_every_minute_is_every_minute() -> None:
    replica = Replica(MemoryStorage(Watch()), Watch(), cron="* * * * *")
    moments = [START + timedelta(seconds=s) for s in range(0, 190, 7)]

    await ticking(replica.started(), replica.watch, moments)

    assert taken(replica.storage) == ["25 08:31", "25 08:32", "25 08:33"]


async def test_free_days_wait_for_the_next_working_day_once() -> None:
    replica = Replica(MemoryStorage(Watch()), Watch(), working=True)
    hours = [START + n * HOUR / 2 for n in range(48 * 6)]

    await ticking(replica.started(), replica.watch, hours)

    assert taken(replica.storage) == ["25 09:00", "27 09:00", "30 09:00"]


async def test_an_outage_of_the_database_loses_no_slot() -> None:
    storage, watch = MemoryStorage(Watch()), Watch()
    replica = Replica(storage, watch)
    schedule = replica.started()
    await schedule.tick()
    slots = storage.slots

    watch.now = START + HOUR / 2
    schedule._slots = Unreachable()
    await schedule.tick()
    schedule._slots = slots
    watch.now += timedelta(minutes=10)
    await schedule.tick()

    assert taken(storage) == ["25 09:00"]


class Unreachable:
    """Slots of a database that is away."""

    async def take(self, job: str, slot: datetime, key: str, body: str, at: datetime) -> bool:
        raise OSError

    async def begin(self, job: str, slot: datetime, at: datetime) -> None:
        raise OSError

    async def finish(self, job: str, slot: datetime, at: datetime, said: str) -> None:
        raise OSError

    async def has_ended(self, job: str, slot: datetime) -> bool:
        raise OSError

    async def watch(self, job: str, at: datetime) -> datetime:
        raise OSError

    async def latest(self) -> tuple[JobRun, ...]:
        raise OSError
