"""Steps that nobody decided in time: who is late, and who is asked then."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from core.actions.basics import Cause, audit_of, outgoing
from core.actions.rerouting import redrawn
from core.actions.turns import settled
from core.approval import SYSTEM, Decision, Plan, Step, with_step
from core.calendar import add_working_hours
from core.change import Change
from core.claim import Claim, State
from core.notices import Notice, Say
from core.routing import Roster, find_above

LATE = "overdue"
"""The reason of a turn that was taken further up because it was late."""


@dataclass(frozen=True, slots=True)
class Late:
    """A claim whose step is overdue, the people who are late, and since when."""

    claim: Claim
    people: tuple[str, ...]
    due: datetime


def find_overdue(claims: Iterable[Claim], at: datetime) -> tuple[Late, ...]:
    """Find the claims in review whose step should have been decided before a moment."""
    found: list[Late] = []
    for claim in claims:
        step = claim.plan.step if claim.plan and claim.state is State.IN_REVIEW else None
        if step is not None and step.due is not None and step.due < at and step.waiting():
            found.append(Late(claim, step.waiting(), step.due))
    return tuple(sorted(found, key=lambda late: (late.due, late.claim.number)))


def escalate(claim: Claim, roster: Roster, cause: Cause) -> Change | None:
    """Ask whoever is above those who are late; None when nobody is late.

    Where one of several is enough, those above are asked as well; where each must agree, or one
    after another, they take the place of who is late. The step gets its hours anew. Where nobody
    is above, the administrators are told.
    """
    if not find_overdue([claim], cause.at) or claim.plan is None:
        return None
    before = settled(claim, claim.plan, roster, cause)
    step = before.step
    if step is None:
        return None
    raised = _raised(step, claim, roster, cause)
    plan = with_step(before, _due_anew(raised, roster, cause.at))
    plan = settled(claim, plan, roster, cause)
    moved = replace(claim, plan=replace(plan, last=None))
    above = tuple(d.to for d in raised.decisions[len(step.decisions) :] if d.to)
    return Change(
        at=cause.at,
        claims=(moved,),
        audit=(
            audit_of(
                replace(cause, actor=SYSTEM),
                "escalate",
                claim.number,
                step=step.name,
                late=" ".join(step.waiting()),
                to=" ".join(above),
            ),
        ),
        outbox=outgoing(cause, [*redrawn(claim, plan), *_told(claim, before, above, roster)]),
    )


def _raised(step: Step, claim: Claim, roster: Roster, cause: Cause) -> Step:
    for seat in step.seats():
        above = find_above(roster.company, seat, (*claim.owners, *step.approvers, *step.waiting()))
        if above is None:
            continue
        said = Decision(SYSTEM, "escalate", LATE, cause.at, cause.source, above, seat)
        beside = (seat, above) if step.mode == "any" else (above,)
        people = [q for p in step.approvers for q in (beside if p == seat else (p,))]
        step = replace(step, approvers=tuple(people), decisions=(*step.decisions, said))
    return step


def _due_anew(step: Step, roster: Roster, at: datetime) -> Step:
    if step.hours is None:
        return replace(step, due=None)
    calendar = roster.company.calendar.in_zone(roster.zone)
    return replace(step, due=add_working_hours(at, step.hours, calendar))


def _told(claim: Claim, before: Plan, above: tuple[str, ...], roster: Roster) -> list[Notice]:
    late = " ".join(before.waiting())
    fields = (("number", claim.number), ("people", late), ("to", " ".join(above)))
    if not above:
        admins = roster.company.with_role("admin")
        return [Say(p.id, "overdue_nobody", fields[:2]) for p in admins]
    told: list[Notice] = [Say(p, "escalated", fields) for p in sorted(claim.owners)]
    told += [Say(p, "escalated_from_you", fields) for p in before.waiting()]
    return told
