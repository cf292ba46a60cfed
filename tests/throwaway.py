"""A PostgreSQL database to throw away: made once, and emptied after each test.

A database of its own for each test costs the server two checkpoints and thousands of written
pages; emptied rows cost milliseconds. Who changes the schema gets a new database made.
"""

import asyncio
import threading
import uuid
from collections.abc import Coroutine
from typing import TypeVar

import asyncpg
from sqlalchemy import URL

T = TypeVar("T")

_SCHEMA = """
SELECT md5(string_agg(mark, ',' ORDER BY mark)) FROM (
    SELECT 'c' || oid || '.' || xmin AS mark FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'a' || attrelid || '.' || attnum || '.' || a.xmin FROM pg_attribute a
    JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'k' || oid || '.' || xmin FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 't' || oid || '.' || xmin FROM pg_trigger
    UNION ALL SELECT 'p' || oid || '.' || xmin FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
) marks
"""
"""Changes with every statement that defines, alters or rewrites something."""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_EMPTY = """
DO $$ DECLARE name text; filled bool; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
        IF filled THEN
            IF pg_relation_size(quote_ident(name)::regclass) > 500000 THEN
                EXECUTE format('TRUNCATE %I CASCADE', name);
            ELSE
                EXECUTE format('DELETE FROM %I', name);
            END IF;
        END IF;
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        PERFORM setval(quote_ident(name)::regclass, 1, false);
    END LOOP;
END $$
"""
"""As a superuser, past the triggers that keep the record; what grew is given back to the disk."""
_LEAVE = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type = 'client backend'
"""


class Throwaway:
    """One database that one test after another has for itself."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._name = f"chit_test_{uuid.uuid4().hex[:12]}"
        self._template = self._schema = ""
        self._rows: list[tuple[str, str]] = []
        self._connection: asyncpg.Connection | None = None

    @property
    def url(self) -> str:
        return self._server.set(database=self._name).render_as_string(hide_password=False)

    def create(self, template: str) -> None:
        """Copy a database that is migrated; nobody waits for the disk there."""
        self._template = template
        self._run(self._create())

    def empty(self) -> None:
        """Take everything back that a test did, whoever is still connected."""
        self._run(self._clear())

    def close(self) -> None:
        """Drop it, and end the thread."""
        self._run(self._drop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[None, None, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    async def _connect(self, database: str | None) -> asyncpg.Connection:
        url = self._server.set(drivername="postgresql", database=database)
        return await asyncpg.connect(url.render_as_string(hide_password=False))

    async def _administer(self, *statements: str) -> None:
        connection = await self._connect(self._server.database)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def _create(self) -> None:
        await self._administer(
            f"CREATE DATABASE {self._name} TEMPLATE {self._template}",
            f"ALTER DATABASE {self._name} SET synchronous_commit = off",
        )
        self._connection = connection = await self._connect(self._name)
        for (table,) in await connection.fetch(_TABLES):
            rows = await connection.fetch(f'SELECT row_to_json(t) FROM "{table}" t')  # noqa: S608  # names of our own tables
            self._rows += [(table, row[0]) for row in rows]
        self._schema = await connection.fetchval(_SCHEMA)

    async def _clear(self) -> None:
        connection = self._connection
        if connection is None or connection.is_closed():
            await self._anew()
            return
        await connection.execute(_LEAVE)
        if await connection.fetchval(_SCHEMA) != self._schema:
            await self._anew()
            return
        async with connection.transaction():
            await connection.execute(_EMPTY)
            for table, row in self._rows:
                own = f'json_populate_record(NULL::"{table}", $1)'
                await connection.execute(f'INSERT INTO "{table}" SELECT * FROM {own}', row)  # noqa: S608  # the same
        self._schema = await connection.fetchval(_SCHEMA)

    async def _anew(self) -> None:
        await self._drop()
        self._rows = []
        await self._create()

    async def _drop(self) -> None:
        if self._connection and not self._connection.is_closed():
            await self._connection.close()
        await self._administer(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
