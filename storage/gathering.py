"""Many writes in one round trip: on PostgreSQL what a batch inserts and revises goes together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Table, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import Packer, packer
from storage.direct import Direct, direct, fetch
from storage.engine import (
    STATEMENTS,
    Database,
    OnConflict,
    Row,
    insertion_from_columns,
    renamed,
    revision_from_columns,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What is written without its values: `key` of a revision, `conflict` of an insertion."""

    what: Literal["insert", "revise"]
    table: Table
    names: tuple[str, ...]
    conflict: OnConflict = "fail"
    keep: tuple[str, ...] = ()
    key: str = ""


class Gathered(Database):
    """A database whose insertions and revisions wait for `flush`, at most one of each table.

    All of them are one statement then. Its parts see nothing of one another, so what concerns a
    table that is waiting already sends what waits first, but for a revision beside an insertion
    that takes only new keys; whoever reads or deletes what has just been written flushes before.
    On SQLite, where a round trip costs little, nothing waits.
    """

    def __init__(self, database: Database, connection: AsyncConnection) -> None:
        self.url, self.postgres = database.url, database.postgres
        self._database = database
        self._connection = connection
        self._waiting: list[tuple[Shape, Sequence[Row]]] = []

    async def insert(
        self,
        connection: AsyncConnection,
        table: Table,
        rows: Sequence[Row],
        conflict: OnConflict = "fail",
        keep: Collection[str] = (),
    ) -> int:
        """Insert rows with the next flush; gives their number, whatever a conflict will skip."""
        if not self.postgres:
            return await self._database.insert(connection, table, rows, conflict, keep)
        if rows:
            shape = Shape("insert", table, tuple(rows[0]), conflict, tuple(keep))
            await self._wait(shape, rows)
        return len(rows)

    async def revise(
        self, connection: AsyncConnection, table: Table, key: str, rows: Sequence[Row]
    ) -> None:
        """Set columns of rows with the next flush."""
        if not self.postgres:
            await self._database.revise(connection, table, key, rows)
        elif rows:
            await self._wait(Shape("revise", table, tuple(rows[0]), key=key), rows)

    async def _wait(self, shape: Shape, rows: Sequence[Row]) -> None:
        if any(_collide(waiting, shape) for waiting, _ in self._waiting):
            await self.flush()
        self._waiting.append((shape, rows))

    async def flush(self, *, tell: str | None = None) -> None:
        """Write everything that waits; `tell` names a channel on which others hear of it.

        They hear when the transaction commits, on PostgreSQL; on SQLite there is no such channel.
        """
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        shapes = tuple(shape for shape, _ in waiting)
        try:
            given: dict[str, object] = {
                bound: pack([row[name] for row in rows])
                for i, (shape, rows) in enumerate(waiting)
                for name, bound, pack in _packers(shape, i)
            }
            statement = _together(shapes, tell, packed=True)
        except ValueError:
            given = {
                bound: [row[name] for row in rows]
                for i, (shape, rows) in enumerate(waiting)
                for name, bound in _bound(shape, i).items()
            }
            statement = _together(shapes, tell, packed=False)
        await fetch(self._connection, statement, given)


def _collide(waiting: Shape, shape: Shape) -> bool:
    """Whether two parts may be about the same rows."""
    apart = waiting.what == "insert" and waiting.conflict == "fail" and shape.what == "revise"
    return waiting.table is shape.table and not apart


@lru_cache(maxsize=STATEMENTS)
def _bound(shape: Shape, place: int) -> Mapping[str, str]:
    """Name the parameters of a part, so that those of two parts differ."""
    return renamed(shape.names, f"w{place}_")


@lru_cache(maxsize=STATEMENTS)
def _packers(shape: Shape, place: int) -> tuple[tuple[str, str, Packer], ...]:
    """Give each column with the name of its parameter, and what makes that."""
    bound = _bound(shape, place)
    return tuple((name, bound[name], packer(shape.table.c[name])) for name in shape.names)


@lru_cache(maxsize=STATEMENTS)
def _together(shapes: tuple[Shape, ...], tell: str | None, *, packed: bool) -> Direct:
    parts = [_part(shape, i, packed=packed).cte(f"w{i}") for i, shape in enumerate(shapes)]
    told = func.pg_notify(tell, "") if tell else literal(1)
    return direct(select(told).add_cte(*parts))


def _part(shape: Shape, place: int, *, packed: bool) -> Any:  # noqa: ANN401 Insert and Update share no public type with `cte`
    bound = tuple(_bound(shape, place).items())
    if shape.what == "revise":
        return revision_from_columns(shape.table, shape.key, bound, packed=packed)
    return insertion_from_columns(shape.table, bound, shape.conflict, shape.keep, packed=packed)
