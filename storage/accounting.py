"""Vouchers and payment batches in the database."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from core.change import Change
from core.claim import Claim
from core.payment import Payment, PaymentState
from core.payment_batch import PaymentBatch
from core.ports import Page, Sliced, VoucherQuery
from core.voucher import Voucher
from storage.documents import (
    BATCHES,
    read_claim,
    read_moment_cursor,
    read_payment,
    read_voucher,
    size_of,
    slice_of,
    write,
)
from storage.engine import Database, Row, own
from storage.tables import claims, payment_batches, payments, vouchers

TOGETHER = 1000
"""Rows that are written at once: a file may take very many vouchers in one change."""


async def find_voucher(database: Database, name: str) -> Voucher | None:
    """Find one voucher."""
    found = await _vouchers(database, select(vouchers.c.document).where(vouchers.c.id == name))
    return found[0] if found else None


async def vouchers_of(database: Database, claims: Sequence[str]) -> tuple[Voucher, ...]:
    """Give the vouchers of claims, oldest first."""
    if not claims:
        return ()
    wanted = select(vouchers.c.document).where(database.among(vouchers.c.claim, claims))
    found = await _vouchers(database, wanted)
    # Sorted here: asked to sort, SQLite reads every voucher there is in their order.
    return tuple(sorted(found, key=lambda v: (v.created_at, v.id)))


async def list_vouchers(database: Database, query: VoucherQuery, page: Page) -> Sliced[Voucher]:
    """List vouchers, oldest first."""
    wanted = select(vouchers.c.document)
    for column, value in (
        (vouchers.c.state, query.state),
        (vouchers.c.claim, query.claim),
        (vouchers.c.batch, query.batch),
        (vouchers.c.entity, query.company),
    ):
        wanted = wanted if value is None else wanted.where(column == value)
    if after := read_moment_cursor(page):
        at, name = after
        wanted = wanted.where(tuple_(vouchers.c.created_at, vouchers.c.id) > (at, name))
    wanted = wanted.order_by(vouchers.c.created_at, vouchers.c.id).limit(size_of(page) + 1)
    found = await _vouchers(database, wanted)
    return slice_of(found, page, lambda v: (v.created_at, v.id))


async def _vouchers(database: Database, query: Select[Any]) -> tuple[Voucher, ...]:
    async with database.reading() as connection:
        rows = (await connection.execute(query.where(own(vouchers)))).all()
    return tuple(read_voucher(row.document) for row in rows)


async def find_batch(database: Database, name: str) -> PaymentBatch | None:
    """Find one payment batch."""
    wanted = select(payment_batches.c.document).where(
        own(payment_batches), payment_batches.c.id == name
    )
    async with database.reading() as connection:
        row = (await connection.execute(wanted)).first()
    return BATCHES.validate_json(row.document) if row else None


async def list_batches(database: Database, page: Page) -> Sliced[PaymentBatch]:
    """List payment batches, newest first."""
    table = payment_batches
    wanted = select(table.c.document).where(own(table))
    if after := read_moment_cursor(page):
        at, name = after
        same = and_(table.c.created_at == at, table.c.id < name)
        wanted = wanted.where(or_(table.c.created_at < at, same))
    wanted = wanted.order_by(table.c.created_at.desc(), table.c.id.desc())
    async with database.reading() as connection:
        rows = (await connection.execute(wanted.limit(size_of(page) + 1))).all()
    found = [BATCHES.validate_json(row.document) for row in rows]
    return slice_of(found, page, lambda b: (b.created_at, b.id))


async def payments_in(database: Database, batch: str) -> tuple[Payment, ...]:
    """Give every payment of a batch, whatever its state, in the order of their making."""
    wanted = (
        select(payments.c.document)
        .where(own(payments), payments.c.batch == batch)
        .order_by(payments.c.created_at, payments.c.id)
    )
    async with database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    return tuple(read_payment(row.document) for row in rows)


async def payments_of(database: Database, claims: Sequence[str]) -> tuple[Payment, ...]:
    """Give the payments of claims, in the order of their ids, which name the claims."""
    if not claims:
        return ()
    named = database.among(payments.c.id, [f"P-{claim}" for claim in claims])
    wanted = select(payments.c.document).where(own(payments), named).order_by(payments.c.id)
    async with database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    return tuple(read_payment(row.document) for row in rows)


async def list_payments(
    database: Database, state: PaymentState | None, page: Page
) -> Sliced[Payment]:
    """List payments, oldest first."""
    wanted = _payments(state, page, payments.c.document)
    async with database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    cut = slice_of(rows, page, lambda r: (r.created_at, r.id))
    return Sliced(tuple(read_payment(row.document) for row in cut.items), cut.next)


async def list_owed(
    database: Database, state: PaymentState, page: Page
) -> Sliced[tuple[Payment, Claim]]:
    """List payments with their claims, both as one statement sees them, oldest first."""
    theirs = and_(claims.c.company == payments.c.company, claims.c.number == payments.c.claim)
    wanted = _payments(state, page, payments.c.document, claims.c.document.label("owing"))
    async with database.reading() as connection:
        rows = (await connection.execute(wanted.join(claims, theirs))).all()
    cut = slice_of(rows, page, lambda r: (r.created_at, r.id))
    return Sliced(
        tuple((read_payment(row.document), read_claim(row.owing)) for row in cut.items), cut.next
    )


def _payments(state: PaymentState | None, page: Page, *columns: ColumnElement[str]) -> Select[Any]:
    key = (payments.c.created_at, payments.c.id)
    wanted = select(*key, *columns).select_from(payments).where(own(payments))
    if state is not None:
        wanted = wanted.where(payments.c.state == state)
    if after := read_moment_cursor(page):
        wanted = wanted.where(tuple_(*key) > after)
    return wanted.order_by(*key).limit(size_of(page) + 1)


async def write_accounting(
    database: Database, connection: AsyncConnection, changes: Iterable[Change]
) -> None:
    """Write the vouchers and batches of admitted changes, each with its next revision."""
    listed = list(changes)
    made = list({v.id: v for c in listed for v in c.vouchers}.values())
    opened: dict[str, Row] = {b.id: _batch_row(b) for c in listed for b in c.batches}
    for start in range(0, len(made), TOGETHER):
        rows = [_voucher_row(v) for v in made[start : start + TOGETHER]]
        await database.insert(connection, vouchers, rows, "replace", keep=("created_at",))
    await database.insert(
        connection, payment_batches, list(opened.values()), "replace", keep=("created_at",)
    )


def _voucher_row(voucher: Voucher) -> Row:
    revision = voucher.revision + 1
    return {
        "id": voucher.id,
        "revision": revision,
        "state": voucher.state,
        "claim": voucher.claim,
        "entity": voucher.company,
        "batch": voucher.batch,
        "created_at": voucher.created_at,
        "document": write(replace(voucher, revision=revision)),
    }


def _batch_row(batch: PaymentBatch) -> Row:
    revision = batch.revision + 1
    return {
        "id": batch.id,
        "revision": revision,
        "state": batch.state,
        "created_at": batch.created_at,
        "document": write(replace(batch, revision=revision)),
    }
