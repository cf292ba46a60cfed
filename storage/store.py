"""`core.ports.Store` on SQL: every question of the business to its memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import Row, Select, Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from core.actions.booking import booked, concerns_books
from core.budget import Balance, BudgetChange, LimitVersion
from core.change import Change, Dialog, OnceRequest, StoredInvoice, Tombstone
from core.claim import Claim
from core.company import Company
from core.delegation import Delegation
from core.likeness import Likeness
from core.payment import Payment, PaymentState
from core.payment_batch import PaymentBatch
from core.ports import (
    AuditRecord,
    BudgetEntry,
    CardRecord,
    ChangeQuery,
    ClaimQuery,
    LedgerFault,
    LiveHold,
    Page,
    Sliced,
    VoucherQuery,
)
from core.preferences import Preferences
from core.verification import Checked
from core.voucher import Voucher
from storage import accounting
from storage.budgeting import (
    find_change,
    find_ledger_faults,
    list_changes,
    list_entries,
    list_limits,
    list_live_holds,
)
from storage.delegations import find_delegations
from storage.documents import (
    CARDS,
    CHECKED,
    DIALOGS,
    INVOICES,
    MAX_PAGE,
    read_claim,
    read_moment_cursor,
    read_payment,
    size_of,
    slice_of,
)
from storage.engine import Database, own
from storage.tables import (
    card_codes,
    cards,
    claims,
    counters,
    dialogs,
    identities,
    invoices,
    payments,
    requests,
    verifications,
    waiting,
)
from storage.trail import find_tampering, list_audit, list_history
from storage.vouchers import find_lookalikes, find_tombstones, vouchers_of
from storage.wishes import find_preferences
from storage.writer import Writer

CHINA = timezone(timedelta(hours=8))
"""Days of queries begin at midnight there."""


class SqlStore:
    """The business's memory; reads are plain queries, writes go through the writer."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer
        self._companies = writer.companies

    async def company(self) -> Company:
        """Give the company in force; empty before the first `company apply`."""
        return await self._companies.current()

    async def company_version(self) -> int:
        """Give the version in force, 0 before the first."""
        return await self._companies.version()

    async def apply_company(
        self, company: Company, *, expected_version: int, at: datetime, actor: str
    ) -> int:
        """Put a company in force; Conflict when another version came first."""
        return await self._companies.apply(
            company, expected_version=expected_version, at=at, actor=actor
        )

    async def commit(self, change: Change) -> None:
        """Make a change true, wholly or not at all, with the vouchers that follow from it."""
        if concerns_books(change):
            before = await self.vouchers_of([c.number for c in change.claims])
            day = change.at.astimezone(CHINA).date()
            change = booked(change, await self.company(), before, day)
        await self._writer.commit(change)

    async def next_number(self, prefix: str, day: date) -> int:
        """Give the next sequence of claim numbers of one prefix and day, from 1."""
        row = {"name": f"claim:{prefix}-{day:%Y%m%d}", "value": 1}
        insert = postgresql.insert if self._database.postgres else sqlite.insert
        counted = (
            insert(counters)
            .values(row)
            .on_conflict_do_update(
                index_elements=[counters.c.company, counters.c.name],
                set_={"value": counters.c.value + 1},
            )
            .returning(counters.c.value)
        )
        async with self._database.writing() as connection:
            return int((await connection.execute(counted)).scalar_one())

    async def request(self, key: str) -> OnceRequest | None:
        """Find what was asked for under a key, and what came of it."""
        wanted = select(requests).where(own(requests), requests.c.key == key)
        rows = await self._rows(wanted)
        return OnceRequest(rows[0].key, rows[0].digest, rows[0].claim) if rows else None

    async def claim(self, number: str) -> Claim | None:
        """Find one claim."""
        text = await self._document(claims, claims.c.number == number)
        return read_claim(text) if text else None

    async def claims(self, query: ClaimQuery, page: Page) -> Sliced[Claim]:
        """List claims, newest first."""
        wanted = _selected(self._database, query)
        if after := read_moment_cursor(page):
            at, number = after
            wanted = wanted.where(tuple_(claims.c.created_at, claims.c.number) < (at, number))
        if query.numbers is None:
            wanted = wanted.order_by(claims.c.created_at.desc(), claims.c.number.desc())
            wanted = wanted.limit(size_of(page) + 1)
        found = [read_claim(r.document) for r in await self._rows(wanted)]
        if query.numbers is not None:
            # Sorted here: asked to sort, SQLite reads every claim there is in their order.
            found.sort(key=lambda c: (c.created_at, c.number), reverse=True)
        return slice_of(found, page, lambda c: (c.created_at, c.number))

    async def invoices(self, number: str) -> tuple[StoredInvoice, ...]:
        """Find vouchers by their printed number."""
        rows = await self._rows(
            select(invoices.c.document)
            .where(own(invoices), invoices.c.number == number)
            .order_by(invoices.c.received_at, invoices.c.id)
            .limit(MAX_PAGE)
        )
        return tuple(INVOICES.validate_json(r.document) for r in rows)

    async def invoices_of(self, claim: str) -> tuple[StoredInvoice, ...]:
        """Give the vouchers that were received for a claim, oldest first."""
        return await vouchers_of(self._database, claim)

    async def tombstones(self, hashes: Sequence[str]) -> tuple[Tombstone, ...]:
        """Give what stays of those of these originals that were deleted, in order of hash."""
        return await find_tombstones(self._database, hashes)

    async def lookalikes(self, wanted: Sequence[Likeness]) -> tuple[StoredInvoice, ...]:
        """Find vouchers of the same date and total, or of nearly the same picture."""
        return await find_lookalikes(self._database, wanted)

    async def holder(self, identity: str) -> str | None:
        """Find the live claim that has reserved or used an invoice."""
        rows = await self._rows(
            select(identities.c.claim).where(own(identities), identities.c.identity == identity)
        )
        return rows[0].claim if rows else None

    async def verified(self, identities: Sequence[str]) -> Mapping[str, Checked]:
        """Give the tax bureau's last answers about those of these invoices that it knows of."""
        asked = self._database.among(verifications.c.identity, identities)
        wanted = select(verifications.c.document).where(own(verifications), asked)
        found = [CHECKED.validate_json(r.document) for r in await self._rows(wanted)]
        return {checked.identity: checked for checked in found}

    async def balances(self, ids: Sequence[str] | None = None) -> tuple[Balance, ...]:
        """Give budgets with their counters, in id order; None means all in force."""
        return await self._companies.balances(ids)

    async def entries(
        self, budget: str, page: Page, *, newest: bool = False
    ) -> Sliced[BudgetEntry]:
        """List a budget's journal, oldest first, or the `newest` line first."""
        return await list_entries(self._database, budget, page, newest=newest)

    async def limits(self, budget: str) -> tuple[LimitVersion, ...]:
        """Give the limits that a budget has had, oldest first."""
        return await list_limits(self._database, budget)

    async def budget_change(self, number: str) -> BudgetChange | None:
        """Find one change of a budget that was asked for."""
        return await find_change(self._database, number)

    async def budget_changes(self, query: ChangeQuery, page: Page) -> Sliced[BudgetChange]:
        """List changes of budgets that were asked for, newest first."""
        return await list_changes(self._database, query, page)

    async def live_holds(self, before: datetime | None = None) -> tuple[LiveHold, ...]:
        """Give the holds that have not ended, oldest first."""
        return await list_live_holds(self._database, before)

    async def verify_ledger(self) -> tuple[LedgerFault, ...]:
        """Rebuild every budget from its journal; gives the figures that are others."""
        return await find_ledger_faults(self._database)

    async def payments(self, state: PaymentState | None, page: Page) -> Sliced[Payment]:
        """List payments, oldest first."""
        return await accounting.list_payments(self._database, state, page)

    async def owed(self, state: PaymentState, page: Page) -> Sliced[tuple[Payment, Claim]]:
        """List payments with their claims, both as they are at one moment, oldest first."""
        return await accounting.list_owed(self._database, state, page)

    async def payment(self, payment_id: str) -> Payment | None:
        """Find one payment."""
        text = await self._document(payments, payments.c.id == payment_id)
        return read_payment(text) if text else None

    async def payments_in(self, batch: str) -> tuple[Payment, ...]:
        """Give every payment of a batch, whatever its state, in the order of their making."""
        return await accounting.payments_in(self._database, batch)

    async def payments_of(self, claims: Sequence[str]) -> tuple[Payment, ...]:
        """Give the payments of claims, in the order of their ids."""
        return await accounting.payments_of(self._database, claims)

    async def payment_batch(self, name: str) -> PaymentBatch | None:
        """Find one payment batch."""
        return await accounting.find_batch(self._database, name)

    async def payment_batches(self, page: Page) -> Sliced[PaymentBatch]:
        """List payment batches, newest first."""
        return await accounting.list_batches(self._database, page)

    async def voucher(self, name: str) -> Voucher | None:
        """Find one accounting voucher."""
        return await accounting.find_voucher(self._database, name)

    async def vouchers_of(self, claims: Sequence[str]) -> tuple[Voucher, ...]:
        """Give the accounting vouchers of claims, oldest first."""
        return await accounting.vouchers_of(self._database, claims)

    async def vouchers(self, query: VoucherQuery, page: Page) -> Sliced[Voucher]:
        """List accounting vouchers, oldest first."""
        return await accounting.list_vouchers(self._database, query, page)

    async def cards(self, claim: str) -> tuple[CardRecord, ...]:
        """Give the cards delivered for a claim, oldest first."""
        return await self._cards(
            select(cards)
            .where(own(cards), cards.c.claim == claim)
            .order_by(cards.c.delivered_at, cards.c.place, cards.c.card)
            .limit(MAX_PAGE)
        )

    async def card(self, card: str) -> CardRecord | None:
        """Find a delivered card by its id."""
        found = await self._cards(select(cards).where(own(cards), cards.c.card == card))
        return found[0] if found else None

    async def _cards(self, query: Select[Any]) -> tuple[CardRecord, ...]:
        rows = await self._rows(query)
        if not rows:
            return ()
        codes = await self._rows(
            select(card_codes)
            .where(own(card_codes), self._database.among(card_codes.c.card, [r.card for r in rows]))
            .order_by(card_codes.c.id)
        )
        return tuple(
            _with_codes(CARDS.validate_json(r.document), [c for c in codes if c.card == r.card])
            for r in rows
        )

    async def preferences(self, person: str) -> Preferences:
        """Give what a person wants to be told, and when; nothing is switched off before."""
        return await find_preferences(self._database, person)

    async def dialog(self, person: str) -> Dialog | None:
        """Give what a person's next message is awaited for."""
        text = await self._document(dialogs, dialogs.c.person == person)
        return DIALOGS.validate_json(text) if text else None

    async def delegations(self, since: datetime) -> tuple[Delegation, ...]:
        """Give the delegations that end after a moment, those to come as well, oldest first."""
        return await find_delegations(self._database, since)

    async def audit(self, page: Page) -> Sliced[AuditRecord]:
        """List the audit trail, oldest first."""
        return await list_audit(self._database, page)

    async def history(self, subject: str, limit: int) -> tuple[AuditRecord, ...]:
        """Give the latest lines of the audit trail about one thing, oldest first."""
        return await list_history(self._database, subject, limit)

    async def verify_audit(self) -> int | None:
        """Recompute the chain; gives the first bad sequence number, None when it is whole."""
        return await find_tampering(self._database)

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        async with self._database.reading() as connection:
            rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
        return rows

    async def _document(self, table: Table, key: Any) -> str | None:  # noqa: ANN401 SQLAlchemy's own type of a comparison of an untyped column
        rows = await self._rows(select(table.c.document).where(own(table), key))
        return rows[0].document if rows else None


