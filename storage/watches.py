"""`core.alerts.Watches` on SQL: the database finds what a scan has to look at, in one pass."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Float,
    Integer,
    Row,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)

from core.alerts import Watched
from core.forecast import SHORTEST_DAYS
from storage.crossings import read_thresholds
from storage.engine import Database, own
from storage.tables import alerts, budgets

PORTION = 1000


class SqlWatches:
    """Scans the budgets in force; what was told is joined, not asked for one by one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self) -> int:
        """Count the budgets in force."""
        query = select(func.count()).select_from(budgets).where(own(budgets), _in_force())
        async with self._database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def remarkable(self, today: date) -> AsyncIterator[tuple[Watched, ...]]:
        """Walk through the budgets that may want an alert."""
        async with self._database.reading() as connection:
            rows = await connection.stream(self._query(today))
            async for portion in rows.partitions(PORTION):
                yield tuple(_watched(row) for row in portion)

    def _query(self, today: date) -> Select[Any]:
        """Leave out what is over, what nothing has been charged to, and what is told already.

        A budget whose highest threshold was told is looked at again only beyond it.
        """
        told = (
            select(
                alerts.c.budget,
                alerts.c.period,
                func.max(alerts.c.threshold).label("told"),
                func.max(alerts.c.beyond).label("beyond"),
                func.max(case((alerts.c.threshold == 0, 1), else_=0)).label("forecast"),
            )
            .where(own(alerts))
            .group_by(alerts.c.budget, alerts.c.period)
            .subquery()
        )
        known = func.coalesce(told.c.told, 0)
        forecast = func.coalesce(told.c.forecast, 0)
        used = budgets.c.reserved_fen + budgets.c.consumed_fen
        crossed = and_(
            used * 100 >= budgets.c.alert_from * budgets.c.limit_fen,
            used * 100 >= func.coalesce(told.c.beyond, 0) * budgets.c.limit_fen,
        )
        return (
            select(
                budgets.c.id,
                budgets.c.period,
                budgets.c.starts,
                budgets.c.ends,
                budgets.c.alert_at,
                budgets.c.limit_fen,
                budgets.c.reserved_fen,
                budgets.c.consumed_fen,
                budgets.c.frozen,
                known.label("told"),
                forecast.label("forecast"),
            )
            .outerjoin(told, and_(told.c.budget == budgets.c.id, told.c.period == budgets.c.period))
            .where(own(budgets), _in_force(), budgets.c.ends >= today, used > 0)
            .where(or_(crossed, and_(forecast == 0, self._runs_out(used, today))))
        )

    def _runs_out(self, used: ColumnElement[int], today: date) -> ColumnElement[bool]:
        """Say the same as `core.forecast.day_of_end` without its division."""
        so_far = self._days(budgets.c.starts, today) + 1
        pace = case((so_far < SHORTEST_DAYS, SHORTEST_DAYS), else_=so_far)
        left = budgets.c.limit_fen - used
        ahead = self._days(today, budgets.c.ends)
        return and_(
            budgets.c.starts <= today,
            left >= 0,
            left * pace < ahead * budgets.c.consumed_fen,
            budgets.c.frozen.is_(False),
        )

    def _days(self, first: Any, last: Any) -> ColumnElement[int]:  # noqa: ANN401 a column or a date
        """Count the days from one date to another."""
        one, other = (
            literal(value, Date) if isinstance(value, date) else value for value in (first, last)
        )
        if self._database.postgres:
            return cast(other - one, BigInteger)
        gap = func.julianday(other, type_=Float) - func.julianday(one, type_=Float)
        return cast(gap, Integer)


def _in_force() -> ColumnElement[bool]:
    return and_(budgets.c.active == true(), budgets.c.closed.is_(False))


def _watched(row: Row[Any]) -> Watched:
    return Watched(
        budget=row.id,
        period=row.period,
        starts=row.starts,
        ends=row.ends,
        thresholds=read_thresholds(row.alert_at),
        limit_fen=row.limit_fen,
        reserved_fen=row.reserved_fen,
        consumed_fen=row.consumed_fen,
        told=row.told,
        forecast=bool(row.forecast),
        frozen=row.frozen,
    )
