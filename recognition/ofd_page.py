"""The pages of an OFD as they are drawn: words with places, what hides them and lies on them."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from lxml import etree

from recognition import limits
from recognition.cover import MOST_COVERS, Box, Sight, covered_by, crossing
from recognition.limits import Package
from recognition.markup import local, parse
from recognition.words import Word, glue

_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_AMOUNT = re.compile(r"\d\.\d\d(?!\d)")
_BOX = 4
_MATRIX = 6
_RGB, _CMYK = 3, 4
_PALE, _FAINT = 225, 24
_FULL = 255
_LEAST_MM = 0.5
_LEAST_COVER_MM2 = 1.5
_FAR = 100_000.0
_LAYERS = {"Background": 0, "Body": 1, "Foreground": 2}
_SHAPES = frozenset({"PathObject", "ImageObject", "CompositeObject"})
_OVER_ALL = 1_000_000_000


@dataclass(slots=True)
class Pages:
    """Texts by object id, the words of the first page, skipped pages, and what is not seen."""

    objects: dict[str, str] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)
    skipped: int = 0
    sight: Sight = field(default_factory=Sight)


@dataclass(slots=True)
class _Text:
    """A text with its place, what draws it, whether it can be seen, and is an annotation's."""

    word: Word
    order: int
    seen: bool
    note: bool = False


@dataclass(slots=True)
class _Canvas:
    """One page being drawn, bottom to top."""

    texts: list[_Text] = field(default_factory=list)
    covers: list[Box] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    opaque: list[bool] = field(default_factory=list)
    crowded: bool = False


def read_pages(package: Package, names: set[str], document: str) -> Pages:
    """Draw every page up to the limit; the words are those of the first.

    Later pages are lists of goods; their texts count for tags, and what hides on them too.
    """
    root = parse(package.read(document, limits.MAX_XML_BYTES))
    book = _Book(package, names, posixpath.dirname(document), root)
    places = [p for e in root.iter("{*}Page") if (p := book.inside(e.get("BaseLoc", ""))) in names]
    ids = {p: e.get("ID", "") for e in root.iter("{*}Page")
           if (p := book.inside(e.get("BaseLoc", ""))) in names}  # fmt: skip
    found = Pages(skipped=max(0, len(places) - limits.MAX_PAGES))
    for number, place in enumerate(places[: limits.MAX_PAGES]):
        canvas = book.draw(place, ids[place], found.objects)
        words = _seen(canvas, found.sight)
        if number == 0:
            found.words = glue(words)
    return found


class _Book:
    """What pages share: templates, annotations, default size and colours."""

    def __init__(
        self, package: Package, names: set[str], folder: str, root: etree._Element
    ) -> None:
        self._package = package
        self._names = names
        self._folder = folder
        self._templates = {
            e.get("ID", ""): name
            for e in root.iter("{*}TemplatePage")
            if (name := self.inside(e.get("BaseLoc", ""))) in names
        }
        self._area = _area(root, "PageArea")
        self._notes = self._annotations(root)
        self._pale = self._pale_styles(root)

    def inside(self, place: str, folder: str | None = None) -> str:
        """Give the entry that a place in a file of the document names."""
        base = self._folder if folder is None else folder
        return (
            place[1:] if place.startswith("/") else posixpath.normpath(posixpath.join(base, place))
        )

    def _xml(self, name: str) -> etree._Element:
        return parse(self._package.read(name, limits.MAX_XML_BYTES))

    def _named(self, root: etree._Element, name: str) -> Iterator[str]:
        """Give the files that the document names with an element."""
        for e in root.iter(f"{{*}}{name}"):
            if (place := self.inside((e.text or "").strip())) in self._names:
                yield place

    def _annotations(self, root: etree._Element) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in self._named(root, "Annotations"):
            for page in self._xml(name).iter("{*}Page"):
                written = next((e.text for e in page.iter("{*}FileLoc") if e.text), "")
                place = self.inside(written.strip(), posixpath.dirname(name))
                if place in self._names:
                    found[page.get("PageID", "")] = place
        return found

    def _pale_styles(self, root: etree._Element) -> dict[str, bool]:
        """Give the styles (DrawParam) that say a filling colour, and whether it is a pale one."""
        files = [n for kind in ("PublicRes", "DocumentRes") for n in self._named(root, kind)]
        styles = (style for name in files for style in self._xml(name).iter("{*}DrawParam"))
        return {s.get("ID", ""): pale for s in styles if (pale := _pale(s)) is not None}

    def draw(self, place: str, page_id: str, objects: dict[str, str]) -> _Canvas:
        """Draw a page: templates behind, its layers, templates before, annotations on top."""
        page = self._xml(place)
        pen = _Pen(_area(page, "Area") or self._area, self._pale, objects)
        behind: list[etree._Element] = []
        before: list[etree._Element] = []
        for e in page.iter("{*}Template"):
            if name := self._templates.get(e.get("TemplateID", "")):
                (before if e.get("ZOrder") == "Foreground" else behind).append(self._xml(name))
        for sheet in (*behind, page, *before):
            pen.sheet(sheet)
        if note := self._notes.get(page_id):
            pen.annotations(self._xml(note))
        return pen.canvas


