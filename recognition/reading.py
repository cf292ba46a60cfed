"""Bytes of a file to readings, inside the isolated process: format, sources, joining."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from PIL import Image

from core.invoice import Reading, ReadingFinding
from recognition import limits, merge, qr
from recognition.detect import detect
from recognition.evidence import FIELDS, Document, Evidence
from recognition.layout import read_page
from recognition.limits import Package, Unreadable
from recognition.look import picture_hash
from recognition.ocr import Engine
from recognition.ofd import is_ofd, read_ofd
from recognition.parts import NAMELESS, split
from recognition.pdf import Pdf, PdfPage, read_pdf
from recognition.photo import read_photo, recognised
from recognition.picture import open_picture
from recognition.seal.ofd import seal_doubts
from recognition.seal.trust import NONE, Anchors
from recognition.texts import finding, reason, refusal
from recognition.words import Page
from recognition.xml import read_xml


@dataclass(slots=True)
class Outcome:
    """The readings of a file; `wants_ocr` when OCR could add to them."""

    readings: tuple[Reading, ...]
    wants_ocr: bool = False


@dataclass(slots=True)
class _Found:
    """Documents of one file; doubts about the file hold for each of them."""

    documents: list[Document] = field(default_factory=list)
    doubts: list[ReadingFinding] = field(default_factory=list)
    wants_ocr: bool = False


def read_file(name: str, data: bytes, engine: Engine | None, anchors: Anchors = NONE) -> Outcome:
    """Read every voucher of a file; without an engine pictures give their QR codes only.

    What is refused or is no voucher gives one reading that says why. Seals are checked against
    `anchors`.
    """
    try:
        found = _read(data, engine, anchors, nested=False)
    except Unreadable as error:
        return Outcome((refusal(name, error.code, **error.facts),))
    documents = _joined(found.documents)
    if not documents:
        return Outcome((refusal(name, "not_an_invoice"),), found.wants_ocr)
    for document in documents:
        document.doubts += found.doubts
    return Outcome(tuple(merge.join(name, d) for d in documents), found.wants_ocr)


def _joined(documents: Iterable[Document]) -> list[Document]:
    """Let documents of one identity become one, in order of appearance."""
    joined: list[Document] = []
    for document in documents:
        same = next((d for d in joined if merge.same_voucher(d, document)), None)
        if same:
            same.evidence += document.evidence
            same.doubts += document.doubts
            same.look = same.look or document.look
        else:
            joined.append(document)
    return joined


def _read(data: bytes, engine: Engine | None, anchors: Anchors, *, nested: bool) -> _Found:
    match detect(data):
        case "xml":
            return _xml(data)
        case "picture":
            return _picture(open_picture(data), engine)
        case "pdf":
            return _pdf(read_pdf(data, anchors), engine)
        case "zip":
            package = Package(data)
            if is_ofd(package):
                return _ofd(package, anchors)
            if nested:
                raise Unreadable("type_not_allowed")
            return _archive(package, engine, anchors)


def _xml(data: bytes) -> _Found:
    evidence = read_xml(data)
    if not evidence:
        raise Unreadable("unknown_xml")
    return _Found([Document([e]) for e in evidence if e.facts.number or e.facts.total_fen])


def _ofd(package: Package, anchors: Anchors) -> _Found:
    ofd = read_ofd(package)
    evidence = [*ofd.evidence, *qr.evidence_of(ofd.codes)]
    if not any(e.facts.number or e.facts.kind for e in evidence):
        return _Found()
    doubts = [
        *_skipped(ofd.skipped),
        *ofd.sight.doubts(evidence),
        *seal_doubts(package, anchors, evidence),
    ]
    return _Found([Document(evidence)], doubts)


def _skipped(pages: int) -> list[ReadingFinding]:
    return [finding("pages_skipped", pages=str(limits.MAX_PAGES))] if pages else []


def _archive(package: Package, engine: Engine | None, anchors: Anchors) -> _Found:
    """Read the files of a zip, each for itself; what cannot be read is counted and said."""
    found, unread = _Found(), list[str]()
    for name in package.names():
        if name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("."):
            continue
        data = package.read(name)
        try:
            part = _read(data, engine, anchors, nested=True)
        except Unreadable as error:
            if error.code == "bomb":
                raise
            unread.append(error.code)
            continue
        for document in part.documents:
            document.doubts += part.doubts
        found.documents += part.documents
        found.wants_ocr |= part.wants_ocr
    if unread:
        why = reason(unread[0], limit="").partition(" · ")[0]
        found.doubts.append(finding("entries_skipped", entries=str(len(unread)), why=why))
    return found


def _pdf(pdf: Pdf, engine: Engine | None) -> _Found:
    found = _Found(doubts=[*_skipped(pdf.skipped), *pdf.doubts])
    if pdf.active:
        found.doubts.append(finding("active_content"))
    found.documents += [Document([e]) for data in pdf.attachments for e in _attachment(data)]
    for page in pdf.pages:
        documents, wants = _pdf_page(page, engine)
        found.wants_ocr |= wants
        found.documents += [d for d in documents if d.evidence]
    found.documents = _with_main(found.documents)
    return found


def _with_main(documents: list[Document]) -> list[Document]:
    """Drop pages without an identity beside one that has it: lists of goods, notes."""
    named = [d for d in documents if merge.identity(d) or _is_nameless(d)]
    return named or documents[:1]


def _is_nameless(document: Document) -> bool:
    facts = [e.facts for e in document.evidence]
    return any(f.kind in NAMELESS and f.total_fen is not None for f in facts)


def _attachment(data: bytes) -> list[Evidence]:
    """Read an attachment; what is no XML invoice is none of our business."""
    try:
        return read_xml(data) if detect(data) == "xml" else []
    except Unreadable:
        return []


def _pdf_page(page: PdfPage, engine: Engine | None) -> tuple[list[Document], bool]:
    if page.bare and engine:
        return read_photo(page.render, engine).documents, False
    parts = split(page.page)
    if len(parts) > 1 and not page.covered:
        return [_pdf_part(part, page) for part in parts], False
    document = Document()
    text = read_page(page.page, "pdf")
    if text:
        document.evidence.append(text)
    document.evidence += qr.evidence_of(page.codes)
    document.doubts += page.sight.doubts(document.evidence)
    over = bool(text) and page.covered
    if over:
        document.doubts.append(finding("text_over_image", *_money_read(text)))
    if page.bare or over:
        document.look = picture_hash(page.render)
    if (page.bare or over) and engine:
        document.evidence += recognised(page.render, engine, document.evidence)
    return [document], (page.bare or over) and engine is None


def _pdf_part(part: Page, page: PdfPage) -> Document:
    """Read one of several vouchers on a page, with the code that has its number."""
    text = read_page(part, "pdf")
    number = text.facts.number if text else None
    codes = [e for e in qr.evidence_of(page.codes) if number and e.facts.number == number]
    evidence = [*([text] if text else []), *codes]
    return Document(evidence, page.sight.doubts(evidence))


def _money_read(text: Evidence | None) -> tuple[str, ...]:
    names = ("number", "date", "amount", "tax", "total", "buyer", "seller")
    return tuple(n for n in names if text and getattr(text.facts, FIELDS[n]) is not None)


def _picture(picture: Image.Image, engine: Engine | None) -> _Found:
    photo = read_photo(picture, engine)
    if photo.coarse:
        raise Unreadable("too_coarse")
    return _Found(photo.documents, wants_ocr=engine is None)
