"""Moving what waits to those who are there: stand-ins, and whoever is above people who left."""

from collections.abc import Sequence
from dataclasses import replace

from core.actions.basics import Cause, audit_of, outgoing
from core.actions.turns import settled
from core.approval import Plan
from core.change import AuditEntry, Change
from core.claim import Claim, State
from core.company import Company
from core.notices import Notice, Say, ShowCard
from core.routing import Roster, is_stuck


def reroute(claim: Claim, roster: Roster, cause: Cause) -> Change | None:
    """Ask those who are there now; None when a claim waits for the right people already.

    Old cards lose their buttons, who is asked gets a card, the record says who took whose place.
    Where nobody is left to ask, the administrators are told, once for each step.
    """
    if claim.state is not State.IN_REVIEW or claim.plan is None:
        return None
    before = claim.plan
    plan = settled(claim, before, roster, cause)
    if plan.steps == before.steps:
        return _stuck(claim, roster.company, cause)
    moved = replace(claim, plan=replace(plan, last=None))
    notices = redrawn(claim, plan)
    left = _left(before, plan)
    if left:
        fields = (("number", claim.number), ("people", " ".join(plan.waiting())))
        notices += [Say(p, "rerouted", fields) for p in sorted(claim.owners)]
    stuck = _stuck(moved, roster.company, cause)
    return Change(
        at=cause.at,
        claims=(moved,),
        audit=tuple(_trail(claim, plan, cause)),
        outbox=(*outgoing(cause, notices), *(stuck.outbox if stuck else ())),
    )


def redrawn(claim: Claim, plan: Plan) -> list[Notice]:
    """Grey the cards of those who are asked no more, and give cards to those who are asked now."""
    before = claim.plan.waiting() if claim.plan else ()
    people = plan.people() | frozenset(before)
    now = [p for p in plan.waiting() if p not in before]
    notices: list[Notice] = [
        ShowCard(p, claim.number, "approval", only_open=True)
        for p in sorted(people - frozenset(now))
    ]
    notices += [ShowCard(p, claim.number, "approval", fresh=True) for p in now]
    notices += [ShowCard(p, claim.number, "claim", only_open=True) for p in sorted(claim.owners)]
    return notices


def _left(before: Plan, plan: Plan) -> list[tuple[str, str]]:
    """Give whose turn went to whom because they left, as far as the waiting step is concerned."""
    old = before.steps[plan.current].decisions
    new = plan.steps[plan.current].decisions[len(old) :]
    return [(d.seat, d.to or "") for d in new if d.decision == "reroute"]


def _trail(claim: Claim, plan: Plan, cause: Cause) -> Sequence[AuditEntry]:
    before = claim.plan.steps if claim.plan else ()
    entries: list[AuditEntry] = []
    for old, new in zip(before, plan.steps, strict=True):
        for made in new.decisions[len(old.decisions) :]:
            fields = {"step": new.name, "left": made.seat, "to": made.to or ""}
            entries.append(audit_of(cause, "reroute", claim.number, **fields))
        for stand_in in new.stand_ins:
            if stand_in not in old.stand_ins:
                fields = {"step": new.name, "for": stand_in.person, "to": stand_in.by}
                entries.append(audit_of(cause, "stand_in", claim.number, **fields))
        for stand_in in old.stand_ins:
            if stand_in not in new.stand_ins:
                fields = {"step": new.name, "for": stand_in.person, "from": stand_in.by}
                entries.append(audit_of(cause, "stand_in_ended", claim.number, **fields))
    return entries


def _stuck(claim: Claim, company: Company, cause: Cause) -> Change | None:
    """Tell the administrators, once, that a step asks only people who are gone."""
    plan = claim.plan
    if plan is None or plan.step is None or not is_stuck(plan, company):
        return None
    once = f"stuck:{claim.number}:{claim.version}:{plan.current}"
    fields = (("number", claim.number), ("step", plan.step.name))
    told = [Say(p.id, "claim_stuck", fields) for p in company.with_role("admin")]
    return Change(at=cause.at, outbox=outgoing(replace(cause, source=once), told))
