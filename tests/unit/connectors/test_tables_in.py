"""Tables as people and programs write them: read alike, or refused with the row and the reason."""

import asyncio
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime

import openpyxl
import pytest

from connectors.filedrop.arrivals import claims_in
from connectors.filedrop.reading import read_table, read_table_apart
from connectors.filedrop.watch import is_cut, is_draft
from connectors.filedrop.workbook_in import Rows
from core.errors import Refused

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = ("员工", "类别", "金额", "日期")
ROW = ("zhang", "taxi", "45", "2026-11-20")


def sheet(*rows: tuple[int, Sequence[str]]) -> str:
    def cells(number: int, row: Sequence[str]) -> str:
        made = (
            f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for i, text in enumerate(row)
        )
        return f'<row r="{number}">{"".join(made)}</row>'

    body = "".join(cells(number, row) for number, row in rows)
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


GOOD = sheet((1, HEAD), (2, ROW))


def workbook(text: str) -> bytes:
    """Zip a workbook of one sheet, with the parts that are needed and no other."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        book.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/></Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r" Target="xl/workbook.xml"'
            f' Type="{OFFICE}/officeDocument"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/worksheet"'
            ' Target="worksheets/sheet1.xml"/></Relationships>',
        )
        book.writestr("xl/worksheets/sheet1.xml", text)
    return out.getvalue()


def written(*rows: Sequence[object], hidden: bool = False) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    if hidden:
        book.active.sheet_state = "hidden"  # type: ignore[union-attr]
        book.active = book.create_sheet("数据")
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def refused(data: bytes) -> tuple[str, object]:
    with pytest.raises(Refused) as found:
        read_table(data)
    return found.value.code, found.value.fields.get("row")


def filled(rows: Rows) -> list[list[str]]:
    return [row for row in rows if any(row)]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_csv_is_read_in_the_encodings_that_excel_and_banks_write(
    encoding: str, between: str
) -> None:
    text = f"\n{between.join(HEAD)}\r\n\r\n{between.join(ROW)}"

    table = read_table(text.encode(encoding))

    assert filled(table) == [list(HEAD), list(ROW)]
    assert table.index(list(ROW)) == 3


def test_excels_own_word_on_the_separator_is_no_row() -> None:
    assert filled(read_table(f"sep=|\n{'|'.join(HEAD)}\n".encode())) == [list(HEAD)]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", ("table_empty", None)),
        (b" \r\n\r\n", ("table_empty", None)),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", ("table_locked", None)),
        (b"%PDF-1.4", ("table_broken", None)),
        (b"<html><table>", ("table_broken", None)),
        ("a,b\n中文\n".encode()[:-2], ("table_letters", "2")),
        (f"a\n{'中' * 40}\n".encode() + b"\xff\n", ("table_letters", "3")),
        (b'a,b\n1,"2\n3,4\n', ("table_quotes", "2")),
        (workbook(GOOD)[:-200], ("table_broken", None)),
        (workbook(GOOD[:-40]), ("table_broken", None)),
        (workbook(GOOD.replace('t="inlineStr"><is><t>45</t></is>', "><v>x</v>")),
         ("table_broken", None)),
        (workbook(GOOD.replace('t="inlineStr"><is><t>45</t></is>', 't="s"><v>9</v>')),
         ("table_broken", None)),
        (workbook(GOOD.replace("<sheetData>", "<sheetData>" + " " * 20_000_000)),
         ("table_rows", None)),
        (workbook(sheet((1, HEAD), (1_000_000, ROW))), ("table_rows", None)),
        (written(HEAD, ("zhang", "taxi", "=40+5", "2026-11-20")), ("table_formula", "2")),
        (written(HEAD, ("zhang", "taxi", "#N/A", "2026-11-20")), ("table_formula", "2")),
        (written(HEAD, ("zhang", "taxi", 6222021234567890123, "")), ("table_digits", "2")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_reason_and_row(
    data: bytes, why: tuple[str, object]
) -> None:
    assert refused(data) == why


@pytest.mark.parametrize(
    "data",
    [
        workbook(GOOD),
        workbook(GOOD.replace("<sheetData>", '<dimension ref="A1:A1"/><sheetData>')),
        written(HEAD, ("zhang", "taxi", 45, date(2026, 11, 20)), hidden=True),
        written(HEAD, ("zhang", "taxi", 45.0, datetime(2026, 11, 20, 9, 30))),  # noqa: DTZ001
    ],
)
def test_workbooks_of_all_programs_are_read_alike(data: bytes) -> None:
    assert filled(read_table(data)) == [list(HEAD), list(ROW)]


def test_an_amount_is_what_excel_shows() -> None:
    assert read_table(written(("a",), (0.1 + 0.2,)))[1] == ["0.3"]


async def test_a_workbook_is_read_in_a_process_of_its_own_with_the_same_words() -> None:
    good, bad = await asyncio.gather(
        read_table_apart(workbook(GOOD)),
        read_table_apart(workbook(GOOD[:-40])),
        return_exceptions=True,
    )

    assert good == [list(HEAD), list(ROW)]
    assert isinstance(bad, Refused)
    assert bad.code == "table_broken"


@pytest.mark.parametrize(
    ("amount", "day", "read"),
    [
        ("1,234.50", "2026/11/5", ("1234.5", "2026-11-05")),
        ("￥１２３４．５", "２０２６年１１月５日", ("1234.5", "2026-11-05")),
        ("CNY 45 元", "20261105", ("45", "2026-11-05")),
        ("45.00", "46331", ("45", "2026-11-05")),
        ("45", "2026-11-05 09:30:00", ("45", "2026-11-05")),
        ("12,34", "11/5/2026", ("12,34", "11/5/2026")),
        ("$45", "2026-02-30", ("$45", "2026-02-30")),
    ],
)
def test_cells_are_read_where_there_is_one_way_to_read_them(
    amount: str, day: str, read: tuple[str, str]
) -> None:
    (claim,) = claims_in([list(HEAD), ["zhang", "taxi", amount, day]])

    assert (claim.lines[0]["amount"], claim.lines[0]["date"]) == read


def test_the_header_may_stand_below_a_title() -> None:
    table = [[], ["2026年11月报销明细"], [], [*HEAD[:2], "金额（元）", "日期*"], [*ROW]]

    (claim,) = claims_in(table)

    assert (claim.rows, claim.lines[0]["amount"]) == ([5], "45")


def test_a_wrong_header_says_what_is_missing_unknown_and_twice() -> None:
    with pytest.raises(Refused, match="file_columns") as found:
        claims_in([["员工", "金额", "颜色", "Amount"]])

    assert found.value.fields == {"missing": "日期 date", "strange": "颜色", "twice": "amount"}


def test_content_without_a_title_is_refused() -> None:
    with pytest.raises(Refused, match="file_untitled"):
        claims_in([["员工", "", "金额", "日期"], ["zhang", "junk", "45", "2026-11-20"]])


def test_what_is_cut_off_is_seen() -> None:
    data = workbook(GOOD)

    assert [is_cut(data), is_cut(data[:-30]), is_cut(b"a,b\n"), is_cut(b"a,b\n1,")] == [
        False, True, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "ignored"),
    [(".claims.csv.Xy12", True), (".~lock.claims.csv#", True), ("~$claims.xlsx", True),
     ("Thumbs.db", True), ("claims.csv.tmp", True), ("..claims.csv", False),
     ("claims.csv", False)],
)  # fmt: skip
def test_what_programs_leave_for_themselves_is_no_file(
    name: str,
    ignored: bool,  # noqa: FBT001 a table
) -> None:
    assert is_draft(name) is ignored
