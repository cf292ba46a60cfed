"""Collects what every side says of the claims of a period, page by page."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from typing import Protocol, TypeVar

from core.actions.booking import keeps_books
from core.bank_results import LEDGER, UNNOTED, Unnoted, read_unnoted
from core.claim import Claim, State
from core.outside import Link, Links
from core.payment import Payment
from core.ports import ClaimQuery, Page, Store
from core.reconciling import Compared, Record, Total, View, compare, merged, processes_of, totals

PAGE = 200
T = TypeVar("T")
ROWS, ROW_DAYS = 500, 7
"""How many of the bank's rows that were not noted are looked at, and for how many days."""
EARLIEST = date(2000, 1, 1)
"""No claim is older; the first days of the calendar have no moment in other zones."""
UNPAID = frozenset({State.APPROVED, State.PAYING})
"""Where money can still be stopped: the OA is asked anew about these."""


class Asker(Protocol):
    """Asks the systems themselves, where they can be asked."""

    async def anew(self, link: Link) -> Link:
        """Give a process as its system says it is now; as it was known where nothing is heard."""
        ...


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was compared: claims with differences come first, then the others; the three sums.

    `unnoted` is what the bank said in the last days and Chit could not note; `names` are those of
    the departments.
    """

    since: date
    day: date
    claims: tuple[Compared, ...]
    totals: tuple[Total, ...]
    unnoted: tuple[Unnoted, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def differing(self) -> tuple[Compared, ...]:
        """Give the claims of which the sides say different things."""
        return tuple(c for c in self.claims if c.differences)


@dataclass(frozen=True, slots=True)
class Sides:
    """Where the answers are: our own records, and what connected systems have said.

    With `ask` the approval of what is not paid yet is asked about anew.
    """

    store: Store
    links: Links
    zone: tzinfo
    ask: Asker | None = None

    async def reconcile(self, day: date, since: date | None = None) -> Reconciliation:
        """Compare the claims submitted from `since` (a year before) up to a day, as known now."""
        first = max(since or date(max(day.year - 1, 1), 1, 1), EARLIEST)
        company = await self.store.company()
        view = View(day, keeps_books(company))
        compared: list[Compared] = []
        sums: list[Total] = []
        async for records in self._pages(first, day):
            compared += (compare(r, view) for r in records)
            sums = list(merged([*sums, *totals(records)]))
        compared.sort(key=lambda c: (not c.differences, c.number))
        names = {d.id: d.name for d in company.departments}
        unnoted = await self._unnoted(day)
        return Reconciliation(first, day, tuple(compared), tuple(sums), unnoted, names)

    async def _unnoted(self, day: date) -> tuple[Unnoted, ...]:
        """Give what the bank said of late and nobody has noted; what was paid since is settled."""
        lines = await self.store.history(LEDGER, ROWS)
        recent = [
            x for x in lines if 0 <= (day - x.at.astimezone(self.zone).date()).days < ROW_DAYS
        ]
        rows = sorted({read_unnoted(x.fields) for x in recent if x.action == UNNOTED})
        return tuple([row for row in rows if not await self._settled(row)])

    async def _settled(self, row: Unnoted) -> bool:
        payment = await self.store.payment(row.payment)
        arrived = payment is not None and payment.state == "paid"
        return arrived and row.verdict == "paid" and row.code != "result_mismatch"

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
        numbers = [c.number for c in claims]
        vouchers = _by_claim(await self.store.vouchers_of(numbers), lambda v: v.claim)
        payments = _by_claim(await self.store.payments_of(numbers), lambda p: p.claim)
        links = _by_claim(await self.links.of_all(numbers), lambda x: x.subject)
        found: list[Record] = []
        for claim in claims:
            name = claim.number
            left_on = await self._left_on(payments[name])
            found.append(Record(claim, vouchers[name], payments[name], links[name], left_on))
        return [await self._asked(record) for record in found] if self.ask else found

    async def _left_on(self, payments: Sequence[Payment]) -> date | None:
        """Give the day of the file in which a payment waits for the bank's word."""
        names = [p.batch for p in payments if p.state == "exported" and p.batch]
        batch = await self.store.payment_batch(names[0]) if names else None
        if batch is None or batch.state != "released":
            return None
        return (batch.checked_at or batch.created_at).astimezone(self.zone).date()

    async def _asked(self, record: Record) -> Record:
        if self.ask is None or record.claim.state not in UNPAID:
            return record
        links = await asyncio.gather(*(self.ask.anew(x) for x in processes_of(record)))
        return replace(record, links=links) if links else record


def _by_claim(some: Iterable[T], claim_of: Callable[[T], str]) -> Mapping[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for one in some:
        found[claim_of(one)].append(one)
    return found
