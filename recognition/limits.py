"""How much is read of a foreign file, and the one way to open a zip: counted while reading."""

import io
import zipfile
import zlib
from collections.abc import Iterator

MAX_FILE_BYTES = 30_000_000
MAX_PIXELS = 50_000_000
MAX_RENDER_PIXELS = 25_000_000
MAX_PAGES = 20
MAX_XML_BYTES = 10_000_000
MAX_ENTRIES = 1_000
MAX_ENTRY_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 60_000_000
MAX_RATIO = 200
MIN_RATIO_BYTES = 1_000_000
"""Below this size a high ratio is only an empty page."""
MAX_CHARS = 20_000
MAX_ATTACHMENTS = 20

_BLOCK = 65_536
_ENCRYPTED = 0x1


class Unreadable(Exception):
    """A file that is refused; `code` names its text in `texts`, `facts` fill it."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Package:
    """A zip of which no more is unpacked than the limits allow; names are keys, never paths.

    Sizes that the headers claim count first (a cheap refusal), sizes that are really unpacked
    count last (headers lie). Encrypted, overlapping or too many entries raise Unreadable.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
            raise Unreadable("broken") from error
        self._size = len(data)
        self._unpacked = 0
        self._read: dict[str, bytes] = {}
        self._entries = {i.filename: i for i in self._zip.infolist() if not i.is_dir()}
        self._check()

    def _check(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MAX_ENTRIES:
            raise Unreadable("bomb")
        if any(i.flag_bits & _ENCRYPTED for i in infos):
            raise Unreadable("encrypted")
        if len(self._entries) < sum(not i.is_dir() for i in infos):
            # Which of two entries is shown depends on the program: one could hide the other.
            raise Unreadable("doubled")
        if sum(i.file_size for i in infos) > MAX_UNPACKED_BYTES:
            raise Unreadable("bomb")
        starts = sorted((i.header_offset, i.compress_size) for i in infos)
        ends = [start + size for start, size in starts]
        overlap = any(end > start for end, (start, _) in zip(ends, starts[1:], strict=False))
        if overlap or (ends and ends[-1] > self._size):
            raise Unreadable("bomb")

    def names(self) -> Iterator[str]:
        """List the files of the package, in order, without folders."""
        return iter(self._entries)

    def read(self, name: str, limit: int = MAX_ENTRY_BYTES) -> bytes:
        """Unpack one file, counting; KeyError when there is none, Unreadable beyond limits."""
        if name not in self._read:
            self._read[name] = self._inflate(self._entries[name], limit)
        return self._read[name]

    def _inflate(self, info: zipfile.ZipInfo, limit: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as entry:
                while block := entry.read(_BLOCK):
                    size += len(block)
                    self._count(info, size, len(block), limit)
                    parts.append(block)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            # The last is a compression that is not known here; what is encrypted ended in `_check`.
            raise Unreadable("broken") from error
        return b"".join(parts)

    def _count(self, info: zipfile.ZipInfo, size: int, step: int, limit: int) -> None:
        self._unpacked += step
        dense = size > MIN_RATIO_BYTES and size > MAX_RATIO * max(info.compress_size, 1)
        if dense or size > limit or self._unpacked > MAX_UNPACKED_BYTES:
            raise Unreadable("bomb")
