"""Budgets: which ones a line is charged to, whether they allow it, and how they change."""

from core.budget.amounts import (
    Balance,
    Charge,
    Hold,
    Verdict,
    carried_over,
    ceiling_fen,
    ceiling_of,
    judge_amount,
    rolling_key,
)
from core.budget.changes import BudgetChange, LimitVersion
from core.budget.checks import (
    Unmatched,
    exempt_of,
    find_overruns,
    find_unmatched,
    may_exceed,
    overrun,
)
from core.budget.matching import (
    Place,
    budgets_at,
    charges_of,
    charges_on_record,
    find_budgets,
    line_budgets,
    place_of,
    successor_of,
    sum_charges,
)

__all__ = [
    "Balance",
    "BudgetChange",
    "Charge",
    "Hold",
    "LimitVersion",
    "Place",
    "Unmatched",
    "Verdict",
    "budgets_at",
    "carried_over",
    "ceiling_fen",
    "ceiling_of",
    "charges_of",
    "charges_on_record",
    "exempt_of",
    "find_budgets",
    "find_overruns",
    "find_unmatched",
    "judge_amount",
    "line_budgets",
    "may_exceed",
    "overrun",
    "place_of",
    "rolling_key",
    "successor_of",
    "sum_charges",
]
