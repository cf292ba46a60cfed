"""Tables that come back: csv in the encodings that banks and Excel use, and xlsx."""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.errors import Refused

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_CELL = 4_000
MAX_INFLATED = 500_000_000
"""What an xlsx file may grow to: its sheets are zipped."""
_XLSX = b"PK\x03\x04"


def read_table(data: bytes) -> list[list[str]]:
    """Read a csv or xlsx file as rows of texts; Refused `bad_table` with what is wrong and where.

    Amounts in Excel come as plain decimals, days as ISO; an account that Excel has made a number
    of more than 15 digits is refused, since digits are lost.
    """
    if len(data) > MAX_BYTES:
        raise Refused("bad_table", text=f"> {MAX_BYTES} bytes")
    return _read_xlsx(data) if data.startswith(_XLSX) else _read_csv(_decoded(data))


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("bad_table", text="UTF-8 / GBK")


def _read_csv(text: str) -> list[list[str]]:
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Refused("bad_table", row=str(line), text="NUL")
    head = text.splitlines()[0] if text.strip() else ""
    separator = max(",\t;|", key=head.count)
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            _require_small(len(rows) + 1, row)
            rows.append([cell.strip() for cell in row])
    except csv.Error as error:
        raise Refused("bad_table", row=str(reader.line_num), text=str(error)) from None
    return rows


def _require_small(number: int, row: list[str]) -> None:
    if number > MAX_ROWS:
        raise Refused("bad_table", row=str(number), text=f"> {MAX_ROWS} rows")
    if any(len(cell) > MAX_CELL for cell in row):
        raise Refused("bad_table", row=str(number), text=f"> {MAX_CELL} characters")


def _read_xlsx(data: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_INFLATED:
                raise Refused("bad_table", text="xlsx: too large")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise Refused("bad_table", text="xlsx") from None
    try:
        sheet = book.worksheets[0]
        rows: list[list[str]] = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            row = [_text(number, cell) for cell in cells]
            _require_small(number, row)
            rows.append(row)
    finally:
        book.close()
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


_SURE_DIGITS = 10**15


def _text(number: int, cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= _SURE_DIGITS:
            raise Refused("bad_table", row=str(number), text="> 15 digits as a number, not text")
        return format(Decimal(str(cell)).normalize(), "f")
    return str(cell).strip()
