"""Files named on a command line to the JSON objects of contract §6."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Protocol

from core.invoice import Reading, to_json
from recognition.limits import MAX_FILE_BYTES
from recognition.texts import refusal


class Reader(Protocol):
    """Reads the vouchers of a file."""

    async def read(self, name: str, data: bytes) -> tuple[Reading, ...]:
        """Give at least one reading; never raises for what the bytes contain."""
        ...


async def recognise_paths(
    paths: Sequence[str], recogniser: Reader
) -> AsyncIterator[dict[str, object]]:
    """Give an object for each voucher of each path, in order; at least one a path.

    A missing, unreadable or foreign file gives `ok: false` with a reason and stops nothing.
    """
    for path in paths:
        found = await asyncio.to_thread(_load, path)
        readings = (found,) if isinstance(found, Reading) else await recogniser.read(path, found)
        for reading in readings:
            yield to_json(reading)


def _load(path: str) -> bytes | Reading:
    """Read a regular file up to just above the limit; pipes and devices are never opened."""
    place = Path(path)
    try:
        if not place.exists():
            return refusal(path, "missing")
        if not place.is_file():
            return refusal(path, "not_a_file")
        with place.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError):
        return refusal(path, "unreadable")
