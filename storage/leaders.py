"""Leases on what only one replica may do: one row a name, taken by one statement."""

from datetime import datetime

from sqlalchemy import case, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine import Database, own
from storage.tables import leases


class SqlLeaders:
    """`core.ports.Leaders` on SQL. The database decides: of all who ask at once, one gets it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, holder: str, now: datetime, until: datetime) -> int | None:
        """Take a lease that is free or has run out, or renew one's own; gives the fence."""
        dialect = postgresql if self._database.postgres else sqlite
        wanted = dialect.insert(leases).values(name=name, holder=holder, until=until, fence=1)
        mine = leases.c.holder == wanted.excluded.holder
        taken = wanted.on_conflict_do_update(
            index_elements=list(leases.primary_key),
            set_={
                "holder": wanted.excluded.holder,
                "until": wanted.excluded.until,
                "fence": leases.c.fence + case((mine, 0), else_=1),
            },
            where=or_(mine, leases.c.until <= now),
        ).returning(leases.c.fence)
        async with self._database.writing() as connection:
            fence: int | None = (await connection.execute(taken)).scalar_one_or_none()
        return fence

    async def leave(self, name: str, holder: str, now: datetime) -> None:
        """Give one's lease back at once; another's stays. The row keeps the fence."""
        left = (
            update(leases)
            .where(own(leases), leases.c.name == name, leases.c.holder == holder)
            .values(until=now)
        )
        async with self._database.writing() as connection:
            await connection.execute(left)
