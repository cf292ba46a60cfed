import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from lxml import etree
from PIL import Image

from sandbox.invoices import BUYER, SAMPLES, build_sample, sample_invoice, write_samples
from sandbox.paper import in_words

TODAY = date(2026, 11, 25)
FRESH = ("hotel.xml", "meal.pdf", "office.ofd", "hotel-photo.jpg")


def _pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    page = document[0]
    text_page = page.get_textpage()
    text = str(text_page.get_text_range())
    text_page.close()
    page.close()
    document.close()
    return text


@pytest.mark.parametrize("name", FRESH)
def test_equal_date_and_serial_give_equal_bytes(name: str) -> None:
    assert build_sample(name, TODAY, 7) == build_sample(name, TODAY, 7)


def test_no_two_samples_of_two_runs_share_a_number() -> None:
    numbers = [sample_invoice(name, TODAY, serial).number for name in FRESH for serial in (1, 2)]

    assert len(set(numbers)) == len(numbers)
    assert all(len(number) == 20 and number.startswith("2631") for number in numbers)


def test_the_xml_says_who_what_and_how_much() -> None:
    invoice = sample_invoice("hotel.xml", TODAY, 7)

    root = etree.fromstring(build_sample("hotel.xml", TODAY, 7))

    assert root.findtext("Header/EIid") == invoice.number
    assert root.findtext("EInvoiceData/BuyerInformation/BuyerIdNum") == BUYER.tax_id
    basics = root.find("EInvoiceData/BasicInformation")
    assert basics is not None
    assert basics.findtext("TotalTax-includedAmount") == "1060.00"
    assert (basics.findtext("RequestTime") or "").startswith("2026-11-25")


def test_the_pdf_can_be_read_back_without_an_embedded_font() -> None:
    text = _pdf_text(build_sample("meal.pdf", TODAY, 7))

    for printed in (
        "电子发票（普通发票）",
        sample_invoice("meal.pdf", TODAY, 7).number,
        "2026年11月25日",
        "示例科技有限公司",
        BUYER.tax_id,
        "*餐饮服务*餐费",
        "¥300.00",
        "¥18.00",
        "¥318.00",
        "叁佰壹拾捌圆整",
    ):
        assert printed in text


def test_the_ofd_carries_custom_data_and_the_same_texts_on_its_page() -> None:
    with zipfile.ZipFile(io.BytesIO(build_sample("office.ofd", TODAY, 7))) as package:
        root = etree.fromstring(package.read("OFD.xml"))
        page = etree.fromstring(package.read("Doc_0/Pages/Page_0/Content.xml"))

    facts = {e.get("Name"): e.text for e in root.iter("{*}CustomData")}
    texts = {e.text for e in page.iter("{*}TextCode")}
    assert facts["价税合计"] == "226.00"
    assert facts["开票日期"] == "2026年11月25日"
    assert facts["发票号码"] in texts


def test_the_code_on_the_photo_can_be_read() -> None:
    photo = Image.open(io.BytesIO(build_sample("hotel-photo.jpg", TODAY, 7)))

    found = zxingcpp.read_barcodes(photo)

    assert [code.text for code in found] == [sample_invoice("hotel-photo.jpg", TODAY, 7).qr]


def test_a_demo_gets_every_sample_that_has_a_title(tmp_path: Path) -> None:
    write_samples(tmp_path / "samples", TODAY, 7)

    titles = json.loads((tmp_path / "samples" / "samples.json").read_text("utf-8"))
    written = {path.name for path in (tmp_path / "samples").iterdir()}
    assert written == {*titles, "samples.json"}
    assert all(title["zh"] and title["en"] for title in titles.values())


def test_the_samples_in_the_repository_stay_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 1_500_000


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (1060_00, "壹仟零陆拾圆整"),
        (424_00, "肆佰贰拾肆圆整"),
        (318_50, "叁佰壹拾捌圆伍角"),
        (10_05, "壹拾圆零伍分"),
        (2000_00, "贰仟圆整"),
    ],
)
def test_amounts_in_chinese_capitals(fen: int, words: str) -> None:
    assert in_words(fen) == words
