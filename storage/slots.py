"""Slots of scheduled jobs: one row a run, begun together with the message that carries it out."""

from datetime import datetime

from sqlalchemy import func, select, update

from core.schedule import JobRun
from storage.engine import Database, own
from storage.inbox import INBOX_CHANNEL, Arrival, insert_arrivals
from storage.tables import slots
from storage.wakeups import Signal, notify


class SqlSlots:
    """`core.schedule.Slots` on SQL. The key of a slot's row decides who of all who ask gets it."""

    def __init__(self, database: Database, signal: Signal) -> None:
        self._database = database
        self._signal = signal

    async def take(self, job: str, slot: datetime, key: str, body: str, at: datetime) -> bool:
        """Begin a slot and put its message into the inbox, in one transaction."""
        row = {"job": job, "slot": slot, "taken_at": at}
        async with self._database.writing() as connection:
            if await self._database.insert(connection, slots, [row], "ignore") != 1:
                return False
            await insert_arrivals(
                self._database, connection, [Arrival(key, f"job:{job}", body, at)]
            )
            if self._database.postgres:
                await notify(connection, INBOX_CHANNEL)
        self._signal.give()
        return True

    async def begin(self, job: str, slot: datetime, at: datetime) -> None:
        """Note a run that somebody started by hand."""
        row = {"job": job, "slot": slot, "taken_at": at, "asked": True}
        async with self._database.writing() as connection:
            await self._database.insert(connection, slots, [row], "ignore")

    async def finish(self, job: str, slot: datetime, at: datetime, said: str) -> None:
        """Note that a run has ended; the first word about it stays."""
        ended = (
            update(slots)
            .where(own(slots), slots.c.job == job, slots.c.slot == slot)
            .where(slots.c.finished_at.is_(None))
            .values(finished_at=at, said=said)
        )
        async with self._database.writing() as connection:
            await connection.execute(ended)

    async def has_ended(self, job: str, slot: datetime) -> bool:
        """Whether a run has ended already."""
        query = select(slots.c.finished_at).where(
            own(slots), slots.c.job == job, slots.c.slot == slot
        )
        async with self._database.reading() as connection:
            return await connection.scalar(query) is not None

    async def watch(self, job: str, at: datetime) -> datetime:
        """Give the newest scheduled slot that was begun, `at` for a job that is new here."""
        newest = select(func.max(slots.c.slot)).where(
            own(slots), slots.c.job == job, slots.c.asked.is_(False), slots.c.slot <= at
        )
        async with self._database.reading() as connection:
            found: datetime | None = await connection.scalar(newest)
        if found is not None:
            return found
        async with self._database.writing() as connection:
            row = {"job": job, "slot": at, "taken_at": at}
            await self._database.insert(connection, slots, [row], "ignore")
        return at

    async def latest(self) -> tuple[JobRun, ...]:
        """Give the last ended run of every job."""
        newest = (
            select(slots.c.job, func.max(slots.c.finished_at).label("finished_at"))
            .where(own(slots), slots.c.finished_at.is_not(None))
            .group_by(slots.c.job)
            .subquery()
        )
        query = (
            select(slots)
            .join(
                newest,
                (slots.c.job == newest.c.job) & (slots.c.finished_at == newest.c.finished_at),
            )
            .where(own(slots))
            .order_by(slots.c.job, slots.c.slot)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        last = {r.job: JobRun(r.job, r.slot, r.finished_at, r.said, r.asked) for r in rows}
        return tuple(last.values())
