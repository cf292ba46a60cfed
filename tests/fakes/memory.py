"""Storage in memory: the same surface and the same rules, gone when the process ends."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from core.actions.alerting import quiet_lane
from core.actions.booking import booked, concerns_books
from core.actions.processes import with_orders
from core.budget import Balance, BudgetChange, LimitVersion, ceiling_of, rolling_key
from core.change import AuditEntry, Change, Dialog, OnceRequest, StoredInvoice, Tombstone
from core.claim import Claim
from core.company import Budget, Company
from core.delegation import Delegation
from core.errors import Conflict
from core.likeness import Likeness, likeness_of, near
from core.notices import SYSTEM_LANES, Notice, ShowAlert, to_json
from core.payment import Payment, PaymentState
from core.payment_batch import PaymentBatch
from core.ports import (
    MAX_ALIKE,
    AuditRecord,
    BudgetEntry,
    CardRecord,
    ChangeQuery,
    ClaimQuery,
    Clock,
    InboxItem,
    LedgerFault,
    LiveHold,
    OutboxItem,
    Outcome,
    Page,
    Sliced,
    VoucherQuery,
)
from core.preferences import Preferences
from core.stuck import DeadLetter, Queue
from core.verification import Checked
from core.voucher import Voucher
from storage.admission import Books
from storage.chain import Link, find_break, forge, link_of
from storage.companies import AppliedBy, apply_entry
from storage.documents import read_moment_cursor, read_number_cursor, size_of, slice_of
from storage.ledger import Account, Ledger
from storage.loading import chained
from storage.sheets import due_of, waiting_people
from storage.store import CHINA, beginning
from storage.wakeups import Signal
from tests.fakes.alerts import MemoryAlerts
from tests.fakes.leaders import MemoryLeaders
from tests.fakes.links import MemoryFacts, MemoryJournal, MemoryLinks
from tests.fakes.sessions import MemorySessions
from tests.fakes.slots import MemorySlots
from tests.fakes.spending import MemorySpending
from tests.fakes.tries import MemoryTries
from tests.fakes.usage import MemoryUsages
from tests.fakes.watches import MemoryWatches


@dataclass(slots=True)
class _Row:
    """A row of a queue: `payload` is a message's body or a notice."""

    id: int
    key: str
    lane: str
    payload: str | Notice
    arrived: datetime
    state: str = "waiting"
    due: datetime | None = None
    attempts: int = 0
    fence: int = 0
    until: datetime | None = None
    finished: datetime | None = None
    error: str = ""


@dataclass(slots=True)
class _Queue:
    rows: dict[int, _Row] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    def add(self, key: str, lane: str, payload: str | Notice, at: datetime) -> bool:
        if key in self.keys:
            return False
        self.keys.add(key)
        number = len(self.rows) + 1
        self.rows[number] = _Row(number, key, lane, payload, at)
        return True

    def take(
        self, limit: int, now: datetime, lease_s: float, of: Callable[[str], bool] = bool
    ) -> list[_Row]:
        heads: dict[str, _Row] = {}
        for row in self.rows.values():
            if row.state == "waiting" and of(row.lane):
                heads.setdefault(row.lane, row)
        ready = [
            row
            for row in heads.values()
            if (row.due is None or row.due <= now) and (row.until is None or row.until <= now)
        ]
        taken = sorted(ready, key=lambda row: row.id)[:limit]
        for row in taken:
            row.fence += 1
            row.attempts += 1
            row.until = now + timedelta(seconds=lease_s)
        return taken

    def hasten(self, lanes: frozenset[str], at: datetime) -> None:
        for row in self.rows.values():
            if row.lane in lanes and row.state == "waiting" and row.due and row.due > at:
                row.due = at

    def held(self, row_id: int, fence: int) -> _Row | None:
        row = self.rows.get(row_id)
        live = row and row.state == "waiting" and row.until is not None and row.fence == fence
        return row if live else None


def _system_in(lane: str) -> str | None:
    first, _, rest = lane.partition(":")
    return rest.partition(":")[0] if f"{first}:" == SYSTEM_LANES else None


