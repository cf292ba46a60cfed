"""Several vouchers on one page: cut along the gaps between them, never through one."""

from collections.abc import Iterator

from core.invoice import InvoiceKind
from recognition.layout import read_page, title_kind
from recognition.words import Page, Word

NAMELESS: frozenset[InvoiceKind] = frozenset({"overseas", "ride_itinerary"})
"""Kinds that carry no number of the tax bureau."""
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
    for one, other in _cuts(page):
        first = _identity(one)
        if first is not None and _identity(other) not in {None, first}:
            return one, other
    return None


def _identity(page: Page) -> str | None:
    """Name the voucher that a part is; None when it is none, or only a piece of one."""
    kind = title_kind(page)
    if kind in {None, "other"}:
        return None
    evidence = read_page(page, "ocr")
    if evidence is None:
        return None
    facts = evidence.facts
    if kind in NAMELESS:
        return f"{facts.seller} {facts.date} {facts.total_fen}" if facts.total_fen else None
    return facts.number or facts.code


def _cuts(page: Page) -> Iterator[tuple[Page, Page]]:
    """Give the two sides of each gap that no word crosses, the widest gaps first."""
    down = [(size, place, False) for size, place in _gaps([(w.y0, w.y1) for w in page.words])]
    across = [(size, place, True) for size, place in _gaps([(w.x0, w.x1) for w in page.words])]
    for _, place, beside in sorted((*down, *across), reverse=True)[:_MOST_CUTS]:
        one, other = list[Word](), list[Word]()
        for word in page.words:
            before = (word.x if beside else word.y) < place
            (one if before else other).append(word)
        yield Page(tuple(one), page.slope), Page(tuple(other), page.slope)


def _gaps(spans: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Give the size and the middle of each gap between spans."""
    reach = None
    for start, end in sorted(spans):
        if reach is not None and start > reach:
            yield start - reach, (start + reach) / 2
        reach = end if reach is None else max(reach, end)