class _Pen:
    """Draws objects on a canvas, each one step higher than the last."""

    def __init__(self, area: Box | None, pale: Mapping[str, bool], objects: dict[str, str]) -> None:
        self.canvas = _Canvas()
        self._area = area
        self._pale = pale
        self._objects = objects
        self._order = 0
        self._noting = False

    def sheet(self, root: etree._Element) -> None:
        """Draw the layers of a page or template."""
        layers = sorted(root.iter("{*}Layer"), key=lambda e: _LAYERS.get(e.get("Type", "Body"), 1))
        for layer in layers:
            for item in layer.iter("{*}TextObject", "{*}PathObject", "{*}ImageObject",
                                   "{*}CompositeObject"):  # fmt: skip
                self._draw(item, layer, (0.0, 0.0))

    def annotations(self, root: etree._Element) -> None:
        """Draw what annotations show; their texts lie on the page and are not read as its own."""
        self._noting = True
        for note in root.iter("{*}Annot"):
            if note.get("Visible", "true") == "false":
                continue
            for sheet in note.iter("{*}Appearance"):
                x, y, *_ = (*_floats(sheet.get("Boundary", "")), 0.0, 0.0)
                for item in sheet.iter():
                    self._draw(item, sheet, (x, y))

    def _draw(
        self, item: etree._Element, layer: etree._Element, shift: tuple[float, float]
    ) -> None:
        self._order += 1
        box = _floats(item.get("Boundary", ""))
        if len(box) != _BOX:
            return
        box = [box[0] + shift[0], box[1] + shift[1], box[2], box[3]]
        kind = local(item)
        if kind == "TextObject":
            self._text(item, layer, box)
        elif kind in _SHAPES and box[2] * box[3] >= _LEAST_COVER_MM2 and self.canvas.texts:
            self._cover(item, kind, box)

    def _text(self, item: etree._Element, layer: etree._Element, box: list[float]) -> None:
        codes = list(item.iter("{*}TextCode"))
        size = next(iter(_floats(item.get("Size", ""))), 0.0)
        scale, turned = _transform(item)
        seen = self._visible(item, layer, size * scale)
        words = [w for code in codes if size > 0 and (w := _word(code, box, size))]
        inside = [seen and (turned or self._on_page(w)) for w in words]
        self.canvas.texts += [
            _Text(w, self._order, ok, self._noting) for w, ok in zip(words, inside, strict=True)
        ]
        if all(inside) and not self._noting:
            self._objects.setdefault(item.get("ID", ""), "".join(c.text or "" for c in codes))

    def _visible(self, item: etree._Element, layer: etree._Element, size: float) -> bool:
        filled = item.get("Fill", "true") != "false" or item.get("Stroke") == "true"
        shown = item.get("Visible", "true") != "false" and layer.get("Visible", "true") != "false"
        return shown and filled and size > _LEAST_MM and not self._faint(item, layer)

    def _faint(self, item: etree._Element, layer: etree._Element) -> bool:
        """Whether a text is transparent, or of a colour that paper has."""
        colour = next(item.iter("{*}FillColor"), None)
        if min(_alpha(item), _alpha(colour)) < _FAINT:
            return True
        own = _pale(item)
        styles = (item.get("DrawParam"), layer.get("DrawParam"))
        styled = next((self._pale[s] for s in styles if s in self._pale), False)
        return styled if own is None else own

    def _on_page(self, word: Word) -> bool:
        area = self._area
        return area is None or (area[0] <= word.x <= area[2] and area[1] <= word.y <= area[3])

    def _cover(self, item: etree._Element, kind: str, box: list[float]) -> None:
        opaque = False
        if kind == "PathObject":
            colour = next(item.iter("{*}FillColor"), None)
            if item.get("Fill") != "true" or item.get("Visible") == "false":
                return
            alpha = min(_alpha(item), _alpha(colour))
            if alpha < _FAINT:
                return
            opaque = alpha == _FULL and item.get("BlendMode", "Normal") == "Normal"
        if len(self.canvas.covers) >= MOST_COVERS:
            self.canvas.crowded = True
            return
        self.canvas.covers.append((box[0], box[1], box[0] + box[2], box[1] + box[3]))
        self.canvas.orders.append(self._order)
        self.canvas.opaque.append(opaque)


