"""The one way to parse foreign XML: no DTD, no entities, no network, bounded size."""

import codecs
import re

from lxml import etree

from recognition.limits import MAX_XML_BYTES, Unreadable

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,20})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FORBIDDEN = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030",
    "gb18030": "gb18030", "utf-16": "utf-16", "us-ascii": "utf-8", "ascii": "utf-8",
}  # fmt: skip
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BARE_WIDE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))


def parse(data: bytes, *, lenient: bool = False) -> etree._Element:
    """Parse a document; Unreadable `doctype`, `bomb` or `broken`.

    UTF-8, UTF-16 and the GB encodings are understood, with or without a mark. `lenient` mends
    what is not well formed (some producers' OFD tag files).
    """
    if len(data) > MAX_XML_BYTES:
        raise Unreadable("bomb")
    forbid_doctype(data)
    text = _DECLARATION.sub("", _decode(data))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=lenient,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("broken") from error
    if root is None:
        raise Unreadable("broken")
    return root


def forbid_doctype(data: bytes) -> None:
    """Refuse a DTD in any encoding, before anything is parsed: Unreadable `doctype`."""
    if _FORBIDDEN.search(data.replace(b"\0", b"")):
        raise Unreadable("doctype")


def _decode(data: bytes) -> str:
    encoding = next((e for mark, e in (*_WIDE, *_BARE_WIDE) if data.startswith(mark)), "")
    data = data.removeprefix(codecs.BOM_UTF8)
    if not encoding:
        declared = _DECLARED.match(data)
        name = declared[1].decode("ascii").lower() if declared else "utf-8"
        encoding = _ENCODINGS.get(name, "")
    if not encoding:
        raise Unreadable("broken")
    try:
        return data.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise Unreadable("broken") from error


def local(element: etree._Element) -> str:
    """Give an element's name without its namespace, its case untouched."""
    return str(element.tag).rpartition("}")[2]


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Follow exact names from child to child; None where one is missing."""
    for name in path:
        if element is None:
            return None
        element = next((e for e in element if local(e) == name), None)
    return element


def text_of(element: etree._Element | None, *path: str) -> str | None:
    """Give the trimmed text at a path; None when it is missing or blank."""
    found = child(element, *path)
    return None if found is None or not found.text else found.text.strip() or None
