"""What lies over what on a page: texts that nobody sees, and texts that something lies upon."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.invoice import ReadingFinding
from recognition.evidence import FIELDS, Evidence, Facts, day, flat, money, tidy
from recognition.texts import finding

Box = tuple[float, float, float, float]
"""Left, top, right, bottom; y grows downwards."""
MOST_COVERS = 2_000
"""Beyond this many it is not looked at what they cover, and that is said."""
_ROWS = 500
_IN_A_CELL = 12
_SHARE = 0.5
"""How much of a text must lie under something to count as covered."""
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"[A-Z0-9]+(?:\.\d+)?")
_MEANT = 4
"""Characters; shorter hidden texts without a digit are left by producers (seen: a name)."""
_SHOWN = 40
_FIGURES = ("amount", "tax", "total")
_TEXTS = ("code", "number", "check_code", "buyer_taxid", "seller_taxid")


@dataclass(slots=True)
class Sight:
    """Texts of a page that were left out because nobody sees them, and texts lain upon.

    `crowded` when there was too much to look at all of it.
    """

    hidden: list[str] = field(default_factory=list)
    covered: list[str] = field(default_factory=list)
    crowded: bool = False

    def doubts(self, evidence: Sequence[Evidence]) -> list[ReadingFinding]:
        """Say what is hidden or covered, with the fields whose value is such a text."""
        found: list[ReadingFinding] = []
        if any(_DIGIT.search(text) or len(text) >= _MEANT for text in self.hidden):
            found.append(_finding("text_hidden", self.hidden, evidence))
        covered = [text for text in self.covered if _DIGIT.search(text)]
        if covered:
            found.append(_finding("text_covered", covered, evidence))
        if self.crowded:
            found.append(finding("page_crowded"))
        return found


def _finding(code: str, texts: Sequence[str], evidence: Sequence[Evidence]) -> ReadingFinding:
    fields = dict.fromkeys(name for e in evidence for name in fields_in(texts, e.facts))
    shown = (tidy(" ".join(dict.fromkeys(texts))) or "")[:_SHOWN]
    return finding(code, *fields, text=shown)


def fields_in(texts: Iterable[str], facts: Facts) -> tuple[str, ...]:
    """Name the fields whose value stands in one of the texts."""
    plain = [flat(text).replace(",", "") for text in texts]
    runs = {run for text in plain for run in _RUN.findall(text)}
    found = [name for name in _TEXTS if getattr(facts, name) in runs]
    sums = {money(run) for run in runs} - {None}
    found += [name for name in _FIGURES if getattr(facts, FIELDS[name]) in sums]
    if facts.date and any(day(text) == facts.date for text in plain):
        found.append("date")
    return tuple(found)


def covered_by(boxes: Sequence[Box], order: Sequence[int], covers: Sequence[Box],
               cover_order: Sequence[int]) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Tell for each box (rows) whether each cover (columns), drawn later, lies over most of it."""
    texts, over = np.array(boxes, float).reshape(-1, 4), np.array(covers, float).reshape(-1, 4)
    first, later = np.array(order, int), np.array(cover_order, int)
    parts = [
        _covered(texts[i : i + _ROWS], first[i : i + _ROWS], over, later)
        for i in range(0, len(texts), _ROWS)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, len(over)), bool)


def _covered(
    texts: npt.NDArray[np.float64], order: npt.NDArray[np.int_],
    over: npt.NDArray[np.float64], cover_order: npt.NDArray[np.int_],
) -> npt.NDArray[np.bool_]:  # fmt: skip
    wide = _overlap(texts[:, 0], texts[:, 2], over[:, 0], over[:, 2])
    high = _overlap(texts[:, 1], texts[:, 3], over[:, 1], over[:, 3])
    area = np.maximum((texts[:, 2] - texts[:, 0]) * (texts[:, 3] - texts[:, 1]), 1e-9)
    later = order[:, None] < cover_order[None, :]
    result: npt.NDArray[np.bool_] = later & (wide * high >= _SHARE * area[:, None])
    return result


def _overlap(
    start: npt.NDArray[np.float64], end: npt.NDArray[np.float64],
    other_start: npt.NDArray[np.float64], other_end: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:  # fmt: skip
    first = np.maximum(start[:, None], other_start[None, :])
    last = np.minimum(end[:, None], other_end[None, :])
    result: npt.NDArray[np.float64] = np.clip(last - first, 0, None)
    return result


def crossing(boxes: Sequence[Box], groups: Sequence[int]) -> list[tuple[int, int]]:
    """Find pairs of texts of different groups that are drawn through one another."""
    cells: dict[tuple[int, int], list[int]] = {}
    side = max((b[3] - b[1] for b in boxes), default=1.0) or 1.0
    found: list[tuple[int, int]] = []
    for i, box in enumerate(boxes):
        column, row = int((box[0] + box[2]) / 2 // side), int((box[1] + box[3]) / 2 // side)
        near = (cells.get((column + a, row + b), ()) for a in (-1, 0, 1) for b in (-1, 0, 1))
        found += [(j, i) for others in near for j in others
                  if groups[i] != groups[j] and _through(boxes[j], box)]  # fmt: skip
        cell = cells.setdefault((column, row), [])
        if len(cell) < _IN_A_CELL:
            cell.append(i)
    return found


def _through(one: Box, other: Box) -> bool:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    least = min(
        (one[2] - one[0]) * (one[3] - one[1]), (other[2] - other[0]) * (other[3] - other[1])
    )
    return wide > 0 and high > 0 and wide * high > _SHARE * least


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
