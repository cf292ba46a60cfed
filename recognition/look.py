"""What a picture looks like, in 64 bits that survive resizing and compressing it again."""

import math
from collections.abc import Iterator

from PIL import Image

from core.likeness import SIDE, write_hash

_GRID = 32
_WAVES = tuple(
    tuple(math.cos(math.pi * (2 * place + 1) * wave / (2 * _GRID)) for place in range(_GRID))
    for wave in range(1, SIDE + 1)
)
"""The cosine transform's waves along one side; the constant one says only how bright it is."""


def picture_hash(picture: Image.Image) -> str:
    """Hash a picture: the signs of its lowest waves in grey, brightness and contrast apart.

    Cropping by a few percent makes another picture of it; numbers have to find those.
    """
    grey = picture.convert("L").resize((_GRID, _GRID), Image.Resampling.BOX)
    values = grey.tobytes()
    rows = [values[start : start + _GRID] for start in range(0, _GRID * _GRID, _GRID)]
    along = [[sum(map(_product, row, wave)) for wave in _WAVES] for row in rows]
    return write_hash(_signs(along))


def _signs(along: list[list[float]]) -> Iterator[bool]:
    for wave in _WAVES:
        for column in range(SIDE):
            yield sum(w * row[column] for w, row in zip(wave, along, strict=True)) > 0


def _product(value: int, wave: float) -> float:
    return value * wave
