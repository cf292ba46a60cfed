"""Pictures as a PDF to print: each on a page of A4."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image

A4_WIDTH_INCHES = 8.27
A4_HEIGHT_TO_WIDTH = 297 / 210


def as_pdf(pngs: Sequence[bytes]) -> bytes:
    """Join pictures, a page each, too tall ones made smaller; ValueError for none."""
    pages = [_page(Image.open(BytesIO(png)).convert("RGB")) for png in pngs]
    if not pages:
        raise ValueError("a PDF needs a page")
    out = BytesIO()
    pages[0].save(
        out,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=pages[0].width / A4_WIDTH_INCHES,
    )
    return out.getvalue()


def _page(picture: Image.Image) -> Image.Image:
    width, height = picture.width, round(picture.width * A4_HEIGHT_TO_WIDTH)
    if picture.height > height:
        picture = picture.resize((picture.width * height // picture.height, height))
    page = Image.new("RGB", (width, height), "white")
    page.paste(picture, ((width - picture.width) // 2, 0))
    return page
