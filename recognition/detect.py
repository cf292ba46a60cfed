"""What a file is, by its bytes alone; its name is never believed."""

from typing import Literal

from recognition.limits import MAX_FILE_BYTES, Unreadable

Format = Literal["picture", "pdf", "zip", "xml"]

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HEIC = (b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1")
_HEAD = 1_024
_BRAND = slice(4, 8)
_MAJOR = slice(8, 12)


def detect(data: bytes) -> Format:
    """Name the format of a file; Unreadable for what is not on the list of allowed ones."""
    if not data:
        raise Unreadable("empty")
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable("too_large", limit=str(MAX_FILE_BYTES // 1_000_000))
    found = _binary(data) or _textual(data[:_HEAD])
    if found is None:
        raise Unreadable("type_not_allowed")
    return found


def _binary(data: bytes) -> Format | None:
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return "picture"
    if data.startswith(b"RIFF") and data[_MAJOR] == b"WEBP":
        return "picture"
    if data[_BRAND] == b"ftyp" and data[_MAJOR] in _HEIC:
        return "picture"
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    return None


def _textual(head: bytes) -> Format | None:
    """Look past a byte order mark and blanks."""
    for mark in _BOMS:
        head = head.removeprefix(mark)
    text = head.replace(b"\0", b"").lstrip()
    if text.startswith(b"%PDF-"):
        return "pdf"
    lower = text.lower()
    if lower.startswith((b"<!doctype html", b"<html")) or b"<html" in lower:
        raise Unreadable("html")
    return "xml" if text.startswith(b"<") else None
