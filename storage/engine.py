"""Connections: one surface over SQLite (one writer, many readers) and PostgreSQL."""

import json
import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Insert,
    Table,
    Update,
    bindparam,
    event,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from storage.columns import unnested
from storage.direct import commit, roll_back, send
from storage.lite import Writing, write_rows, writing
from storage.tables import TENANT

Row = Mapping[str, object]
OnConflict = Literal["fail", "ignore", "replace", "add"]

_BUSY_S = 60
"""How long SQLite waits for another process's transaction."""
_POOL_WAIT_S = 60
_READERS = 4
_WRITER_KIB, _LOG_PAGES = 32_768, 8_000
"""What SQLite's writer keeps in memory, and after how many pages it empties its log: a batch of
thousands does not read and write the same pages again and again."""
_RESTED_S = 5.0
"""After such a rest a connection of PostgreSQL is asked for a sign of life before it is used."""
STATEMENTS = 512
"""Statements that are kept ready: building one costs as much as running it."""
_CONNECTIONS = 10
"""With the two of the turns a process has twelve."""
_TURNS = 2
"""Of the writer's turns one has the lock, one waits for it and fills."""
_TOGETHER, _ALONE = 128, 1000
"""So many changes share a turn. With two turns under way a larger one costs hardly less for each
change, and leaves nobody to be worked out while the server writes; a turn alone is as large as
may be."""


class Database:
    """Opens transactions and hides what the two dialects spell differently.

    `writing` serialises on SQLite (one connection, BEGIN IMMEDIATE); on PostgreSQL rows are
    locked instead.
    """

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        self.postgres = self.url.get_backend_name() == "postgresql"
        self.lanes = _TURNS if self.postgres else 1
        self.together = _TOGETHER if self.postgres else _ALONE
        if self.postgres:
            self._writer = self._reader = _postgres_engine(self.url)
            self._turns = _turns_engine(self.url)
        else:
            self._writer = _sqlite_engine(self.url, "BEGIN IMMEDIATE", connections=1)
            self._reader = _sqlite_engine(self.url, "BEGIN", connections=_READERS)
            self._turns = self._writer

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a transaction that commits at the end of the block."""
        async with self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def turn(self, lock: str) -> AsyncIterator[AsyncConnection]:
        """Give a transaction like `writing`, begun with a lock on the rows that `lock` selects.

        On PostgreSQL two are under way at a time: while one has the lock, the next waits for
        it at the server. On SQLite the transaction itself is the lock.
        """
        if not self.postgres:
            async with self.writing() as connection:
                yield connection
            return
        async with self._turns.connect() as connection:
            try:
                await send(connection, f"BEGIN; {lock}")
                yield connection
                await commit(connection)
            except BaseException:
                await roll_back(connection)
                raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection to read from."""
        async with self._reader.connect() as connection:
            yield connection

    def alone(self) -> AsyncEngine:
        """Give an engine whose connections belong to their user alone, outside the pools."""
        return create_async_engine(self.url, poolclass=NullPool, hide_parameters=True)

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        await self._reader.dispose()
        await self._turns.dispose()

    def among(self, column: Column[Any], values: Collection[str | int]) -> ColumnElement[bool]:
        """Say that a column is one of many values, as one parameter whatever their number.

        On PostgreSQL as rows: a prepared `= ANY (array)` may compare every row of the tenant
        with every value.
        """
        listed = list(values)
        if self.postgres:
            rows = func.unnest(bindparam(None, listed, type_=ARRAY(column.type)))
            return column.in_(select(rows))
        each = func.json_each(json.dumps(listed)).table_valued("value")
        return column.in_(select(each.c.value))

    async def insert(
        self,
        connection: AsyncConnection,
        table: Table,
        rows: Sequence[Row],
        conflict: OnConflict = "fail",
        keep: Collection[str] = (),
    ) -> int:
        """Insert rows that all have the same columns, in one round trip; gives their number.

        `ignore` skips rows that a unique key refuses; `replace` writes over the row of the same
        primary key, except its columns `keep`; `add` adds to its numbers. Rows of one call must
        differ in their keys then.
        """
        if not rows:
            return 0
        names = list(rows[0])
        if self.postgres:
            arrays = {name: [row[name] for row in rows] for name in names}
            bound = tuple((name, name) for name in names)
            statement = insertion_from_columns(table, bound, conflict, tuple(keep))
            done = await connection.execute(statement, arrays)
        else:
            return await write_rows(
                connection, _one_by_one(table, tuple(names), conflict, tuple(keep)), rows
            )
        return done.rowcount

    async def revise(
        self, connection: AsyncConnection, table: Table, key: str, rows: Sequence[Row]
    ) -> None:
        """Set columns of this tenant's rows, found by `key`; one round trip on PostgreSQL."""
        if not rows:
            return
        bound = renamed(rows[0])
        if self.postgres:
            arrays = {new: [row[name] for row in rows] for name, new in bound.items()}
            statement = revision_from_columns(table, key, tuple(bound.items()))
            await connection.execute(statement, arrays)
        else:
            each = [{bound[name]: row[name] for name in bound} for row in rows]
            await write_rows(connection, _revision(table, key, tuple(bound)), each)


