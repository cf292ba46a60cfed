"""What every test on PostgreSQL relies on: the one before left nothing."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.throwaway import Throwaway


async def state(url: str) -> list[object]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        tables = await connection.execute(text("SELECT table_name FROM information_schema.tables"))
        counters = await connection.execute(text("SELECT * FROM counters"))
        version = await connection.execute(text("SELECT * FROM alembic_version"))
        following = await connection.execute(text("SELECT nextval('exchanges_id_seq')"))
        found = [sorted(tables), counters.all(), version.all(), following.all()]
    await engine.dispose()
    return list(map(repr, found))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO counters (company, name, value) VALUES ('main', 'odd', 7)",
        "UPDATE counters SET value = 9",
        "DELETE FROM alembic_version",
        "CREATE TABLE odd (id int)",
        "DROP TABLE exchanges",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
    ],
)
async def test_whatever_a_test_does_is_taken_back(throwaway: Throwaway, statement: str) -> None:
    await asyncio.to_thread(throwaway.empty)
    before = await state(throwaway.url)
    engine = create_async_engine(throwaway.url)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
        await connection.execute(text("SELECT nextval('card_codes_id_seq')"))
    await engine.dispose()
    left = await asyncpg.connect(throwaway.url.replace("+asyncpg", ""))
    await left.execute("BEGIN; LOCK TABLE counters")

    await asyncio.to_thread(throwaway.empty)

    assert await state(throwaway.url) == before
    await asyncio.to_thread(throwaway.empty)
    assert left.is_closed()
    left.terminate()
