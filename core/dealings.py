"""What a claim may carry beside its lines: who is paid, the trip, and money given in advance."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Figures = tuple[tuple[str, int], ...]
"""Fen by budget."""


@dataclass(frozen=True, slots=True)
class Supplier:
    """Whom the company pays instead of the employee; `account` is shown masked."""

    name: str
    account: str = field(default="", repr=False)
    bank: str = ""


@dataclass(frozen=True, slots=True)
class Trip:
    """Where a travel request goes, from its first to its last day, and at which half of them."""

    city: str
    start: date
    end: date
    leaves_after_noon: bool = False
    back_before_noon: bool = False


@dataclass(frozen=True, slots=True)
class Clearing:
    """What a claim takes of an advance instead of being paid.

    `backed` is how much of the claim's own charges the advance's hold covers meanwhile, so that
    the same money is not held twice.
    """

    advance: str
    amount_fen: int
    backed: Figures = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """A part of an advance that is no longer owed.

    `by` is the number of the claim that cleared it, or the cashier who took it back.
    """

    amount_fen: int
    at: datetime
    by: str
    how: Literal["claim", "return"]


@dataclass(frozen=True, slots=True)
class AdvanceBook:
    """What has become of an approved advance.

    `hold` names the money still held for what its owner will claim (`held`, by budget), None when
    there is none; `holds` counts the names it has had. It is owed from `paid_at` on.
    """

    hold: str | None
    held: Figures = ()
    holds: int = 1
    settled: tuple[Settled, ...] = ()
    paid_at: datetime | None = None

    @property
    def settled_fen(self) -> int:
        """What has been cleared or returned."""
        return sum(s.amount_fen for s in self.settled)