def own(table: Table) -> ColumnElement[bool]:
    """Say that a row is this tenant's."""
    return table.c.company == TENANT


def parse_url(url: str) -> URL:
    """Read a database address; ValueError for any but SQLite files and PostgreSQL."""
    parsed = make_url(url)
    if parsed.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
        raise ValueError("database.url starts with sqlite+aiosqlite:/// or postgresql+asyncpg://")
    if parsed.drivername == "sqlite+aiosqlite" and parsed.database in {None, "", ":memory:"}:
        raise ValueError("database.url needs the path of a file, like sqlite+aiosqlite:///chit.db")
    return parsed


def _turns_engine(url: URL) -> AsyncEngine:
    """Make the connections of the writer's turns, which begin and end transactions themselves.

    Their statements look rows up by keys, many at once. A plan made once is as good as one made
    each time, and costs a millisecond less; but it must not be that of a young table.
    """
    keys_only = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")
    settings = {"plan_cache_mode": "force_generic_plan", **dict.fromkeys(keys_only, "off")}
    engine = create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=_TURNS,
        max_overflow=0,
        pool_timeout=_POOL_WAIT_S,
        # What others run in a turn is not run often enough to know the tables' sizes: see `_Plan`.
        connect_args={"server_settings": settings, "prepared_statement_cache_size": 0},
        hide_parameters=True,
    )
    _watch_rest(engine)
    return engine


def _postgres_engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=_POOL_WAIT_S,
        # A plan that is kept was made for fewer rows: on a young database, before it is analysed,
        # it compares every row of a table with every value of an array.
        connect_args={"server_settings": {"plan_cache_mode": "force_custom_plan"}},
        hide_parameters=True,
    )
    _watch_rest(engine)
    return engine


