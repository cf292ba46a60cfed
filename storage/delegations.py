"""Who stands in for whom: rows of their own, which a new company file leaves alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Index, PrimaryKeyConstraint, String, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.change import Change
from core.delegation import Delegation
from storage.documents import DELEGATIONS, write
from storage.engine import Database, Row, own
from storage.tables import TENANT, Moment, metadata

delegations = Table(
    "delegations",
    metadata,
    Column("company", String(64), nullable=False, server_default=TENANT),
    Column("id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("document", Text, nullable=False),
    PrimaryKeyConstraint("company", "id"),
    Index(None, "company", "ends_at"),
)


async def find_delegations(database: Database, since: datetime) -> tuple[Delegation, ...]:
    """Give the delegations that end after a moment, oldest first."""
    wanted = (
        select(delegations.c.document)
        .where(own(delegations), delegations.c.ends_at > since)
        .order_by(delegations.c.id)
    )
    async with database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    found = [DELEGATIONS.validate_json(r.document) for r in rows]
    return tuple(sorted(found, key=lambda d: (d.begins, d.id)))


async def write_delegations(
    database: Database, connection: AsyncConnection, changes: Sequence[Change]
) -> None:
    """Keep the delegations of a batch of changes."""
    last = {d.id: d for change in changes for d in change.delegations}
    rows: list[Row] = [
        {"id": d.id, "person": d.person, "ends_at": d.ends, "document": write(d)}
        for d in last.values()
    ]
    await database.insert(connection, delegations, rows, "replace")
