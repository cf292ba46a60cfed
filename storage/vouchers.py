"""Vouchers as received: those of a claim, those that look alike, those that are deleted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from core.change import StoredInvoice, Tombstone
from core.likeness import Likeness, find_near, near_bands
from core.ports import MAX_ALIKE
from storage.documents import INVOICES
from storage.engine import Database, own
from storage.tables import invoices, pictures, tombstones

_MAX_LOOKED_AT = 5_000
"""Pictures that are compared in one search: forms of one kind share a key by the thousand."""


async def vouchers_of(database: Database, claim: str) -> tuple[StoredInvoice, ...]:
    """Give the vouchers that were received for a claim, oldest first."""
    query = (
        select(invoices.c.document)
        .where(own(invoices), invoices.c.claim == claim)
        .order_by(invoices.c.received_at, invoices.c.id)
    )
    return tuple(INVOICES.validate_json(r.document) for r in await _rows(database, query))


async def find_tombstones(database: Database, hashes: Sequence[str]) -> tuple[Tombstone, ...]:
    """Give what stays of deleted originals, in order of hash."""
    query = (
        select(tombstones)
        .where(own(tombstones), database.among(tombstones.c.sha256, list(hashes)))
        .order_by(tombstones.c.sha256)
    )
    rows = await _rows(database, query)
    return tuple(Tombstone(r.sha256, r.at, r.actor) for r in rows)


async def find_lookalikes(
    database: Database, wanted: Sequence[Likeness]
) -> tuple[StoredInvoice, ...]:
    """Find vouchers of the same date and total, or of nearly the same picture; oldest first."""
    found = {v.id: v for v in await _same_figures(database, wanted)}
    near_ids = await _near(database, wanted)
    if near_ids:
        kept = select(invoices.c.document).where(
            own(invoices), database.among(invoices.c.id, sorted(near_ids))
        )
        rows = await _rows(database, kept)
        found |= {v.id: v for v in (INVOICES.validate_json(r.document) for r in rows)}
    ordered = sorted(found.values(), key=lambda v: (v.received_at, v.id))
    return tuple(ordered[:MAX_ALIKE])


async def _same_figures(database: Database, wanted: Sequence[Likeness]) -> list[StoredInvoice]:
    figures = {(w.date, w.total_fen) for w in wanted if w.date and w.total_fen is not None}
    if not figures:
        return []
    query = select(invoices.c.issued, invoices.c.total_fen, invoices.c.document).where(
        own(invoices),
        invoices.c.total_fen.in_({total for _, total in figures}),
        invoices.c.issued.in_({day for day, _ in figures}),
    )
    rows = await _rows(database, query)
    return [INVOICES.validate_json(r.document) for r in rows if (r.issued, r.total_fen) in figures]


async def _near(database: Database, wanted: Sequence[Likeness]) -> set[str]:
    """Find vouchers by their pictures; a sure number needs no comparison with another sure one."""
    found: set[str] = set()
    for sure in (True, False):
        hashes = {w.picture for w in wanted if w.picture and w.sure is sure}
        if hashes:
            rows = await _rows(database, _sharing(database, hashes, sure=sure))
            alike = find_near(hashes, (r.hash for r in rows))
            found |= {r.invoice for r in rows if r.hash in alike}
    return found


def _sharing(database: Database, hashes: set[str], *, sure: bool) -> Select[Any]:
    keys = sorted({key for picture in hashes for key in near_bands(picture)})
    query = (
        select(pictures.c.invoice, pictures.c.hash)
        .where(own(pictures), database.among(pictures.c.band, keys))
        .distinct()
        .limit(_MAX_LOOKED_AT)
    )
    return query.where(pictures.c.sure.is_(False)) if sure else query


async def _rows(database: Database, query: Select[Any]) -> Sequence[Row[Any]]:
    async with database.reading() as connection:
        rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return rows
