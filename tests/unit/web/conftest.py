"""A stage of pages for each test."""

from collections.abc import AsyncIterator

import pytest
from web_stage import Stage, on_stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as found:
        yield found
