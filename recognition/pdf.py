"""PDF: attachments, text with places, QR codes by rendering; nothing in it is ever executed."""

import ctypes
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from core.invoice import ReadingFinding
from recognition import limits
from recognition.limits import Unreadable
from recognition.qr import Code, find_codes
from recognition.seal.pdf import signature_doubts
from recognition.seal.trust import NONE, Anchors
from recognition.words import Page, Word, glue

_SCALE = 3.0
"""Pixels a point for a common page: enough for a code of half a millimetre a module."""
_PICTURE_SHARE = 0.5
_QUARTER = math.pi / 2
_STEP = 2.5
_TWICE = 0.25
_ACTIONS = re.compile(rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|EmbeddedGo|RichMedia)\b")
_OPEN = re.compile(rb"/(?:OpenAction|AA)\b(?!\s*\[)")
_STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_INFLATED = 1_000_000
_STREAMS = 50


_Box = tuple[float, float, float, float]


@dataclass(slots=True)
class PdfPage:
    """One page: its words, its QR codes, and whether a picture covers it."""

    page: Page
    codes: list[Code]
    covered: bool
    render: Image.Image


@dataclass(slots=True)
class Pdf:
    """What is in a PDF; `skipped` pages lie beyond the cap."""

    pages: list[PdfPage] = field(default_factory=list)
    attachments: list[bytes] = field(default_factory=list)
    active: bool = False
    skipped: int = 0
    doubts: list[ReadingFinding] = field(default_factory=list)


def read_pdf(data: bytes, anchors: Anchors = NONE) -> Pdf:
    """Open a PDF and take out what can be read; Unreadable `broken` or `encrypted`.

    Signatures are checked against `anchors`.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD
        raise Unreadable("encrypted" if locked else "broken") from error
    try:
        count = len(document)
        found = Pdf(active=_is_active(data), skipped=max(0, count - limits.MAX_PAGES))
        found.doubts += signature_doubts(document.raw, data, anchors)
        found.attachments = list(_attachments(document))
        found.pages = [_page(document, i) for i in range(min(count, limits.MAX_PAGES))]
    except pypdfium2.PdfiumError as error:
        raise Unreadable("broken") from error
    finally:
        document.close()
    return found


def _attachments(document: pypdfium2.PdfDocument) -> Iterator[bytes]:
    for i in range(min(document.count_attachments(), limits.MAX_ATTACHMENTS)):
        attachment = document.get_attachment(i)
        size = ctypes.c_ulong()
        known = pdfium.FPDFAttachment_GetFile(attachment, None, 0, ctypes.byref(size))
        if known and 0 < size.value <= limits.MAX_XML_BYTES:
            yield bytes(attachment.get_data())


def _page(document: pypdfium2.PdfDocument, index: int) -> PdfPage:
    page = document[index]
    try:
        picture = _render(page)
        return PdfPage(
            Page(tuple(glue(_glyphs(page)))), find_codes(picture), _covered(page), picture
        )
    finally:
        page.close()


def _render(page: pypdfium2.PdfPage) -> Image.Image:
    width, height = page.get_size()
    if width < 1 or height < 1:
        raise Unreadable("broken")
    scale = min(_SCALE, (limits.MAX_RENDER_PIXELS / (width * height)) ** 0.5)
    bitmap = page.render(scale=scale, may_draw_forms=False)
    picture: Image.Image = bitmap.to_pil()
    return picture.convert("RGB")


def _covered(page: pypdfium2.PdfPage) -> bool:
    """Whether pictures cover most of the page, so that its text may differ from what is seen."""
    width, height = page.get_size()
    area = 0.0
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        area = max(area, (min(right, width) - max(left, 0)) * (min(top, height) - max(bottom, 0)))
    return bool(area > _PICTURE_SHARE * width * height)


def _glyphs(page: pypdfium2.PdfPage) -> list[Word]:
    """Give each printed character with its box, as read (turned text is turned back)."""
    text = page.get_textpage()
    try:
        boxes = list(_boxes(text))
    finally:
        text.close()
    quarter = _quarter([box for _, box in boxes])
    seen: dict[str, list[Word]] = {}
    for char, box in boxes:
        word = Word(char, *_turned(box, quarter))
        alike = seen.setdefault(char, [])
        if not any(_printed_twice(word, other) for other in alike):
            alike.append(word)
    return [word for words in seen.values() for word in words]


def _boxes(text: pypdfium2.PdfTextPage) -> Iterator[tuple[str, _Box]]:
    """Give characters in their stored order: left, bottom, right, top in the page's own space."""
    box = pdfium.FS_RECTF()
    for i in range(min(text.count_chars(), limits.MAX_CHARS)):
        char = chr(pdfium.FPDFText_GetUnicode(text, i))
        pdfium.FPDFText_GetLooseCharBox(text, i, ctypes.byref(box))
        if char.isprintable() and not char.isspace() and box.right > box.left:
            yield char, (box.left, box.bottom, box.right, box.top)


def _printed_twice(one: Word, other: Word) -> bool:
    """Whether a character was drawn again a little aside, which is how bold print is made."""
    width = one.x1 - one.x0
    return abs(one.x - other.x) < _TWICE * width and abs(one.y - other.y) < _TWICE * one.height


def _quarter(boxes: list[_Box]) -> int:
    """Give by how many quarters the text is turned: where most characters' next one stands.

    Neither the page's own rotation nor the angle of the font says it: either may be undone by
    the other.
    """
    steps: Counter[int] = Counter()
    for (left, bottom, right, top), following in pairwise(boxes):
        dx = following[0] + following[2] - left - right
        dy = following[1] + following[3] - bottom - top
        if max(abs(dx), abs(dy)) < _STEP * (top - bottom + right - left):
            steps[round(math.atan2(dy, dx) / _QUARTER) % 4] += 1
    return steps.most_common(1)[0][0] if steps else 0


def _turned(box: _Box, quarter: int) -> _Box:
    """Turn a box with y upwards into one with y downwards whose text runs to the right."""
    left, bottom, right, top = box
    turned: dict[int, _Box] = {
        0: (left, -top, right, -bottom),
        1: (bottom, left, top, right),
        2: (-right, bottom, -left, top),
        3: (-top, -right, -bottom, -left),
    }
    return turned[quarter]


def _is_active(data: bytes) -> bool:
    """Whether scripts or actions are in the file, object streams included; never run here."""
    plain = _STREAM.sub(b"", data)
    return any(_acts(part) for part in (plain, *_object_streams(data)))


def _acts(part: bytes) -> bool:
    plain = _HEX_NAME.sub(lambda m: bytes([int(m[1], 16)]), part)
    return bool(_ACTIONS.search(plain) or _OPEN.search(plain))


def _object_streams(data: bytes) -> Iterator[bytes]:
    for number, start in enumerate(_OBJECT_STREAM.finditer(data)):
        if number >= _STREAMS:
            return
        try:
            yield zlib.decompressobj().decompress(data[start.end() :], _INFLATED)
        except zlib.error:
            # Not deflated, or broken: PDFium has its own say about the file.
            continue
