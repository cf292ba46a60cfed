"""Figures of budgets: what is held and spent, what is left, and whether an amount may pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Literal

from core.company import Budget
from core.money import percent_of

Verdict = Literal["allow", "warn", "block"]


@dataclass(frozen=True, slots=True)
class Charge:
    """An amount on one budget."""

    budget: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Money set aside for one version of a claim; it ends once."""

    name: str
    claim: str
    charges: tuple[Charge, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """A budget and what has been reserved and consumed of it.

    `budget.limit_fen` is the limit in force: the file's, and `changed_fen` that was approved since.
    `carried_fen` is what the other months of a cumulative budget leave to this one, negative when
    they take from it.
    """

    budget: Budget
    reserved_fen: int = 0
    consumed_fen: int = 0
    frozen: bool = False
    closed: bool = False
    changed_fen: int = 0
    carried_fen: int = 0

    @property
    def available_fen(self) -> int:
        """What is left: limit − reserved − consumed (contract §4)."""
        return self.budget.limit_fen - self.used_fen

    @property
    def left_fen(self) -> int:
        """What is left here and in the months that this one rolls with."""
        return self.available_fen + self.carried_fen

    @property
    def reach_fen(self) -> int:
        """The limit, with what the months that this one rolls with leave to it."""
        return max(0, self.budget.limit_fen + self.carried_fen)

    @property
    def usable_fen(self) -> int:
        """What may still be charged; nothing while the budget is frozen or closed."""
        return 0 if self.frozen or self.closed else self.left_fen

    @property
    def used_fen(self) -> int:
        """What is reserved or consumed."""
        return self.reserved_fen + self.consumed_fen

    @property
    def percent(self) -> int:
        """How much of the limit is used, in whole percent; a limit of nothing is used up."""
        limit = self.budget.limit_fen
        return self.used_fen * 100 // limit if limit else 100

    def judge(self, amount_fen: int) -> Verdict:
        """Decide on one more amount: refunds pass, frozen or closed blocks, then the limit."""
        return judge_amount(
            amount_fen,
            used_fen=self.used_fen,
            ceiling_fen=ceiling_fen(self.budget) + self.carried_fen,
            control=self.budget.control,
            frozen=self.frozen or self.closed,
        )


def ceiling_of(limit_fen: int, tolerance: Decimal) -> int:
    """Give a limit with its tolerance, a percentage over it."""
    return limit_fen + percent_of(limit_fen, tolerance)


def ceiling_fen(budget: Budget) -> int:
    """Give a budget's limit with its tolerance."""
    return ceiling_of(budget.limit_fen, Decimal(budget.tolerance))


def judge_amount(
    amount_fen: int, *, used_fen: int, ceiling_fen: int, control: str, frozen: bool
) -> Verdict:
    """Decide on plain figures; the same rule serves previews and the ledger's writer."""
    if amount_fen <= 0:
        return "allow"
    if frozen:
        return "block"
    if control == "ignore" or used_fen + amount_fen <= ceiling_fen:
        return "allow"
    return "block" if control == "block" else "warn"


def carried_over(chain: Sequence[tuple[int, int]], place: int) -> int:
    """Give what the other months of a cumulative budget leave to one of them, in fen.

    `chain` has limit and use of each month in order. Up to every month the sum of what is used
    stays within the sum of the limits: unused months leave more, and a late charge takes nothing
    that a later month has used already.
    """
    rooms = list(accumulate(limit - used for limit, used in chain))
    limit, used = chain[place]
    return min(rooms[place:]) - (limit - used)


def rolling_key(budget: Budget) -> str | None:
    """Name what a cumulative budget rolls with: the same dimensions in one (fiscal) year.

    None for a budget that stands alone.
    """
    if not budget.cumulative:
        return None
    begins = budget.period.start
    year = begins.year if begins.month >= budget.fiscal_start else begins.year - 1
    parts = (
        budget.department,
        "own" if budget.own_level else "tree",
        budget.project,
        budget.category,
        budget.person,
        budget.company,
        str(year),
    )
    return "|".join(part or "" for part in parts)
