"""The table of goods and services on a page."""

import re
from collections.abc import Iterator

from core.invoice import Item
from recognition.evidence import Draft, money, tidy
from recognition.words import Line, Page, Word

_HEADS = {
    "name": re.compile(r"项目名称|货物或应税劳务(?:、服务)?名称|货物或应税劳务"),
    "spec": re.compile(r"规格\s?型号"),
    "unit": re.compile(r"单\s?位"),
    "quantity": re.compile(r"数\s?量"),
    "price": re.compile(r"单\s?价"),
    "amount": re.compile(r"(?<!税)金\s?额"),
    "rate": re.compile(r"税\s?率(?:/征收率)?"),
    "tax": re.compile(r"税\s?额"),
}
_FEWEST = 5
"""Heads that a line must have to be the head of the table."""
_END = re.compile(r"合\s?计|小\s?计|价税|出行人|出行日期|证件|车牌")

_Cells = dict[str, list[Word]]


def read_items(page: Page, draft: Draft) -> None:
    """Put the rows into the draft; rows that cannot be told apart are left out."""
    start, columns = _head(page)
    if not columns:
        return
    rows: list[_Cells] = []
    for line in page.lines[start + 1 :]:
        if _END.search(line.text):
            break
        cells = _cells(line, columns)
        if _text(cells, "amount") and money(_text(cells, "amount")) is not None:
            rows.append(cells)
        elif rows and set(cells) == {"name"}:
            rows[-1]["name"] = rows[-1].get("name", []) + cells["name"]
    items = tuple(_item(row) for row in rows)
    if items and all(item.name for item in items):
        words = (w for row in rows for cell in row.values() for w in cell)
        draft.put("items", items, min(_sures(words), default=1.0))


def _sures(words: Iterator[Word]) -> Iterator[float]:
    return (sure for word in words for sure in word.sures or (1.0,))


def _head(page: Page) -> tuple[int, dict[str, float]]:
    for number, line in enumerate(page.lines):
        found = {name: m for name, head in _HEADS.items() if (m := head.search(line.text))}
        if len(found) >= _FEWEST and {"name", "amount"} <= set(found):
            return number, {
                name: (line.word_at(m.start()).x0 + line.word_at(m.end() - 1).x1) / 2
                for name, m in found.items()
            }
    return 0, {}


def _cells(line: Line, columns: dict[str, float]) -> _Cells:
    cells: _Cells = {}
    for word in line.words:
        name = min(columns, key=lambda column: abs(columns[column] - word.x))
        cells.setdefault(name, []).append(word)
    return cells


def _text(cells: _Cells, name: str) -> str | None:
    return tidy("".join(word.text for word in cells.get(name, [])))


def _item(cells: _Cells) -> Item:
    return Item(
        name=_text(cells, "name") or "",
        spec=_text(cells, "spec"),
        unit=_text(cells, "unit"),
        quantity=_text(cells, "quantity"),
        price=_text(cells, "price"),
        amount_fen=money(_text(cells, "amount")),
        rate=_text(cells, "rate"),
        tax_fen=money(_text(cells, "tax")),
    )


def sum_fen(items: tuple[Item, ...]) -> int | None:
    """Add the items up; None when one has no amount or there are none."""
    amounts = [item.amount_fen for item in items]
    return None if not amounts or None in amounts else sum(a for a in amounts if a is not None)
