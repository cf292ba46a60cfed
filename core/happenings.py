"""What other systems may want to know of: names of events, and the facts that go with each.

The facts are those of the moment of the commit, so that an event says the same however late it
arrives.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from core.alerts import ThresholdCrossed
from core.change import AuditEntry, Change
from core.claim import Claim, Line, State
from core.money import format_yuan
from core.payment import Payment
from core.voucher import Voucher

EventName = Literal[
    "claim.submitted",
    "claim.approved",
    "claim.rejected",
    "claim.returned",
    "claim.withdrawn",
    "claim.voided",
    "claim.reopened",
    "claim.paid",
    "payment.created",
    "payment.exported",
    "payment.paid",
    "payment.failed",
    "payment.cancelled",
    "voucher.created",
    "voucher.cancelled",
    "budget.threshold",
]
EVENT_NAMES: tuple[str, ...] = get_args(EventName)
_CLAIM_EVENTS: Mapping[str, EventName] = {
    "submit": "claim.submitted",
    "reject": "claim.rejected",
    "return": "claim.returned",
    "withdraw": "claim.withdrawn",
    "void": "claim.voided",
    "cancel": "claim.voided",
    "pay": "claim.paid",
}
"""By the action of the audit line that says so."""
_PAYMENT_EVENTS: Mapping[str, EventName] = {
    "pending": "payment.created",
    "exported": "payment.exported",
    "paid": "payment.paid",
    "failed": "payment.failed",
    "cancelled": "payment.cancelled",
}


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of a claim; `amount` in yuan.

    `original` is what was spent in another `currency`, in its units, at `rate` yuan for one.
    """

    category: str | None
    amount: str
    date: str
    description: str
    project: str | None
    department: str
    invoice: str | None
    currency: str | None = None
    original: str | None = None
    rate: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A claim as an event tells it; amounts in yuan, times ISO 8601.

    `actor` did what the event says, `reason` are their words.
    """

    number: str
    kind: str
    state: str
    employee: str
    department: str
    project: str | None
    total: str
    currency: str
    version: int
    submitted_at: str | None
    actor: str
    reason: str
    lines: tuple[LineFacts, ...]


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment; nobody's account is in it."""

    id: str
    claim: str
    payee: str
    amount: str
    paid: str
    state: str
    batch: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class VoucherFacts:
    """An accounting voucher that is balanced and ready to be posted; `company` is whose it is.

    One that is cancelled was never in books that gave it a number: it is not to be posted.
    """

    id: str
    claim: str
    kind: str
    amount: str
    company: str = ""


@dataclass(frozen=True, slots=True)
class ThresholdFacts:
    """A budget whose use has reached a percentage of its limit; amounts in yuan."""

    budget: str
    period: str
    threshold: int
    limit: str
    reserved: str
    consumed: str
    claim: str | None


Facts = ClaimFacts | PaymentFacts | VoucherFacts | ThresholdFacts


@dataclass(frozen=True, slots=True)
class Happened:
    """One event; `subject` is the claim (or budget) that it is about, `key` makes it single."""

    name: EventName
    subject: str
    key: str
    at: datetime
    facts: Facts


def happened(change: Change) -> Iterator[Happened]:
    """Give the events of a change, those of a claim in their order."""
    claims = {c.number: c for c in change.claims}
    for entry in change.audit:
        claim = claims.get(entry.subject)
        name = _name_of(entry)
        if claim is not None and name is not None:
            key = f"{name}:{claim.number}@{claim.revision}"
            yield Happened(name, claim.number, key, change.at, _claim_facts(claim, entry))
    for payment in change.payments:
        revision = claims[payment.claim].revision if payment.claim in claims else 0
        kind = _PAYMENT_EVENTS[payment.state]
        key = f"{kind}:{payment.id}:{payment.paid_fen}@{revision}"
        yield Happened(kind, payment.claim, key, change.at, _payment_facts(payment))
    for voucher in change.vouchers:
        if voucher.state == "open" and not voucher.taken_by:
            key = f"voucher.created:{voucher.id}@{voucher.revision}"
            facts = _voucher_facts(voucher)
            yield Happened("voucher.created", voucher.claim, key, change.at, facts)
        elif voucher.state == "void":
            key = f"voucher.cancelled:{voucher.id}@{voucher.revision}"
            facts = _voucher_facts(voucher)
            yield Happened("voucher.cancelled", voucher.claim, key, change.at, facts)


def threshold_happened(alert: ThresholdCrossed) -> Happened:
    """Give the event of a budget that has crossed a threshold."""
    key = f"budget.threshold:{alert.budget}:{alert.period}:{alert.threshold}:{alert.limit_fen}"
    facts = ThresholdFacts(
        alert.budget,
        alert.period,
        alert.threshold,
        format_yuan(alert.limit_fen),
        format_yuan(alert.reserved_fen),
        format_yuan(alert.consumed_fen),
        alert.claim or None,
    )
    return Happened("budget.threshold", alert.budget, key, alert.at, facts)


def _name_of(entry: AuditEntry) -> EventName | None:
    said = dict(entry.fields)
    if entry.action == "approve":
        return "claim.approved" if said.get("final") else None
    if entry.action == "undo":
        return "claim.reopened" if said.get("was") != State.IN_REVIEW else None
    return _CLAIM_EVENTS.get(entry.action)


def _claim_facts(claim: Claim, entry: AuditEntry) -> ClaimFacts:
    said = dict(entry.fields)
    return ClaimFacts(
        number=claim.number,
        kind=claim.kind,
        state=claim.state.value,
        employee=claim.employee,
        department=claim.department,
        project=claim.project,
        total=format_yuan(claim.total_fen),
        currency=claim.currency,
        version=claim.version,
        submitted_at=claim.submitted_at.isoformat() if claim.submitted_at else None,
        actor=entry.actor,
        reason=said.get("reason", "") or said.get("opinion", ""),
        lines=tuple(_line_facts(claim, line) for line in claim.lines),
    )


def _line_facts(claim: Claim, line: Line) -> LineFacts:
    foreign = line.foreign
    return LineFacts(
        line.category,
        format_yuan(line.amount_fen),
        line.date.isoformat(),
        line.description,
        line.project or claim.project,
        line.department or claim.department,
        line.invoice.number if line.invoice else None,
        foreign.currency if foreign else None,
        foreign.amount.text if foreign else None,
        foreign.rate if foreign else None,
    )


def _payment_facts(payment: Payment) -> PaymentFacts:
    return PaymentFacts(
        payment.id,
        payment.claim,
        payment.payee,
        format_yuan(payment.amount_fen),
        format_yuan(payment.paid_fen),
        payment.state,
        payment.batch or None,
        payment.reason,
    )


def _voucher_facts(voucher: Voucher) -> VoucherFacts:
    return VoucherFacts(
        voucher.id, voucher.claim, voucher.kind, format_yuan(voucher.amount_fen), voucher.company
    )
