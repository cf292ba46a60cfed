"""Reads everything that a batch of changes touches, locking it in one order for everybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
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
from core.spending import Fact
from storage.admission import Books
from storage.asking import Answer, Question, ask
from storage.chain import Link
from storage.direct import script_of
from storage.documents import CHARGES
from storage.engine import Database, own
from storage.facts import FACTS, read_facts
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
    waiting,
)
from storage.undoable import Undoable


@dataclass(frozen=True, slots=True)
class Head:
    """Where the numbered logs end: the audit chain, the journal, the outbox."""

    chain: Link
    entry_id: int
    outbox_id: int


_FIGURES = Question(
    budgets.c.id,
    (
        budgets.c.id,
        budgets.c.limit_fen,
        budgets.c.ceiling_fen,
        budgets.c.control,
        budgets.c.active,
        budgets.c.frozen,
        budgets.c.reserved_fen,
        budgets.c.consumed_fen,
        budgets.c.closed,
        budgets.c.tolerance,
        budgets.c.rolls,
        budgets.c.starts,
        budgets.c.limit_version,
    ),
)
"""What the ledger needs of a budget: not its document, which is long."""
_ROLLING = Question(budgets.c.rolls, _FIGURES.columns, only=(budgets.c.active,))
_HELD = Question(
    holds.c.name,
    (
        holds.c.name,
        holds.c.claim,
        holds.c.charges,
        holds.c.at,
        hold_ends.c.kind,
        hold_ends.c.charges,
    ),
    holds.outerjoin(
        hold_ends,
        (hold_ends.c.company == holds.c.company) & (hold_ends.c.hold == holds.c.name),
    ),
)
_CLAIMS = Question(claims.c.number, (claims.c.number, claims.c.revision))
_VOUCHERS = Question(vouchers.c.id, (vouchers.c.id, vouchers.c.revision))
_BATCHES = Question(payment_batches.c.id, (payment_batches.c.id, payment_batches.c.revision))
_WISHES = Question(budget_changes.c.number, (budget_changes.c.number, budget_changes.c.revision))
_HOLDERS = Question(identities.c.identity, (identities.c.identity, identities.c.claim))
_TAKEN = Question(identities.c.claim, (identities.c.identity, identities.c.claim))
_REQUESTS = Question(requests.c.key, (requests.c.key, requests.c.claim))
_LEASES = Question(
    inbox.c.id,
    (inbox.c.id, inbox.c.fence),
    only=(inbox.c.state == "waiting", inbox.c.lease_until.is_not(None)),
    lock=True,
)
_WAITING = Question(waiting.c.claim, (waiting.c.claim, waiting.c.person, waiting.c.due_at))
_REVISED = (_CLAIMS, _VOUCHERS, _BATCHES, _WISHES)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a batch touches: its books, and what claims that were there have written elsewhere.

    `facts` and `waiting` (person and when it is due) by claim. What is `trusting` has not looked
    for what it makes: its keys must be found free when it is written.
    """

    head: Head
    books: Books
    facts: Mapping[str, tuple[Fact, ...]]
    waiting: Mapping[str, frozenset[tuple[str, datetime | None]]]
    trusting: bool


_HEAD = select(heads.c.audit_seq, heads.c.audit_hash, heads.c.entry_id, heads.c.outbox_id).where(
    own(heads)
)
_LOCKING = _HEAD.with_for_update()
HEAD_LOCK = script_of(select(heads.c.company).where(own(heads)).with_for_update())
"""The same lock for a turn, which reads the head with everything else once it has it."""
_ENDS = Question(
    heads.c.company, (heads.c.audit_seq, heads.c.audit_hash, heads.c.entry_id, heads.c.outbox_id)
)


async def lock_head(database: Database, connection: AsyncConnection) -> Head:
    """Take the lock that lets one writer at a time through, over all processes.

    The audit trail is one chain, so writers meet here in any case; meeting here first means that
    nobody can deadlock, and that numbers are in the order of commits.
    """
    row = (await connection.execute(_LOCKING if database.postgres else _HEAD)).one()
    return Head(Link(row.audit_seq, row.audit_hash), row.entry_id, row.outbox_id)


