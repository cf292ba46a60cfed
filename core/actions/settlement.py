"""Settlement: approved money goes out, and its result comes back."""

from dataclasses import replace

from core.actions.basics import Cause, Settings, audit_of, outgoing, require
from core.actions.clearing import take
from core.actions.verifying import ask_after_payment, require_alive
from core.actions.wallet import close
from core.change import Change, Consume, Move
from core.claim import Claim, Event
from core.company import Company
from core.dealings import Settled
from core.errors import Refused
from core.money import format_yuan
from core.notices import Notice, Say, ShowCard
from core.payment import OVER, Payment

PAYERS = frozenset({"cashier", "finance"})


def require_payer(company: Company, claim: Claim, actor: str) -> None:
    """Refused `not_allowed` unless a cashier or finance acts, and never on their own claim."""
    person = company.person(actor)
    if person is None or not person.active or not PAYERS.intersection(person.roles):
        raise Refused("not_allowed", action="pay", number=claim.number)
    if actor in claim.owners:
        raise Refused("own_claim", number=claim.number)


def export(claim: Claim, payment: Payment, batch: str, cause: Cause) -> Change:
    """Note that a payment went out in a batch file; Refused `wrong_state` or as `require_alive`."""
    require(claim, Event.EXPORT)
    require_alive(claim, cause.at)
    claim = claim.after(Event.EXPORT)
    return Change(
        at=cause.at,
        claims=(claim,),
        payments=(replace(payment, state="exported", batch=batch),),
        audit=(audit_of(cause, "export_payment", claim.number, batch=batch),),
        outbox=outgoing(cause, _redraw(claim)),
    )


def pay(
    claim: Claim,
    payment: Payment,
    cause: Cause,
    rules: Settings,
    reference: str = "",
    amount_fen: int | None = None,
) -> Change | None:
    """Note that a payment arrived, or `amount_fen` of it; None when the whole was noted before.

    Parts add up: until it is whole the payment waits on, also where it had failed. Refused
    `wrong_state`, `paid_too_much`.
    """
    if payment.state == "paid":
        return None
    if payment.state == "cancelled":
        raise Refused("wrong_state", number=claim.number, state=claim.state, event="pay")
    part = payment.owed_fen if amount_fen is None else amount_fen
    if not 0 < part <= payment.owed_fen:
        raise Refused("paid_too_much", number=claim.number, amount=format_yuan(payment.owed_fen))
    if part < payment.owed_fen:
        return _part_paid(claim, payment, cause, part, reference)
    require(claim, Event.PAY)
    claim = _paid(claim.after(Event.PAY), cause)
    notices = [*_redraw(claim), _say_paid(claim, payment)]
    if rules.verify:
        notices += ask_after_payment(claim, cause.at, rules.verify.again_days)
    notices += close(claim)
    whole = replace(
        payment, state="paid", reference=reference, reason="", paid_fen=payment.amount_fen
    )
    return Change(
        at=cause.at,
        claims=(claim,),
        moves=_consumption(claim),
        payments=(whole,),
        audit=(audit_of(cause, "pay", claim.number, reference=reference),),
        outbox=outgoing(cause, notices),
    )


def _say_paid(claim: Claim, payment: Payment) -> Say:
    """Tell a claim's employee that it was paid, and whom: they await only what is theirs."""
    if payment.to == "supplier":
        fields = (("number", claim.number), ("payee", payment.payee_name))
        return Say(claim.employee, "supplier_paid", fields)
    return Say(claim.employee, "paid", (("number", claim.number),))


def _paid(claim: Claim, cause: Cause) -> Claim:
    """From now on an advance is owed."""
    if claim.advance is None:
        return claim
    return replace(claim, advance=replace(claim.advance, paid_at=cause.at))


def _consumption(claim: Claim) -> tuple[Move, ...]:
    """Spend what is still held; an advance's hold waits for the claims that clear it.

    Whether approval has spent it is asked of the hold: `consume_on` may have been another then.
    """
    waits = claim.spent or claim.kind == "advance"
    return () if waits else (Consume(claim.hold, if_live=True),)


