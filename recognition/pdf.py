"""PDF: attachments, text with places, QR codes by rendering; nothing in it is ever executed."""

import ctypes
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from core.invoice import ReadingFinding
from recognition import limits
from recognition.cover import Sight
from recognition.glyphs import read_glyphs
from recognition.limits import Unreadable
from recognition.qr import Code, find_codes
from recognition.seal.pdf import signature_doubts
from recognition.seal.trust import NONE, Anchors
from recognition.words import Page

_SCALE = 3.0
"""Pixels a point for a common page: enough for a code of half a millimetre a module."""
_PICTURE_SHARE = 0.5
_TEXT_LAYER = 20
"""Characters; a page with fewer is a picture."""
_ACTIONS = re.compile(rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|EmbeddedGo|RichMedia)\b")
_OPEN = re.compile(rb"/(?:OpenAction|AA)\b(?!\s*\[)")
_STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_INFLATED = 1_000_000
_STREAMS = 50


@dataclass(slots=True)
class PdfPage:
    """One page: its words, its QR codes, and how it looks.

    `covered` means that a picture covers it, `bare` that it has hardly any text; only then is
    `render` in colour.
    """

    page: Page
    codes: list[Code]
    covered: bool
    bare: bool
    render: Image.Image
    sight: Sight


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
        picture = _render(page, grey=True)
        codes = find_codes(picture)
        covered = _covered(page)
        words, sight = read_glyphs(page, None if covered else picture)
        bare = sum(len(w.text) for w in words) < _TEXT_LAYER
        if bare or covered:
            # OCR will look at it, and colours tell a stamp from what lies under it.
            picture = _render(page, grey=False)
        return PdfPage(Page(tuple(words)), codes, covered, bare, picture, sight)
    finally:
        page.close()


def _render(page: pypdfium2.PdfPage, *, grey: bool) -> Image.Image:
    width, height = page.get_size()
    if width < 1 or height < 1:
        raise Unreadable("broken")
    scale = min(_SCALE, (limits.MAX_RENDER_PIXELS / (width * height)) ** 0.5)
    bitmap = page.render(scale=scale, may_draw_forms=False, grayscale=grey)
    picture: Image.Image = bitmap.to_pil()
    return picture.convert("L" if grey else "RGB")


def _covered(page: pypdfium2.PdfPage) -> bool:
    """Whether pictures cover most of the page, so that its text may differ from what is seen."""
    width, height = page.get_size()
    area = 0.0
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        area = max(area, (min(right, width) - max(left, 0)) * (min(top, height) - max(bottom, 0)))
    return bool(area > _PICTURE_SHARE * width * height)


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
