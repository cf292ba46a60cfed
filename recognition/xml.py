"""XML invoices: the 数电票 EInvoice, and the older coded eInvoice that lies inside OFD files."""

from datetime import date

from lxml import etree

from core.invoice import InvoiceKind, Item, ReadingFinding
from recognition import qr
from recognition.evidence import Evidence, Facts, day, money, tidy
from recognition.kinds import kind_of_code, kind_of_text
from recognition.markup import child, local, parse, text_of
from recognition.texts import finding
from recognition.xbrl import doubled, xbrl_evidence

_DIGITAL = {
    "EIid": "number", "RequestTime": "date", "TotalAmWithoutTax": "amount", "TotalTaxAm": "tax",
    "TotalTax-includedAmount": "total", "BuyerName": "buyer", "BuyerIdNum": "buyer_taxid",
    "SellerName": "seller", "SellerIdNum": "seller_taxid",
}  # fmt: skip
_CODED = {
    "InvoiceCode": "code", "InvoiceNo": "number", "IssueDate": "date",
    "TaxExclusiveTotalAmount": "amount", "TaxTotalAmount": "tax",
    "TaxInclusiveTotalAmount": "total", "InvoiceCheckCode": "check_code", "BuyerName": "buyer",
    "BuyerTaxID": "buyer_taxid", "SellerName": "seller", "SellerTaxID": "seller_taxid",
}  # fmt: skip
_CARRIERS = 3
"""How deep an invoice may lie inside a wrapping element."""


def read_xml(data: bytes) -> list[Evidence]:
    """Read every invoice of an XML file; empty when there is none. Unreadable as `markup.parse`."""
    return [e for root in _invoices(parse(data), _CARRIERS) for e in _evidence(root)]


def _invoices(element: etree._Element, depth: int) -> list[etree._Element]:
    if local(element) in {"EInvoice", "eInvoice", "xbrl"}:
        return [element]
    if depth == 0:
        return []
    return [found for e in element for found in _invoices(e, depth - 1)]


def _evidence(root: etree._Element) -> list[Evidence]:
    name = local(root)
    if name == "EInvoice":
        return [_digital(root)]
    return [_coded(root)] if name == "eInvoice" else xbrl_evidence(root)


def _digital(root: etree._Element) -> Evidence:
    """Read an EInvoice by exact paths: names that differ only in case mean other things."""
    data = child(root, "EInvoiceData")
    basics = child(data, "BasicInformation")
    number, doubts = _digital_number(root)
    issued, late = _digital_date(root, basics)
    facts = Facts(
        kind=_digital_kind(root, data),
        number=number,
        date=issued,
        amount_fen=money(text_of(basics, "TotalAmWithoutTax")),
        tax_fen=money(text_of(basics, "TotalTaxAm")),
        total_fen=money(text_of(basics, "TotalTax-includedAmount")),
        buyer=tidy(text_of(data, "BuyerInformation", "BuyerName")),
        buyer_taxid=tidy(text_of(data, "BuyerInformation", "BuyerIdNum")),
        seller=tidy(text_of(data, "SellerInformation", "SellerName")),
        seller_taxid=tidy(text_of(data, "SellerInformation", "SellerIdNum")),
        items=tuple(_digital_item(e) for e in _all(data, "IssuItemInformation")),
    )
    return Evidence("xml", facts, (*doubts, *late, *doubled(root.iter(), _DIGITAL)))


def _digital_number(root: etree._Element) -> tuple[str | None, list[ReadingFinding]]:
    header = text_of(root, "Header", "EIid")
    supervised = text_of(root, "TaxSupervisionInfo", "InvoiceNumber")
    if not header or not supervised or header == supervised:
        return header or supervised, []
    doubt = finding(
        "sources_disagree",
        "number",
        better_name="EIid",
        better=header,
        worse_name="InvoiceNumber",
        worse=supervised,
    )
    return header, [doubt]


def _digital_date(
    root: etree._Element, basics: etree._Element | None
) -> tuple[date | None, list[ReadingFinding]]:
    """Take the 开票日期; the time of generation stands in for it only with a doubt."""
    requested = day(text_of(basics, "RequestTime"))
    if requested:
        return requested, []
    issued = day(text_of(root, "TaxSupervisionInfo", "IssueTime"))
    return issued, [finding("issue_time_used", "date")] if issued else []


def _digital_kind(root: etree._Element, data: etree._Element | None) -> InvoiceKind | None:
    labels = child(root, "Header", "InherentLabel")
    names = [text_of(e, "LabelName") or "" for e in labels] if labels is not None else []
    found = next((k for k in map(kind_of_text, names) if k and k != "other"), None)
    if found in {"rail_e", "air_itinerary", "vehicle", "used_vehicle", "toll"}:
        return found
    if child(data, "SpecificInformation", "Toll") is not None:
        return "toll"
    label = text_of(labels, "GeneralOrSpecialVAT", "LabelName") or ""
    if "专用" in label:
        return "digital_special"
    return "digital_general" if "普通" in label else None


def _digital_item(e: etree._Element) -> Item:
    return Item(
        name=tidy(text_of(e, "ItemName")) or "",
        spec=tidy(text_of(e, "SpecMod")),
        unit=tidy(text_of(e, "MeaUnits")),
        quantity=tidy(text_of(e, "Quantity")),
        price=tidy(text_of(e, "UnPrice")),
        amount_fen=money(text_of(e, "Amount")),
        rate=tidy(text_of(e, "TaxRate")),
        tax_fen=money(text_of(e, "ComTaxAm")),
    )


def _all(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else [e for e in element if local(e) == name]


def _coded(root: etree._Element) -> Evidence:
    code = text_of(root, "InvoiceCode")
    graph = qr.parse_code(text_of(root, "GraphCode") or "")
    hint = kind_of_code(code) if code else None
    kind = graph.facts.kind if graph else None
    check = text_of(root, "InvoiceCheckCode")
    facts = Facts(
        kind=kind or hint,
        code=code,
        number=text_of(root, "InvoiceNo"),
        date=day(text_of(root, "IssueDate")),
        amount_fen=money(text_of(root, "TaxExclusiveTotalAmount")),
        tax_fen=money(text_of(root, "TaxTotalAmount")),
        total_fen=money(text_of(root, "TaxInclusiveTotalAmount")),
        buyer=tidy(text_of(root, "Buyer", "BuyerName")),
        buyer_taxid=tidy(text_of(root, "Buyer", "BuyerTaxID")),
        seller=tidy(text_of(root, "Seller", "SellerName")),
        seller_taxid=tidy(text_of(root, "Seller", "SellerTaxID")),
        check_code="".join(check.split()) if check else None,
        items=tuple(_coded_item(e) for e in _all(child(root, "GoodsInfos"), "GoodsInfo")),
    )
    doubts = [finding("unsure_kind", "kind")] if hint and not kind else []
    return Evidence("xml", facts, (*doubts, *doubled(root.iter(), _CODED)))


def _coded_item(e: etree._Element) -> Item:
    return Item(
        name=tidy(text_of(e, "Item")) or "",
        spec=tidy(text_of(e, "Specification")),
        unit=tidy(text_of(e, "MeasurementDimension")),
        quantity=tidy(text_of(e, "Quantity")),
        price=tidy(text_of(e, "Price")),
        amount_fen=money(text_of(e, "Amount")),
        rate=tidy(text_of(e, "TaxScheme")),
        tax_fen=money(text_of(e, "TaxAmount")),
    )