async def load(
    database: Database, connection: AsyncConnection, changes: Sequence[Change], *, trusting: bool
) -> Loaded:
    """Read what a batch touches; the head's lock keeps it as it is read.

    Only leases are locked besides: they are taken without the head. A batch that is `trusting`
    does not look whether a claim or a hold is there that a change makes.
    """
    charged = _charged(changes, ())
    grown = {c.number for change in changes for c in change.claims if c.revision}
    found = await ask(
        database,
        connection,
        {
            **_wanted(changes, trusting=trusting),
            _FIGURES: charged,
            FACTS: grown,
            _WAITING: grown,
            _ENDS: {TENANT},
        },
    )
    held = {row[0]: _held(row) for row in found[_HELD]}
    accounts = {row[0]: _account(row) for row in found[_FIGURES]}
    if others := _charged((), held.values()) - charged:
        more = await ask(database, connection, {_FIGURES: others})
        accounts |= {row[0]: _account(row) for row in more[_FIGURES]}
    books = Books(
        await _ledger(database, connection, accounts, held),
        Undoable({row[0]: row[1] for question in _REVISED for row in found[question]}),
        leases=Undoable({row[0]: row[1] for row in found[_LEASES]}),
        requests=Undoable({row[0]: row[1] for row in found[_REQUESTS]}),
    )
    for identity, claim in sorted(
        {(row[0], row[1]) for q in (_HOLDERS, _TAKEN) for row in found[q]}
    ):
        books.holders[identity] = claim
        books.taken[claim] = books.taken.get(claim, frozenset()) | {identity}
    seq, last, entry_id, outbox_id = found[_ENDS][0]
    head = Head(Link(seq, last), entry_id, outbox_id)
    return Loaded(head, books, read_facts(found[FACTS]), _waiters(found[_WAITING]), trusting)


def _wanted(changes: Sequence[Change], *, trusting: bool) -> dict[Question, set[Any]]:
    """Name what a batch revises, holds, takes, finishes and asks."""
    steps = [step for change in changes for step in change.identities]
    return {
        _HELD: _names(changes, trusting=trusting),
        _CLAIMS: {
            claim.number for c in changes for claim in c.claims if claim.revision or not trusting
        },
        _VOUCHERS: {v.id for c in changes for v in c.vouchers},
        _BATCHES: {b.id for c in changes for b in c.batches},
        _WISHES: {b.number for c in changes for b in c.budget_changes},
        _HOLDERS: {s.identity for s in steps if isinstance(s, TakeIdentity)},
        _TAKEN: {s.claim for s in steps if isinstance(s, FreeIdentities)},
        _REQUESTS: {c.request.key for c in changes if c.request},
        _LEASES: {c.inbox.id for c in changes if c.inbox},
    }


async def _ledger(
    database: Database,
    connection: AsyncConnection,
    accounts: dict[str, Account],
    held: dict[str, Held],
) -> Ledger:
    """Make the ledger of a batch; of a cumulative budget it has all months that it rolls with."""
    groups = {a.rolls for a in accounts.values() if a.rolls}
    if not groups:
        return Ledger(Undoable(accounts), Undoable(held))
    rows = (await ask(database, connection, {_ROLLING: groups}))[_ROLLING]
    months = {row[0]: _account(row) for row in rows}
    return Ledger(Undoable(accounts | months), Undoable(held), chains=chained(months.values()))


def _waiters(rows: Iterable[Answer]) -> dict[str, frozenset[tuple[str, datetime | None]]]:
    found: dict[str, frozenset[tuple[str, datetime | None]]] = {}
    for claim, person, due_at in rows:
        found[claim] = found.get(claim, frozenset()) | {(person, due_at)}
    return found


def _names(changes: Sequence[Change], *, trusting: bool) -> set[str]:
    """Name the holds of a batch; undoing one also asks whether it was undone before."""
    names: set[str] = set()
    for move in (move for change in changes for move in change.moves):
        if isinstance(move, Reserve):
            names |= set() if trusting else {move.hold.name}
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


def _held(row: Answer) -> Held:
    _, claim, text, at, kind, ended = row
    charges = CHARGES.validate_json(text)
    spent = CHARGES.validate_json(ended) if ended else charges
    return Held(claim, charges, at, kind, spent=spent if kind == "consume" else ())


def _account(row: Answer) -> Account:
    name, limit, ceiling, control, active, frozen, reserved, consumed, *rest = row
    closed, tolerance, rolls, starts, version = rest
    return Account(
        id=name,
        limit_fen=limit,
        ceiling_fen=ceiling,
        control=control if active else "ignore",
        frozen=frozen and active,
        reserved_fen=reserved,
        consumed_fen=consumed,
        closed=closed and active,
        tolerance=tolerance,
        rolls=rolls if active else None,
        starts=starts,
        version=version,
    )


def chained(accounts: Iterable[Account]) -> dict[str, tuple[str, ...]]:
    """Group the budgets that roll together, in the order of their months."""
    months = [(a.rolls, a.starts or date.min, a.id) for a in accounts if a.rolls]
    groups: dict[str, tuple[str, ...]] = {}
    for group, _, name in sorted(months):
        groups[group] = (*groups.get(group, ()), name)
    return groups
