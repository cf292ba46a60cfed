"""A sheet of paper in millimetres: print, needle print, lines, stamps and QR codes on it."""

import subprocess
from functools import cache
from typing import Literal

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from benchmarks.render.chance import Chance

Ink = tuple[int, int, int]
Face = Literal["sans", "serif", "bold", "mono"]

BLACK: Ink = (28, 28, 32)
BROWN: Ink = (150, 74, 38)
RED: Ink = (205, 45, 45)
BLUE: Ink = (36, 44, 120)
GREY: Ink = (110, 110, 115)
SCALE = 10.0
"""Pixels a millimetre."""
_PATTERNS: dict[Face, str] = {
    "sans": "Noto Sans CJK SC:style=Regular",
    "serif": "Noto Serif CJK SC:style=Regular",
    "bold": "Noto Sans CJK SC:style=Bold",
    "mono": "Noto Sans Mono CJK SC:style=Regular",
}
_PITCH_MM = 0.32
"""Between the needles of a dot-matrix head."""


@cache
def _font_file(face: Face) -> tuple[str, int]:
    pattern = _PATTERNS[face]
    command = ("fc-match", "-f", "%{file}\n%{index}", pattern)
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    path, index = found.stdout.split("\n")
    if "CJK" not in path:
        raise LookupError(f"{pattern} is not installed: fonts-noto-cjk has it")
    return path, int(index) & 0xFFFF


@cache
def _font(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    path, index = _font_file(face)
    return ImageFont.truetype(path, pixels, index)


class Paper:
    """A sheet; places and sizes are millimetres from the upper left corner."""

    def __init__(
        self, width: float, height: float, tint: Ink = (252, 252, 250), scale: float = SCALE
    ) -> None:
        self.scale = scale
        self.width, self.height = width, height
        self.image = Image.new("RGB", (round(width * scale), round(height * scale)), tint)
        self._draw = ImageDraw.Draw(self.image)

    def text(
        self, x: float, y: float, text: str, size: float = 3.2, ink: Ink = BLACK,
        face: Face = "sans", *, at: str = "la", spread: float = 0.0,
    ) -> None:  # fmt: skip
        """Print a line; `at` is Pillow's anchor, `spread` the gap between characters."""
        font = _font(face, round(size * self.scale))
        if not spread:
            self._draw.text((x * self.scale, y * self.scale), text, ink, font, anchor=at)
            return
        for char in text:
            self._draw.text((x * self.scale, y * self.scale), char, ink, font, anchor="la")
            x += self._draw.textlength(char, font) / self.scale + spread

    def width_of(self, text: str, size: float, face: Face = "sans") -> float:
        """Give the width of a line."""
        return float(
            self._draw.textlength(text, _font(face, round(size * self.scale))) / self.scale
        )

    def needles(
        self, x: float, y: float, text: str, size: float = 3.4, ink: Ink = BLUE, *, at: str = "la",
        force: float = 0.9,
    ) -> None:  # fmt: skip
        """Print a line with a dot-matrix head; `force` is how dark the ribbon still is."""
        mask = Image.new("L", self.image.size, 0)
        font = _font("mono", round(size * self.scale))
        drawn = ImageDraw.Draw(mask)
        drawn.text((x * self.scale, y * self.scale), text, 255, font, anchor=at)
        box = mask.getbbox()
        if box is None:
            return
        cut = np.asarray(mask.crop(box), dtype=np.float32) / 255
        cut *= self._dots(cut.shape) * force
        self.image.paste(ink, box, Image.fromarray((cut * 255).astype(np.uint8)))

    def _dots(self, shape: tuple[int, ...]) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
        pitch = _PITCH_MM * self.scale
        rows, columns = np.indices(shape[:2])
        near = np.hypot((rows % pitch) - pitch / 2, (columns % pitch) - pitch / 2)
        return np.asarray(np.clip(1.35 - near / (pitch * 0.55), 0.25, 1.0), dtype=np.float32)

    def down(
        self, x: float, y: float, text: str, size: float = 3.0, ink: Ink = BROWN, step: float = 1.1
    ) -> None:
        """Print characters one below the other."""
        for i, char in enumerate(text):
            self.text(x, y + i * size * step, char, size, ink)

    def line(
        self, x0: float, y0: float, x1: float, y1: float, ink: Ink = BROWN, width: float = 0.25
    ) -> None:
        """Draw a rule."""
        s = self.scale
        self._draw.line((x0 * s, y0 * s, x1 * s, y1 * s), ink, max(1, round(width * s)))

    def box(
        self, x0: float, y0: float, x1: float, y1: float, ink: Ink = BROWN, width: float = 0.25
    ) -> None:
        """Draw a frame."""
        s = self.scale
        self._draw.rectangle(
            (x0 * s, y0 * s, x1 * s, y1 * s), outline=ink, width=max(1, round(width * s))
        )

    def fill(self, x0: float, y0: float, x1: float, y1: float, ink: Ink) -> None:
        """Paint an area."""
        s = self.scale
        self._draw.rectangle((x0 * s, y0 * s, x1 * s, y1 * s), fill=ink)

    def stamp(
        self, x: float, y: float, text: str, chance: Chance, width: float = 32, height: float = 21,
        ink: Ink = RED,
    ) -> None:  # fmt: skip
        """Press an oval rubber stamp, translucent and a little askew, with its middle at x, y."""
        s = self.scale
        size = (round(width * s), round(height * s))
        seal = Image.new("RGBA", size, (*ink, 0))
        drawn = ImageDraw.Draw(seal)
        strong = (*ink, round(chance.between(110, 190)))
        edge = max(2, round(0.6 * s))
        drawn.ellipse((1, 1, size[0] - 2, size[1] - 2), outline=strong, width=edge)
        for i, part in enumerate(_halves(text)):
            font = _font("sans", round(min(height * 0.16, width * 0.8 / max(len(part), 1)) * s))
            drawn.text((size[0] / 2, size[1] * (0.3 + 0.2 * i)), part, strong, font, anchor="ma")
        turned = seal.rotate(chance.between(-14, 14), Image.Resampling.BICUBIC, expand=True)
        place = (round(x * s - turned.width / 2), round(y * s - turned.height / 2))
        self.image.paste(turned, place, turned)

    def code(self, x: float, y: float, size: float, text: str) -> None:
        """Print a QR code of level M."""
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        squares = Image.fromarray(np.asarray(made.to_image(scale=1, add_quiet_zones=False)))
        pixels = round(size * self.scale)
        big = squares.convert("RGB").resize((pixels, pixels), Image.Resampling.NEAREST)
        self.image.paste(big, (round(x * self.scale), round(y * self.scale)))


def _halves(text: str) -> tuple[str, ...]:
    if len(text) <= 6:
        return ("", text)
    middle = len(text) // 2
    return (text[:middle], text[middle:])
