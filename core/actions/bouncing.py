"""Money that does not arrive or comes back (退票): it is owed again, and people are told."""

from collections.abc import Iterable
from dataclasses import replace

from core.actions import settlement
from core.actions.basics import Cause, audit_of, outgoing
from core.change import Change
from core.claim import Claim, Event, State
from core.company import Company
from core.errors import Refused
from core.money import format_yuan
from core.notices import Notice, Say, ShowCard
from core.payment import Payment


def bounce(
    claim: Claim,
    payment: Payment,
    company: Company,
    cause: Cause,
    reason: str,
    amount_fen: int | None = None,
) -> Change:
    """Note that what had arrived, or `amount_fen` of it, came back: the payment has failed.

    What its approval or payment has spent of the budget stays spent, since the money is still
    owed. All of a payment that nobody has called paid may come back, too: that word was lost, or
    comes later and is old then (`came_back`). Refused `nothing_came_back` when so much has not
    arrived.
    """
    whole = amount_fen in {None, payment.owed_fen}
    if payment.state == "exported" and not payment.paid_fen and whole:
        return _never_called_paid(claim, payment, company, cause, reason)
    arrived = payment.amount_fen if payment.state == "paid" else payment.paid_fen
    back = arrived if amount_fen is None else amount_fen
    if not 0 < back <= arrived:
        raise Refused("nothing_came_back", number=claim.number, amount=format_yuan(arrived))
    for event in (Event.BOUNCE, Event.FAIL_PAYMENT):
        claim = claim.after(event) if claim.allows(event) else claim
    if claim.advance and claim.state is not State.PAID:
        claim = replace(claim, advance=replace(claim.advance, paid_at=None))
    failed = replace(payment, state="failed", reason=reason, paid_fen=arrived - back)
    return Change(
        at=cause.at,
        claims=(claim,),
        payments=(failed,),
        audit=(
            audit_of(
                cause, "bounce_payment", claim.number, reason=reason, amount=format_yuan(back)
            ),
        ),
        outbox=outgoing(cause, _told(claim, payment, company, reason)),
    )


def _never_called_paid(
    claim: Claim, payment: Payment, company: Company, cause: Cause, reason: str
) -> Change:
    """Note that a payment came back of which nobody has heard that it had arrived."""
    marked = replace(payment, noted=(*payment.noted, _mark(payment)))
    return with_payers_told(settlement.failed(claim, marked, cause, reason), company, reason)


def came_back(payment: Payment) -> bool:
    """Whether a payment came back before it was called paid: that word is old when it comes."""
    return payment.state == "failed" and _mark(payment) in payment.noted


def _mark(payment: Payment) -> str:
    return f"b:{payment.batch or ''}"


def _told(claim: Claim, payment: Payment, company: Company, reason: str) -> list[Notice]:
    """Tell those who can do something: the employee, and whoever pays; redraw their cards."""
    asked = claim.plan.people() if claim.plan else frozenset[str]()
    return [
        *(ShowCard(p, claim.number, "claim", only_open=True) for p in sorted(claim.owners)),
        *(ShowCard(p, claim.number, "approval", only_open=True) for p in sorted(asked)),
        settlement.say_failed(claim, payment, reason, "payment_came_back"),
        *_to_payers(claim, payment, company, reason, "came_back_requeued"),
    ]


def _to_payers(
    claim: Claim, payment: Payment, company: Company, reason: str, code: str
) -> list[Notice]:
    fields = [("number", claim.number), ("employee", claim.employee), ("reason", reason)]
    if payment.to == "supplier":
        code, fields = "supplier_requeued", [("payee", payment.payee_name), *fields]
    return [Say(p, code, tuple(fields)) for p in payers_for(claim, company)]


def payers_for(claim: Claim, company: Company) -> list[str]:
    """Say who pays a claim: the cashiers, or finance where there is none; nobody their own."""
    payers = company.with_role("cashier") or company.with_role("finance")
    return [p.id for p in payers if p.id not in claim.owners]


def with_payers_told(change: Change, company: Company, reason: str) -> Change:
    """Let whoever pays know, too, that a payment has failed."""
    both = zip(change.claims, change.payments, strict=True)
    return also_told(
        change,
        (n for c, p in both for n in _to_payers(c, p, company, reason, "payment_requeued")),
    )


def with_payers_warned(
    change: Change,
    company: Company,
    old: Payment,
    waiting: str | None = None,
    sent: str | None = None,
) -> Change:
    """Let whoever pays know that what was to be paid anew has arrived after all.

    It falls out of the batch in which it was `waiting`; one that was `sent` must be stopped.
    """
    (claim,) = change.claims
    facts = (("number", claim.number), ("reason", old.reason))
    fields = (*facts, ("batch", waiting or ""), ("next", sent or ""))
    said = tuple((name, value) for name, value in fields if value)
    return also_told(change, (Say(p, "paid_after_all", said) for p in payers_for(claim, company)))


def also_told(change: Change, notices: Iterable[Notice]) -> Change:
    """Add notices to what follows from a change."""
    source = f"{change.audit[0].source}:payers"
    fresh = outgoing(Cause(change.audit[0].actor, change.at, source), list(notices))
    return replace(change, outbox=(*change.outbox, *fresh))
