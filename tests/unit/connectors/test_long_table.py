"""Long tables: the cells are what the library itself would have written, however many there are."""

import io
from collections.abc import Sequence

import pytest
import xlsxwriter
from openpyxl import load_workbook

from connectors.filedrop import long_table
from connectors.filedrop.long_table import write_xlsx
from connectors.filedrop.tables import Cell

HOSTILE: Sequence[Cell] = (
    "=cmd|'/c calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "http://example.com",
    "mailto:a@example.com",
    "internal:'Sheet1'!A1",
    "external:c:\\a.xlsx",
    "{=1}",
    "6222021234567890123",
    "00123",
    " 张三 ",
    "a&b<c>\"d'e",
    "_x0041_ _x41_ x_",
    "\x01\x1f\x0b",
    "两\n行",
    "\ufffe\uffff",
    "😀",
    "",
    None,
    -1234.5,
    0.1,
    7,
)


def written(rows: Sequence[Sequence[Cell]], money: Sequence[int] = ()) -> bytes:
    out = io.BytesIO()
    header = [f"列 {i}" for i in range(len(rows[0]))]
    write_xlsx(out, header, rows, money)
    return out.getvalue()


def by_the_library(row: Sequence[Cell], money: Sequence[int]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    text, yuan = book.add_format({"num_format": "@"}), book.add_format({"num_format": "0.00"})
    sheet = book.add_worksheet()
    for place, cell in enumerate(row):
        if isinstance(cell, str) and cell:
            sheet.write_string(1, place, cell, text)
        elif isinstance(cell, int | float):
            sheet.write_number(1, place, cell, yuan if place in money else None)
    book.close()
    return out.getvalue()


def seen(data: bytes) -> list[tuple[object, str, str]]:
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    return [(c.value, c.data_type, c.number_format) for c in sheet[2] if c.value is not None]


def test_a_reader_sees_what_the_library_would_have_written() -> None:
    money = (len(HOSTILE) - 3,)

    found = seen(written([HOSTILE], money))

    assert found == seen(by_the_library(HOSTILE, money))
    assert {kind for _, kind, _ in found} == {"s", "n"}
    assert sum(kind == "s" for _, kind, _ in found) == sum(bool(c) for c in HOSTILE[:-3])


def test_no_cell_is_a_formula_or_a_link() -> None:
    book = load_workbook(io.BytesIO(written([HOSTILE])))

    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert all(cell.hyperlink is None and cell.data_type != "f" for cell in cells)


def test_nul_is_left_out_and_a_very_long_text_is_cut() -> None:
    (short, _, _), (long, _, _) = seen(written([["a\0b", "字" * 40_000]]))

    assert short == "ab"
    assert long == "字" * 32_000


def test_the_same_rows_give_the_same_bytes() -> None:
    assert written([HOSTILE]) == written([HOSTILE])


def test_what_does_not_fit_a_sheet_goes_on_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_table, "_SHEET_ROWS", 3)

    book = load_workbook(io.BytesIO(written([[str(i), i] for i in range(7)])))

    sheets = [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    assert [row[1] for sheet in sheets for row in sheet[1:]] == list(range(7))
    assert [sheet[0] for sheet in sheets] == [("列 0", "列 1")] * 3
    assert [s.dimensions for s in book.worksheets] == ["A1:B4", "A1:B4", "A1:B2"]
    assert all(s.freeze_panes == "A2" for s in book.worksheets)


def test_a_table_without_rows_has_its_header() -> None:
    out = io.BytesIO()
    write_xlsx(out, ["编号", "金额"], [])

    sheet = load_workbook(out).active
    assert sheet is not None
    assert list(sheet.iter_rows(values_only=True)) == [("编号", "金额")]


def test_a_row_of_another_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        write_xlsx(io.BytesIO(), ["编号", "金额"], [["1"]])
