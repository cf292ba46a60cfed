"""The isolated process that draws one small picture: `python -m recognition.thumb`.

Its input is one frame with the bytes of a picture or PDF; its answer one frame with a JPEG of the
(first) page, empty for what cannot be drawn. What leaves are pixels: nothing of a foreign file
lives on in them.
"""

import io
import sys

import pypdfium2
from PIL import Image

from recognition.detect import detect
from recognition.frames import frame, read_frame
from recognition.limits import Unreadable
from recognition.picture import open_picture
from recognition.worker import QUICK_BYTES, confine, take_output

SIDE = 480
"""Pixels of the longer side: sharp in a list on a phone."""
QUALITY = 80


def main() -> None:
    """Draw what comes, once."""
    answers = take_output()
    confine(QUICK_BYTES)
    data = read_frame(sys.stdin.buffer) or b""
    try:
        picture = _first_page(data)
    except (Unreadable, pypdfium2.PdfiumError):
        picture = None
    answers.write(frame(_jpeg(picture) if picture else b""))
    answers.flush()


def _first_page(data: bytes) -> Image.Image | None:
    form = detect(data)
    if form == "picture":
        return open_picture(data)
    return _page(data) if form == "pdf" else None


def _page(data: bytes) -> Image.Image | None:
    """Draw the first page no larger than it will be shown."""
    document = pypdfium2.PdfDocument(data)
    try:
        if not len(document):
            return None
        page = document[0]
        scale = 2 * SIDE / max(1.0, *page.get_size())
        picture: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil()
        page.close()
        return picture
    finally:
        document.close()


def _jpeg(picture: Image.Image) -> bytes:
    small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    with io.BytesIO() as file:
        small.save(file, "JPEG", quality=QUALITY, optimize=True)
        return file.getvalue()


if __name__ == "__main__":
    main()
