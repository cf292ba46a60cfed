"""Statements of the writer's turns, given to the driver itself: nothing is worked out each time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncpg import InterfaceError, PostgresError
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import ARRAY, Select
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.schema import Moment

_DIALECT = dialect()  # type: ignore[no-untyped-call]
_PREPARED = "chit_prepared"
_KEPT = 128
"""So many statements stay prepared on a connection; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class Direct:
    """A statement as the server reads it: `names` of its parameters in order, those of `moments`.

    `fixed` has what is always the same.
    """

    text: str
    names: tuple[str, ...]
    moments: frozenset[str]
    fixed: Mapping[str, object]

    def values(self, given: Mapping[str, Any]) -> list[object]:
        """Put what is given into the statement's order; ValueError for a moment without a zone."""
        for name in self.moments:
            if any(m is not None and m.tzinfo is None for m in given[name]):
                raise ValueError("a moment needs its time zone")
        return [given[n] if n in given else self.fixed[n] for n in self.names]


def direct(statement: Select[Any]) -> Direct:
    """Make a statement out of ours once, to be run many times."""
    compiled = statement.compile(dialect=_DIALECT)
    names = tuple(compiled.positiontup or ())
    arrays = {
        name: bound.type.item_type
        for name, bound in compiled.binds.items()
        if isinstance(bound.type, ARRAY)
    }
    return Direct(
        str(compiled),
        names,
        frozenset(name for name, item in arrays.items() if isinstance(item, Moment)),
        {name: compiled.params[name] for name in names if compiled.params[name] is not None},
    )


def script_of(statement: Select[Any]) -> str:
    """Write a statement with its values in it, all of them ours."""
    return str(statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


async def fetch(
    connection: AsyncConnection, statement: Direct, given: Mapping[str, Any]
) -> Sequence[Sequence[Any]]:
    """Run a statement; errors are those of SQLAlchemy."""
    values = statement.values(given)
    try:
        prepared = await _prepared(connection, statement.text)
        found: list[Any] = await prepared.fetch(*values)
    except (PostgresError, InterfaceError) as error:
        _plans(connection).pop(statement.text, None)
        raise _as_ours(error, statement.text, lost=driver_of(connection).is_closed()) from error
    return found


async def send(connection: AsyncConnection, script: str) -> str:
    """Run a script without values and give what the server says of its last statement."""
    driver = driver_of(connection)
    try:
        return str(await driver.execute(script))
    except (PostgresError, InterfaceError) as error:
        raise _as_ours(error, script, lost=driver.is_closed()) from error


async def commit(connection: AsyncConnection) -> None:
    """End a turn; OperationalError when the server has rolled back what had failed before."""
    said = await send(connection, "COMMIT")
    if said != "COMMIT":
        raise OperationalError("COMMIT", None, RuntimeError(said))


async def roll_back(connection: AsyncConnection) -> None:
    """Leave no transaction open: where that cannot be had, the connection goes."""
    try:
        await send(connection, "ROLLBACK")
    except (DBAPIError, OSError):
        await connection.invalidate()
    except BaseException:
        driver_of(connection).terminate()
        raise


def driver_of(connection: AsyncConnection) -> Any:  # noqa: ANN401 the driver has no types
    """Give the driver's own connection."""
    sync = connection.sync_connection
    if sync is None:
        raise ValueError("the connection is not open")
    return sync.connection.driver_connection


class _Plan:
    """A prepared statement and how often it has been run: a plan is for tables of their size then.

    It is made anew after a run, two, four, eight more, so that it knows their size within half.
    """

    def __init__(self, statement: "PreparedStatement[Any]", runs: int) -> None:
        self.statement = statement
        self._runs = runs
        self._until = 2 * runs

    def use(self) -> int | None:
        """Count a run; gives their number when it is time for another plan."""
        self._runs += 1
        return self._runs if self._runs > self._until else None


def _plans(connection: AsyncConnection) -> dict[str, _Plan]:
    sync = connection.sync_connection
    kept: dict[str, _Plan] = {} if sync is None else sync.info.setdefault(_PREPARED, {})
    return kept


async def _prepared(connection: AsyncConnection, text: str) -> "PreparedStatement[Any]":
    kept = _plans(connection)
    plan = kept.get(text)
    runs = 1 if plan is None else plan.use()
    if plan is None or runs is not None:
        plan = kept[text] = _Plan(await driver_of(connection).prepare(text), runs or 1)
        if len(kept) > _KEPT:
            del kept[next(iter(kept))]
    return plan.statement


def _as_ours(error: Exception, text: str, *, lost: bool) -> DBAPIError:
    """Say it as SQLAlchemy would, without the values."""
    integrity = str(getattr(error, "sqlstate", None) or "").startswith("23")
    kind = IntegrityError if integrity else DBAPIError
    return kind(text, None, error, hide_parameters=True, connection_invalidated=lost)
