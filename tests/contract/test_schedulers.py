"""Several schedulers on one storage: one run a slot, whatever their clocks and lives do."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.events import JobDue, to_json
from bot.handlers.work import Rooms
from bot.jobs.running import Counts, Job, Office, Run, Runner
from bot.jobs.schedule import Schedule, build_schedule
from bot.jobs.worker import InboxWorker
from core.actions.basics import Settings
from core.calendar import WorkCalendar
from core.change import Change, Outgoing
from core.notices import Say
from storage.open import open_storage
from tests.conftest import MEMORY
from tests.contract.storage_samples import AnyStorage
from tests.fakes.memory import MemoryStorage
from tests.fakes.office import SHANGHAI, office_of

START = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Diary:
    """What the job has done, over all nodes; a node that is to die does so in its run."""

    runs: Counter[str] = field(default_factory=Counter)
    deadly: set[str] = field(default_factory=set)

    async def digest(self, run: Run, office: Office) -> Counts:
        told = Outgoing(f"{run.key}#wang", "wang", Say("wang", "digest"))
        await office.store.commit(Change(at=run.now, outbox=(told,)))
        if run.key in self.deadly:
            self.deadly.discard(run.key)
            raise asyncio.CancelledError
        self.runs[run.key] += 1
        return {"people": 1}


async def calendar() -> WorkCalendar:
    return WorkCalendar()


class Node:
    """One replica: its own clock, schedule and worker on the shared storage."""

    def __init__(self, storage: AnyStorage, diary: Diary) -> None:
        self.now = START
        self.storage = storage
        jobs = (Job("digest", diary.digest),)
        self.runner = Runner(jobs, office_of(storage, self.clock), storage.slots)
        rooms = Rooms(storage.store, None, None, None, Settings(), storage.spending)  # type: ignore[arg-type]  # no message comes
        self.worker = InboxWorker(
            storage.inbox, rooms, self.runner, clock=self.clock, zone=SHANGHAI
        )
        self.schedule: Schedule = build_schedule(
            jobs,
            {"digest": "0 * * * *"},
            slots=storage.slots,
            clock=self.clock,
            zone=SHANGHAI,
            calendar=calendar,
        )

    def clock(self) -> datetime:
        return self.now

    async def work(self) -> None:
        """Look at the clock and handle what waits."""
        await self.schedule.tick()
        for item in await self.worker.lease(10):
            await self.worker.handle(item)


@pytest.fixture
async def storages(storage_url: str) -> AsyncIterator[list[AnyStorage]]:
    """Give the same storage as three processes see it."""
    if storage_url == MEMORY:
        yield [MemoryStorage(lambda: START)] * 3
        return
    async with AsyncExitStack() as stack:
        found: list[AnyStorage] = []
        for _ in range(3):
            opened = await open_storage(storage_url, lambda: START)
            stack.push_async_callback(opened.close)
            found.append(opened)
        yield found


async def told(storage: AnyStorage) -> int:
    """Count the notices that the runs have left."""
    count = 0
    while items := await storage.outbox.lease(100, START + 1000 * HOUR, 60):
        for item in items:
            await storage.outbox.finish(item, START)
            count += 1
    return count


async def test_of_several_nodes_one_runs_each_slot(storages: list[AnyStorage]) -> None:
    diary = Diary()
    nodes = [Node(storage, diary) for storage in storages]

    for hour in range(5):
        for n, node in enumerate(nodes):
            node.now = START + hour * HOUR + timedelta(seconds=n)
        for _ in range(2):
            await asyncio.gather(*(node.work() for node in nodes))

    assert diary.runs == Counter({f"job:digest:20261125T0{n}0000Z": 1 for n in range(1, 5)})
    assert await told(storages[0]) == 4


async def test_a_clock_that_jumps_tells_nothing_twice(storages: list[AnyStorage]) -> None:
    """A lease is no protection from a clock that is hours ahead; the keys of what is told are."""
    diary = Diary()
    nodes = [Node(storage, diary) for storage in storages]
    jumps = {2: 2 * HOUR, 4: -3 * HOUR}

    for hour in range(7):
        for n, node in enumerate(nodes):
            node.now = (
                START + hour * HOUR + (jumps.get(hour, timedelta()) if n == 2 else timedelta())
            )
        for _ in range(2):
            await asyncio.gather(*(node.work() for node in nodes))

    assert sorted(diary.runs) == [f"job:digest:20261125T0{n}0000Z" for n in range(1, 7)]
    assert await told(storages[0]) == 6


async def test_a_node_killed_in_its_run_is_made_good_by_another(storages: list[AnyStorage]) -> None:
    diary = Diary()
    dying, other = Node(storages[0], diary), Node(storages[1], diary)
    await dying.work()
    await other.work()
    key = "job:digest:20261125T010000Z"
    diary.deadly.add(key)

    dying.now = other.now = START + HOUR
    with pytest.raises(asyncio.CancelledError):
        await dying.work()
    await other.work()
    before = Counter(diary.runs)
    other.now += timedelta(seconds=16)
    await other.work()

    assert (before, diary.runs) == (Counter(), Counter({key: 1}))
    assert await told(storages[1]) == 1
    assert [(r.job, r.said) for r in await storages[2].slots.latest()] == [("digest", "people=1")]


async def test_a_run_by_hand_is_beside_the_schedule(storages: list[AnyStorage]) -> None:
    diary = Diary()
    node = Node(storages[0], diary)
    await node.work()
    node.now = START + HOUR

    counts = await node.runner.run_now("digest")
    await node.work()

    assert counts == {"people": 1}
    assert sorted(diary.runs) == [
        "job:digest:20261125T010000Z",
        "run:digest:2026-11-25T01:00:00.000001+00:00",
    ]


async def test_a_run_that_has_ended_is_not_repeated(storages: list[AnyStorage]) -> None:
    """The node died after its run had ended, before it could say so to the inbox."""
    diary = Diary()
    node = Node(storages[0], diary)
    slot = START
    await storages[0].slots.take("digest", slot, "k", to_json(JobDue("digest", slot)), START)
    await storages[0].slots.finish("digest", slot, slot, "people=1")

    await node.work()

    assert diary.runs == Counter()
    assert await storages[0].inbox.oldest_waiting() is None


async def test_a_job_that_is_not_known_any_more_is_given_up(storages: list[AnyStorage]) -> None:
    node = Node(storages[0], Diary())

    with pytest.raises(KeyError):
        await node.runner.run_now("gone")
