"""Tables as bytes: csv and xlsx in which no cell can become a formula."""

import csv
import io
from collections.abc import Sequence

import xlsxwriter

Cell = str | int | float | None
"""A cell; numbers stay numbers, also negative ones."""

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "{")


def _harmless(cell: Cell) -> Cell:
    """Quote a text that a spreadsheet would run; line breaks and NUL become spaces."""
    if not isinstance(cell, str):
        return cell
    text = "".join(" " if char in "\r\n\t\0" else char for char in cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_START) else text


def csv_bytes(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write UTF-8 with the mark that Excel needs; every text is quoted."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(
    header: Sequence[str], rows: Sequence[Sequence[Cell]], *, money: Sequence[int] = ()
) -> bytes:
    """Write one sheet; texts are text, the columns in `money` show two decimals."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet("payments")
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    yuan = book.add_format({"num_format": "0.00"})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
        sheet.set_column(column, column, max(12, len(name) + 2))
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell.replace("\0", ""), text)
            elif cell is not None:
                sheet.write_number(number, column, cell, yuan if column in money else None)
    book.close()
    return out.getvalue()
