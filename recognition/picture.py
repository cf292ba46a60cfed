"""Opening a foreign picture: allowed formats, pixels counted before anything is decoded."""

import io
import warnings

import pi_heif
from PIL import Image, ImageOps

from recognition.limits import MAX_PIXELS, Unreadable

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_SHORTEST_PX = 64
_NARROWEST = 8
"""Sides beyond 8 : 1 are no voucher, and known to exhaust OCR engines."""


pi_heif.options.THUMBNAILS = False
pi_heif.options.DEPTH_IMAGES = False
pi_heif.register_heif_opener()


def open_picture(data: bytes) -> Image.Image:
    """Decode a picture upright, in RGB on white; Unreadable for bombs, breaks and odd shapes.

    EXIF data is used for the orientation only and ignored where it is broken.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
            _check_size(*picture.size)
            picture.load()
            return _on_white(_upright(picture))
    except Image.DecompressionBombError as error:
        raise Unreadable("picture_too_large", limit=str(MAX_PIXELS // 1_000_000)) from error
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError) as error:
        raise Unreadable("broken") from error


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Unreadable("picture_too_large", limit=str(MAX_PIXELS // 1_000_000))
    short, long = sorted((width, height))
    if short < _SHORTEST_PX or long > _NARROWEST * short:
        raise Unreadable("picture_shape")


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, AttributeError, IndexError):
        # A broken EXIF block makes the parser fail in many ways; the pixels are still good.
        return picture


def _on_white(picture: Image.Image) -> Image.Image:
    """Give plain RGB: 16-bit grey is scaled, transparency becomes paper."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda v: v / 256).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("RGB")
    return picture.convert("RGB")


def resized(picture: Image.Image, scale: float) -> Image.Image:
    """Give a copy `scale` times as large."""
    if scale == 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)
