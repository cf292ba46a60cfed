"""Fixtures for every suite: databases to throw away, and the three storages on one surface."""

import asyncio
import os
import shutil
import sys
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.migrate import migrate
from storage.open import Storage, open_storage
from tests.fakes.memory import MemoryStorage
from tests.throwaway import Throwaway

settings.register_profile(
    "chit", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no fault
settings.load_profile("chit")

# Each worker and each process of a test would compile what it imports anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

MEMORY = "memory"
POSTGRES = make_url(
    os.environ.get("CHIT_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
)
"""A server on which throw-away databases may be made."""


def pytest_xdist_auto_num_workers() -> int:
    """Of `-n auto`: one worker more than there are cores, for flows wait for other processes."""
    return len(os.sched_getaffinity(0)) + 1


def utc_now() -> datetime:
    return datetime.now(UTC)


def run_apart(work: Coroutine[None, None, None]) -> None:
    """Run to the end in a thread: the test's own loop knows nothing of it."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def administer(statement: str) -> None:
    engine = create_async_engine(POSTGRES, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await engine.dispose()


def address_of(database: str) -> str:
    return POSTGRES.set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty SQLite database, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    run_apart(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def empty_database() -> Iterator[str]:
    """Make an empty PostgreSQL database, to be copied; without a server, skip (fail in CI)."""
    name = f"chit_test_{uuid.uuid4().hex[:12]}"
    try:
        run_apart(administer(f"CREATE DATABASE {name}"))
    except OSError as error:
        reason = f"no PostgreSQL at {POSTGRES.host}:{POSTGRES.port} ({type(error).__name__})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    run_apart(migrate(address_of(name)))
    yield name
    run_apart(administer(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_url(empty_file: Path, tmp_path: Path) -> str:
    path = shutil.copy(empty_file, tmp_path / "chit.db")
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="session")
def throwaway(empty_database: str) -> Iterator[Throwaway]:
    database = Throwaway(POSTGRES)
    database.create(empty_database)
    yield database
    database.close()


@pytest.fixture
def postgres_url(throwaway: Throwaway) -> Iterator[str]:
    yield throwaway.url
    throwaway.empty()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the address of an empty database that only this test has."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=[MEMORY, "sqlite", "postgres"])
def storage_url(request: pytest.FixtureRequest) -> str:
    """Give the same, or "memory" for the fake."""
    if request.param == MEMORY:
        return MEMORY
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[Storage | MemoryStorage]:
    if storage_url == MEMORY:
        yield MemoryStorage(utc_now)
        return
    opened = await open_storage(storage_url, utc_now)
    yield opened
    await opened.close()
