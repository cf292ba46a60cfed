"""What is wrong with budgets and categories of a company file, beyond names that nobody has."""

from collections.abc import Iterator

from core.budget.amounts import rolling_key
from core.company import Budget, Company

Fault = tuple[tuple[str | int, ...], str]


def find_budget_faults(company: Company) -> Iterator[Fault]:
    """Name rows that contradict themselves or one another, each by its place in the file."""
    yield from _looped_categories(company)
    months: dict[str, list[Budget]] = {}
    for i, budget in enumerate(company.budgets):
        if budget.own_level and budget.department is None:
            yield ("budgets", i, "own_level"), "own_level needs a department"
        key = rolling_key(budget)
        if key is None:
            continue
        others = months.setdefault(key, [])
        if twice := next((b.id for b in others if _overlap(b, budget)), None):
            yield ("budgets", i, "period"), f"rolls with {twice}, whose period overlaps"
        others.append(budget)


def _overlap(one: Budget, other: Budget) -> bool:
    return one.period.start <= other.period.end and other.period.start <= one.period.end


def _looped_categories(company: Company) -> Iterator[Fault]:
    for i, row in enumerate(company.categories):
        if row.parent and row.id in company.category_ancestry(row.parent):
            yield ("categories", i, "parent"), "the parents form a loop"
