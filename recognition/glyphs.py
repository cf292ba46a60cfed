"""The characters of a PDF page that can be seen: placed, upright, without what hides behind."""

import ctypes
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from recognition import limits
from recognition.cover import MOST_COVERS, Box, Sight, covered_by, crossing
from recognition.words import Word, glue

_QUARTER = math.pi / 2
_STEP = 2.5
_TWICE = 0.25
_INK = 24
"""Of 255: the least contrast that an eye can read."""
_PALE = 225
_LEAST_PT = 1.2
"""Characters lower than this are dots to an eye."""
_INSET = 0.12
_FAR = 100_000.0
_OBJECTS = 10_000
_PLACES = 200
_DEPTH = 4
_LEAST_COVER_PT, _LEAST_COVER_PT2 = 3.0, 12.0
"""Half a small digit; modules of a QR code are smaller."""
_INVISIBLE_MODES, _FILLED_MODES = (3, 7), (0, 2)
_FULL = 255
_OVER_ALL = 1_000_000_000
_NOT_DRAWN = frozenset({pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP})
_NOT_SHOWN = 0x02 | 0x20
"""Flags of an annotation: hidden, no view."""


@dataclass(slots=True)
class _Object:
    """What draws some characters: its place in the order, and whether it draws nothing."""

    order: int
    silent: bool = False
    pale: bool = False


@dataclass(slots=True)
class _Drawn:
    """The objects of a page in the order of drawing; `opaque` covers let nothing through."""

    texts: dict[int, _Object] = field(default_factory=dict)
    covers: list[Box] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    opaque: list[bool] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    crowded: bool = False


@dataclass(slots=True)
class _Glyph:
    """A character, where it stands in the page's own space, and whether it can be seen."""

    char: str
    box: Box
    order: int = 0
    seen: bool = True


def read_glyphs(page: pypdfium2.PdfPage, picture: Image.Image | None) -> tuple[list[Word], Sight]:
    """Give the words of a page as seen (a turned page is turned back), and what is not seen.

    `picture` is the rendered page: a character without ink where it stands is hidden, as are
    invisible, white and tiny ones, and those under an opaque shape. Without a picture (a scan
    with a layer of text) nothing is hidden.
    """
    drawn = _drawn(page) if picture else _Drawn()
    text = page.get_textpage()
    try:
        eye = _Eye(page, text, drawn, picture) if picture else None
        glyphs = list(_glyphs(text, eye))
    finally:
        text.close()
    sight = Sight(covered=drawn.notes, crowded=drawn.crowded)
    touched = _touched(glyphs, drawn) if picture else []
    runs = _runs(glyphs)
    for run in runs.values():
        _hide_marks(run)
    quarter = _quarter([g.box for g in glyphs])
    placed = [(g.seen, Word(g.char, *_turned(g.box, quarter))) for g in glyphs]
    words = glue(_once([word for seen, word in placed if seen]))
    digits = [g for g in touched if g.seen and g.char.isdigit()]
    places = [_turned(g.box, quarter) for g in digits[:_PLACES]]
    sight.covered += ["".join(g.char for g in runs[n]) for n in {g.order for g in digits}]
    sight.covered += [w.text for w in words if any(_inside(w, box) for box in places)]
    sight.hidden = [w.text for w in glue([word for seen, word in placed if not seen])]
    return words, sight


def _runs(glyphs: list[_Glyph]) -> dict[int, list[_Glyph]]:
    """Give the characters that one object draws, by its place in the order."""
    found: dict[int, list[_Glyph]] = {}
    for glyph in glyphs:
        found.setdefault(glyph.order, []).append(glyph)
    return found


def _hide_marks(run: list[_Glyph]) -> None:
    """Hide points and signs, which have little ink, with the letters and digits beside them."""
    letters = [g.seen for g in run if g.char.isalnum()]
    if letters and not any(letters):
        for glyph in run:
            glyph.seen = False


