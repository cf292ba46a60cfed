"""Files from templates: rows in, bytes out, with the control totals and the hash beside them."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.filedrop.long_table import write_xlsx
from connectors.filedrop.tables import Cell, harmless, plain
from connectors.filedrop.template import Row, Template
from core.money import format_yuan

Through = Callable[[Iterable[Row]], Iterable[Row]]
"""Passes rows on as they are written, for whoever shows how far it is."""

_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2}")
_QUOTING: Mapping[str, Literal[0, 2, 3]] = {
    "text": csv.QUOTE_NONNUMERIC,
    "needed": csv.QUOTE_MINIMAL,
    "none": csv.QUOTE_NONE,
}


def write_rows(template: Template, rows: Iterable[Row]) -> bytes:
    """Write rows in the form of a template; amounts are texts in csv and numbers in Excel."""
    if template.form == "xlsx":
        out = io.BytesIO()
        cells = _numbered(template.cells(rows), template.money)
        write_xlsx(out, template.titles, cells, template.money)
        return out.getvalue()
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=template.separator,
        quoting=_QUOTING[template.quote],
        quotechar=None if template.quote == "none" else '"',
        lineterminator="\r\n",
    )
    if template.header:
        writer.writerow(template.titles)
    money = [i in template.money for i in range(len(template.columns))]
    for row in template.cells(rows):
        writer.writerow(_texted(template, cell, of) for cell, of in zip(row, money, strict=True))
    return text.getvalue().encode(template.encoding, "replace")


def _texted(template: Template, cell: Cell, is_amount: bool) -> Cell:  # noqa: FBT001 of a column
    """Make a text harmless; an amount is one already, also a negative one of a red voucher."""
    if is_amount and isinstance(cell, str) and _AMOUNT.fullmatch(cell):
        return cell
    if template.quote == "none":
        return plain(cell, template.separator)
    return harmless(cell)


def _numbered(rows: Iterable[list[Cell]], money: Collection[int]) -> Iterator[list[Cell]]:
    """Make numbers of amounts: exact to the fen, since a double holds fifteen digits."""
    for row in rows:
        for place in money:
            row[place] = _number(row[place])
        yield row


def _number(cell: Cell) -> Cell:
    """Read an amount; no amount is an empty cell."""
    return (float(cell) if cell else None) if isinstance(cell, str) else cell


@dataclass(frozen=True, slots=True)
class Controls:
    """What the receiver checks a file by: how many records, their sum, the hash of the bytes."""

    batch: str
    format: str
    count: int
    total_fen: int
    made_at: str

    def beside(self, name: str, data: bytes) -> dict[str, bytes]:
        """Give the files that lie beside one: its hash and its control totals."""
        digest = hashlib.sha256(data).hexdigest()
        facts = {
            "file": name,
            "batch": self.batch,
            "format": self.format,
            "count": self.count,
            "total": format_yuan(self.total_fen),
            "sha256": digest,
            "made_at": self.made_at,
        }
        text = json.dumps(facts, ensure_ascii=False, indent=1)
        return {
            f"{name}.sha256": f"{digest}  {name}\n".encode(),
            f"{name}.control.json": f"{text}\n".encode(),
        }
