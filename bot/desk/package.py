"""A zip written entry by entry: the same contents give the same bytes, whatever the hour."""

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Zip's earliest moment: the time of packing is in the audit trail, not in the package."""
_BLOCK = 1 << 20
_READABLE = 0o644 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the package with the SHA-256 of its bytes."""

    path: str
    sha256: str
    size: int


class Package:
    """A zip in the making; one entry's block is in memory at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", allowZip64=True)
        self.entries: list[Entry] = []

    def add(self, path: str, data: bytes) -> Entry:
        """Put an original in as it is: pictures and PDF files are packed already."""
        return self._write(path, iter((data,)), zipfile.ZIP_STORED)

    def add_stream(self, path: str, source: BinaryIO) -> Entry:
        """Pack what a file has, from where it stands."""
        blocks = iter(lambda: source.read(_BLOCK), b"")
        return self._write(path, blocks, zipfile.ZIP_DEFLATED)

    def _write(self, path: str, blocks: Iterator[bytes], method: int) -> Entry:
        info = zipfile.ZipInfo(path, _EPOCH)
        info.compress_type = method
        info.external_attr = _READABLE
        info.create_system = 3
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=method == zipfile.ZIP_DEFLATED) as out:
            for block in blocks:
                digest.update(block)
                size += len(block)
                out.write(block)
        entry = Entry(path, digest.hexdigest(), size)
        self.entries.append(entry)
        return entry

    def close(self) -> None:
        """Write the zip's own table of contents."""
        self._zip.close()


_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"\xef\xbb\xbf<", ".xml"),
    (b"<", ".xml"),
)
_OFD = b"OFD.xml"


def suffix_of(data: bytes) -> str:
    """Give the ending of a name by what the bytes are; `.bin` for what is not known."""
    if data[:4] == b"PK\x03\x04":
        return ".ofd" if _OFD in data else ".zip"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    return next((end for sign, end in _SIGNS if data.lstrip()[:8].startswith(sign)), ".bin")
