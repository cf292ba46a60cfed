"""Who may look at a budget, and which budgets a word means."""

from collections.abc import Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher

from core.budget.changes import answering_for
from core.company import ROOT, Budget, Company, Person
from core.rows import Entry

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
    if budget.company is not None and budget.company != _entity(company, person):
        return False
    if budget.department is None:
        return True
    if budget.own_level:
        return budget.department == person.department
    return budget.department in company.ancestry(person.department)


def _entity(company: Company, person: Person) -> str | None:
    found = company.entity_of(person.department)
    return found.id if found else None


def may_open(company: Company, person: Person, budget: Budget) -> bool:
    """Whether somebody may see who uses a budget: those who answer for it, and who watch all."""
    return bool(WATCHERS.intersection(person.roles)) or person.id in answering_for(company, budget)


def own_budgets(company: Company, person: Person) -> tuple[Budget, ...]:
    """Give the budgets that may bind somebody's own lines."""
    above = frozenset(company.ancestry(person.department))
    entity = _entity(company, person)
    return tuple(
        b
        for b in company.budgets
        if (b.department is None or b.department in above)
        and b.person in {None, person.id}
        and b.company in {None, entity}
        and may_see(company, person, b)
    )


def budgets_named(company: Company, text: str) -> tuple[Budget, ...]:
    """Find the budgets of what a text names: a department, project, person, category or an id.

    Several words name what all of them bind: 市场部 差旅 2026-Q4.
    """
    wanted = text.strip().strip("「」“”\"'").lower()
    by_id = tuple(b for b in company.budgets if b.id.lower() == wanted)
    if by_id:
        return by_id
    for dimension, ids in _named(company, wanted).items():
        found = tuple(b for b in company.budgets if getattr(b, dimension) in ids)
        if found:
            return found
    if wanted in {ROOT, "全公司", "公司", "company"}:
        return tuple(b for b in company.budgets if _width(b) == 0)
    words = wanted.replace(OWN, f" {OWN} ").split()
    meant = [_meant(company, word) for word in words]
    return tuple(b for b in company.budgets if len(words) > 1 and all(b.id in m for m in meant))


OWN = "本级"
"""A department without those below it."""


def _meant(company: Company, word: str) -> frozenset[str]:
    """Give the budgets that one of several words may mean."""
    named = _named(company, word)
    return frozenset(
        b.id
        for b in company.budgets
        if b.period.text.lower() == word
        or (word == OWN and b.own_level)
        or any(getattr(b, dimension) in ids for dimension, ids in named.items())
    )


def _named(company: Company, wanted: str) -> dict[str, frozenset[str]]:
    return {name: _ids(rows, wanted) for name, rows in _dimensions(company).items()}


def _dimensions(company: Company) -> dict[str, Sequence[Entry]]:
    """Give what a budget may name, by the field in which it does."""
    return {
        "department": company.departments,
        "project": company.projects,
        "person": company.people,
        "category": company.categories,
        "company": company.companies,
    }


def _ids(rows: Iterable[Entry], wanted: str) -> frozenset[str]:
    return frozenset(i for i, name in map(_words, rows) if wanted in {i.lower(), name.lower()})


def _words(row: Entry) -> tuple[str, str]:
    return str(getattr(row, "id", "")), str(getattr(row, "name", ""))


def names_near(company: Company, budgets: Iterable[Budget], text: str) -> tuple[str, ...]:
    """Give the names of these budgets that a mistyped text may have meant, the nearest first."""
    listed = tuple(budgets)
    wanted = text.strip().lower()
    scores: dict[str, float] = {}
    for dimension, rows in _dimensions(company).items():
        bound = {getattr(b, dimension) for b in listed}
        for row_id, name in map(_words, rows):
            if row_id in bound and wanted:
                scores[name] = max(_likeness(wanted, row_id.lower()), _likeness(wanted, name))
    near = [name for name, score in scores.items() if score]
    return tuple(sorted(near, key=lambda name: (-scores[name], name))[:MOST_NEAR])


MOST_NEAR = 3
ALIKE_LATIN, ALIKE_HAN = 0.75, 0.5


def _likeness(wanted: str, name: str) -> float:
    """Score how near two words are, 0 when they are not: one within the other is nearest."""
    name = name.lower()
    if min(len(wanted), len(name)) > 1 and (wanted in name or name in wanted):
        return 1.0
    ratio = SequenceMatcher(None, wanted, name).ratio()
    return ratio if ratio >= (ALIKE_LATIN if wanted.isascii() else ALIKE_HAN) else 0.0


def _width(budget: Budget) -> int:
    """Count what narrows a budget: the dimensions that it names, and its own level alone."""
    names = (budget.department, budget.project, budget.category, budget.person, budget.company)
    return sum(name is not None for name in names) + budget.own_level


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
