"""Settlement: approved money goes out, and its result comes back."""

from dataclasses import replace

from core.actions.basics import Cause, Settings, audit_of, outgoing, require
from core.actions.verifying import ask_after_payment, require_alive
from core.actions.wallet import close
from core.change import Change, Consume, Move
from core.claim import Claim, Event
from core.company import Company
from core.errors import Refused
from core.notices import Notice, Say, ShowCard
from core.payment import Payment

PAYERS = frozenset({"cashier", "finance"})


def require_payer(company: Company, claim: Claim, actor: str) -> None:
    """Refused `not_allowed` unless a cashier or finance acts, and never on their own claim."""
    person = company.person(actor)
    if person is None or not person.active or not PAYERS.intersection(person.roles):
        raise Refused("not_allowed", action="pay", number=claim.number)
    if actor == claim.employee:
        raise Refused("own_claim", number=claim.number)


def export(claim: Claim, payment: Payment, batch: str, cause: Cause) -> Change:
    """Note that a payment went out in a batch file; Refused `wrong_state`, `invoice_dead`."""
    require(claim, Event.EXPORT)
    require_alive(claim)
    claim = claim.after(Event.EXPORT)
    return Change(
        at=cause.at,
        claims=(claim,),
        payments=(replace(payment, state="exported", batch=batch),),
        audit=(audit_of(cause, "export_payment", claim.number, batch=batch),),
        outbox=outgoing(cause, _redraw(claim)),
    )


def pay(
    claim: Claim, payment: Payment, cause: Cause, rules: Settings, reference: str = ""
) -> Change | None:
    """Note that a payment arrived; None when it was noted before. Refused `wrong_state`."""
    if payment.state == "paid":
        return None
    require(claim, Event.PAY)
    claim = claim.after(Event.PAY)
    moves: tuple[Move, ...] = (Consume(claim.hold),) if rules.consume_on == "paid" else ()
    fields = (("number", claim.number),)
    notices = [*_redraw(claim), Say(claim.employee, "paid", fields)]
    if rules.verify:
        notices += ask_after_payment(claim, cause.at, rules.verify.again_days)
    notices += close(claim)
    return Change(
        at=cause.at,
        claims=(claim,),
        moves=moves,
        payments=(replace(payment, state="paid", reference=reference, reason=""),),
        audit=(audit_of(cause, "pay", claim.number, reference=reference),),
        outbox=outgoing(cause, notices),
    )


def fail(claim: Claim, payment: Payment, cause: Cause, reason: str) -> Change | None:
    """Note that a payment bounced: it is owed again; None when that was noted before."""
    if payment.state == "failed" and payment.reason == reason:
        return None
    if payment.state == "paid":
        raise Refused("wrong_state", number=claim.number, state=claim.state, event="fail_payment")
    if claim.allows(Event.FAIL_PAYMENT):
        claim = claim.after(Event.FAIL_PAYMENT)
    fields = (("number", claim.number), ("reason", reason))
    return Change(
        at=cause.at,
        claims=(claim,),
        payments=(replace(payment, state="failed", reason=reason),),
        audit=(audit_of(cause, "fail_payment", claim.number, reason=reason),),
        outbox=outgoing(cause, [*_redraw(claim), Say(claim.employee, "payment_failed", fields)]),
    )


def _redraw(claim: Claim) -> list[Notice]:
    asked = claim.plan.people() if claim.plan else frozenset()
    return [
        ShowCard(claim.employee, claim.number, "claim", only_open=True),
        *(ShowCard(p, claim.number, "approval", only_open=True) for p in sorted(asked)),
    ]