def _part_paid(
    claim: Claim, payment: Payment, cause: Cause, part_fen: int, reference: str
) -> Change:
    require(claim, Event.PAY_PART)
    claim = claim.after(Event.PAY_PART)
    part = replace(
        payment,
        state="pending" if payment.state == "failed" else payment.state,
        paid_fen=payment.paid_fen + part_fen,
        reference=reference,
        reason="",
    )
    amount, left = format_yuan(part_fen), format_yuan(part.owed_fen)
    facts = (("number", claim.number), ("amount", amount), ("available", left))
    return Change(
        at=cause.at,
        claims=(claim,),
        payments=(part,),
        audit=(audit_of(cause, "pay_part", claim.number, amount=amount, reference=reference),),
        outbox=outgoing(cause, [*_redraw(claim), Say(claim.employee, "part_paid", facts)]),
    )


def repay(
    advance: Claim, company: Company, cause: Cause, amount_fen: int | None, waiting_fen: int = 0
) -> Change:
    """Note that the rest of an advance, or `amount_fen` of it, came back to the cashier.

    `waiting_fen` is what claims in review are about to clear. Its budget is free again. Refused
    `not_allowed`, `own_claim`, `no_open_advance`, `repaid_too_much`.
    """
    require_payer(company, advance, cause.actor)
    if advance.open_fen <= 0:
        raise Refused("no_open_advance", number=advance.number)
    owed = max(0, advance.open_fen - waiting_fen)
    amount = owed if amount_fen is None else amount_fen
    if not 0 < amount <= owed:
        raise Refused("repaid_too_much", number=advance.number, amount=format_yuan(owed))
    taken = take(advance, Settled(amount, cause.at, cause.actor, "return"))
    said, left = format_yuan(amount), format_yuan(taken.advance.open_fen)
    facts = (("number", advance.number), ("amount", said), ("available", left))
    people = dict.fromkeys((advance.employee, cause.actor))
    return Change(
        at=cause.at,
        claims=(taken.advance,),
        moves=taken.moves,
        audit=(audit_of(cause, "repay", advance.number, amount=said),),
        outbox=outgoing(
            cause, [*_redraw(taken.advance), *(Say(p, "advance_repaid", facts) for p in people)]
        ),
    )


def fail(claim: Claim, payment: Payment, cause: Cause, reason: str) -> Change | None:
    """Note that a payment bounced: it is owed again; None when that was noted before."""
    if payment.state == "failed" and payment.reason == reason:
        return None
    if payment.state in OVER:
        raise Refused("wrong_state", number=claim.number, state=claim.state, event="fail_payment")
    return failed(claim, payment, cause, reason)


def failed(claim: Claim, payment: Payment, cause: Cause, reason: str) -> Change:
    """Let what is under way be owed again, for a reason."""
    if claim.allows(Event.FAIL_PAYMENT):
        claim = claim.after(Event.FAIL_PAYMENT)
    said = say_failed(claim, payment, reason, "payment_failed")
    return Change(
        at=cause.at,
        claims=(claim,),
        payments=(replace(payment, state="failed", reason=reason),),
        audit=(audit_of(cause, "fail_payment", claim.number, reason=reason),),
        outbox=outgoing(cause, [*_redraw(claim), said]),
    )


def say_failed(claim: Claim, payment: Payment, reason: str, code: str) -> Say:
    """Tell a claim's employee that its money did not arrive; a supplier's account is not theirs."""
    fields = [("number", claim.number), ("reason", reason)]
    if payment.to == "supplier":
        code, fields = "supplier_failed", [("payee", payment.payee_name), *fields]
    return Say(claim.employee, code, tuple(fields))


def _redraw(claim: Claim) -> list[Notice]:
    asked = claim.plan.people() if claim.plan else frozenset()
    return [
        *(ShowCard(p, claim.number, "claim", only_open=True) for p in sorted(claim.owners)),
        *(ShowCard(p, claim.number, "approval", only_open=True) for p in sorted(asked)),
    ]
