"""OFD (GB/T 33190): custom data, tags, attachments, and the text of its pages."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from lxml import etree

from recognition import limits
from recognition.evidence import Evidence, Facts, day, flat, money, tidy
from recognition.layout import read_page
from recognition.limits import Package, Unreadable
from recognition.markup import forbid_doctype, local, parse
from recognition.picture import open_picture
from recognition.qr import Code, find_codes
from recognition.words import Page, Word, glue
from recognition.xml import read_xml

ROOT = "OFD.xml"
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_BOX = 4
_PICTURES = (".png", ".jpg", ".jpeg")
_CODE_PICTURES = 8
_CUSTOM = {
    "发票代码": "code", "发票号码": "number", "开票日期": "date", "合计金额": "amount",
    "合计税额": "tax", "价税合计": "total", "校验码": "check_code", "购买方名称": "buyer",
    "购买方纳税人识别号": "buyer_taxid", "销售方名称": "seller",
    "销售方纳税人识别号": "seller_taxid",
}  # fmt: skip
_TAGS = {
    "InvoiceCode": "code", "InvoiceNo": "number", "IssueDate": "date",
    "TaxExclusiveTotalAmount": "amount", "TaxTotalAmount": "tax",
    "TaxInclusiveTotalAmount": "total", "InvoiceCheckCode": "check_code", "BuyerName": "buyer",
    "BuyerTaxID": "buyer_taxid", "SellerName": "seller", "SellerTaxID": "seller_taxid",
}  # fmt: skip


@dataclass(slots=True)
class Ofd:
    """Evidence of an OFD, best first, and how many pages were left unread."""

    evidence: list[Evidence] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    skipped: int = 0


def is_ofd(package: Package) -> bool:
    """Whether a zip is an OFD."""
    return ROOT in package.names()


def read_ofd(package: Package) -> Ofd:
    """Read an OFD by its entries; Unreadable when a part is broken, forbidden or too large.

    Nested archives are never opened. Attachments count as what they are (XML, XBRL).
    """
    names = set(package.names())
    for name in names:
        if name.lower().endswith(".xml"):
            forbid_doctype(package.read(name, limits.MAX_XML_BYTES))
    root = parse(package.read(ROOT, limits.MAX_XML_BYTES))
    found = Ofd()
    found.evidence += _attached(package, names)
    found.evidence += _custom(root)
    objects, pages, found.skipped = _pages(package, names, _document(names, root))
    found.evidence += _tagged(package, names, objects)
    visible = read_page(Page(tuple(w for page in pages for w in page)), "ofd") if pages else None
    found.evidence += [visible] if visible else []
    found.codes = _codes(package, names)
    return found


def _attached(package: Package, names: set[str]) -> list[Evidence]:
    found: list[Evidence] = []
    for name in sorted(names):
        folder = PurePosixPath(name).parent.name.lower()
        if folder.startswith("attach") and name.lower().endswith(".xml"):
            data = package.read(name, limits.MAX_XML_BYTES)
            if PurePosixPath(name).name.lower() != "attachments.xml":
                found += read_xml(data)
    return found


def _custom(root: etree._Element) -> list[Evidence]:
    values = {
        _CUSTOM[name]: element.text or ""
        for element in root.iter("{*}CustomData")
        if (name := element.get("Name", "")) in _CUSTOM
    }
    return [Evidence("ofd", facts)] if (facts := _facts(values)) != Facts() else []


def _facts(values: dict[str, str]) -> Facts:
    check = flat(values.get("check_code", ""))
    return Facts(
        code=flat(values.get("code", "")) or None,
        number=flat(values.get("number", "")) or None,
        date=day(values.get("date")),
        amount_fen=money(values.get("amount")),
        tax_fen=money(values.get("tax")),
        total_fen=money(values.get("total")),
        buyer=tidy(values.get("buyer")),
        buyer_taxid=flat(values.get("buyer_taxid", "")) or None,
        seller=tidy(values.get("seller")),
        seller_taxid=flat(values.get("seller_taxid", "")) or None,
        check_code=check if check.isdigit() else None,
    )


def _document(names: set[str], root: etree._Element) -> str:
    """Give the name of the document's root file."""
    place = next((e.text for e in root.iter("{*}DocRoot") if e.text), "Doc_0/Document.xml")
    name = place.strip().lstrip("/")
    if name not in names:
        raise Unreadable("broken")
    return name


