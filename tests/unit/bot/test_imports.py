"""`chit import`: tables in, all or nothing, every fault at its row and column."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import openpyxl
import pytest

from bot.desk.company import apply_company
from bot.desk.imports import import_budgets, import_people
from connectors.filedrop.reading import read_table
from core.company import Company
from core.company_file import CompanyFileError
from core.errors import Refused
from tests.fakes.memory import MemoryStorage

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
HEADER = "id,department,project,category,period,limit,control,tolerance,alerts,owners"


def clock() -> datetime:
    return NOW


@pytest.fixture
async def storage() -> MemoryStorage:
    made = MemoryStorage(clock)
    company = Company.model_validate(
        {
            "departments": [{"id": "sales", "name": "市场部"}],
            "people": [
                {"id": "wang", "name": "王芳", "roles": ["employee", "finance"]},
                {"id": "li", "name": "李雷", "bank_account": "6222"},
            ],
            "budgets": [
                {"id": "old", "period": "2026", "limit": "5.00", "owners": ["li"]},
                {"id": "q4", "period": "2026-Q4", "limit": "1.00", "control": "warn"},
            ],
        }
    )
    await apply_company(made.store, company, clock, dry_run=False)
    return made


async def bring(storage: MemoryStorage, text: str, *, dry_run: bool = False) -> tuple[str, ...]:
    table = read_table(text.encode())
    done = await import_budgets(storage.store, table, "b.csv", clock, dry_run=dry_run)
    return done.lines


async def test_rows_are_added_or_replaced_and_others_stay(storage: MemoryStorage) -> None:
    rows = f"{HEADER}\nq4,sales,,,2026-Q4,10000.00,block,5,80;100,wang;li\nnew,,,,2027,1,,,,\n"

    preview = await bring(storage, rows, dry_run=True)
    unchanged = await storage.store.company_version()
    lines = await bring(storage, rows)

    assert preview == lines
    assert (unchanged, await storage.store.company_version()) == (1, 2)
    assert "+ budgets new" in lines
    company = await storage.store.company()
    assert [b.id for b in company.budgets] == ["old", "q4", "new"]
    replaced = company.budgets[1]
    assert (replaced.department, replaced.limit_fen, replaced.owners) == (
        "sales",
        1000000,
        ("wang", "li"),
    )
    assert (replaced.control, replaced.alerts) == ("block", (80, 100))
    assert company.budgets[2].control == "block"
    assert await bring(storage, rows) == ()


async def test_what_a_table_has_no_column_for_stays_as_it_was(storage: MemoryStorage) -> None:
    await bring(storage, "id,period,limit\nold,2026,7.00\n")

    budget = (await storage.store.company()).budget("old")

    assert budget is not None
    assert (budget.limit_fen, budget.owners) == (700, ("li",))


@pytest.mark.parametrize(
    ("rows", "at", "message"),
    [
        ("id,period\nx,2026\n", (1, "limit"), "missing"),
        ("id,period,limit,colour\nx,2026,1,red\n", (1, "colour"), "no such column"),
        ("id,id,period,limit\nx,x,2026,1\n", (1, "id"), "twice"),
        (f"{HEADER}\nx,,,,2026,1\nx,,,,2026,1\n", (3, "id"), "stands in row 2"),
        (f"{HEADER}\n,,,,2026,1\n", (2, "id"), "empty"),
        (f"{HEADER}\nx,,,,2026-Q9,1\n", (2, "period"), "a period is"),
        (f"{HEADER}\nx,,,,2026,1.234\n", (2, "limit"), "amount"),
        (f"{HEADER}\nx,,,,2026,-1\n", (2, "limit"), "greater"),
        (f"{HEADER}\nx,,,,2026,1,maybe\n", (2, "control"), "block"),
        (f"{HEADER}\nx,,,,2026,1,,,eighty\n", (2, "alerts"), "integer"),
        (f"{HEADER}\nok,,,,2026,1\nx,nowhere,,,2026,1\n", (3, "department"), "no department"),
        (f"{HEADER}\nx,,,,2026,1,,,,nobody\n", (2, "owners"), "no person nobody"),
        (f"{HEADER}\nx,,,,2026,1,,,,wang,extra\n", (2, "(row)"), "more cells"),
        (f"{HEADER}\n=cmd|calc,,,,2026,1\n", (2, "id"), "match"),
    ],
)
async def test_a_fault_names_row_and_column_and_nothing_changes(
    storage: MemoryStorage, rows: str, at: tuple[int, str], message: str
) -> None:
    with pytest.raises(CompanyFileError) as refused:
        await bring(storage, rows)

    found = refused.value.errors[0]
    assert (found.line, found.key) == at
    assert message in found.message
    assert str(found).startswith(f"b.csv:{at[0]}: {at[1]}: ")
    assert await storage.store.company_version() == 1


async def test_every_fault_is_named_at_once(storage: MemoryStorage) -> None:
    with pytest.raises(CompanyFileError) as refused:
        await bring(storage, f"{HEADER}\nx,,,,never,1\ny,,,,2026,much\n")

    assert [(e.line, e.key) for e in refused.value.errors] == [(2, "period"), (3, "limit")]


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (f"{HEADER}\nx\0,,,,2026,1\n".encode(), "2"),
        (f"{HEADER}\n{'x' * 1_000_000},,,,2026,1\n".encode(), "2"),
    ],
)
def test_hostile_tables_are_refused_by_row(data: bytes, row: str) -> None:
    with pytest.raises(Refused) as refused:
        read_table(data)

    assert refused.value.fields["row"] == row


async def test_a_lone_carriage_return_is_a_fault_with_its_row(storage: MemoryStorage) -> None:
    with pytest.raises(CompanyFileError) as refused:
        await bring(storage, f"{HEADER}\nx,sa\rles,,,2026,1\n")

    assert refused.value.errors[0].line in {2, 3}


def sheet(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def test_a_sheet_is_read_with_excels_own_types(storage: MemoryStorage) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        page = book.active
        assert page is not None
        page.append(["id", "period", "limit", "owners"])  # type: ignore[union-attr]
        page.append(["y", 2026, 1234.5, "wang"])  # type: ignore[union-attr]
        page.append(["m", datetime(2026, 12, 1), 10, "wang；li"])  # type: ignore[union-attr]  # noqa: DTZ001

    done = await import_budgets(
        storage.store, read_table(sheet(fill)), "b.xlsx", clock, dry_run=False
    )

    assert set(done.lines) == {"+ budgets y", "+ budgets m"}
    company = await storage.store.company()
    year, month = company.budget("y"), company.budget("m")
    assert year is not None
    assert month is not None
    assert (year.period.text, year.limit_fen) == ("2026", 123450)
    assert (month.period.text, month.owners) == ("2026-12", ("wang", "li"))


async def test_people_come_by_table_and_others_stay(storage: MemoryStorage) -> None:
    rows = "id,name,department,roles,active\nli,李雷雷,sales,employee;cashier,是\nnew,小新,,,\n"

    done = await import_people(
        storage.store, read_table(rows.encode("gb18030")), "p.csv", clock, dry_run=False
    )

    company = await storage.store.company()
    assert done.lines[0].startswith("+ people new")
    known = company.person("li")
    assert known is not None
    assert (known.name, known.department, known.bank_account) == ("李雷雷", "sales", "6222")
    assert known.roles == ("employee", "cashier")
    assert company.person("wang") is not None


async def test_people_write_chinese_titles_words_and_names(storage: MemoryStorage) -> None:
    rows = (
        "2026年预算\n编号,部门,期间,额度（元）,控制,预警线,负责人\n"
        'q4,市场部,2026年第四季度,"￥1,000.00",拦截,80；100,王芳;李雷\n'
    )

    lines = await bring(storage, rows)

    (line,) = lines
    assert line.removeprefix("~ budgets q4: ").split(", ") == [
        "department - → sales",
        "limit 1.00 → 1000.00",
        "control warn → block",
        "alerts 80;90;100 → 80;100",
        "owners - → wang;li",
    ]


async def test_a_fault_is_told_in_both_languages_under_the_title_that_stands_there(
    storage: MemoryStorage,
) -> None:
    with pytest.raises(CompanyFileError) as refused:
        await bring(storage, "\n编号,期间,额度,控制\nx,2026,1,maybe\n")

    (fault,) = refused.value.errors
    assert (fault.line, fault.key) == (3, "控制")
    zh, _, en = fault.message.partition(" · ")
    assert zh == "应为以下之一：拦截（block）、警告（warn）、只记录（ignore）"
    assert en.startswith("Input should be 'block'")


async def test_what_an_address_book_owns_stays_as_it_says(storage: MemoryStorage) -> None:
    before = await storage.store.company()
    owned = [p.model_copy(update={"directory": "wecom", "wecom": p.id}) for p in before.people]
    await apply_company(
        storage.store,
        before.model_copy(update={"people": tuple(owned)}),
        clock,
        dry_run=False,
        take_over=True,
    )
    rows = "id,name,department,grade\nli,别的名字,sales,P5\n"

    done = await import_people(
        storage.store, read_table(rows.encode()), "p.csv", clock, dry_run=False
    )

    known = (await storage.store.company()).person("li")
    assert known is not None
    assert (known.name, known.grade) == ("李雷", "P5")
    assert done.lines == (
        "~ people li: grade - → P5",
        "= people li: name, department (wecom)",
    )
