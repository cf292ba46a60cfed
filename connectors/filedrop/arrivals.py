"""What a file that came in is: its kind by its name or header, its control file, its claims."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import Refused
from core.money import format_yuan, parse_yuan
from core.naming import Known, id_of
from core.table_cells import header_place, plain_amount, plain_day, plain_title
from core.table_columns import COLUMNS, TITLES, TableKind, word_of

Arrival = TableKind
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
"""What the header of each must have; the order decides where several would do."""
_KNOWN = COLUMNS["claims"].keys()
_NEEDED = ("employee", "amount", "date")
_LINE = (
    "category", "amount", "currency", "rate", "date", "description", "project", "invoice",
)  # fmt: skip
_YES = frozenset({"true", "yes", "y", "1", "是"})
_NO = frozenset({"", "false", "no", "n", "0", "否"})
_MOST_KEY = 80
_DECIMAL = re.compile(r"[+-]?[0-9]+\.[0-9]+")
Table = Sequence[Sequence[str]]


def arrival_of(name: str, table: Table) -> Arrival:
    """Say what a file holds; Refused `file_unknown` when neither its name nor its header tells."""
    low = unicodedata.normalize("NFKC", name).lower()
    for prefix, arrival in PREFIXES.items():
        if low.startswith(prefix):
            return arrival
    for arrival, columns in _HEADERS:
        place = header_place(table, TITLES[arrival].keys())
        header = {TITLES[arrival].get(plain_title(c)) for c in table[place]} if table else set()
        if columns <= header:
            return arrival
    raise Refused("file_unknown", file=name[:60], options=", ".join(PREFIXES))


def _header(table: Table, kind: Arrival) -> tuple[int, list[str]]:
    """Give the place of the header, and the names of its columns; an unknown title stays."""
    titles = TITLES[kind]
    place = header_place(table, titles.keys())
    plain = [plain_title(cell) for cell in table[place]] if table else []
    return place, [titles.get(title, title) for title in plain]


def _same_amount(cell: str) -> str:
    """Write an amount in one way: 45, 45.0 and 45.00 are the same content of a claim."""
    plain = plain_amount(cell)
    return (plain.rstrip("0").rstrip(".") if _DECIMAL.fullmatch(plain) else plain) or plain


@dataclass(frozen=True, slots=True)
class Control:
    """What a control file says of the file that it lies beside; "" for what it does not name."""

    sha256: str
    count: str
    total: str

    def check_bytes(self, data: bytes) -> None:
        """Compare the hash; Refused `file_control`."""
        digest = hashlib.sha256(data).hexdigest()
        if self.sha256 and self.sha256.lower() != digest:
            raise Refused("file_control", column=f"sha256 {self.sha256[:8]}… ≠ {digest[:8]}…")

    def check_table(self, table: Table, kind: Arrival) -> None:
        """Compare the count of rows and the sum of amounts; Refused `file_control`."""
        place, titles = _header(table, kind)
        rows = [row for row in table[place + 1 :] if any(row)]
        if self.count and self.count != str(len(rows)):
            raise Refused("file_control", column=f"count {self.count[:12]} ≠ {len(rows)}")
        if self.total and _yuan(self.total) != (found := _total(titles, rows)):
            raise Refused("file_control", column=f"total {self.total[:20]} ≠ {format_yuan(found)}")


def read_control(control: bytes) -> Control:
    """Read a control file: `sha256`, `count`, `total`, at least one; Refused `file_control`."""
    try:
        said = json.loads(control.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("file_control", column="json") from None
    if not isinstance(said, dict) or not {"sha256", "count", "total"} & set(said):
        raise Refused("file_control", column="sha256, count, total")
    return Control(*(str(said.get(name, "")) for name in ("sha256", "count", "total")))


def _total(titles: Sequence[str], rows: Table) -> int:
    place = next((titles.index(name) for name in ("amount", "limit") if name in titles), None)
    if place is None:
        raise Refused("file_control", column="total")
    return sum(_yuan(plain_amount(row[place])) for row in rows if place < len(row))


def _yuan(text: str) -> int:
    try:
        return parse_yuan(text)
    except ValueError:
        raise Refused("file_control", column=f"total {text[:20]}") from None


@dataclass(slots=True)
class ClaimRows:
    """One claim of a table: the rows that it stands in, and its key where the table gives one."""

    key: str
    rows: list[int] = field(default_factory=list)
    head: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] = field(default_factory=list)
    fault: Refused | None = None

    def body(self) -> bytes:
        """Give it as the body of `POST /claims`.

        Refused `file_yes_no`, `file_key_long`, and `file_differs` where its rows contradict.
        """
        if self.fault:
            raise self.fault
        submit = self.head.get("submit", "").lower()
        if submit not in _YES | _NO:
            raise Refused("file_yes_no", text=submit[:40], line="0")
        asked: dict[str, object] = {k: v for k, v in self.head.items() if v and k != "submit"}
        lines = [{k: v for k, v in line.items() if v} for line in self.lines]
        return json.dumps({**asked, "submit": submit in _YES, "lines": lines}).encode()


def claims_in(table: Table, names: Known | None = None) -> tuple[ClaimRows, ...]:
    """Read the claims of a table: rows with the same `key` are the lines of one claim.

    `names` are what people, categories and projects are called, where that is not their id.

    Refused `file_columns` for a header that lacks one or has a column that means nothing,
    `file_untitled`.
    """
    place, titles = _header(table, "claims")
    missing = [name for name in _NEEDED if name not in titles]
    strange = [t for t in titles if t and t not in _KNOWN]
    twice = [t for i, t in enumerate(titles) if t and t in titles[:i]]
    if missing or strange or twice:
        lacks = (f"{COLUMNS['claims'][name][0]} {name}" for name in missing)
        told = (", ".join(names)[:200] for names in (lacks, strange, twice))
        raise Refused(
            "file_columns", **dict(zip(("missing", "strange", "twice"), told, strict=True))
        )
    found: dict[str, ClaimRows] = {}
    for number, row in _rows(titles, table, place):
        _join(found, number, {n: id_of(names or {}, n, cell) for n, cell in row.items()})
    return tuple(found.values())


def _rows(titles: Sequence[str], table: Table, header: int) -> Iterator[tuple[int, dict[str, str]]]:
    for number, cells in enumerate(table[header + 1 :], header + 2):
        if find_untitled(titles, cells):
            raise Refused("file_untitled", row=str(number))
        row = {t: c.strip() for t, c in zip(titles, cells, strict=False) if t}
        if any(row.values()):
            yield number, _plain(row)


def find_untitled(titles: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row says something in a column that has no title."""
    return any(cell and (i >= len(titles) or not titles[i]) for i, cell in enumerate(cells))


def _plain(row: dict[str, str]) -> dict[str, str]:
    read = {"amount": _same_amount, "rate": _same_amount, "date": plain_day}
    plain = {name: read.get(name, str)(cell) for name, cell in row.items()}
    return {name: word_of(name, cell) for name, cell in plain.items()}


def _join(found: dict[str, ClaimRows], number: int, row: dict[str, str]) -> None:
    """Put a row to its claim; one that cannot be there is told with the other faults."""
    key = row.pop("key", "")
    claim = found.setdefault(key or f"\0{number}", ClaimRows(key[:_MOST_KEY]))
    if len(key) > _MOST_KEY:
        claim.fault = Refused("file_key_long", row=str(number), most=str(_MOST_KEY))
    line = {name: row.pop(name, "") for name in _LINE}
    for name, value in row.items():
        if value and claim.head.setdefault(name, value) != value:
            claim.fault = Refused("file_differs", row=str(number), column=name, key=key)
    claim.rows.append(number)
    claim.lines.append(line)
