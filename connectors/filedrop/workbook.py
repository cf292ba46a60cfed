"""A workbook of several sheets, in which no cell can become a formula or a link."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import xlsxwriter

Cell = str | int | float | None
_CELL_CHARS = 32_000
_SHEET_CHARS = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\0]")


class Sheet(Protocol):
    """A table; columns in `money` show two decimals."""

    @property
    def name(self) -> str:
        """What the sheet is called."""
        ...

    @property
    def header(self) -> Sequence[str]:
        """The names of the columns."""
        ...

    @property
    def rows(self) -> Iterable[Sequence[Cell]]:
        """The rows."""
        ...

    @property
    def money(self) -> Sequence[int]:
        """Which columns are yuan."""
        ...


def workbook_bytes(sheets: Iterable[Sheet]) -> bytes:
    """Write sheets in order; texts are text, numbers stay numbers, also negative ones."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    yuan = book.add_format({"num_format": "#,##0.00"})
    for number, table in enumerate(sheets, 1):
        name = _FORBIDDEN.sub(" ", table.name).strip("' ")[:_SHEET_CHARS] or str(number)
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(table.header):
            sheet.write_string(0, column, title, bold)
            sheet.set_column(column, column, 24 if column == 0 else 14)
        for place, row in enumerate(table.rows, 1):
            _write_row(sheet, place, row, dict.fromkeys(table.money, yuan), text)
    book.close()
    return out.getvalue()


def _write_row(
    sheet: xlsxwriter.worksheet.Worksheet,
    place: int,
    row: Sequence[Cell],
    formats: Mapping[int, xlsxwriter.format.Format],
    text: xlsxwriter.format.Format,
) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, str):
            sheet.write_string(place, column, cell.replace("\0", "")[:_CELL_CHARS], text)
        elif cell is not None:
            sheet.write_number(place, column, cell, formats.get(column))
