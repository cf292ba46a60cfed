"""Small pictures of originals: drawn by a process of its own, nothing for what has no page."""

import io
from pathlib import Path

import pytest
from PIL import Image

from recognition.thumb import SIDE
from recognition.thumbnail import make_thumbnail

SAMPLES = Path(__file__).parents[2] / "samples" / "invoices"


def picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "PNG")
    return out.getvalue()


async def test_a_picture_gets_small() -> None:
    data = await make_thumbnail(picture(2000, 1000))

    assert data is not None
    with Image.open(io.BytesIO(data)) as small:
        assert (small.format, small.size) == ("JPEG", (SIDE, SIDE // 2))


async def test_of_a_pdf_it_is_the_first_page() -> None:
    data = await make_thumbnail((SAMPLES / "xbrl-001.pdf").read_bytes())

    assert data is not None
    with Image.open(io.BytesIO(data)) as small:
        assert max(small.size) == SIDE
        assert len(set(small.resize((60, 40)).tobytes())) > 20


@pytest.mark.parametrize("data", [b"", b"<EInvoice/>", b"%PDF-1.7 nothing", b"\xff\xd8\xff no"])
async def test_what_has_no_page_has_no_picture(data: bytes) -> None:
    assert await make_thumbnail(data) is None


async def test_what_takes_too_long_has_none_either() -> None:
    assert await make_thumbnail(picture(10, 10), limit_s=0.0) is None
