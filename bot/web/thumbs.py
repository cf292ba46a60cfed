"""Small pictures of originals for the pages: drawn elsewhere, a few at a time, kept for a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

Draw = Callable[[bytes], Awaitable[bytes | None]]
"""Gives a small JPEG of foreign bytes without decoding them here; None for what has no picture."""

AT_ONCE = 2
KEPT = 256
"""Pictures kept in memory, a few tens of kilobytes each."""


class Thumbs:
    """Draws each original once while it is kept; the oldest used go first."""

    def __init__(self, draw: Draw, *, at_once: int = AT_ONCE, kept: int = KEPT) -> None:
        self._draw = draw
        self._gate = asyncio.Semaphore(at_once)
        self._kept: OrderedDict[str, bytes | None] = OrderedDict()
        self._most = kept

    async def of(self, sha256: str, read: Callable[[], Awaitable[bytes]]) -> bytes | None:
        """Give the small picture of an original, which `read` gives when it must be drawn."""
        async with self._gate:
            if sha256 not in self._kept:
                self._kept[sha256] = await self._draw(await read())
            self._kept.move_to_end(sha256)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return self._kept.get(sha256)
