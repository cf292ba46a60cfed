"""上个月市场部打车花了多少: sums from the record, within what the asker may see."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from bot.handlers.summing import sums_of
from bot.handlers.work import Work
from bot.texts.names import category_name, department_name, person_name, project_name
from bot.texts.plain import one_line
from bot.texts.spending import PARTS, part
from bot.texts.template import Language
from core.company import Company, Person
from core.errors import Refused
from core.money import format_cny
from core.phrases.intents import Spent
from core.phrases.results import Problem
from core.phrases.spans import Span
from core.phrases.spending import AskedSpending, read_spending
from core.phrases.vocabulary import vocabulary_of
from core.spending import Dimension, SpendQuery, SpendSum

SEES_ALL = frozenset({"finance", "budget_admin", "auditor", "admin"})
TOP = 8
SHORTEST_ID = 3


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
    """Answer what was spent, on what, and how that compares with another time."""
    asked = _read(command.text, work)
    scope = _scope(asked, work)
    by = asked.by or _natural(asked)
    now = await _sums(work, replace(scope, by=(by,)), asked.span)
    total = sum(s.amount_fen for s in now)
    against = asked.against or asked.span.before()
    before = await _sums(work, replace(scope, by=("month",)), against)
    earlier = sum(s.amount_fen for s in before)
    first, last = asked.span.days()
    await work.answer(
        "spent",
        period=_time(asked.span, work.person.language),
        today=f"{work.today:%m-%d}" if first <= work.today < last else "",
        what=_what(scope, work),
        total=format_cny(total),
        lines=str(sum(s.lines for s in now)),
        change=_change(total, earlier, asked, work),
        rows="\n".join(_rows(now, by, asked.top, work)) if total or len(now) > 1 else "",
    )


def _read(text: str, work: Work) -> AskedSpending:
    company = work.company
    asked = read_spending(
        text,
        work.today,
        vocabulary_of(company),
        _names((d.name, d.id) for d in company.departments),
        _names((p.name, p.id) for p in company.people),
        _names((p.name, p.id) for p in company.projects),
    )
    if isinstance(asked, Problem):
        raise Refused(asked.code, text=asked.text)
    return asked


def _names(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Map names to the ids that have them; an id of three letters and more is a name as well."""
    names: dict[str, tuple[str, ...]] = {}
    for name, i in pairs:
        for called in {name, i if len(i) >= SHORTEST_ID else name}:
            names[called] = (*names.get(called, ()), i)
    return names


async def _sums(work: Work, query: SpendQuery, span: Span) -> tuple[SpendSum, ...]:
    return await sums_of(work.rooms.spending, work.store, query, span)


def _natural(asked: AskedSpending) -> Dimension:
    """Break a sum down by what the question left open: 打车 by department, 市场部 by category."""
    if asked.categories and not asked.departments:
        return "department"
    return "employee" if asked.categories else "category"


def _scope(asked: AskedSpending, work: Work) -> SpendQuery:
    """Narrow a question to what the asker may see; Refused `not_yours_to_see`.

    Whoever asks about more than they may see is told so, and not given a part of it instead.
    """
    company, person = work.company, work.person
    sight = sight_of(company, person)
    named = asked.departments or ((person.department,) if asked.ours else ())
    wanted = _with_children(company, named) if named else None
    people = frozenset(asked.people) if asked.people else None
    if asked.mine or people == frozenset({person.id}):
        return _scoped(company, asked, wanted, frozenset({person.id}))
    if sight.departments is None or (asked.projects and sight.projects >= set(asked.projects)):
        return _scoped(company, asked, wanted, people)
    if (asked.company and not named) or not _within(wanted, people, sight.departments, company):
        raise Refused("not_yours_to_see")
    if sight.departments:
        return _scoped(company, asked, wanted or sight.departments, people)
    if asked.people or asked.projects or asked.we or asked.by in {"employee", "department"}:
        raise Refused("not_yours_to_see")
    return _scoped(company, asked, wanted, frozenset({person.id}))


