"""Sessions and sign-ins on the way: single-use, bound to a browser, ended for good."""

import asyncio
from datetime import timedelta

import pytest

from core.ports import Session, SignInTry
from storage.open import open_storage
from tests.contract.storage_samples import NOW, AnyStorage, utc_now

LATER = NOW + timedelta(minutes=10)
TRY = SignInTry("dingtalk", "browser-1", "/app/claims/BX-20261125-0007")
SESSION = Session("zhang", NOW, LATER)


async def test_a_begun_sign_in_is_taken_once(storage: AnyStorage) -> None:
    await storage.sessions.begin("s1", TRY, LATER, NOW)

    taken = await asyncio.gather(*(storage.sessions.take("s1", "browser-1", NOW) for _ in range(5)))

    assert [t for t in taken if t] == [TRY]


@pytest.mark.parametrize(
    ("key", "browser", "late_s"),
    [("s1", "browser-2", 0), ("s2", "browser-1", 0), ("s1", "browser-1", 600), ("", "", 0)],
)
async def test_a_foreign_late_or_unknown_one_is_not_taken(
    storage: AnyStorage, key: str, browser: str, late_s: int
) -> None:
    await storage.sessions.begin("s1", TRY, LATER, NOW)

    taken = await storage.sessions.take(key, browser, NOW + timedelta(seconds=late_s))

    assert taken is None


async def test_a_foreign_browser_takes_nothing_away(storage: AnyStorage) -> None:
    await storage.sessions.begin("s1", TRY, LATER, NOW)

    await storage.sessions.take("s1", "browser-2", NOW)

    assert await storage.sessions.take("s1", "browser-1", NOW) == TRY


async def test_many_may_begin_at_once(storage: AnyStorage) -> None:
    begun = [storage.sessions.begin(f"s{i}", TRY, LATER, NOW) for i in range(40)]

    await asyncio.gather(*begun)

    assert await storage.sessions.take("s0", "browser-1", NOW) == TRY
    assert await storage.sessions.take("s39", "browser-1", NOW) == TRY


async def test_a_session_is_found_until_it_has_run_out(storage: AnyStorage) -> None:
    await storage.sessions.open("k1", SESSION, NOW)

    assert await storage.sessions.find("k1", NOW) == SESSION
    assert await storage.sessions.find("k2", NOW) is None
    assert await storage.sessions.find("k1", LATER) is None


async def test_a_session_can_last_longer(storage: AnyStorage) -> None:
    await storage.sessions.open("k1", SESSION, NOW)
    until = LATER + timedelta(hours=12)

    await storage.sessions.extend("k1", until)

    assert await storage.sessions.find("k1", LATER) == Session("zhang", NOW, until)


async def test_an_ended_session_stays_ended(storage: AnyStorage) -> None:
    await storage.sessions.open("k1", SESSION, NOW)

    await storage.sessions.end("k1")
    await storage.sessions.extend("k1", LATER + timedelta(hours=1))
    await storage.sessions.end("k1")

    assert await storage.sessions.find("k1", NOW) is None


async def test_every_replica_knows_a_session_and_its_end(database_url: str) -> None:
    one, two = await open_storage(database_url, utc_now), await open_storage(database_url, utc_now)
    try:
        await one.sessions.open("k1", SESSION, NOW)
        known = await two.sessions.find("k1", NOW)
        await two.sessions.end("k1")

        assert known == SESSION
        assert await one.sessions.find("k1", NOW) is None
    finally:
        await one.close()
        await two.close()
