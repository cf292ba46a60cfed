"""Tables that come back: csv in the encodings that banks and Excel use, and xlsx."""

import asyncio
import codecs
import csv
import io
import re

from connectors.filedrop.workbook_in import (
    Rows,
    read_workbook,
    read_workbook_apart,
    require_small,
)
from core.errors import Refused

MAX_BYTES = 50_000_000
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
"""How an old .xls begins, and an .xlsx that has a password."""
_NO_TABLE = (b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"<html", b"<!doc", b"<?xml")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATOR = re.compile(r"sep=(.)\r?\n")
"""What Excel writes and reads as the first line of a csv file."""
_FEW = 20
"""A UTF-8 text of which one letter in so many is broken was UTF-8 before."""


async def read_table_apart(data: bytes) -> Rows:
    """Read a file that came from outside, xlsx in a process of its own; else as `read_table`."""
    if len(data) <= MAX_BYTES and data.startswith(_ZIP):
        return await read_workbook_apart(data)
    return await asyncio.to_thread(read_table, data)


def read_table(data: bytes) -> Rows:
    """Read a csv or xlsx file as rows of texts; a row has its place in the file, empty ones too.

    Refused `table_…` with what is wrong and where; xlsx as `read_workbook`.
    """
    if len(data) > MAX_BYTES:
        raise Refused("file_too_large")
    if data.startswith(_ZIP):
        return read_workbook(data)
    if data.startswith(_OLE):
        raise Refused("table_locked")
    if data[:5].lower().startswith(_NO_TABLE):
        raise Refused("table_broken", kind="csv, xlsx")
    if not data.strip():
        raise Refused("table_empty")
    return _read_csv(_decoded(data))


def _decoded(data: bytes) -> str:
    try:
        if data.startswith(_UTF16):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _require_other_than_utf8(data, error)
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise Refused("table_letters", row=_row(data, error.start)) from None


def _require_other_than_utf8(data: bytes, error: UnicodeDecodeError) -> None:
    """Refuse UTF-8 that was damaged or cut off: as GBK its letters would be others."""
    shown = data.decode("utf-8", "replace")
    broken = shown.count("\ufffd")
    whole = sum(not char.isascii() for char in shown) - broken
    if error.encoding != "utf-8" or broken * _FEW <= whole:
        raise Refused("table_letters", row=_row(data, error.start))


def _row(data: bytes, place: int) -> str:
    return str(data.count(b"\n", 0, place) + 1)


def _read_csv(text: str) -> Rows:
    if "\0" in text:
        raise Refused("table_letters", row=str(text[: text.index("\0")].count("\n") + 1))
    said = _SEPARATOR.match(text)
    if said:
        text = "\n" + text[said.end() :]  # the rows keep their numbers
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = said[1] if said else max(",\t;|", key=head.count)
    rows: Rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            require_small(len(rows) + 1, cells)
            rows.append(cells)
    except csv.Error:
        # A quote that never closes would make one cell of all that follows.
        raise Refused("table_quotes", row=str(len(rows) + 1)) from None
    return rows
