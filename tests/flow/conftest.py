"""Stages for flows, on SQLite and (where it is there) on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.desk.company import read_company
from core.company import Company
from sandbox.invoices import write_samples
from tests.flow.stage import Stage, free_port, on_stage


@pytest.fixture
def company() -> Company:
    return read_company(Path("sandbox/company.yaml"))


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder, datetime.now(UTC).date(), 20261125)
    return folder


@pytest.fixture
async def stage(
    company: Company, tmp_path: Path, port: int, database_url: str
) -> AsyncIterator[Stage]:
    async with asyncio.timeout(300), on_stage(company, tmp_path, database_url, port) as found:
        yield found
