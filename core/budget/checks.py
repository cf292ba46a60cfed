"""What budgets have to say about a claim, before it is submitted."""

from collections.abc import Iterable
from typing import Literal

from core.budget.amounts import Balance, Charge, Verdict
from core.budget.matching import line_budgets
from core.claim import Claim, Finding
from core.company import Budget, Company, Person
from core.money import format_yuan

Unmatched = Literal["allow", "warn", "block"]


def may_exceed(budget: Budget, person: Person) -> bool:
    """Whether a budget names somebody as an exception: by person, or by a role of theirs."""
    names = {f"person:{person.id}", *(f"role:{role}" for role in person.roles)}
    return not names.isdisjoint(budget.exceptions)


def find_overruns(
    balances: Iterable[Balance],
    charges: Iterable[Charge],
    *,
    by: Person | None = None,
    exception: str = "",
) -> tuple[Finding, ...]:
    """Say which budgets a claim would exceed, with the figures.

    `by` is who submits: where a budget names them as an exception, `exception`, their reason,
    turns what would block into a warning that keeps it.
    """
    by_id = {b.budget.id: b for b in balances}
    return tuple(
        _overrun(by_id[c.budget], c.amount_fen, verdict, by, exception)
        for c in charges
        if c.budget in by_id and (verdict := by_id[c.budget].judge(c.amount_fen)) != "allow"
    )


def _overrun(
    balance: Balance, amount_fen: int, verdict: Verdict, by: Person | None, exception: str
) -> Finding:
    found = overrun(balance, amount_fen, verdict)
    if found.code != "budget_exceeded" or verdict != "block":
        return found
    if by is None or not may_exceed(balance.budget, by):
        return found
    if not exception:
        return Finding(found.code, "block", fields=(*found.fields, ("exception", "yes")))
    fields = (*found.fields, ("person", by.id), ("reason", exception))
    return Finding("budget_exception", "warn", fields=fields)


def overrun(balance: Balance, amount_fen: int, verdict: Verdict) -> Finding:
    """Make the finding for one budget."""
    available = balance.left_fen
    tolerance = balance.budget.tolerance
    return Finding(
        _code_of(balance),
        "block" if verdict == "block" else "warn",
        fields=(
            ("budget", balance.budget.id),
            ("limit", format_yuan(balance.budget.limit_fen)),
            *((("tolerance", f"{tolerance.normalize():f}"),) if tolerance else ()),
            ("available", format_yuan(available)),
            ("amount", format_yuan(amount_fen)),
            ("over", format_yuan(max(0, amount_fen - available))),
        ),
    )


def _code_of(balance: Balance) -> str:
    if balance.closed:
        return "budget_closed"
    return "budget_frozen" if balance.frozen else "budget_exceeded"


def exempt_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Give the budgets that a claim exceeds by an exception on record."""
    return tuple(f.field("budget") for f in findings if f.code == "budget_exception")


def find_unmatched(company: Company, claim: Claim, unmatched: Unmatched) -> tuple[Finding, ...]:
    """Say which lines no budget binds; whether that matters is the setting's decision."""
    if unmatched == "allow":
        return ()
    return tuple(
        Finding("budget_unmatched", unmatched, line=i)
        for i, line in enumerate(claim.lines)
        if not line_budgets(company, claim, line)
    )
