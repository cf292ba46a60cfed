"""Budgets for a scan, in memory: all that are in force, whether remarkable or not."""

from collections.abc import AsyncIterator, Callable
from datetime import date

from core.alerts import Alert, ThresholdCrossed, Watched
from core.company import Company
from storage.ledger import Ledger


class MemoryWatches:
    def __init__(
        self,
        company: Callable[[], Company],
        ledger: Callable[[], Ledger],
        alerts: Callable[[], dict[str, Alert]],
    ) -> None:
        self._company = company
        self._ledger = ledger
        self._alerts = alerts

    async def count(self) -> int:
        return len(self._company().budgets)

    async def remarkable(self, today: date) -> AsyncIterator[tuple[Watched, ...]]:
        found = [self._watched(b.id) for b in self._company().budgets if b.period.end >= today]
        if found:
            yield tuple(found)

    def _watched(self, name: str) -> Watched:
        budget = self._company().budget(name)
        account = self._ledger().accounts[name]
        assert budget
        told = [
            a for a in self._alerts().values() if (a.budget, a.period) == (name, budget.period.text)
        ]
        thresholds = [a.threshold for a in told if isinstance(a, ThresholdCrossed)]
        return Watched(
            name,
            budget.period.text,
            budget.period.start,
            budget.period.end,
            budget.alerts,
            account.limit_fen,
            account.reserved_fen,
            account.consumed_fen,
            max(thresholds, default=0),
            len(thresholds) < len(told),
            account.frozen,
        )
