"""Pictures: what a card costs beside the drawing alone, and how free the event loop stays."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from benchmarks.figures import MS, Figure, beside, median
from bot.pictures.charts import paint
from bot.pictures.gallery import Gallery
from bot.pictures.views import Bar, BudgetBars

ROUNDS = 30
VIEW = BudgetBars(
    "市场部 2026 年第四季度预算",
    tuple(Bar(f"差旅与招待 {i}", 10_000_00, i * 1_000_00, 1_500_00) for i in range(6)),
    "截至 2026-11-25 09:00",
)


async def run() -> AsyncIterator[Figure]:
    """Draw new figures in turn: plainly, and through the gallery as the chat does."""
    gallery = Gallery()
    paint(VIEW)
    plain, cards = [], []
    for i in range(ROUNDS):
        view = replace(VIEW, note=f"{VIEW.note} {i}")
        begin = time.perf_counter()
        await asyncio.to_thread(paint, view)
        plain.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        await gallery.draw(view)
        cards.append(time.perf_counter() - begin)
    begin = time.perf_counter()
    await gallery.draw(replace(VIEW, note=f"{VIEW.note} {ROUNDS - 1}"))
    again = time.perf_counter() - begin
    gallery.close()
    drawn = median(plain) * MS
    yield beside("picture_card", median(cards) * MS, "ms", drawn, "the drawing alone")
    yield beside("picture_again", again * MS, "ms", drawn, "the drawing alone")
