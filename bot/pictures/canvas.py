"""A canvas in points, drawn at twice that many pixels; knows the font and the colours."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

SCALE = 2
"""Pixels a point: sharp on phones."""
_CHINESE = 2
"""Which face of the collection has the simplified Chinese forms."""
_BOLD = 0.028
"""How much of its size a text is thickened to look bold; one weight is 19 MB already."""

COLOURS = 128
"""Of a printed page: those of the charts and the steps between them."""
INK, MUTED, LINE, PAPER, TRACK = "#15181d", "#5a626e", "#e6e9ee", "#ffffff", "#eef1f5"
SPENT, AMBER, RED = "#0a63d8", "#c97a00", "#bf2c22"
LIGHTER = {SPENT: "#9cc4f7", AMBER: "#f0c27a", RED: "#eca49e"}
"""What is held, beside what is spent in that colour."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points."""


@lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Load the font in a size in points, once."""
    with as_file(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc") as path:
        return ImageFont.truetype(path, size * SCALE, index=_CHINESE)


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks; sizes in points."""

    size: int = 14
    colour: str = INK
    bold: bool = False


BODY, SMALL = Style(), Style(12, MUTED)
TITLE, FIGURE = Style(18, bold=True), Style(20, bold=True)


@dataclass(frozen=True, slots=True)
class Written:
    """A line as it stands on a canvas: its upper left corner, how wide and how large it is."""

    text: str
    left: float
    top: float
    width: float
    size: int


class Canvas:
    """A white picture of a width and height in points; remembers what is written on it."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.written: list[Written] = []
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def text(self, at: tuple[float, float], text: str, style: Style = BODY) -> None:
        """Write a line whose upper left corner is at a point."""
        self._write(at, text, style, "la")

    def text_right(self, at: tuple[float, float], text: str, style: Style = BODY) -> None:
        """Write a line whose upper right corner is at a point."""
        self._write(at, text, style, "ra")

    def text_centred(self, at: tuple[float, float], text: str, style: Style = BODY) -> None:
        """Write a line whose upper middle is at a point."""
        self._write(at, text, style, "ma")

    def _write(self, at: tuple[float, float], text: str, style: Style, anchor: str) -> None:
        stroke = round(style.size * SCALE * _BOLD) if style.bold else 0
        width = width_of(text, style)
        left = at[0] - {"l": 0, "m": width / 2, "r": width}[anchor[0]]
        self.written.append(Written(text, left, at[1], width, style.size))
        self._draw.text(
            (at[0] * SCALE, at[1] * SCALE),
            text,
            style.colour,
            font(style.size),
            anchor=anchor,
            stroke_width=stroke,
        )

    def box(self, box: Box, colour: str, radius: float = 0) -> None:
        """Fill a box; one without area is not drawn."""
        if box[2] - box[0] >= 1 / SCALE and box[3] > box[1]:
            self._draw.rounded_rectangle(_pixels(box), radius * SCALE, colour)

    def line(self, points: list[tuple[float, float]], colour: str, width: float = 2) -> None:
        """Draw a line through points."""
        pixels = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(pixels, colour, round(width * SCALE), joint="curve")

    def dashes(self, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
        """Draw a dashed straight line."""
        length = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
        steps = max(1, round(length / 5))
        for i in range(0, steps, 2):
            ends = [_between(start, end, part / steps) for part in (i, min(i + 1, steps))]
            self.line(ends, colour, 1.5)

    def dot(self, at: tuple[float, float], radius: float, colour: str) -> None:
        """Draw a filled circle."""
        x, y = at
        self._draw.ellipse(_pixels((x - radius, y - radius, x + radius, y + radius)), colour)

    def image(self) -> Image.Image:
        """Give the picture in so few colours that each of its lines stays crisp and small."""
        return self._image.quantize(COLOURS, dither=Image.Dither.NONE)

    def png(self) -> bytes:
        """Give the bytes of the picture."""
        out = BytesIO()
        self._image.save(out, "PNG", compress_level=4)
        return out.getvalue()


def width_of(text: str, style: Style = BODY) -> float:
    """Measure a line in points."""
    return font(style.size).getlength(text) / SCALE


def fitted(text: str, width: float, style: Style = BODY) -> str:
    """Shorten a line to a width in points; line breaks and the like become spaces."""
    text = " ".join(text.split())
    if width_of(text, style) <= width:
        return text
    keep = len(text)
    while keep and width_of(text[:keep] + "…", style) > width:
        keep -= max(1, keep // 8) if width_of(text[:keep], style) > 2 * width else 1
    return text[:keep] + "…"


def _pixels(box: Box) -> tuple[float, float, float, float]:
    left, top, right, bottom = (edge * SCALE for edge in box)
    return left, top, right - 1, bottom - 1


def _between(
    start: tuple[float, float], end: tuple[float, float], part: float
) -> tuple[float, float]:
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part
