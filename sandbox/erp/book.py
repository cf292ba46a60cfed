"""What the stand-ins for systems of accounts have in common: entries, faults, violations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.oa.faults import Faults

Line = tuple[str, Decimal, Decimal]
"""Account, debit, credit."""


@dataclass(slots=True)
class Entry:
    """A voucher in the books."""

    id: str
    number: str
    key: str
    lines: list[Line]
    state: str = "draft"

    @property
    def sides(self) -> tuple[Decimal, Decimal]:
        """Give the sums of debits and credits."""
        zero = Decimal(0)
        return sum((d for _, d, _ in self.lines), zero), sum((c for *_, c in self.lines), zero)


@dataclass(slots=True)
class Book:
    """One company's books. `accounts` None means that every account is known."""

    accounts: frozenset[str] | None = None
    entries: list[Entry] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    locked: bool = False
    """Whether the period is locked: drafts are taken, and may not be posted."""
    violations: list[str] = field(default_factory=list)
    signed_in: int = 0

    def unknown(self, lines: Sequence[Line]) -> list[str]:
        """Name the accounts that there are not."""
        return [a for a, *_ in lines if self.accounts is not None and a not in self.accounts]

    def blame(self, what: str) -> str:
        """Note what a call got wrong; gives it back."""
        self.violations.append(what)
        return what

    def check(self, lines: Sequence[Line]) -> str:
        """Say what is wrong with lines, "" for nothing: one side each, balanced, not negative."""
        zero = Decimal(0)
        if not lines or any(bool(d) == bool(c) for _, d, c in lines):
            return self.blame("each line has one side")
        if any(d < zero or c < zero for _, d, c in lines):
            return self.blame("amounts are not negative")
        debits, credits_ = Entry("", "", "", list(lines)).sides
        return "" if debits == credits_ else self.blame("unbalanced")
