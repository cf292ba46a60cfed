"""Asking again for a while, when many calls belong together and one of them comes at a bad time."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from core.errors import Retryable

T = TypeVar("T")
PAUSES_S: Sequence[float] = (1.0, 2.0, 4.0)
"""What DingTalk asks its callers to wait after being too fast."""
LONGEST_S = 30.0
"""Who asks for a longer pause than that is asked again another time."""


async def patiently(ask: Callable[[], Awaitable[T]], pauses_s: Sequence[float] = PAUSES_S) -> T:
    """Ask, and again after each pause while the answer is Retryable; the last one is raised."""
    for pause_s in pauses_s:
        try:
            return await ask()
        except Retryable as error:
            if (error.retry_after_s or 0) > LONGEST_S:
                raise
        await asyncio.sleep(pause_s)
    return await ask()


def read_waiting(cursor: str | None, first: str) -> list[str]:
    """Read the ids that a cursor says are still to be asked about; ValueError when it is none."""
    found = [first] if cursor is None else json.loads(cursor)
    if not isinstance(found, list) or not all(isinstance(i, str) for i in found):
        raise TypeError("cursor")
    return found


def write_waiting(ids: Sequence[str]) -> str | None:
    """Write what is still to be asked about, None at the end."""
    return json.dumps(list(ids)) if ids else None
