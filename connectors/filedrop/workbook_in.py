"""Workbooks that come in: the first sheet that is seen, as rows of texts as Excel shows them.

Foreign bytes are read in a process of their own, `python -m connectors.filedrop.workbook_in`: the
file comes on its standard input, the rows leave as JSON. Memory and time are limited.
"""

import asyncio
import contextlib
import io
import json
import os
import re
import struct
import sys
import warnings
import zipfile
import zlib
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO

from core.errors import Refused

MAX_ROWS = 200_000
MAX_COLUMNS = 300
MAX_CELL = 4_000
MAX_INFLATED = 300_000_000
"""What an xlsx file may grow to: its sheets are zipped."""
MAX_TEXTS = 60_000_000
"""The table of texts is in memory as a whole."""
MAX_RATIO = 300
"""A table of the same row over and over shrinks to a hundredth; a bomb to a thousandth."""
SMALL = 10_000_000
MEMORY_BYTES = 2_000_000_000
CPU_S = 120
LIMIT_S = 180

_BROKEN = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError,
    TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What openpyxl and its XML parser raise of bytes that are no workbook; a ParseError is a
SyntaxError."""
_FORMULA = re.compile(rb"<f[ />]")
_FAULTS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
)
_SURE_DIGITS = 10**15
_PACKAGES = Path(__file__).resolve().parents[2]

Rows = list[list[str]]


async def read_workbook_apart(data: bytes) -> Rows:
    """Read a workbook in a process of its own; Refused as `read_workbook`.

    One that the process does not survive or finish is broken.
    """
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd="/",
        env={**kept, "PYTHONPATH": str(_PACKAGES)},
    )  # fmt: skip
    try:
        async with asyncio.timeout(LIMIT_S):
            answer, _ = await process.communicate(data)
    except TimeoutError:
        raise Refused("table_broken", kind="xlsx") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise Refused("table_broken", kind="xlsx")
    return await asyncio.to_thread(_unpacked, answer)


def _unpacked(answer: bytes) -> Rows:
    told = json.loads(answer)
    if isinstance(told, dict):
        raise Refused(told.pop("code"), **told)
    rows: Rows = told
    return rows


def main() -> None:
    """Read one workbook from standard input; gives its rows, or why not."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    with contextlib.suppress(ValueError, OSError):
        # macOS has no limit of address space.
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    answer: Rows | dict[str, object]
    try:
        answer = read_workbook(sys.stdin.buffer.read())
    except Refused as refused:
        answer = {"code": refused.code, **refused.fields}
    json.dump(answer, sys.stdout, ensure_ascii=True)


def read_workbook(data: bytes) -> Rows:
    """Read the first visible sheet, as rows of texts; Refused `table_broken` with what it is not.

    Amounts come as plain decimals with the 15 digits that Excel shows, days as ISO. `table_digits`
    for an account that Excel has made a number of, since digits are lost, `table_formula` for a
    formula without a value, `table_rows` and `table_cell` for what is too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_moderate(archive)
            formulas = _has_formulas(archive)
        rows = _sheet(data, values=True)
        if formulas:
            _require_values(rows, _sheet(data, values=False))
    except _BROKEN:
        raise Refused("table_broken", kind="xlsx") from None
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _require_moderate(archive: zipfile.ZipFile) -> None:
    """Refuse what would grow: sizes are those that the archive declares, and never exceeds."""
    entries = archive.infolist()
    texts = sum(e.file_size for e in entries if e.filename.lower().endswith("sharedstrings.xml"))
    bombs = [e for e in entries if e.file_size > max(SMALL, e.compress_size * MAX_RATIO)]
    if bombs or texts > MAX_TEXTS or sum(e.file_size for e in entries) > MAX_INFLATED:
        raise Refused("table_rows", most=str(MAX_ROWS))


def _has_formulas(archive: zipfile.ZipFile) -> bool:
    names = [n for n in archive.namelist() if n.lower().startswith("xl/worksheets/")]
    return any(_holds(archive.open(name)) for name in names if name.lower().endswith(".xml"))


def _holds(file: IO[bytes]) -> bool:
    """Whether a formula begins in a part; a mark may lie across two pieces."""
    left = b""
    with file:
        while piece := file.read(1 << 20):
            if _FORMULA.search(left + piece):
                return True
            left = piece[-2:]
    return False


def _sheet(data: bytes, *, values: bool) -> Rows:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # Of styles and lists to choose from that it does not keep; we want values alone.
        warnings.filterwarnings("ignore", module="openpyxl")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=values)
    try:
        seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheet = (seen or book.worksheets)[0]
        sheet.reset_dimensions()  # programs write a wrong one, and rows beyond it would be lost
        return list(_rows(sheet.iter_rows(values_only=True)))
    finally:
        book.close()


def _rows(found: Iterator[Sequence[object]]) -> Iterator[list[str]]:
    for number, cells in enumerate(found, 1):
        row = [_text(number, cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        require_small(number, row)
        yield row


def require_small(number: int, row: Sequence[str]) -> None:
    """Refuse a row that is one too many, too wide, or has too long a cell."""
    if number > MAX_ROWS:
        raise Refused("table_rows", most=str(MAX_ROWS))
    if len(row) > MAX_COLUMNS or any(len(cell) > MAX_CELL for cell in row):
        raise Refused("table_cell", row=str(number), most=str(MAX_CELL), columns=str(MAX_COLUMNS))


def _require_values(values: Rows, formulas: Rows) -> None:
    """Refuse a formula that no program has worked out: its cell would be read as empty."""
    for number, (shown, written) in enumerate(zip(values, formulas, strict=False), 1):
        for place, cell in enumerate(written):
            if cell.startswith("=") and (place >= len(shown) or not shown[place]):
                raise Refused("table_formula", row=str(number), text=cell[:40])


def _text(number: int, cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= _SURE_DIGITS:
            raise Refused("table_digits", row=str(number))
        return format(Decimal(format(cell, ".15g")).normalize(), "f")
    text = str(cell).strip()
    if text in _FAULTS:
        raise Refused("table_formula", row=str(number), text=text)
    return text


if __name__ == "__main__":
    main()