def _pages(
    package: Package, names: set[str], document: str
) -> tuple[dict[str, str], list[list[Word]], int]:
    """Give texts by object id, the words of each page with its templates, and skipped pages."""
    root = parse(package.read(document, limits.MAX_XML_BYTES))
    folder = posixpath.dirname(document)
    templates = {
        e.get("ID", ""): name
        for e in root.iter("{*}TemplatePage")
        if (name := _inside(folder, e.get("BaseLoc", ""))) in names
    }
    places = [_inside(folder, e.get("BaseLoc", "")) for e in root.iter("{*}Page")]
    objects: dict[str, str] = {}
    pages: list[list[Word]] = []
    height = 0.0
    for place in [p for p in places if p in names][: limits.MAX_PAGES]:
        page = parse(package.read(place, limits.MAX_XML_BYTES))
        wanted = [templates[i] for e in page.iter("{*}Template")
                  if (i := e.get("TemplateID", "")) in templates]  # fmt: skip
        layers = [page, *(parse(package.read(t, limits.MAX_XML_BYTES)) for t in wanted)]
        words = [w for layer in layers for w in _words(layer, objects)]
        pages.append([_below(w, height) for w in glue(words)])
        height += max((w.y1 for w in words), default=0.0)
    return objects, pages[:1], max(0, len(places) - limits.MAX_PAGES)


def _below(word: Word, height: float) -> Word:
    return replace(word, y0=word.y0 + height, y1=word.y1 + height)


def _inside(folder: str, place: str) -> str:
    return (
        posixpath.normpath(posixpath.join(folder, place))
        if not place.startswith("/")
        else place[1:]
    )


def _words(layer: etree._Element, objects: dict[str, str]) -> Iterator[Word]:
    for item in layer.iter("{*}TextObject"):
        codes = list(item.iter("{*}TextCode"))
        objects.setdefault(item.get("ID", ""), "".join(code.text or "" for code in codes))
        box = _floats(item.get("Boundary", ""))
        size = next(iter(_floats(item.get("Size", ""))), 0.0)
        if len(box) == _BOX and size > 0:
            yield from (w for code in codes if (w := _word(code, box, size)))


def _word(code: etree._Element, box: list[float], size: float) -> Word | None:
    text = code.text or ""
    if not text.strip() or len(text) > limits.MAX_CHARS:
        return None
    left = box[0] + next(iter(_floats(code.get("X", ""))), 0.0)
    base = box[1] + next(iter(_floats(code.get("Y", ""))), 0.0)
    width = sum(_deltas(code.get("DeltaX", ""), len(text))) + size / 2
    return Word(text, left, base - size, left + width, base)


def _deltas(text: str, most: int) -> list[float]:
    """Expand steps; `g n d` repeats the step d n times."""
    parts, steps = text.split(), list[float]()
    while parts and len(steps) < most:
        if parts[0] == "g" and len(parts) > 2:  # noqa: PLR2004 the word g, a count, a step
            count, step = _floats(parts[1]), _floats(parts[2])
            steps += [step[0]] * min(int(count[0]), most) if count and step else []
            parts = parts[3:]
        else:
            steps += _floats(parts[0])[:1]
            parts = parts[1:]
    return steps[:most]


def _floats(text: str) -> list[float]:
    return [float(n) for n in _NUMBERS.findall(text[:4_000])]


def _tagged(package: Package, names: set[str], objects: dict[str, str]) -> list[Evidence]:
    """Follow the tags to text objects; some producers write tag files that are not well formed."""
    found: list[Evidence] = []
    for name in sorted(names):
        path = PurePosixPath(name)
        if path.parent.name == "Tags" and path.suffix == ".xml" and path.name != "CustomTags.xml":
            root = parse(package.read(name, limits.MAX_XML_BYTES), lenient=True)
            facts = _facts(_references(root, objects))
            found += [Evidence("ofd", facts)] if facts != Facts() else []
    return found


def _references(root: etree._Element, objects: dict[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for element in root.iter():
        field_name = _TAGS.get(local(element).rpartition(":")[2])
        if field_name and field_name not in values:
            ids = [e.text or "" for e in element if local(e).rpartition(":")[2] == "ObjectRef"]
            values[field_name] = "".join(objects.get(i.strip(), "") for i in ids)
    return values


def _codes(package: Package, names: set[str]) -> list[Code]:
    """Read QR codes from the small pictures of the package; a broken picture has none."""
    found: list[Code] = []
    pictures = sorted(n for n in names if n.lower().endswith(_PICTURES))
    for name in pictures[:_CODE_PICTURES]:
        try:
            found += find_codes(open_picture(package.read(name)))
        except Unreadable as error:
            if error.code not in {"broken", "picture_shape"}:
                raise
    return found