def _selected(database: Database, query: ClaimQuery) -> Select[Any]:
    wanted = select(claims.c.document).where(own(claims))
    if query.state is not None:
        wanted = wanted.where(claims.c.state == query.state.value)
    if query.employee is not None:
        wanted = wanted.where(claims.c.employee == query.employee)
    if query.kind is not None:
        wanted = wanted.where(claims.c.kind == query.kind)
    if query.submitted_from is not None:
        wanted = wanted.where(claims.c.submitted_at >= beginning(query.submitted_from))
    if query.waiting_for is not None:
        asked = select(waiting.c.claim).where(own(waiting), waiting.c.person == query.waiting_for)
        wanted = wanted.where(claims.c.number.in_(asked))
    if query.due_before is not None:
        late = select(waiting.c.claim).where(own(waiting), waiting.c.due_at < query.due_before)
        wanted = wanted.where(claims.c.number.in_(late))
    if query.numbers is not None:
        wanted = wanted.where(database.among(claims.c.number, sorted(query.numbers)))
    return wanted


def beginning(day: date) -> datetime:
    """Give the moment at which a day begins in China."""
    return datetime.combine(day, time(), CHINA)


def _with_codes(record: CardRecord, codes: Sequence[Row[Any]]) -> CardRecord:
    seen = max((row.id for row in codes), default=0)
    return replace(record, codes=tuple(row.code for row in codes), seen=seen)
