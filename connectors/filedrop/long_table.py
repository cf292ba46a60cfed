"""A table of any length as a workbook, in which no cell can become a formula or a link.

The library makes the book: its parts, its styles, its header, and a row that shows how a text and
an amount look. The rows are put into its sheets here, as they come: the library takes five times
as long over each cell.
"""

import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import IO, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from connectors.filedrop.tables import Cell

_SHEET_ROWS = 1_048_575
"""Rows of a sheet below its header; more go on to the next."""
_CELL_CHARS = 32_000
_LONG_AGO = datetime(1980, 1, 1)  # noqa: DTZ001 the writer takes times without a zone
_TOGETHER = 500
"""Rows that are written at once."""
_CHUNK = 1 << 20
_LEVEL = 5
"""How hard to compress: the usual 6 takes twice as long and saves a hundredth."""
_KNOWN = 4096
"""Texts that are kept as they are written: names, banks and accounts come again and again."""

_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_SAMPLE = re.compile(r'<row r="2".*?</row>')
_STYLE = re.compile(r'<c r="[AB]2"( s="\d+")')
_EXTENT = re.compile(r'(<dimension ref="A1:[A-Z]+)2"')
_SPECIAL = re.compile(r"[&<>_\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x01-\x08\x0b-\x1f\ufffe\uffff]")
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": None})


@dataclass(slots=True)
class _Rows:
    """The rows of one sheet as they are written, and how many they are."""

    file: IO[bytes]
    count: int = 0


def write_xlsx(
    file: BinaryIO,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    money: Collection[int] = (),
) -> None:
    """Write any number of rows into a file, few in memory at a time.

    The same rows give the same bytes. Texts are text, the columns in `money` show two decimals.
    ValueError for a row that has not as many cells as the header.
    """
    left, write, sheets = iter(rows), _writer(header, money), list[_Rows]()
    with ExitStack() as kept:
        while not sheets or sheets[-1].count == _SHEET_ROWS:
            sheets.append(_Rows(kept.enter_context(tempfile.TemporaryFile())))
            _spool(islice(left, _SHEET_ROWS), write, sheets[-1])
        _join(_book(header, len(sheets)), sheets, file)


def _book(header: Sequence[str], sheets: int) -> zipfile.ZipFile:
    """Make a book of sheets that have a header and one row: a text and an amount."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": _LONG_AGO})
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    yuan = book.add_format({"num_format": "0.00"})
    for _ in range(sheets):
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, bold)
        sheet.write_blank(1, 0, None, text)
        sheet.write_blank(1, 1, None, yuan)
    book.close()
    return zipfile.ZipFile(out)


def _writer(header: Sequence[str], money: Collection[int]) -> Callable[[int, Sequence[Cell]], str]:
    """Give what writes a row by its number."""
    text, yuan = _STYLE.findall(_book(header, 1).read("xl/worksheets/sheet1.xml").decode())
    columns = [(xl_col_to_name(i), yuan if i in money else "") for i in range(len(header))]

    def write(number: int, row: Sequence[Cell]) -> str:
        cells = [f'<row r="{number}">']
        for (name, style), cell in zip(columns, row, strict=True):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                cells.append(
                    f'<c r="{name}{number}"{text} t="inlineStr"><is>{_text(cell)}</is></c>'
                )
            else:
                cells.append(f'<c r="{name}{number}"{style}><v>{cell:.16G}</v></c>')
        cells.append("</row>")
        return "".join(cells)

    return write


@lru_cache(maxsize=_KNOWN)
def _text(cell: str) -> str:
    """Write a text, which a reader gives back as it was but for NUL."""
    shown = cell[:_CELL_CHARS]
    if _SPECIAL.search(shown):
        shown = _ESCAPE.sub(_escaped, shown.translate(_MARKUP))
    edges = shown[:1].isspace() or shown[-1:].isspace()
    return f'<t xml:space="preserve">{shown}</t>' if edges else f"<t>{shown}</t>"


def _escaped(found: re.Match[str]) -> str:
    """Write what XML does not have, and what would be taken for that, as Excel does: _x001F_."""
    return f"_x{ord(found[0]):04X}_"


def _spool(
    rows: Iterable[Sequence[Cell]], write: Callable[[int, Sequence[Cell]], str], into: _Rows
) -> None:
    """Keep the rows of a sheet on the disk: a sheet says first how many it has."""
    numbered = enumerate(rows, 2)
    while some := [write(number, row) for number, row in islice(numbered, _TOGETHER)]:
        into.file.write("".join(some).encode())
        into.count += len(some)


def _join(book: zipfile.ZipFile, sheets: Sequence[_Rows], file: BinaryIO) -> None:
    """Write a book anew, with the rows in the places of the samples."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as out:
        for part in book.infolist():
            data = book.read(part)
            found = _SHEET.fullmatch(part.filename)
            if found is None:
                out.writestr(part, data)
            else:
                _fill(out, part, data.decode(), sheets[int(found[1]) - 1])


def _fill(out: zipfile.ZipFile, part: zipfile.ZipInfo, sheet: str, rows: _Rows) -> None:
    """Write a sheet with its rows; how large it is must be known before, if it is very large."""
    begin, end = _SAMPLE.split(_EXTENT.sub(rf'\g<1>{rows.count + 1}"', sheet))
    part.file_size = len(begin) + rows.file.tell() + len(end)
    rows.file.seek(0)
    with out.open(part, "w") as into:
        into.write(begin.encode())
        shutil.copyfileobj(rows.file, into, _CHUNK)
        into.write(end.encode())
