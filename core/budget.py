"""Budgets: which ones a line is charged to, and whether they allow it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from core.claim import Claim, Finding, Line
from core.company import Budget, Company
from core.money import format_yuan, percent_of

Unmatched = Literal["allow", "warn", "block"]
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
    """A budget and what has been reserved and consumed of it."""

    budget: Budget
    reserved_fen: int = 0
    consumed_fen: int = 0
    frozen: bool = False

    @property
    def available_fen(self) -> int:
        """What is left: limit − reserved − consumed (contract §4)."""
        return self.budget.limit_fen - self.reserved_fen - self.consumed_fen

    def judge(self, amount_fen: int) -> Verdict:
        """Decide on one more amount: refunds pass, a frozen budget blocks, then the limit."""
        return judge_amount(
            amount_fen,
            used_fen=self.reserved_fen + self.consumed_fen,
            ceiling_fen=ceiling_fen(self.budget),
            control=self.budget.control,
            frozen=self.frozen,
        )


def ceiling_fen(budget: Budget) -> int:
    """The limit with its tolerance, a percentage over it."""
    return budget.limit_fen + percent_of(budget.limit_fen, Decimal(budget.tolerance))


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


def find_budgets(
    company: Company,
    *,
    department: str,
    project: str | None,
    category: str | None,
    day: date,
) -> tuple[Budget, ...]:
    """Find every budget that binds a line: each dimension it names must match (contract §3)."""
    above = frozenset(company.ancestry(department))
    return tuple(
        b
        for b in company.budgets
        if b.period.covers(day)
        and (b.department is None or b.department in above)
        and (b.project is None or b.project == project)
        and (b.category is None or b.category == category)
    )


def line_budgets(company: Company, claim: Claim, line: Line) -> tuple[Budget, ...]:
    """Find the budgets of one line of a claim."""
    return find_budgets(
        company,
        department=claim.department,
        project=line.project or claim.project,
        category=line.category,
        day=line.date,
    )


def charges_of(company: Company, claim: Claim) -> tuple[Charge, ...]:
    """Sum a claim's lines by budget, in id order."""
    sums: dict[str, int] = {}
    for line in claim.lines:
        for budget in line_budgets(company, claim, line):
            sums[budget.id] = sums.get(budget.id, 0) + line.amount_fen
    return tuple(Charge(budget, sums[budget]) for budget in sorted(sums))


def find_overruns(balances: Iterable[Balance], charges: Iterable[Charge]) -> tuple[Finding, ...]:
    """Say which budgets a claim would exceed, with the figures."""
    by_id = {b.budget.id: b for b in balances}
    return tuple(
        overrun(by_id[c.budget], c.amount_fen, verdict)
        for c in charges
        if c.budget in by_id and (verdict := by_id[c.budget].judge(c.amount_fen)) != "allow"
    )


def overrun(balance: Balance, amount_fen: int, verdict: Verdict) -> Finding:
    """Make the finding for one budget."""
    return Finding(
        "budget_frozen" if balance.frozen else "budget_exceeded",
        "block" if verdict == "block" else "warn",
        fields=(
            ("budget", balance.budget.id),
            ("limit", format_yuan(balance.budget.limit_fen)),
            ("available", format_yuan(balance.available_fen)),
            ("amount", format_yuan(amount_fen)),
            ("over", format_yuan(max(0, amount_fen - balance.available_fen))),
        ),
    )


def find_unmatched(company: Company, claim: Claim, unmatched: Unmatched) -> tuple[Finding, ...]:
    """Say which lines no budget binds; whether that matters is the setting's decision."""
    if unmatched == "allow":
        return ()
    return tuple(
        Finding("budget_unmatched", unmatched, line=i)
        for i, line in enumerate(claim.lines)
        if not line_budgets(company, claim, line)
    )