def _renew(row: _Row | None, now: datetime, lease_s: float) -> None:
    if row:
        row.until = now + timedelta(seconds=lease_s)


def _end(row: _Row | None, state: str, at: datetime, error: str = "") -> None:
    if row:
        row.state, row.until, row.finished, row.error = state, None, at, error


def _postpone(row: _Row | None, at: datetime) -> None:
    if row:
        row.due, row.until = at, None


class MemoryInbox:
    def __init__(self, clock: Clock) -> None:
        self.queue = _Queue()
        self.signal = Signal()
        self._clock = clock

    async def put(self, key: str, lane: str, body: str, at: datetime) -> bool:
        new = self.queue.add(key, lane, body, at)
        self.signal.give()
        return new

    async def lease(self, limit: int, now: datetime, lease_s: float) -> tuple[InboxItem, ...]:
        return tuple(
            InboxItem(r.id, r.fence, r.key, r.lane, str(r.payload), r.attempts - 1, r.arrived)
            for r in self.queue.take(limit, now, lease_s)
        )

    async def renew(self, item: InboxItem, now: datetime, lease_s: float) -> None:
        _renew(self.queue.held(item.id, item.fence), now, lease_s)

    async def finish(self, item: InboxItem) -> None:
        _end(self.queue.held(item.id, item.fence), "done", self._clock())
        self.signal.give()

    async def retry(self, item: InboxItem, at: datetime, error: str) -> None:
        _postpone(self.queue.held(item.id, item.fence), at)

    async def bury(self, item: InboxItem, error: str) -> None:
        _end(self.queue.held(item.id, item.fence), "dead", self._clock(), error)
        self.signal.give()

    async def oldest_waiting(self) -> datetime | None:
        return min(
            (r.arrived for r in self.queue.rows.values() if r.state == "waiting"), default=None
        )


class MemoryOutbox:
    def __init__(self, clock: Clock, cards: "_Cards") -> None:
        self.queue = _Queue()
        self.signal = Signal()
        self._clock = clock
        self._cards = cards

    async def lease(
        self, limit: int, now: datetime, lease_s: float, system: str | None = None
    ) -> tuple[OutboxItem, ...]:
        return tuple(
            OutboxItem(r.id, r.fence, r.key, r.lane, r.payload, r.attempts - 1)
            for r in self.queue.take(limit, now, lease_s, lambda lane: _system_in(lane) == system)
            if not isinstance(r.payload, str)
        )

    async def renew(self, item: OutboxItem, now: datetime, lease_s: float) -> None:
        _renew(self.queue.held(item.id, item.fence), now, lease_s)

    async def finish(
        self,
        item: OutboxItem,
        at: datetime,
        cards: Sequence[CardRecord] = (),
        *,
        again: bool = False,
    ) -> None:
        row = self.queue.held(item.id, item.fence)
        if row is None:
            return
        self._cards.keep(cards)
        if again:
            _postpone(row, at)
            row.attempts = 0
        else:
            _end(row, "done", at)
        self.signal.give()

    async def retry(self, item: OutboxItem, at: datetime, error: str) -> None:
        _postpone(self.queue.held(item.id, item.fence), at)

    async def bury(self, item: OutboxItem, error: str) -> None:
        _end(self.queue.held(item.id, item.fence), "dead", self._clock(), error)
        self.signal.give()

    async def hasten(self, system: str) -> int:
        found = [
            r
            for r in self.queue.rows.values()
            if r.state == "waiting" and not r.until and _system_in(r.lane) == system
        ]
        for row in found:
            row.due, row.attempts = None, 0
        self.signal.give()
        return len(found)

    async def overtaken(self, item: OutboxItem) -> bool:
        this = self.queue.rows[item.id]
        return any(
            r.id > this.id
            and r.state == "waiting"
            and (r.lane, r.payload) == (item.lane, this.payload)
            for r in self.queue.rows.values()
        )

    async def sent_since(self, lanes: Collection[str], since: datetime) -> int:
        return sum(
            2 if isinstance(r.payload, ShowAlert) or getattr(r.payload, "budgets", ()) else 1
            for r in self.queue.rows.values()
            if r.state == "done"
            and any(r.lane == lane or r.lane.startswith(f"{lane}:") for lane in lanes)
            and not getattr(r.payload, "only_open", False)
            and r.finished is not None
            and r.finished >= since
        )


