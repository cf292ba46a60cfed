"""Decisions of approvers: agree, reject, return, hand over, ask one more."""

from collections.abc import Mapping
from dataclasses import replace

from core.actions.basics import Cause, Settings, audit_of, outgoing, require
from core.actions.outcome import NO_ADVANCES, outcome_of
from core.actions.verifying import ask_about
from core.actions.wallet import Orders, unlock
from core.approval import Decision, Plan, Verdict, add_signer, close, decide, transfer
from core.change import Change, FreeIdentities, Release
from core.claim import Claim, Event
from core.company import Company, Person
from core.errors import Refused
from core.notices import Notice, Say, ShowCard

MAX_REASON = 500
"""Characters of a reason or opinion that are kept; a card shows no more."""


def approve(
    claim: Claim,
    company: Company,
    cause: Cause,
    opinion: str,
    rules: Settings,
    next_number: str | None = None,
    advances: Mapping[str, Claim] = NO_ADVANCES,
) -> Change:
    """Record an agreement; the last one approves the claim, spends the hold and owes the money.

    A permission keeps its hold for the draft that follows it under `next_number`; `advances` are
    those that the claim clears, by number. Refused `wrong_state`, `own_claim`, `not_your_turn`.
    """
    opinion = _trimmed(opinion)
    plan = decide(_plan_for(claim, cause), _decision(cause, "approve", opinion))
    if not plan.done:
        return _moved_on(claim, plan, cause, "approve", opinion)
    out = outcome_of(replace(claim, plan=plan), company, cause, rules, next_number, advances)
    claim = out.claim
    notices = _final_notices(claim, "approved", opinion)
    notices += [
        ShowCard(p.id, claim.number, "payment", fresh=True)
        for p in company.with_role("cashier")
        if out.payments and p.id not in claim.owners
    ]
    notices += out.notices
    notices += ask_about(claim, "payment") if rules.verify and out.payments else ()
    return Change(
        at=cause.at,
        claims=(claim, *out.others),
        moves=out.moves,
        payments=out.payments,
        audit=(audit_of(cause, "approve", claim.number, opinion=opinion, final="yes"),),
        outbox=outgoing(cause, notices),
    )


def _moved_on(claim: Claim, plan: Plan, cause: Cause, action: str, reason: str) -> Change:
    """Store a plan that still waits: those asked before see it, those asked now get a card."""
    before = frozenset(claim.plan.waiting()) if claim.plan else frozenset()
    claim = replace(claim, plan=plan).after(Event.DECIDE)
    notices: list[Notice] = [
        ShowCard(p, claim.number, "approval", only_open=True)
        for p in sorted(plan.people() - frozenset(plan.waiting()) | before)
    ]
    notices += [
        ShowCard(p, claim.number, "approval", fresh=True) for p in plan.waiting() if p not in before
    ]
    notices.append(ShowCard(claim.employee, claim.number, "claim", only_open=True))
    return Change(
        at=cause.at,
        claims=(claim,),
        audit=(audit_of(cause, action, claim.number, reason=reason),),
        outbox=outgoing(cause, notices),
    )


def reject(claim: Claim, cause: Cause, reason: str) -> Change:
    """End a claim: money and vouchers are free again. Refused `reason_missing` and as approve."""
    return _closed(claim, cause, "reject", Event.REJECT, reason)


def return_(claim: Claim, cause: Cause, reason: str) -> Change:
    """Send a claim back for changes: the money is free, the vouchers stay with the claim."""
    return _closed(claim, cause, "return", Event.RETURN, reason)


def _closed(claim: Claim, cause: Cause, verdict: Verdict, event: Event, reason: str) -> Change:
    plan = _plan_for(claim, cause)
    if cause.actor not in plan.waiting():
        raise Refused("not_your_turn", number=claim.number)
    reason = _trimmed(reason)
    if not reason:
        raise Refused("reason_missing", number=claim.number, action=verdict)
    plan = close(plan, _decision(cause, verdict, reason))
    claim = replace(claim, plan=plan).after(event)
    orders: Orders = ()
    if event is Event.REJECT:
        claim, orders = unlock(claim)
    return Change(
        at=cause.at,
        claims=(claim,),
        moves=(Release(claim.hold),),
        identities=(FreeIdentities(claim.number),) if event is Event.REJECT else (),
        audit=(audit_of(cause, verdict, claim.number, reason=reason),),
        outbox=outgoing(cause, [*_final_notices(claim, event.value + "ed", reason), *orders]),
    )


def hand_over(claim: Claim, cause: Cause, to: Person) -> Change:
    """Give one's turn to somebody else. Refused `own_claim` also when they own the claim."""
    plan = _plan_for(claim, cause, to)
    plan = transfer(plan, _decision(cause, "transfer", ""), to.id)
    return _moved_on(claim, plan, cause, "transfer", to.id)


def ask_also(claim: Claim, cause: Cause, to: Person) -> Change:
    """Ask one more person after this step."""
    plan = _plan_for(claim, cause, to)
    plan = add_signer(plan, _decision(cause, "add_signer", ""), to.id)
    return _moved_on(claim, plan, cause, "add_signer", to.id)


def remind(claim: Claim, cause: Cause) -> Change:
    """Nudge those whose turn it is, at most once an hour a claim.

    Refused `not_yours` or `wrong_state`.
    """
    require(claim, Event.DECIDE)
    if cause.actor != claim.employee:
        raise Refused("not_yours", number=claim.number)
    hourly = replace(cause, source=f"remind:{claim.number}:{cause.at:%Y%m%d%H}")
    waiting = claim.plan.waiting() if claim.plan else ()
    fields = (("number", claim.number), ("employee", claim.employee))
    nudges: list[Notice] = [Say(p, "reminded", fields) for p in waiting]
    nudges += [ShowCard(p, claim.number, "approval", fresh=True) for p in waiting]
    people = (("number", claim.number), ("people", " ".join(waiting)))
    said: list[Notice] = [Say(claim.employee, "remind_sent", people)]
    return Change(
        at=cause.at,
        audit=(audit_of(cause, "remind", claim.number),),
        outbox=(*outgoing(hourly, nudges), *outgoing(cause, said)),
    )


def _plan_for(claim: Claim, cause: Cause, to: Person | None = None) -> Plan:
    require(claim, Event.DECIDE)
    if cause.actor in claim.owners or (to and to.id in claim.owners):
        raise Refused("own_claim", number=claim.number)
    if to and not to.active:
        raise Refused("unknown_person", person=to.id)
    if claim.plan is None:
        raise Refused("wrong_state", number=claim.number, state=claim.state, event="decide")
    return claim.plan


def _decision(cause: Cause, verdict: Verdict, reason: str) -> Decision:
    return Decision(cause.actor, verdict, reason, cause.at, cause.source)


def _trimmed(reason: str) -> str:
    return reason.strip()[:MAX_REASON].rstrip()


def _final_notices(claim: Claim, code: str, reason: str) -> list[Notice]:
    asked = claim.plan.people() if claim.plan else frozenset()
    notices: list[Notice] = [
        ShowCard(p, claim.number, "approval", only_open=True) for p in sorted(asked)
    ]
    fields = (("number", claim.number), ("reason", reason))
    notices.append(ShowCard(claim.employee, claim.number, "claim", only_open=True))
    notices.append(Say(claim.employee, code, fields))
    return notices
