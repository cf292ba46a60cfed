"""Amounts on a page: how each family of forms prints them."""

import re
from collections.abc import Callable

from core.invoice import InvoiceKind
from recognition.capitals import CAPITALS, capitals_fen
from recognition.evidence import SURE, Draft, money
from recognition.kinds import VAT
from recognition.words import Line, Page, Value

_PLAIN = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_MONEY = re.compile(rf"(?<![\d.])(-?\s?[¥VY]?\s?-?{_PLAIN}\.\d{{2}})(?![\d%])")
_FIGURES = re.compile(rf"小写\)?[:]?\s?(-?\s?[¥VY]?\s?-?{_PLAIN}\.\d{{2}})(?!\d)")
_SUM = re.compile(r"(?<!税)(?<!税 )合\s?计")
_NO_TAX = re.compile(r"\*{2,}|免税|不征税|零税率")
_MARKED = re.compile(rf"([¥VY]\s?-?{_PLAIN}\.\d{{2}})(?!\d)")
_AMOUNT = (
    r"\s?[:]?\s?(?:CNY|人民币|RMB)?\s?([¥VY]?\s?-?" + _PLAIN + r"(?:\.\d{1,2})?)\s?元?(?![\d.%])"
)
_FARE = re.compile(r"票价" + _AMOUNT)
_RAIL_FARE = re.compile(rf"[¥VY]\s?({_PLAIN}\.\d{{1,2}})\s?元")
_TICKET = re.compile(
    r"(?:总金额|金额合计|合计金额|实收金额|实付金额|应付金额|金\s?额|实收|实付|应付|总\s?计|总额"
    r"|票\s?价|车费|(?<!税)合\s?计)(?:\(小写\)|\(元\))?" + _AMOUNT
)
_PRICE = re.compile(rf"(?:价税合计|车价合计).*小写\)?[:]?\s?([¥VY]?\s?{_PLAIN}\.\d{{2}})(?!\d)")
_VEHICLE_TAX = re.compile(rf"(?:增值税)?税额[:]?\s?([¥VY]?\s?{_PLAIN}\.\d{{2}})(?!\d)")
_WITHOUT_TAX = re.compile(
    rf"不含税价(?:格)?[:]?\s?(?:\(?小写\)?)?[:]?\s?([¥VY]?\s?{_PLAIN}\.\d{{2}})(?!\d)"
)
_QUOTA = re.compile(r"(?<![\d.])(\d{1,3})\s?元")
_FACE_VALUES = frozenset({100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000})

_AIR_HEADS = ("票价", "燃油附加费", "增值税税额", "民航发展基金", "其他税费", "合计")
_AIR_BELOW = 4.0
"""Of the height: values stand at most this far below their heads."""


def read_amounts(page: Page, draft: Draft, kind: InvoiceKind) -> None:
    """Put amounts into the draft: without tax, tax, total, and the total in capitals."""
    _capitals(page, draft)
    if kind in VAT and kind != "toll":
        _vat(page, draft)
    else:
        _FAMILIES.get(kind, _ticket)(page, draft)


def _capitals(page: Page, draft: Draft) -> None:
    found = [
        (fen, value.sure)
        for value in page.find(CAPITALS, 0)
        if (fen := capitals_fen(value.text)) is not None
    ]
    values = {fen for fen, sure in found if sure >= SURE}
    draft.words_fen = values.pop() if len(values) == 1 else None


def _vat(page: Page, draft: Draft) -> None:
    draft.choose("total", _fens(page.find(_FIGURES)))
    row = next((_after_sum(line) for line in page.lines if _SUM.search(line.text)), None)
    if row:
        values, no_tax = row
        lone = [fen for fen, _ in _fens(values)] == [draft.facts.total_fen]
        _sums(draft, values, no_tax or (lone and bool(_NO_TAX.search(page.text))))
    if draft.facts.amount_fen is None and draft.facts.tax_fen is None:
        _proven_pair(page, draft)


def _after_sum(line: Line) -> tuple[list[Value], bool]:
    """Give the amounts after 合计, and whether the line says that there is no tax."""
    m = _SUM.search(line.text)
    start = m.end() if m else 0
    values = [line.value(*f.span(1)) for f in _MONEY.finditer(line.text, start)]
    return values, bool(_NO_TAX.search(line.text, start))


