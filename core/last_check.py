"""A submission that was refused: its checks stay with the claim until it changes."""

from dataclasses import replace

from core.claim import Claim, Finding


def with_last_check(claim: Claim, findings: tuple[Finding, ...]) -> Claim:
    """Keep what stood against a claim when somebody last tried to submit it."""
    return replace(claim, findings=findings)


def was_refused(claim: Claim) -> bool:
    """Whether a claim that is not submitted carries the checks of a refused submission."""
    return any(f.severity == "block" for f in claim.findings)