def _inside(word: Word, box: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return word.x0 <= x <= word.x1 and word.y0 <= y <= word.y1


def _glyphs(text: pypdfium2.PdfTextPage, eye: "_Eye | None") -> Iterator[_Glyph]:
    """Give characters in their stored order."""
    box = pdfium.FS_RECTF()
    for i in range(min(text.count_chars(), limits.MAX_CHARS)):
        char = chr(pdfium.FPDFText_GetUnicode(text, i))
        if char.isspace() or not char.isprintable():
            continue
        pdfium.FPDFText_GetLooseCharBox(text, i, ctypes.byref(box))
        if -_FAR < box.left < box.right < _FAR and -_FAR < box.bottom <= box.top < _FAR:
            glyph = _Glyph(char, (box.left, box.bottom, box.right, box.top))
            if eye:
                eye.look(i, glyph)
            yield glyph


class _Eye:
    """Compares characters with the rendered page and with what draws them."""

    def __init__(
        self,
        page: pypdfium2.PdfPage,
        text: pypdfium2.PdfTextPage,
        drawn: _Drawn,
        picture: Image.Image,
    ) -> None:
        self._text = text
        self._objects = drawn.texts
        self._grey = np.asarray(picture.convert("L"))
        self._place = _placer(page, picture)
        self._unknown = _Object(0)

    def look(self, i: int, glyph: _Glyph) -> None:
        """Set the order of a character and whether it is seen."""
        address = _address(pdfium.FPDFText_GetTextObject(self._text, i))
        own = self._objects.get(address, self._unknown)
        left, bottom, right, top = glyph.box
        glyph.order = own.order
        glyph.seen = not own.silent and min(right - left, top - bottom) > _LEAST_PT
        if glyph.seen and glyph.char.isalnum():
            glyph.seen = _has_ink(self._grey, self._place(*glyph.box), pale=own.pale)


def _address(pointer: object) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _placer(
    page: pypdfium2.PdfPage, picture: Image.Image
) -> Callable[[float, float, float, float], Box]:
    """Give what turns a box of the page's own space into pixels of its picture."""
    x, y = ctypes.c_int(), ctypes.c_int()
    far = 10_000

    def pixel(left: float, top: float) -> tuple[int, int]:
        pdfium.FPDF_PageToDevice(
            page, 0, 0, picture.width * 100, picture.height * 100, 0, left, top,
            ctypes.byref(x), ctypes.byref(y),
        )  # fmt: skip
        return x.value, y.value

    (x0, y0), (x1, y1), (x2, y2) = pixel(0, 0), pixel(far, 0), pixel(0, far)
    step = 100 * far
    a, b, c, d = (x1 - x0) / step, (y1 - y0) / step, (x2 - x0) / step, (y2 - y0) / step

    def place(left: float, bottom: float, right: float, top: float) -> Box:
        xs = x0 / 100 + a * left + c * bottom, x0 / 100 + a * right + c * top
        ys = y0 / 100 + b * left + d * bottom, y0 / 100 + b * right + d * top
        return min(xs), min(ys), max(xs), max(ys)

    return place


def _has_ink(grey: npt.NDArray[np.uint8], box: Box, *, pale: bool) -> bool:
    """Whether something can be told from its ground inside a box of the picture."""
    aside, down = _INSET * (box[2] - box[0]), _INSET * (box[3] - box[1])
    left, top = max(0, int(box[0] + aside)), max(0, int(box[1] + down))
    part = grey[top : max(top + 1, int(box[3] - down)), left : max(left + 1, int(box[2] - aside))]
    if part.size == 0 or int(part.max()) - int(part.min()) < _INK:
        return False
    return not pale or float(np.median(part)) < _PALE


def _drawn(page: pypdfium2.PdfPage) -> _Drawn:
    drawn = _Drawn()
    pen = _Pen()
    for order, (item, matrix) in enumerate(_objects(page)):
        if order >= _OBJECTS or len(drawn.covers) >= MOST_COVERS:
            drawn.crowded = True
            break
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            drawn.texts[_address(item)] = pen.text(item, order)
        elif kind in {pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE} and drawn.texts:
            # What is drawn before any text covers none.
            pen.cover(drawn, item, kind, matrix, order)
    _add_notes(drawn, page)
    return drawn


_Matrix = tuple[float, float, float, float, float, float]
_SAME: _Matrix = (1, 0, 0, 1, 0, 0)


def _objects(page: pypdfium2.PdfPage) -> Iterator[tuple["pdfium.FPDF_PAGEOBJECT", _Matrix]]:
    for i in range(pdfium.FPDFPage_CountObjects(page)):
        yield from _parts(pdfium.FPDFPage_GetObject(page, i), _SAME, _DEPTH)


def _parts(
    item: "pdfium.FPDF_PAGEOBJECT", matrix: _Matrix, depth: int
) -> Iterator[tuple["pdfium.FPDF_PAGEOBJECT", _Matrix]]:
    """Give an object, or those of a form with the form's matrix."""
    if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_FORM or depth == 0:
        yield item, matrix
        return
    own = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, ctypes.byref(own))
    inner = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
    for i in range(pdfium.FPDFFormObj_CountObjects(item)):
        yield from _parts(pdfium.FPDFFormObj_GetObject(item, i), inner, depth - 1)


