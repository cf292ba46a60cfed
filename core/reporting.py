"""A month in figures: what was spent, how people claim, where claims wait, what to plan next."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from statistics import median

from core.budget import Balance
from core.calendar import WorkCalendar, is_workday
from core.claim import Claim, Line
from core.company import ROOT, Budget, Company
from core.phrases.months import index_of, month_at
from core.spending import Dimension, SpendQuery, SpendSum

NEAR_PERCENT = 95
"""A line from here up to a limit is just under it."""
LATE_DAYS = 60
"""A cost that is claimed later than that is late, where no policy says otherwise."""
HISTORY_MONTHS, TREND_MONTHS = 6, 3
MOST_TREND_PERCENT = 20
"""A trend counts at most so much, either way: three months are a short time."""
ROUND_FEN = 100_00


@dataclass(frozen=True, slots=True)
class Share:
    """What one value of a dimension cost, and as much of the month before."""

    key: str
    amount_fen: int
    before_fen: int = 0


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody claims: lines of days off, just under a limit, and late ones."""

    person: str
    claims: int
    lines: int
    weekend: int
    near_limit: int
    late: int

    @property
    def remarkable(self) -> bool:
        """Whether somebody should look."""
        return bool(self.weekend or self.near_limit or self.late)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long claims stand at a step, in hours."""

    step: str
    claims: int
    median_hours: float
    longest_hours: float
    slowest: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A limit for a budget's next period, and what it was reckoned from."""

    budget: str
    limit_fen: int
    suggested_fen: int
    average_fen: int
    months: int
    trend_percent: int
    span: int


@dataclass(frozen=True, slots=True)
class MonthReport:
    """Everything that a month's report says."""

    month: str
    total_fen: int
    before_fen: int
    year_ago_fen: int
    claims: int
    departments: tuple[Share, ...]
    categories: tuple[Share, ...]
    projects: tuple[Share, ...]
    people: tuple[Share, ...]
    suppliers: tuple[Share, ...]
    course: tuple[Share, ...]
    budgets: tuple[Balance, ...]
    habits: tuple[Habit, ...]
    waits: tuple[Wait, ...]
    suggestions: tuple[Suggestion, ...]


def shares(now: Iterable[SpendSum], before: Iterable[SpendSum]) -> tuple[Share, ...]:
    """Put two months beside one another, the largest of this one first."""
    earlier = {s.keys[0]: s.amount_fen for s in before}
    found = [Share(s.keys[0], s.amount_fen, earlier.pop(s.keys[0], 0)) for s in now]
    found += [Share(key, 0, fen) for key, fen in earlier.items()]
    return tuple(sorted(found, key=lambda s: (-s.amount_fen, -s.before_fen, s.key)))


def habits_of(
    claims: Iterable[Claim], company: Company, calendar: WorkCalendar
) -> tuple[Habit, ...]:
    """Say how people claim, those with most to look at first."""
    mine: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        mine[claim.employee].append(claim)
    found = [_habit(person, own, company, calendar) for person, own in mine.items()]
    return tuple(
        sorted(found, key=lambda h: (-(h.weekend + h.near_limit + h.late), -h.lines, h.person))
    )


def _habit(person: str, claims: Sequence[Claim], company: Company, calendar: WorkCalendar) -> Habit:
    lines = [(claim, line) for claim in claims for line in claim.lines]
    late_days = min(
        (p.days for p in company.policies if p.kind == "claim_deadline" and p.days is not None),
        default=LATE_DAYS,
    )
    return Habit(
        person,
        len(claims),
        len(lines),
        weekend=sum(not is_workday(line.date, calendar) for _, line in lines),
        near_limit=sum(_is_near_limit(line, company) for _, line in lines),
        late=sum(
            claim.submitted_at is not None
            and (claim.submitted_at.astimezone(calendar.zone).date() - line.date).days > late_days
            for claim, line in lines
        ),
    )


def _is_near_limit(line: Line, company: Company) -> bool:
    limits = (
        p.limit_fen
        for p in company.policies
        if p.kind == "amount_limit" and p.limit_fen and p.category in {None, line.category}
    )
    return any(fen * NEAR_PERCENT <= line.amount_fen * 100 <= fen * 100 for fen in limits)


def waits_of(claims: Iterable[Claim]) -> tuple[Wait, ...]:
    """Say where claims wait, the slowest step first; steps that nobody has ended do not count."""
    stays: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for claim in claims:
        for step, hours in _stays(claim):
            stays[step].append((hours, claim.number))
    found = [_wait(step, each) for step, each in stays.items()]
    return tuple(sorted(found, key=lambda w: (-w.median_hours, w.step)))


