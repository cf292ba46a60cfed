"""The archive: which month a claim belongs to, and when its originals may be deleted."""

from datetime import date, datetime, tzinfo

from core.claim import Claim, State
from core.errors import Refused

ARCHIVED = frozenset({State.APPROVED, State.PAYING, State.PAID})
"""States of claims that the books know of."""
CLOSED = frozenset({State.PAID, State.REJECTED, State.WITHDRAWN, State.VOID})
"""States of claims on which nothing more is to be done; only their originals may be deleted."""


def settled_at(claim: Claim) -> datetime:
    """Give the moment that decides the month: the last decision, else the submission.

    It never moves again, so that the package of a past month stays what it was.
    """
    steps = claim.plan.steps if claim.plan else ()
    said = [d.at for step in steps for d in step.decisions]
    return max(said) if said else claim.submitted_at or claim.created_at


def is_of_month(claim: Claim, year: int, month: int, zone: tzinfo, company: str | None) -> bool:
    """Whether a claim is in the package of a month, and of a legal entity where one is named."""
    day = settled_at(claim).astimezone(zone)
    booked = claim.state in ARCHIVED and (day.year, day.month) == (year, month)
    return booked and company in {None, claim.company}


def require_past_retention(before: date, today: date, keep_years: int) -> None:
    """Refused `inside_retention` when originals from before `before` must still be kept.

    The years count from the end of the calendar year (会计档案管理办法): what was booked in 1995
    and is kept for 30 years may go in 2026.
    """
    earliest = date(today.year - keep_years, 1, 1)
    if before > earliest:
        raise Refused("inside_retention", date=before.isoformat(), limit=earliest.isoformat())