def _watch_rest(engine: AsyncEngine) -> None:
    """Have connections that have ended replaced; only those that have rested are asked for a sign.

    The pool's own way asks each time, which takes three round trips; a server that ends closes
    its connections, and the driver knows.
    """
    failures = (engine.dialect.loaded_dbapi.Error, OSError)

    def on_checkin(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["used"] = time.monotonic()

    def on_checkout(
        connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        driver: Any = entry.driver_connection
        if driver.is_closed():
            raise InvalidatePoolError("the server has closed the connection")
        if time.monotonic() < entry.info.get("used", time.monotonic()) + _RESTED_S:
            return
        try:
            connection.ping()
        except failures as error:
            raise InvalidatePoolError("the connection is dead") from error

    event.listen(engine.sync_engine, "checkin", on_checkin)
    event.listen(engine.sync_engine, "checkout", on_checkout)


def _sqlite_engine(url: URL, begin: str, connections: int) -> AsyncEngine:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_POOL_WAIT_S,
        connect_args={"timeout": _BUSY_S},
        hide_parameters=True,
    )

    def on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver's own transaction control would begin too late for BEGIN IMMEDIATE.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        if connections == 1:
            cursor.execute(f"PRAGMA cache_size=-{_WRITER_KIB}")
            cursor.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    def on_invalidate(
        connection: PoolProxiedConnection, _entry: ConnectionPoolEntry, _error: BaseException | None
    ) -> None:
        # Who is cancelled between a statement and its rows leaves the statement open, and SQLite
        # keeps a closed connection's transaction, with its lock, until that is gone, too. There is
        # no way to wait here, so the rollback goes into the queue of the connection's own thread.
        driver = connection.driver_connection
        if driver is not None and driver._connection is not None:  # noqa: SLF001
            driver._tx.put_nowait((None, driver._connection.rollback))  # noqa: SLF001

    event.listen(engine.sync_engine, "connect", on_connect)
    event.listen(engine.sync_engine, "begin", on_begin)
    event.listen(engine.sync_engine.pool, "invalidate", on_invalidate)
    return engine


def renamed(names: Iterable[str], prefix: str = "new_") -> dict[str, str]:
    """Rename what is bound: a column's own name would be taken for one of the values to set."""
    return {name: f"{prefix}{name}" for name in names}


Bound = tuple[tuple[str, str], ...]
"""Columns, each with the name of the parameter that it is taken from."""


@lru_cache(maxsize=STATEMENTS)
def revision_from_columns(table: Table, key: str, bound: Bound, *, packed: bool = False) -> Update:
    """Make the statement that sets columns of this tenant's rows, one parameter a column."""
    fresh = select(*unnested(table, dict(bound), packed=packed)).subquery()
    given = {name: fresh.c[name] for name, _ in bound if name != key}
    return update(table).where(own(table)).where(table.c[key] == fresh.c[key]).values(given)


@lru_cache(maxsize=STATEMENTS)
def _revision(table: Table, key: str, names: tuple[str, ...]) -> Writing:
    bound = renamed(names)
    values: dict[str, BindParameter[Any]] = {
        name: bindparam(new, type_=table.c[name].type) for name, new in bound.items() if name != key
    }
    found = table.c[key] == bindparam(bound[key], type_=table.c[key].type)
    return writing(update(table).where(own(table)).where(found).values(values))


@lru_cache(maxsize=STATEMENTS)
def insertion_from_columns(
    table: Table,
    bound: Bound,
    conflict: OnConflict,
    keep: tuple[str, ...],
    *,
    packed: bool = False,
) -> Insert:
    """Make the statement that inserts rows, one parameter a column."""
    names = [name for name, _ in bound]
    rows = select(*unnested(table, dict(bound), packed=packed))
    statement = postgresql.insert(table).from_select(names, rows)
    if conflict == "ignore":
        return statement.on_conflict_do_nothing()
    if conflict in {"replace", "add"}:
        return statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_=_settled(statement.excluded, table, names, keep, conflict),
        )
    return statement


@lru_cache(maxsize=STATEMENTS)
def _one_by_one(
    table: Table, names: tuple[str, ...], conflict: OnConflict, keep: tuple[str, ...]
) -> Writing:
    statement = sqlite.insert(table).inline().values({name: bindparam(name) for name in names})
    if conflict == "ignore":
        statement = statement.on_conflict_do_nothing()
    if conflict in {"replace", "add"}:
        statement = statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_=_settled(statement.excluded, table, names, keep, conflict),
        )
    return writing(statement)


def _settled(
    excluded: ReadOnlyColumnCollection[str, Any],
    table: Table,
    names: Collection[str],
    keep: Collection[str],
    conflict: OnConflict,
) -> dict[str, ColumnElement[Any]]:
    """Say what a row that is there becomes: the new values, or its own plus these."""
    changing = _replaced(table, names, keep)
    if conflict == "add":
        return {c: table.c[c] + excluded[c] for c in changing}
    return {c: excluded[c] for c in changing}


def _replaced(table: Table, names: Collection[str], keep: Collection[str]) -> list[str]:
    return [n for n in names if n not in keep and n not in table.primary_key.columns]