@dataclass(slots=True)
class _Cards:
    """Delivered cards, and every code that was ever added, numbered; a used one stays as ""."""

    records: dict[str, CardRecord] = field(default_factory=dict)
    codes: list[tuple[str, str]] = field(default_factory=list)

    def keep(self, drawn: Sequence[CardRecord]) -> None:
        for record in drawn:
            self.records[record.card] = record
            for i, (card, code) in enumerate(self.codes):
                if card == record.card and i < record.seen and code not in record.codes:
                    self.codes[i] = (card, "")
            known = {code for card, code in self.codes if card == record.card}
            self.codes += [(record.card, c) for c in record.codes if c not in known]

    def read(self, card: str) -> CardRecord:
        codes = tuple(code for name, code in self.codes if name == card and code)
        return replace(self.records[card], codes=codes, seen=len(self.codes))


class MemoryStore:
    def __init__(self, inbox: MemoryInbox, outbox: MemoryOutbox, cards: _Cards) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._cards = cards
        self._versions: list[Company] = []
        self._budgets: dict[str, Budget] = {}
        self._books = Books(Ledger())
        self._numbers: dict[tuple[str, date], int] = {}
        self._budget_changes: dict[str, BudgetChange] = {}
        self._claims: dict[str, Claim] = {}
        self._invoices: dict[str, StoredInvoice] = {}
        self._payments: dict[str, tuple[datetime, Payment]] = {}
        self._vouchers: dict[str, Voucher] = {}
        self._batches: dict[str, PaymentBatch] = {}
        self._dialogs: dict[str, Dialog] = {}
        self._preferences: dict[str, Preferences] = {}
        self._delegations: dict[str, Delegation] = {}
        self._verified: dict[str, Checked] = {}
        self._requests: dict[str, OnceRequest] = {}
        self._tombstones: dict[str, Tombstone] = {}
        self._alerts = MemoryAlerts()
        self._audit: list[AuditRecord] = []
        self._link = Link()

    async def company(self) -> Company:
        return self._versions[-1] if self._versions else Company()

    async def company_version(self) -> int:
        return len(self._versions)

    async def apply_company(
        self, company: Company, *, expected_version: int, at: datetime, actor: str
    ) -> int:
        if expected_version != len(self._versions):
            raise Conflict("revision", company=len(self._versions))
        self._versions.append(company)
        self._apply_budgets(company, AppliedBy(f"company:{len(self._versions)}", actor, at))
        self._record(at, apply_entry(len(self._versions), actor, company))
        return len(self._versions)

    def _apply_budgets(self, company: Company, cause: AppliedBy) -> None:
        ledger = self._books.ledger
        for name, account in ledger.accounts.items():
            ledger.accounts[name] = account._replace(control="ignore", rolls=None)
        for budget in company.budgets:
            known = ledger.accounts.get(budget.id)
            repeats = known is not None and self._budgets[budget.id].limit_fen == budget.limit_fen
            limit = known.limit_fen if known and repeats else budget.limit_fen
            version = (known.version if known else 0) + (not repeats)
            if not repeats:
                ledger.limits.append(cause.limit(budget.id, version, limit))
            self._budgets[budget.id] = budget
            account = known or Account(budget.id, 0, 0, "")
            ledger.accounts[budget.id] = account._replace(
                limit_fen=limit,
                ceiling_fen=ceiling_of(limit, budget.tolerance),
                control=budget.control,
                tolerance=str(budget.tolerance),
                rolls=rolling_key(budget),
                starts=budget.period.start,
                version=version,
            )
        self._books = replace(
            self._books, ledger=replace(ledger, chains=chained(ledger.accounts.values()))
        )

    def _record(self, at: datetime, entry: AuditEntry) -> None:
        record = forge(self._link, at, entry)
        self._link = link_of(record)
        self._audit.append(record)

    async def commit(self, change: Change) -> None:
        if any(not entry.source for entry in change.audit):
            raise ValueError("an audit line needs the source that proves it")
        if concerns_books(change):
            earlier = await self.vouchers_of([c.number for c in change.claims])
            day = change.at.astimezone(CHINA).date()
            change = booked(change, await self.company(), earlier, day)
        change = with_orders(change)
        self._books.leases.clear()
        if change.inbox and (row := self._inbox.queue.held(change.inbox.id, change.inbox.fence)):
            self._books.leases[row.id] = row.fence
        before = dict(self._books.ledger.accounts)
        self._books.admit(change)
        self._keep(change)
        self._outbox.queue.hasten(
            frozenset(quiet_lane(p.person) for p in change.preferences), change.at
        )
        if change.inbox:
            _end(self._inbox.queue.rows[change.inbox.id], "done", change.at)
            self._inbox.signal.give()
        company, ledger = await self.company(), self._books.ledger
        for notice in (*change.outbox, *self._alerts.notice(change, company, before, ledger)):
            self._outbox.queue.add(notice.key, notice.lane, notice.notice, change.at)
            self._outbox.signal.give()

    def _keep(self, change: Change) -> None:
        for claim in change.claims:
            self._claims[claim.number] = replace(claim, revision=claim.revision + 1)
        self._invoices.update({v.id: v for v in change.invoices})
        self._verified.update({v.identity: v for v in change.verified})
        self._tombstones.update({t.sha256: t for t in change.tombstones})
        for wish in change.budget_changes:
            self._budget_changes[wish.number] = replace(wish, revision=wish.revision + 1)
        for payment in change.payments:
            created, _ = self._payments.get(payment.id, (change.at, payment))
            self._payments[payment.id] = (created, payment)
        if change.request:
            self._requests[change.request.key] = change.request
        for voucher in change.vouchers:
            self._vouchers[voucher.id] = replace(voucher, revision=voucher.revision + 1)
        for batch in change.batches:
            self._batches[batch.id] = replace(batch, revision=batch.revision + 1)
        self._preferences.update({p.person: p for p in change.preferences})
        for dialog in change.dialogs:
            self._dialogs[dialog.person] = dialog
        self._delegations.update({d.id: d for d in change.delegations})
        for entry in change.audit:
            self._record(change.at, entry)
        self._cards.codes += [(c.card, c.code) for c in change.codes]

    async def next_number(self, prefix: str, day: date) -> int:
        self._numbers[prefix, day] = self._numbers.get((prefix, day), 0) + 1
        return self._numbers[prefix, day]

    async def request(self, key: str) -> OnceRequest | None:
        return self._requests.get(key)

    async def claim(self, number: str) -> Claim | None:
        return self._claims.get(number)

    async def claims(self, query: ClaimQuery, page: Page) -> Sliced[Claim]:
        after = read_moment_cursor(page)
        found = sorted(
            (
                c
                for c in self._claims.values()
                if _matches(c, query) and (after is None or (c.created_at, c.number) < after)
            ),
            key=lambda c: (c.created_at, c.number),
            reverse=True,
        )
        return slice_of(found[: size_of(page) + 1], page, lambda c: (c.created_at, c.number))

    async def invoices(self, number: str) -> tuple[StoredInvoice, ...]:
        found = (v for v in self._invoices.values() if v.reading.number == number)
        return tuple(sorted(found, key=lambda v: (v.received_at, v.id)))

    async def invoices_of(self, claim: str) -> tuple[StoredInvoice, ...]:
        found = (v for v in self._invoices.values() if v.claim == claim)
        return tuple(sorted(found, key=lambda v: (v.received_at, v.id)))

    async def tombstones(self, hashes: Sequence[str]) -> tuple[Tombstone, ...]:
        wanted = sorted(set(hashes))
        return tuple(self._tombstones[h] for h in wanted if h in self._tombstones)

    async def lookalikes(self, wanted: Sequence[Likeness]) -> tuple[StoredInvoice, ...]:
        found = (
            v
            for v in self._invoices.values()
            if any(_are_alike(w, likeness_of(v.reading)) for w in wanted)
        )
        return tuple(sorted(found, key=lambda v: (v.received_at, v.id)))[:MAX_ALIKE]

    async def holder(self, identity: str) -> str | None:
        return self._books.holders.get(identity) or None

    async def verified(self, identities: Sequence[str]) -> Mapping[str, Checked]:
        return {i: self._verified[i] for i in identities if i in self._verified}

    async def balances(self, ids: Sequence[str] | None = None) -> tuple[Balance, ...]:
        in_force = [b.id for b in (await self.company()).budgets]
        accounts = self._books.ledger.accounts
        wanted = in_force if ids is None else [i for i in set(ids) if i in accounts]
        return tuple(self._balance(accounts[i]) for i in sorted(wanted))

    def _balance(self, account: Account) -> Balance:
        budget, ledger = self._budgets[account.id], self._books.ledger
        return Balance(
            budget.model_copy(update={"limit_fen": account.limit_fen}),
            account.reserved_fen,
            account.consumed_fen,
            account.frozen,
            account.closed,
            changed_fen=account.limit_fen - budget.limit_fen,
            carried_fen=ledger.carried(account),
        )

    async def entries(
        self, budget: str, page: Page, *, newest: bool = False
    ) -> Sliced[BudgetEntry]:
        after = read_number_cursor(page)
        found = [
            BudgetEntry(i, e.budget, e.hold, e.claim, e.kind, e.amount_fen, e.at)
            for i, e in enumerate(self._books.ledger.entries, 1)
            if e.budget == budget and (not after or (i < after if newest else i > after))
        ]
        if newest:
            found.reverse()
        return slice_of(found[: size_of(page) + 1], page, lambda e: e.id)

    async def limits(self, budget: str) -> tuple[LimitVersion, ...]:
        return tuple(v for v in self._books.ledger.limits if v.budget == budget)

    async def budget_change(self, number: str) -> BudgetChange | None:
        return self._budget_changes.get(number)

    async def budget_changes(self, query: ChangeQuery, page: Page) -> Sliced[BudgetChange]:
        after = read_moment_cursor(page)
        found = sorted(
            (
                b
                for b in self._budget_changes.values()
                if query.state in {None, b.state}
                and query.budget in {None, b.budget}
                and (after is None or (b.created_at, b.number) < after)
            ),
            key=lambda b: (b.created_at, b.number),
            reverse=True,
        )
        return slice_of(found, page, lambda b: (b.created_at, b.number))

    async def live_holds(self, before: datetime | None = None) -> tuple[LiveHold, ...]:
        found = [
            LiveHold(name, h.claim, h.charges, h.at)
            for name, h in self._books.ledger.holds.items()
            if h.end is None and (before is None or h.at < before)
        ]
        return tuple(sorted(found, key=lambda h: (h.at, h.name)))

    async def verify_ledger(self) -> tuple[LedgerFault, ...]:
        ledger = self._books.ledger
        found: list[LedgerFault] = []
        for account in sorted(ledger.accounts.values(), key=lambda a: a.id):
            lines = [e for e in ledger.entries if e.budget == account.id]
            held = [c for h in ledger.holds.values() if h.end is None for c in h.charges]
            pairs = (
                ("reserved", account.reserved_fen, sum(e.reserved_fen for e in lines)),
                ("consumed", account.consumed_fen, sum(e.consumed_fen for e in lines)),
                (
                    "held",
                    account.reserved_fen,
                    sum(max(0, c.amount_fen) for c in held if c.budget == account.id),
                ),
            )
            found += [LedgerFault(account.id, *pair) for pair in pairs if pair[1] != pair[2]]
        return tuple(found)

    async def payments(self, state: PaymentState | None, page: Page) -> Sliced[Payment]:
        after = read_moment_cursor(page)
        found = sorted(
            (
                (created, p.id)
                for created, p in self._payments.values()
                if state in {None, p.state} and (after is None or (created, p.id) > after)
            )
        )
        cut = slice_of(found[: size_of(page) + 1], page, lambda k: k)
        return Sliced(tuple(self._payments[name][1] for _, name in cut.items), cut.next)

    async def owed(self, state: PaymentState, page: Page) -> Sliced[tuple[Payment, Claim]]:
        found = await self.payments(state, page)
        pairs = ((p, self._claims.get(p.claim)) for p in found.items)
        return Sliced(tuple((p, claim) for p, claim in pairs if claim), found.next)

    async def payment(self, payment_id: str) -> Payment | None:
        return self._payments[payment_id][1] if payment_id in self._payments else None

    async def payments_in(self, batch: str) -> tuple[Payment, ...]:
        found = sorted((at, p.id, p) for at, p in self._payments.values() if p.batch == batch)
        return tuple(p for _, _, p in found)

    async def payments_of(self, claims: Sequence[str]) -> tuple[Payment, ...]:
        found = sorted((p.id, p) for _, p in self._payments.values() if p.claim in claims)
        return tuple(p for _, p in found)

    async def payment_batch(self, name: str) -> PaymentBatch | None:
        return self._batches.get(name)

    async def payment_batches(self, page: Page) -> Sliced[PaymentBatch]:
        after = read_moment_cursor(page)
        found = sorted(
            (b for b in self._batches.values() if after is None or (b.created_at, b.id) < after),
            key=lambda b: (b.created_at, b.id),
            reverse=True,
        )
        cut = found[: size_of(page) + 1]
        return slice_of(cut, page, lambda b: (b.created_at, b.id))

    async def voucher(self, name: str) -> Voucher | None:
        return self._vouchers.get(name)

    async def vouchers_of(self, claims: Sequence[str]) -> tuple[Voucher, ...]:
        found = (v for v in self._vouchers.values() if v.claim in claims)
        return tuple(sorted(found, key=lambda v: (v.created_at, v.id)))

    async def vouchers(self, query: VoucherQuery, page: Page) -> Sliced[Voucher]:
        after = read_moment_cursor(page)
        found = sorted(
            (
                v
                for v in self._vouchers.values()
                if query.state in {None, v.state}
                and query.claim in {None, v.claim}
                and query.batch in {None, v.batch}
                and query.company in {None, v.company}
                and (after is None or (v.created_at, v.id) > after)
            ),
            key=lambda v: (v.created_at, v.id),
        )
        cut = found[: size_of(page) + 1]
        return slice_of(cut, page, lambda v: (v.created_at, v.id))

    async def cards(self, claim: str) -> tuple[CardRecord, ...]:
        return tuple(
            self._cards.read(name)
            for name, record in self._cards.records.items()
            if record.claim == claim
        )

    async def card(self, card: str) -> CardRecord | None:
        return self._cards.read(card) if card in self._cards.records else None

    async def preferences(self, person: str) -> Preferences:
        return self._preferences.get(person, Preferences(person))

    async def dialog(self, person: str) -> Dialog | None:
        dialog = self._dialogs.get(person)
        return dialog if dialog and dialog.expects is not None else None

    async def delegations(self, since: datetime) -> tuple[Delegation, ...]:
        found = (d for d in self._delegations.values() if d.ends > since)
        return tuple(sorted(found, key=lambda d: (d.begins, d.id)))

    async def audit(self, page: Page) -> Sliced[AuditRecord]:
        after = read_number_cursor(page)
        found = [r for r in self._audit if r.seq > after]
        return slice_of(found[: size_of(page) + 1], page, lambda r: r.seq)

    async def history(self, subject: str, limit: int) -> tuple[AuditRecord, ...]:
        return tuple([r for r in self._audit if r.subject == subject][-limit:])

    async def verify_audit(self) -> int | None:
        return find_break(Link(), self._audit)[1]