def _seen(canvas: _Canvas, sight: Sight) -> list[Word]:
    """Give the words that are seen; the others, and those lain upon, are told."""
    boxes = [(t.word.x0, t.word.y0, t.word.x1, t.word.y1) for t in canvas.texts]
    orders = [t.order for t in canvas.texts]
    under = covered_by(boxes, orders, canvas.covers, canvas.orders)
    opaque = np.array(canvas.opaque, bool)
    for i in np.flatnonzero(under[:, opaque].any(axis=1)):
        canvas.texts[i].seen = False
    lain = (canvas.texts[i] for i in np.flatnonzero(under.any(axis=1)))
    sight.covered += [t.word.text for t in lain if t.seen]
    seen = [i for i, t in enumerate(canvas.texts) if t.seen]
    for one, other in crossing([boxes[i] for i in seen], [orders[i] for i in seen]):
        pair = {canvas.texts[seen[i]].word.text for i in (one, other)}
        if len(pair) > 1 and all(any(c.isdigit() for c in text) for text in pair):
            sight.covered += sorted(pair)
    notes = [t.word.text for t in canvas.texts if t.note and t.seen]
    sight.covered += [text for text in notes if _AMOUNT.search(text)]
    sight.crowded |= canvas.crowded
    sight.hidden += [t.word.text for t in canvas.texts if not t.seen]
    return [t.word for t in canvas.texts if t.seen and not t.note]


def _area(root: etree._Element, name: str) -> Box | None:
    """Read the size of the page."""
    texts = (e.text for area in root.iter(f"{{*}}{name}") for e in area.iter("{*}PhysicalBox"))
    box = _floats(next(texts, None) or "")
    return (box[0], box[1], box[0] + box[2], box[1] + box[3]) if len(box) == _BOX else None


def _pale(element: etree._Element) -> bool | None:
    """Whether a filling colour is nearly white; None when none is said."""
    colour = next(element.iter("{*}FillColor"), None)
    values = _floats(colour.get("Value", "")) if colour is not None else []
    if not values:
        return None
    if len(values) == _CMYK:
        return max(values) <= _FULL - _PALE
    return min(values[:_RGB]) >= _PALE


def _transform(item: etree._Element) -> tuple[float, bool]:
    """Give how much an object is scaled, and whether it is turned (its words lie elsewhere)."""
    matrix = _floats(item.get("CTM", ""))
    if len(matrix) != _MATRIX:
        return 1.0, False
    a, b, c, d, *_ = matrix
    return abs(a * d - b * c) ** 0.5, bool(b or c)


def _alpha(element: etree._Element | None) -> float:
    """Read an opacity out of 255."""
    return next(iter(_floats(element.get("Alpha", ""))), _FULL) if element is not None else _FULL


def _word(code: etree._Element, box: list[float], size: float) -> Word | None:
    text = code.text or ""
    if not text.strip() or len(text) > limits.MAX_CHARS:
        return None
    left = box[0] + next(iter(_floats(code.get("X", ""))), 0.0)
    base = box[1] + next(iter(_floats(code.get("Y", ""))), 0.0)
    width = sum(_deltas(code.get("DeltaX", ""), len(text))) + size / 2
    return Word(text, left, base - size, left + width, base)


def _deltas(text: str, most: int) -> list[float]:
    """Expand steps; `g n d` repeats the step d n times."""
    parts, steps = text.split(), list[float]()
    while parts and len(steps) < most:
        if parts[0] == "g" and len(parts) > 2:  # noqa: PLR2004 the word g, a count, a step
            count, step = _floats(parts[1]), _floats(parts[2])
            steps += [step[0]] * min(int(count[0]), most) if count and step else []
            parts = parts[3:]
        else:
            steps += _floats(parts[0])[:1]
            parts = parts[1:]
    return steps[:most]


def _floats(text: str) -> list[float]:
    return [max(-_FAR, min(_FAR, float(n))) for n in _NUMBERS.findall(text[:4_000])]
