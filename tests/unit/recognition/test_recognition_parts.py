"""Several vouchers on one picture or page, and pictures that only speak about invoices."""

import io
from datetime import date
from typing import Literal

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from recognition_builders import codes, named
from test_recognition_layout import RAIL, TAXI, VAT, words

from core.invoice import Reading, to_json
from recognition.labels import mended
from recognition.layout import read_page
from recognition.ocr import Corners
from recognition.parts import split
from recognition.photo import read_photo
from recognition.picture import Image
from recognition.reading import read_file
from recognition.words import Page, Word
from sandbox.invoices import build_sample

Printed = tuple[tuple[int, int, str], ...]
OTHER = tuple(
    (x, y, {"111001881001": "144001880002", "55320338": "00112233", "31.20元": "88.00元"}.get(t, t))
    for x, y, t in TAXI
)


def moved(printed: Printed, dx: int, dy: int) -> Printed:
    return tuple((x + dx, y + dy, text) for x, y, text in printed)


def numbers(printed: Printed) -> list[str | None]:
    pages = split(Page(tuple(words(printed))))
    return [(e.facts.number if (e := read_page(p, "ocr")) else None) for p in pages]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ((*TAXI, *moved(OTHER, 420, 6)), ["55320338", "00112233"]),
        ((*TAXI, *moved(OTHER, 4, 330)), ["55320338", "00112233"]),
        ((*VAT, *moved(TAXI, 60, 700)), ["12345678", "55320338"]),
        (
            (*TAXI, *moved(OTHER, 420, 0), *moved(RAIL, 10, 330)),
            ["55320338", "F693111", "00112233"],
        ),
        (VAT, ["12345678"]),
        (RAIL, ["F693111"]),
    ],
)
def test_each_voucher_is_cut_out_and_none_is_cut_up(printed: Printed, expected: list[str]) -> None:
    assert numbers(printed) == expected


class _Sees:
    """An engine that sees words on every picture."""

    def __init__(self, printed: Printed, sure: float = 1.0) -> None:
        self._words = words(printed, sure)

    def read(self, picture: Image.Image) -> list[tuple[Corners, str, tuple[float, ...]]]:
        scale = picture.width / 1_000
        return [(_corners(w, scale), w.text, w.sures) for w in self._words]


def _corners(w: Word, scale: float) -> Corners:
    box = ((w.x0, w.y0), (w.x1, w.y0), (w.x1, w.y1), (w.x0, w.y1))
    return tuple((x * scale, y * scale) for x, y in box)


def test_two_receipts_on_a_photo_are_two_readings() -> None:
    seen = _Sees((*TAXI, *moved(OTHER, 420, 6)))

    documents = read_photo(Image.new("RGB", (1_000, 600)), seen).documents

    facts = [d.evidence[0].facts for d in documents]
    assert [(f.number, f.total_fen) for f in facts] == [("55320338", 3120), ("00112233", 8800)]
    assert all(f.date == date(2026, 10, 20) for f in facts)


def photo(printed: Printed, sure: float = 1.0) -> Reading:
    out = io.BytesIO()
    Image.new("RGB", (1_000, 600), "white").save(out, "PNG")
    (reading,) = read_file("photo.png", out.getvalue(), _Sees(printed, sure)).readings
    return reading


@pytest.mark.parametrize(
    "printed",
    [
        ((20, 20, "川香小馆菜单"), (20, 60, "如需发票请扫描桌上二维码"), (20, 100, "米饭 ¥2.00")),
        ((20, 20, "财务小王"), (20, 60, "明天开，增值税普通发票可以吗"), (20, 100, "金额120.50元"),
         (20, 140, "91310115MA1K4DEM3E")),
        ((20, 20, "服务合同"), (20, 60, "甲方：某某公司"), (20, 90, "合同总价款：人民币100.00元"),
         (20, 120, "乙方应向甲方开具增值税专用发票，税率6%。")),
        ((20, 20, "网上银行电子回单"), (20, 60, "金额：1,000.00元"), (20, 90, "附言：发票款"),
         (20, 120, "人民币（大写）：壹仟元整"), (20, 150, "交易流水号：12345678901234567890")),
        ((20, 20, "账单详情"), (20, 60, "-72.22"), (20, 90, "发起退款"), (200, 90, "开具发票")),
        ((20, 20, "送货单"), (20, 60, "合计 610.00元"), (20, 90, "备注：发票随货同行")),
        (),
    ],
)  # fmt: skip
def test_what_only_speaks_about_invoices_is_refused(printed: Printed) -> None:
    reading = photo(printed)

    assert not reading.ok
    assert "没有找到发票信息" in (reading.reason or "")