def _are_alike(one: Likeness, other: Likeness) -> bool:
    figures = one.date is not None and one.total_fen is not None
    if figures and (one.date, one.total_fen) == (other.date, other.total_fen):
        return True
    seen = one.picture and other.picture and near(one.picture, other.picture)
    return bool(seen) and not (one.sure and other.sure)


def _matches(claim: Claim, query: ClaimQuery) -> bool:
    since = beginning(query.submitted_from) if query.submitted_from else None
    return (
        query.state in {None, claim.state}
        and query.employee in {None, claim.employee}
        and query.kind in {None, claim.kind}
        and (query.numbers is None or claim.number in query.numbers)
        and (query.waiting_for is None or query.waiting_for in waiting_people(claim))
        and (query.due_before is None or _is_late(claim, query.due_before))
        and (since is None or (claim.submitted_at is not None and claim.submitted_at >= since))
    )


def _is_late(claim: Claim, moment: datetime) -> bool:
    due = due_of(claim)
    return due is not None and due < moment and bool(waiting_people(claim))


class _Traces:
    def __init__(self, inbox: MemoryInbox, outbox: MemoryOutbox) -> None:
        self._inbox = inbox
        self._outbox = outbox

    async def outcome(self, key: str) -> Outcome | None:
        row = next((r for r in self._inbox.queue.rows.values() if r.key == key), None)
        if row is None:
            return None
        told = [
            r.payload
            for r in self._outbox.queue.rows.values()
            if r.key.rpartition("!")[0] == key and not isinstance(r.payload, str)
        ]
        return Outcome(row.state, tuple(told) if row.state != "waiting" else ())  # type: ignore[arg-type]


