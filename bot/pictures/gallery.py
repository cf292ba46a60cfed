"""Gives pictures without holding up the chat: drawn in a thread, the latest ones kept."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from bot.pictures.charts import paint
from bot.pictures.pdf import print_pages
from bot.pictures.views import Picture

KEPT = 64
"""Pictures in memory, some 60 KB each: a card that is drawn again costs nothing."""


class Gallery:
    """Draws one picture at a time beside the event loop; the same figures are drawn once."""

    def __init__(self) -> None:
        self._hand = ThreadPoolExecutor(1, "picture")
        self._drawn: OrderedDict[Picture, asyncio.Future[bytes]] = OrderedDict()

    async def draw(self, view: Picture) -> bytes:
        """Give a picture as PNG."""
        known = self._drawn.get(view)
        if known is None or known.cancelled() or (known.done() and known.exception()):
            loop = asyncio.get_running_loop()
            known = loop.run_in_executor(self._hand, paint, view)
            self._drawn[view] = known
        self._drawn.move_to_end(view)
        while len(self._drawn) > KEPT:
            self._drawn.popitem(last=False)
        return await asyncio.shield(known)

    async def print(self, views: Sequence[Picture], title: str, language: str) -> bytes:
        """Give pages as a PDF; ValueError for none."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._hand, print_pages, views, title, language)

    def close(self) -> None:
        """Give the thread back."""
        self._hand.shutdown(wait=False, cancel_futures=True)
