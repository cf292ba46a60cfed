"""Signatures of a PDF: what they cover, whether they hold, and what was added after them."""

import ctypes
import re
from collections.abc import Callable
from datetime import datetime

import pypdfium2.raw as pdfium

from core.invoice import ReadingFinding
from recognition.seal import der
from recognition.seal.certificate import Unsupported, digest_of
from recognition.seal.cms import SignedData, read_signed_data
from recognition.seal.der import Malformed
from recognition.seal.trust import Anchors
from recognition.seal.verdict import Seal, doubts_of
from recognition.texts import finding

_MAX_SIGNATURES = 10
_MAX_BYTES = 2_000_000
_RANGE = 4
_SHA1 = "1.3.14.3.2.26"
_DETACHED = ("adbe.pkcs7.detached", "ETSI.CAdES.detached")
_DIGEST_INSIDE = "adbe.pkcs7.sha1"
_STAMP = "ETSI.RFC3161"
_HEX = re.compile(rb"<[0-9A-Fa-f\s]*>")
_BLANK = b"\0\t\n\f\r "
_WHOLE = "PDF"


def signature_doubts(
    document: "pdfium.FPDF_DOCUMENT", data: bytes, anchors: Anchors
) -> list[ReadingFinding]:
    """Check every signature of an opened PDF; empty when all are well or there is none.

    That a PDF is not signed says nothing: most e-invoices are not.
    """
    count = min(pdfium.FPDF_GetSignatureCount(document), _MAX_SIGNATURES)
    found: list[ReadingFinding] = []
    ends = len(data)
    for i in range(count):
        signature = pdfium.FPDF_GetSignatureObject(document, i)
        if _text(pdfium.FPDFSignatureObj_GetSubFilter, signature) == _STAMP:
            # A time stamp over the file, by an authority of time; it says nothing of the content.
            continue
        ends = min(ends, sum(_range(signature)[2:]))
        found += doubts_of(_seal(signature, data), anchors, None)
    if data[ends:].strip(_BLANK):
        found.append(finding("seal_changed_later"))
    return found


def _seal(signature: "pdfium.FPDF_SIGNATURE", data: bytes) -> Seal:
    """Check one signature; what is odd about it makes it bad, never an exception."""
    seal = Seal()
    try:
        contents = _bytes(pdfium.FPDFSignatureObj_GetContents, signature)
        covered = _covered(_range(signature), data, contents)
        inside = _digest_inside(signature)
        _judge(seal, read_signed_data(contents), covered, inside=inside)
        seal.signed_at = seal.signed_at or _written_time(signature)
    except Unsupported:
        seal.unsupported = True
    except Malformed:
        seal.bad = True
    return seal


def _digest_inside(signature: "pdfium.FPDF_SIGNATURE") -> bool:
    """Whether the signed content is a digest of the file, as in an older way of signing."""
    kind = _text(pdfium.FPDFSignatureObj_GetSubFilter, signature)
    if kind not in {*_DETACHED, _DIGEST_INSIDE}:
        raise Unsupported(kind)
    return kind == _DIGEST_INSIDE


def _judge(seal: Seal, signed: SignedData, covered: tuple[bytes, bytes], *, inside: bool) -> None:
    info = signed.info
    seal.signer, seal.others, seal.signed_at = info.signer, signed.certificates, info.signed_at
    content = [*covered]
    if inside:
        content = [signed.content or b""]
        if content[0] != digest_of(_SHA1, *covered):
            seal.broken.append(_WHOLE)
    if not seal.broken and not info.covers(*content):
        seal.broken.append(_WHOLE)
    seal.bad = not info.holds(*content)


def _covered(span: list[int], data: bytes, contents: bytes) -> tuple[bytes, bytes]:
    """Give the two stretches of the file that are signed.

    They must begin at its first byte, and the gap must be the signature itself and nothing else:
    otherwise something that is shown could stand outside.
    """
    if len(span) != _RANGE:
        raise Malformed("range")
    start, length, next_start, next_length = span
    if start != 0 or length <= 0 or next_length < 0 or next_start + next_length > len(data):
        raise Malformed("range")
    gap = data[length:next_start]
    if not _HEX.fullmatch(gap):
        raise Malformed("gap")
    written = re.sub(rb"\s", b"", gap[1:-1])
    if bytes.fromhex((written + b"0" * (len(written) % 2)).decode("ascii")) != contents:
        raise Malformed("another signature in the gap")
    return data[:length], data[next_start : next_start + next_length]


def _range(signature: "pdfium.FPDF_SIGNATURE") -> list[int]:
    count = pdfium.FPDFSignatureObj_GetByteRange(signature, None, 0)
    if count != _RANGE:
        return []
    numbers = (ctypes.c_int * _RANGE)()
    pdfium.FPDFSignatureObj_GetByteRange(signature, numbers, _RANGE)
    return list(numbers)


def _written_time(signature: "pdfium.FPDF_SIGNATURE") -> datetime | None:
    """Read the time beside the signature (`D:20200723130907+08'00'`); it is signed along."""
    written = _text(pdfium.FPDFSignatureObj_GetTime, signature).removeprefix("D:")
    try:
        return der.moment(written.replace("'", "")) if written else None
    except Malformed:
        return None


_Getter = Callable[["pdfium.FPDF_SIGNATURE", object, int], int]


def _bytes(get: _Getter, signature: "pdfium.FPDF_SIGNATURE") -> bytes:
    size = get(signature, None, 0)
    if not 0 < size <= _MAX_BYTES:
        raise Malformed("size")
    buffer = ctypes.create_string_buffer(size)
    get(signature, buffer, size)
    return buffer.raw[:size]


def _text(get: _Getter, signature: "pdfium.FPDF_SIGNATURE") -> str:
    try:
        return _bytes(get, signature).rstrip(b"\0").decode("ascii", "replace")
    except Malformed:
        return ""
