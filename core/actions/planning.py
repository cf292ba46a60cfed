"""The plan of a submission: whom the flow asks, where a returned claim goes on, who is there."""

from dataclasses import dataclass, replace

from core.actions.basics import Cause, Settings
from core.actions.following import follows
from core.actions.resuming import resumed
from core.actions.turns import Ending, finished, matter_of, settled
from core.approval import Plan, agree_automatically
from core.change import Change
from core.claim import Claim
from core.errors import Refused
from core.notices import Notice, Say, ShowCard
from core.routing import Applicant, Chain, Roster, build_plan, chain_of, flow_for, settle
from core.rules import Facts


@dataclass(frozen=True, slots=True)
class Asking:
    """What decides who is asked for a claim."""

    applicant: Applicant
    facts: Facts
    roster: Roster


def plan_claim(before: Claim, claim: Claim, asking: Asking, cause: Cause) -> tuple[Claim, str]:
    """Give a claim that is being submitted its plan, and why a returned one begins anew.

    Refused `no_flow` and `no_approver`, with the claim's number.
    """
    try:
        fresh = build_plan(asking.roster.company, asking.applicant, asking.facts)
    except Refused as refused:
        raise Refused(refused.code, **{**refused.fields, "number": claim.number}) from None
    plan, why = resumed(before, claim, fresh)
    if _needs_nobody(claim, asking):
        plan = agree_automatically(plan, cause.at, cause.source)
    return replace(claim, plan=settled(claim, plan, asking.roster, cause)), why


def _needs_nobody(claim: Claim, asking: Asking) -> bool:
    """Whether the flow lets a small claim pass by itself: clean, and no permission for more."""
    limit = flow_for(asking.roster.company, asking.facts).auto_approve_up_to
    if limit is None or claim.findings or claim.clears or follows(claim):
        return False
    return 0 < claim.total_fen <= limit


def notices_of(claim: Claim, why: str) -> list[Notice]:
    """Show a submitted claim to those who are asked and those who are told."""
    plan = claim.plan
    if plan is None:
        return []
    waiting = plan.waiting()
    told = plan.cc if plan.cc_at in {"submit", "both"} else ()
    notices: list[Notice] = [
        ShowCard(p, claim.number, "approval", fresh=True) for p in dict.fromkeys((*waiting, *told))
    ]
    if why:
        fields = (("number", claim.number), ("why", why))
        notices += [Say(p, f"restarted_{why}", fields[:1]) for p in sorted(claim.owners)]
    return notices


def passed_by_itself(change: Change, asking: Asking, rules: Settings, cause: Cause) -> Change:
    """Approve a claim whose plan has agreed at submission; any other change stays as it is."""
    claim = change.claims[0]
    if claim.plan is None or not claim.plan.done:
        return change
    auto = replace(cause, actor="system", source=f"{cause.source}:auto")
    ending = Ending(asking.roster.company, rules)
    then = finished(claim, auto, ending, "")
    return replace(
        change,
        claims=(*then.claims, *change.claims[1:]),
        moves=(*change.moves, *then.moves),
        payments=(*change.payments, *then.payments),
        audit=(*change.audit, *then.audit),
        outbox=(*change.outbox, *then.outbox),
    )


def preview(claim: Claim, asking: Asking, cause: Cause) -> Chain:
    """Give whom a draft would ask and tell if it were submitted now; Refused as `plan_claim`."""
    plan: Plan = build_plan(asking.roster.company, asking.applicant, asking.facts)
    return chain_of(settle(plan, matter_of(claim), asking.roster, cause.at, cause.source))
