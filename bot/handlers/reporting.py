"""Reads what a month's report says; the figures come from sums, the manners from the claims."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from core.budget import Balance
from core.claim import Claim
from core.company import Company, Person
from core.phrases.months import Months, index_of, month_at
from core.ports import ClaimQuery, Page, Store
from core.reporting import (
    MonthReport,
    Share,
    Suggestion,
    habits_of,
    history_queries,
    narrowed,
    shares,
    suggest,
    waits_of,
    wide_query,
)
from core.spending import COUNTED, Dimension, Spending, SpendQuery

READERS = frozenset({"finance", "budget_admin", "auditor", "admin"})
COURSE_MONTHS = 12
_PAGE = 500


def may_read(person: Person) -> bool:
    """Whether somebody may see the company's reports."""
    return bool(READERS.intersection(person.roles))


async def collect_month(
    store: Store, spending: Spending, month: str, zone: ZoneInfo
) -> MonthReport:
    """Read a month ("2026-10"): what lines of it cost, and the claims submitted in it."""
    company = await store.company()
    before, year_ago = month_at(index_of(month) - 1), month_at(index_of(month) - 12)
    claims = [c async for c in _submitted_in(store, month, zone)]
    balances = [b for b in await store.balances() if _covers(b, month)]
    first = month_at(index_of(month) - COURSE_MONTHS + 1)
    course = await spending.sums(SpendQuery(("month",), first, month))
    calendar = company.calendar.in_zone(zone)

    async def part(by: Dimension) -> tuple[Share, ...]:
        now = await spending.sums(SpendQuery((by,), month, month))
        return shares(now, await spending.sums(SpendQuery((by,), before, before)))

    return MonthReport(
        month=month,
        total_fen=await _total(spending, month),
        before_fen=await _total(spending, before),
        year_ago_fen=await _total(spending, year_ago),
        claims=len(claims),
        departments=await part("department"),
        categories=await part("category"),
        projects=await part("project"),
        people=await part("employee"),
        suppliers=await part("supplier"),
        course=tuple(Share(s.keys[0], s.amount_fen) for s in course),
        budgets=tuple(sorted(balances, key=lambda b: (-b.percent, b.budget.id))),
        habits=tuple(h for h in habits_of(claims, company, calendar) if h.remarkable),
        waits=waits_of(claims),
        suggestions=await _suggestions(company, spending, balances, month),
    )


async def _total(spending: Spending, month: str) -> int:
    return sum(s.amount_fen for s in await spending.sums(SpendQuery(("month",), month, month)))


def _covers(balance: Balance, month: str) -> bool:
    first, last = Months(month, month).days()
    return balance.budget.period.start <= last and first <= balance.budget.period.end


async def _suggestions(
    company: Company, spending: Spending, balances: list[Balance], month: str
) -> tuple[Suggestion, ...]:
    """Suggest limits: one question for all budgets that name the same dimensions."""
    queries = history_queries(company, (b.budget for b in balances), month)
    histories: dict[SpendQuery, dict[str, int]] = {}
    alike = sorted(set(queries.values()), key=_needs)
    for needs, group in groupby(alike, _needs):
        wanted = list(group)
        cells: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
        for found in await spending.sums(wide_query(needs, wanted[0])):
            cells[found.keys[1:]][found.keys[0]] = found.amount_fen
        histories |= {query: narrowed(cells, query) for query in wanted}
    made = (suggest(b.budget, histories[queries[b.budget.id]], month) for b in balances)
    return tuple(one for one in made if one)


def _needs(query: SpendQuery) -> tuple[Dimension, ...]:
    return tuple(name for name, _ in query.filters())


async def _submitted_in(store: Store, month: str, zone: ZoneInfo) -> AsyncIterator[Claim]:
    """Give the claims that were submitted in a month and not given up."""
    query = ClaimQuery(submitted_from=date.fromisoformat(f"{month}-01"))
    cursor: str | None = None
    while True:
        found = await store.claims(query, Page(cursor, _PAGE))
        for claim in found.items:
            at = claim.submitted_at
            if at and f"{at.astimezone(zone):%Y-%m}" == month and claim.state in COUNTED:
                yield claim
        cursor = found.next
        if cursor is None:
            return
