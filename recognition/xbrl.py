"""XBRL attachments of the MoF 电子凭证会计数据标准: inv, einv, rai and atr by element names."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from lxml import etree

from core.invoice import InvoiceKind, Item, ReadingFinding
from recognition.evidence import Evidence, Facts, day, money, tidy
from recognition.kinds import kind_of_code, kind_of_text
from recognition.markup import local
from recognition.texts import finding

_TAXONOMY = re.compile(r"http://xbrl\.mof\.gov\.cn/taxonomy/[0-9-]+/([a-z_]+)")
_Values = dict[str, str]
_FIELDS = {
    "CodeOfInvoice": "code", "NumberOfInvoice": "number", "InvoiceNumber": "number",
    "ElectronicInvoiceRailwayETicketNumber": "number",
    "ElectronicInvoiceAirTransportReceiptNumber": "number",
    "DateOfIssue": "date", "RequestTime": "date", "IssueDate": "date",
    "TotalAmountExcludingTax": "amount", "TotalAmWithoutTax": "amount",
    "TotalTaxAmount": "tax", "TotalTaxAm": "tax", "TaxAmount": "tax", "VatTaxAmount": "tax",
    "TaxIncludedAmountInFigures": "total", "TotalTax-includedAmount": "total",
    "Fare": "total", "TotalAmount": "total",
    "NameOfPurchaser": "buyer", "BuyerName": "buyer", "NameOfSeller": "seller",
    "SellerName": "seller",
}  # fmt: skip


def xbrl_evidence(root: etree._Element) -> list[Evidence]:
    """Read an XBRL instance; empty when its taxonomy is not one of a voucher that we know."""
    names = {m[1] for e in root.iter() if (m := _TAXONOMY.match(str(e.tag).strip("{")))}
    reader = next((r for name, r in _READERS.items() if name in names), None)
    if reader is None:
        return []
    found = reader(_values(root), root)
    # The tuples of goods and flights repeat their elements; those of the voucher stand alone.
    return [replace(found, doubts=(*found.doubts, *doubled(root, _FIELDS)))]


def doubled(elements: Iterable[etree._Element], fields: Mapping[str, str]) -> list[ReadingFinding]:
    """Doubt what stands several times with different values: programs take one or the other.

    `fields` gives the contract's field of an element's name.
    """
    texts: dict[str, set[str]] = {}
    for e in elements:
        if local(e) in fields:
            texts.setdefault(local(e), set()).add((e.text or "").strip())
    differing = dict.fromkeys(fields[name] for name, values in texts.items() if len(values) > 1)
    return [finding("doubled_field", *differing)] if differing else []


def _values(root: etree._Element) -> _Values:
    """Take the first text of each element; nil ones and containers have none."""
    found: _Values = {}
    for element in root.iter():
        text = (element.text or "").strip()
        if text and len(element) == 0:
            found.setdefault(local(element), text)
    return found


def _coded(values: _Values, root: etree._Element) -> Evidence:
    code, number = values.get("CodeOfInvoice"), values.get("NumberOfInvoice")
    titled = kind_of_text(values.get("TypeOfInvoice", ""))
    kind: InvoiceKind | None = None if titled == "other" else titled
    hint = kind_of_code(code) if code and not kind else None
    facts = Facts(
        kind=kind or hint,
        code=code,
        number=number,
        date=day(values.get("DateOfIssue")),
        amount_fen=money(values.get("TotalAmountExcludingTax")),
        tax_fen=money(values.get("TotalTaxAmount")),
        total_fen=money(values.get("TaxIncludedAmountInFigures")),
        buyer=tidy(values.get("NameOfPurchaser")),
        buyer_taxid=values.get(f"{_TAXPAYER}OfPurchaser"),
        seller=tidy(values.get("NameOfSeller")),
        seller_taxid=values.get(f"{_TAXPAYER}OfSeller"),
        check_code="".join(values.get("IdentifyingCode", "").split()) or None,
        items=tuple(_item(e) for e in root.iter() if local(e) == _GOODS),
    )
    doubts = (finding("unsure_kind", "kind"),) if hint else ()
    return Evidence("xbrl", facts, doubts)


_TAXPAYER = "TaxpayerIdentificationNumberUnifiedSocialCreditCode"
_GOODS = "InformationOfTaxableGoodsOrServicesDetailItemsTuple"


def _item(element: etree._Element) -> Item:
    values = _values(element)
    return Item(
        name=tidy(values.get("NameOfTaxableGoodsOrServices")) or "",
        amount_fen=money(values.get("AmountExcludingTax")),
        rate=values.get("TaxRate"),
        tax_fen=money(values.get("TaxAmount")),
    )


def _digital(values: _Values, _: etree._Element) -> Evidence:
    titled = kind_of_text(values.get("TypeOfVoucher", ""))
    facts = Facts(
        kind=None if titled == "other" else titled,
        number=values.get("InvoiceNumber"),
        date=day(values.get("RequestTime")),
        amount_fen=money(values.get("TotalAmWithoutTax")),
        tax_fen=money(values.get("TotalTaxAm")),
        total_fen=money(values.get("TotalTax-includedAmount")),
        buyer=tidy(values.get("BuyerName")),
        buyer_taxid=values.get("BuyerIdNum"),
        seller=tidy(values.get("SellerName")),
        seller_taxid=values.get("SellerIdNum"),
    )
    return Evidence("xbrl", facts)


def _rail(values: _Values, _: etree._Element) -> Evidence:
    facts = Facts(
        kind="rail_e",
        number=values.get("ElectronicInvoiceRailwayETicketNumber"),
        date=day(values.get("DateOfIssue")),
        amount_fen=money(values.get("TotalAmountExcludingTax")),
        tax_fen=money(values.get("TaxAmount")),
        total_fen=money(values.get("Fare")),
        buyer=tidy(values.get("NameOfPurchaser")),
        buyer_taxid=values.get("UnifiedSocialCreditCodeOfPurchaser"),
        seller=tidy(values.get("NameOfSeller")),
    )
    return Evidence("xbrl", facts)


def _air(values: _Values, _: etree._Element) -> Evidence:
    """Read an air itinerary: fare and fuel are the tax base, fund and other taxes lie outside."""
    base = [money(values.get(name)) for name in ("Fare", "FuelSurcharge")]
    outside = [money(values.get(n)) for n in ("CivilAviationDevelopmentFund", "OtherTaxes")]
    facts = Facts(
        kind="air_itinerary",
        number=values.get("ElectronicInvoiceAirTransportReceiptNumber"),
        date=day(values.get("IssueDate")),
        amount_fen=None if base[0] is None else base[0] + (base[1] or 0),
        tax_fen=money(values.get("VatTaxAmount")),
        total_fen=money(values.get("TotalAmount")),
        buyer=tidy(values.get("NameOfPurchaser")),
        buyer_taxid=values.get("UnifiedSocialCreditCodeOfPurchaser"),
        seller=tidy(values.get("NameOfSeller") or values.get("IssueParty")),
        seller_taxid=values.get("UnifiedSocialCreditCodeOfSeller"),
        check_code=values.get("VerificationCode"),
    )
    return Evidence("xbrl", facts, outside_fen=sum(fen or 0 for fen in outside))


_READERS: dict[str, Callable[[_Values, etree._Element], Evidence]] = {
    "inv": _coded,
    "einv": _digital,
    "rai": _rail,
    "atr": _air,
}
