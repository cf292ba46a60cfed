"""上个月市场部打车花了多少: sums from the record, within what the asker may see."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.handlers.work import Work
from bot.texts.names import category_name, department_name, person_name, project_name
from bot.texts.plain import one_line
from bot.texts.spending import PARTS, part
from bot.texts.template import Language
from core.company import Company, Person
from core.errors import Refused
from core.money import format_cny
from core.phrases.intents import Spent
from core.phrases.months import Months
from core.phrases.results import Problem
from core.phrases.spending import AskedSpending, read_spending
from core.phrases.vocabulary import vocabulary_of
from core.spending import Dimension, SpendQuery, SpendSum

SEES_ALL = frozenset({"finance", "budget_admin", "auditor", "admin"})
TOP = 8


@dataclass(frozen=True, slots=True)
class Sight:
    """What a person may see of spending; None of a set is everything."""

    departments: frozenset[str] | None
    projects: frozenset[str]


def sight_of(company: Company, person: Person) -> Sight:
    """Give a person's sight: finance sees all, heads their departments, owners their projects."""
    projects = frozenset(p.id for p in company.projects if p.owner == person.id)
    if SEES_ALL.intersection(person.roles):
        return Sight(None, projects)
    headed = {d.id for d in company.departments if d.head == person.id}
    below = (d.id for d in company.departments if headed.intersection(company.ancestry(d.id)))
    return Sight(frozenset(below), projects)


async def on_spent(command: Spent, work: Work) -> None:
    """Answer what was spent, on what, and how that compares with the time before."""
    company = work.company
    asked = read_spending(
        command.text,
        work.today,
        vocabulary_of(company),
        {d.name: d.id for d in company.departments},
        {p.name: p.id for p in company.people},
    )
    if isinstance(asked, Problem):
        raise Refused(asked.code, text=asked.text)
    scope = _scope(asked, work)
    by = asked.by or _natural(asked)
    now = await work.rooms.spending.sums(_query(scope, asked.months, by))
    total = sum(s.amount_fen for s in now)
    before = await work.rooms.spending.sums(_query(scope, asked.months.before(), "month"))
    earlier = sum(s.amount_fen for s in before)
    await work.answer(
        "spent",
        period=_period(asked.months, work),
        what=_what(scope, work),
        total=format_cny(total),
        change=_change(total, earlier, work),
        rows="\n".join(_rows(now, by, work)) if total or len(now) > 1 else "",
    )


def _natural(asked: AskedSpending) -> Dimension:
    """Break a sum down by what the question left open: 打车 by department, 市场部 by category."""
    if asked.categories and not asked.departments:
        return "department"
    return "employee" if asked.categories else "category"


def _scope(asked: AskedSpending, work: Work) -> SpendQuery:
    """Narrow a question to what the asker may see; Refused `not_yours_to_see`."""
    company, person = work.company, work.person
    sight = sight_of(company, person)
    wanted = _with_children(company, asked.departments) if asked.departments else None
    mine = asked.mine or asked.people == (person.id,)
    if mine:
        return _scoped(asked, wanted, frozenset({person.id}))
    people = frozenset(asked.people) if asked.people else None
    if sight.departments is None or (asked.projects and sight.projects >= set(asked.projects)):
        return _scoped(asked, wanted, people)
    if wanted is not None and not wanted <= sight.departments:
        raise Refused("not_yours_to_see")
    if asked.people or asked.projects or sight.departments:
        if not sight.departments:
            raise Refused("not_yours_to_see")
        return _scoped(asked, wanted or sight.departments, people)
    return _scoped(asked, wanted, frozenset({person.id}))


def _scoped(
    asked: AskedSpending, departments: frozenset[str] | None, people: frozenset[str] | None
) -> SpendQuery:
    return SpendQuery(
        (),
        departments=departments,
        categories=frozenset(asked.categories) or None,
        projects=frozenset(asked.projects) or None,
        employees=people,
    )


def _with_children(company: Company, named: tuple[str, ...]) -> frozenset[str]:
    inside = {d.id for d in company.departments if set(named) & set(company.ancestry(d.id))}
    return frozenset({*named, *inside})


def _query(scope: SpendQuery, months: Months, by: Dimension) -> SpendQuery:
    return SpendQuery(
        (by,),
        months.first,
        months.last,
        scope.departments,
        scope.categories,
        scope.projects,
        scope.employees,
    )


def _period(months: Months, work: Work) -> str:
    if months.count == 1:
        return months.first
    return part("months", work.person.language, first=months.first, last=months.last)


def _what(scope: SpendQuery, work: Work) -> str:
    """Name what was summed: people, the topmost of the departments, categories, projects."""
    company = work.company
    tops = {
        d
        for d in scope.departments or ()
        if not (set(company.ancestry(d)) - {d}) & (scope.departments or frozenset())
    }
    named: tuple[tuple[Dimension, Collection[str]], ...] = (
        ("employee", scope.employees or ()),
        ("department", tops),
        ("project", scope.projects or ()),
        ("category", scope.categories or ()),
    )
    words = [_named(kind, i, work) for kind, ids in named for i in sorted(ids)]
    join = "、" if work.person.language == "zh" else ", "
    return join.join(words[:TOP]) or PARTS["company"].plain(work.person.language)


def _named(dimension: Dimension, value: str, work: Work) -> str:
    """Name a value of a dimension; one that lines do not name says so."""
    company, language = work.company, work.person.language
    if not value:
        return part("none", language)
    if dimension == "employee":
        return person_name(company, value)
    if dimension == "department":
        return department_name(company, value, language)
    if dimension == "category":
        return category_name(company, value, language)
    return project_name(company, value) if dimension == "project" else one_line(value, 30)


def _change(total: int, earlier: int, work: Work) -> str:
    """Say how it compares with as long a time before; nothing where there was none."""
    if not earlier:
        return ""
    code = "more" if total >= earlier else "less"
    percent = abs(total - earlier) * 100 // abs(earlier)
    return part(code, work.person.language, percent=str(percent), earlier=format_cny(earlier))


def _rows(sums: tuple[SpendSum, ...], by: Dimension, work: Work) -> list[str]:
    """Write the largest parts; months stay in their order."""
    language = work.person.language
    ordered = sums if by == "month" else sorted(sums, key=lambda s: -s.amount_fen)
    whole = sum(s.amount_fen for s in sums)
    shown = ordered[-12:] if by == "month" else ordered[:TOP]
    rows = [
        f"{_named(by, s.keys[0], work)} {format_cny(s.amount_fen)}"
        f"{_share(s.amount_fen, whole, language)}"
        for s in shown
    ]
    left = len(ordered) - len(shown)
    return [*rows, part("others", language, count=str(left))] if left else rows


def _share(part_fen: int, whole_fen: int, language: Language) -> str:
    if whole_fen <= 0 or part_fen < 0:
        return ""
    return part("percent", language, percent=str(part_fen * 100 // whole_fen))