class _Dead:
    def __init__(self, inbox: MemoryInbox, outbox: MemoryOutbox) -> None:
        self._queues: dict[Queue, _Queue] = {"inbox": inbox.queue, "outbox": outbox.queue}

    async def all(self, limit: int) -> tuple[DeadLetter, ...]:
        found = [
            DeadLetter(
                name, r.id, r.key, r.lane, _written(r.payload), r.error, r.finished, r.attempts
            )
            for name, queue in self._queues.items()
            for r in queue.rows.values()
            if r.state == "dead" and r.finished is not None
        ]
        return tuple(sorted(found, key=lambda letter: letter.at)[:limit])

    async def revive(self, letter: DeadLetter) -> bool:
        row = self._queues[letter.queue].rows[letter.id]
        dead = row.state == "dead"
        if dead:
            row.state, row.attempts, row.due, row.until, row.error = "waiting", 0, None, None, ""
            row.finished = None
        return dead

    async def drop(self, letter: DeadLetter, why: str) -> bool:
        row = self._queues[letter.queue].rows[letter.id]
        dead = row.state == "dead"
        if dead:
            row.state, row.error = "done", f"dropped: {why}"
        return dead


def _written(payload: str | Notice) -> str:
    return payload if isinstance(payload, str) else to_json(payload)


