"""Pictures as a PDF to print: each on a page as wide as A4."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image

A4_WIDTH_INCHES = 8.27


def as_pdf(pngs: Sequence[bytes]) -> bytes:
    """Join pictures, a page each; ValueError for none."""
    pages = [Image.open(BytesIO(png)).convert("RGB") for png in pngs]
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
