"""Reads everything that a batch of changes touches, locking it in one order for everybody."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.budget import Charge
from core.change import (
    Bar,
    Change,
    Consume,
    FreeIdentities,
    Rebook,
    Release,
    Reserve,
    Reverse,
    ShiftLimit,
    TakeIdentity,
)
from storage.admission import Books
from storage.chain import Link
from storage.documents import CHARGES
from storage.engine import Database, own
from storage.ledger import Account, Held, Ledger, reversal_of
from storage.tables import (
    TENANT,
    budget_changes,
    budgets,
    claims,
    heads,
    hold_ends,
    holds,
    identities,
    inbox,
    payment_batches,
    requests,
    vouchers,
)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the numbered logs end: the audit chain, the journal, the outbox."""

    chain: Link
    entry_id: int
    outbox_id: int


_FIGURES = [c for c in budgets.c if c.name not in {"company", "document"}]
"""What the ledger needs of a budget: not its document, which is long."""


async def lock_head(database: Database, connection: AsyncConnection) -> Head:
    """Take the lock that lets one writer at a time through, over all processes.

    The audit trail is one chain, so writers meet here in any case; meeting here first means that
    nobody can deadlock, and that numbers are in the order of commits.
    """
    query = select(heads.c.audit_seq, heads.c.audit_hash, heads.c.entry_id, heads.c.outbox_id)
    row = (await connection.execute(_locked(database, query.where(own(heads))))).one()
    return Head(Link(row.audit_seq, row.audit_hash), row.entry_id, row.outbox_id)


async def load_books(
    database: Database, connection: AsyncConnection, changes: Sequence[Change]
) -> Books:
    """Read the books of a batch; budget rows are locked in id order."""
    loader = _Loader(database, connection)
    held = await loader.holds(_names(changes))
    books = Books(
        await _ledger(loader, changes, held),
        await _revisions(loader, changes),
        leases=await loader.leases({c.inbox.id for c in changes if c.inbox}),
        requests=await loader.requests({c.request.key for c in changes if c.request}),
    )
    for identity, claim in await loader.holders(changes):
        books.holders[identity] = claim
        books.taken[claim] = books.taken.get(claim, frozenset()) | {identity}
    return books


async def _revisions(loader: "_Loader", changes: Sequence[Change]) -> dict[str, int]:
    numbers = {claim.number for c in changes for claim in c.claims}
    return {
        **await loader.revisions(claims.c.number, numbers),
        **await loader.revisions(vouchers.c.id, {v.id for c in changes for v in c.vouchers}),
        **await loader.revisions(payment_batches.c.id, {b.id for c in changes for b in c.batches}),
        **await loader.revisions(
            budget_changes.c.number, {b.number for c in changes for b in c.budget_changes}
        ),
    }


async def _ledger(loader: "_Loader", changes: Sequence[Change], held: dict[str, Held]) -> Ledger:
    """Read the budgets of a batch; of a cumulative one all months that it rolls with."""
    accounts = await loader.accounts(_charged(changes, held.values()))
    chains: dict[str, tuple[str, ...]] = {}
    if groups := {a.rolls for a in accounts.values() if a.rolls}:
        chains, months = await loader.chains(groups)
        accounts |= months
    return Ledger(accounts, held, chains=chains)


def _names(changes: Sequence[Change]) -> set[str]:
    """Name the holds of a batch; undoing one also asks whether it was undone before."""
    names: set[str] = set()
    for move in (move for change in changes for move in change.moves):
        if isinstance(move, Reserve):
            names.add(move.hold.name)
        elif isinstance(move, Reverse):
            names |= {move.hold, reversal_of(move.hold)}
        elif isinstance(move, Consume | Release | Rebook):
            names.add(move.hold)
    return names


def _charged(changes: Sequence[Change], held: Iterable[Held]) -> set[str]:
    charges: list[Charge] = [c for hold in held for c in (*hold.charges, *hold.spent)]
    named: set[str] = set()
    for move in (move for change in changes for move in change.moves):
        if isinstance(move, Reserve):
            charges += move.hold.charges
        elif isinstance(move, Consume | Rebook):
            charges += move.charges or ()
        elif isinstance(move, ShiftLimit | Bar):
            named.add(move.budget)
    return {charge.budget for charge in charges} | named


def _locked(database: Database, query: Select[Any]) -> Select[Any]:
    return query.with_for_update() if database.postgres else query


