"""What a rule may look at, and the few things that every rule does."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from core.calendar import CHINA, is_workday
from core.claim import Claim, Finding, Kind, Line
from core.company import Company, Person, Policy
from core.travel_standard import city_in

EXPENSES: frozenset[Kind] = frozenset({"reimbursement", "welfare"})
"""Kinds of claims that say what was spent; the others ask for leave to spend."""


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """What a rule may look at besides the claim: the company, the day, the person's history.

    `history` are the person's other claims that count (in review, approved, paying, paid); `zone`
    is where the company's days begin.
    """

    company: Company
    today: date
    history: tuple[Claim, ...] = ()
    zone: ZoneInfo = CHINA

    def rests(self, day: date) -> bool:
        """Whether nobody works on a day: weekends and holidays by the company's calendar."""
        return not is_workday(day, self.company.calendar.in_zone(self.zone))

    def person(self, claim: Claim) -> Person | None:
        """Find whose claim it is."""
        return self.company.person(claim.employee)

    def submitted_on(self, claim: Claim) -> date | None:
        """Give the company's day on which a claim was submitted."""
        return claim.submitted_at.astimezone(self.zone).date() if claim.submitted_at else None

    def alike(self, claim: Claim) -> Iterator[Claim]:
        """Give the claims of the history that sum with one: expenses with expenses.

        A request and the claim that follows it are the same money twice.
        """
        of_expense = claim.kind in EXPENSES
        for other in self.history:
            if other.kind == claim.kind or (of_expense and other.kind in EXPENSES):
                yield other


Rule = Callable[[Claim, Policy, PolicyBook], Iterable[Finding]]


def concerns(policy: Policy, claim: Claim, book: PolicyBook) -> bool:
    """Whether a policy is about the person who claims, by grade."""
    grades = {*policy.grades, *((policy.grade,) if policy.grade else ())}
    person = book.person(claim)
    return not grades or (person is not None and person.grade in grades)


def words_of(claim: Claim, line: Line) -> tuple[str, ...]:
    """Give the texts that may name a line's city, the nearest to the line first."""
    sellers = (invoice.seller or "" for invoice in line.invoices)
    return (line.description, *sellers, claim.trip.city if claim.trip else "", claim.purpose)


def lines_of(claim: Claim, policy: Policy, company: Company) -> Iterator[tuple[int, Line]]:
    """Give the lines that a policy is about: of its category or a part of it, where its city is.

    Lines have no city of their own; people and vouchers name it in words.
    """
    cities = (*policy.cities, *((policy.city,) if policy.city else ()))
    for i, line in enumerate(claim.lines):
        if _is_of(line.category, policy.category, company) and (
            not cities or city_in(cities, words_of(claim, line))
        ):
            yield i, line


def _is_of(category: str | None, wanted: str | None, company: Company) -> bool:
    if wanted is None or category == wanted:
        return True
    return category is not None and wanted in company.category_ancestry(category)


def finding(policy: Policy, line: int | None = None, *, code: str = "", **fields: str) -> Finding:
    """Make a finding of a policy; a fact without a value is left out."""
    facts = (("policy", policy.id), *((k, v) for k, v in fields.items() if v))
    return Finding(code or policy.kind, policy.action, line, facts)