def _sums(draft: Draft, values: list[Value], no_tax: bool) -> None:  # noqa: FBT001
    pairs = _fens(values)
    if len(pairs) == 2:  # noqa: PLR2004 without tax, and the tax
        draft.put("amount", *pairs[0])
        draft.put("tax", *pairs[1])
    elif len(pairs) == 1 and no_tax:
        draft.put("amount", *pairs[0])


def _proven_pair(page: Page, draft: Draft) -> None:
    """Take two marked amounts that stand nowhere else, if they add up to the total."""
    total = draft.facts.total_fen
    pairs = [p for p in _fens(page.find(_MARKED)) if p[0] != total]
    if total is None or len(pairs) != 2:  # noqa: PLR2004
        return
    first, second = sorted(pairs, key=lambda p: p[0], reverse=True)
    if first[0] + second[0] == total:
        draft.put("amount", *first)
        draft.put("tax", *second)


def _fens(values: list[Value]) -> list[tuple[int, float]]:
    read = ((money(v.text.replace("V", "").replace("Y", "")), v.sure) for v in values)
    return [(fen, sure) for fen, sure in read if fen is not None]


def _rail_e(page: Page, draft: Draft) -> None:
    draft.choose("total", _fens(page.find(_FARE)))


def _rail_paper(page: Page, draft: Draft) -> None:
    draft.choose("total", _fens(page.find(_RAIL_FARE)))


def _quota(page: Page, draft: Draft) -> None:
    """Take the face value in capitals, else in figures; only printed denominations count."""
    if draft.words_fen in _FACE_VALUES:
        draft.put("total", draft.words_fen)
        return
    figures = [(int(v.text) * 100, v.sure) for v in page.find(_QUOTA)]
    draft.choose("total", [p for p in figures if p[0] in _FACE_VALUES])


def _ticket(page: Page, draft: Draft) -> None:
    """Take the one amount that has a label."""
    if not draft.choose("total", _fens(page.find(_FIGURES))):
        draft.choose("total", _fens(page.find(_TICKET)))


def _vehicle(page: Page, draft: Draft) -> None:
    """Read the three labelled amounts; a used vehicle has a price only."""
    draft.choose("total", _fens(page.find(_PRICE)))
    draft.choose("tax", _fens(page.find(_VEHICLE_TAX)))
    draft.choose("amount", _fens(page.find(_WITHOUT_TAX)))


def _air(page: Page, draft: Draft) -> None:
    """Read the row of charges: fare and fuel are the base, fund and others lie outside of tax."""
    values = _air_row(page)
    fare, fuel = values.get("票价"), values.get("燃油附加费")
    if fare:
        base = fare[0] + (fuel[0] if fuel else 0)
        draft.put("amount", base, min(fare[1], fuel[1] if fuel else 1.0))
    for name, head in (("tax", "增值税税额"), ("total", "合计")):
        if found := values.get(head):
            draft.put(name, *found)
    outside = (values.get(head) for head in ("民航发展基金", "其他税费"))
    draft.outside_fen = sum(found[0] for found in outside if found)


def _air_row(page: Page) -> dict[str, tuple[int, float]]:
    line = next((ln for ln in page.lines if all(h in ln.text for h in _AIR_HEADS[:2])), None)
    if line is None:
        return {}
    places = {h: line.value(at, at + 1).word for h in _AIR_HEADS
              if (at := line.text.rfind(h)) >= 0}  # fmt: skip
    found: dict[str, tuple[int, float]] = {}
    for head, word in places.items():
        right = min((w.x0 for w in line.words if w.x0 > word.x0), default=page.box[2] + 1)
        below = [
            v
            for v in page.find(_MONEY)
            if word.x0 <= v.word.x1 - v.word.height < right
            and 0 < v.word.y - word.y < _AIR_BELOW * word.height
        ]
        pairs = _fens(below)
        if len(pairs) == 1:
            found[head] = pairs[0]
    return found


_FAMILIES: dict[InvoiceKind, Callable[[Page, Draft], None]] = {
    "rail_e": _rail_e,
    "rail_paper": _rail_paper,
    "quota": _quota,
    "air_itinerary": _air,
    "vehicle": _vehicle,
    "used_vehicle": _vehicle,
    "toll": lambda page, draft: (_vat if _FIGURES.search(page.text) else _ticket)(page, draft),
}
