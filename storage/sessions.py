"""Sessions of the pages: rows that any replica can read, so that any serves and logout is final."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ports import Session, SignInTry
from storage.engine import Database, own
from storage.group import GroupCommit, at_once
from storage.tables import sessions, sign_ins


@dataclass(frozen=True, slots=True)
class _Begun:
    key: str
    attempt: SignInTry
    until: datetime
    now: datetime


class SqlSessions:
    """`core.ports.Sessions` on SQL; what has run out goes whenever something new comes.

    Anybody may begin a sign-in, so those of one moment share a transaction: a flood of them does
    not hold up the business's own writes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group: GroupCommit[_Begun, None] = GroupCommit(at_once(self._insert))

    async def begin(self, key: str, attempt: SignInTry, until: datetime, now: datetime) -> None:
        """Remember a sign-in that has begun, until it comes back or its time is over."""
        await self._group(_Begun(key, attempt, until, now))

    async def close(self) -> None:
        """Let what waits through."""
        await self._group.close()

    async def _insert(self, begun: Sequence[_Begun]) -> Sequence[None]:
        rows = [
            {
                "key": b.key,
                "browser": b.attempt.browser,
                "channel": b.attempt.channel,
                "target": b.attempt.target,
                "until": b.until,
            }
            for b in begun
        ]
        async with self._database.writing() as connection:
            await _sweep(connection, sign_ins, begun[0].now)
            await self._database.insert(connection, sign_ins, rows)
        return [None] * len(begun)

    async def take(self, key: str, browser: str, now: datetime) -> SignInTry | None:
        """Take a begun sign-in, once; the database gives the row to one of all who ask."""
        taken = (
            delete(sign_ins)
            .where(own(sign_ins), sign_ins.c.key == key)
            .where(sign_ins.c.browser == browser, sign_ins.c.until > now)
            .returning(sign_ins.c.channel, sign_ins.c.browser, sign_ins.c.target)
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(taken)).one_or_none()
        return SignInTry(row.channel, row.browser, row.target) if row else None

    async def open(self, key: str, session: Session, now: datetime) -> None:
        """Begin a session."""
        row = {
            "key": key,
            "person": session.person,
            "opened_at": session.opened_at,
            "until": session.until,
        }
        async with self._database.writing() as connection:
            await _sweep(connection, sessions, now)
            await self._database.insert(connection, sessions, [row])

    async def find(self, key: str, now: datetime) -> Session | None:
        """Find a session that has not ended."""
        live = select(sessions).where(own(sessions), sessions.c.key == key, sessions.c.until > now)
        async with self._database.reading() as connection:
            row = (await connection.execute(live)).one_or_none()
        return Session(row.person, row.opened_at, row.until) if row else None

    async def extend(self, key: str, until: datetime) -> None:
        """Let a session last longer; one that has been ended stays ended."""
        longer = update(sessions).where(own(sessions), sessions.c.key == key)
        async with self._database.writing() as connection:
            await connection.execute(longer.values(until=until))

    async def end(self, key: str) -> None:
        """End a session at once, everywhere."""
        async with self._database.writing() as connection:
            await connection.execute(delete(sessions).where(own(sessions), sessions.c.key == key))


async def _sweep(connection: AsyncConnection, table: Table, now: datetime) -> None:
    await connection.execute(delete(table).where(own(table), table.c.until <= now))
