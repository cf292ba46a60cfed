"""Rows that one worker takes at a time: the mechanics that inbox and outbox share."""

from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import ColumnElement, Row, Table, func, literal_column, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import Database, own

log = structlog.get_logger(__name__)

_WAITING: ColumnElement[str] = literal_column("'waiting'")
"""Spelled out, so that the partial indexes are used."""


class Leased(Protocol):
    """A row that was taken."""

    @property
    def id(self) -> int:
        """The row's number."""
        ...

    @property
    def fence(self) -> int:
        """How often the row had been taken; tells this lease from others."""
        ...


class Leases:
    """Takes and settles rows of one queue table. A settlement by a lost lease changes nothing."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._table = table

    async def take(
        self, limit: int, now: datetime, lease_s: float, lanes: ColumnElement[bool] | None = None
    ) -> list[Row[Any]]:
        """Lease due rows, oldest first; of each lane only the oldest unfinished one.

        `lanes` says which of them are looked at, all by default.

        `attempts` of a row counts how often it was taken before.
        """
        table = self._table
        of_lane = table.alias()
        oldest = (
            select(func.min(of_lane.c.id))
            .where(
                of_lane.c.company == table.c.company,
                of_lane.c.lane == table.c.lane,
                of_lane.c.state == _WAITING,
            )
            .scalar_subquery()
        )
        ready = (
            select(table.c.id)
            .where(
                own(table),
                true() if lanes is None else lanes,
                table.c.state == _WAITING,
                or_(table.c.due_at.is_(None), table.c.due_at <= now),
                or_(table.c.lease_until.is_(None), table.c.lease_until <= now),
                table.c.id == oldest,
            )
            .order_by(table.c.id)
            .limit(limit)
        )
        if self._database.postgres:
            # A plain subquery may be run again for each row and then takes more than its limit.
            chosen = ready.with_for_update(skip_locked=True).cte("chosen")
            ready = select(chosen.c.id)
        taken = (
            update(table)
            .where(own(table), table.c.id.in_(ready))
            .values(
                fence=table.c.fence + 1,
                attempts=table.c.attempts + 1,
                lease_until=now + timedelta(seconds=lease_s),
            )
            .returning(*(c for c in table.c if c.name != "attempts"), self._earlier())
        )
        async with self._database.writing() as connection:
            rows = (await connection.execute(taken)).all()
        return sorted(rows, key=lambda row: int(row.id))

    async def renew(self, item: Leased, now: datetime, lease_s: float) -> None:
        """Let a lease run on from now; one that was lost stays lost."""
        table = self._table
        until = now + timedelta(seconds=lease_s)
        query = update(table).where(*self._current(item)).values(lease_until=until)
        async with self._database.writing() as connection:
            await connection.execute(query)

    def _current(self, item: Leased) -> tuple[ColumnElement[bool], ...]:
        table = self._table
        return (
            own(table),
            table.c.id == item.id,
            table.c.fence == item.fence,
            table.c.state == _WAITING,
            table.c.lease_until.is_not(None),
        )

    def _earlier(self) -> ColumnElement[int]:
        earlier: ColumnElement[int] = (self._table.c.attempts - 1).label("attempts")
        return earlier

    async def settle(self, connection: AsyncConnection, item: Leased, **values: object) -> bool:
        """End a lease by changing its row; false when the lease was lost meanwhile."""
        table = self._table
        settled = update(table).where(*self._current(item)).values(lease_until=None, **values)
        kept = (await connection.execute(settled)).rowcount == 1
        if not kept:
            log.warning("lease_lost", queue=table.name, id=item.id, fence=item.fence)
        return kept

    async def retry(self, item: Leased, at: datetime, error: str) -> None:
        """Put a row back until a moment; its lane waits behind it."""
        async with self._database.writing() as connection:
            await self.settle(connection, item, due_at=at, error=error)

    async def bury(self, item: Leased, now: datetime, error: str) -> None:
        """Give a row up; its lane goes on."""
        async with self._database.writing() as connection:
            await self.settle(connection, item, state="dead", finished_at=now, error=error)

    async def oldest(self, arrived: str) -> datetime | None:
        """Give the arrival of the oldest unfinished row."""
        table = self._table
        query = select(func.min(table.c[arrived])).where(own(table), table.c.state == _WAITING)
        async with self._database.reading() as connection:
            moment: datetime | None = await connection.scalar(query)
        return moment
