"""Statements of SQLite given to its driver itself: each goes to the thread once, not thrice."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, Select, Update, exc
from sqlalchemy.dialects.sqlite.aiosqlite import dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from storage.direct import driver_of
from storage.schema import Moment

_DIALECT = dialect()
_MOMENTS = 128
Row = Mapping[str, object]
_Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Writing:
    """A statement that is run for each row of many: `names` of its values in their order.

    `converts` has what the database keeps otherwise than it is given; `fixed` what is always the
    same.
    """

    text: str
    names: tuple[str, ...]
    converts: Mapping[str, Callable[[Any], Any]]
    fixed: Mapping[str, object]

    def values(self, rows: Sequence[Row]) -> list[tuple[object, ...]]:
        """Put the values of rows into the statement's order."""
        return list(zip(*(self._column(name, rows) for name in self.names), strict=True))

    def _column(self, name: str, rows: Sequence[Row]) -> list[object]:
        if name in self.fixed:
            return [self.fixed[name]] * len(rows)
        convert = self.converts.get(name)
        if convert is None:
            return [row[name] for row in rows]
        return [convert(row[name]) for row in rows]


@dataclass(frozen=True, slots=True)
class Asking:
    """A query with values of its own, but for one, and what makes ours of the columns it gives."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, object]
    converts: tuple[tuple[int, Callable[[Any], Any]], ...]


def writing(statement: Insert | Update) -> Writing:
    """Make a statement ready once, to be run many times."""
    compiled = statement.compile(dialect=_DIALECT)
    names = tuple(compiled.positiontup or ())
    converts = {name: _to_database(bound.type) for name, bound in compiled.binds.items()}
    params = compiled.params
    return Writing(
        str(compiled),
        names,
        {name: convert for name, convert in converts.items() if convert},
        {name: params[name] for name in names if params[name] is not None},
    )


def asking(query: Select[Any], columns: Sequence[ColumnElement[Any]]) -> Asking:
    """Make a query ready once; `columns` are what it selects."""
    compiled = query.compile(dialect=_DIALECT)
    names = tuple(compiled.positiontup or ())
    converts = ((place, _from_database(column.type)) for place, column in enumerate(columns))
    return Asking(
        str(compiled),
        names,
        compiled.params,
        tuple((place, convert) for place, convert in converts if convert),
    )


async def write_rows(connection: AsyncConnection, statement: Writing, rows: Sequence[Row]) -> int:
    """Run a statement for each row; gives how many rows it changed. Errors as SQLAlchemy's."""
    try:
        done = await driver_of(connection).executemany(statement.text, statement.values(rows))
    except sqlite3.Error as error:
        raise _as_ours(error, statement.text) from error
    return int(done.rowcount)


async def fetch_rows(
    connection: AsyncConnection, query: Asking, given: Row
) -> list[tuple[Any, ...]]:
    """Run a query and give its rows. Errors as SQLAlchemy's."""
    values = [given[n] if n in given else query.fixed[n] for n in query.names]
    try:
        found = await driver_of(connection).execute_fetchall(query.text, values)
    except sqlite3.Error as error:
        raise _as_ours(error, query.text) from error
    if not query.converts:
        return list(found)
    return [_ours(row, query.converts) for row in found]


def _ours(
    row: Sequence[Any], converts: tuple[tuple[int, Callable[[Any], Any]], ...]
) -> tuple[Any, ...]:
    changed = list(row)
    for place, convert in converts:
        changed[place] = convert(changed[place])
    return tuple(changed)


def _to_database(kind: TypeEngine[Any]) -> _Convert:
    convert = kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    # A batch has few moments, each in many of its rows.
    return lru_cache(maxsize=_MOMENTS)(convert) if convert and isinstance(kind, Moment) else convert


def _from_database(kind: TypeEngine[Any]) -> _Convert:
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)


def _as_ours(error: sqlite3.Error, text: str) -> exc.DBAPIError:
    """Say it as SQLAlchemy would, without the values."""
    kind = getattr(exc, type(error).__name__, exc.DBAPIError)
    return kind(text, None, error, hide_parameters=True)
