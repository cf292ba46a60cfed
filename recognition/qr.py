"""QR codes of invoices: found in a picture, and what their text says (`01,type,code,number,…`)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import zxingcpp
from PIL import Image

from core.invoice import ReadingFinding
from recognition.evidence import Evidence, Facts, day, money
from recognition.kinds import OF_QR, PAPER_QR, WITH_TAX, WITHOUT_TAX
from recognition.texts import finding

_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_SCHEME = "01"
_LEAST_PARTS = 6
_CHECK_CODE = 20
_AIR = "61"
_TOP = 0.5
_UPSCALE_BELOW_PX = 9_000_000
_NUMBER = re.compile(r"\d{8,20}")
_CODE = re.compile(r"\d{10}|\d{12}")


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code on a page: its text and the middle of it in pixels."""

    text: str
    x: float
    y: float


def find_codes(picture: Image.Image) -> list[Code]:
    """Find QR codes: as it is, else the upper half (and then all) at twice the size.

    The text of a code is data: an address in it is never fetched.
    """
    grey = picture.convert("L")
    for view in _views(grey):
        if found := list(_decode(view.image, view.scale)):
            return found
    return []


@dataclass(frozen=True, slots=True)
class _View:
    image: Image.Image
    scale: float


def _views(grey: Image.Image) -> Iterator[_View]:
    yield _View(grey, 1)
    width, height = grey.size
    for part in (grey.crop((0, 0, width, round(height * _TOP))), grey):
        if part.width * part.height * 4 <= _UPSCALE_BELOW_PX * 4:
            size = (part.width * 2, part.height * 2)
            yield _View(part.resize(size, Image.Resampling.BICUBIC), 2)


def _decode(image: Image.Image, scale: float) -> Iterator[Code]:
    for code in zxingcpp.read_barcodes(image, formats=_FORMATS):
        p = code.position
        x = (p.top_left.x + p.bottom_right.x) / 2
        y = (p.top_left.y + p.bottom_right.y) / 2
        yield Code(str(code.text), x / scale, y / scale)


def evidence_of(codes: Iterable[Code]) -> list[Evidence]:
    """Give what the invoice codes among them say, each text once."""
    parsed = (parse_code(text) for text in dict.fromkeys(code.text for code in codes))
    return [evidence for evidence in parsed if evidence]


def parse_code(text: str) -> Evidence | None:
    """Read the text of a code; None when it is no invoice's.

    Fields by position: scheme, type, code, number, amount, date, check code, a checksum whose
    rule is unpublished. What the amount means depends on the type. Real texts write dates with
    dashes, leave decimals or the last commas out, and put the air ticket's code last.
    """
    parts = [part.strip() for part in text.strip().split(",")]
    if len(parts) < _LEAST_PARTS or parts[0] != _SCHEME or not parts[1].isdigit():
        return None
    parts += [""] * 3
    _, kind, code, number, amount, issued, check, last, *_ = parts
    if not _NUMBER.fullmatch(number):
        return None
    facts = Facts(
        kind=OF_QR.get(kind),
        code=code if _CODE.fullmatch(code) else None,
        number=number,
        date=day(issued),
        check_code=check if check.isdigit() and len(check) == _CHECK_CODE else None,
    )
    if kind == _AIR and last.isdigit():
        facts = replace(facts, check_code=last)
    facts, doubts = _with_amount(facts, kind, amount)
    if issued and facts.date is None:
        doubts.append(finding("qr_value_invalid", "date"))
    return Evidence("qr", facts, tuple(doubts), paper=kind in PAPER_QR)


def _with_amount(facts: Facts, kind: str, amount: str) -> tuple[Facts, list[ReadingFinding]]:
    fen = money(amount)
    if fen is None:
        return facts, [finding("qr_value_invalid", "amount")] if amount else []
    if kind in WITHOUT_TAX:
        return replace(facts, amount_fen=fen), []
    if kind in WITH_TAX:
        return replace(facts, total_fen=fen), []
    return facts, [finding("qr_amount_unclear", "amount", "total")]
