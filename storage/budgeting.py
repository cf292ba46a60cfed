"""Budgets in the database: figures, holds, limits with their versions, changes that are asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row as Found
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.budget import BudgetChange, LimitVersion
from core.change import Change
from core.ports import BudgetEntry, ChangeQuery, LedgerFault, LiveHold, Page, Sliced
from storage.documents import (
    BUDGET_CHANGES,
    CHARGES,
    read_moment_cursor,
    read_number_cursor,
    size_of,
    slice_of,
    write,
)
from storage.engine import Database, Row, own
from storage.ledger import Account, Held, Ledger
from storage.tables import budget_changes, budgets, entries, hold_ends, holds, limits


async def write_accounts(
    database: Database,
    connection: AsyncConnection,
    ledger: Ledger,
    before: Mapping[str, Account],
) -> None:
    """Write figures that have moved, and limits and bars where they have."""
    moved = [a for a in ledger.accounts.values() if a != before[a.id]]
    figures: list[Row] = [
        {"id": a.id, "reserved_fen": a.reserved_fen, "consumed_fen": a.consumed_fen} for a in moved
    ]
    await database.revise(connection, budgets, "id", figures)
    ruled: list[Row] = [
        {
            "id": a.id,
            "limit_fen": a.limit_fen,
            "ceiling_fen": a.ceiling_fen,
            "frozen": a.frozen,
            "closed": a.closed,
            "limit_version": a.version,
        }
        for a in moved
        if _rule(a) != _rule(before[a.id])
    ]
    await database.revise(connection, budgets, "id", ruled)
    await write_limits(database, connection, ledger.limits)


def _rule(account: Account) -> tuple[object, ...]:
    return (account.limit_fen, account.frozen, account.closed, account.version)


async def write_limits(
    database: Database, connection: AsyncConnection, versions: Iterable[LimitVersion]
) -> None:
    """Add limits to their history."""
    rows: list[Row] = [
        {
            "budget": v.budget,
            "version": v.version,
            "limit_fen": v.limit_fen,
            "kind": v.kind,
            "source": v.source,
            "actor": v.actor,
            "at": v.at,
        }
        for v in versions
    ]
    await database.insert(connection, limits, rows)


async def write_holds(
    database: Database,
    connection: AsyncConnection,
    held: Mapping[str, Held],
    known: frozenset[str],
    live: frozenset[str],
    charges: Mapping[str, str],
) -> None:
    """Write new holds, those that hold other charges now, and those that have ended.

    `known` and `live` are the holds that were there, and not ended, before; `charges` has what
    new ones hold, written already.
    """
    made: list[Row] = [
        _hold_row(n, h, None if h.moved else charges.get(n))
        for n, h in held.items()
        if n not in known
    ]
    carried: list[Row] = [
        {"name": n, "charges": write(h.charges)} for n, h in held.items() if h.moved and n in known
    ]
    ended: list[Row] = [
        {"hold": n, "kind": h.end, "at": h.ended_at, "charges": _spent(h)}
        for n, h in held.items()
        if h.end and (n in live or n not in known)
    ]
    await database.insert(connection, holds, made)
    await database.revise(connection, holds, "name", carried)
    await database.insert(connection, hold_ends, ended)


def _hold_row(name: str, held: Held, charges: str | None) -> Row:
    return {
        "name": name,
        "claim": held.claim,
        "charges": charges or write(held.charges),
        "at": held.at,
    }


def _spent(held: Held) -> str | None:
    """Keep what was spent where that is not just what was held."""
    same = held.end != "consume" or held.spent == held.charges
    return None if same else write(held.spent)


async def write_changes(
    database: Database, connection: AsyncConnection, changes: Sequence[Change]
) -> None:
    """Write changes of budgets that are asked or decided, each with its next revision."""
    last = {b.number: b for change in changes for b in change.budget_changes}
    stored = [replace(b, revision=b.revision + 1) for b in last.values()]
    rows: list[Row] = [
        {
            "number": b.number,
            "revision": b.revision,
            "state": b.state,
            "budget": b.budget,
            "created_at": b.created_at,
            "document": write(b),
        }
        for b in stored
    ]
    await database.insert(connection, budget_changes, rows, "replace")


async def find_change(database: Database, number: str) -> BudgetChange | None:
    """Find one change."""
    query = select(budget_changes.c.document).where(
        own(budget_changes), budget_changes.c.number == number
    )
    async with database.reading() as connection:
        row = (await connection.execute(query)).first()
    return BUDGET_CHANGES.validate_json(row.document) if row else None


async def list_changes(database: Database, query: ChangeQuery, page: Page) -> Sliced[BudgetChange]:
    """List changes, newest first."""
    table = budget_changes
    wanted = select(table.c.document).where(own(table))
    if query.state is not None:
        wanted = wanted.where(table.c.state == query.state)
    if query.budget is not None:
        wanted = wanted.where(table.c.budget == query.budget)
    if after := read_moment_cursor(page):
        at, number = after
        same = and_(table.c.created_at == at, table.c.number < number)
        wanted = wanted.where(or_(table.c.created_at < at, same))
    wanted = wanted.order_by(table.c.created_at.desc(), table.c.number.desc())
    async with database.reading() as connection:
        rows = (await connection.execute(wanted.limit(size_of(page) + 1))).all()
    found = [BUDGET_CHANGES.validate_json(r.document) for r in rows]
    return slice_of(found, page, lambda b: (b.created_at, b.number))


async def list_entries(
    database: Database, budget: str, page: Page, *, newest: bool
) -> Sliced[BudgetEntry]:
    """List a budget's journal, oldest first, or the `newest` line first."""
    after = read_number_cursor(page)
    query = select(entries).where(own(entries), entries.c.budget == budget)
    if newest:
        query = query.where(entries.c.id < after) if after else query
        query = query.order_by(entries.c.id.desc())
    else:
        query = query.where(entries.c.id > after).order_by(entries.c.id)
    async with database.reading() as connection:
        rows = (await connection.execute(query.limit(size_of(page) + 1))).all()
    return slice_of([_entry(r) for r in rows], page, lambda e: e.id)