def _times(m: _Matrix, n: _Matrix) -> _Matrix:
    return (
        m[0] * n[0] + m[1] * n[2], m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2], m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4], m[4] * n[1] + m[5] * n[3] + n[5],
    )  # fmt: skip


class _Pen:
    """Asks objects for their colour and place; the memory that answers go to is made once."""

    def __init__(self) -> None:
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._to_colour = [ctypes.byref(v) for v in self._colour]
        self._edges = [ctypes.c_float() for _ in range(4)]
        self._to_edges = [ctypes.byref(v) for v in self._edges]
        self._mode, self._stroke = ctypes.c_int(), ctypes.c_int()
        self._to_mode = ctypes.byref(self._mode), ctypes.byref(self._stroke)

    def _fill(self, item: "pdfium.FPDF_PAGEOBJECT") -> tuple[int, int]:
        """Give the darkest channel and the opacity of the filling colour."""
        if not pdfium.FPDFPageObj_GetFillColor(item, *self._to_colour):
            return 0, 255
        return min(v.value for v in self._colour[:3]), self._colour[3].value

    def text(self, item: "pdfium.FPDF_PAGEOBJECT", order: int) -> _Object:
        """Describe an object of text."""
        dark, alpha = self._fill(item)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(item)
        silent = mode in _INVISIBLE_MODES or (mode in _FILLED_MODES and alpha < _INK)
        return _Object(order, silent, dark >= _PALE)

    def cover(
        self,
        drawn: _Drawn,
        item: "pdfium.FPDF_PAGEOBJECT",
        kind: int,
        matrix: _Matrix,
        order: int,
    ) -> None:
        """Add a picture or a filled shape that is large enough to cover a character."""
        if not pdfium.FPDFPageObj_GetBounds(item, *self._to_edges):
            return
        left, bottom, right, top = _moved(tuple(e.value for e in self._edges), matrix)
        wide, high = right - left, top - bottom
        if min(wide, high) < _LEAST_COVER_PT or wide * high < _LEAST_COVER_PT2:
            return
        opaque = False
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            pdfium.FPDFPath_GetDrawMode(item, *self._to_mode)
            alpha = self._fill(item)[1]
            if self._mode.value == pdfium.FPDF_FILLMODE_NONE or alpha < _INK:
                return
            opaque = alpha == _FULL and not pdfium.FPDFPageObj_HasTransparency(item)
        drawn.covers.append((left, bottom, right, top))
        drawn.orders.append(order)
        drawn.opaque.append(opaque)


