"""Sheets to print: two vouchers on an A4, made by a process of its own, pixels only."""

import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from recognition.printing import make_sheets
from recognition.process import Failed

SAMPLES = Path(__file__).parents[2] / "samples" / "invoices"


def picture(width: int = 600, height: int = 400, colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def drawn(pdf: bytes) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=1).to_pil().convert("RGB") for page in document]
    document.close()
    return pages


async def test_two_vouchers_share_an_a4_sheet() -> None:
    colours = ("red", "blue", "green")
    files = [(f"{c}.png", picture(colour=c)) for c in colours]

    sheets = await make_sheets("BX-20261125-0001", files)

    pages = drawn(sheets.pdf)
    assert (sheets.pages, len(pages), sheets.skipped) == (2, 2, ())
    assert {page.size for page in pages} == {(596, 842)}
    middle = pages[0].width * 54 // 100
    assert pages[0].getpixel((middle, 200)) == (254, 0, 0)
    assert pages[0].getpixel((middle, 620)) == (0, 0, 254)
    assert pages[1].getpixel((middle, 620)) == (255, 255, 255)


async def test_pages_of_a_pdf_are_drawn_and_what_has_none_is_named() -> None:
    pdf = (SAMPLES / "xbrl-001.pdf").read_bytes()
    files = [
        ("a.pdf", pdf),
        ("发票.ofd", (SAMPLES / "999.ofd").read_bytes()),
        ("a.xml", b"<EInvoice/>"),
        ("broken.pdf", b"%PDF-1.7 nothing"),
    ]

    sheets = await make_sheets("BX-1", files)

    assert sheets.pages == 1
    assert sheets.skipped == ("发票.ofd", "a.xml", "broken.pdf")
    assert b"/JavaScript" not in sheets.pdf
    (page,) = drawn(sheets.pdf)
    assert len(set(page.resize((60, 84)).tobytes())) > 20


async def test_a_tall_ticket_lies_on_its_side() -> None:
    sheets = await make_sheets("BX-1", [("t.png", picture(200, 800))])

    (page,) = drawn(sheets.pdf)
    reds = [
        x
        for x in range(page.width)
        if page.getpixel((x, 200))[0] > 200 > page.getpixel((x, 200))[1]
    ]  # type: ignore[index]

    assert len(reds) > page.width // 2


async def test_nothing_to_draw_gives_no_sheet() -> None:
    sheets = await make_sheets("BX-1", [])

    assert (sheets.pages, sheets.pdf) == (0, b"")


async def test_a_process_that_takes_too_long_is_ended() -> None:
    with pytest.raises(Failed, match="took_too_long"):
        await make_sheets("BX-1", [("a.png", picture())], limit_s=0.01)
