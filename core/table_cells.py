"""What people write into the cells of a table: titles, amounts, days, yes and no.

What can be read in one way only becomes plain; everything else stays as it was written, and
whoever checks the cell refuses it with its row.
"""

import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta

HEADER_WITHIN = 20
"""The header stands in one of the first rows: above it may be a title, or nothing."""
_TWO = 2
"""So many known titles make a header; one may be a word of a heading."""
_NOTED = re.compile(r"[*\s]+|\([^()]*\)$")
_MONEY = re.compile(r"(?:¥|CNY|RMB)?\s*([-+0-9.,]+)\s*(?:元|CNY|RMB)?", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DAY = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?)?"
)
_SOLID_DAY = re.compile(r"(20[0-9]{2})([01][0-9])([0-3][0-9])")
_SERIAL = re.compile(r"[34567][0-9]{4}")
_SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of Excel's calendar, as it counts from March 1900 on."""


def plain_title(cell: str) -> str:
    """Give a title without what people put around it: "金额（元）*" → "金额"."""
    text = unicodedata.normalize("NFKC", cell).strip().lstrip("\ufeff").lower()
    return _NOTED.sub("", text)


def header_place(table: Sequence[Sequence[str]], titles: AbstractSet[str]) -> int:
    """Give the place of the header: the first row with known titles, else the first with any.

    `titles` are plain ones. Rows are counted from 0; 0 for a table without any content.
    """
    head = table[:HEADER_WITHIN]
    for place, row in enumerate(head):
        if len(titles & {plain_title(cell) for cell in row if cell}) >= _TWO:
            return place
    return next((place for place, row in enumerate(head) if any(row)), 0)


def plain_amount(cell: str) -> str:
    """Give an amount as files carry it: "￥1,234.50元" → "1234.50"; other texts as they are."""
    found = _MONEY.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if found is None:
        return cell
    bare = found[1]
    if _GROUPED.fullmatch(bare):
        return bare.replace(",", "")
    return bare if _PLAIN.fullmatch(bare) else cell


def plain_day(cell: str) -> str:
    """Give a day as ISO: "2026年11月5日", "2026/11/5 9:30", "20261105", what Excel calls 46331.

    Other texts are given as they are: nobody can tell the day of 11/5/2026 from its month.
    """
    text = unicodedata.normalize("NFKC", cell).strip()
    found = _DAY.fullmatch(text) or _SOLID_DAY.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return cell
    if _SERIAL.fullmatch(text):
        return (_SERIAL_ZERO + timedelta(days=int(text))).isoformat()
    return cell


_MONTH = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?")
_PART = re.compile(r"([0-9]{4})年?-?(?:(Q)|(H)|第?)([1-4一二三四上下])(?:季度?|半年)?")
_DIGITS = str.maketrans("一二三四上下", "123412")
_MONTHS = range(1, 13)


def plain_period(cell: str) -> str:
    """Give a period as the company file writes it: "2026年11月", "2026Q4", "2026年第四季度"."""
    text = unicodedata.normalize("NFKC", cell).replace(" ", "").upper()
    if re.fullmatch(r"[0-9]{4}年?(?:度|全年)?", text):
        return text[:4]
    month = _MONTH.fullmatch(text)
    if month and int(month[2]) in _MONTHS:
        return f"{month[1]}-{int(month[2]):02d}"
    part = _PART.fullmatch(text)
    if part and (part[2] or part[3] or text.endswith(("季", "季度", "半年"))):
        half = part[3] or text.endswith("半年")
        return f"{part[1]}-{'H' if half else 'Q'}{part[4].translate(_DIGITS)}"
    return cell