def _moved(box: tuple[float, ...], matrix: _Matrix) -> Box:
    if matrix == _SAME:
        return box[0], box[1], box[2], box[3]
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [a * x + c * y + e for x, y in corners], [b * x + d * y + f for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _add_notes(drawn: _Drawn, page: pypdfium2.PdfPage) -> None:
    """Add what is drawn over the page by annotations; typed ones are named by their text."""
    for i in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_COVERS)):
        note = pdfium.FPDFPage_GetAnnot(page, i)
        kind, rect = pdfium.FPDFAnnot_GetSubtype(note), pdfium.FS_RECTF()
        hidden = pdfium.FPDFAnnot_GetFlags(note) & _NOT_SHOWN
        if kind not in _NOT_DRAWN and not hidden and pdfium.FPDFAnnot_GetRect(note, rect):
            low, high = sorted((rect.bottom, rect.top))
            drawn.covers.append((rect.left, low, rect.right, high))
            drawn.orders.append(_OVER_ALL)
            drawn.opaque.append(False)
            if kind == pdfium.FPDF_ANNOT_FREETEXT:
                drawn.notes.append(_contents(note))
        pdfium.FPDFPage_CloseAnnot(note)


def _contents(note: "pdfium.FPDF_ANNOTATION") -> str:
    size = pdfium.FPDFAnnot_GetStringValue(note, b"Contents", None, 0)
    buffer = (ctypes.c_ushort * (min(size, limits.MAX_CHARS) // 2 + 1))()
    pdfium.FPDFAnnot_GetStringValue(note, b"Contents", buffer, ctypes.sizeof(buffer))
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")


def _touched(glyphs: list[_Glyph], drawn: _Drawn) -> list[_Glyph]:
    """Mark what an opaque shape hides, and give what something else lies upon or runs through."""
    boxes, order = [g.box for g in glyphs], [g.order for g in glyphs]
    under = covered_by(boxes, order, drawn.covers, drawn.orders)
    opaque = np.array(drawn.opaque, bool)
    hidden, touched = under[:, opaque].any(axis=1), under[:, ~opaque].any(axis=1)
    for i in np.flatnonzero(hidden):
        glyphs[i].seen = False
    found = [glyphs[i] for i in np.flatnonzero(touched)]
    seen = [g for g in glyphs if g.seen and g.char.isalnum()]
    for one, other in crossing([g.box for g in seen], [g.order for g in seen]):
        if seen[one].char != seen[other].char:
            found += [seen[one], seen[other]]
    return found


def _once(words: list[Word]) -> list[Word]:
    """Take out characters drawn again a little aside, which is how bold print is made."""
    side = max((word.height for word in words), default=1.0)
    cells: dict[tuple[str, int, int], list[Word]] = {}
    kept: list[Word] = []
    for word in words:
        column, row = int(word.x // side), int(word.y // side)
        near = ((word.text, column + a, row + b) for a in (-1, 0, 1) for b in (-1, 0, 1))
        if not any(_printed_twice(word, other) for key in near for other in cells.get(key, ())):
            cells.setdefault((word.text, column, row), []).append(word)
            kept.append(word)
    return kept


def _printed_twice(one: Word, other: Word) -> bool:
    width = one.x1 - one.x0
    return abs(one.x - other.x) < _TWICE * width and abs(one.y - other.y) < _TWICE * one.height


def _quarter(boxes: list[Box]) -> int:
    """Give by how many quarters the text is turned: where most characters' next one stands.

    Neither the page's own rotation nor the angle of the font says it: either may be undone by
    the other.
    """
    steps: Counter[int] = Counter()
    for (left, bottom, right, top), following in pairwise(boxes):
        dx = following[0] + following[2] - left - right
        dy = following[1] + following[3] - bottom - top
        if max(abs(dx), abs(dy)) < _STEP * (top - bottom + right - left):
            steps[round(math.atan2(dy, dx) / _QUARTER) % 4] += 1
    return steps.most_common(1)[0][0] if steps else 0


def _turned(box: Box, quarter: int) -> Box:
    """Turn a box with y upwards into one with y downwards whose text runs to the right."""
    left, bottom, right, top = box
    turned: dict[int, Box] = {
        0: (left, -top, right, -bottom),
        1: (bottom, left, top, right),
        2: (-right, bottom, -left, top),
        3: (-top, -right, -bottom, -left),
    }
    return turned[quarter]
