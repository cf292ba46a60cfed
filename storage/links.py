"""What of ours is what of an outside system's; what was said to it; what must be remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Delete, Select, Update, delete, func, or_, select, update
from sqlalchemy import Row as Found
from sqlalchemy.exc import IntegrityError

from core.errors import Conflict
from core.outside import Exchanged, Link
from storage.documents import EXCHANGED, LINKS, write
from storage.engine import Database, Row, own
from storage.group import GroupCommit, at_once
from storage.tables import exchanges, links, memories

KEPT_PER_SYSTEM = 2000
"""Calls of one system that the journal keeps."""
_SWEEP_EVERY = 100


@dataclass(frozen=True, slots=True)
class _Write:
    """A link to be written: begun, unless its key is taken, or changed."""

    link: Link
    begins: bool


class SqlLinks:
    """`core.outside.Links` on SQL; the keys are the database's.

    Writes of one moment share a transaction: orders to a fast system have several each.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._group: GroupCommit[_Write, bool] = GroupCommit(at_once(self._write))

    async def begin(self, link: Link) -> Link:
        """Keep a new link, or give the one that its key has already."""
        if await self._group(_Write(link, begins=True)):
            return link
        found = await self.find(link.system, link.key)
        if found is None:
            raise Conflict("ref_taken", system=link.system)
        return found

    async def save(self, link: Link) -> None:
        """Write a link as it is now; Conflict `ref_taken` when another one has its reference."""
        try:
            await self._group(_Write(link, begins=False))
        except IntegrityError as error:
            raise Conflict("ref_taken", system=link.system, key=link.key) from error

    async def _write(self, writes: Sequence[_Write]) -> Sequence[bool | Exception]:
        done: list[bool | Exception] = []
        async with self._database.writing() as connection:
            for item in writes:
                row = _row(item.link)
                if item.begins:
                    new = await self._database.insert(connection, links, [row], "ignore")
                    done.append(new == 1)
                    continue
                await connection.execute(_changed(row))
                done.append(True)
        return done

    async def close(self) -> None:
        """Let the waiting writes through."""
        await self._group.close()

    async def find(self, system: str, key: str) -> Link | None:
        """Find a link by our key."""
        found = await self._links(_own_links().where(links.c.system == system, links.c.key == key))
        return found[0] if found else None

    async def of(self, subject: str) -> tuple[Link, ...]:
        """Give the links of a claim, oldest first."""
        return await self.of_all((subject,))

    async def of_all(self, subjects: Sequence[str]) -> tuple[Link, ...]:
        """Give the links of claims, oldest first."""
        wanted = _own_links().where(self._database.among(links.c.subject, subjects))
        return await self._links(wanted.order_by(links.c.at, links.c.system, links.c.key))

    async def matching(self, system: str, words: Sequence[str]) -> tuple[Link, ...]:
        """Give the open links of a system whose reference's id or whose subject is one of these."""
        among = self._database.among
        named = or_(among(links.c.ref_id, words), among(links.c.subject, words))
        wanted = _own_links().where(links.c.system == system, links.c.state == "open", named)
        return await self._links(wanted.order_by(links.c.key))

    async def open(self, system: str, purpose: str, after: str, limit: int) -> tuple[Link, ...]:
        """Give open links in order of their keys, those after a key."""
        wanted = _own_links().where(
            links.c.system == system,
            links.c.state == "open",
            links.c.purpose == purpose,
            links.c.key > after,
        )
        return await self._links(wanted.order_by(links.c.key).limit(limit))

    async def _links(self, query: Select[Any]) -> tuple[Link, ...]:
        async with self._database.reading() as connection:
            rows: Sequence[Found[Any]] = (await connection.execute(query)).all()
        return tuple(LINKS.validate_json(row.document) for row in rows)


def _changed(row: Row) -> Update:
    kept = {k: v for k, v in row.items() if k not in {"system", "key", "at"}}
    mine = (links.c.system == row["system"], links.c.key == row["key"])
    return update(links).where(own(links), *mine).values(kept)


def _own_links() -> Select[Any]:
    return select(links.c.document).where(own(links))


def _row(link: Link) -> Row:
    return {
        "system": link.system,
        "key": link.key,
        "subject": link.subject,
        "purpose": link.purpose,
        "state": link.state,
        "ref_kind": link.ref.kind if link.ref else None,
        "ref_id": link.ref.id if link.ref else None,
        "at": link.at,
        "document": write(link),
    }


class SqlJournal:
    """`core.outside.Journal` on SQL: the last calls of each system."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted = 0
        self._group: GroupCommit[Exchanged, None] = GroupCommit(at_once(self._write))

    async def note(self, exchanged: Exchanged) -> None:
        """Keep a call; the oldest go."""
        await self._group(exchanged)

    async def _write(self, noted: Sequence[Exchanged]) -> Sequence[Exception | None]:
        rows: list[Row] = [{"system": e.system, "at": e.at, "document": write(e)} for e in noted]
        before, self._noted = self._noted, self._noted + len(rows)
        sweeps = before // _SWEEP_EVERY != self._noted // _SWEEP_EVERY
        async with self._database.writing() as connection:
            await self._database.insert(connection, exchanges, rows)
            for system in sorted({e.system for e in noted}) if sweeps else ():
                await connection.execute(_old(system))
        return [None] * len(rows)

    async def close(self) -> None:
        """Let the waiting notes through."""
        await self._group.close()

    async def last(self, system: str, limit: int) -> tuple[Exchanged, ...]:
        """Give the latest calls of a system, newest first."""
        query = (
            select(exchanges.c.document)
            .where(own(exchanges), exchanges.c.system == system)
            .order_by(exchanges.c.id.desc())
            .limit(limit)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(EXCHANGED.validate_json(row.document) for row in rows)


def _old(system: str) -> Delete:
    """Drop what is beyond the calls that are kept of a system."""
    mine = (own(exchanges), exchanges.c.system == system)
    oldest = (
        select(exchanges.c.id)
        .where(*mine)
        .order_by(exchanges.c.id.desc())
        .offset(KEPT_PER_SYSTEM)
        .limit(1)
    )
    last = func.coalesce(oldest.scalar_subquery(), 0)
    return delete(exchanges).where(*mine, exchanges.c.id <= last)


class SqlMemory:
    """`core.outside.Memory` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, system: str, name: str) -> str | None:
        """Give a fact."""
        query = select(memories.c.value).where(
            own(memories), memories.c.system == system, memories.c.name == name
        )
        async with self._database.reading() as connection:
            value: str | None = await connection.scalar(query)
        return value

    async def put(self, system: str, name: str, value: str) -> None:
        """Keep a fact."""
        row = {"system": system, "name": name, "value": value}
        async with self._database.writing() as connection:
            await self._database.insert(connection, memories, [row], "replace")

    async def add(self, system: str, name: str, value: str) -> str:
        """Keep a fact unless there is one; gives the one that is kept."""
        row = {"system": system, "name": name, "value": value}
        async with self._database.writing() as connection:
            await self._database.insert(connection, memories, [row], "ignore")
        return await self.get(system, name) or value
