"""Buyer and seller on a page: names and tax ids, told apart by label or by place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from core.invoice import InvoiceKind
from recognition.evidence import Draft, tidy
from recognition.kinds import VAT
from recognition.taxid import is_taxid, mend, verdict
from recognition.words import Line, Page, Value, Word

Side = Literal["buyer", "seller"]

_EXPLICIT: tuple[tuple[Side, re.Pattern[str]], ...] = (
    (
        "buyer",
        re.compile(
            r"(?:(?:购买方|购方|买方|付款方|购货单位|付款单位)名称(?:及身份证号码/组织机构代码)?[:]?"
            r"|买方单位/个人(?!住址)[:]?|付款单位(?:\(个人\))?:|交款人:)\s?"
        ),
    ),
    (
        "seller",
        re.compile(
            r"(?:(?:销售方|销方|卖方|收款方|销货单位|收款单位|开票单位)名称[:]?"
            r"|卖方单位/个人(?!住址)[:]?|收款单位(?:\(.{1,2}\))?:|填开单位:)\s?"
        ),
    ),
)
_BUYER_ONLY: frozenset[InvoiceKind] = frozenset({"rail_e", "air_itinerary"})
"""Tickets print the buyer's tax id only."""
_STRANGER = re.compile(r"二手车市场|经营、?拍卖单位")
"""Whose tax id is neither the buyer's nor the seller's."""
_NAME = re.compile(r"(?<!方)(?<!位)(?:名\s?)?称[:._]+\s?")
_TAXID = re.compile(
    r"(?:识别号|信用代码|税号|单位代码/身份证号码)[^:0-9A-Za-z]{0,16}:{0,2}\s?"
    r"([0-9A-Za-z]{15,20})(?![0-9A-Za-z])"
)
_OWN_TAXID: tuple[tuple[Side, re.Pattern[str]], ...] = (
    ("buyer", re.compile(rf"(?:购买方|付款方|交款人|买方)[^:]{{0,4}}{_TAXID.pattern}")),
    (
        "seller",
        re.compile(rf"(?:销售方|收款方|收款单位|卖方|销货单位)[^:]{{0,4}}{_TAXID.pattern}"),
    ),
)
_BARE_TAXID = re.compile(r"(?<![0-9A-Za-z])([0-9A-Z]{18})(?![0-9A-Za-z])")
_NO_NAME = re.compile(
    r"^(?:密|码|区|统一|纳税人|名|称|地址|电话|开户|购|销|备注|信息|价税|合计|\(章\)|:)|^[买方售]$"
)
_TOTAL = re.compile(r"(价税合计|小写)")
_LEVEL = 0.7
_FAR = 6.0
"""Of the height: a tax id belongs to a name on its line, or to one at most so far above it."""
_CELL = 1.3
"""Of the height: how far above or below its label the two lines of a wrapped name stand."""
_STAMPED = 0.5
_NEAR = 0.9
"""Of the height: a gap between two words of one name."""


@dataclass(frozen=True, slots=True)
class _Sides:
    """Where buyer and seller stand: side by side, or one above the other."""

    beside: bool
    middle: float

    def of(self, word: Word) -> Side:
        return "buyer" if (word.x if self.beside else word.y) < self.middle else "seller"


def read_parties(page: Page, draft: Draft, kind: InvoiceKind) -> None:
    """Put names and tax ids into the draft; what stands on no clear side is left out."""
    for side, pattern in _EXPLICIT:
        found = [v for line in page.lines for v in _names(page, line, pattern)]
        draft.choose(side, [(tidy(v.text), v.sure) for v in found])
    sides = _sides(page, kind)
    if sides:
        _by_side(page, draft, sides)
        return
    if kind in _BUYER_ONLY:
        _put_taxid(draft, "buyer", page.find(_TAXID))
        return
    for side, pattern in _OWN_TAXID:
        _put_taxid(draft, side, page.find(pattern))
    _by_name(page, draft)


def _by_name(page: Page, draft: Draft) -> None:
    """Give each tax id to the name that stands left of it, or next above it."""
    places: list[tuple[Side | None, Word]] = [
        (side, v.word) for side, p in _EXPLICIT for v in page.find(p, 0)
    ]
    places += [(None, v.word) for v in page.find(_STRANGER, 0)]
    found: dict[Side | None, list[Value]] = {"buyer": [], "seller": [], None: []}
    for value in page.find(_TAXID):
        before = [p for p in places if _precedes(p[1], value.word)]
        if before:
            side, _ = max(before, key=lambda p: (round(p[1].y / p[1].height), p[1].x))
            found[side].append(value)
    for side, values in found.items():
        if side and getattr(draft.facts, f"{side}_taxid") is None:
            _put_taxid(draft, side, values)


