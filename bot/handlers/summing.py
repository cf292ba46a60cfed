"""Sums over any span of time: whole months from what is kept, the days beside them from claims."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from core.phrases.months import Months, index_of, month_at
from core.phrases.spans import Days, Span
from core.ports import ClaimQuery, Page, Store
from core.spending import Fact, Spending, SpendQuery, SpendSum, answer, facts_between

PORTION = 200
"""Claims that are read at once: more would hold up whoever else is answered."""


async def sums_of(
    spending: Spending, store: Store, query: SpendQuery, span: Span
) -> tuple[SpendSum, ...]:
    """Give the sums of a question over a span, in the order of their keys."""
    sums: dict[tuple[str, ...], tuple[int, int]] = {}
    for part in _parts(span):
        months = part if isinstance(part, Months) else Months(*(f"{d:%Y-%m}" for d in part.days()))
        asked = replace(query, from_month=months.first, to_month=months.last)
        found = (
            await spending.sums(asked)
            if isinstance(part, Months)
            else await _of_days(spending, store, asked, part)
        )
        for one in found:
            fen, lines = sums.get(one.keys, (0, 0))
            sums[one.keys] = fen + one.amount_fen, lines + one.lines
    return tuple(SpendSum(key, *sums[key]) for key in sorted(sums))


def _parts(span: Span) -> Iterator[Span]:
    """Divide a span into runs of whole months and days of one month."""
    if isinstance(span, Months):
        yield span
        return
    months = range(index_of(f"{span.first:%Y-%m}"), index_of(f"{span.last:%Y-%m}") + 1)
    for month in (Months(month_at(i), month_at(i)) for i in months):
        first, last = month.days()
        inside = Days(max(first, span.first), min(last, span.last))
        yield month if inside.days() == (first, last) else inside


async def _of_days(
    spending: Spending, store: Store, query: SpendQuery, days: Days
) -> tuple[SpendSum, ...]:
    numbers = await spending.claims(query)
    facts = [
        fact
        for start in range(0, len(numbers), PORTION)
        for fact in await _facts(store, numbers[start : start + PORTION], *days.days())
    ]
    return answer(facts, query)


async def _facts(store: Store, numbers: tuple[str, ...], first: date, last: date) -> list[Fact]:
    page = await store.claims(ClaimQuery(numbers=frozenset(numbers)), Page(limit=PORTION))
    return [fact for claim in page.items for fact in facts_between(claim, first, last)]
