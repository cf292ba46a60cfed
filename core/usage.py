"""Where a budget's money is: by person, project and category, from its largest claims."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from core.budget import line_budgets
from core.claim import Claim, Line
from core.company import Company
from core.ports import BudgetEntry

MOST_CLAIMS = 500
"""The largest claims of a budget that a breakdown looks at."""


@dataclass(frozen=True, slots=True)
class ClaimUse:
    """What a claim holds or has spent of a budget, in fen; never nothing."""

    claim: Claim
    used_fen: int


class Usages(Protocol):
    """What has become of budgets, from their journals."""

    async def largest(self, budget: str, limit: int = MOST_CLAIMS) -> tuple[ClaimUse, ...]:
        """Give the claims that use most of a budget, largest first."""
        ...

    async def by_day(self, budget: str) -> tuple[tuple[date, int], ...]:
        """Give by how many fen a budget's use has changed, by the days (in China) that moved it."""
        ...

    async def recent(self, budget: str, limit: int) -> tuple[BudgetEntry, ...]:
        """Give the last lines of a budget's journal, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Share:
    """Who or what uses how much of a budget; `id` is None where lines name none."""

    id: str | None
    amount_fen: int
    claims: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A budget's use by three of its sides, each with the largest share first."""

    people: tuple[Share, ...] = ()
    projects: tuple[Share, ...] = ()
    categories: tuple[Share, ...] = ()


def break_down(company: Company, budget: str, uses: Sequence[ClaimUse]) -> Breakdown:
    """Divide what claims use of a budget among people, and among the lines that it binds."""
    people = ((use.claim.employee, use.used_fen, use.claim.number) for use in uses)
    parts = [part for use in uses for part in _parts(company, budget, use)]
    return Breakdown(
        _shares(people),
        _shares((line.project or claim.project, fen, claim.number) for claim, line, fen in parts),
        _shares((line.category, fen, claim.number) for claim, line, fen in parts),
    )


def _parts(company: Company, budget: str, use: ClaimUse) -> Iterator[tuple[Claim, Line, int]]:
    """Divide one claim's use among its lines of this budget, by their amounts."""
    bound = [
        line
        for line in use.claim.lines
        if any(b.id == budget for b in line_budgets(company, use.claim, line))
    ]
    whole = sum(line.amount_fen for line in bound)
    left = use.used_fen
    for place, line in enumerate(bound):
        last = place == len(bound) - 1
        part = left if last or not whole else use.used_fen * line.amount_fen // whole
        left -= part
        yield use.claim, line, part


def _shares(parts: Iterable[tuple[str | None, int, str]]) -> tuple[Share, ...]:
    sums: dict[str | None, int] = {}
    claims: dict[str | None, set[str]] = {}
    for name, fen, claim in parts:
        sums[name] = sums.get(name, 0) + fen
        claims.setdefault(name, set()).add(claim)
    found = [Share(name, fen, len(claims[name])) for name, fen in sums.items() if fen]
    return tuple(sorted(found, key=lambda s: (-s.amount_fen, s.id is None, s.id or "")))
