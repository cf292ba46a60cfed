"""How long approvals take: what waits, since when, and how long it usually is."""

from collections.abc import Iterable
from datetime import datetime
from statistics import median

from core.claim import Claim

HOUR_S = 3600


def waiting_since(claim: Claim) -> datetime | None:
    """Give the moment since which a claim waits for those whose turn it is."""
    step = claim.plan.step if claim.plan else None
    if step is None:
        return None
    if step.since:
        return step.since
    plan = claim.plan
    decisions = [d.at for s in plan.steps for d in s.decisions] if plan else []
    return max(decisions, default=claim.submitted_at)


def hours_between(start: datetime | None, end: datetime) -> int:
    """Count whole hours; 0 when the start is not known."""
    return max(0, int((end - start).total_seconds() // HOUR_S)) if start else 0


def usual_hours(claims: Iterable[Claim]) -> int | None:
    """Give how many hours it usually takes from submission to the last decision, at least one."""
    taken = [
        (max(ends) - claim.submitted_at).total_seconds() / HOUR_S
        for claim in claims
        if claim.submitted_at
        and claim.plan
        and (ends := [d.at for s in claim.plan.steps for d in s.decisions])
        and max(ends) >= claim.submitted_at
    ]
    return max(1, round(median(taken))) if taken else None
