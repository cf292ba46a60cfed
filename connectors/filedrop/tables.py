"""Tables as bytes: csv and xlsx in which no cell can become a formula."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import BinaryIO

import xlsxwriter

Cell = str | int | float | None
"""A cell; numbers stay numbers, also negative ones."""

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "{")


def harmless(cell: Cell) -> Cell:
    """Quote a text that a spreadsheet would run; line breaks and NUL become spaces."""
    if not isinstance(cell, str):
        return cell
    text = "".join(" " if char in "\r\n\t\0" else char for char in cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_START) else text


def plain(cell: Cell, separator: str) -> Cell:
    """Give a text that needs no quotes: separators, quotes and line breaks become harmless."""
    if not isinstance(cell, str):
        return cell
    text = str(harmless(cell)).replace('"', "＂")
    wide = {",": "，", ";": "；", "|": "｜"}.get(separator, " ")
    return text.replace(separator, wide)


_SHEET_ROWS = 1_048_575
"""Rows of a sheet below its header; more go on to the next."""
_CELL_CHARS = 32_000
_LONG_AGO = datetime(1980, 1, 1)  # noqa: DTZ001 the writer takes times without a zone


def write_xlsx(
    file: BinaryIO,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    money: Sequence[int] = (),
) -> None:
    """Write any number of rows into a file, a row in memory at a time.

    The same rows give the same bytes. Texts are text, the columns in `money` show two decimals.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": _LONG_AGO})
    left = iter(rows)
    while _write_sheet(book, header, islice(left, _SHEET_ROWS), money) == _SHEET_ROWS:
        pass
    book.close()


def _write_sheet(
    book: xlsxwriter.Workbook,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    money: Sequence[int],
) -> int:
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    yuan = book.add_format({"num_format": "0.00"})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
    number = 0
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                shown = cell.replace("\0", "")[:_CELL_CHARS]
                sheet.write_string(number, column, shown, text)
            else:
                sheet.write_number(number, column, cell, yuan if column in money else None)
    return number