def test_a_picture_on_which_nothing_is_legible_asks_for_a_better_one() -> None:
    blurred = tuple((20, 20 + 30 * i, "看不清的字") for i in range(8))

    assert "太模糊" in (photo(blurred, 0.5).reason or "")


SALE = ((300, 20, "BlueBottleCafe"), (300, 60, "TAX INVOICE"), (20, 100, "Date: 14 Aug 2026"),
        (20, 200, "Lunch"), (300, 200, "$97.84"), (20, 240, "Subtotal"), (300, 240, "$97.84"),
        (20, 270, "GST"), (300, 270, "$9.78"), (20, 310, "TOTAL"),
        (300, 310, "S$107.62"))  # fmt: skip


def test_a_foreign_receipt_keeps_its_own_currency() -> None:
    reading = photo(SALE)

    assert (reading.kind, reading.seller, reading.date) == (
        "overseas", "BlueBottleCafe", date(2026, 8, 14),
    )  # fmt: skip
    assert (reading.amount_fen, reading.tax_fen, reading.total_fen) == (9784, 978, 10762)
    (doubt,) = [f for f in reading.findings if f.code == "foreign_currency"]
    assert doubt.fields == ("total",)
    assert "SGD 107.62" in doubt.message
    assert (reading.currency, to_json(reading)["currency"]) == ("SGD", "SGD")


@pytest.mark.parametrize(
    ("printed", "day", "fen"),
    [
        ("03/04/2026", None, 10762),
        ("25/04/2026", date(2026, 4, 25), 10762),
        ("Apr 5, 2026", date(2026, 4, 5), 10762),
    ],
)
def test_a_day_that_could_be_two_is_none(printed: str, day: date | None, fen: int) -> None:
    reading = photo(tuple((x, y, t.replace("14 Aug 2026", printed)) for x, y, t in SALE))

    assert (reading.date, reading.total_fen) == (day, fen)


@pytest.mark.parametrize(
    ("total", "fen", "currency"),
    [
        ("€1.234,50", 123450, "EUR"), ("USD 1,234.50", 123450, "USD"), ("£12.00", 1200, "GBP"),
        ("HK$1,200.00", 120000, "HKD"),
    ],
)  # fmt: skip
def test_amounts_are_written_in_many_ways(total: str, fen: int, currency: str) -> None:
    printed = (*SALE[:4], (20, 310, "Total due"), (300, 310, total))

    reading = photo(printed)

    assert reading.total_fen == fen
    assert any(f"{currency} " in f.message for f in reading.findings)
    assert "total" in named(reading)
    assert "unproven_total" in codes(reading)


Sure = Literal["sure", "unsure"]


@pytest.mark.parametrize(
    ("text", "how", "label"),
    [
        ("购实方名称:某公司", "unsure", "购买方名称:某公司"),
        ("购实方名称:某公司", "sure", "购实方名称:某公司"),
        ("发票弓码12345678", "unsure", "发票弓码12345678"),
        ("加票号码12345678", "unsure", "发票号码12345678"),
        ("?款方名称:某公司", "unsure", "?款方名称:某公司"),
        ("统一社费信用代玛:9", "unsure", "统一社会信用代码:9"),
    ],
)
def test_labels_are_mended_where_they_can_be_only_one(text: str, how: Sure, label: str) -> None:
    sures = (0.6 if how == "unsure" else 1.0,) * len(text)

    page = mended(Page((Word(text, 0, 0, 100, 20, sures),)))

    assert page.words[0].text == label


def test_two_invoices_on_a_page_of_a_pdf_are_two_readings() -> None:
    merged = pypdfium2.PdfDocument.new()
    for serial in (1, 2):
        merged.import_pages(
            pypdfium2.PdfDocument(build_sample("meal.pdf", date(2026, 11, 25), serial))
        )
    both = pypdfium2.PdfDocument(pdfium.FPDF_ImportNPagesToOne(merged.raw, 595, 842, 1, 2))
    out = io.BytesIO()
    both.save(out)

    readings = read_file("two.pdf", out.getvalue(), None).readings

    assert [(r.number, r.amount_fen, r.total_fen) for r in readings] == [
        ("26312000000000000011", 30000, 31800), ("26312000000000000021", 30000, 31800),
    ]  # fmt: skip
    assert [r.findings for r in readings] == [(), ()]
