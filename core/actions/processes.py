"""Steps that an outside system decides: its process is begun, cancelled, and its word counts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from core.actions.basics import Cause, Settings, audit_of, lane_of, outgoing
from core.actions.decision import approve, reject, return_
from core.actions.outcome import NO_ADVANCES
from core.actions.turns import final_notices, trimmed
from core.actions.wallet import unlock
from core.approval import OUTSIDE, Plan, Step, with_step
from core.change import Change, FreeIdentities, Outgoing, Release
from core.claim import Claim, Event, State
from core.company import Company, Person
from core.errors import Refused
from core.notices import CallSystem, Notice, Say, ShowCard
from core.outside import ApprovalState, Ref

START, CANCEL = "approval.start", "approval.cancel"
AGAIN = "~"
"""Stands before the number of a process that was begun anew for one step of one version."""


def process_key(claim: Claim, index: int) -> str:
    """Name the process of a step of this version: BX-20261125-0007/1#0."""
    return f"{claim.hold}#{index}"


def awaited_key(claim: Claim | None) -> str | None:
    """Name the process that a claim waits for now; None when it waits for none."""
    if claim is None or claim.state is not State.IN_REVIEW or claim.plan is None:
        return None
    return process_key(claim, claim.plan.current) if claim.plan.system else None


def waits_for(claim: Claim | None, system: str, key: str) -> bool:
    """Whether a claim waits for a process of a system, by the key of the process or a later one."""
    mine = claim is not None and claim.plan is not None and claim.plan.system == system
    return mine and awaited_key(claim) == key.partition(AGAIN)[0]


def require_deciders(claim: Claim, settings: Settings) -> None:
    """Refused `no_system` when a step of the plan waits for a system that is not connected."""
    steps = claim.plan.steps if claim.plan else ()
    for step in steps:
        known = settings.deciders is None or step.system in settings.deciders
        if step.system and not known:
            raise Refused("no_system", system=step.system, step=step.name, number=claim.number)


def with_orders(change: Change) -> Change:
    """Add to a change what outside systems must do because of it: processes begin and end."""
    orders = tuple(o for claim in change.claims for o in _orders(claim))
    return replace(change, outbox=(*change.outbox, *orders)) if orders else change


def _orders(claim: Claim) -> Iterator[Outgoing]:
    plan = claim.plan
    if plan is None:
        return
    awaited = awaited_key(claim)
    for index, step in enumerate(plan.steps):
        key = process_key(claim, index)
        if step.system is None or _has_decided(step):
            continue
        if key == awaited and not step.process:
            yield _order(claim, step.system, START, key)
        elif key != awaited and step.process:
            yield _order(claim, step.system, CANCEL, key)


def _has_decided(step: Step) -> bool:
    said = step.decisions[step.heard :]
    return any(d.approver == f"{OUTSIDE}{step.system}" for d in said)


def _order(claim: Claim, system: str, call: str, key: str) -> Outgoing:
    notice = CallSystem(system, call, claim.number, key)
    return Outgoing(f"{call}:{system}:{key}@{claim.revision}", lane_of(notice), notice)


def note_begun(claim: Claim | None, order: CallSystem, ref: Ref, cause: Cause) -> Change:
    """Show on the claim which process decides; one that it no longer waits for is cancelled."""
    if claim is None or claim.plan is None or not waits_for(claim, order.system, order.key):
        cancel = CallSystem(order.system, CANCEL, order.subject, order.key)
        return Change(at=cause.at, outbox=outgoing(cause, [cancel]))
    name = ref.number or ref.id
    step = replace(claim.plan.steps[claim.plan.current], process=name, process_link=ref.link)
    claim = replace(claim, plan=with_step(claim.plan, step))
    return Change(
        at=cause.at,
        claims=(claim,),
        audit=(audit_of(cause, "process_begun", claim.number, system=order.system, process=name),),
        outbox=outgoing(cause, [_card(p, claim) for p in sorted(claim.owners)]),
    )


def _card(person: str, claim: Claim) -> ShowCard:
    return ShowCard(person, claim.number, "claim", only_open=True)


def note_failed(
    claim: Claim | None,
    company: Company,
    order: CallSystem,
    state: str,
    words: Callable[[Person], str],
    cause: Cause,
) -> Change:
    """Tell administrators and the owner that a system did not do what was ordered.

    `words` say why, to each in their language.
    """
    entry = audit_of(
        cause, "system_failed", order.subject, system=order.system, call=order.call, state=state
    )
    fields = (("number", order.subject), ("system", order.system))

    def why(person: Person | None) -> tuple[tuple[str, str], ...]:
        return (*fields, ("reason", words(person))) if person else fields

    told: list[Notice] = [Say(p.id, f"system_{state}", why(p)) for p in company.with_role("admin")]
    if claim is not None and order.call == START:
        told += [Say(p, "process_stuck", fields) for p in sorted(claim.owners)]
    elif claim is not None and order.call == CANCEL:
        owners = sorted(claim.owners)
        told += [Say(p, "process_goes_on", why(company.person(p))) for p in owners]
    return Change(at=cause.at, audit=(entry,), outbox=outgoing(cause, told))


def note_state(
    claim: Claim | None,
    company: Company,
    report: tuple[str, str, ApprovalState],
    reason: str,
    cause: Cause,
    rules: Settings,
    next_number: str | None = None,
    advances: Mapping[str, Claim] = NO_ADVANCES,
) -> Change | None:
    """Let the word of a system count: `report` is its name, the process's key and its state.

    None when nothing follows: it is still under way, or the claim no longer waits for it (an older
    version, a repetition, a process that went on there after its end here).
    """
    system, key, state = report
    if claim is None or not waits_for(claim, system, key):
        return None
    if state.status == "approved":
        return approve(claim, company, cause, reason, rules, next_number, advances)
    if state.status == "rejected":
        return reject(claim, cause, reason)
    if state.status == "returned":
        return return_(claim, cause, reason, back=False)
    if state.status in {"withdrawn", "void"}:
        event = Event.WITHDRAW if state.status == "withdrawn" else Event.CANCEL
        return _taken_back(claim, cause, event, reason)
    return None


def _taken_back(claim: Claim, cause: Cause, event: Event, reason: str) -> Change:
    """End a review because its process was withdrawn or deleted there: everything is free again."""
    plan = claim.plan or Plan(())
    step = replace(plan.steps[plan.current], process="", process_link="")
    closed, orders = unlock(replace(claim, plan=with_step(plan, step)).after(event))
    code = "withdrawn_outside" if event is Event.WITHDRAW else "voided_outside"
    notices = [*final_notices(closed, code, trimmed(reason)), *orders]
    return Change(
        at=cause.at,
        claims=(closed,),
        moves=(Release(claim.hold),),
        identities=(FreeIdentities(claim.number),),
        audit=(audit_of(cause, event.value, claim.number, reason=trimmed(reason)),),
        outbox=outgoing(cause, notices),
    )


def give_up(claim: Claim | None, order: CallSystem, cause: Cause, reason: str) -> Change:
    """Send a claim back whose process could not be begun and will not be tried again."""
    if claim is None or not waits_for(claim, order.system, order.key):
        return Change(at=cause.at)
    return return_(claim, replace(cause, actor=f"{OUTSIDE}{order.system}"), reason, back=False)
