"""What was spent on what: facts of claims, and the questions that are answered from their sums."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple, Protocol

from core.claim import Claim, Kind, Line, State

Dimension = Literal["month", "department", "category", "project", "employee", "supplier"]
COUNTED = frozenset({State.IN_REVIEW, State.APPROVED, State.PAYING, State.PAID})
"""A claim counts from its submission on (contract §4), while it may still cost money."""
COSTS: frozenset[Kind] = frozenset({"reimbursement", "welfare"})
"""Kinds that are expenses themselves. A request or an advance is followed by a claim of its costs;
what a purchase request pays to a supplier is followed by none."""


class Cell(NamedTuple):
    """What lines have in common; what a line does not name is an empty text."""

    month: str
    department: str
    category: str
    project: str
    employee: str
    supplier: str


class Fact(NamedTuple):
    """What one claim adds to a cell."""

    cell: Cell
    amount_fen: int
    lines: int


@dataclass(frozen=True, slots=True)
class Grain:
    """A table of sums: the dimensions that it keeps beside the month."""

    name: str
    keeps: tuple[Dimension, ...]


GRAINS = (
    Grain("category", ("department", "category")),
    Grain("project", ("project",)),
    Grain("employee", ("employee",)),
)
"""The sums of reports; whatever they cannot answer is summed from the facts."""


@dataclass(frozen=True, slots=True)
class SpendQuery:
    """Which sums: by these dimensions, from and to these months ("2026-11"), both included.

    `departments` and the like keep only these values; None keeps all.
    """

    by: tuple[Dimension, ...]
    from_month: str | None = None
    to_month: str | None = None
    departments: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    projects: frozenset[str] | None = None
    employees: frozenset[str] | None = None

    def filters(self) -> Iterator[tuple[Dimension, frozenset[str]]]:
        """Give what only these values of a dimension may have."""
        found: tuple[tuple[Dimension, frozenset[str] | None], ...] = (
            ("department", self.departments),
            ("category", self.categories),
            ("project", self.projects),
            ("employee", self.employees),
        )
        return ((name, values) for name, values in found if values is not None)

    def needs(self) -> frozenset[Dimension]:
        """Give every dimension but the month that the question touches."""
        touched = {*self.by, *(name for name, _ in self.filters())}
        return frozenset(touched - {"month"})

    def grain(self) -> Grain | None:
        """Find the sums that answer it, None when only the facts do."""
        return next((g for g in GRAINS if self.needs() <= set(g.keeps)), None)


@dataclass(frozen=True, slots=True)
class SpendSum:
    """An amount for the values of the dimensions that were asked for, in their order."""

    keys: tuple[str, ...]
    amount_fen: int
    lines: int


class Spending(Protocol):
    """Sums over everything that was submitted."""

    async def sums(self, query: SpendQuery) -> tuple[SpendSum, ...]:
        """Give sums in the order of their keys; what sums up to nothing is left out."""
        ...

    async def claims(self, query: SpendQuery) -> tuple[str, ...]:
        """Give the numbers of the claims whose lines a question sums, in order."""
        ...

    async def rebuild(self) -> int:
        """Count everything anew from the claims; gives how many facts there are."""
        ...


def facts_of(claim: Claim) -> tuple[Fact, ...]:
    """Give what a claim adds, a fact a cell, in order; nothing before its submission."""
    pays_supplier = claim.kind == "purchase_request" and claim.supplier is not None
    if claim.state not in COUNTED or not (claim.kind in COSTS or pays_supplier):
        return ()
    return tuple(_summed((_cell(claim, line), line.amount_fen) for line in claim.lines))


def facts_between(claim: Claim, first: date, last: date) -> tuple[Fact, ...]:
    """Give what the lines of some days, both included, add."""
    lines = tuple(line for line in claim.lines if first <= line.date <= last)
    return facts_of(replace(claim, lines=lines))


def _cell(claim: Claim, line: Line) -> Cell:
    invoice = line.invoice
    supplier = claim.supplier.name if claim.supplier else (invoice.seller if invoice else "")
    return Cell(
        month=line.date.isoformat()[:7],
        department=line.department or claim.department,
        category=line.category or "",
        project=line.project or claim.project or "",
        employee=claim.employee,
        supplier=supplier or "",
    )


def _summed(amounts: Iterable[tuple[Cell, int]]) -> Iterator[Fact]:
    sums: dict[Cell, tuple[int, int]] = {}
    for cell, amount_fen in amounts:
        fen, lines = sums.get(cell, (0, 0))
        sums[cell] = fen + amount_fen, lines + 1
    return (Fact(cell, *sums[cell]) for cell in sorted(sums))


def concerns(query: SpendQuery, fact: Fact) -> bool:
    """Whether a question sums a fact."""
    inside = (query.from_month or "") <= fact.cell.month <= (query.to_month or "9999-99")
    return inside and all(getattr(fact.cell, name) in kept for name, kept in query.filters())


def answer(facts: Iterable[Fact], query: SpendQuery) -> tuple[SpendSum, ...]:
    """Sum facts in memory: what every store must answer alike."""
    sums: dict[tuple[str, ...], tuple[int, int]] = {}
    for fact in facts:
        if not concerns(query, fact):
            continue
        key = tuple(str(getattr(fact.cell, name)) for name in query.by)
        fen, lines = sums.get(key, (0, 0))
        sums[key] = fen + fact.amount_fen, lines + fact.lines
    return tuple(SpendSum(key, *sums[key]) for key in sorted(sums) if any(sums[key]))
