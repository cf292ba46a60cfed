"""Brings the schema up to date, also when several processes start at once."""

import asyncio

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import Database

_LOCK = 0x63686974
"""PostgreSQL's advisory lock of migrations: "chit" as a number."""
_PATIENCE = 100
_PAUSE_S = 0.1


async def migrate(url: str) -> None:
    """Create or upgrade the schema; a second process waits until the first is done."""
    database = Database(url)
    try:
        await upgrade(database)
    finally:
        await database.close()


async def upgrade(database: Database) -> None:
    """Do the same on connections that are open already."""
    if not database.postgres:
        await _switch_to_wal(database)
    async with database.writing() as connection:
        if database.postgres:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = _settings()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _settings() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    return config


async def pending(url: str) -> int:
    """Count the migrations that a database still lacks; nothing is changed."""
    database = Database(url)
    try:
        async with database.reading() as connection:
            return await connection.run_sync(_count_pending)
    finally:
        await database.close()


def _count_pending(connection: Connection) -> int:
    scripts = ScriptDirectory.from_config(_settings())
    at = MigrationContext.configure(connection).get_current_revision()
    return sum(1 for _ in scripts.iterate_revisions("heads", at or "base"))


async def _switch_to_wal(database: Database) -> None:
    """Turn the write-ahead log on, once in the life of a file.

    It needs the file for itself and SQLite does not wait for that, so two first starts at once
    take turns here.
    """
    engine = database.alone()
    left = _PATIENCE
    while not await _is_wal(engine, last=not left):
        left -= 1
        await asyncio.sleep(_PAUSE_S)
    await engine.dispose()


async def _is_wal(engine: AsyncEngine, *, last: bool) -> bool:
    try:
        async with engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    except OperationalError:
        if last:
            raise
        return False
    return True
