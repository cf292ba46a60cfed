"""XML from outside, read by expat into a small tree; anything but plain elements is refused.

Not by xmltodict: it swallows a DTD, recurses as deep as the sender likes and gives another type
for one element than for two. Nothing here resolves an entity or opens a file.
"""

from dataclasses import dataclass, field
from typing import Never
from xml.parsers import expat

from core.errors import Untrusted

_MAX_DEPTH = 16
_MAX_NODES = 1000
"""WeCom's largest event has well under a hundred elements."""


@dataclass(slots=True)
class Node:
    """One element: its own text and its children in order."""

    name: str
    pieces: list[str] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The element's own characters."""
        return "".join(self.pieces)

    def all(self, name: str) -> list["Node"]:
        """Give the children of that name, none, one or many."""
        return [child for child in self.children if child.name == name]

    def raw(self, name: str) -> str:
        """Give the text of the only child of that name, "" without one; Untrusted for two."""
        found = self.all(name)
        if len(found) > 1:
            raise Untrusted("xml")
        return found[0].text if found else ""

    def one(self, name: str) -> str:
        """Give the same without the white space of a pretty-printed document."""
        return self.raw(name).strip()


def read_xml(text: str) -> Node:
    """Read a document whose root is <xml>; Untrusted when it is anything else."""
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003  (expat takes it by position only)
    except (expat.ExpatError, UnicodeEncodeError):
        raise Untrusted("xml") from None
    root = builder.document.children[0]
    if root.name != "xml":
        raise Untrusted("xml")
    return root


def _refuse_doctype(*_declaration: object) -> Never:
    raise Untrusted("doctype")


class _Builder:
    """What expat reports, put together as a tree."""

    def __init__(self) -> None:
        self.document = Node("")
        self._open = [self.document]
        self._nodes = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._nodes += 1
        if len(self._open) > _MAX_DEPTH or self._nodes > _MAX_NODES:
            raise Untrusted("xml")
        node = Node(name)
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].pieces.append(text)
