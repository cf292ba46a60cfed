"""A claim and its life: one table of transitions, everything else follows from it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from core.approval import Plan
from core.copies import changed
from core.currency import BASE, Foreign
from core.dealings import AdvanceBook, Clearing, Figures, Supplier, Trip
from core.wallet import WalletCard

Kind = Literal["reimbursement", "travel_request", "purchase_request", "advance", "welfare"]

PREFIXES: dict[Kind, str] = {
    "reimbursement": "BX",
    "travel_request": "CC",
    "purchase_request": "CG",
    "advance": "JK",
    "welfare": "FL",
}


class State(StrEnum):
    """Where a claim is (contract §4)."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    PAYING = "paying"
    PAID = "paid"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class Event(StrEnum):
    """What can happen to a claim."""

    EDIT = "edit"
    SUBMIT = "submit"
    DECIDE = "decide"
    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    WITHDRAW = "withdraw"
    DISCARD = "discard"
    EXPORT = "export"
    PAY = "pay"
    FAIL_PAYMENT = "fail_payment"
    AMEND = "amend"
    PAY_PART = "pay_part"
    BOUNCE = "bounce"
    VOID = "void"
    CANCEL = "cancel"
    RESTORE = "restore"


class BudgetMove(StrEnum):
    """What a transition does with the money held for the claim."""

    NONE = "none"
    RESERVE = "reserve"
    RELEASE = "release"
    SETTLE = "settle"
    PAY = "pay"
    MOVE = "move"
    UNDO = "undo"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Transition:
    """Where an event leads, and what happens to the hold.

    SETTLE consumes at approval and PAY at payment, whichever `budget.consume_on` names. MOVE goes
    on holding for the next version; UNDO releases what is held, or gives back what was consumed;
    RESTORE holds again what a decision that is taken back had spent or released.
    """

    to: State
    budget: BudgetMove = BudgetMove.NONE


_REVIEW = {
    Event.DECIDE: Transition(State.IN_REVIEW),
    Event.APPROVE: Transition(State.APPROVED, BudgetMove.SETTLE),
    Event.REJECT: Transition(State.REJECTED, BudgetMove.RELEASE),
    Event.RETURN: Transition(State.RETURNED, BudgetMove.RELEASE),
    Event.WITHDRAW: Transition(State.WITHDRAWN, BudgetMove.RELEASE),
    Event.AMEND: Transition(State.IN_REVIEW, BudgetMove.MOVE),
    Event.CANCEL: Transition(State.VOID, BudgetMove.RELEASE),
    Event.RESTORE: Transition(State.IN_REVIEW),
}
TRANSITIONS: dict[State, dict[Event, Transition]] = {
    State.DRAFT: {
        Event.EDIT: Transition(State.DRAFT),
        Event.SUBMIT: Transition(State.IN_REVIEW, BudgetMove.RESERVE),
        Event.DISCARD: Transition(State.VOID),
    },
    State.IN_REVIEW: _REVIEW,
    State.RETURNED: {
        Event.EDIT: Transition(State.RETURNED),
        Event.SUBMIT: Transition(State.IN_REVIEW, BudgetMove.RESERVE),
        Event.DISCARD: Transition(State.VOID),
        Event.RESTORE: Transition(State.IN_REVIEW, BudgetMove.RESTORE),
    },
    State.WITHDRAWN: {
        Event.EDIT: Transition(State.WITHDRAWN),
        Event.SUBMIT: Transition(State.IN_REVIEW, BudgetMove.RESERVE),
        Event.DISCARD: Transition(State.VOID),
    },
    State.APPROVED: {
        Event.EXPORT: Transition(State.PAYING),
        Event.PAY_PART: Transition(State.APPROVED),
        Event.PAY: Transition(State.PAID, BudgetMove.PAY),
        Event.VOID: Transition(State.VOID, BudgetMove.UNDO),
        Event.RESTORE: Transition(State.IN_REVIEW, BudgetMove.RESTORE),
    },
    State.PAYING: {
        Event.PAY_PART: Transition(State.PAYING),
        Event.PAY: Transition(State.PAID, BudgetMove.PAY),
        Event.FAIL_PAYMENT: Transition(State.APPROVED),
    },
    State.PAID: {
        Event.BOUNCE: Transition(State.APPROVED),
        Event.RESTORE: Transition(State.IN_REVIEW, BudgetMove.RESTORE),
    },
    State.REJECTED: {
        Event.EDIT: Transition(State.REJECTED),
        Event.SUBMIT: Transition(State.IN_REVIEW, BudgetMove.RESERVE),
        Event.DISCARD: Transition(State.VOID),
        Event.RESTORE: Transition(State.IN_REVIEW, BudgetMove.RESTORE),
    },
    State.VOID: {},
}
"""An event that has no row here is illegal. Money is held exactly while a claim is in review
(and until payment, when `budget.consume_on` is `paid`)."""

EDITABLE = frozenset(s for s, row in TRANSITIONS.items() if Event.EDIT in row)
"""The states in which the employee may change a claim."""


@dataclass(frozen=True, slots=True)
class LineInvoice:
    """The voucher behind a line. `identity` is None where nothing on it identifies it.

    `picture` is the hash of what it looks like; `ride` marks the invoice of a ride, `itinerary`
    is the file that lists the trips behind it, `goods` are what it names. `voucher` tells it from
    others of the same file, also where lines share it. `card` is the one in a
    WeChat wallet that it came as; `card_taken` says that somebody else is reimbursing that.
    `paper` marks the paper form of a fully digital invoice. Its amounts are hundredths of
    `currency`.
    """

    identity: str | None
    number: str | None
    code: str | None
    kind: str
    seller: str | None
    buyer: str | None
    date: date | None
    total_fen: int | None
    file: str | None = None
    buyer_taxid: str | None = None
    tax_fen: int | None = None
    picture: str | None = None
    ride: bool = False
    itinerary: str | None = None
    amount_fen: int | None = None
    check_code: str | None = None
    card: WalletCard | None = None
    card_taken: bool = False
    goods: tuple[str, ...] = ()
    paper: bool = False
    voucher: str | None = None
    currency: str = BASE
    nights: int = 0
    """How many nights it bills."""


