"""Words with places on a page, whatever their order: lines, and texts found along lines."""

import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from recognition.evidence import flat

_SAME_LINE = 0.5
"""Of the height: how far two words of one line may be apart from top to bottom."""
_OVERLAP = 0.6
_MARKS = " ¥:()、*"
"""What may be hard to read without making a value doubtful."""
_GLUE = 0.3
"""Of the height: pieces nearer than this are one word."""


@dataclass(frozen=True)
class Word:
    """A text and its box; y grows downwards. `sures` has a confidence for each character."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    sures: tuple[float, ...] = ()

    @property
    def x(self) -> float:
        """The middle."""
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        """The middle."""
        return (self.y0 + self.y1) / 2

    @property
    def height(self) -> float:
        """From top to bottom, never nothing."""
        return max(self.y1 - self.y0, 0.01)

    @cached_property
    def folded(self) -> tuple[str, tuple[float, ...]]:
        """The text without blanks and full-width forms, with the confidence of each character."""
        sures = self.sures if len(self.sures) == len(self.text) else (1.0,) * len(self.text)
        pairs = [(c, sure) for char, sure in zip(self.text, sures, strict=True) for c in flat(char)]
        return "".join(c for c, _ in pairs), tuple(sure for _, sure in pairs)


@dataclass(frozen=True, slots=True)
class Value:
    """A text found on a line: how sure it is, and where its first word stands."""

    text: str
    sure: float
    word: Word


@dataclass(frozen=True)
class Line:
    """Words from left to right; `text` joins their folded texts with single blanks."""

    words: tuple[Word, ...]

    @cached_property
    def _index(self) -> tuple[str, list[tuple[Word, float]]]:
        text, index = "", list[tuple[Word, float]]()
        for word in self.words:
            folded, sures = word.folded
            text += (" " if text else "") + folded
            index += ([(word, 1.0)] if index else []) + [(word, sure) for sure in sures]
        return text, index

    @property
    def text(self) -> str:
        """All words, folded."""
        return self._index[0]

    @property
    def y(self) -> float:
        """The middle of the line."""
        return statistics.fmean(word.y for word in self.words)

    def value(self, start: int, end: int) -> Value:
        """Give a stretch of the text with its confidence."""
        text, index = self._index
        while start < end and text[start] == " ":
            start += 1
        marked = zip(text[start:end], index[start:end], strict=True)
        sures = [sure for char, (_, sure) in marked if char not in _MARKS]
        return Value(text[start:end].strip(), min(sures, default=1.0), index[start][0])

    def word_at(self, place: int) -> Word:
        """Give the word that a character belongs to."""
        return self._index[1][min(place, len(self._index[1]) - 1)][0]

    def find(self, pattern: "re.Pattern[str]", group: int = 1) -> Iterator[Value]:
        """Find a group of a pattern along the line."""
        for found in pattern.finditer(self.text):
            if found[group]:
                yield self.value(*found.span(group))


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Chain words into lines, top to bottom.

    Each word joins the line whose last word stands left of it at nearly the same height, so that
    a line may climb slowly over the page (photos are never quite straight).
    """
    chains: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.x0, w.y0)):
        near = [c for c in chains if _follows(c[-1], word)]
        if near:
            min(near, key=lambda c: abs(c[-1].y - word.y) / word.height).append(word)
        else:
            chains.append([word])
    lines = [Line(tuple(chain)) for chain in chains]
    return sorted(lines, key=lambda line: line.words[0].y)


def _follows(last: Word, word: Word) -> bool:
    height = min(last.height, word.height)
    return abs(last.y - word.y) < _SAME_LINE * height and word.x0 > last.x1 - _OVERLAP * height


def glue(pieces: Sequence[Word]) -> list[Word]:
    """Make words of pieces (often single characters) that touch on a line."""
    words: list[Word] = []
    for line in lines_of(pieces):
        run: list[Word] = []
        for piece in line.words:
            if run and piece.x0 - run[-1].x1 > _GLUE * min(piece.height, run[-1].height):
                words.append(_joined(run))
                run = []
            run.append(piece)
        words.append(_joined(run))
    return words


def _joined(run: list[Word]) -> Word:
    return Word(
        "".join(w.text for w in run),
        min(w.x0 for w in run),
        min(w.y0 for w in run),
        max(w.x1 for w in run),
        max(w.y1 for w in run),
    )


@dataclass(frozen=True)
class Page:
    """The words of a page and its lines; `slope` says by how much it was turned, in radians."""

    words: tuple[Word, ...]
    slope: float = 0.0

    @cached_property
    def lines(self) -> list[Line]:
        """The lines, top to bottom."""
        return lines_of(self.words)

    @cached_property
    def text(self) -> str:
        """All lines, folded, a newline between them."""
        return "\n".join(line.text for line in self.lines)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The corners of what is printed: left, top, right, bottom."""
        words = self.words
        return (
            min(w.x0 for w in words), min(w.y0 for w in words),
            max(w.x1 for w in words), max(w.y1 for w in words),
        )  # fmt: skip

    def find(self, pattern: "re.Pattern[str]", group: int = 1) -> list[Value]:
        """Find a group of a pattern on every line."""
        return [value for line in self.lines for value in line.find(pattern, group)]
