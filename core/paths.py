"""JMESPath as mappings use it: compiled once, exact with amounts, and without losing rows.

Standard projections drop what is null, so that a detail row would take its neighbour's value;
`find_all` keeps such holes. `sum` and `to_number` work on decimal strings and give Decimal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions, signature
from jmespath.parser import ParsedResult
from jmespath.visitor import Options, TreeInterpreter

from core.outside import Json

if TYPE_CHECKING:
    from jmespath.visitor import _TreeNode

CLAIM_KEYS = frozenset(
    {
        "number", "kind", "state", "employee", "department", "project", "total", "currency",
        "version", "created_at", "submitted_at", "lines", "findings", "approvals", "budgets",
        "files", "purpose", "total_fen", "employee_name", "department_name", "project_name",
        "company", "company_name", "origin", "link", "voucher",
    }
)  # fmt: skip
"""What a claim's document has: the REST Claim, its files, names beside ids, and its voucher."""
MAX_CHARS = 1000


class PathError(Exception):
    """A path that cannot be compiled, or that does not fit what it is looked up in."""


class _Exact(Functions):
    """The functions of JMESPath with exact numbers."""

    @signature({"types": ["array"]})
    def _func_sum(self, values: Sequence[Json]) -> Decimal:
        return sum((_number(v) for v in values if v is not None), Decimal(0))

    @signature({"types": []})
    def _func_to_number(self, value: Json) -> Decimal | None:
        try:
            return _number(value)
        except PathError:
            return None


def _number(value: Json) -> Decimal:
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise PathError("not a number")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise PathError("not a number") from None
    if not number.is_finite():
        raise PathError("not a number")
    return number


class _Keeping(TreeInterpreter):
    """Keeps the holes of a projection: as many values as there were things."""

    def visit_projection(self, node: "_TreeNode", value: object) -> list[Json] | None:
        base: Json = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        return [self.visit(node["children"][1], element) for element in base]


_OPTIONS = Options(custom_functions=_Exact())


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path."""

    text: str
    parsed: ParsedResult = field(repr=False, compare=False)

    def find(self, scope: Mapping[str, Json]) -> Json:
        """Look up by the standard's rules."""
        return self._visited(TreeInterpreter(_OPTIONS), scope)

    def find_all(self, scope: Mapping[str, Json]) -> Json:
        """Look up, keeping the holes of projections."""
        return self._visited(_Keeping(_OPTIONS), scope)

    def holds(self, scope: Mapping[str, Json]) -> bool:
        """Whether what is found counts as true in JMESPath."""
        found = self.find(scope)
        return found is not None and found is not False and found not in ("", [], {})

    def _visited(self, interpreter: TreeInterpreter, scope: Mapping[str, Json]) -> Json:
        try:
            found: Json = interpreter.visit(self.parsed.parsed, scope)
        except JMESPathError as error:
            raise PathError(str(error).splitlines()[0]) from error
        return found


def parse_path(text: str, *, line: bool) -> Path:
    """Compile a path; PathError when it is none or begins with what there is not.

    `line` says whether the row has `each`, so that `line` means something.
    """
    if len(text) > MAX_CHARS:
        raise PathError(f"longer than {MAX_CHARS} characters")
    try:
        parsed = jmespath.compile(text)
    except JMESPathError as error:
        raise PathError(f"not JMESPath: {str(error).splitlines()[0]}") from error
    _check_roots(parsed.parsed, line=line)
    return Path(text, parsed)


_RELATIVE = frozenset(
    {
        "projection",
        "filter_projection",
        "value_projection",
        "subexpression",
        "pipe",
        "index_expression",
    }
)
"""Nodes whose first child alone is looked up where the node itself is."""


def _check_roots(node: Mapping[str, object], *, line: bool) -> None:
    """Refuse roots but `claim` and `line`, and keys that those do not have."""
    children = node.get("children")
    inner = children if isinstance(children, list) else []
    if node["type"] == "field":
        _check_root(str(node["value"]), line=line)
    if node["type"] == "subexpression":
        _check_key(inner)
    looked = inner[:1] if node["type"] in _RELATIVE else inner
    for child in looked:
        if isinstance(child, Mapping):
            _check_roots(child, line=line)


def _check_root(name: str, *, line: bool) -> None:
    if name == "line" and not line:
        raise PathError("line is known only in a row with each")
    if name not in {"claim", "line"}:
        raise PathError(f"unknown: {name}; paths begin with claim or line")


def _check_key(children: Sequence[object]) -> None:
    first, second = children[0], children[1]
    if not isinstance(first, Mapping) or not isinstance(second, Mapping):
        return
    if first["type"] != "field" or second["type"] != "field":
        return
    known = {"claim": CLAIM_KEYS}.get(str(first["value"]))
    if known and second["value"] not in known:
        raise PathError(f"a claim has no {second['value']}")
