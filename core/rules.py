"""The safe `when` expressions of flows and policies."""

import ast
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from simpleeval import (
    DEFAULT_OPERATORS,
    EvalWithCompoundTypes,
    FeatureNotAvailable,
    InvalidExpression,
    NumberTooHigh,
)

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
_MAX_BASE, _MAX_EXPONENT = 10**6, 10
_ALLOWED = (
    ast.Expression,
    ast.BoolOp,
    ast.boolop,
    ast.UnaryOp,
    ast.unaryop,
    ast.BinOp,
    ast.operator,
    ast.Compare,
    ast.cmpop,
    ast.IfExp,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.List,
    ast.Tuple,
    ast.Set,
    ast.Subscript,
)
"""Values, comparisons and arithmetic. Calls, attributes, comprehensions and formatted strings
have no use in a condition, and the last could ask for a text of a gigabyte."""

_FAULTS = (
    InvalidExpression,
    SyntaxError,
    ArithmeticError,
    TypeError,
    LookupError,
    RecursionError,
    MemoryError,
)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    """Raise to a power that cannot keep the machine busy."""
    if abs(base) > _MAX_BASE or abs(exponent) > _MAX_EXPONENT:
        raise NumberTooHigh("the power is too high")
    return base**exponent


_OPERATORS = {**DEFAULT_OPERATORS, ast.Pow: _power}


def holds(expression: str, facts: Facts) -> bool:
    """Whether a condition holds; ValueError when it cannot be evaluated.

    Names are those of contract §3 (`total` in yuan as Decimal); calls, attributes and
    comprehensions are refused, powers and repetitions are bounded.
    """
    if len(expression) > _MAX_LENGTH:
        raise ValueError("the condition is too long")
    names = {**_LITERALS, **facts}
    try:
        tree = _parsed(expression.strip())
        evaluator = EvalWithCompoundTypes(operators=_OPERATORS, functions={}, names=names)
        return bool(evaluator.eval(expression, previously_parsed=tree.body))
    except _FAULTS as e:
        raise ValueError(f"the condition cannot be evaluated: {type(e).__name__}") from e


@lru_cache(maxsize=1024)
def _parsed(expression: str) -> ast.Expression:
    """Parse a condition once: the same few are asked of every claim."""
    tree = ast.parse(expression, mode="eval")
    _check_parts(tree)
    return tree


def _check_parts(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise FeatureNotAvailable(f"{type(node).__name__} is not part of a condition")


def check_expression(expression: str) -> str:
    """Give the expression back when it can be evaluated on sample facts, else ValueError."""
    holds(expression, _SAMPLE)
    return expression
