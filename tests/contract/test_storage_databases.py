"""What only databases can promise: several processes, tampering, constraints, lost connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from core.budget import Charge
from core.change import Change, Dialog, Release
from core.errors import Refused
from core.ports import Page
from storage.engine import Database
from storage.migrate import migrate, newest
from storage.open import Storage, open_storage
from storage.tables import metadata
from tests.contract.storage_samples import (
    ANY,
    NOW,
    apply,
    claim,
    company_with,
    figures,
    held_back,
    note,
    notice,
    reserving,
    submission,
    utc_now,
)


@asynccontextmanager
async def opened(url: str, instances: int = 1) -> AsyncIterator[list[Storage]]:
    """Open one database several times, as several processes would."""
    found = [await open_storage(url, utc_now) for _ in range(instances)]
    try:
        yield found
    finally:
        for storage in found:
            await storage.close()


async def execute(url: str, *statements: str) -> None:
    database = Database(url)
    try:
        async with database.writing() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await database.close()


async def tamper(url: str, statement: str) -> None:
    """Write past the triggers, as a superuser can."""
    if url.startswith("sqlite"):
        drops = [f"DROP TRIGGER audit_no_{verb}" for verb in ("update", "delete")]
        await execute(url, *drops, statement)
    else:
        await execute(url, "SET LOCAL session_replication_role = replica", statement)


async def test_forty_at_once_from_two_writers_against_room_for_ten(database_url: str) -> None:
    async with opened(database_url, 2) as (one, two):
        await apply(one, company_with(sales="1000.00"))

        answers = await asyncio.gather(
            *((one, two)[i % 2].store.commit(submission(i, "sales", 10000)) for i in range(40)),
            return_exceptions=True,
        )

        refused = held_back(answers)
        assert len(refused) == 30
        assert all(isinstance(r, Refused) and r.code == "budget" for r in refused)
        assert await figures(two) == (100000, 0)
        assert await one.store.verify_audit() is None
        assert [r.seq for r in (await two.store.audit(ANY)).items] == list(range(1, 12))


async def test_two_processes_write_down_each_message_once(database_url: str) -> None:
    async with opened(database_url, 2) as (one, two):
        new = await asyncio.gather(
            *((one, two)[i % 2].inbox.put(f"m{i // 2}", f"l{i}", "", NOW) for i in range(20))
        )
        taken = await asyncio.gather(*((one, two)[i % 2].inbox.lease(3, NOW, 60) for i in range(8)))

        assert sum(new) == 10
        keys = [item.key for items in taken for item in items]
        assert sorted(keys) == sorted(f"m{i}" for i in range(10))


async def test_two_processes_share_numbers_slots_and_the_company(database_url: str) -> None:
    async with opened(database_url, 2) as (one, two):
        given = await asyncio.gather(
            *((one, two)[i % 2].store.next_number("BX", NOW.date()) for i in range(10))
        )
        slots = await asyncio.gather(
            *(s.slots.take("digest", NOW, "job", "", NOW) for s in (one, two))
        )
        assert (await two.store.company()).people == ()
        await apply(one, company_with(sales="1.00"))

        assert sorted(given) == list(range(1, 11))
        assert sorted(slots) == [False, True]
        assert len((await two.store.company()).people) == 2


async def test_first_starts_at_once_take_turns(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/deep/er/chit.db"

    await asyncio.gather(*(migrate(url) for _ in range(4)))

    async with opened(url) as (storage,):
        assert await storage.store.company_version() == 0


async def test_the_migrations_make_the_tables_of_the_code(database_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    database = Database(database_url)
    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_the_newest_version_is_the_one_that_an_upgrade_ends_at(database_url: str) -> None:
    await migrate(database_url)

    database = Database(database_url)
    async with database.reading() as connection:
        found = await connection.execute(text("SELECT version_num FROM alembic_version"))
        assert found.scalar() == newest()
    await database.close()


async def test_texts_are_compared_by_their_bytes(postgres_url: str) -> None:
    foreign = text(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')"
        " AND table_name <> 'alembic_version' AND collation_name IS DISTINCT FROM 'C'"
    )
    database = Database(postgres_url)
    async with database.reading() as connection:
        assert (await connection.execute(foreign)).all() == []
    await database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'li'",
        "DELETE FROM audit",
        "UPDATE entries SET amount_fen = 1",
        "DELETE FROM entries",
        "UPDATE hold_ends SET kind = 'release'",
    ],
)
async def test_the_record_cannot_be_rewritten(database_url: str, statement: str) -> None:
    async with opened(database_url) as (storage,):
        await apply(storage, company_with(sales="100.00"))
        held = reserving("A/1", Charge("sales", 100))
        await storage.store.commit(Change(at=NOW, moves=(held, Release("A/1"))))

        with pytest.raises(DBAPIError, match="append-only"):
            await execute(database_url, statement)


async def test_the_record_cannot_be_truncated(postgres_url: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        await execute(postgres_url, "TRUNCATE audit")


@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        ("UPDATE audit SET actor = 'li' WHERE seq = 3", 3),
        ("UPDATE audit SET fields = '[]' WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 6", 6),
        ("UPDATE audit SET seq = CASE seq WHEN 2 THEN -4 ELSE -2 END WHERE seq IN (2, 4)", 2),
        ("UPDATE heads SET audit_seq = 5", 6),
        ("UPDATE heads SET audit_hash = ''", 6),
    ],
)
async def test_tampering_is_found_at_its_first_line(
    database_url: str, statement: str, bad: int
) -> None:
    async with opened(database_url) as (storage,):
        for i in range(6):
            await storage.store.commit(Change(at=NOW, audit=(note(source=f"m{i}"),)))
        assert await storage.store.verify_audit() is None

        await tamper(database_url, statement)

        assert await storage.store.verify_audit() == bad


async def test_two_swapped_lines_are_found(database_url: str) -> None:
    async with opened(database_url) as (storage,):
        for i in range(4):
            await storage.store.commit(Change(at=NOW, audit=(note(source=f"m{i}"),)))

        await tamper(database_url, "UPDATE audit SET seq = -seq WHERE seq IN (2, 3)")
        await execute(database_url, "UPDATE heads SET audit_seq = audit_seq")
        if database_url.startswith("sqlite"):
            await execute(database_url, "UPDATE audit SET seq = 5 + seq WHERE seq < 0")
        else:
            await tamper(database_url, "UPDATE audit SET seq = 5 + seq WHERE seq < 0")

        assert await storage.store.verify_audit() == 2


async def test_a_long_trail_is_read_in_strides(database_url: str) -> None:
    async with opened(database_url) as (storage,):
        lines = tuple(note(source=f"m{i}") for i in range(2500))
        await storage.store.commit(Change(at=NOW, audit=lines))

        assert await storage.store.verify_audit() is None
        assert len((await storage.store.audit(Page(limit=9999))).items) == 500
        await tamper(database_url, "UPDATE audit SET subject = 'x' WHERE seq = 2001")
        assert await storage.store.verify_audit() == 2001


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE budgets SET reserved_fen = -1",
        "UPDATE budgets SET consumed_fen = -1",
        "INSERT INTO hold_ends (hold, kind, at) VALUES ('A/1', 'consume', '2026-11-25')",
        "INSERT INTO holds (name, claim, charges, at) VALUES ('A/1', 'A', '[]', '2026-11-25')",
        "INSERT INTO identities (identity, claim, at) VALUES ('invoice-1', 'B', '2026-11-25')",
        (
            "INSERT INTO slots (job, slot, taken_at)"
            " VALUES ('d', '2026-11-25 02:00:00.000000', '2026-11-25')"
        ),
        "INSERT INTO audit VALUES ('main', 9, '2026-11-25', 'a', 'b', 'c', NULL, '[]', '')",
        "INSERT INTO audit VALUES ('main', 9, '2026-11-25', 'a', 'b', 'c', '', '[]', '')",
    ],
)
async def test_the_database_has_the_last_word(database_url: str, statement: str) -> None:
    async with opened(database_url) as (storage,):
        await apply(storage, company_with(sales="100.00"))
        await storage.store.commit(submission(1, "sales", 100))
        held = reserving("A/1", Charge("sales", 100))
        await storage.store.commit(Change(at=NOW, moves=(held, Release("A/1"))))
        await storage.slots.take("d", NOW, "job", "", NOW)

        with pytest.raises(IntegrityError):
            await execute(database_url, statement)


@pytest.mark.parametrize("poison", ["\ud800", "nul \x00"])
async def test_what_the_database_cannot_take_fails_alone(database_url: str, poison: str) -> None:
    async with opened(database_url) as (storage,):
        changes = [Change(at=NOW, audit=(note(source=f"m{i}"),)) for i in range(9)]
        bad = replace(changes[4], audit=(note(poison),), dialogs=(Dialog("zhang", poison),))
        changes[4] = bad

        answers = await asyncio.gather(
            *(storage.store.commit(c) for c in changes), return_exceptions=True
        )

        kept = len((await storage.store.audit(ANY)).items)
        assert kept == sum(a is None for a in answers)
        assert all(isinstance(a, ValueError | SQLAlchemyError) for a in held_back(answers))
        assert kept >= 8
        assert await storage.store.verify_audit() is None


async def test_a_poisoned_message_fails_alone(database_url: str) -> None:
    async with opened(database_url) as (storage,):
        puts = [storage.inbox.put(f"m{i}", "a", "\ud800" if i == 3 else "", NOW) for i in range(8)]

        answers = await asyncio.gather(*puts, return_exceptions=True)

        assert [a for i, a in enumerate(answers) if i != 3] == [True] * 7
        assert isinstance(answers[3], ValueError | SQLAlchemyError)


async def test_a_lost_connection_is_heard_by_its_batch_only(postgres_url: str) -> None:
    async with opened(postgres_url) as (storage,):
        database = Database(postgres_url)
        async with database.writing() as blocker:
            await blocker.execute(text("SELECT * FROM heads FOR UPDATE"))
            waiting = [
                asyncio.create_task(storage.store.commit(submission(i, "none", 0)))
                for i in range(3)
            ]
            await _until_blocked(database)
            await blocker.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            answers = await asyncio.gather(*waiting, return_exceptions=True)
        await database.close()

        assert all(isinstance(a, SQLAlchemyError | OSError) for a in answers)
        await storage.store.commit(Change(at=NOW, claims=(claim(),), audit=(note(),)))
        assert await storage.store.claim("BX-20261125-0001") is not None
        assert len((await storage.store.audit(ANY)).items) == 1


async def test_a_connection_that_ended_at_rest_is_replaced(postgres_url: str) -> None:
    async with opened(postgres_url) as (storage,):
        await storage.store.commit(Change(at=NOW, audit=(note(),)))
        await execute(
            postgres_url,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )

        await storage.store.commit(Change(at=NOW, claims=(claim(),), audit=(note(),)))

        assert await storage.store.claim("BX-20261125-0001") is not None


async def _until_blocked(database: Database) -> None:
    query = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with asyncio.timeout(60), database.reading() as connection:
        while not await connection.scalar(query):
            await connection.execute(text("SELECT pg_sleep(0.01)"))
            # What a transaction has seen of others' activity stays as it was.
            await connection.execute(text("SELECT pg_stat_clear_snapshot()"))


@pytest.mark.parametrize("queue", ["inbox", "outbox"])
async def test_another_process_is_woken(postgres_url: str, queue: str) -> None:
    async with opened(postgres_url, 2) as (one, two):
        wait = two.wait_inbox if queue == "inbox" else two.wait_outbox
        await wait(0.01)
        waiter = asyncio.create_task(wait(60))
        await asyncio.sleep(0)

        if queue == "inbox":
            await one.inbox.put("m1", "zhang", "", NOW)
        else:
            await one.store.commit(Change(at=NOW, outbox=(notice("n1"),)))

        async with asyncio.timeout(60):
            await waiter
        assert waiter.done()


async def test_listening_comes_back_after_a_lost_connection(postgres_url: str) -> None:
    async with opened(postgres_url, 2) as (one, two):
        await execute(
            postgres_url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        async with asyncio.timeout(60):
            await two.wait_inbox(20)
            await two.wait_inbox(20)
            await one.inbox.put("m1", "zhang", "", NOW)
            await two.wait_inbox(20)

        assert await two.ping() is None  # type: ignore[func-returns-value]


async def test_closing_lets_through_what_waits(database_url: str) -> None:
    async with opened(database_url) as (storage,):
        waiting = [
            asyncio.create_task(storage.store.commit(Change(at=NOW, audit=(note(source=f"m{i}"),))))
            for i in range(20)
        ]
        await asyncio.sleep(0)

    assert await asyncio.gather(*waiting) == [None] * 20
    async with opened(database_url) as (storage,):
        assert len((await storage.store.audit(ANY)).items) == 20


async def test_sqlite_writes_ahead_and_syncs(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.writing() as connection:
        mode = await connection.scalar(text("PRAGMA journal_mode"))
        sync = await connection.scalar(text("PRAGMA synchronous"))
    await database.close()

    assert (mode, sync) == ("wal", 2)


@pytest.mark.parametrize(
    "url", ["sqlite+aiosqlite://", "sqlite:///x.db", "mysql+asyncmy://h/db", "postgresql://h/db"]
)
async def test_other_databases_are_refused_in_one_line(url: str) -> None:
    with pytest.raises(ValueError, match=r"database\.url"):
        await open_storage(url, utc_now)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE budgets SET consumed_fen = consumed_fen + 1 WHERE id = 'sales'", "consumed"),
        ("UPDATE budgets SET reserved_fen = reserved_fen + 1 WHERE id = 'sales'", "reserved"),
        ("UPDATE budgets SET limit_fen = limit_fen + 1 WHERE id = 'sales'", "limit"),
        ("DELETE FROM holds WHERE name = 'A/1'", "held"),
    ],
)
async def test_a_budget_that_contradicts_its_journal_is_found(
    database_url: str, statement: str, what: str
) -> None:
    storage = await open_storage(database_url, utc_now)
    await apply(storage, company_with(sales="100.00"))
    moves = (reserving("A/1", Charge("sales", 400)), reserving("B/1", Charge("sales", 10)))
    await storage.store.commit(Change(at=NOW, moves=moves))
    whole = await storage.store.verify_ledger()
    database = Database(database_url)
    async with database.writing() as connection:
        await connection.execute(text(statement))
    await database.close()

    faults = await storage.store.verify_ledger()
    await storage.close()

    assert whole == ()
    assert what in {f.what for f in faults}
    assert {f.budget for f in faults} == {"sales"}
