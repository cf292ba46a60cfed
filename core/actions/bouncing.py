"""Money that comes back after it had arrived (退票): it is owed again, and the books are told."""

from dataclasses import replace

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
    owed. Refused `nothing_came_back` when so much has not arrived.
    """
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
        outbox=outgoing(cause, _told(claim, company, reason)),
    )


def _told(claim: Claim, company: Company, reason: str) -> list[Notice]:
    """Tell those who can do something: the employee, and whoever pays; redraw their cards."""
    asked = claim.plan.people() if claim.plan else frozenset[str]()
    fields = (("number", claim.number), ("reason", reason))
    return [
        *(ShowCard(p, claim.number, "claim", only_open=True) for p in sorted(claim.owners)),
        *(ShowCard(p, claim.number, "approval", only_open=True) for p in sorted(asked)),
        Say(claim.employee, "payment_failed", fields),
        *_to_payers(claim, company, reason),
    ]


def _to_payers(claim: Claim, company: Company, reason: str) -> list[Notice]:
    fields = (("number", claim.number), ("employee", claim.employee), ("reason", reason))
    payers = company.with_role("cashier") or company.with_role("finance")
    return [Say(p.id, "payment_requeued", fields) for p in payers if p.id not in claim.owners]


def with_payers_told(change: Change, company: Company, reason: str) -> Change:
    """Let whoever pays know, too, that a payment has failed by a bank's or a system's word."""
    source = f"{change.audit[0].source}:payers"
    told = [n for claim in change.claims for n in _to_payers(claim, company, reason)]
    fresh = outgoing(Cause(change.audit[0].actor, change.at, source), told)
    return replace(change, outbox=(*change.outbox, *fresh))
