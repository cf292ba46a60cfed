"""What is to be said of a claim that was changed in review: judged anew, the past kept.

A claim keeps being judged as of the day on which it was submitted, beside what came before it, so
that neither time nor later claims make it worse while it waits.
"""

from collections.abc import Iterable
from dataclasses import replace

from core.actions.basics import Cause
from core.actions.following import without_carried
from core.actions.submission import Surroundings, book_of, check_claim
from core.claim import Claim, Finding, PastCheck
from core.errors import Refused

_NAMES = ("policy", "budget", "per", "category", "claim", "own")
"""Fields that say what a finding is about; the others are its figures."""


def eased(before: Claim, claim: Claim, around: Surroundings, cause: Cause) -> Claim:
    """Judge a claim that became less: what was said before is said with the new figures, or not.

    Less is never worse: nothing new is held against it.
    """
    known = {_about(f) for f in claim.findings}
    found = tuple(f for f in _found(claim, around) if _about(f) in known)
    return _with_past(before, replace(claim, findings=found), cause)


def corrected(before: Claim, claim: Claim, around: Surroundings, cause: Cause) -> Claim:
    """Judge a claim whose lines were corrected by every rule.

    Refused `amend_blocked` (field `findings`) where the correction itself breaks one that blocks.
    """
    found = _found(claim, around)
    known = {_about(f) for f in _found(before, around)}
    blocking = tuple(f for f in found if f.severity == "block" and _about(f) not in known)
    if blocking:
        raise Refused("amend_blocked", number=claim.number, findings=blocking)
    return _with_past(before, replace(claim, findings=found), cause)


def _found(claim: Claim, around: Surroundings) -> tuple[Finding, ...]:
    day = book_of(around).submitted_on(claim) or around.today
    reason = next((f.field("reason") for f in claim.findings if f.code == "budget_exception"), "")
    then = replace(
        around,
        today=day,
        history=tuple(c for c in around.history if _came_first(c, claim)),
        exception=reason,
    )
    return check_claim(claim, then)


def _came_first(other: Claim, claim: Claim) -> bool:
    if other.number == claim.split_from:
        return True
    if other.submitted_at is None or claim.submitted_at is None:
        return False
    return other.submitted_at < claim.submitted_at


def _about(finding: Finding) -> tuple[object, ...]:
    """Tell a finding from others; what is about one line is known by its place alone."""
    names = _NAMES if finding.line is None else (n for n in _NAMES if n != "per")
    return (finding.code, finding.line, *(finding.field(name) for name in names))


def _with_past(before: Claim, claim: Claim, cause: Cause) -> Claim:
    """Keep what was said of the version before, where it is not what is said now."""
    if frozenset(before.findings) == frozenset(claim.findings):
        return claim
    past = PastCheck(before.version, cause.at, cause.actor, before.findings)
    return replace(claim, past=(*claim.past, past))


def own_money_free(around: Surroundings, claims: Iterable[Claim]) -> Surroundings:
    """Show budgets without what these claims hold themselves: it is what they are judged for."""
    balances = around.balances
    for claim in claims:
        balances = without_carried(balances, around.company, claim)
    return replace(around, balances=balances)
