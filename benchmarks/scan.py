"""The overspend scan of many budgets beside the raw SQL that asks the same."""

import time
from collections.abc import AsyncIterator, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import text

from benchmarks.figures import Figure, beside, median, timed
from benchmarks.places import KINDS, database
from bot.clock import utc_now
from bot.jobs.running import Office, Run
from bot.jobs.scan import overspend_scan
from core.actions.basics import Settings
from core.company import Company
from storage.engine import Database, Row
from storage.open import Storage, open_storage
from storage.tables import budgets as budgets_table

SIZES = (10_000, 100_000)
ROUNDS = 3
LIMIT_FEN = 1_000_000
TODAY = date(2026, 11, 25)
STARTS, ENDS = date(2026, 10, 1), date(2026, 12, 31)
PATTERN = (0, 10, 30, 45, 60, 79, 85, 91, 99, 100)
"""Percent that are used of ten budgets: of ten, four are above a threshold and two run out."""

_ASKED = """
SELECT b.id, b.period, b.limit_fen, b.reserved_fen, b.consumed_fen, b.alert_at, a.told, a.forecast
FROM budgets b LEFT JOIN (
  SELECT budget, period, max(threshold) AS told, max(beyond) AS beyond,
         max(CASE WHEN threshold = 0 THEN 1 ELSE 0 END) AS forecast
  FROM alerts WHERE company = 'main' GROUP BY budget, period
) a ON a.budget = b.id AND a.period = b.period
WHERE b.company = 'main' AND b.active AND NOT b.closed AND b.ends >= '2026-11-25'
  AND b.reserved_fen + b.consumed_fen > 0
  AND (((b.reserved_fen + b.consumed_fen) * 100 >= b.alert_from * b.limit_fen
    AND (b.reserved_fen + b.consumed_fen) * 100 >= coalesce(a.beyond, 0) * b.limit_fen)
   OR (coalesce(a.forecast, 0) = 0 AND b.starts <= '2026-11-25' AND NOT b.frozen
    AND b.limit_fen >= b.reserved_fen + b.consumed_fen
    AND (b.limit_fen - b.reserved_fen - b.consumed_fen) * {so_far} < {ahead} * b.consumed_fen))
"""
_DAYS = {
    "sqlite": (
        "max(7, cast(julianday('2026-11-25') - julianday(b.starts) AS integer) + 1)",
        "cast(julianday(b.ends) - julianday('2026-11-25') AS integer)",
    ),
    "postgres": (
        "greatest(7, DATE '2026-11-25' - b.starts + 1)",
        "(b.ends - DATE '2026-11-25')",
    ),
}


async def run() -> AsyncIterator[Figure]:
    """Give the seconds of a scan that has been run before, and how they grow."""
    for kind in KINDS:
        times: dict[int, float] = {}
        for size in SIZES:
            async with database(kind) as url:
                if url is None:
                    return
                ours, raw = await _on(url, kind, size)
            times[size] = ours
            yield beside(f"scan.{kind}.{size}", ours, "s", raw, "the raw SQL")
        small, large = SIZES
        per_budget = times[small] * large / small
        yield beside(
            f"scan.{kind}.growth", times[large], "s", per_budget, f"{small} budgets, scaled"
        )


async def _on(url: str, kind: str, size: int) -> tuple[float, float]:
    storage = await open_storage(url, utc_now)
    base = Database(url)
    try:
        await _fill(storage, base, size)
        await _scan(storage)
        ours, raw = [], []
        for _ in range(ROUNDS):
            raw.append(await timed(_raw(base, kind)))
            ours.append(await timed(_scan(storage)))
        return median(ours), median(raw)
    finally:
        await storage.close()
        await base.close()


async def _fill(storage: Storage, base: Database, size: int) -> None:
    """Put budgets in force with figures, without a claim behind each."""
    company = Company.model_validate({"people": [{"id": "wang", "name": "王芳"}]})
    await storage.store.apply_company(company, expected_version=0, at=utc_now(), actor="bench")
    async with base.writing() as connection:
        await base.insert(connection, budgets_table, list(_rows(size)))
    async with base.writing() as connection:
        await connection.execute(text("ANALYZE"))


def _rows(size: int) -> Iterator[Row]:
    for i in range(size):
        used = LIMIT_FEN * PATTERN[i % len(PATTERN)] // 100
        yield {
            "id": f"b{i}",
            "document": "{}",
            "limit_fen": LIMIT_FEN,
            "ceiling_fen": LIMIT_FEN,
            "control": "block",
            "active": True,
            "reserved_fen": used // 4,
            "consumed_fen": used - used // 4,
            "starts": STARTS,
            "ends": ENDS,
            "period": "2026-Q4",
            "alert_at": "80,90,100",
            "alert_from": 80,
        }


async def _scan(storage: Storage) -> None:
    office = Office(
        store=storage.store,
        watches=storage.watches,
        spending=storage.spending,
        settings=Settings(),
        zone=ZoneInfo("Asia/Shanghai"),
        public_url="",
        clock=utc_now,
    )
    now = utc_now()
    await overspend_scan(Run("overspend_scan", f"bench:{time.time()}", now, now, TODAY), office)


async def _raw(base: Database, kind: str) -> None:
    so_far, ahead = _DAYS[kind]
    async with base.reading() as connection:
        await connection.exec_driver_sql("SELECT count(*) FROM budgets WHERE active AND NOT closed")
        (await connection.exec_driver_sql(_ASKED.format(so_far=so_far, ahead=ahead))).fetchall()
