from datetime import date

from recognition_builders import codes, only, xbrl

RAIL = {
    "TypeOfVoucher": "电子发票（铁路电子客票）",
    "ElectronicInvoiceRailwayETicketNumber": "26319110010000000017",
    "DateOfIssue": "2026-05-08",
    "TravelDate": "2026-04-09",
    "Fare": "553.00",
    "TotalAmountExcludingTax": "507.34",
    "TaxRate": "0.09",
    "TaxAmount": "45.66",
    "NameOfPurchaser": "示例科技有限公司",
    "UnifiedSocialCreditCodeOfPurchaser": "91310115MA1K4DEM3E",
}
AIR = {
    "ElectronicInvoiceAirTransportReceiptNumber": "26319110010000000025",
    "IssueDate": "2026-07-28",
    "Fare": "477.06",
    "FuelSurcharge": "45.87",
    "VatTaxAmount": "47.07",
    "CivilAviationDevelopmentFund": "50.00",
    "OtherTaxes": "0.00",
    "TotalAmount": "620.00",
    "IssueParty": "中国南方航空股份有限公司",
    "NameOfPurchaser": "示例科技有限公司",
}
CODED = {
    "TypeOfInvoice": "增值税电子普通发票",
    "UniqueCodeOfInvoice": "05000170011199999951",
    "CodeOfInvoice": "050001700111",
    "NumberOfInvoice": "99999951",
    "DateOfIssue": "2020-10-10",
    "IdentifyingCode": "14754 82292 98567 72523",
    "NameOfPurchaser": "示例科技有限公司",
    "NameOfSeller": "杭州融易算企业管理咨询有限公司",
    "TotalAmountExcludingTax": "300.00",
    "TotalTaxAmount": "18.00",
    "TaxIncludedAmountInFigures": "318.00",
}
GOODS = (
    "<v:InformationOfTaxableGoodsOrServicesDetailItemsTuple>"
    "<v:NameOfTaxableGoodsOrServices>*餐饮服务*餐费</v:NameOfTaxableGoodsOrServices>"
    "<v:AmountExcludingTax>300.00</v:AmountExcludingTax><v:TaxRate>6%</v:TaxRate>"
    "<v:TaxAmount>18.00</v:TaxAmount>"
    "</v:InformationOfTaxableGoodsOrServicesDetailItemsTuple>"
)


def test_a_rail_ticket_is_dated_by_its_issue_not_its_journey() -> None:
    reading = only(xbrl("rai", RAIL))

    assert reading.kind == "rail_e"
    assert reading.date == date(2026, 5, 8)
    assert (reading.amount_fen, reading.tax_fen, reading.total_fen) == (50734, 4566, 55300)
    assert reading.findings == ()
    assert dict(reading.source)["total"] == "xbrl"


def test_an_air_itinerary_adds_up_with_the_fund_outside_the_base() -> None:
    reading = only(xbrl("atr", AIR))

    assert reading.kind == "air_itinerary"
    assert (reading.amount_fen, reading.tax_fen, reading.total_fen) == (52293, 4707, 62000)
    assert reading.seller == "中国南方航空股份有限公司"
    assert "total_mismatch" not in codes(reading)


def test_a_coded_invoice_with_its_goods() -> None:
    reading = only(xbrl("inv", CODED, GOODS))

    assert reading.kind == "vat_general_e"
    assert (reading.code, reading.number) == ("050001700111", "99999951")
    assert reading.check_code == "14754822929856772523"
    assert (reading.amount_fen, reading.tax_fen, reading.total_fen) == (30000, 1800, 31800)
    assert [item.name for item in reading.items] == ["*餐饮服务*餐费"]


def test_a_tuple_before_the_totals_does_not_lend_them_its_tax() -> None:
    values = {k: v for k, v in RAIL.items() if k != "TaxAmount"}

    reading = only(xbrl("rai", values))

    assert reading.tax_fen is None


def test_another_taxonomy_is_no_invoice() -> None:
    assert not only(xbrl("bker", CODED)).ok
