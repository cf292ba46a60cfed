"""The isolated process that lays vouchers out for printing: `python -m recognition.sheet`.

Its input is a frame with the title, then a frame with a name and one with the bytes of each file;
its answer a frame with JSON (`pages`, `skipped` names) and one with a PDF of A4 sheets, two
vouchers each. What it draws are pixels: nothing of a foreign file lives on in the PDF.
"""

import io
import json
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pypdfium2
from PIL import Image, ImageDraw

from recognition.detect import detect
from recognition.frames import frame, read_frame
from recognition.limits import MAX_PAGES, MAX_RENDER_PIXELS, Unreadable
from recognition.picture import open_picture
from recognition.worker import QUICK_BYTES, confine, take_output

MAX_VOUCHERS = 60
DPI = 200
_WIDTH, _HEIGHT = round(8.27 * DPI), round(11.69 * DPI)
_EDGE, _BINDING = round(0.3 * DPI), round(0.8 * DPI)
_LABEL = round(0.2 * DPI)
_POINTS = 72
_WORTH_TURNING = 1.3
"""A voucher lies on its side when that makes it so much larger."""
_PARTS = 2
_DASH = 24


def main() -> None:
    """Lay out what comes, once."""
    answers = take_output()
    confine(QUICK_BYTES)
    requests = sys.stdin.buffer
    title = (read_frame(requests) or b"").decode("ascii", "replace")
    skipped: list[str] = []
    sheets = list(_sheets(title, _vouchers(requests, skipped)))
    pdf = io.BytesIO()
    if sheets:
        rest = sheets[1:]
        sheets[0].save(pdf, "PDF", resolution=DPI, save_all=True, append_images=rest, quality=85)
    about = {"pages": len(sheets), "skipped": skipped}
    answers.write(frame(json.dumps(about).encode()) + frame(pdf.getvalue()))
    answers.flush()


def _vouchers(requests: BinaryIO, skipped: list[str]) -> Iterator[tuple[str, Image.Image]]:
    """Give each page of each file as a picture with a mark; what has none is named in `skipped`."""
    count = 0
    while (name := read_frame(requests)) is not None and (data := read_frame(requests)) is not None:
        try:
            found = list(_pictures(data)) if count < MAX_VOUCHERS else []
        except (Unreadable, pypdfium2.PdfiumError):
            found = []
        if not found:
            skipped.append(name.decode("utf-8", "replace"))
        for picture in found[: MAX_VOUCHERS - count]:
            count += 1
            yield str(count), picture


def _pictures(data: bytes) -> Iterator[Image.Image]:
    form = detect(data)
    if form == "picture":
        yield open_picture(data)
    elif form == "pdf":
        yield from _pages(data)


def _pages(data: bytes) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(data)
    try:
        for index in range(min(len(document), MAX_PAGES)):
            page = document[index]
            width, height = page.get_size()
            scale = min(DPI / _POINTS, (MAX_RENDER_PIXELS / max(width * height, 1)) ** 0.5)
            picture: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil()
            page.close()
            yield picture.convert("RGB")
    finally:
        document.close()


def _sheets(title: str, vouchers: Iterable[tuple[str, Image.Image]]) -> Iterator[Image.Image]:
    sheet: Image.Image | None = None
    for number, (mark, picture) in enumerate(vouchers):
        half = number % _PARTS
        if sheet is None or half == 0:
            if sheet is not None:
                yield sheet
            sheet = _blank()
        _place(sheet, half, picture, f"{title}  #{mark}")
    if sheet is not None:
        yield sheet


def _blank() -> Image.Image:
    """Give an empty sheet with the line along which it is cut."""
    sheet = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    pen = ImageDraw.Draw(sheet)
    for x in range(0, _WIDTH, 2 * _DASH):
        pen.line((x, _HEIGHT // 2, x + _DASH, _HEIGHT // 2), "#b0b0b0", 2)
    return sheet


def _place(sheet: Image.Image, half: int, picture: Image.Image, label: str) -> None:
    """Draw a voucher as large as its half allows, with the binding edge left free."""
    top = half * _HEIGHT // _PARTS
    room = (_WIDTH - _BINDING - _EDGE, _HEIGHT // _PARTS - 2 * _EDGE - _LABEL)
    if _scale(picture.size[::-1], room) > _WORTH_TURNING * _scale(picture.size, room):
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    scale = _scale(picture.size, room)
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    shown = picture.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    left = _BINDING + (room[0] - shown.width) // 2
    sheet.paste(shown, (left, top + _EDGE + (room[1] - shown.height) // 2))
    place = (_BINDING, top + _HEIGHT // _PARTS - _EDGE - _LABEL + 4)
    ImageDraw.Draw(sheet).text(place, label, "#404040", font_size=_LABEL - 8)


def _scale(size: tuple[int, ...], room: tuple[int, int]) -> float:
    return min(room[0] / size[0], room[1] / size[1])


if __name__ == "__main__":
    main()
