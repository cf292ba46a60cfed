"""Tables to fill in: columns that people need, rows that can be taken as they stand, a guide."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.texts.columns import ABOUT, GUIDE, REQUIRED
from connectors.filedrop.tables import harmless
from connectors.filedrop.workbook import Cell, workbook_bytes
from core.company import Company, Person
from core.payment import Payment
from core.table_columns import COLUMNS, TableKind

SHOWN: Mapping[TableKind, tuple[str, ...]] = {
    "claims": (
        "key", "employee", "category", "amount", "date", "description", "project", "purpose",
        "submit",
    ),
    "results": ("id", "claim", "payee", "amount", "result", "reason", "reference"),
    "people": (
        "id", "name", "department", "manager", "grade", "roles", "dingtalk", "wecom",
        "bank_account", "bank", "active",
    ),
    "budgets": (
        "id", "department", "project", "category", "period", "limit", "control", "tolerance",
        "alerts", "owners",
    ),
}  # fmt: skip
"""The columns of each table, in order; others may be added."""
NAMES: Mapping[TableKind, str] = {
    "claims": "报销",
    "results": "银行结果",
    "people": "人员",
    "budgets": "预算",
}
"""How a file of each kind may be called."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    money: Sequence[int] = ()


def title_of(kind: TableKind, column: str) -> str:
    """Give the Chinese title of a column, as its template has it."""
    return next((t for t in COLUMNS[kind][column] if not t.isascii()), column)


def blank_csv(
    kind: TableKind, company: Company, today: date, owed: Sequence[Payment] = ()
) -> bytes:
    """Write a table to fill in as csv, as Excel reads it; its rows as `blank_workbook`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([title_of(kind, column) for column in SHOWN[kind]])
    for row in _rows(kind, company, today, owed):
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def blank_workbook(
    kind: TableKind, company: Company, today: date, owed: Sequence[Payment] = ()
) -> bytes:
    """Write a table to fill in, with a guide to its columns and the ids that may stand there.

    Its rows can be taken as they are: they name people and categories of the company. That of
    results has what is `owed`, without the results.
    """
    titles = [title_of(kind, column) for column in SHOWN[kind]]
    money = [i for i, column in enumerate(SHOWN[kind]) if column in {"amount", "limit"}]
    guide = [
        (title_of(kind, c), c, "✓" if c in REQUIRED[kind] else "", ABOUT[kind].get(c, ""))
        for c in SHOWN[kind]
    ]
    return workbook_bytes(
        (
            _Sheet(NAMES[kind], titles, list(_rows(kind, company, today, owed)), money),
            _Sheet("说明 guide", GUIDE, guide),
            _Sheet("编号 ids", ("编号 id", "名称 name", ""), list(_ids(company))),
        )
    )


def _ids(company: Company) -> Iterator[Sequence[Cell]]:
    sections = ("departments", "people", "categories", "projects", "companies")
    for section in sections:
        for row in getattr(company, section):
            if getattr(row, "active", True):
                yield row.id, row.name, section


def _rows(
    kind: TableKind, company: Company, today: date, owed: Sequence[Payment]
) -> Iterator[Sequence[Cell]]:
    """Give rows that can be taken as they stand, where the company has what they name."""
    person = next((p for p in company.people if p.active), Person(id="zhang", name="张三"))
    department = next((d.name for d in company.departments), "root")
    if kind == "claims":
        free = [c for c in company.categories if not c.requires_invoice]
        category = next((c.name for c in (*free, *company.categories)), "taxi")
        said = (person.name, category, 45.0, today.isoformat())
        yield "示例-1", *said, "去客户现场", "", "拜访客户", "否"
        yield "示例-1", *said, "回公司", "", "拜访客户", "否"
    elif kind == "people":
        yield (
            "lilei", "李雷", department, person.name, "P5", "员工", "", "", "", "", "是",
        )  # fmt: skip
    elif kind == "budgets":
        period = f"{today.year}-Q{(today.month + 2) // 3}"
        name = f"example-{period.lower()}"
        yield name, department, "", "", period, 10000.0, "警告", 0, "80;90;100", person.name
    else:
        for payment in owed:
            amount = payment.owed_fen / 100
            yield payment.id, payment.claim, payment.payee_name, amount, "", "", ""