def _entry(row: Found[Any]) -> BudgetEntry:
    return BudgetEntry(
        id=row.id,
        budget=row.budget,
        hold=row.hold,
        claim=row.claim,
        kind=row.kind,
        amount_fen=row.amount_fen,
        at=row.at,
    )


async def list_limits(database: Database, budget: str) -> tuple[LimitVersion, ...]:
    """Give the limits that a budget has had, oldest first."""
    query = select(limits).where(own(limits), limits.c.budget == budget).order_by(limits.c.version)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    return tuple(
        LimitVersion(r.budget, r.version, r.limit_fen, r.kind, r.source, r.actor, r.at)
        for r in rows
    )


async def list_live_holds(database: Database, before: datetime | None) -> tuple[LiveHold, ...]:
    """Give the holds that have not ended, oldest first."""
    wanted = _live().where(holds.c.at < before) if before else _live()
    async with database.reading() as connection:
        rows = (await connection.execute(wanted.order_by(holds.c.at, holds.c.name))).all()
    return tuple(_live_hold(r) for r in rows)


def _live() -> Select[Any]:
    ended = (hold_ends.c.company == holds.c.company) & (hold_ends.c.hold == holds.c.name)
    return (
        select(holds.c.name, holds.c.claim, holds.c.charges, holds.c.at)
        .outerjoin_from(holds, hold_ends, ended)
        .where(own(holds), hold_ends.c.hold.is_(None))
    )


def _live_hold(row: Found[Any]) -> LiveHold:
    return LiveHold(row.name, row.claim, CHARGES.validate_json(row.charges), row.at)


async def find_ledger_faults(database: Database) -> tuple[LedgerFault, ...]:
    """Rebuild every budget from its journal, and say where its figures are others.

    What is reserved must also be what the live holds hold, and a limit the last of its versions.
    """
    async with database.reading() as connection:
        if database.postgres:
            # One snapshot: what is written meanwhile must not look like a fault.
            await connection.execution_options(isolation_level="REPEATABLE READ")
        figures = (await connection.execute(select(budgets).where(own(budgets)))).all()
        sums = {r.budget: r for r in (await connection.execute(_rebuilt())).all()}
        last = {r.budget: r.limit_fen for r in (await connection.execute(_last_limits())).all()}
        held: dict[str, int] = {}
        for row in (await connection.execute(_live())).all():
            for charge in CHARGES.validate_json(row.charges):
                held[charge.budget] = held.get(charge.budget, 0) + max(0, charge.amount_fen)
    found: list[LedgerFault] = []
    for row in sorted(figures, key=lambda r: str(r.id)):
        journal = sums.get(row.id)
        reserved = int(journal.reserved) if journal else 0
        consumed = int(journal.consumed) if journal else 0
        pairs = (
            ("reserved", row.reserved_fen, reserved),
            ("consumed", row.consumed_fen, consumed),
            ("held", row.reserved_fen, held.get(row.id, 0)),
            ("limit", row.limit_fen, last.get(row.id, row.limit_fen)),
        )
        found += [
            LedgerFault(row.id, what, has, wants) for what, has, wants in pairs if has != wants
        ]
    return tuple(found)


def _rebuilt() -> Select[Any]:
    return (
        select(
            entries.c.budget,
            func.sum(entries.c.reserved_fen).label("reserved"),
            func.sum(entries.c.consumed_fen).label("consumed"),
        )
        .where(own(entries))
        .group_by(entries.c.budget)
    )


def _last_limits() -> Select[Any]:
    newest = (
        select(limits.c.budget, func.max(limits.c.version).label("version"))
        .where(own(limits))
        .group_by(limits.c.budget)
        .subquery()
    )
    same = (limits.c.budget == newest.c.budget) & (limits.c.version == newest.c.version)
    return select(limits.c.budget, limits.c.limit_fen).join(newest, same).where(own(limits))
