"""`core.spending.Spending` over claims in memory."""

from collections.abc import Callable, Mapping

from core.claim import Claim
from core.spending import SpendQuery, SpendSum, answer, concerns, facts_of


class MemorySpending:
    def __init__(self, claims: Callable[[], Mapping[str, Claim]]) -> None:
        self._claims = claims

    async def sums(self, query: SpendQuery) -> tuple[SpendSum, ...]:
        facts = (fact for claim in self._claims().values() for fact in facts_of(claim))
        return answer(facts, query)

    async def claims(self, query: SpendQuery) -> tuple[str, ...]:
        claims = self._claims()
        fitting = (n for n, c in claims.items() if any(concerns(query, f) for f in facts_of(c)))
        return tuple(sorted(fitting))

    async def rebuild(self) -> int:
        return sum(len(facts_of(claim)) for claim in self._claims().values())
