"""Decisions of approvers: agree, reject, return, hand over, ask one more."""

from collections.abc import Mapping
from dataclasses import replace

from core.actions.basics import Cause, Settings, audit_of, outgoing
from core.actions.outcome import NO_ADVANCES
from core.actions.resuming import marks_of
from core.actions.turns import (
    MAX_REASON,
    Ending,
    decision_of,
    final_notices,
    finished,
    moved_on,
    plan_for,
    redraw_later,
    remembering,
    settled,
    trimmed,
)
from core.actions.wallet import unlock
from core.approval import (
    Place,
    Plan,
    SentBack,
    add_signer,
    close,
    decide,
    step_back,
    transfer,
)
from core.change import Change, FreeIdentities, Release
from core.claim import Claim, Event
from core.company import Company, Person
from core.errors import Refused
from core.notices import Notice, Say, ShowCard
from core.routing import Roster

__all__ = [
    "MAX_REASON",
    "approve",
    "ask_also",
    "back_to_step",
    "hand_over",
    "reject",
    "remind",
    "require_turn_on",
    "return_",
]


def approve(
    claim: Claim,
    company: Company,
    cause: Cause,
    opinion: str,
    rules: Settings,
    next_number: str | None = None,
    advances: Mapping[str, Claim] = NO_ADVANCES,
    roster: Roster | None = None,
) -> Change:
    """Record an agreement; the last one approves the claim, spends the hold and owes the money.

    A permission keeps its hold for the draft that follows it under `next_number`; `advances` are
    those that the claim clears, by number. `roster` says who stands in for whom. Refused
    `wrong_state`, `own_claim`, `not_your_turn`, `delegation_over`.
    """
    opinion = trimmed(opinion)
    roster = roster or Roster(company, zone=rules.zone)
    before = plan_for(claim, cause, roster)
    plan = decide(before, decision_of(cause, "approve", opinion))
    plan = remembering(settled(claim, plan, roster, cause), claim, before, cause)
    later = redraw_later(claim, cause)
    if not plan.done:
        told = (later, *_said_along(claim, plan, opinion))
        return moved_on(claim, plan, cause, "approve", told, reason=opinion, **_for_whom(plan))
    ending = Ending(company, rules, next_number, advances)
    change = finished(replace(claim, plan=plan), cause, ending, opinion)
    last = outgoing(replace(cause, source=f"{cause.source}:later"), [later])
    return replace(change, outbox=(*change.outbox, *last))


def _said_along(claim: Claim, plan: Plan, opinion: str) -> tuple[Notice, ...]:
    """Tell the owners of an opinion that was given on the way; the card shows it, too."""
    if not opinion or plan.last is None:
        return ()
    fields = (("number", claim.number), ("person", plan.last.actor), ("reason", opinion))
    return tuple(Say(p, "opinion_given", fields) for p in sorted(claim.owners))


def _for_whom(plan: Plan) -> dict[str, str]:
    """Name those in whose place the last decision was taken."""
    last = plan.last
    if last is None:
        return {}
    made = [d for step in plan.steps for d in step.decisions if d.source == last.source]
    places = dict.fromkeys(d.on_behalf_of for d in made if d.on_behalf_of)
    return {"on_behalf_of": " ".join(places)} if places else {}


def reject(claim: Claim, cause: Cause, reason: str, roster: Roster | None = None) -> Change:
    """End a claim: money and vouchers are free again. Refused `reason_missing` and as approve."""
    change = _closed(claim, cause, "reject", reason, roster, None)
    closed, orders = unlock(change.claims[0])
    extra = outgoing(replace(cause, source=f"{cause.source}:wallet"), orders)
    return replace(
        change,
        claims=(closed,),
        identities=(FreeIdentities(claim.number),),
        outbox=(*change.outbox, *extra),
    )


def return_(
    claim: Claim,
    cause: Cause,
    reason: str,
    roster: Roster | None = None,
    *,
    back: bool | None = None,
) -> Change:
    """Send a claim back for changes: the money is free, the vouchers stay with the claim.

    With `back` it comes back to this step when nothing that matters has grown; None leaves that
    to the flow.
    """
    if back is None:
        back = claim.plan is not None and claim.plan.resubmit == "return"
    step = claim.plan.current if claim.plan else 0
    sent_back = SentBack(step, claim.total_fen, marks_of(claim)) if back else None
    return _closed(claim, cause, "return", reason, roster, sent_back)


