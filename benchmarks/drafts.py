"""From a file sent on a phone to the draft card on it, beside the bar and the recognition alone."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

from benchmarks.figures import Figure, beside, median, timed
from benchmarks.places import database
from benchmarks.service import Running, serving
from recognition.reader import Recogniser
from sandbox.invoices import build_sample
from tests.flow.stage import until

TIMES = 5
ELECTRONIC_S, PHOTO_S = 2.0, 3.0


@dataclass(frozen=True, slots=True)
class _Job:
    """A kind of file, who sends it, and what time it may take."""

    name: str
    sample: str
    person: str
    bar_s: float


JOBS = (
    _Job("xml", "hotel.xml", "zhang", ELECTRONIC_S),
    _Job("ofd", "office.ofd", "li", ELECTRONIC_S),
    _Job("pdf", "meal.pdf", "wang", ELECTRONIC_S),
    _Job("qr_photo", "hotel-photo.jpg", "zhao", PHOTO_S),
)
WECOM_JOBS = JOBS[-1:]
"""WeCom's app chats take pictures only."""


async def run() -> AsyncIterator[Figure]:
    """Give the middle of some times for each kind of file on both messengers (SQLite)."""
    reader = Recogniser()
    await reader.start()
    await reader.warm()
    try:
        alone = {job.name: await _alone(reader, job) for job in JOBS}
    finally:
        await reader.stop()
    async with database("sqlite") as url:
        if url is None:
            return
        async with serving(url) as running:
            for platform, jobs in (("dingtalk", JOBS), ("wecom", WECOM_JOBS)):
                for job in jobs:
                    took = median(await _drafts(running, platform, job))
                    name = f"drafts.{platform}.{job.name}"
                    yield beside(name, took, "s", job.bar_s, "the bar")
                    over, what = f"{name}.over_recognition", "recognition of it alone"
                    yield beside(over, took, "s", alone[job.name], what)


async def _drafts(running: Running, platform: str, job: _Job) -> list[float]:
    """Time a file some times; the one before does not count, it starts what sleeps."""
    return [await _draft(running, platform, job) for _ in range(TIMES + 1)][1:]


async def _alone(reader: Recogniser, job: _Job) -> float:
    files = [_fresh(job) for _ in range(TIMES)]
    return median([await timed(reader.read(job.sample, data)) for data in files])


async def _draft(running: Running, platform: str, job: _Job) -> float:
    """Send a new invoice; gives the seconds until a new card with it can be submitted."""
    data = _fresh(job)
    phone = running.phone(platform, job.person)
    before = {card.id for card in await phone.cards()}
    kind = "image/jpeg" if job.sample.endswith(".jpg") else "application/octet-stream"

    async def look() -> bool | None:
        new = [card for card in await phone.cards() if card.id not in before]
        return any("submit" in card.buttons() for card in new) or None

    begin = time.perf_counter()
    await phone.send(job.sample, data, kind)
    await until(look, f"a draft card for {job.name}", phone.items)
    return time.perf_counter() - begin


def _fresh(job: _Job) -> bytes:
    """Make an invoice that was never sent before."""
    return build_sample(job.sample, date(2026, 11, 24), time.time_ns() // 1000)