@dataclass(frozen=True, slots=True)
class Line:
    """One expense. `doubts` are codes of fields that a person should look at.

    `more` are further vouchers of the same expense. `department` bears the expense where that is
    not the claim's own. An approver who reduced the amount has left what was asked in `asked_fen`
    and why in `cut`. What was spent in another currency, and how it became fen, is `foreign`.
    """

    category: str | None
    amount_fen: int
    date: date
    description: str = ""
    project: str | None = None
    invoice: LineInvoice | None = None
    doubts: tuple[str, ...] = ()
    department: str | None = None
    more: tuple[LineInvoice, ...] = ()
    asked_fen: int | None = None
    cut: str = ""
    foreign: Foreign | None = None
    allowance: str = ""
    """The policy by whose days it is owed, without vouchers."""

    @property
    def invoices(self) -> tuple[LineInvoice, ...]:
        """Every voucher behind the line."""
        return (self.invoice, *self.more) if self.invoice else self.more


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has to say; the text is made at the edge from `code` and `fields`.

    `line` is the index of the line it concerns, None for the whole claim; `fields` keep the
    rule's inputs and threshold so that the record can answer why.
    """

    code: str
    severity: Literal["info", "warn", "block"]
    line: int | None = None
    fields: tuple[tuple[str, str], ...] = ()

    def field(self, name: str) -> str:
        """Give one of the facts, or an empty text."""
        return dict(self.fields).get(name, "")


@dataclass(frozen=True, slots=True)
class PastCheck:
    """What was said of an earlier version of a claim, until somebody changed it in review."""

    version: int
    at: datetime
    by: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Somebody's word that what looks like a duplicate is none; `about` are keys of findings."""

    person: str
    at: datetime
    reason: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the claim: the SHA-256 of its bytes and what the sender called it."""

    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """Invoices, by identity, that the tax bureau has still to answer about before payment.

    From `until` on nobody waits for it any more.
    """

    waiting: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A request for money with its lines, findings and plan.

    `version` counts submissions (a hold is named `number/version`); `revision` counts writes and
    guards against lost updates. `origin` is the request that this claim follows and `carries` that
    request's hold, until the first submission takes it over. `filed_by` is who wrote it for its
    employee; `urgent` says why it cannot wait; `split_from` is the claim that this one was a line
    of, and `paused` why. A `standing` advance is petty cash, which claims do not use up.
    """

    number: str
    company: str
    kind: Kind
    state: State
    employee: str
    department: str
    created_at: datetime
    project: str | None = None
    purpose: str = ""
    currency: str = "CNY"
    version: int = 1
    revision: int = 0
    submitted_at: datetime | None = None
    lines: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()
    plan: Plan | None = None
    files: tuple[StoredFile, ...] = ()
    origin: str | None = None
    confirmed: tuple[Confirmation, ...] = ()
    carries: str | None = None
    wallet: tuple[WalletCard, ...] = ()
    """The cards that have been locked for this claim."""
    supplier: Supplier | None = None
    trip: Trip | None = None
    clears: tuple[Clearing, ...] = ()
    """What it takes of its employee's advances, as reckoned at submission."""
    held: Figures = ()
    """What its hold has set aside, by budget."""
    spent: Figures = ()
    """What its approval has consumed, by budget."""
    advance: AdvanceBook | None = None
    standing: bool = False
    filed_by: str | None = None
    urgent: str = ""
    paused: str = ""
    split_from: str | None = None
    recheck: Recheck | None = None
    past: tuple[PastCheck, ...] = ()
    """What was said of it before approvers changed it, the oldest first."""
    approved_fen: int | None = None
    """What the request that it follows was approved for."""
    carried: Figures = ()
    """What the hold that it `carries` has set aside, by budget."""
    moved: tuple[tuple[str, str], ...] = ()
    """Closed budgets whose commitments it has, each with the next period's in its place."""

    @property
    def total_fen(self) -> int:
        """The sum of the lines."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def cleared_fen(self) -> int:
        """What is taken of advances instead of being paid."""
        return sum(c.amount_fen for c in self.clears)

    @property
    def open_fen(self) -> int:
        """What the employee still owes of an advance that was paid out; 0 of any other claim."""
        if self.advance is None or self.state is not State.PAID:
            return 0
        return max(0, self.total_fen - self.advance.settled_fen)

    @property
    def owners(self) -> frozenset[str]:
        """Those who may change it: its employee and whoever filed it for them."""
        return frozenset({self.employee, self.filed_by or self.employee})

    @property
    def hold(self) -> str:
        """The name of the money held for this version."""
        return f"{self.number}/{self.version}"

    def allows(self, event: Event) -> bool:
        """Whether an event may happen now."""
        return event in TRANSITIONS[self.state]

    def after(self, event: Event) -> "Claim":
        """Give the claim in the state that an event leads to; KeyError when it is illegal."""
        return changed(self, state=TRANSITIONS[self.state][event].to)


def claim_number(kind: Kind, day: date, sequence: int) -> str:
    """Write a claim number: BX-20261125-0007."""
    return f"{PREFIXES[kind]}-{day:%Y%m%d}-{sequence:04d}"
