"""OFD (GB/T 33190): custom data, tags, attachments, and the text of its pages."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lxml import etree

from recognition import limits
from recognition.cover import Sight
from recognition.evidence import Evidence, Facts, day, flat, money, tidy
from recognition.layout import read_page
from recognition.limits import Package, Unreadable
from recognition.markup import forbid_doctype, local, parse
from recognition.ofd_page import read_pages
from recognition.picture import open_picture
from recognition.qr import Code, find_codes
from recognition.texts import finding
from recognition.words import Page
from recognition.xml import read_xml

ROOT = "OFD.xml"
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
    """Evidence of an OFD, best first, how many pages were left unread, and what is not seen."""

    evidence: list[Evidence] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    skipped: int = 0
    sight: Sight = field(default_factory=Sight)


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
    pages = read_pages(package, names, _document(names, root))
    found.skipped, found.sight = pages.skipped, pages.sight
    found.evidence += _tagged(package, names, pages.objects)
    visible = read_page(Page(tuple(pages.words)), "ofd")
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
    pairs = [
        (_CUSTOM[name], element.text or "")
        for element in root.iter("{*}CustomData")
        if (name := element.get("Name", "")) in _CUSTOM
    ]
    return _evidence(pairs)


def _evidence(pairs: list[tuple[str, str]]) -> list[Evidence]:
    """Take the first value of each field; a second, different one is a doubt."""
    values: dict[str, str] = {}
    for name, text in pairs:
        values.setdefault(name, text)
    doubled = dict.fromkeys(n for n, text in pairs if flat(text) != flat(values[n]))
    facts = _facts(values)
    doubts = (finding("doubled_field", *doubled),) if doubled else ()
    return [Evidence("ofd", facts, doubts)] if facts != Facts() else []


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


def _tagged(package: Package, names: set[str], objects: dict[str, str]) -> list[Evidence]:
    """Follow the tags to text objects; some producers write tag files that are not well formed."""
    found: list[Evidence] = []
    for name in sorted(names):
        path = PurePosixPath(name)
        if path.parent.name == "Tags" and path.suffix == ".xml" and path.name != "CustomTags.xml":
            root = parse(package.read(name, limits.MAX_XML_BYTES), lenient=True)
            found += _evidence(_references(root, objects))
    return found


def _references(root: etree._Element, objects: dict[str, str]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for element in root.iter():
        field_name = _TAGS.get(local(element).rpartition(":")[2])
        if field_name:
            ids = [e.text or "" for e in element if local(e).rpartition(":")[2] == "ObjectRef"]
            pairs.append((field_name, "".join(objects.get(i.strip(), "") for i in ids)))
    return pairs


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
