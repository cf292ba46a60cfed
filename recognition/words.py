"""Words with places on a page, whatever their order: lines, and texts found along lines."""

import bisect
import heapq
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
_CROWD = 64
"""Lines at one height that are looked at for a word; no form has so many side by side."""
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

    @cached_property
    def x(self) -> float:
        """The middle."""
        return (self.x0 + self.x1) / 2

    @cached_property
    def y(self) -> float:
        """The middle."""
        return (self.y0 + self.y1) / 2

    @cached_property
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
    tails = _Tails()
    for word in sorted(words, key=lambda w: (w.x0, w.y0)):
        tails.add(word)
    lines = [Line(tuple(chain)) for chain in tails.chains]
    return sorted(lines, key=lambda line: line.words[0].y)


class _Tails:
    """The last words of the lines so far: those that stand left of what comes, in order of height.

    Words come from left to right. Thousands on one spot cost little: what a word cannot follow yet
    waits in a heap, and few are looked at where many stand close.
    """

    def __init__(self) -> None:
        self.chains: list[list[Word]] = []
        self._later: list[tuple[float, int]] = []
        self._open: list[tuple[float, int]] = []

    def add(self, word: Word) -> None:
        """Put a word on the nearest line that it can follow, or on a new one."""
        while self._later and self._later[0][0] < word.x0:
            _, place = heapq.heappop(self._later)
            bisect.insort(self._open, (self.chains[place][-1].y, place))
        near = [tail for tail in self._around(word) if _follows(self.chains[tail[1]][-1], word)]
        if near:
            tail = min(near, key=lambda t: (abs(t[0] - word.y), t[1]))
            del self._open[bisect.bisect_left(self._open, tail)]
            place = tail[1]
            self.chains[place].append(word)
        else:
            place = len(self.chains)
            self.chains.append([word])
        heapq.heappush(self._later, (word.x1 - _OVERLAP * word.height, place))

    def _around(self, word: Word) -> list[tuple[float, int]]:
        """Give the open lines whose height is near the word's, the nearest where they are many."""
        reach = _SAME_LINE * word.height
        first = bisect.bisect_left(self._open, (word.y - reach, -1))
        last = bisect.bisect_right(self._open, (word.y + reach, len(self.chains)))
        if last - first > _CROWD:
            middle = bisect.bisect_left(self._open, (word.y, -1))
            first, last = max(first, middle - _CROWD // 2), min(last, middle + _CROWD // 2)
        return self._open[first:last]


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

    @cached_property
    def _columns(self) -> tuple[list[float], list[Word]]:
        words = sorted(self.words, key=lambda w: w.x0)
        return [w.x0 for w in words], words

    def between(self, left: float, right: float) -> Sequence[Word]:
        """Give the words that begin from `left` on and before `right`, from left to right."""
        places, words = self._columns
        return words[bisect.bisect_left(places, left) : bisect.bisect_left(places, right)]

    @cached_property
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
