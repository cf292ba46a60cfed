"""`core.usage.Usages` on SQL: a budget's journal, summed by claim and by day."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, Date, cast, func, select

from core.ports import BudgetEntry
from core.usage import MOST_CLAIMS, ClaimUse
from storage.documents import CLAIMS
from storage.engine import Database, own
from storage.tables import claims, entries

_CHINA_HOURS = 8
"""Days begin at midnight in China."""


class SqlUsages:
    """Reads the journal; its lines of one budget lie together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def largest(self, budget: str, limit: int = MOST_CLAIMS) -> tuple[ClaimUse, ...]:
        """Give the claims that use most of a budget, largest first."""
        moved = func.sum(entries.c.reserved_fen + entries.c.consumed_fen)
        used = (
            select(entries.c.claim, moved.label("used_fen"))
            .where(own(entries), entries.c.budget == budget)
            .group_by(entries.c.claim)
            .having(moved != 0)
            .order_by(moved.desc(), entries.c.claim)
            .limit(limit)
            .subquery()
        )
        query = (
            select(claims.c.document, used.c.used_fen)
            .join_from(used, claims, claims.c.number == used.c.claim)
            .where(own(claims))
            .order_by(used.c.used_fen.desc(), used.c.claim)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(ClaimUse(CLAIMS.validate_json(r.document), int(r.used_fen)) for r in rows)

    async def by_day(self, budget: str) -> tuple[tuple[date, int], ...]:
        """Give by how many fen a budget's use has changed, by day."""
        day = self._day().label("day")
        query = (
            select(day, func.sum(entries.c.reserved_fen + entries.c.consumed_fen).label("moved"))
            .where(own(entries), entries.c.budget == budget)
            .group_by(day)
            .order_by(day)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple((_as_date(r.day), int(r.moved)) for r in rows)

    async def recent(self, budget: str, limit: int) -> tuple[BudgetEntry, ...]:
        """Give the last lines of a budget's journal, newest first."""
        query = (
            select(entries)
            .where(own(entries), entries.c.budget == budget)
            .order_by(entries.c.id.desc())
            .limit(limit)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(
            BudgetEntry(r.id, r.budget, r.hold, r.claim, r.kind, r.amount_fen, r.at) for r in rows
        )

    def _day(self) -> ColumnElement[date]:
        if self._database.postgres:
            local = func.timezone("UTC", entries.c.at) + timedelta(hours=_CHINA_HOURS)
            return cast(local, Date)
        return func.date(entries.c.at, f"+{_CHINA_HOURS} hours")


def _as_date(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
