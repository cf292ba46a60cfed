"""What an action wants: everything that must become true together, or not at all."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from core.alerts import Alert
from core.budget import BudgetChange, Charge, Hold
from core.claim import Claim
from core.delegation import Delegation
from core.invoice import Reading
from core.notices import Notice
from core.payment import Payment
from core.payment_batch import PaymentBatch
from core.preferences import Preferences
from core.verification import Checked
from core.voucher import Voucher


@dataclass(frozen=True, slots=True)
class Reserve:
    """Set money aside under a new hold; refused as a whole when one budget blocks.

    `sure` goes on holding what the same change lets go of under another name: never judged.
    """

    hold: Hold
    sure: bool = False
    exempt: tuple[str, ...] = ()
    """Budgets whose limit may be exceeded, by an exception that the claim keeps on record."""


@dataclass(frozen=True, slots=True)
class Consume:
    """End a hold by spending: all of it, or `charges` with the rest released.

    `sure` spends more than was held without asking, where the same change lets go of as much.
    """

    hold: str
    charges: tuple[Charge, ...] | None = None
    sure: bool = False
    if_live: bool = False
    """A hold that has ended, or never was, is left as it is: spending was settled elsewhere."""


@dataclass(frozen=True, slots=True)
class Release:
    """End a hold by giving everything back."""

    hold: str


@dataclass(frozen=True, slots=True)
class Reverse:
    """Undo what a hold has done to budgets, once: live it is released, spent it is refunded."""

    hold: str


@dataclass(frozen=True, slots=True)
class Rebook:
    """Go on holding other charges under the same name, without asking: commitments carried over."""

    hold: str
    charges: tuple[Charge, ...]


@dataclass(frozen=True, slots=True)
class ShiftLimit:
    """Change a limit by an amount; refused `budget` when more is taken than is left.

    `source` is the number of the change behind it.
    """

    budget: str
    by_fen: int
    kind: Literal["adjust", "transfer", "request"]
    source: str
    actor: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Stop or allow new charges: `frozen` by hand, `closed` at the end; None leaves it as it is."""

    budget: str
    frozen: bool | None = None
    closed: bool | None = None


Move = Reserve | Consume | Release | Reverse | Rebook | ShiftLimit | Bar


@dataclass(frozen=True, slots=True)
class TakeIdentity:
    """Reserve an invoice for a claim; refused when another live claim has it."""

    identity: str
    claim: str


@dataclass(frozen=True, slots=True)
class FreeIdentities:
    """Let go of every invoice that a claim has reserved."""

    claim: str


@dataclass(frozen=True, slots=True)
class StoredInvoice:
    """A voucher as received: its bytes' SHA-256, its reading, who sent it, where it belongs."""

    id: str
    identity: str | None
    sha256: str
    owner: str
    claim: str
    received_at: datetime
    reading: Reading


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of an original that was deleted after its time: its hash, when, by whom."""

    sha256: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the record: who did what to what, proved by which message."""

    actor: str
    action: str
    subject: str
    source: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice with the key that makes it single; notices of one lane go out in order."""

    key: str
    lane: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class CardCode:
    """A fresh permission to redraw a delivered card (WeCom's response code of a click)."""

    card: str
    code: str


@dataclass(frozen=True, slots=True)
class Dialog:
    """What a person's next message is awaited for, e.g. the reason of a rejection.

    `expects` is a closed word of `bot.handlers`; None ends the dialog.
    """

    person: str
    expects: str | None
    fields: tuple[tuple[str, str], ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboxRef:
    """The leased inbox row that a change finishes; a lost lease refuses the change."""

    id: int
    fence: int


@dataclass(frozen=True, slots=True)
class OnceRequest:
    """What another system asked for once, under its own key: the body's hash and what came of it.

    A change with a key that is known already is refused.
    """

    key: str
    digest: str
    claim: str


@dataclass(frozen=True, slots=True)
class Change:
    """All effects of one action, committed together by the writer.

    A claim with revision 0 is new, else its row must still have that revision; the writer
    stores it with the next one. So it is with vouchers, payment batches and changes of budgets.
    """

    at: datetime
    claims: tuple[Claim, ...] = ()
    moves: tuple[Move, ...] = ()
    identities: tuple[TakeIdentity | FreeIdentities, ...] = ()
    invoices: tuple[StoredInvoice, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()
    payments: tuple[Payment, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    batches: tuple[PaymentBatch, ...] = ()
    budget_changes: tuple[BudgetChange, ...] = ()
    verified: tuple[Checked, ...] = ()
    audit: tuple[AuditEntry, ...] = ()
    outbox: tuple[Outgoing, ...] = ()
    alerts: tuple[Alert, ...] = ()
    codes: tuple[CardCode, ...] = ()
    dialogs: tuple[Dialog, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    preferences: tuple[Preferences, ...] = ()
    inbox: InboxRef | None = None
    request: OnceRequest | None = None

    def finishing(self, inbox: InboxRef | None) -> "Change":
        """Give the same change, finishing an inbox row with it."""
        return replace(self, inbox=inbox)
