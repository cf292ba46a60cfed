"""The safe `when` expressions of flows and policies."""

from collections.abc import Mapping
from decimal import Decimal

from simpleeval import EvalWithCompoundTypes, InvalidExpression

Facts = Mapping[str, object]

_SAMPLE: Facts = {
    "total": Decimal(1),
    "kind": "reimbursement",
    "department": "root",
    "project": None,
    "categories": ["taxi"],
    "grade": "P5",
    "over_budget": False,
    "findings": 0,
    "days": 1,
}
_LITERALS = {"true": True, "false": False, "null": None}
_MAX_LENGTH = 500


def holds(expression: str, facts: Facts) -> bool:
    """Whether a condition holds; ValueError when it cannot be evaluated.

    Names are those of contract §3 (`total` in yuan as Decimal); calls, attributes and
    comprehensions are refused, powers and repetitions are bounded.
    """
    if len(expression) > _MAX_LENGTH:
        raise ValueError("the condition is too long")
    evaluator = EvalWithCompoundTypes(functions={}, names={**_LITERALS, **facts})
    try:
        return bool(evaluator.eval(expression))
    except (InvalidExpression, SyntaxError, ArithmeticError, TypeError, KeyError, IndexError) as e:
        raise ValueError(f"the condition cannot be evaluated: {type(e).__name__}") from e


def check_expression(expression: str) -> str:
    """Give the expression back when it can be evaluated on sample facts, else ValueError."""
    holds(expression, _SAMPLE)
    return expression
