"""The inbox: a message is durable before it is acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ports import Clock, InboxItem
from storage.engine import Database, own
from storage.group import GroupCommit, at_once
from storage.leases import Leases
from storage.tables import counters, inbox
from storage.wakeups import Signal, notify

INBOX_CHANNEL = "chit_inbox"
_COUNTER = "inbox"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message on its way into the inbox."""

    key: str
    lane: str
    body: str
    at: datetime


class SqlInbox:
    """`core.ports.Inbox` on SQL; arrivals of one moment share a transaction."""

    def __init__(self, database: Database, clock: Clock, signal: Signal) -> None:
        self._database = database
        self._clock = clock
        self._signal = signal
        self._leases = Leases(database, inbox)
        self._group: GroupCommit[Arrival, bool] = GroupCommit(at_once(self._insert))

    async def put(self, key: str, lane: str, body: str, at: datetime) -> bool:
        """Make a message durable; false when its key was there already."""
        return await self._group(Arrival(key, lane, body, at))

    async def close(self) -> None:
        """Let the waiting arrivals through."""
        await self._group.close()

    async def _insert(self, arrivals: Sequence[Arrival]) -> Sequence[bool | Exception]:
        """Insert a batch in one transaction."""
        async with self._database.writing() as connection:
            new = await insert_arrivals(self._database, connection, arrivals)
            if any(new) and self._database.postgres:
                await notify(connection, INBOX_CHANNEL)
        if any(new):
            self._signal.give()
        return new

    async def lease(self, limit: int, now: datetime, lease_s: float) -> tuple[InboxItem, ...]:
        """Take waiting messages: per lane only the oldest unfinished one."""
        rows = await self._leases.take(limit, now, lease_s)
        return tuple(
            InboxItem(
                id=r.id,
                fence=r.fence,
                key=r.key,
                lane=r.lane,
                body=r.body,
                attempts=r.attempts,
                received_at=r.received_at,
            )
            for r in rows
        )

    async def renew(self, item: InboxItem, now: datetime, lease_s: float) -> None:
        """Go on holding a message that takes long; a lost lease stays lost."""
        await self._leases.renew(item, now, lease_s)

    async def finish(self, item: InboxItem) -> None:
        """Mark a message done without a change."""
        async with self._database.writing() as connection:
            now = self._clock()
            await self._leases.settle(connection, item, state="done", finished_at=now)
        self._signal.give()

    async def retry(self, item: InboxItem, at: datetime, error: str) -> None:
        """Put a message back until `at`; its lane waits behind it."""
        await self._leases.retry(item, at, error)

    async def bury(self, item: InboxItem, error: str) -> None:
        """Give a message up as a dead letter; its lane goes on."""
        await self._leases.bury(item, self._clock(), error)
        self._signal.give()

    async def oldest_waiting(self) -> datetime | None:
        """Give the arrival of the oldest unfinished message."""
        return await self._leases.oldest("received_at")


async def insert_arrivals(
    database: Database, connection: AsyncConnection, arrivals: Sequence[Arrival]
) -> list[bool]:
    """Put messages into the inbox within a transaction; says of each whether it is new.

    The counter's lock makes numbers follow the order of commits.
    """
    firsts = {a.key: a for a in reversed(arrivals)}
    numbers = (
        update(counters)
        .where(own(counters), counters.c.name == _COUNTER)
        .values(value=counters.c.value + len(arrivals))
        .returning(counters.c.value)
    )
    last = (await connection.execute(numbers)).scalar_one()
    there = select(inbox.c.key).where(own(inbox), database.among(inbox.c.key, list(firsts)))
    known = set((await connection.scalars(there)).all())
    new = [firsts[a.key] is a and a.key not in known for a in arrivals]
    rows = [
        {"id": number, "key": a.key, "lane": a.lane, "body": a.body, "received_at": a.at}
        for number, (a, fresh) in enumerate(
            zip(arrivals, new, strict=True), last - len(arrivals) + 1
        )
        if fresh
    ]
    await database.insert(connection, inbox, rows)
    return new