class MemoryStorage:
    """`storage.open.Storage` without a database."""

    def __init__(self, clock: Clock) -> None:
        cards = _Cards()
        self.inbox = MemoryInbox(clock)
        self.outbox = MemoryOutbox(clock, cards)
        self.store = MemoryStore(self.inbox, self.outbox, cards)
        self.sessions = MemorySessions()
        self.leaders = MemoryLeaders()
        self.tries = MemoryTries()
        self.traces = _Traces(self.inbox, self.outbox)
        self.links = MemoryLinks()
        self.journal = MemoryJournal()
        self.memory = MemoryFacts()
        self.dead = _Dead(self.inbox, self.outbox)
        self.slots = MemorySlots(self.inbox)
        store = self.store
        self.spending = MemorySpending(lambda: store._claims)
        self.usages = MemoryUsages(lambda: store._claims, lambda: store._books.ledger)
        self.watches = MemoryWatches(
            lambda: store._versions[-1], lambda: store._books.ledger, lambda: store._alerts.known
        )

    async def wait_inbox(self, timeout_s: float) -> None:
        await self.inbox.signal.wait(timeout_s)

    async def wait_outbox(self, timeout_s: float) -> None:
        await self.outbox.signal.wait(timeout_s)

    async def ping(self) -> None:
        """Memory is always there."""

    async def close(self) -> None:
        """Nothing is held open."""
