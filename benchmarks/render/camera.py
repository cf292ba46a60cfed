"""What a phone makes of a paper: desk, perspective, shadow, folds, blur, noise, JPEG."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.render.chance import Chance


@dataclass(frozen=True, slots=True)
class Level:
    """How bad pictures are: each pair is a range."""

    long_px: tuple[int, int]
    quality: tuple[int, int]
    blur_px: tuple[float, float]
    noise: tuple[float, float]
    turn: float
    slant: float
    shadow: float
    fold: float


LEVELS: dict[str, Level] = {
    "light": Level((1_550, 1_950), (82, 93), (0.0, 0.6), (1.0, 4.0), 1.5, 0.012, 0.25, 0.15),
    "medium": Level((1_180, 1_420), (60, 76), (0.5, 0.95), (4.0, 8.0), 3.5, 0.03, 0.6, 0.4),
    "hard": Level((880, 1_120), (42, 58), (0.9, 1.4), (8.0, 13.0), 6.0, 0.05, 0.9, 0.6),
}
_MARGIN = (0.03, 0.09)
Floats = "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"


def photograph(papers: Sequence[Image.Image], level: str, chance: Chance) -> bytes:
    """Lay papers on a desk, one or several, and take one JPEG of them."""
    how = LEVELS[level]
    scene = _desk(papers, chance)
    long = chance.random.randint(*how.long_px)
    scene = _taken(scene, how, long, chance)
    pixels = np.asarray(scene, dtype=np.float64)
    pixels = _shaded(pixels, how, chance)
    blurred = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(chance.between(*how.blur_px))
    )
    noise = np.random.default_rng(chance.random.getrandbits(32))
    pixels = np.asarray(blurred, dtype=np.float64)
    pixels += noise.normal(0, chance.between(*how.noise), pixels.shape)
    out = io.BytesIO()
    final = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    final.save(out, "JPEG", quality=chance.random.randint(*how.quality))
    return out.getvalue()


def _desk(papers: Sequence[Image.Image], chance: Chance) -> Image.Image:
    """Put papers side by side (tall ones) or below one another on a mottled ground."""
    tall = sum(p.height > p.width for p in papers) * 2 > len(papers)
    gap = round(chance.between(0.03, 0.08) * max(max(p.size) for p in papers))
    if tall:
        size = (sum(p.width + gap for p in papers) + gap, max(p.height for p in papers) + 2 * gap)
    else:
        size = (max(p.width for p in papers) + 2 * gap, sum(p.height + gap for p in papers) + gap)
    ground = _ground(size, chance)
    x = y = gap
    for paper in papers:
        turned = _laid(paper, chance if len(papers) > 1 else None)
        ground.paste(turned, (x, y), turned)
        x, y = (x + paper.width + gap, y) if tall else (x, y + paper.height + gap)
    return ground


def _laid(paper: Image.Image, chance: Chance | None) -> Image.Image:
    sheet = paper.convert("RGBA")
    if chance is None:
        return sheet
    return sheet.rotate(chance.between(-1.2, 1.2), Image.Resampling.BICUBIC, expand=True)


def _ground(size: tuple[int, int], chance: Chance) -> Image.Image:
    base = chance.one(((92, 78, 62), (64, 66, 74), (150, 140, 128), (188, 186, 182), (70, 88, 84)))
    rough = np.random.default_rng(chance.random.getrandbits(32))
    small = rough.normal(0, 9, (size[1] // 24 + 2, size[0] // 24 + 2, 1)) + np.array(base)
    tile = Image.fromarray(np.clip(small, 0, 255).astype(np.uint8))
    return tile.resize(size, Image.Resampling.BICUBIC)


def _taken(scene: Image.Image, how: Level, long: int, chance: Chance) -> Image.Image:
    """Turn and slant the scene and bring it to its final size in one step."""
    width, height = scene.size
    scale = long / max(width, height)
    out = (round(width * scale), round(height * scale))
    angle = math.radians(chance.between(-how.turn, how.turn))
    corners = []
    for cx, cy in ((0, 0), (1, 0), (1, 1), (0, 1)):
        dx = (cx - 0.5) * out[0] * (1 - abs(math.sin(angle)) * 0.5)
        dy = (cy - 0.5) * out[1] * (1 - abs(math.sin(angle)) * 0.5)
        x = out[0] / 2 + dx * math.cos(angle) - dy * math.sin(angle)
        y = out[1] / 2 + dx * math.sin(angle) + dy * math.cos(angle)
        x += chance.between(-how.slant, how.slant) * out[0]
        y += chance.between(-how.slant, how.slant) * out[1]
        corners.append((x, y))
    factors = _perspective(corners, ((0, 0), (width, 0), (width, height), (0, height)))
    ground = chance.one(((80, 74, 68), (120, 116, 110)))
    if scale < 0.75:
        # Shrinking in one jump would alias; a lens averages.
        half = scene.resize((round(width * scale * 1.3), round(height * scale * 1.3)),
                            Image.Resampling.LANCZOS)  # fmt: skip
        shrunk = half.width / width
        target = [(x * shrunk, y * shrunk) for x, y in
                  ((0, 0), (width, 0), (width, height), (0, height))]  # fmt: skip
        factors = _perspective(corners, target)
        scene = half
    return scene.transform(
        out, Image.Transform.PERSPECTIVE, factors, Image.Resampling.BICUBIC, fillcolor=ground
    )


def _perspective(
    source: Sequence[tuple[float, float]], target: Sequence[tuple[float, float]]
) -> list[float]:
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return [float(f) for f in np.linalg.solve(np.array(rows), np.array(right))]


def _shaded(pixels: Floats, how: Level, chance: Chance) -> Floats:  # type: ignore[valid-type]
    """Darken by a slope of light, by a soft shadow and by a fold."""
    height, width = pixels.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width]
    slope = chance.between(-0.1, 0.1) * (xs / width - 0.5) + chance.between(-0.1, 0.1) * (
        ys / height - 0.5
    )
    light = chance.between(0.86, 1.04) + slope
    if chance.maybe(how.shadow):
        cx, cy = chance.between(0, width), chance.between(0, height)
        reach = chance.between(0.2, 0.5) * max(width, height)
        depth = chance.between(0.15, 0.42)
        light = light - depth * np.exp(-((xs - cx) ** 2 + (ys - cy) ** 2) / (2 * reach**2))
    if chance.maybe(how.fold):
        place, thick = chance.between(0.2, 0.8) * width, chance.between(1.5, 5)
        light = light - 0.25 * np.exp(-((xs - place) ** 2) / (2 * thick**2))
    return pixels * light[:, :, None]
