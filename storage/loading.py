"""Reads everything that a batch of changes touches, locking it in one order for everybody."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.budget import Charge
from core.change import Change, Consume, FreeIdentities, Reserve, TakeIdentity
from storage.admission import Books
from storage.chain import Link
from storage.documents import CHARGES
from storage.engine import Database, own
from storage.ledger import Account, Held, Ledger
from storage.tables import (
    budgets,
    claims,
    heads,
    hold_ends,
    holds,
    identities,
    inbox,
)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the numbered logs end: the audit chain, the journal, the outbox."""

    chain: Link
    entry_id: int
    outbox_id: int


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
    held = await loader.holds({_name(move) for c in changes for move in c.moves})
    books = Books(
        Ledger(await loader.accounts(_charged(changes, held.values())), held),
        await loader.revisions({claim.number for c in changes for claim in c.claims}),
        leases=await loader.leases({c.inbox.id for c in changes if c.inbox}),
    )
    for identity, claim in await loader.holders(changes):
        books.holders[identity] = claim
        books.taken[claim] = books.taken.get(claim, frozenset()) | {identity}
    return books


def _name(move: object) -> str:
    return move.hold.name if isinstance(move, Reserve) else str(getattr(move, "hold", ""))


def _charged(changes: Sequence[Change], held: Iterable[Held]) -> set[str]:
    charges: list[Charge] = [charge for hold in held for charge in hold.charges]
    for move in (move for change in changes for move in change.moves):
        if isinstance(move, Reserve):
            charges += move.hold.charges
        elif isinstance(move, Consume):
            charges += move.charges or ()
    return {charge.budget for charge in charges}


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
            select(holds.c.name, holds.c.claim, holds.c.charges, holds.c.at, hold_ends.c.kind)
            .outerjoin_from(holds, hold_ends, ended)
            .where(own(holds), self.database.among(holds.c.name, names))
        )
        return {r.name: Held(r.claim, CHARGES.validate_json(r.charges), r.at, r.kind) for r in rows}

    async def accounts(self, ids: set[str]) -> dict[str, Account]:
        if not ids:
            return {}
        rows = await self._rows(
            select(budgets)
            .where(own(budgets), self.database.among(budgets.c.id, ids))
            .order_by(budgets.c.id),
            lock=True,
        )
        return {r.id: _account(r) for r in rows}

    async def revisions(self, numbers: set[str]) -> dict[str, int]:
        if not numbers:
            return {}
        rows = await self._rows(
            select(claims.c.number, claims.c.revision).where(
                own(claims), self.database.among(claims.c.number, numbers)
            )
        )
        return {r.number: r.revision for r in rows}

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


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        limit_fen=row.limit_fen,
        ceiling_fen=row.ceiling_fen,
        control=row.control if row.active else "ignore",
        frozen=row.frozen and row.active,
        reserved_fen=row.reserved_fen,
        consumed_fen=row.consumed_fen,
    )