def _within(
    wanted: frozenset[str] | None,
    people: frozenset[str] | None,
    seen: frozenset[str],
    company: Company,
) -> bool:
    """Whether departments and people that a question names are among those that one sees."""
    rows = [company.person(i) for i in people or ()]
    return (wanted or seen) <= seen and all(p is not None and p.department in seen for p in rows)


def _with_those_below(company: Company, named: tuple[str, ...]) -> frozenset[str]:
    """Give categories and those below them, as budgets count them."""
    kinds = (c.id for c in company.categories if set(named) & set(company.category_ancestry(c.id)))
    return frozenset({*named, *kinds}) if named else frozenset()


def _scoped(
    company: Company,
    asked: AskedSpending,
    departments: frozenset[str] | None,
    people: frozenset[str] | None,
) -> SpendQuery:
    return SpendQuery(
        (),
        departments=departments,
        categories=_with_those_below(company, asked.categories) or None,
        projects=frozenset(asked.projects) or None,
        employees=people,
    )


def _with_children(company: Company, named: tuple[str, ...]) -> frozenset[str]:
    inside = {d.id for d in company.departments if set(named) & set(company.ancestry(d.id))}
    return frozenset({*named, *inside})


def _time(span: Span, language: Language) -> str:
    first, last = str(span.first), str(span.last)
    return first if first == last else part("months", language, first=first, last=last)


def _what(scope: SpendQuery, work: Work) -> str:
    """Name what was summed: people, the topmost of the departments, categories, projects."""
    company = work.company
    departments, categories = scope.departments or frozenset(), scope.categories or frozenset()
    tops = {d for d in departments if not (set(company.ancestry(d)) - {d}) & departments}
    kinds = {c for c in categories if not (set(company.category_ancestry(c)) - {c}) & categories}
    named: tuple[tuple[Dimension, Collection[str]], ...] = (
        ("employee", scope.employees or ()),
        ("department", tops),
        ("project", scope.projects or ()),
        ("category", kinds),
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


def _change(total: int, earlier: int, asked: AskedSpending, work: Work) -> str:
    """Say how it compares; of a time that is not over only when that was asked for."""
    language, against = work.person.language, asked.against or asked.span.before()
    if not earlier and asked.against is None:
        return ""
    fields = {"time": _time(against, language), "earlier": format_cny(earlier)}
    running = asked.span.days()[1] > work.today
    if asked.against is None and running:
        return part("was", language, **fields)
    if total == earlier:
        return part("same", language, **fields)
    gap = abs(total - earlier)
    share = _share(gap, abs(earlier), language)
    code = "more" if total > earlier else "less"
    return part(code, language, **fields, amount=format_cny(gap)) + share


def _rows(sums: tuple[SpendSum, ...], by: Dimension, top: int | None, work: Work) -> list[str]:
    """Write the largest parts; months stay in their order."""
    language = work.person.language
    ordered = sums if by == "month" else sorted(sums, key=lambda s: -s.amount_fen)
    whole = sum(s.amount_fen for s in sums)
    shown = ordered[-12:] if by == "month" else ordered[: top or TOP]
    rows = [
        f"{_named(by, s.keys[0], work)}{_own_level(by, s.keys[0], work)} {format_cny(s.amount_fen)}"
        f"{_share(s.amount_fen, whole, language)}"
        for s in shown
    ]
    left = len(ordered) - len(shown)
    return [*rows, part("others", language, count=str(left))] if left else rows


def _own_level(by: Dimension, value: str, work: Work) -> str:
    """Mark a department whose children stand beside it."""
    above = by == "department" and any(d.parent == value for d in work.company.departments)
    return part("own_level", work.person.language) if above else ""


def _share(part_fen: int, whole_fen: int, language: Language) -> str:
    if whole_fen <= 0 or part_fen < 0:
        return ""
    return part("percent", language, percent=str(part_fen * 100 // whole_fen))
