"""What has become of budgets, in memory, by the same rules as in the database."""

from collections.abc import Callable, Mapping
from datetime import date

from core.claim import Claim
from core.ports import BudgetEntry
from core.usage import MOST_CLAIMS, ClaimUse
from storage.ledger import Ledger
from storage.store import CHINA


class MemoryUsages:
    def __init__(
        self, claims: Callable[[], Mapping[str, Claim]], ledger: Callable[[], Ledger]
    ) -> None:
        self._claims = claims
        self._ledger = ledger

    async def largest(self, budget: str, limit: int = MOST_CLAIMS) -> tuple[ClaimUse, ...]:
        sums: dict[str, int] = {}
        for e in self._ledger().entries:
            if e.budget == budget:
                sums[e.claim] = sums.get(e.claim, 0) + e.reserved_fen + e.consumed_fen
        claims = self._claims()
        ranked = sorted((-fen, name) for name, fen in sums.items() if fen)[:limit]
        return tuple(ClaimUse(claims[name], -fen) for fen, name in ranked if name in claims)

    async def recent(self, budget: str, limit: int) -> tuple[BudgetEntry, ...]:
        found = [
            BudgetEntry(i, e.budget, e.hold, e.claim, e.kind, e.amount_fen, e.at)
            for i, e in enumerate(self._ledger().entries, 1)
            if e.budget == budget
        ]
        return tuple(reversed(found[-limit:]))

    async def by_day(self, budget: str) -> tuple[tuple[date, int], ...]:
        sums: dict[date, int] = {}
        for e in self._ledger().entries:
            if e.budget == budget:
                day = e.at.astimezone(CHINA).date()
                sums[day] = sums.get(day, 0) + e.reserved_fen + e.consumed_fen
        return tuple(sorted(sums.items()))