def _wait(step: str, stays: Sequence[tuple[float, str]]) -> Wait:
    longest, slowest = max(stays)
    middle = median(hours for hours, _ in stays)
    return Wait(step, len(stays), round(middle, 1), round(longest, 1), slowest)


def _stays(claim: Claim) -> Iterator[tuple[str, float]]:
    """Give how long a claim stood at each step; agreed in passing is no standing."""
    begun = claim.submitted_at
    if begun is None or claim.plan is None:
        return
    for step in claim.plan.steps:
        ends = [d.at for d in step.decisions if d.reason != "same_approver"]
        if ends:
            yield step.name, max(0.0, _hours(begun, max(ends)))
            begun = max(begun, *ends)


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600


def history_queries(
    company: Company, budgets: Iterable[Budget], last_month: str
) -> dict[str, SpendQuery]:
    """Ask for each budget what its lines cost, by month, over the months that a suggestion sees.

    A department's lines include those below it unless the budget is for its own level, a
    category's those of the categories below it; a legal entity's are those of its departments.
    """
    first = month_at(index_of(last_month) - HISTORY_MONTHS + 1)
    places: dict[tuple[str | None, str | None, bool], frozenset[str] | None] = {}
    queries: dict[str, SpendQuery] = {}
    for budget in budgets:
        place = (budget.department, budget.company, budget.own_level)
        if place not in places:
            places[place] = _departments_of(company, budget)
        queries[budget.id] = SpendQuery(
            ("month",),
            first,
            last_month,
            places[place],
            (budget.category and _categories_of(company, budget.category)) or None,
            _only(budget.project),
            _only(budget.person),
        )
    return queries


def _departments_of(company: Company, budget: Budget) -> frozenset[str] | None:
    """Give the departments whose lines a budget binds, None for all of them."""
    department, entity = budget.department, budget.company
    if budget.own_level and department:
        return frozenset({department})
    if entity is None and department in {None, ROOT}:
        return None
    everywhere = (ROOT, *(d.id for d in company.departments))
    inside = (d for d in everywhere if department is None or department in company.ancestry(d))
    if entity is None:
        return frozenset({*inside, *({department} if department else ())})
    return frozenset(d for d in inside if (of := company.entity_of(d)) and of.id == entity)


def _categories_of(company: Company, category: str) -> frozenset[str]:
    inside = (c.id for c in company.categories if category in company.category_ancestry(c.id))
    return frozenset({category, *inside})


def wide_query(needs: Iterable[Dimension], query: SpendQuery) -> SpendQuery:
    """Ask for every value of the dimensions that many questions over the same months narrow."""
    return SpendQuery(("month", *needs), query.from_month, query.to_month)


def narrowed(
    cells: Mapping[tuple[str, ...], Mapping[str, int]], query: SpendQuery
) -> dict[str, int]:
    """Give what a question wants, by month, out of the cells of a wide one."""
    months: dict[str, int] = defaultdict(int)
    for key in product(*(sorted(values) for _, values in query.filters())):
        for month, fen in cells.get(key, {}).items():
            months[month] += fen
    return dict(months)


def _only(value: str | None) -> frozenset[str] | None:
    return None if value is None else frozenset({value})


def suggest(budget: Budget, history: Mapping[str, int], last_month: str) -> Suggestion | None:
    """Suggest a limit for the next period from the last months; None without any spending.

    It is the average of the months since the first with spending, moved by the trend of the last
    three against the three before (at most 20 % either way), times the period's months, rounded
    up to 100 yuan.
    """
    end = index_of(last_month)
    course = [history.get(month_at(i), 0) for i in range(end - HISTORY_MONTHS + 1, end + 1)]
    while course and course[0] == 0:
        course = course[1:]
    if not course or sum(course) <= 0:
        return None
    average = sum(course) // len(course)
    trend = _trend(course)
    span = _months_of(budget)
    raw = average * span * (100 + trend) // 100
    rounded = -(-raw // ROUND_FEN) * ROUND_FEN
    return Suggestion(budget.id, budget.limit_fen, rounded, average, len(course), trend, span)


def _trend(course: Sequence[int]) -> int:
    if len(course) < 2 * TREND_MONTHS:
        return 0
    late, early = sum(course[-TREND_MONTHS:]), sum(course[-2 * TREND_MONTHS : -TREND_MONTHS])
    if early <= 0:
        return 0
    percent = (late - early) * 100 // early
    return max(-MOST_TREND_PERCENT, min(MOST_TREND_PERCENT, percent))


def _months_of(budget: Budget) -> int:
    start, end = budget.period.start, budget.period.end
    return max(1, (end.year - start.year) * 12 + end.month - start.month + 1)
