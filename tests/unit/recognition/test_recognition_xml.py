from datetime import date

import pytest
from recognition_builders import NUMBER, SAMPLES, codes, einvoice, named, only, read

from core.invoice import to_json


def test_every_field_of_an_einvoice_comes_from_its_exact_place() -> None:
    reading = only(einvoice().encode())

    assert reading.kind == "digital_general"
    assert (reading.code, reading.number, reading.date) == (None, NUMBER, date(2026, 11, 24))
    assert (reading.amount_fen, reading.tax_fen, reading.total_fen) == (100000, 6000, 106000)
    assert (reading.buyer, reading.buyer_taxid) == ("示例科技有限公司", "91310115MA1K4DEM3E")
    assert reading.seller == "上海栖云酒店管理有限公司"
    assert [item.amount_fen for item in reading.items] == [110000, -10000]
    assert set(dict(reading.source).values()) == {"xml"}
    assert reading.findings == ()
    assert reading.confidence == 1.0


def test_the_line_total_never_becomes_the_invoice_total() -> None:
    text = einvoice().replace("<TotalTax-includedAmount>1060.00</TotalTax-includedAmount>", "")

    reading = only(text.encode())

    assert reading.total_fen is None
    assert "total" in named(reading)


@pytest.mark.parametrize("tax", ["***", "免税", "不征税", ""])
def test_no_tax_is_null_not_zero(tax: str) -> None:
    reading = only(einvoice(tax=tax, amount="1060.00", lines="").encode())

    assert reading.tax_fen is None
    assert to_json(reading)["tax"] is None
    assert "total_mismatch" not in codes(reading)


def test_the_time_of_generation_stands_in_only_with_a_doubt() -> None:
    reading = only(einvoice(request="").encode())

    assert reading.date == date(2026, 11, 25)
    assert "issue_time_used" in codes(reading)
    assert "date" in named(reading)


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"label": "增值税专用发票"}, "digital_special"),
        ({"label": "普通发票"}, "digital_general"),
        ({"kind": "电子发票（铁路电子客票）"}, "rail_e"),
        ({"kind": "电子发票（航空运输电子客票行程单）"}, "air_itinerary"),
        ({"specific": "<Toll><PlateNumber>沪A</PlateNumber></Toll>"}, "toll"),
    ],
)
def test_kinds(parts: dict[str, str], kind: str) -> None:
    assert only(einvoice(**parts).encode()).kind == kind


def test_two_numbers_in_one_file_are_a_doubt() -> None:
    reading = only(einvoice(supervised="26312000000000000099").encode())

    assert reading.number == NUMBER
    assert ("number",) in {f.fields for f in reading.findings}


def test_a_sum_that_does_not_hold_is_a_doubt() -> None:
    reading = only(einvoice(total="1600.00").encode())

    assert {"total_mismatch"} <= codes(reading)
    assert {"amount", "tax", "total"} <= named(reading)


def test_several_invoices_in_one_file_give_several_readings() -> None:
    other = einvoice(number="26312000000000000088")

    readings = read(f"<Batch>{einvoice()}{other}{einvoice()}</Batch>".encode())

    assert [r.number for r in readings] == [NUMBER, "26312000000000000088"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + einvoice().encode(),
        b'<?xml version="1.0" encoding="GBK"?>' + einvoice().encode("gbk"),
        b'<?xml version="1.0" encoding="gb2312"?>' + einvoice().encode("gbk"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + einvoice()).encode("utf-16"),
        einvoice().encode("utf-16-le"),
    ],
    ids=["bom", "gbk", "gb2312", "utf-16", "utf-16-le"],
)
def test_encodings_are_understood(data: bytes) -> None:
    assert only(data).buyer == "示例科技有限公司"


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="ebcdic-cp-us"?>' + einvoice().encode(),
        einvoice().encode("gbk"),
        einvoice().encode()[:-20],
        b"<EInvoice>\0</EInvoice>",
    ],
    ids=["unknown", "undeclared", "cut", "nul"],
)
def test_what_cannot_be_decoded_is_refused(data: bytes) -> None:
    reading = only(data)

    assert not reading.ok
    assert "损坏" in (reading.reason or "")


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE EInvoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!doctype EInvoice SYSTEM "http://127.0.0.1/x.dtd">',
        '<!DOCTYPE EInvoice [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_unread(doctype: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{einvoice(number="&x;")}'

    reading = only(text.encode(encoding))

    assert not reading.ok
    assert "DOCTYPE" in (reading.reason or "")


def test_other_xml_is_no_invoice() -> None:
    reading = only(b"<html-ish><a>1</a></html-ish>")

    assert not reading.ok


def test_deep_nesting_is_refused() -> None:
    reading = only(b"<a>" * 5_000 + b"</a>" * 5_000)

    assert not reading.ok


def test_the_coded_form_of_older_files() -> None:
    text = (
        '<fp:eInvoice xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019">'
        "<fp:InvoiceCode>033002000211</fp:InvoiceCode><fp:InvoiceNo>83089647</fp:InvoiceNo>"
        "<fp:IssueDate>2020年07月23日</fp:IssueDate>"
        "<fp:InvoiceCheckCode>16197 83356 74145 07415</fp:InvoiceCheckCode>"
        "<fp:Buyer><fp:BuyerName>个人</fp:BuyerName><fp:BuyerTaxID> </fp:BuyerTaxID></fp:Buyer>"
        "<fp:TaxExclusiveTotalAmount>526.00</fp:TaxExclusiveTotalAmount>"
        "<fp:TaxTotalAmount>***</fp:TaxTotalAmount>"
        "<fp:TaxInclusiveTotalAmount>526.00</fp:TaxInclusiveTotalAmount>"
        "<fp:GraphCode>iVBORw0KGgo=</fp:GraphCode></fp:eInvoice>"
    )

    reading = only(text.encode())

    assert (reading.code, reading.number) == ("033002000211", "83089647")
    assert reading.check_code == "16197833567414507415"
    assert (reading.buyer, reading.buyer_taxid, reading.tax_fen) == ("个人", None, None)
    assert reading.kind == "vat_general_e"
    assert "unsure_kind" in codes(reading)


def test_the_samples_folder_says_where_its_files_are_from() -> None:
    listed = {line.split("\t")[0] for line in (SAMPLES / "SOURCES.tsv").read_text().splitlines()}

    files = {path.name for path in SAMPLES.iterdir()}

    assert files - {"SOURCES.tsv", "README.md", "truth.jsonl"} <= listed
