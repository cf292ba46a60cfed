"""Whom to remind of what: approvals that wait, drafts, invoices that expire, open advances."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.calendar import WorkCalendar, add_working_hours
from core.claim import EDITABLE, Claim, State
from core.company import Company, Policy
from core.pace import waiting_since
from core.policies.book import lines_of
from core.policies.papers import DEFAULT_CLAIM_DAYS, DEFAULT_INVOICE_DAYS

ByPerson = Mapping[str, tuple[Claim, ...]]


def find_waiting(
    claims: Iterable[Claim], at: datetime, hours: int, calendar: WorkCalendar
) -> ByPerson:
    """Find what has waited for more than so many working hours, by those whose turn it is."""
    found: dict[str, tuple[Claim, ...]] = {}
    for claim in claims:
        since = waiting_since(claim) if claim.state is State.IN_REVIEW else None
        if since is None or add_working_hours(since, hours, calendar) > at or not claim.plan:
            continue
        for person in claim.plan.waiting():
            found[person] = (*found.get(person, ()), claim)
    return found


def find_drafts(claims: Iterable[Claim], at: datetime, days: int) -> ByPerson:
    """Find claims that could be submitted and were begun so many days ago, by their owners."""
    found: dict[str, tuple[Claim, ...]] = {}
    for claim in claims:
        old = at - claim.created_at >= timedelta(days=days)
        if old and claim.lines and claim.state in EDITABLE - {State.REJECTED}:
            found[claim.employee] = (*found.get(claim.employee, ()), claim)
    return found


@dataclass(frozen=True, slots=True)
class Expiring:
    """A line of a claim that may be submitted until `last` and no longer."""

    claim: Claim
    line: int
    last: date


def find_expiring(
    claims: Iterable[Claim], company: Company, today: date, ahead_days: int
) -> Mapping[str, tuple[Expiring, ...]]:
    """Find lines whose invoice or day will soon be too old by the company's policies."""
    found: dict[str, tuple[Expiring, ...]] = {}
    for claim in claims:
        if claim.state not in EDITABLE or claim.kind != "reimbursement":
            continue
        for line, last in _last_days(claim, company).items():
            if today <= last <= today + timedelta(days=ahead_days):
                mine = found.get(claim.employee, ())
                found[claim.employee] = (*mine, Expiring(claim, line, last))
    return found


def _last_days(claim: Claim, company: Company) -> dict[int, date]:
    """Give the last day of each line that has one: the earliest of all policies."""
    last: dict[int, date] = {}
    for policy in company.policies:
        for i, line in lines_of(claim, policy, company):
            days = [invoice.date for invoice in line.invoices if invoice.date]
            for day in _ends(policy, line.date, days):
                last[i] = min(day, last.get(i, day))
    return last


def _ends(policy: Policy, spent: date, issued: list[date]) -> Iterable[date]:
    if policy.kind == "claim_deadline":
        allowed = DEFAULT_CLAIM_DAYS if policy.days is None else policy.days
        return [spent + timedelta(days=allowed)]
    if policy.kind == "invoice_age":
        allowed = DEFAULT_INVOICE_DAYS if policy.days is None else policy.days
        return [day + timedelta(days=allowed) for day in issued]
    return []


def find_advances(claims: Iterable[Claim], at: datetime, days: int) -> ByPerson:
    """Find advances that are still open so many days after they were paid out, by their owners."""
    found: dict[str, tuple[Claim, ...]] = {}
    for claim in claims:
        paid = claim.advance.paid_at if claim.advance else None
        late = paid is not None and at - paid >= timedelta(days=days)
        if late and claim.open_fen > 0 and not claim.standing:
            found[claim.employee] = (*found.get(claim.employee, ()), claim)
    return found
