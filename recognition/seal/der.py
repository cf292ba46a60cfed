"""DER (and BER of open length) of foreign bytes: bounded, lazy, everything odd is Malformed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SEQUENCE = 0x30
SET = 0x31
BOOLEAN = 0x01
INTEGER = 0x02
BITS = 0x03
OCTETS = 0x04
OID = 0x06
UTC_TIME = 0x17
TIME = 0x18
_CONSTRUCTED = 0x20
_HIGH_TAG = 0x1F
_CLASS = 0xC0
_OPEN = 0x80
_LENGTH_BYTES = 4
_DEPTH = 24
_PARTS = 10_000
_CENTURY = 50
_TEXTS = {0x0C: "utf-8", 0x12: "ascii", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii",
          0x1A: "ascii", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}  # fmt: skip


class Malformed(ValueError):
    """Bytes that are not what the standard says must stand here."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element: its identifier, its whole encoding, and what is in it."""

    tag: int
    raw: bytes
    content: bytes

    def parts(self, at_least: int = 0) -> list["Node"]:
        """Give the elements inside; Malformed when there are fewer or it holds none."""
        if not self.tag & _CONSTRUCTED:
            raise Malformed("primitive")
        found = list(_each(self.content))
        if len(found) < at_least:
            raise Malformed("too few parts")
        return found

    def as_(self, *tags: int) -> "Node":
        """Give the node itself when it is one of these."""
        if self.tag not in tags:
            raise Malformed("another kind of element")
        return self


def read(data: bytes) -> Node:
    """Read the first element; what follows it (padding) is left alone."""
    return _node(data, 0, _DEPTH)


def _each(content: bytes) -> Iterator[Node]:
    place = 0
    for _ in range(_PARTS):
        if place >= len(content):
            return
        node = _node(content, place, _DEPTH)
        yield node
        place += len(node.raw)
    raise Malformed("too many parts")


def _node(data: bytes, start: int, depth: int) -> Node:
    if start + 2 > len(data) or depth == 0:
        raise Malformed("short")
    tag, first = data[start], data[start + 1]
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise Malformed("tag number")
    if first == _OPEN:
        return _open(data, start, depth)
    body, length = start + 2, first
    if first > _OPEN:
        count = first - _OPEN
        if count > _LENGTH_BYTES or body + count > len(data):
            raise Malformed("length")
        length = int.from_bytes(data[body : body + count])
        body += count
    if body + length > len(data):
        raise Malformed("short")
    return Node(tag, data[start : body + length], data[body : body + length])


def _open(data: bytes, start: int, depth: int) -> Node:
    """Read an element of open length: its parts count until two zero bytes."""
    if not data[start] & _CONSTRUCTED:
        raise Malformed("length")
    place = start + 2
    for _ in range(_PARTS):
        if data[place : place + 2] == b"\0\0":
            return Node(data[start], data[start : place + 2], data[start + 2 : place])
        place += len(_node(data, place, depth - 1).raw)
    raise Malformed("too many parts")


def number(node: Node) -> int:
    """Read an INTEGER as written, without a sign (some write r and s without the zero byte)."""
    return int.from_bytes(node.as_(INTEGER).content)


def bits(node: Node) -> bytes:
    """Give a BIT STRING of whole bytes."""
    content = node.as_(BITS).content
    if not content or content[0] != 0:
        raise Malformed("bits")
    return content[1:]


def octets(node: Node) -> bytes:
    """Give an OCTET STRING, also one written in pieces."""
    if node.tag == OCTETS | _CONSTRUCTED:
        return b"".join(octets(part.as_(OCTETS)) for part in node.parts())
    return node.as_(OCTETS).content


def oid(node: Node) -> str:
    """Write an OBJECT IDENTIFIER with dots."""
    content = node.as_(OID).content
    if not content or content[-1] & _OPEN or len(content) > 64:  # noqa: PLR2004 far above any
        raise Malformed("oid")
    arcs, value = list[int](), 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & _OPEN:
            arcs.append(value)
            value = 0
    top = min(arcs[0] // 40, 2)
    return ".".join(map(str, (top, arcs[0] - 40 * top, *arcs[1:])))


def text(node: Node) -> str:
    """Decode a string of any of the usual kinds; what cannot be decoded shows as �."""
    encoding = _TEXTS.get(node.tag)
    if encoding is None:
        raise Malformed("string")
    return node.content.decode(encoding, "replace")


def time(node: Node) -> datetime:
    """Read UTCTime or GeneralizedTime."""
    plain = node.as_(UTC_TIME, TIME).content.decode("ascii", "replace")
    if node.tag == UTC_TIME:
        plain = ("20" if plain[:2] < str(_CENTURY) else "19") + plain
    return moment(plain)


def moment(plain: str) -> datetime:
    """Read YYYYMMDDHHMMSS with fraction and zone; without a zone it counts as UTC."""
    digits, rest = plain[:14], plain[14:].lstrip(".0123456789")
    if not digits.isascii() or not digits.isdigit():
        raise Malformed("time")
    try:
        found = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if rest[:1] in {"+", "-"} and rest[1:5].isdigit():
            ahead = timedelta(hours=int(rest[1:3]), minutes=int(rest[3:5]))
            found -= ahead if rest[0] == "+" else -ahead
    except (ValueError, OverflowError) as error:
        raise Malformed("time") from error
    return found


def tagged(parts: list[Node], number: int) -> Node | None:
    """Find the element with a tag of the context."""
    return next((p for p in parts if p.tag & _CLASS == _OPEN and p.tag & _HIGH_TAG == number), None)
