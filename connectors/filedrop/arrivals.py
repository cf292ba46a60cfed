"""What a file that came in is: its kind by its name or header, its control file, its claims."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from core.errors import Refused
from core.money import parse_yuan

Arrival = Literal["claims", "results", "people", "budgets"]
ARRIVALS: tuple[Arrival, ...] = ("claims", "results", "people", "budgets")
PREFIXES: Mapping[str, Arrival] = {
    "claims": "claims",
    "报销": "claims",
    "results": "results",
    "result": "results",
    "付款结果": "results",
    "银行结果": "results",
    "people": "people",
    "人员": "people",
    "budgets": "budgets",
    "预算": "budgets",
}
"""How the name of a file begins, by what is in it."""
_HEADERS: tuple[tuple[Arrival, frozenset[str]], ...] = (
    ("claims", frozenset({"employee", "date", "amount"})),
    ("budgets", frozenset({"id", "period", "limit"})),
    ("results", frozenset({"amount", "result"})),
    ("people", frozenset({"id", "name"})),
)
CLAIM_COLUMNS: Mapping[str, str] = {
    "编号": "key",
    "员工": "employee",
    "报销人": "employee",
    "种类": "kind",
    "类别": "category",
    "金额": "amount",
    "币种": "currency",
    "汇率": "rate",
    "日期": "date",
    "说明": "description",
    "项目": "project",
    "事由": "purpose",
    "发票": "invoice",
    "发票号码": "invoice",
    "提交": "submit",
}
_KNOWN = frozenset(CLAIM_COLUMNS.values())
_LINE = (
    "category", "amount", "currency", "rate", "date", "description", "project", "invoice",
)  # fmt: skip
_YES = frozenset({"true", "yes", "y", "1", "是"})
_NO = frozenset({"", "false", "no", "n", "0", "否"})
_MOST_KEY = 80
Table = Sequence[Sequence[str]]


def arrival_of(name: str, table: Table) -> Arrival:
    """Say what a file holds; Refused `file_unknown` when neither its name nor its header tells."""
    low = name.lower()
    for prefix, arrival in PREFIXES.items():
        if low.startswith(prefix):
            return arrival
    header = {_title(cell) for cell in table[0]} if table else set()
    for arrival, columns in _HEADERS:
        if columns <= header:
            return arrival
    raise Refused("file_unknown", file=name[:60], options=", ".join(PREFIXES))


def _title(cell: str) -> str:
    plain = cell.strip().lower().lstrip("\ufeff")
    return CLAIM_COLUMNS.get(plain, plain)


def check_control(control: bytes, data: bytes, table: Table) -> None:
    """Compare a file with its control file: `sha256`, `count` of rows, `total` of the amounts.

    What the control file does not name is not compared. Refused `file_control` with what differs.
    """
    try:
        said = json.loads(control)
    except (ValueError, RecursionError):
        raise Refused("file_control", column="json") from None
    if not isinstance(said, dict) or not {"sha256", "count", "total"} & set(said):
        raise Refused("file_control", column="sha256, count, total")
    digest = hashlib.sha256(data).hexdigest()
    if "sha256" in said and str(said["sha256"]).lower() != digest:
        raise Refused("file_control", column="sha256")
    rows = [row for row in table[1:] if any(row)]
    if "count" in said and str(said["count"]) != str(len(rows)):
        raise Refused("file_control", column=f"count {len(rows)}")
    if "total" in said and _yuan(str(said["total"])) != _total(table, rows):
        raise Refused("file_control", column="total")


def _total(table: Table, rows: Table) -> int:
    titles = [_title(cell) for cell in table[0]] if table else []
    place = next((titles.index(name) for name in ("amount", "limit") if name in titles), None)
    if place is None:
        raise Refused("file_control", column="total")
    return sum(_yuan(row[place]) for row in rows if place < len(row))


def _yuan(text: str) -> int:
    try:
        return parse_yuan(text)
    except ValueError:
        raise Refused("file_control", column="total") from None


@dataclass(slots=True)
class ClaimRows:
    """One claim of a table: the rows that it stands in, and its key where the table gives one."""

    key: str
    rows: list[int] = field(default_factory=list)
    head: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] = field(default_factory=list)

    def body(self) -> bytes:
        """Give it as the body of `POST /claims`; Refused `file_row` for a word that is none."""
        submit = self.head.get("submit", "").lower()
        if submit not in _YES | _NO:
            raise Refused("file_row", text=f"submit: {submit[:40]}")
        asked: dict[str, object] = {k: v for k, v in self.head.items() if v and k != "submit"}
        lines = [{k: v for k, v in line.items() if v} for line in self.lines]
        return json.dumps({**asked, "submit": submit in _YES, "lines": lines}).encode()


def claims_in(table: Table) -> tuple[ClaimRows, ...]:
    """Read the claims of a table: rows with the same `key` are the lines of one claim.

    Refused `file_columns` for a header that lacks one or has a column that means nothing,
    `file_row` where the rows of one claim contradict each other.
    """
    titles = [_title(cell) for cell in table[0]] if table else []
    missing = {"employee", "amount", "date"} - set(titles)
    strange = [t for t in titles if t and t not in _KNOWN]
    twice = [t for i, t in enumerate(titles) if t and t in titles[:i]]
    wrong = [*sorted(missing), *strange, *twice]
    if wrong:
        raise Refused("file_columns", columns=", ".join(wrong)[:200])
    found: dict[str, ClaimRows] = {}
    for number, row in _rows(titles, table):
        _join(found, number, row)
    return tuple(found.values())


def _rows(titles: Sequence[str], table: Table) -> Iterator[tuple[int, dict[str, str]]]:
    for number, cells in enumerate(table[1:], 2):
        if any(cells[len(titles) :]):
            raise Refused("file_row", row=str(number), text="more cells than columns")
        row = {t: c.strip() for t, c in zip(titles, cells, strict=False) if t}
        if any(row.values()):
            yield number, row


def _join(found: dict[str, ClaimRows], number: int, row: dict[str, str]) -> None:
    key = row.pop("key", "")
    if len(key) > _MOST_KEY:
        raise Refused("file_row", row=str(number), text=f"key > {_MOST_KEY}")
    claim = found.setdefault(key or f"\0{number}", ClaimRows(key))
    line = {name: row.pop(name, "") for name in _LINE}
    for name, value in row.items():
        if value and claim.head.setdefault(name, value) != value:
            raise Refused("file_row", row=str(number), text=f"{name}: {key}")
    claim.rows.append(number)
    claim.lines.append(line)
