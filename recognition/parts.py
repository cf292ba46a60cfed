"""Several vouchers on one page: cut along the gaps between them, never through one."""

import re
from collections.abc import Iterator

from core.invoice import InvoiceKind
from recognition.layout import read_page, title_kind
from recognition.words import Page, Word

NAMELESS: frozenset[InvoiceKind] = frozenset({"overseas", "ride_itinerary"})
"""Kinds that carry no number of the tax bureau."""
_HEAD = re.compile(r"发票|票据|客票|行程单|(?i:invoice|receipt)|^[A-Z]\d{6}$")
_MOST_CUTS = 12
_MOST_PARTS = 12


def split(page: Page) -> list[Page]:
    """Give the page itself, or its parts where each side of a gap is a voucher of its own."""
    found, open_ = list[Page](), [page]
    while open_:
        part = open_.pop()
        halves = _halves(part) if len(found) + len(open_) < _MOST_PARTS else None
        if halves:
            open_ += reversed(halves)
        else:
            found.append(part)
    return found


def _halves(page: Page) -> tuple[Page, Page] | None:
    """Give the two sides of the best gap; a form has gaps too, but no head below them.

    Nearly every gap is one of a single form, so what has no title is never read.
    """
    found = [
        (_before_head(other) if below else 0.0, -size, number, one, other)
        for number, (size, below, one, other) in enumerate(_cuts(page))
        if _is_titled(other) and _is_titled(one)
        if (first := _identity(one)) is not None and _identity(other) not in {None, first}
    ]
    return min(found)[3:] if found else None


def _before_head(page: Page) -> float:
    """Give how far below its upper edge a part's head begins, in heights of its texts."""
    _, top, _, _ = page.box
    heads = [w for w in page.words if _HEAD.search(w.folded[0])]
    first = min(heads, key=lambda w: w.y0, default=None)
    return round((first.y0 - top) / first.height, 1) if first else 0.0


def _is_titled(page: Page) -> bool:
    return title_kind(page) not in {None, "other"}


def _identity(page: Page) -> str | None:
    """Name the voucher, or the several ones, of a titled part; None for a piece of one."""
    kind = title_kind(page)
    evidence = read_page(page, "ocr")
    if evidence is None:
        return None
    facts = evidence.facts
    if kind in NAMELESS:
        return f"{facts.seller} {facts.date} {facts.total_fen}" if facts.total_fen else None
    several = any({"number", "code"} & set(d.fields) for d in evidence.doubts)
    return facts.number or facts.code or (f"{page.box}" if several else None)


def _cuts(page: Page) -> Iterator[tuple[float, bool, Page, Page]]:
    """Give size, direction and the two sides of each gap that no word crosses, widest first."""
    down = [(size, place, False) for size, place in _gaps([(w.y0, w.y1) for w in page.words])]
    across = [(size, place, True) for size, place in _gaps([(w.x0, w.x1) for w in page.words])]
    for size, place, beside in sorted((*down, *across), reverse=True)[:_MOST_CUTS]:
        one, other = list[Word](), list[Word]()
        for word in page.words:
            before = (word.x if beside else word.y) < place
            (one if before else other).append(word)
        sides = Page(tuple(one), page.slope), Page(tuple(other), page.slope)
        yield size, not beside, *sides


def _gaps(spans: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Give the size and the middle of each gap between spans."""
    reach = None
    for start, end in sorted(spans):
        if reach is not None and start > reach:
            yield start - reach, (start + reach) / 2
        reach = end if reach is None else max(reach, end)
