"""Answers of the tax bureau and the count of questions, alike on all three storages."""

import asyncio
from datetime import date, timedelta

from core.change import Change
from core.verification import Checked, Verification, VerifyRequest
from storage.open import open_storage
from tests.contract.storage_samples import NOW, AnyStorage, claim, utc_now

TODAY = date(2026, 11, 25)
NUMBER = "26117000000123456789"
ASKED = VerifyRequest("digital_general", None, NUMBER, TODAY, 10000, 10600, None)


def answered(state: str, minutes: int = 0, identity: str = NUMBER) -> Checked:
    facts = (("total", "106.00"), ("seller", "北京示例酒店有限公司"))
    verification = Verification(state, ("total",), facts, "baidu", "0006")  # type: ignore[arg-type]
    return Checked(identity, ASKED, verification, NOW + timedelta(minutes=minutes))


async def test_an_answer_comes_back_whole(storage: AnyStorage) -> None:
    await storage.store.commit(Change(at=NOW, verified=(answered("mismatch"),)))

    assert await storage.store.verified((NUMBER, "unknown")) == {NUMBER: answered("mismatch")}
    assert await storage.store.verified(()) == {}


async def test_the_last_answer_counts(storage: AnyStorage) -> None:
    first, second = answered("pending"), answered("normal", 5)
    await storage.store.commit(Change(at=NOW, verified=(first, answered("void", 0, "other"))))

    await storage.store.commit(Change(at=NOW, verified=(second,)))

    found = await storage.store.verified((NUMBER, "other"))
    assert found[NUMBER] == second
    assert found["other"].verification.state == "void"


async def test_an_answer_and_what_follows_are_one(storage: AnyStorage) -> None:
    await storage.store.commit(Change(at=NOW, claims=(claim(),)))
    again = Change(at=NOW, claims=(claim(),), verified=(answered("void"),))

    refused = (await asyncio.gather(storage.store.commit(again), return_exceptions=True))[0]

    assert "revision" in str(refused)
    assert await storage.store.verified((NUMBER,)) == {}


async def test_of_all_who_ask_five_get_a_try(storage: AnyStorage) -> None:
    asked = (storage.tries.take(NUMBER, TODAY, 5) for _ in range(12))

    got = await asyncio.gather(*asked)

    assert sum(got) == 5
    assert await storage.tries.take("other", TODAY, 5)


async def test_a_new_day_has_new_tries(storage: AnyStorage) -> None:
    for _ in range(5):
        assert await storage.tries.take(NUMBER, TODAY, 5)

    assert not await storage.tries.take(NUMBER, TODAY, 5)
    assert await storage.tries.take(NUMBER, TODAY + timedelta(days=1), 5)
    assert await storage.tries.take(NUMBER, TODAY, 2), "a late clock counts towards the newer day"
    assert not await storage.tries.take(NUMBER, TODAY, 2)


async def test_a_try_that_reached_nobody_is_given_back(storage: AnyStorage) -> None:
    await storage.tries.take(NUMBER, TODAY, 1)

    await storage.tries.give_back(NUMBER, TODAY - timedelta(days=1))
    still_used = not await storage.tries.take(NUMBER, TODAY, 1)
    await storage.tries.give_back(NUMBER, TODAY)
    await storage.tries.give_back(NUMBER, TODAY)
    await storage.tries.give_back("never asked", TODAY)

    assert still_used
    assert await storage.tries.take(NUMBER, TODAY, 1)
    assert not await storage.tries.take(NUMBER, TODAY, 1)


async def test_replicas_share_the_count(database_url: str) -> None:
    one, two = await open_storage(database_url, utc_now), await open_storage(database_url, utc_now)
    try:
        asked = [s.tries.take(NUMBER, TODAY, 5) for s in (one, two) for _ in range(5)]

        assert sum(await asyncio.gather(*asked)) == 5
    finally:
        await one.close()
        await two.close()
