"""Claims for somebody else: who may write them, and who must say yes."""

from collections.abc import Iterable

from core.claim import Claim
from core.company import Company, Person
from core.errors import Refused


def may_prepare(company: Company, writer: Person, employee: Person) -> bool:
    """Whether somebody may write a draft for a colleague: of the same department, or their head."""
    return writer.department == employee.department or may_submit_for(company, writer, employee)


def may_submit_for(company: Company, writer: Person, employee: Person) -> bool:
    """Whether somebody may also submit for a colleague, who is told and may withdraw it.

    The heads above the colleague may, and the assistants of their department or one above it.
    Anybody else's draft waits until the colleague submits it: both have said yes.
    """
    above = tuple(company.ancestry(employee.department))
    rows = (company.department(step) for step in above)
    if any(row is not None and row.head == writer.id for row in rows):
        return True
    return "assistant" in writer.roles and writer.department in above


def require_preparer(company: Company, writer: Person, employee: Person) -> None:
    """Refused `may_not_file_for` unless a draft for the colleague may be written."""
    if not may_prepare(company, writer, employee):
        raise Refused("may_not_file_for", person=employee.id)


def require_submitter(company: Company, claim: Claim, actor: str) -> None:
    """Refused `not_yours`, or `employee_must_submit` where the colleague's own word is needed."""
    if actor == claim.employee:
        return
    writer, employee = company.person(actor), company.person(claim.employee)
    if writer is None or employee is None or actor not in claim.owners:
        raise Refused("not_yours", number=claim.number)
    if not may_submit_for(company, writer, employee):
        raise Refused("employee_must_submit", number=claim.number, person=employee.id)


def own_words(claims: Iterable[Claim], person: str, filed_by: str | None) -> tuple[Claim, ...]:
    """Give those of a person's claims that one writer keeps, themselves (None) or a colleague."""
    return tuple(c for c in claims if c.employee == person and c.filed_by == filed_by)
