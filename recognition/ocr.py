"""OCR of photos: words with places and a confidence for each character, straightened."""

import math
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from PIL import Image

from recognition.picture import resized
from recognition.words import Page, Word

if TYPE_CHECKING:
    from rapidocr.utils.output import RapidOCROutput

LONG_SIDE_PX = 2_000
SEARCH_SIDE_PX = 1_280
"""Texts are found at this size (four times faster than at full size) and read at full size."""
_PARAMS = {
    "Global.log_level": "critical",
    "EngineConfig.onnxruntime.intra_op_num_threads": 2,
    "Det.limit_type": "max",
    "Det.limit_side_len": SEARCH_SIDE_PX,
    "Rec.rec_batch_num": 1,
    "Rec.rec_img_shape": [3, 48, 96],
}
"""One text at a time, padded to 96 pixels: a third of the work of padded batches, as exact."""
_UPSIDE_DOWN = 0.75
"""Below this middling confidence texts may stand on their heads; only then is that looked at."""
_LARGER, _SMALLER = 1.5, 0.7
_MOST_WORDS = 1_500
_WIDE = 3.0
_TALL = 1.5
_HEAD_WORDS = ("发票代码", "发票号码", "开票日期", "购买方", "发票联")
_FOOT_WORDS = ("价税合计", "开票人", "收款人", "小写", "金额", "复核")

Corners = tuple[tuple[float, float], ...]


class Engine(Protocol):
    """Finds texts in a picture."""

    def read(self, picture: Image.Image) -> list[tuple[Corners, str, tuple[float, ...]]]:
        """Give for each text its four corners (from top left, clockwise), itself, confidences."""
        ...


class RapidEngine:
    """RapidOCR with the models of its wheel; loading takes a second, so it is made once."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR
        from rapidocr.inference_engine.onnxruntime import main as sessions
        from rapidocr.utils.output import RapidOCROutput

        # RapidOCR hands none of these entries on. Threads that spin while they wait take the
        # cores from each other and from the service: a third of the time on a busy machine.
        setattr(sessions, "SessionOptions", _asleep)  # noqa: B010 a name of a foreign module
        self._output = RapidOCROutput
        self._engine = RapidOCR(params=_PARAMS)

    def read(self, picture: Image.Image) -> list[tuple[Corners, str, tuple[float, ...]]]:
        """Run detection and recognition; where texts read badly, also on their heads.

        What reads better on its head gets the places that it has when the picture is turned.
        """
        pixels = np.asarray(picture.convert("RGB"))[:, :, ::-1]
        found = self._run(pixels, turn=False)
        if found is None or _middling(found) >= _UPSIDE_DOWN:
            return self._rows(found) if found else []
        turned = self._run(pixels, turn=True)
        if turned is None or _middling(turned) <= _middling(found):
            return self._rows(found)
        return [
            (_on_its_head(box, picture.size), text, sures)
            for box, text, sures in self._rows(turned)
        ]

    def _run(self, pixels: "np.ndarray[Any, Any]", *, turn: bool) -> "RapidOCROutput | None":
        """Call the engine; None when it saw no text."""
        found = self._engine(
            pixels, use_cls=turn, return_word_box=True, return_single_char_box=True
        )
        if not isinstance(found, self._output) or found.boxes is None or not found.txts:
            return None
        return found

    def _rows(self, found: "RapidOCROutput") -> list[tuple[Corners, str, tuple[float, ...]]]:
        # The engine's own annotation of `word_results` describes one word, it gives many a text.
        words: Iterable[Any] = found.word_results
        boxes: Iterable[Any] = () if found.boxes is None else found.boxes
        rows = zip(boxes, found.txts or (), found.scores or (), words, strict=True)
        return [
            (
                tuple((float(x), float(y)) for x, y in box),
                str(text),
                _sures(str(text), float(score), chars),
            )
            for box, text, score, chars in islice(rows, _MOST_WORDS)
        ]


def _middling(found: "RapidOCROutput") -> float:
    return statistics.median(found.scores or (1.0,))


def _on_its_head(box: Corners, size: tuple[int, int]) -> Corners:
    first, second, third, fourth = ((size[0] - x, size[1] - y) for x, y in box)
    return (third, fourth, first, second)


def _asleep() -> object:
    """Give session options whose threads sleep while they have nothing to do."""
    from onnxruntime import SessionOptions

    options = SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _sures(
    text: str, score: float, chars: Iterable[tuple[str, float, object]]
) -> tuple[float, ...]:
    """Give a confidence for each character; the whole text's where they cannot be matched."""
    letters = [(c, sure) for c, sure, _ in chars]
    if "".join(c for c, _ in letters) == text and len(letters) == len(text):
        return tuple(float(sure) for _, sure in letters)
    return (score,) * len(text)


def read_words(picture: Image.Image, engine: Engine) -> Page:
    """Recognise a picture and lay its words out straight and upright."""
    found = engine.read(picture)
    angle = _angle([corners for corners, _, _ in found])
    words = [_word(corners, text, sures, angle) for corners, text, sures in found]
    upright = _upright(words)
    return Page(tuple(upright), angle if upright is words else math.pi)


def views(picture: Image.Image) -> Iterator[Image.Image]:
    """Give the picture as it is read first, and another size for what the first look misses."""
    first = resized(picture, min(1.0, LONG_SIDE_PX / max(picture.size)))
    yield first
    yield resized(first, _LARGER if max(first.size) < SEARCH_SIDE_PX else _SMALLER)


def _angle(boxes: list[Corners]) -> float:
    """Give the slope of the writing, in radians, by the long texts."""
    slopes = [math.atan2(b[1][1] - b[0][1], b[1][0] - b[0][0]) for b in boxes if _is_wide(b)]
    tall = [b for b in boxes if _length(b[0], b[3]) > _TALL * _length(b[0], b[1])]
    if len(tall) > len(boxes) / 2:
        return math.pi / 2
    return statistics.median(slopes) if slopes else 0.0


def _is_wide(box: Corners) -> bool:
    return _length(box[0], box[1]) > _WIDE * _length(box[0], box[3])


def _length(a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.hypot(b[0] - a[0], b[1] - a[1])


def _word(corners: Corners, text: str, sures: tuple[float, ...], angle: float) -> Word:
    cos, sin = math.cos(-angle), math.sin(-angle)
    turned = [(x * cos - y * sin, x * sin + y * cos) for x, y in corners]
    x, y = (statistics.fmean(side) for side in zip(*turned, strict=True))
    width, height = _length(corners[0], corners[1]), _length(corners[0], corners[3])
    if abs(angle) > 1:
        width, height = height, width
    return Word(text, x - width / 2, y - height / 2, x + width / 2, y + height / 2, sures)


def _upright(words: list[Word]) -> list[Word]:
    """Turn the places by 180° when what belongs above stands below (each text reads well)."""
    heads = [w.y for w in words if any(h in w.folded[0] for h in _HEAD_WORDS)]
    feet = [w.y for w in words if any(f in w.folded[0] for f in _FOOT_WORDS)]
    if not heads or not feet or statistics.median(heads) < statistics.median(feet):
        return words
    return [replace(w, x0=-w.x1, x1=-w.x0, y0=-w.y1, y1=-w.y0) for w in words]