def _precedes(name: Word, taxid: Word) -> bool:
    """Whether a name stands before a tax id in the order of reading."""
    apart = taxid.y - name.y
    level = abs(apart) < _LEVEL * taxid.height
    return name.x0 <= taxid.x0 if level else 0 < apart < _FAR * taxid.height


def _by_side(page: Page, draft: Draft, sides: _Sides) -> None:
    names: dict[Side, list[Value]] = {"buyer": [], "seller": []}
    ids: dict[Side, list[Value]] = {"buyer": [], "seller": []}
    for line in page.lines:
        for value in _names(page, line, _NAME):
            names[sides.of(value.word)].append(value)
    labelled = page.find(_TAXID)
    bare = [v for v in page.find(_BARE_TAXID) if verdict(v.text) == "proven"]
    for value in labelled:
        ids[sides.of(value.word)].append(value)
    for value in bare:
        ids[sides.of(value.word)] = ids[sides.of(value.word)] or [value]
    for side, found in names.items():
        if getattr(draft.facts, side) is None:
            draft.choose(side, [(tidy(v.text), v.sure) for v in found])
        _put_taxid(draft, side, ids[side])


def _put_taxid(draft: Draft, side: Side, found: list[Value]) -> None:
    """Take a tax id; a proven check digit makes up for characters that were hard to read."""
    pairs: list[tuple[object, float]] = []
    for value in found:
        text = mend(value.text.upper())
        if is_taxid(text):
            pairs.append((text, 1.0 if verdict(text) == "proven" else value.sure))
    draft.choose(f"{side}_taxid", pairs)


def _sides(page: Page, kind: InvoiceKind) -> _Sides | None:
    if kind not in VAT or kind == "vat_roll":
        return None
    left, top, right, bottom = page.box
    if kind.startswith("digital") or _stands_beside(page):
        return _Sides(beside=True, middle=(left + right) / 2)
    totals = [v.word.y for v in page.find(_TOTAL)]
    return _Sides(beside=False, middle=totals[0] if totals else (top + bottom) / 2)


def _stands_beside(page: Page) -> bool:
    return any(len(_NAME.findall(line.text)) > 1 for line in page.lines)


def _names(page: Page, line: Line, label: "re.Pattern[str]") -> Iterator[Value]:
    for m in label.finditer(line.text):
        value = _name_after(line, m.end()) or _wrapped(page, line, m)
        if value and value.text.endswith("章"):
            # A stamp that is pressed beside a name; what it hides is unknown.
            value = replace(value, text=value.text.rstrip("章印"), sure=_STAMPED)
        if value:
            yield value


def _name_after(line: Line, start: int) -> Value | None:
    """Take the word after a label, and those that touch it."""
    text = line.text
    if start >= len(text) or not text[start:].strip():
        return None
    end = _word_end(text, start)
    while end < len(text) and _touches(line, end) and not _NO_NAME.match(text[end + 1 :]):
        end = _word_end(text, end + 1)
    value = line.value(start, end)
    return value if _is_name(value.text) else None


def _is_name(text: str) -> bool:
    """Whether a text can be a name: a few letters, no label, no number."""
    letters = sum(char.isalpha() for char in text)
    return letters > 1 and 2 * letters > len(text) and not _NO_NAME.match(text)


def _word_end(text: str, start: int) -> int:
    end = text.find(" ", start)
    return len(text) if end < 0 else end


def _touches(line: Line, blank: int) -> bool:
    before, after = line.word_at(blank - 1), line.word_at(blank + 1)
    return after.x0 - before.x1 < _NEAR * min(before.height, after.height)


def _wrapped(page: Page, line: Line, m: "re.Match[str]") -> Value | None:
    """Read a long name whose two lines stand a little above and below its label."""
    label = line.word_at(m.end() - 1)
    next_word = line.word_at(m.end() + 1)
    limit = next_word.x0 if next_word.x0 > label.x1 else page.box[2] + 1
    beside = (
        w
        for w in page.between(label.x1 - label.height, limit)
        if abs(w.y - label.y) < _CELL * label.height and w not in line.words
    )
    near = list(islice(beside, 3))
    if len(near) != 2 or near[0].y == near[1].y:  # noqa: PLR2004 the two lines of a cell
        return None
    upper, lower = sorted(near, key=lambda w: w.y)
    if not upper.y < label.y < lower.y:
        return None
    text = upper.folded[0] + lower.folded[0]
    sure = min((*upper.folded[1], *lower.folded[1]), default=1.0)
    return Value(text, sure, upper) if _is_name(text) and ":" not in text else None
