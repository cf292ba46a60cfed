"""Counts of questions to the tax bureau: one row an invoice, counted by one statement."""

from datetime import date

from sqlalchemy import case, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine import Database, own
from storage.tables import verify_tries


class SqlTries:
    """`core.verification.Tries` on SQL. The database counts: of all who ask, the limit get one.

    A replica whose clock is still on the day before counts towards the newer day.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, identity: str, day: date, limit: int) -> bool:
        """Count a try; false when the day's are used up."""
        if limit < 1:
            return False
        dialect = postgresql if self._database.postgres else sqlite
        wanted = dialect.insert(verify_tries).values(identity=identity, day=day, tries=1)
        is_new_day = verify_tries.c.day < wanted.excluded.day
        counted = wanted.on_conflict_do_update(
            index_elements=list(verify_tries.primary_key),
            set_={
                "day": case((is_new_day, wanted.excluded.day), else_=verify_tries.c.day),
                "tries": case((is_new_day, 1), else_=verify_tries.c.tries + 1),
            },
            where=or_(is_new_day, verify_tries.c.tries < limit),
        ).returning(verify_tries.c.tries)
        async with self._database.writing() as connection:
            return (await connection.execute(counted)).scalar_one_or_none() is not None

    async def give_back(self, identity: str, day: date) -> None:
        """Take a try back that never reached the bureau; those of earlier days are over."""
        spared = (
            update(verify_tries)
            .where(own(verify_tries), verify_tries.c.identity == identity)
            .where(verify_tries.c.day == day, verify_tries.c.tries > 0)
            .values(tries=verify_tries.c.tries - 1)
        )
        async with self._database.writing() as connection:
            await connection.execute(spared)
