"""Who may look at a budget, and which budgets a word means."""

from collections.abc import Iterable
from datetime import date

from core.budget.changes import answering_for
from core.company import ROOT, Budget, Company, Person

WATCHERS = frozenset({"finance", "budget_admin", "auditor", "admin"})
"""Roles that see every budget."""


def may_see(company: Company, person: Person, budget: Budget) -> bool:
    """Whether somebody may see a budget.

    Everybody sees those that bind their own lines; of one person's only that person does. Who
    answers for a budget and who watches over all see more.
    """
    if WATCHERS.intersection(person.roles) or person.id in answering_for(company, budget):
        return True
    if budget.person is not None:
        return budget.person == person.id
    if budget.department is None:
        return True
    if budget.own_level:
        return budget.department == person.department
    return budget.department in company.ancestry(person.department)


def may_open(company: Company, person: Person, budget: Budget) -> bool:
    """Whether somebody may see who uses a budget: those who answer for it, and who watch all."""
    return bool(WATCHERS.intersection(person.roles)) or person.id in answering_for(company, budget)


def own_budgets(company: Company, person: Person) -> tuple[Budget, ...]:
    """Give the budgets that may bind somebody's own lines."""
    above = frozenset(company.ancestry(person.department))
    return tuple(
        b
        for b in company.budgets
        if (b.department is None or b.department in above)
        and b.person in {None, person.id}
        and may_see(company, person, b)
    )


def budgets_named(company: Company, text: str) -> tuple[Budget, ...]:
    """Find the budgets of what a text names: a department, project, person, category or an id."""
    wanted = text.strip().strip("「」“”\"'").lower()
    by_id = tuple(b for b in company.budgets if b.id.lower() == wanted)
    if by_id:
        return by_id
    named = {
        "department": _ids(company.departments, wanted),
        "project": _ids(company.projects, wanted),
        "person": _ids(company.people, wanted),
        "category": _ids(company.categories, wanted),
        "company": _ids(company.companies, wanted),
    }
    for dimension, ids in named.items():
        found = tuple(b for b in company.budgets if getattr(b, dimension) in ids)
        if found:
            return found
    whole = wanted in {ROOT, "全公司", "公司", "company"}
    return tuple(b for b in company.budgets if whole and _width(b) == 0)


def _ids(rows: Iterable[object], wanted: str) -> frozenset[str]:
    names = ((str(getattr(r, "id", "")), str(getattr(r, "name", ""))) for r in rows)
    return frozenset(i for i, name in names if wanted in {i.lower(), name.lower()})


def _width(budget: Budget) -> int:
    """Count the dimensions that a budget names."""
    names = (budget.department, budget.project, budget.category, budget.person, budget.company)
    return sum(name is not None for name in names)


def the_one(budgets: Iterable[Budget], today: date) -> tuple[Budget, ...]:
    """Narrow the budgets that a word means to the one that is most likely meant.

    Those of today, that name nothing else, of the shortest period; more than one stays doubtful.
    """
    listed = list(budgets)
    current = [b for b in listed if b.period.covers(today)] or listed
    plain = min((_width(b) for b in current), default=0)
    current = [b for b in current if _width(b) == plain]
    days = {b.id: (b.period.end - b.period.start).days for b in current}
    shortest = min(days.values(), default=0)
    return tuple(b for b in current if days[b.id] == shortest)


def children_of(company: Company, budget: Budget) -> tuple[Budget, ...]:
    """Find the budgets of the departments right below, else alike and within the same period."""
    if budget.department is None or budget.own_level:
        return ()
    below = {d.id for d in company.departments if d.parent == budget.department}
    return tuple(
        b
        for b in company.budgets
        if b.department in below
        and (b.project, b.category, b.person) == (budget.project, budget.category, budget.person)
        and budget.period.start <= b.period.start
        and b.period.end <= budget.period.end
    )
