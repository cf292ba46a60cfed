"""Brings the schema up to date, also when several processes start at once."""

import asyncio
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

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
    """Do the same on connections that are open already; nothing when it is the newest already."""
    if await _is_newest(database):
        return
    if not database.postgres:
        await _switch_to_wal(database)
    async with database.writing() as connection:
        if database.postgres:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        await connection.run_sync(_upgrade)


async def _is_newest(database: Database) -> bool:
    """Look at the version alone: what upgrades takes half as long to load as all the rest."""
    try:
        async with database.reading() as connection:
            found = await connection.execute(text("SELECT version_num FROM alembic_version"))
            return found.scalar() == newest()
    except DBAPIError:
        return False


def newest() -> str:
    """Give the version of the newest migration, which its file is named after: v0019_….py."""
    names = (entry.name for entry in files("storage.migrations.versions").iterdir())
    return max(name[1:5] for name in names if name.startswith("v"))


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = _settings()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _settings() -> "Config":
    from alembic.config import Config

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
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

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
