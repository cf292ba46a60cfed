"""What every decision on a claim shares: whose turn it is, what follows, who is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from core.actions.basics import Cause, Settings, audit_of, outgoing, require
from core.actions.outcome import Outcome, outcome_of
from core.actions.verifying import ask_about, begin_recheck
from core.approval import Decision, Last, Plan, Verdict
from core.change import Change
from core.claim import Claim, Event
from core.company import Company, Person
from core.errors import Refused
from core.notices import Notice, Say, ShowCard
from core.routing import Matter, Roster, settle

MAX_REASON = 500
"""Characters of a reason or opinion that are kept; a card shows no more."""
UNDO_S = 60
"""How long somebody may take their last decision back, in seconds."""


def matter_of(claim: Claim) -> Matter:
    """Give what routing must know of a claim."""
    return Matter(claim.owners, claim.kind)


def settled(claim: Claim, plan: Plan, roster: Roster | None, cause: Cause) -> Plan:
    """Give a plan with those who are there at the moment of a cause."""
    return (
        plan if roster is None else settle(plan, matter_of(claim), roster, cause.at, cause.source)
    )


def plan_for(claim: Claim, cause: Cause, roster: Roster | None, to: Person | None = None) -> Plan:
    """Give the plan as it is for somebody who wants to decide.

    Refused `wrong_state`, `own_claim`, `unknown_person` (who is to be involved has left),
    `delegation_over` (they stood in for somebody until now).
    """
    require(claim, Event.DECIDE)
    if cause.actor in claim.owners or (to and to.id in claim.owners):
        raise Refused("own_claim", number=claim.number)
    if to and not to.active:
        raise Refused("unknown_person", person=to.id)
    if claim.plan is None:
        raise Refused("wrong_state", number=claim.number, state=claim.state, event="decide")
    plan = settled(claim, claim.plan, roster, cause)
    if cause.actor in claim.plan.waiting() and cause.actor not in plan.waiting():
        raise Refused("delegation_over", number=claim.number)
    return plan


def decision_of(cause: Cause, verdict: Verdict, reason: str = "") -> Decision:
    """Make the record of what somebody decided."""
    return Decision(cause.actor, verdict, reason, cause.at, cause.source)


def trimmed(reason: str) -> str:
    """Cut a reason or opinion to what is kept."""
    return reason.strip()[:MAX_REASON].rstrip()


def remembering(plan: Plan, claim: Claim, before: Plan, cause: Cause) -> Plan:
    """Give a plan that knows how things stood before, so that it can be taken back."""
    last = Last(
        actor=cause.actor,
        at=cause.at,
        source=cause.source,
        state=claim.state.value,
        version=claim.version,
        revision=claim.revision + 1,
        steps=before.steps,
        current=before.current,
    )
    return replace(plan, last=last)


def redraw_later(claim: Claim, cause: Cause) -> Notice:
    """Take the button for undoing from the actor's card once its minute is over."""
    due = cause.at + timedelta(seconds=UNDO_S + 1)
    return ShowCard(cause.actor, claim.number, "approval", only_open=True, due=due)


def moved_on(
    claim: Claim, plan: Plan, cause: Cause, action: str, told: Iterable[Notice] = (), **fields: str
) -> Change:
    """Store a plan that still waits: those asked before see it, those asked now get a card."""
    before = frozenset(claim.plan.waiting()) if claim.plan else frozenset()
    copied = told_of_step(claim, plan)
    claim = replace(claim, plan=plan).after(Event.DECIDE)
    notices: list[Notice] = [
        ShowCard(p, claim.number, "approval", only_open=True)
        for p in sorted(plan.people() - frozenset(plan.waiting()) - set(copied) | before)
    ]
    notices += [
        ShowCard(p, claim.number, "approval", fresh=True)
        for p in (*plan.waiting(), *copied)
        if p not in before
    ]
    notices += [ShowCard(p, claim.number, "claim", only_open=True) for p in sorted(claim.owners)]
    notices += told
    return Change(
        at=cause.at,
        claims=(claim,),
        audit=(audit_of(cause, action, claim.number, **fields),),
        outbox=outgoing(cause, notices),
    )


def told_of_step(claim: Claim, plan: Plan) -> tuple[str, ...]:
    """Give those whom the steps that have just agreed want to be told."""
    first = claim.plan.current if claim.plan else 0
    told = [p for step in plan.steps[first : plan.current] for p in step.cc]
    return tuple(dict.fromkeys(p for p in told if p not in plan.waiting()))


@dataclass(frozen=True, slots=True)
class Ending:
    """What the end of an approval needs: the company, its settings, a number for what follows."""

    company: Company
    rules: Settings
    next_number: str | None = None
    advances: Mapping[str, Claim] = field(default_factory=dict)


def finished(claim: Claim, cause: Cause, ending: Ending, opinion: str) -> Change:
    """Approve a claim whose plan has agreed: its money is spent, owed, or kept for what follows."""
    out = outcome_of(
        claim, ending.company, cause, ending.rules, ending.next_number, ending.advances
    )
    claim = out.claim
    if ending.rules.verify and out.payments:
        claim = begin_recheck(claim, cause.at, ending.rules.verify)
    notices = final_notices(claim, "approved" if out.payments else "approved_unpaid", opinion)
    notices += _cashiers(claim, out, ending.company)
    notices += out.notices
    notices += ask_about(claim, "payment") if ending.rules.verify and out.payments else ()
    return Change(
        at=cause.at,
        claims=(claim, *out.others),
        moves=out.moves,
        payments=out.payments,
        audit=(audit_of(cause, "approve", claim.number, opinion=opinion, final="yes"),),
        outbox=outgoing(cause, notices),
    )


def _cashiers(claim: Claim, out: Outcome, company: Company) -> list[Notice]:
    return [
        ShowCard(p.id, claim.number, "payment", fresh=True)
        for p in company.with_role("cashier")
        if out.payments and p.id not in claim.owners
    ]


def final_notices(claim: Claim, code: str, reason: str) -> list[Notice]:
    """Tell everybody that an approval has ended, and those who want a copy of a yes."""
    plan = claim.plan
    asked = plan.people() if plan else frozenset[str]()
    copied: set[str] = set()
    if plan and code in {"approved", "approved_unpaid"}:
        copied = {p for step in plan.steps for p in step.cc if step is plan.steps[-1]}
        copied |= set(plan.cc if plan.cc_at in {"approve", "both"} else ())
    notices: list[Notice] = [
        ShowCard(p, claim.number, "approval", fresh=p in copied, only_open=p not in copied)
        for p in sorted(asked | copied)
    ]
    notices += [ShowCard(p, claim.number, "claim", only_open=True) for p in sorted(claim.owners)]
    fields = (("number", claim.number), ("reason", reason))
    notices += [Say(p, code, fields) for p in sorted(claim.owners)]
    return notices
