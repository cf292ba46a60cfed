"""What pictures show: plain figures in fen and texts that are ready for people."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A budget: what was spent and is held of its limit."""

    name: str
    limit_fen: int
    consumed_fen: int
    reserved_fen: int = 0


@dataclass(frozen=True, slots=True)
class BudgetBars:
    """Budgets under one another."""

    title: str
    bars: tuple[Bar, ...]
    note: str = ""
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Trend:
    """An amount a period, oldest first; `expected` of them, the last ones, are a forecast."""

    title: str
    points: tuple[tuple[str, int], ...]
    limit_fen: int | None = None
    expected: int = 0
    note: str = ""
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class TopList:
    """The largest amounts, first the largest."""

    title: str
    rows: tuple[tuple[str, int], ...]
    note: str = ""
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts: the first column stands left, the others right."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    language: Language = "zh"


Part = BudgetBars | Trend | TopList | Table


@dataclass(frozen=True, slots=True)
class Report:
    """A page: key figures beside one another, then pictures under one another."""

    title: str
    figures: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    note: str = ""
    language: Language = "zh"


Picture = Part | Report