def _closed(
    claim: Claim,
    cause: Cause,
    verdict: str,
    reason: str,
    roster: Roster | None,
    sent_back: SentBack | None,
) -> Change:
    before = plan_for(claim, cause, roster)
    require_turn_on(claim, before, cause)
    reason = _reason(claim, verdict, reason)
    event = Event.REJECT if verdict == "reject" else Event.RETURN
    said = decision_of(cause, "reject" if verdict == "reject" else "return", reason)
    plan = remembering(close(before, said, sent_back), claim, before, cause)
    closed = replace(claim, plan=plan).after(event)
    notices = [*final_notices(closed, event.value + "ed", reason), redraw_later(claim, cause)]
    return Change(
        at=cause.at,
        claims=(closed,),
        moves=(Release(claim.hold),),
        audit=(audit_of(cause, verdict, claim.number, reason=reason, **_for_whom(plan)),),
        outbox=outgoing(cause, notices),
    )


def require_turn_on(claim: Claim, plan: Plan, cause: Cause) -> None:
    """Refused `not_your_turn`, with the claim's number."""
    if plan.step is None or not plan.step.held_by(cause.actor):
        raise Refused("not_your_turn", number=claim.number)


def _reason(claim: Claim, action: str, reason: str) -> str:
    reason = trimmed(reason)
    if not reason:
        raise Refused("reason_missing", number=claim.number, action=action)
    return reason


def back_to_step(
    claim: Claim,
    cause: Cause,
    reason: str,
    index: int,
    roster: Roster | None = None,
    *,
    back: bool = False,
) -> Change:
    """Ask an earlier step (its index from 0) again; the money stays held.

    With `back` only that step is asked, and then this one again. Refused `no_such_step` and as
    `return_`.
    """
    before = plan_for(claim, cause, roster)
    require_turn_on(claim, before, cause)
    reason = _reason(claim, "return", reason)
    plan = step_back(before, decision_of(cause, "step_back", reason), index, back=back)
    plan = remembering(settled(claim, plan, roster, cause), claim, before, cause)
    fields = (("number", claim.number), ("person", cause.actor), ("reason", reason))
    told: list[Notice] = [Say(p, "asked_again", fields) for p in plan.waiting()]
    told.append(redraw_later(claim, cause))
    step = plan.steps[index].name
    return moved_on(claim, plan, cause, "step_back", told, reason=reason, step=step)


def hand_over(
    claim: Claim, cause: Cause, to: Person, roster: Roster | None = None, comment: str = ""
) -> Change:
    """Give one's turn to somebody else. Refused `own_claim` also when they own the claim."""
    before = plan_for(claim, cause, roster, to)
    plan = transfer(before, decision_of(cause, "transfer", trimmed(comment)), to.id)
    plan = remembering(settled(claim, plan, roster, cause), claim, before, cause)
    return moved_on(claim, plan, cause, "transfer", (redraw_later(claim, cause),), reason=to.id)


def ask_also(
    claim: Claim,
    cause: Cause,
    to: Person,
    roster: Roster | None = None,
    comment: str = "",
    *,
    place: Place = "after",
) -> Change:
    """Ask one more person after this step, or before it."""
    before = plan_for(claim, cause, roster, to)
    said = decision_of(cause, "add_signer", trimmed(comment))
    plan = add_signer(before, said, to.id, place, to.name)
    plan = remembering(settled(claim, plan, roster, cause), claim, before, cause)
    told = (redraw_later(claim, cause),)
    return moved_on(claim, plan, cause, "add_signer", told, reason=to.id, place=place)


def remind(claim: Claim, cause: Cause) -> Change:
    """Nudge those whose turn it is, at most once an hour a claim.

    Refused `not_yours` or `wrong_state`.
    """
    if not claim.allows(Event.DECIDE):
        raise Refused("wrong_state", number=claim.number, state=claim.state, event="remind")
    if cause.actor not in claim.owners:
        raise Refused("not_yours", number=claim.number)
    hourly = replace(cause, source=f"remind:{claim.number}:{cause.at:%Y%m%d%H}")
    waiting = claim.plan.waiting() if claim.plan else ()
    fields = (("number", claim.number), ("employee", claim.employee))
    nudges: list[Notice] = [Say(p, "reminded", fields) for p in waiting]
    nudges += [ShowCard(p, claim.number, "approval", fresh=True) for p in waiting]
    people = (("number", claim.number), ("people", " ".join(waiting)))
    said: list[Notice] = [Say(cause.actor, "remind_sent", people)]
    return Change(
        at=cause.at,
        audit=(audit_of(cause, "remind", claim.number),),
        outbox=(*outgoing(hourly, nudges), *outgoing(cause, said)),
    )
