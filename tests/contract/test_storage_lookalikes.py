"""Vouchers that look alike are found by date and total, and by pictures, on every storage."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from core.change import Change, StoredInvoice, Tombstone
from core.company import Company
from core.invoice import Reading, ReadingFinding
from core.likeness import Likeness, likeness_of, near, turns
from core.ports import MAX_ALIKE
from storage.documents import write
from storage.open import open_storage
from tests.conftest import address_of, administer, run_apart
from tests.contract.storage_samples import NOW, AnyStorage, note, utc_now

PICTURE = "0f1e2d3c4b5a6978"
OTHER = "f0e1d2c3b4a59687"
DAY = date(2026, 11, 20)


def stored(name: str, minute: int = 0, claim: str = "BX-1", **values: object) -> StoredInvoice:
    reading = Reading("a.jpg", ok=True, kind="taxi", date=DAY, total_fen=4500)
    reading = replace(reading, **values)  # type: ignore[arg-type]
    at = NOW + timedelta(minutes=minute)
    return StoredInvoice(name, None, "ab" * 32, "zhang", claim, at, reading)


def flipped(picture: str, *bits: int) -> str:
    number = int(picture, 16)
    for bit in bits:
        number ^= 1 << bit
    return f"{number:016x}"


async def keep(storage: AnyStorage, *vouchers: StoredInvoice) -> None:
    await storage.store.commit(Change(at=NOW, invoices=vouchers))


async def names(storage: AnyStorage, *wanted: Likeness) -> list[str]:
    return [v.id for v in await storage.store.lookalikes(wanted)]


async def test_date_and_total_together_find_a_voucher_the_oldest_first(
    storage: AnyStorage,
) -> None:
    later = stored("later", 5)
    await keep(
        storage,
        later,
        stored("first"),
        stored("dearer", total_fen=4600),
        stored("another day", date=date(2026, 11, 21)),
        stored("without a date", date=None),
    )

    found = await storage.store.lookalikes([Likeness(DAY, 4500)])

    assert [v.id for v in found] == ["first", "later"]
    assert found[1] == later
    crossed = (Likeness(DAY, 4600), Likeness(date(2026, 11, 21), 4500))
    assert await names(storage, *crossed) == ["another day", "dearer"]
    assert await names(storage, Likeness(None, 4500), Likeness(DAY, None)) == []
    assert await names(storage) == []


async def test_a_picture_is_found_through_six_bits_and_any_quarter_turn(
    storage: AnyStorage,
) -> None:
    spread = flipped(PICTURE, 0, 5, 17, 30, 47, 63)
    await keep(
        storage,
        stored("same", picture_hash=PICTURE),
        stored("spread", 1, picture_hash=spread),
        stored("seven", 2, picture_hash=flipped(spread, 20)),
        stored("turned", 3, picture_hash=turns(spread)[1]),
        stored("upside down", 4, picture_hash=turns(PICTURE)[2]),
        stored("another", 5, picture_hash=OTHER),
        stored("none", 6),
    )

    found = await names(storage, Likeness(picture=PICTURE))

    assert found == ["same", "spread", "turned", "upside down"]
    assert not near(PICTURE, OTHER)


async def test_two_sure_numbers_are_not_compared_by_their_pictures(storage: AnyStorage) -> None:
    doubt = ReadingFinding("weak", "", ("number",))
    numbers = {"code": "144031900111", "picture_hash": PICTURE}
    sure = stored("sure", number="05560987", **numbers)
    unsure = stored("unsure", 1, number="05560981", findings=(doubt,), **numbers)
    await keep(storage, sure, unsure)

    assert likeness_of(sure.reading).sure
    assert not likeness_of(unsure.reading).sure
    assert await names(storage, Likeness(picture=PICTURE, sure=True)) == ["unsure"]
    assert await names(storage, Likeness(picture=PICTURE)) == ["sure", "unsure"]


async def test_no_search_gives_more_than_it_may(storage: AnyStorage) -> None:
    await keep(storage, *(stored(f"{i:03d}", i) for i in range(MAX_ALIKE + 10)))

    found = await names(storage, Likeness(DAY, 4500))

    assert found == [f"{i:03d}" for i in range(MAX_ALIKE)]


async def test_a_claim_gives_its_vouchers_the_oldest_first(storage: AnyStorage) -> None:
    second, first = stored("a", 5), stored("b")
    await keep(storage, second, first, stored("c", claim="BX-2"))

    assert await storage.store.invoices_of("BX-1") == (first, second)
    assert await storage.store.invoices_of("BX-9") == ()


async def test_a_deleted_original_leaves_its_hash_its_moment_and_who(storage: AnyStorage) -> None:
    one, two = (Tombstone(letter * 64, NOW, "administrator") for letter in "ba")

    await storage.store.commit(Change(at=NOW, tombstones=(one, two), audit=(note("purge"),)))

    assert await storage.store.tombstones(["b" * 64, "c" * 64, "a" * 64]) == (two, one)


@pytest.fixture(params=["sqlite", "postgres"])
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'old.db'}"
        return
    request.getfixturevalue("empty_database")
    name = f"chit_test_{uuid.uuid4().hex[:12]}"
    run_apart(administer(f"CREATE DATABASE {name}"))
    yield address_of(name)
    run_apart(administer(f"DROP DATABASE {name} WITH (FORCE)"))


async def test_vouchers_of_the_schema_before_are_found_by_date_and_total(fresh_url: str) -> None:
    old = stored("old")
    engine = create_async_engine(fresh_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade_to, "0004")
        row = {"document": write(old), "at": "2026-11-25 02:00:00"}
        await connection.execute(text(INSERT), row if "sqlite" in fresh_url else row | {"at": NOW})
    await engine.dispose()

    opened = await open_storage(fresh_url, utc_now)
    found = await names(opened, Likeness(DAY, 4500))
    await opened.close()

    assert found == ["old"]


async def test_a_company_file_of_the_schema_before_is_still_read(fresh_url: str) -> None:
    document = Company().model_dump_json(by_alias=True).replace('"word":', '"rates":{},"word":')
    at = "2026-11-25 02:00:00" if "sqlite" in fresh_url else NOW
    engine = create_async_engine(fresh_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade_to, "0018")
        await connection.execute(text(INSERT_COMPANY), {"document": document, "at": at})
    await engine.dispose()

    opened = await open_storage(fresh_url, utc_now)
    found = await opened.store.company()
    await opened.close()

    assert (found, '"rates"' in document) == (Company(), True)


INSERT_COMPANY = (
    "INSERT INTO companies (company, version, document, applied_at, actor)"
    " VALUES ('main', 1, :document, :at, 'administrator')"
)
INSERT = (
    "INSERT INTO invoices (company, id, claim, received_at, document)"
    " VALUES ('main', 'old', 'BX-1', :at, :document)"
)


def upgrade_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@pytest.mark.parametrize("bits", [(), (3,), (1, 18, 40, 60)])
def test_turning_four_times_gives_the_picture_back(bits: tuple[int, ...]) -> None:
    picture = flipped(PICTURE, *bits)
    quarter = turns(picture)[1]

    assert turns(quarter)[3] == picture
    assert turns(quarter)[1] == turns(picture)[2]
    assert turns(turns(picture)[2])[2] == picture
