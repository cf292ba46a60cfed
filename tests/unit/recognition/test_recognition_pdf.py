import io

import pypdfium2
import pytest
from PIL import Image
from recognition_builders import SAMPLES, codes, invoice, named, only, pdf, read, xbrl
from test_recognition_xbrl import RAIL

from recognition.limits import MAX_RENDER_PIXELS
from recognition.pdf import read_pdf
from sandbox import paper


def attach(data: bytes, name: str, content: bytes) -> bytes:
    document = pypdfium2.PdfDocument(data)
    document.new_attachment(name).set_data(content)
    return saved(document)


def saved(document: pypdfium2.PdfDocument) -> bytes:
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def test_text_is_read_by_place() -> None:
    made = invoice()

    reading = only(paper.draw_pdf(made))

    assert (reading.kind, reading.number, reading.date) == (
        "digital_general", made.number, made.issued,
    )  # fmt: skip
    assert (reading.amount_fen, reading.tax_fen, reading.total_fen) == (30000, 1800, 31800)
    assert (reading.buyer, reading.buyer_taxid) == (made.buyer.name, made.buyer.tax_id)
    assert (reading.seller, reading.seller_taxid) == (made.seller.name, made.seller.tax_id)
    assert [(i.name, i.quantity, i.rate) for i in reading.items] == [("*餐饮服务*餐费", "1", "6%")]
    assert set(dict(reading.source).values()) == {"pdf"}
    assert reading.findings == ()


def test_the_order_of_the_text_does_not_matter() -> None:
    made = invoice()
    marks = list(paper.marks_of(made))
    labels_first = sorted(marks, key=lambda m: (m.colour != paper.BROWN, m.text))
    squares = paper._qr_squares(made.qr)

    shuffled = only(paper._pdf(labels_first, squares))

    assert shuffled == only(paper.draw_pdf(made))


@pytest.mark.parametrize("quarter", [90, 180, 270])
def test_a_turned_page_reads_the_same(quarter: int) -> None:
    document = pypdfium2.PdfDocument(paper.draw_pdf(invoice()))
    document[0].set_rotation(quarter)

    turned = only(saved(document))

    assert turned == only(paper.draw_pdf(invoice()))


def test_an_air_itinerary_of_a_real_airline() -> None:
    reading = only((SAMPLES / "xbrl-001.pdf").read_bytes())

    assert reading.kind == "air_itinerary"
    assert (reading.amount_fen, reading.tax_fen, reading.total_fen) == (52293, 4707, 62000)
    assert reading.seller == "中国南方航空股份有限公司"
    assert reading.check_code == "7890"
    assert codes(reading) == {"number_shape"}


def test_text_and_code_that_differ_are_a_doubt() -> None:
    shown, coded = invoice(price_fen=100_00), invoice(price_fen=1000_00)

    forged = paper._pdf(list(paper.marks_of(shown)), paper._qr_squares(coded.qr))
    reading = only(forged)

    assert reading.total_fen == shown.total_fen
    assert "sources_disagree" in codes(reading)
    assert "total" in named(reading)


def test_an_attachment_is_trusted_more_than_the_text() -> None:
    data = attach(paper.draw_pdf(invoice(number=RAIL["ElectronicInvoiceRailwayETicketNumber"])),
                  "0", xbrl("rai", RAIL))  # fmt: skip

    reading = only(data)

    assert dict(reading.source)["total"] == "xbrl"
    assert reading.total_fen == 55300
    assert "total" in named(reading)


@pytest.mark.parametrize(
    "action",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
        b"/OpenAction 3 0 R",
        b"/AA << /WC << /S /Launch /F (calc.exe) >> >>",
        b"/Names << /J#61vaScript 9 0 R >>",
    ],
)
def test_actions_are_flagged_and_never_run(action: bytes) -> None:
    data = paper.draw_pdf(invoice()).replace(b"/Type /Catalog", b"/Type /Catalog " + action)

    reading = only(data)

    assert reading.ok
    assert "active_content" in codes(reading)


def test_a_mere_place_to_open_at_is_no_action() -> None:
    data = paper.draw_pdf(invoice()).replace(
        b"/Type /Catalog", b"/Type /Catalog /OpenAction [3 0 R /Fit]"
    )

    assert "active_content" not in codes(only(data))


def test_only_the_first_pages_are_read_and_it_says_so() -> None:
    source = pypdfium2.PdfDocument(paper.draw_pdf(invoice()))
    document = pypdfium2.PdfDocument.new()
    for _ in range(25):
        document.import_pages(source)
    data = saved(document)
    source.close()

    reading = only(data)

    assert reading.number == invoice().number
    assert "pages_skipped" in codes(reading)


def test_several_invoices_in_one_pdf_give_several_readings() -> None:
    document = pypdfium2.PdfDocument.new()
    for number in ("26312000000000000011", "26312000000000000022"):
        document.import_pages(pypdfium2.PdfDocument(paper.draw_pdf(invoice(number=number))))

    readings = read(saved(document))

    assert [r.number for r in readings] == ["26312000000000000011", "26312000000000000022"]


def test_a_huge_page_is_drawn_small() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_400, 14_400)

    (page,) = read_pdf(saved(document)).pages

    assert page.render.width * page.render.height <= MAX_RENDER_PIXELS * 1.01


def test_text_over_a_picture_of_the_page_is_a_doubt() -> None:
    document = pypdfium2.PdfDocument(paper.draw_pdf(invoice()))
    page = document[0]
    image = pypdfium2.PdfImage.new(document)
    bitmap = pypdfium2.PdfBitmap.from_pil(Image.new("RGB", (60, 40), "white"))
    image.set_bitmap(bitmap)
    image.set_matrix(pypdfium2.PdfMatrix().scale(595, 397))
    page.insert_obj(image)
    page.gen_content()

    reading = only(saved(document))

    assert "text_over_image" in codes(reading)
    assert "total" in named(reading)


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.4\n", b"%PDF-1.7\njunk" * 50, pdf([b"<< /Type /Catalog /Pages 2 0 R >>"])],
    ids=["bare", "junk", "no pages"],
)
def test_broken_files_are_refused_kindly(data: bytes) -> None:
    reading = only(data)

    assert not reading.ok
    assert "·" in (reading.reason or "")


def test_another_document_is_no_invoice() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)

    assert "没有找到发票" in (only(saved(document)).reason or "")
