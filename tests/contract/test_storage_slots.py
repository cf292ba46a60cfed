"""Slots of scheduled jobs: begun once with their message, ended once, remembered."""

import asyncio
from datetime import timedelta

from core.schedule import JobRun
from tests.contract.storage_samples import NOW, AnyStorage

SOON, LATER = NOW + timedelta(minutes=1), NOW + timedelta(hours=1)


async def test_of_all_who_ask_one_takes_a_slot(storage: AnyStorage) -> None:
    asked = await asyncio.gather(
        *(storage.slots.take("digest", NOW, "job:1", "body", SOON) for _ in range(5))
    )

    assert sum(asked) == 1
    assert await storage.slots.take("reminders", NOW, "job:2", "", SOON)
    assert await storage.slots.take("digest", LATER, "job:3", "", SOON)


async def test_a_taken_slot_has_its_message(storage: AnyStorage) -> None:
    await storage.slots.take("digest", NOW, "job:1", "body", SOON)
    await storage.slots.take("digest", NOW, "job:1", "body", SOON)

    (item,) = await storage.inbox.lease(10, LATER, 60)

    assert (item.key, item.lane, item.body, item.received_at) == (
        "job:1",
        "job:digest",
        "body",
        SOON,
    )


async def test_runs_of_one_job_follow_one_another(storage: AnyStorage) -> None:
    await storage.slots.take("digest", NOW, "job:1", "", NOW)
    await storage.slots.take("digest", SOON, "job:2", "", SOON)
    await storage.slots.take("reminders", SOON, "job:3", "", SOON)

    found = await storage.inbox.lease(10, LATER, 60)

    assert [item.key for item in found] == ["job:1", "job:3"]


async def test_a_new_job_has_missed_nothing(storage: AnyStorage) -> None:
    first = await storage.slots.watch("digest", NOW)
    again = await storage.slots.watch("digest", LATER)

    assert (first, again) == (NOW, NOW)


async def test_the_newest_scheduled_slot_is_what_to_go_on_from(storage: AnyStorage) -> None:
    await storage.slots.take("digest", NOW, "job:1", "", NOW)
    await storage.slots.take("digest", SOON, "job:2", "", SOON)
    await storage.slots.begin("digest", LATER, LATER)

    assert await storage.slots.watch("digest", LATER) == SOON


async def test_the_last_run_of_each_job_is_told(storage: AnyStorage) -> None:
    await storage.slots.take("digest", NOW, "job:1", "", NOW)
    await storage.slots.finish("digest", NOW, SOON, "people=2")
    await storage.slots.finish("digest", NOW, LATER, "people=0")
    await storage.slots.begin("digest", SOON, SOON)
    await storage.slots.finish("digest", SOON, LATER, "people=3")
    await storage.slots.take("reminders", NOW, "job:2", "", NOW)

    assert await storage.slots.latest() == (JobRun("digest", SOON, LATER, "people=3", asked=True),)
