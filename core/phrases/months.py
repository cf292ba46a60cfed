"""Runs of months as people name them: 上个月, Q3, 去年下半年, 近三个月, 2026 年 10 月."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from core.phrases.numerals import read_number

_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = r"(?:(?P<year>(?:19|20)\d{2})[\s-]?年?|(?P<year_word>今年|去年|前年|明年))?\s?"
_MONTHS, _QUARTER, _HALF = 12, 3, 6
_YEARS = {
    "今年": 0,
    "本年": 0,
    "全年": 0,
    "明年": 1,
    "去年": -1,
    "前年": -2,
    "this year": 0,
    "last year": -1,
    "next year": 1,
}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True, slots=True)
class Months:
    """A run of months, both ends included: ("2026-10", "2026-12")."""

    first: str
    last: str

    @property
    def count(self) -> int:
        """Give how many months it has."""
        return index_of(self.last) - index_of(self.first) + 1

    def days(self) -> tuple[date, date]:
        """Give its first and its last day."""
        year, month = int(self.last[:4]), int(self.last[5:])
        return date.fromisoformat(f"{self.first}-01"), date(year, month, monthrange(year, month)[1])

    def before(self) -> "Months":
        """Give as many months just before it."""
        start = index_of(self.first)
        return _run(start - self.count, self.count)

    def year_ago(self) -> "Months":
        """Give the same months of the year before."""
        return _run(index_of(self.first) - _MONTHS, self.count)


def index_of(month: str) -> int:
    """Number a month, so that the next has the next number."""
    return int(month[:4]) * _MONTHS + int(month[5:7]) - 1


def month_at(index: int) -> str:
    """Name a month by its number."""
    return f"{index // _MONTHS:04d}-{index % _MONTHS + 1:02d}"


def _run(start: int, count: int) -> Months:
    return Months(month_at(start), month_at(start + count - 1))


Found = re.Match[str]
Reader = Callable[[Found, int], Months | None]


def _year_of(found: Found, this: int) -> int:
    word = found["year_word"]
    return int(found["year"]) if found["year"] else this // _MONTHS + _YEARS[word or "今年"]


def _month(found: Found, this: int) -> Months | None:
    """Read a month; one without a year that lies ahead is last year's."""
    number = int(read_number(found["n"]) or 0)
    if not 1 <= number <= _MONTHS:
        return None
    start = _year_of(found, this) * _MONTHS + number - 1
    named = found["year"] or found["year_word"]
    return _run(start if named or start <= this else start - _MONTHS, 1)


def _iso(found: Found, _: int) -> Months | None:
    return Months(found[0], found[0]) if 1 <= int(found[0][5:7]) <= _MONTHS else None


def _quarter(found: Found, this: int) -> Months:
    word = found["q"] or found["qn"]
    number = int(_QUARTERS.get(word, 0) or word)
    return _run(_year_of(found, this) * _MONTHS + (number - 1) * _QUARTER, _QUARTER)


def _half(found: Found, this: int) -> Months:
    start = _year_of(found, this) * _MONTHS
    return _run(start + (_HALF if found["half"] == "下" else 0), _HALF)


def _year(found: Found, this: int) -> Months:
    word = found["word"]
    year = int(found["year"]) if found["year"] else this // _MONTHS + _YEARS[word.lower()]
    return _run(year * _MONTHS, _MONTHS)


def _back(found: Found, this: int) -> Months | None:
    """Read 近三个月: with this month as the last."""
    count = int(read_number(found["n"]) or 0)
    return _run(this - count + 1, count) if count else None


def _near(step: int) -> Reader:
    return lambda _, this: _run(this + step, 1)


def _near_quarter(step: int) -> Reader:
    return lambda _, this: _run((this // _QUARTER + step) * _QUARTER, _QUARTER)


_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reader)
    for pattern, reader in (
        (r"(?<!\d)(?:19|20)\d{2}-\d{2}(?![\d-])", _iso),
        (rf"{_YEAR}(?:第?(?P<qn>[一二三四1-4])季度|q(?P<q>[1-4])(?!\d))", _quarter),
        (rf"{_YEAR}(?P<half>[上下])半年", _half),
        (rf"(?:最近|近|过去|last)\s?(?P<n>{_N})\s?(?:个月|months)", _back),
        (r"上上个?月", _near(-2)),
        (r"上个?月|last\smonth", _near(-1)),
        (r"(?:这|本|当)个?月|this\smonth", _near(0)),
        (r"下个?月|next\smonth", _near(1)),
        (r"下个?季度?|next\squarter", _near_quarter(1)),
        (r"上个?季度?|last\squarter", _near_quarter(-1)),
        (r"(?:这|本)个?季度?|this\squarter", _near_quarter(0)),
        (rf"(?<!\d){_YEAR}(?P<n>{_N})\s?月份?(?!\s?\d)", _month),
        (
            r"(?<!\d)(?P<year>(?:19|20)\d{2})\s?年|(?P<word>今年|本年|全年|明年|去年|前年|(?:this|last|next)\syear)",
            _year,
        ),
    )
)


def find_period(text: str, today: date) -> tuple[Months | None, str]:
    """Find the months of a plan that a text names, if it does: 12 月 is this year's."""
    this = today.year * _MONTHS + today.month - 1
    for pattern, read in _READERS:
        if found := pattern.search(text):
            named = any(found.groupdict().get(key) for key in ("year", "year_word"))
            as_of = this if named or read is not _month else today.year * _MONTHS + _MONTHS - 1
            return read(found, as_of), f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


def match_months(text: str, today: date) -> tuple[int, int, Months | None] | None:
    """Find where a text names months, and which; None when it names none."""
    this = today.year * _MONTHS + today.month - 1
    for pattern, read in _READERS:
        if found := pattern.search(text):
            return found.start(), found.end(), read(found, this)
    return None
