"""Which budgets a line is charged to: every one whose dimensions all match (contract §3)."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date

from core.budget.amounts import Charge
from core.claim import EDITABLE, Claim, Line
from core.company import Budget, Company


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expense belongs; None where it belongs nowhere in particular.

    `entity` is the legal entity, that of the department unless it is given.
    """

    department: str
    day: date
    project: str | None = None
    category: str | None = None
    person: str | None = None
    entity: str | None = None


def budgets_at(company: Company, place: Place) -> tuple[Budget, ...]:
    """Find every budget that binds an expense.

    A department's includes its children, unless it is for its own level only; a category's
    includes the categories below it.
    """
    above = frozenset(company.ancestry(place.department))
    kinds = frozenset(company.category_ancestry(place.category)) if place.category else frozenset()
    entity = place.entity or _entity_of(company, place.department)
    return tuple(
        b
        for b in company.budgets
        if b.period.covers(place.day)
        and (b.department is None or _covers(b, place.department, above))
        and (b.project is None or b.project == place.project)
        and (b.category is None or b.category in kinds)
        and (b.person is None or b.person == place.person)
        and (b.company is None or b.company == entity)
    )


def _covers(budget: Budget, department: str, above: frozenset[str]) -> bool:
    return budget.department == department if budget.own_level else budget.department in above


def _entity_of(company: Company, department: str) -> str | None:
    found = company.entity_of(department)
    return found.id if found else None


def find_budgets(
    company: Company,
    *,
    department: str,
    project: str | None,
    category: str | None,
    day: date,
    person: str | None = None,
    entity: str | None = None,
) -> tuple[Budget, ...]:
    """Find every budget that binds an expense, named by its dimensions."""
    return budgets_at(company, Place(department, day, project, category, person, entity))


def place_of(claim: Claim, line: Line) -> Place:
    """Say where a line of a claim belongs."""
    return Place(
        department=line.department or claim.department,
        day=line.date,
        project=line.project or claim.project,
        category=line.category,
        person=claim.employee,
        entity=None if line.department else claim.company or None,
    )


def line_budgets(company: Company, claim: Claim, line: Line) -> tuple[Budget, ...]:
    """Find the budgets of one line of a claim; what was carried over binds the next period's."""
    found = budgets_at(company, place_of(claim, line))
    if not claim.moved:
        return found
    moved = dict(claim.moved)
    now = (company.budget(moved.get(b.id, b.id)) or b for b in found)
    return tuple({b.id: b for b in now}.values())


def charges_of(company: Company, claim: Claim) -> tuple[Charge, ...]:
    """Sum a claim's lines by budget, in id order; petty cash is no expense until claimed."""
    if claim.standing:
        return ()
    return sum_charges(
        Charge(budget.id, line.amount_fen)
        for line in claim.lines
        for budget in line_budgets(company, claim, line)
    )


def charges_on_record(company: Company, claim: Claim) -> tuple[Charge, ...]:
    """Give what a claim is charged to: what its hold and its advances have set aside for it.

    Nothing is set aside for a draft: those are the charges of its lines, as the company is now.
    """
    if claim.state in EDITABLE or not (claim.held or claim.clears):
        return charges_of(company, claim)
    figures = (claim.held, *(c.backed for c in claim.clears))
    return sum_charges(Charge(budget, fen) for part in figures for budget, fen in part)


def sum_charges(charges: Iterable[Charge]) -> tuple[Charge, ...]:
    """Sum charges by budget, in id order."""
    sums: dict[str, int] = {}
    for charge in charges:
        sums[charge.budget] = sums.get(charge.budget, 0) + charge.amount_fen
    return tuple(Charge(budget, sums[budget]) for budget in sorted(sums))


_ALIKE = ("department", "own_level", "project", "category", "person", "company")


def successor_of(
    company: Company, budget: Budget, closed: Container[str] = frozenset()
) -> Budget | None:
    """Find the budget of the same dimensions whose period begins where this one ends.

    Each follows one: of as many months if there is such a one, so that a quarter and its year never
    meet in one budget. One that is `closed` gives way to its own successor.
    """
    heirs = [b for b in _alike(company, budget) if (b.period.start - budget.period.end).days == 1]
    heirs = [b for b in heirs if _predecessor_of(company, b) == budget]
    found = min(heirs, key=lambda b: (_months(b) != _months(budget), _months(b)), default=None)
    return successor_of(company, found, closed) if found and found.id in closed else found


def _predecessor_of(company: Company, budget: Budget) -> Budget:
    """Find the one budget that another follows; there is one."""
    before = [b for b in _alike(company, budget) if (budget.period.start - b.period.end).days == 1]
    return min(before, key=lambda b: (_months(b) != _months(budget), -_months(b)))


def _alike(company: Company, budget: Budget) -> list[Budget]:
    return [b for b in company.budgets if all(getattr(b, n) == getattr(budget, n) for n in _ALIKE)]


def _months(budget: Budget) -> int:
    start, end = budget.period.start, budget.period.end
    return (end.year - start.year) * 12 + end.month - start.month
