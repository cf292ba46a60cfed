"""Collects what every side says of the claims of a period, page by page."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from core.claim import Claim
from core.outside import Link, Links
from core.payment import Payment
from core.ports import ClaimQuery, Page, Store
from core.reconciling import Compared, Record, Total, compare, merged, totals

PAGE = 200
TOGETHER = 20


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was compared: claims with differences come first, then the others; the three sums."""

    since: date
    day: date
    claims: tuple[Compared, ...]
    totals: tuple[Total, ...]

    @property
    def differing(self) -> tuple[Compared, ...]:
        """Give the claims of which the sides say different things."""
        return tuple(c for c in self.claims if c.differences)


@dataclass(frozen=True, slots=True)
class Sides:
    """Where the answers are: our own records, and what connected systems have said."""

    store: Store
    links: Links
    zone: tzinfo

    async def reconcile(self, day: date, since: date | None = None) -> Reconciliation:
        """Compare the claims submitted from `since` (a year before) up to a day, as known now."""
        first = since or day.replace(year=day.year - 1, month=1, day=1)
        compared: list[Compared] = []
        sums: list[Total] = []
        async for records in self._pages(first, day):
            compared += map(compare, records)
            sums = list(merged([*sums, *totals(records)]))
        compared.sort(key=lambda c: (not c.differences, c.number))
        return Reconciliation(first, day, tuple(compared), tuple(sums))

    async def _pages(self, first: date, day: date) -> AsyncIterator[list[Record]]:
        query, cursor = ClaimQuery(submitted_from=first), None
        while True:
            page = await self.store.claims(query, Page(cursor, PAGE))
            yield await self._records([c for c in page.items if self._until(c, day)])
            cursor = page.next
            if cursor is None:
                return

    def _until(self, claim: Claim, day: date) -> bool:
        at = claim.submitted_at
        return at is not None and at.astimezone(self.zone).date() <= day

    async def _records(self, claims: Sequence[Claim]) -> list[Record]:
        vouchers = await self.store.vouchers_of([c.number for c in claims])
        found: list[Record] = []
        for start in range(0, len(claims), TOGETHER):
            some = claims[start : start + TOGETHER]
            known = await asyncio.gather(*(self._known(c.number) for c in some))
            for claim, (payments, links) in zip(some, known, strict=True):
                of = tuple(v for v in vouchers if v.claim == claim.number)
                found.append(Record(claim, of, payments, links))
        return found

    async def _known(self, number: str) -> tuple[tuple[Payment, ...], tuple[Link, ...]]:
        payment = await self.store.payment(f"P-{number}")
        return (payment,) if payment else (), await self.links.of(number)
