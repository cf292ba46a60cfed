"""The month's sums over many lines, beside the same roll-up in plain SQL over those lines."""

from collections.abc import AsyncIterator, Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.figures import MS, Figure, beside, median, timed
from benchmarks.places import KINDS, database
from bot.clock import utc_now
from core.spending import Dimension, Spending, SpendQuery
from storage.open import open_storage

LINES = (100_000, 1_000_000)
ROUNDS = 3
MONTH = "2026-11"
SIDES: tuple[Dimension, ...] = ("department", "category", "project", "employee")
_FILL = """
INSERT INTO spend_facts (company, claim, place, month, department, category, project, employee,
  supplier, amount_fen, lines)
SELECT 'main', 'BX-' || (n / 3), n % 3, '2026-' || substr('0' || (n % 12 + 1), -2, 2),
  'd' || (n % 40), 'c' || (n % 15), 'p' || (n % 60), 'e' || (n % 900), 's' || (n % 300),
  n % 9000 + 100, 1
FROM ({numbers}) AS numbers
"""
_NUMBERS = {
    "sqlite": "WITH RECURSIVE t(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM t WHERE n < {last}) "
    "SELECT n FROM t",
    "postgres": "SELECT n FROM generate_series(0, {last}) AS n",
}
_SUMS = """
INSERT INTO spend_sums (company, grain, month, one, two, amount_fen, lines)
SELECT 'main', '{grain}', month, {one}, {two}, sum(amount_fen), sum(lines)
FROM spend_facts GROUP BY month, 4, 5
"""
_GRAINS = {"category": ("department", "category"), "project": ("project", "''")}
_GRAINS |= {"employee": ("employee", "''")}
_RAW = (
    "SELECT {side}, sum(amount_fen) FROM spend_facts WHERE company='main' AND month=:m GROUP BY 1"
)


async def run() -> AsyncIterator[Figure]:
    """Give the time of a month's four sides on each database, for more and more lines."""
    for kind in KINDS:
        for lines in LINES:
            async with database(kind) as url:
                if url is not None:
                    yield await _measure(url, kind, lines)


async def _measure(url: str, kind: str, lines: int) -> Figure:
    storage = await open_storage(url, utc_now)
    engine = create_async_engine(url, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            for statement in _statements(kind, lines):
                await connection.execute(text(statement))

        async def raw() -> None:
            async with engine.connect() as connection:
                for side in SIDES:
                    found = await connection.execute(text(_RAW.format(side=side)), {"m": MONTH})
                    assert found.all()

        ours = _ours(storage.spending)
        mine, theirs = [], []
        for _ in range(ROUNDS):
            mine.append(await timed(ours()))
            theirs.append(await timed(raw()))
        name = f"month_sums.{kind}.{lines}_lines"
        peer = median(theirs) * MS
        return beside(name, median(mine) * MS, "ms", peer, "the roll-up in SQL over the lines")
    finally:
        await engine.dispose()
        await storage.close()


def _ours(spending: Spending) -> Callable[[], Awaitable[None]]:
    queries = [SpendQuery((side,), MONTH, MONTH) for side in SIDES]

    async def ask() -> None:
        for query in queries:
            assert await spending.sums(query)

    return ask


def _statements(kind: str, lines: int) -> list[str]:
    fill = _FILL.format(numbers=_NUMBERS[kind].format(last=lines - 1))
    if kind == "postgres":
        fill = fill.replace(
            "substr('0' || (n % 12 + 1), -2, 2)", "lpad((n % 12 + 1)::text, 2, '0')"
        )
    sums = [_SUMS.format(grain=g, one=one, two=two) for g, (one, two) in _GRAINS.items()]
    return [fill, *sums, "ANALYZE"]
