"""Where a claim that was returned goes on when it comes back, and why not where it was."""

from dataclasses import replace

from core.approval import Plan, come_back
from core.claim import Claim

SERIOUS = frozenset({"warn", "block"})


def marks_of(claim: Claim) -> tuple[str, ...]:
    """Give what an approver has seen of a claim beside its total: what it is for, what was found.

    A mark that is new when the claim comes back is a reason to ask everybody again.
    """
    marks = {f"department:{claim.department}", f"project:{claim.project or ''}"}
    marks |= {f"category:{line.category or ''}" for line in claim.lines}
    marks |= {f"project:{line.project or ''}" for line in claim.lines}
    marks |= {f"finding:{f.code}" for f in claim.findings if f.severity in SERIOUS}
    return tuple(sorted(marks))


def resumed(before: Claim, claim: Claim, fresh: Plan) -> tuple[Plan, str]:
    """Give the plan of a claim that is submitted again, and why it begins anew.

    The second is "" where nothing was to be resumed, or where it is. `before` is the claim as it
    was returned, `claim` as it comes back. It goes on at the step that wanted it back when its
    total has not grown, nothing new was found and nothing new is charged, and the flow still asks
    the same people.
    """
    plan = before.plan
    if plan is None or plan.sent_back is None:
        return fresh, ""
    sent = plan.sent_back
    if claim.total_fen > sent.total_fen:
        return fresh, "grew"
    if set(marks_of(claim)) - set(sent.marks):
        return fresh, "changed"
    if plan.chain != fresh.chain:
        return fresh, "flow"
    return replace(come_back(plan), cc=fresh.cc, cc_at=fresh.cc_at, resubmit=fresh.resubmit), ""
