"""Where benchmarks run: a folder on the disk of the checkout, databases to throw away."""

import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from benchmarks.figures import note

ROOT = Path(__file__).resolve().parents[1]
POSTGRES = make_url(
    os.environ.get("CHIT_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
)
"""A server on which throw-away databases may be made."""


@contextmanager
def folder() -> Iterator[Path]:
    """Give an empty folder on the disk of the checkout: /tmp may be memory, where fsync is free."""
    parent = ROOT / "dist"
    parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=parent) as path:
        yield Path(path)


@asynccontextmanager
async def database(kind: str) -> AsyncIterator[str | None]:
    """Give the address of an empty database, None (and a note) when there is no server."""
    if kind == "sqlite":
        with folder() as path:
            yield f"sqlite+aiosqlite:///{path}/chit.db"
        return
    name = f"chit_bench_{uuid.uuid4().hex[:12]}"
    try:
        await _administer(f"CREATE DATABASE {name}")
    except OSError as error:
        note(f"no PostgreSQL at {POSTGRES.host}:{POSTGRES.port}, skipped ({type(error).__name__})")
        yield None
        return
    try:
        yield POSTGRES.set(database=name).render_as_string(hide_password=False)
    finally:
        await _administer(f"DROP DATABASE {name} WITH (FORCE)")


KINDS = ("sqlite", "postgres")


async def _administer(statement: str) -> None:
    engine = create_async_engine(POSTGRES, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await engine.dispose()
