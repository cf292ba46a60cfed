"""Dead letters of both queues: listed, revived, dropped."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select, update

from core.ports import Clock
from core.stuck import DeadLetter, Queue
from storage.engine import Database, own
from storage.tables import inbox, outbox

_TABLES: dict[Queue, tuple[Table, str]] = {"inbox": (inbox, "body"), "outbox": (outbox, "notice")}


class SqlDeadLetters:
    """`core.stuck.DeadLetters` on SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self, limit: int) -> tuple[DeadLetter, ...]:
        """Give dead letters, oldest first."""
        found: list[DeadLetter] = []
        for queue, (table, payload) in _TABLES.items():
            query = (
                select(table)
                .where(own(table), table.c.state == "dead")
                .order_by(table.c.id)
                .limit(limit)
            )
            async with self._database.reading() as connection:
                rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
            found += [_letter(queue, payload, row) for row in rows]
        return tuple(sorted(found, key=lambda letter: letter.at)[:limit])

    async def revive(self, letter: DeadLetter) -> bool:
        """Let a letter be tried again at once; false when it is dead no longer."""
        fresh = {"state": "waiting", "attempts": 0, "due_at": None, "lease_until": None}
        return await self._changed(letter, {**fresh, "finished_at": None, "error": ""})

    async def drop(self, letter: DeadLetter, why: str) -> bool:
        """Give a letter up for good; false when it is dead no longer."""
        return await self._changed(
            letter,
            {"state": "done", "error": f"dropped: {why}"[:200], "finished_at": self._clock()},
        )

    async def _changed(self, letter: DeadLetter, values: dict[str, object]) -> bool:
        table, _ = _TABLES[letter.queue]
        query = (
            update(table)
            .where(own(table), table.c.id == letter.id, table.c.state == "dead")
            .values(values)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(query)).rowcount == 1


def _letter(queue: Queue, payload: str, row: Row[Any]) -> DeadLetter:
    at: datetime = row.finished_at
    return DeadLetter(
        queue=queue,
        id=row.id,
        key=row.key,
        lane=row.lane,
        body=getattr(row, payload),
        error=row.error,
        at=at,
        attempts=row.attempts,
    )
