"""Reads the audit trail and checks that nobody has touched it."""

from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.ports import AuditRecord, Page, Sliced
from storage.chain import Link, find_break
from storage.documents import FIELDS, read_number_cursor, size_of, slice_of
from storage.engine import Database, own
from storage.tables import audit, heads

_STRIDE = 1000


async def list_audit(database: Database, page: Page) -> Sliced[AuditRecord]:
    """List the audit trail, oldest first."""
    query = _after(read_number_cursor(page), size_of(page) + 1)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    return slice_of([_record(r) for r in rows], page, lambda r: r.seq)


async def list_history(database: Database, subject: str, limit: int) -> tuple[AuditRecord, ...]:
    """Give the latest lines about one thing, oldest first."""
    mine = select(audit).where(own(audit), audit.c.subject == subject)
    query = mine.order_by(audit.c.seq.desc()).limit(limit)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    return tuple(_record(r) for r in reversed(rows))


async def find_tampering(database: Database) -> int | None:
    """Recompute the chain; gives the first bad sequence number, None when it is whole.

    Cut-off ends are found too: the chain must end where the writer left it.
    """
    async with database.reading() as connection:
        if database.postgres:
            # One snapshot: lines that are appended meanwhile must not look like forgeries.
            await connection.execution_options(isolation_level="REPEATABLE READ")
        query = select(heads.c.audit_seq, heads.c.audit_hash).where(own(heads))
        head = (await connection.execute(query)).one()
        link, bad = await _walk(connection)
    if bad is not None:
        return bad
    if link == Link(head.audit_seq, head.audit_hash):
        return None
    ends = (link.seq, int(head.audit_seq))
    return min(ends) + (ends[0] != ends[1])


async def _walk(connection: AsyncConnection) -> tuple[Link, int | None]:
    link = Link()
    while True:
        rows = (await connection.execute(_after(link.seq, _STRIDE))).all()
        if not rows:
            return link, None
        link, bad = find_break(link, map(_record, rows))
        if bad is not None:
            return link, bad


def _after(seq: int, limit: int) -> Select[Any]:
    return select(audit).where(own(audit), audit.c.seq > seq).order_by(audit.c.seq).limit(limit)


def _record(row: Row[Any]) -> AuditRecord:
    return AuditRecord(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        source=row.source,
        fields=FIELDS.validate_json(row.fields),
        hash=row.hash,
    )
