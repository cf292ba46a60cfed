"""Leases on what is single: one holder, renewed, taken over, given back."""

import asyncio
from datetime import timedelta

from storage.open import open_storage
from tests.contract.storage_samples import NOW, AnyStorage, utc_now

SOON, LATER = NOW + timedelta(seconds=5), NOW + timedelta(seconds=15)
MUCH_LATER = LATER + timedelta(seconds=15)


async def test_of_all_who_ask_one_leads(storage: AnyStorage) -> None:
    asked = (storage.leaders.take("bot", f"r{i}", NOW, LATER) for i in range(8))

    fences = await asyncio.gather(*asked)

    assert sorted(fences, key=str) == [1, *[None] * 7]


async def test_a_holder_renews_under_the_same_fence(storage: AnyStorage) -> None:
    first = await storage.leaders.take("bot", "a", NOW, LATER)

    again = await storage.leaders.take("bot", "a", SOON, MUCH_LATER)

    assert (first, again) == (1, 1)
    assert await storage.leaders.take("bot", "b", LATER, MUCH_LATER) is None


async def test_a_lease_that_ran_out_passes_on_with_a_new_fence(storage: AnyStorage) -> None:
    await storage.leaders.take("bot", "a", NOW, LATER)

    early = await storage.leaders.take("bot", "b", SOON, MUCH_LATER)
    taken = await storage.leaders.take("bot", "b", LATER, MUCH_LATER)

    assert (early, taken) == (None, 2)
    assert await storage.leaders.take("bot", "a", LATER, MUCH_LATER) is None


async def test_who_leaves_lets_the_next_in_at_once(storage: AnyStorage) -> None:
    await storage.leaders.take("bot", "a", NOW, LATER)

    await storage.leaders.leave("bot", "b", SOON)
    kept = await storage.leaders.take("bot", "b", SOON, LATER)
    await storage.leaders.leave("bot", "a", SOON)

    assert kept is None
    assert await storage.leaders.take("bot", "b", SOON, LATER) == 2


async def test_leases_of_other_names_are_free(storage: AnyStorage) -> None:
    await storage.leaders.take("bot", "a", NOW, LATER)

    assert await storage.leaders.take("other", "b", NOW, LATER) == 1


async def test_two_replicas_share_the_lease(database_url: str) -> None:
    one, two = await open_storage(database_url, utc_now), await open_storage(database_url, utc_now)
    try:
        held = await one.leaders.take("bot", "a", NOW, LATER)

        assert held == 1
        assert await two.leaders.take("bot", "b", SOON, MUCH_LATER) is None
        assert await two.leaders.take("bot", "b", LATER, MUCH_LATER) == 2
    finally:
        await one.close()
        await two.close()


async def test_whoever_is_cancelled_leaves_no_lock_behind(storage: AnyStorage) -> None:
    given_up = []
    for i in range(60):
        asked = (storage.leaders.take("x", f"h{i}", NOW, LATER) for _ in range(3))
        taking = [asyncio.create_task(each) for each in asked]
        await asyncio.sleep(i % 12 / 1000)
        for task in taking:
            task.cancel()
        given_up += await asyncio.gather(*taking, return_exceptions=True)  # keeps tracebacks alive

        async with asyncio.timeout(60):
            await storage.leaders.take(f"y{i}", "h", NOW, LATER)

    assert len(given_up) == 180