@dataclass(frozen=True, slots=True)
class _Loader:
    database: Database
    connection: AsyncConnection

    async def _rows(self, query: Select[Any], *, lock: bool = False) -> Iterator[Row[Any]]:
        found = await self.connection.execute(_locked(self.database, query) if lock else query)
        return iter(found.all())

    async def holds(self, names: set[str]) -> dict[str, Held]:
        if not names:
            return {}
        ended = (hold_ends.c.company == holds.c.company) & (hold_ends.c.hold == holds.c.name)
        rows = await self._rows(
            select(
                holds.c.name,
                holds.c.claim,
                holds.c.charges,
                holds.c.at,
                hold_ends.c.kind,
                hold_ends.c.charges.label("spent"),
            )
            .outerjoin_from(holds, hold_ends, ended)
            .where(own(holds), self.database.among(holds.c.name, names))
        )
        return {r.name: _held(r) for r in rows}

    async def accounts(self, ids: set[str]) -> dict[str, Account]:
        if not ids:
            return {}
        rows = await self._rows(
            select(*_FIGURES)
            .where(own(budgets), self.database.among(budgets.c.id, ids))
            .order_by(budgets.c.id),
            lock=True,
        )
        return {r.id: _account(r) for r in rows}

    async def chains(
        self, groups: set[str]
    ) -> tuple[dict[str, tuple[str, ...]], dict[str, Account]]:
        """Give the budgets in force that roll together, by group in the order of their months."""
        rows = await self._rows(
            select(*_FIGURES)
            .where(own(budgets), budgets.c.active, self.database.among(budgets.c.rolls, groups))
            .order_by(budgets.c.id),
            lock=True,
        )
        months = {r.id: _account(r) for r in rows}
        return chained(months.values()), months

    async def revisions(self, key: Column[str], names: set[str]) -> dict[str, int]:
        """Give the revisions of records of one table, found by its key."""
        if not names:
            return {}
        table = key.table
        rows = await self._rows(
            select(key.label("name"), table.c.revision).where(
                table.c.company == TENANT, self.database.among(key, names)
            )
        )
        return {r.name: r.revision for r in rows}

    async def holders(self, changes: Sequence[Change]) -> Iterator[tuple[str, str]]:
        steps = [step for change in changes for step in change.identities]
        wanted = {s.identity for s in steps if isinstance(s, TakeIdentity)}
        freed = {s.claim for s in steps if isinstance(s, FreeIdentities)}
        if not steps:
            return iter(())
        rows = await self._rows(
            select(identities.c.identity, identities.c.claim).where(
                own(identities),
                or_(
                    self.database.among(identities.c.identity, wanted),
                    self.database.among(identities.c.claim, freed),
                ),
            )
        )
        return ((r.identity, r.claim) for r in rows)

    async def requests(self, keys: set[str]) -> dict[str, str]:
        if not keys:
            return {}
        rows = await self._rows(
            select(requests.c.key, requests.c.claim).where(
                own(requests), self.database.among(requests.c.key, keys)
            )
        )
        return {r.key: r.claim for r in rows}

    async def leases(self, ids: set[int]) -> dict[int, int]:
        if not ids:
            return {}
        rows = await self._rows(
            select(inbox.c.id, inbox.c.fence).where(
                own(inbox),
                self.database.among(inbox.c.id, ids),
                inbox.c.state == "waiting",
                inbox.c.lease_until.is_not(None),
            ),
            lock=True,
        )
        return {r.id: r.fence for r in rows}


def _held(row: Row[Any]) -> Held:
    charges = CHARGES.validate_json(row.charges)
    spent = CHARGES.validate_json(row.spent) if row.spent else charges
    return Held(row.claim, charges, row.at, row.kind, spent=spent if row.kind == "consume" else ())


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        limit_fen=row.limit_fen,
        ceiling_fen=row.ceiling_fen,
        control=row.control if row.active else "ignore",
        frozen=row.frozen and row.active,
        reserved_fen=row.reserved_fen,
        consumed_fen=row.consumed_fen,
        closed=row.closed and row.active,
        tolerance=row.tolerance,
        rolls=row.rolls if row.active else None,
        starts=row.starts,
        version=row.limit_version,
    )


def chained(accounts: Iterable[Account]) -> dict[str, tuple[str, ...]]:
    """Group the budgets that roll together, in the order of their months."""
    months = [(a.rolls, a.starts or date.min, a.id) for a in accounts if a.rolls]
    groups: dict[str, tuple[str, ...]] = {}
    for group, _, name in sorted(months):
        groups[group] = (*groups.get(group, ()), name)
    return groups
