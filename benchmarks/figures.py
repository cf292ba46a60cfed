"""What a benchmark says, and the small arithmetic of times."""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass

MS = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result: `ratio` is value / what stands in `against`, None without a peer."""

    name: str
    value: float
    unit: str
    ratio: float | None
    against: str


Benchmark = Callable[[], AsyncIterator[Figure]]


def beside(name: str, value: float, unit: str, peer: float, against: str) -> Figure:
    """Make a figure of a value and its peer, both in `unit`; the peer's own value is told too."""
    ratio = round(value / peer, 3) if peer else None
    return Figure(name, _short(value), unit, ratio, f"{against}: {_short(peer)} {unit}")


def _short(value: float) -> float:
    """Keep three digits that mean something."""
    return float(f"{value:.3g}") if abs(value) < MS else float(round(value))


def show(figure: Figure) -> None:
    """Print a figure as one JSON object a line."""
    print(json.dumps(asdict(figure), ensure_ascii=False), flush=True)


def note(text: str) -> None:
    """Say what is no figure."""
    print(text, file=sys.stderr, flush=True)


def median(times_s: Sequence[float]) -> float:
    """Give the middle of some times."""
    return statistics.median(times_s)


def p95(times_s: Sequence[float]) -> float:
    """Give the time that 95 of 100 keep below."""
    return sorted(times_s)[min(len(times_s) - 1, int(len(times_s) * 0.95))]


async def timed(work: Awaitable[object]) -> float:
    """Give the seconds that something takes."""
    begin = time.perf_counter()
    await work
    return time.perf_counter() - begin


async def rate(job: Callable[[], Awaitable[object]], in_flight: int, seconds: float) -> float:
    """Give how often a second a job ends, with so many always under way.

    Every place runs once before the clock starts: connections open, caches fill. Who is in hand
    when the time is over ends, and counts.
    """
    await asyncio.gather(*(job() for _ in range(in_flight)))
    begin = time.perf_counter()
    ended = 0

    async def worker() -> None:
        nonlocal ended
        while time.perf_counter() - begin < seconds:
            await job()
            ended += 1

    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return ended / (time.perf_counter() - begin)
