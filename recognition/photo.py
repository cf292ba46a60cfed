"""Photos: which vouchers lie on a picture, and what codes and texts say about each."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from PIL import Image

from core.invoice import InvoiceKind
from recognition import qr
from recognition.evidence import FIELDS, Document, Evidence, Facts
from recognition.kinds import VAT
from recognition.labels import mended
from recognition.layout import legible, read_page
from recognition.look import picture_hash
from recognition.ocr import Engine, read_words, views
from recognition.parts import split
from recognition.qr import Code
from recognition.texts import finding
from recognition.words import Page

_LEGIBLE = 0.92
"""Below this share of sure characters a picture is too coarse to be believed."""
_OCR_FIELDS = ("buyer", "seller", "amount", "tax", "total")
_STRAIGHT = 0.12
"""Radians up to which places on the straightened page are places on the picture."""
_MARGIN = 1.5
"""Of the height of a text: what is cut out around a voucher."""
_SMALLER = 0.9
_FEW_WORDS = 5
_NO_AMOUNT: frozenset[InvoiceKind] = frozenset({"vat_roll", "toll"})


@dataclass(slots=True)
class Photo:
    """The vouchers of a picture; `coarse` when there are texts that nobody could read."""

    documents: list[Document] = field(default_factory=list)
    coarse: bool = False


def read_photo(picture: Image.Image, engine: Engine | None) -> Photo:
    """Read every voucher of a picture; without an engine only those that have a QR code."""
    codes = qr.find_codes(picture)
    if engine is None:
        return Photo(_by_code(codes, picture))
    first = next(iter(views(picture)))
    page = mended(read_words(first, engine))
    parts = split(page)
    if len(parts) > 1:
        return Photo(_parts(picture, first.width / picture.width, parts, codes, engine))
    evidence = qr.evidence_of(codes)
    if len(evidence) > 1:
        return Photo(_by_code(codes, picture))
    evidence += recognised(picture, engine, evidence, page)
    if evidence:
        return Photo([Document(evidence, look=picture_hash(picture))])
    return Photo(coarse=len(page.words) > _FEW_WORDS and legible(page) < _LEGIBLE)


def _by_code(codes: list[Code], picture: Image.Image) -> list[Document]:
    """Give each code its own reading; where texts cannot be told apart none are used."""
    evidence = qr.evidence_of(codes)
    doubts = [finding("several_on_picture", *_OCR_FIELDS)] if len(evidence) > 1 else []
    look = picture_hash(picture) if len(evidence) == 1 else ""
    return [Document([e], list(doubts), look) for e in evidence]


def _parts(
    picture: Image.Image, scale: float, parts: list[Page], codes: list[Code], engine: Engine
) -> list[Document]:
    """Read each part, again and larger where the picture has more to show than the page had."""
    shares = _shared(parts, scale, codes)
    documents: list[Document] = []
    for part, mine in zip(parts, shares, strict=True):
        crop = _cut(picture, part, scale)
        evidence = qr.evidence_of(mine or (qr.find_codes(crop) if crop else []))[:1]
        text = read_page(part, "ocr", coarse=legible(part) < _LEGIBLE)
        if crop and (scale < _SMALLER or text is None or _lacking([*evidence, text])):
            text = _better(text, recognised(crop, engine, evidence))
        evidence += [text] if text else []
        if evidence:
            documents.append(Document(evidence, look=picture_hash(crop) if crop else ""))
    return documents


def _shared(parts: list[Page], scale: float, codes: list[Code]) -> list[list[Code]]:
    """Give each code to the part that prints its number, else to the nearest one."""
    shares: list[list[Code]] = [[] for _ in parts]
    for code in codes:
        evidence = qr.parse_code(code.text)
        number = evidence.facts.number if evidence else None
        if not number:
            continue
        printing = [i for i, part in enumerate(parts) if number in part.text]
        nearest = min(range(len(parts)), key=lambda i: _distance(parts[i], code, scale))
        shares[printing[0] if len(printing) == 1 else nearest].append(code)
    return shares


def _distance(part: Page, code: Code, scale: float) -> float:
    x0, y0, x1, y1 = part.box
    x, y = code.x * scale, code.y * scale
    return max(x0 - x, 0, x - x1) + max(y0 - y, 0, y - y1)


def _cut(picture: Image.Image, part: Page, scale: float) -> Image.Image | None:
    """Cut a part out of the picture; None when the picture is turned or the cut leaves it."""
    if abs(part.slope) > _STRAIGHT:
        return None
    x0, y0, x1, y1 = part.box
    edge = _MARGIN * sorted(w.height for w in part.words)[len(part.words) // 2]
    left, top = max(0, round((x0 - edge) / scale)), max(0, round((y0 - edge) / scale))
    right = min(picture.width, round((x1 + edge) / scale))
    bottom = min(picture.height, round((y1 + edge) / scale))
    if right - left < 1 or bottom - top < 1:
        return None
    return picture.crop((left, top, right, bottom))


def _better(text: Evidence | None, again: list[Evidence]) -> Evidence | None:
    """Join two looks at a part, unless the second one saw another voucher."""
    if not again or text is None:
        return again[0] if again else text
    one, other = text.facts.number, again[0].facts.number
    return _both(again[0], text) if None in {one, other} or one == other else text


def recognised(
    picture: Image.Image, engine: Engine, known: list[Evidence], first: Page | None = None
) -> list[Evidence]:
    """Recognise a picture; where much is missing, look again at another size.

    `first` is what the first look saw, if there was one.
    """
    found: Evidence | None = None
    for number, view in enumerate(views(picture)):
        page = first if first and number == 0 else mended(read_words(view, engine))
        seen = read_page(page, "ocr", coarse=legible(page) < _LEGIBLE)
        found = _both(found, seen) if found and seen else found or seen
        if (found and not _lacking([*known, found])) or len(page.words) < _FEW_WORDS:
            break
    return [found] if found else []


def _lacking(evidence: Iterable[Evidence]) -> bool:
    evidence = list(evidence)
    kind = next((e.facts.kind for e in evidence if e.facts.kind), None)
    needed = {"total"}
    if kind in VAT:
        needed |= {"number", "buyer", "seller", *(() if kind in _NO_AMOUNT else ("amount",))}
    return any(all(getattr(e.facts, FIELDS[n]) is None for e in evidence) for n in needed)


def _both(first: Evidence, second: Evidence) -> Evidence:
    """Join two looks at one picture: the first wins, what they read differently is weak."""
    values: dict[str, object] = {}
    weak = set(first.weak)
    for name, place in FIELDS.items():
        one, other = getattr(first.facts, place), getattr(second.facts, place)
        missing = one in {None, ()}
        values[place] = other if missing else one
        if (missing and name in second.weak) or (not missing and other and one != other):
            weak.add(name)
    return replace(
        first,
        facts=Facts(**values),  # type: ignore[arg-type]  # the values come from Facts
        doubts=(*first.doubts, *second.doubts),
        words_fen=second.words_fen if first.words_fen is None else first.words_fen,
        outside_fen=first.outside_fen or second.outside_fen,
        weak=frozenset(weak),
        coarse=first.coarse and second.coarse,
        paper=first.paper or second.paper,
    )
