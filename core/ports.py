"""What the business asks of storage; the memory fake, SQLite and PostgreSQL all answer alike."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, Literal, Protocol, TypeVar

from core.budget import Balance, BudgetChange, Charge, LimitVersion
from core.budget.changes import ChangeState
from core.change import Change, Dialog, OnceRequest, StoredInvoice, Tombstone
from core.claim import Claim, Kind, State
from core.company import Company
from core.delegation import Delegation
from core.likeness import Likeness
from core.notices import CardPurpose, ChannelName, Notice
from core.payment import Payment, PaymentState
from core.payment_batch import PaymentBatch
from core.preferences import Preferences
from core.verification import Checked
from core.voucher import Voucher, VoucherState

T = TypeVar("T")

DoorName = ChannelName | Literal["oidc"]
"""By what people sign in at the pages: a messenger, or the company's identity provider."""

Clock = Callable[[], datetime]
"""Gives the present moment with its time zone (UTC); the core itself never asks for it."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which slice of a list: `cursor` is what the page before gave, None for the first."""

    cursor: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Sliced(Generic[T]):
    """A slice of a list and the cursor of the next one."""

    items: tuple[T, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ClaimQuery:
    """Which claims; None means any."""

    state: State | None = None
    employee: str | None = None
    kind: Kind | None = None
    waiting_for: str | None = None
    submitted_from: date | None = None
    numbers: frozenset[str] | None = None
    due_before: datetime | None = None
    """Whose step in review should have been decided by then."""


@dataclass(frozen=True, slots=True)
class VoucherQuery:
    """Which accounting vouchers; None means any."""

    state: VoucherState | None = None
    claim: str | None = None
    batch: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class BudgetEntry:
    """One line of a budget's journal (contract §5)."""

    id: int
    budget: str
    hold: str
    claim: str
    kind: Literal["reserve", "release", "consume"]
    amount_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangeQuery:
    """Which changes of budgets; None means any."""

    state: ChangeState | None = None
    budget: str | None = None


@dataclass(frozen=True, slots=True)
class LiveHold:
    """Money that is set aside now."""

    name: str
    claim: str
    charges: tuple[Charge, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """A figure (`reserved`, `consumed`, `held`, `limit`) that its budget's record contradicts."""

    budget: str
    what: str
    has_fen: int
    wants_fen: int


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A line of the audit trail with its place in the hash chain."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    source: str
    fields: tuple[tuple[str, str], ...]
    hash: str


@dataclass(frozen=True, slots=True)
class CardRecord:
    """A card that was delivered to one person; what is needed to redraw it.

    `claim` is a claim's number, or `budget:ID` for an alert. `seen` is storage's mark of the newest
    code that a reader knew of: what a click added since survives when the record is written back.
    """

    card: str
    claim: str
    purpose: CardPurpose
    person: str
    channel: ChannelName
    user: str
    version: int
    codes: tuple[str, ...] = ()
    message: str = ""
    drawn: int = 0
    open: bool = True
    seen: int = field(default=0, compare=False)


MAX_ALIKE = 50
"""Vouchers that a search for lookalikes gives at most."""


class Store(Protocol):
    """The whole memory of the business."""

    async def company(self) -> Company:
        """Give the company in force; empty before the first `company apply`."""
        ...

    async def apply_company(
        self, company: Company, *, expected_version: int, at: datetime, actor: str
    ) -> int:
        """Put a company in force with its budgets; gives the new version.

        Conflict when `expected_version` is no longer the one in force.
        """
        ...

    async def company_version(self) -> int:
        """Give the version in force, 0 before the first."""
        ...

    async def commit(self, change: Change) -> None:
        """Make a change true, wholly or not at all.

        Refused `budget` (fields budget, limit, available, amount), `duplicate_invoice` (identity,
        claim: the one that has it), `hold_ended`; Conflict `revision`, `lease` or `request`.
        """

    async def next_number(self, prefix: str, day: date) -> int:
        """Give the next sequence of claim numbers of one prefix and day, from 1."""
        ...

    async def request(self, key: str) -> OnceRequest | None:
        """Find what was asked for under a key, and what came of it."""
        ...

    async def claim(self, number: str) -> Claim | None:
        """Find one claim."""
        ...

    async def claims(self, query: ClaimQuery, page: Page) -> Sliced[Claim]:
        """List claims, newest first."""
        ...

    async def invoices(self, number: str) -> tuple[StoredInvoice, ...]:
        """Find vouchers by their printed number."""
        ...

    async def invoices_of(self, claim: str) -> tuple[StoredInvoice, ...]:
        """Give the vouchers that were received for a claim, oldest first."""
        ...

    async def tombstones(self, hashes: Sequence[str]) -> tuple[Tombstone, ...]:
        """Give what stays of those of these originals that were deleted, in order of hash."""
        ...

    async def lookalikes(self, wanted: Sequence[Likeness]) -> tuple[StoredInvoice, ...]:
        """Find vouchers of the same date and total, or of nearly the same picture.

        The oldest come first, `MAX_ALIKE` at most; two vouchers that both have a sure number are
        never alike by their pictures.
        """
        ...

    async def holder(self, identity: str) -> str | None:
        """Find the live claim that has reserved or used an invoice."""
        ...

    async def verified(self, identities: Sequence[str]) -> Mapping[str, Checked]:
        """Give the tax bureau's last answers about those of these invoices that it knows of."""
        ...

    async def balances(self, ids: Sequence[str] | None = None) -> tuple[Balance, ...]:
        """Give budgets with their counters, in id order; None means all."""
        ...

    async def entries(
        self, budget: str, page: Page, *, newest: bool = False
    ) -> Sliced[BudgetEntry]:
        """List a budget's journal, oldest first, or the `newest` line first."""
        ...

    async def limits(self, budget: str) -> tuple[LimitVersion, ...]:
        """Give the limits that a budget has had, oldest first."""
        ...

    async def budget_change(self, number: str) -> BudgetChange | None:
        """Find one change of a budget that was asked for."""
        ...

    async def budget_changes(self, query: ChangeQuery, page: Page) -> Sliced[BudgetChange]:
        """List changes of budgets that were asked for, newest first."""
        ...

    async def live_holds(self, before: datetime | None = None) -> tuple[LiveHold, ...]:
        """Give the holds that have not ended, oldest first; only those made `before` a moment."""
        ...

    async def verify_ledger(self) -> tuple[LedgerFault, ...]:
        """Rebuild every budget from its journal; gives the figures that are others."""
        ...

    async def payments(self, state: PaymentState | None, page: Page) -> Sliced[Payment]:
        """List payments, oldest first."""
        ...

    async def owed(self, state: PaymentState, page: Page) -> Sliced[tuple[Payment, Claim]]:
        """List payments with their claims, both as they are at one moment, oldest first."""
        ...

    async def payment(self, payment_id: str) -> Payment | None:
        """Find one payment."""
        ...

    async def payments_in(self, batch: str) -> tuple[Payment, ...]:
        """Give every payment of a batch, whatever its state, in the order of their making."""
        ...

    async def payments_of(self, claims: Sequence[str]) -> tuple[Payment, ...]:
        """Give the payments of claims, in the order of their ids."""
        ...

    async def payment_batch(self, name: str) -> PaymentBatch | None:
        """Find one payment batch."""
        ...

    async def payment_batches(self, page: Page) -> Sliced[PaymentBatch]:
        """List payment batches, newest first."""
        ...

    async def voucher(self, name: str) -> Voucher | None:
        """Find one accounting voucher."""
        ...

    async def vouchers_of(self, claims: Sequence[str]) -> tuple[Voucher, ...]:
        """Give the accounting vouchers of claims, oldest first."""
        ...

    async def vouchers(self, query: VoucherQuery, page: Page) -> Sliced[Voucher]:
        """List accounting vouchers, oldest first."""
        ...

    async def cards(self, claim: str) -> tuple[CardRecord, ...]:
        """Give the cards delivered for a claim, oldest first."""
        ...

    async def card(self, card: str) -> CardRecord | None:
        """Find a delivered card by its id."""
        ...

    async def preferences(self, person: str) -> Preferences:
        """Give what a person wants to be told, and when; nothing is switched off before."""
        ...

    async def dialog(self, person: str) -> Dialog | None:
        """Give what a person's next message is awaited for."""
        ...

    async def delegations(self, since: datetime) -> tuple[Delegation, ...]:
        """Give the delegations that end after a moment, those to come as well, oldest first."""
        ...

    async def audit(self, page: Page) -> Sliced[AuditRecord]:
        """List the audit trail, oldest first."""
        ...

    async def history(self, subject: str, limit: int) -> tuple[AuditRecord, ...]:
        """Give the latest lines of the audit trail about one thing, oldest first."""
        ...

    async def verify_audit(self) -> int | None:
        """Recompute the chain; gives the first bad sequence number, None when it is whole."""
        ...


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A leased inbox row. `fence` tells this lease from a later one of the same row."""

    id: int
    fence: int
    key: str
    lane: str
    body: str
    attempts: int
    received_at: datetime


class Inbox(Protocol):
    """Everything from outside, first written down."""

    async def put(self, key: str, lane: str, body: str, at: datetime) -> bool:
        """Make a message durable; false when its key was there already."""
        ...

    async def lease(self, limit: int, now: datetime, lease_s: float) -> tuple[InboxItem, ...]:
        """Take waiting messages: per lane only the oldest unfinished one."""
        ...

    async def renew(self, item: InboxItem, now: datetime, lease_s: float) -> None:
        """Go on holding a row that takes long; a lost lease stays lost."""

    async def finish(self, item: InboxItem) -> None:
        """Mark a message done without a change."""

    async def retry(self, item: InboxItem, at: datetime, error: str) -> None:
        """Put a message back until `at`; its lane waits behind it."""

    async def bury(self, item: InboxItem, error: str) -> None:
        """Give a message up as a dead letter; its lane goes on."""

    async def oldest_waiting(self) -> datetime | None:
        """Give the arrival of the oldest unfinished message."""
        ...


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A leased outbox row."""

    id: int
    fence: int
    key: str
    lane: str
    notice: Notice
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a message; `notices` are those that its handling has committed."""

    state: Literal["waiting", "done", "dead"]
    notices: tuple[Notice, ...] = ()


class Traces(Protocol):
    """Looks a message up by its key, for somebody who awaits the outcome elsewhere."""

    async def outcome(self, key: str) -> Outcome | None:
        """Give what has become of a message; None when there is none with this key."""
        ...


class Outbox(Protocol):
    """Everything that must be told, in order per lane."""

    async def lease(
        self, limit: int, now: datetime, lease_s: float, system: str | None = None
    ) -> tuple[OutboxItem, ...]:
        """Take due notices to people, or calls to one system: per lane the oldest unfinished."""
        ...

    async def renew(self, item: OutboxItem, now: datetime, lease_s: float) -> None:
        """Go on holding a row that takes long; a lost lease stays lost."""

    async def finish(
        self,
        item: OutboxItem,
        at: datetime,
        cards: Sequence[CardRecord] = (),
        *,
        again: bool = False,
    ) -> None:
        """Mark a notice sent and keep its cards, in one transaction; `again` keeps the row due."""

    async def retry(self, item: OutboxItem, at: datetime, error: str) -> None:
        """Try again at `at`; the lane waits behind it."""

    async def bury(self, item: OutboxItem, error: str) -> None:
        """Give a notice up as a dead letter; its lane goes on."""

    async def overtaken(self, item: OutboxItem) -> bool:
        """Whether the very same notice waits behind this one in its lane."""
        ...

    async def sent_since(self, lanes: Collection[str], since: datetime) -> int:
        """Count what lanes and those below them have sent; with a picture two, a redraw none."""
        ...


class Files(Protocol):
    """The originals, as received, by the SHA-256 of their bytes."""

    async def put(self, data: bytes) -> str:
        """Keep bytes; gives their SHA-256 in hex. The same bytes twice are kept once."""
        ...

    async def get(self, sha256: str) -> bytes:
        """Give bytes back; FileNotFoundError when they were never kept."""
        ...

    async def drop(self, sha256: str) -> None:
        """Delete bytes for good; what is not there is deleted already."""


@dataclass(frozen=True, slots=True)
class SignInTry:
    """A browser on its way through a messenger's sign-in, and the page that it asked for."""

    channel: DoorName
    browser: str
    target: str


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that somebody has signed in at; it ends at `until` unless it is used before."""

    person: str
    opened_at: datetime
    until: datetime


class Sessions(Protocol):
    """Who has signed in where. Keys and `browser` are SHA-256 in hex of what only browsers have."""

    async def begin(self, key: str, attempt: SignInTry, until: datetime, now: datetime) -> None:
        """Remember a sign-in that has begun, until it comes back or its time is over."""

    async def take(self, key: str, browser: str, now: datetime) -> SignInTry | None:
        """Take a begun sign-in, once; None for one of another browser, a late or unknown one."""
        ...

    async def open(self, key: str, session: Session, now: datetime) -> None:
        """Begin a session."""

    async def find(self, key: str, now: datetime) -> Session | None:
        """Find a session that has not ended."""
        ...

    async def extend(self, key: str, until: datetime) -> None:
        """Let a session last longer; one that has been ended stays ended."""

    async def end(self, key: str) -> None:
        """End a session at once, everywhere."""


class Leaders(Protocol):
    """What only one replica may do at a time: a lease on a name, renewed while its holder lives."""

    async def take(self, name: str, holder: str, now: datetime, until: datetime) -> int | None:
        """Take a lease that is free or has run out, or renew one's own; None while it is another's.

        Gives the fence: how often the lease has passed from one holder to another.
        """
        ...

    async def leave(self, name: str, holder: str, now: datetime) -> None:
        """Give one's lease back at once; another's stays."""
