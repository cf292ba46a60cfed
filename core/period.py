"""Budget periods: the five ways of writing one, and the days they cover."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_YEAR = re.compile(r"([0-9]{4})")
_HALF = re.compile(r"([0-9]{4})-H([12])")
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
MONTHS = 12
_RANGE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{4}-[0-9]{2}-[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to `end`, both included; `text` is how it was written."""

    text: str
    start: date
    end: date

    def covers(self, day: date) -> bool:
        """Whether a day lies inside."""
        return self.start <= day <= self.end


def _months(text: str, year: int, first: int, count: int) -> Period:
    """Give so many months from the `first` of a year; a 13th is January of the next."""
    start = date(year + (first - 1) // MONTHS, (first - 1) % MONTHS + 1, 1)
    last = first + count - 2
    end_year, end_month = year + last // MONTHS, last % MONTHS + 1
    end = date(end_year, end_month, monthrange(end_year, end_month)[1])
    return Period(text, start, end)


def parse_period(text: str, fiscal_start: int = 1) -> Period:
    """Read `2026`, `2026-H2`, `2026-Q4`, `2026-11` or `2026-11-01/2027-01-31`.

    Years, halves and quarters begin with the month `fiscal_start` of the year that they name.
    ValueError for anything else (contract §3).
    """
    if m := _YEAR.fullmatch(text):
        return _months(text, int(m[1]), fiscal_start, 12)
    if m := _HALF.fullmatch(text):
        return _months(text, int(m[1]), int(m[2]) * 6 - 6 + fiscal_start, 6)
    if m := _QUARTER.fullmatch(text):
        return _months(text, int(m[1]), int(m[2]) * 3 - 3 + fiscal_start, 3)
    if (m := _MONTH.fullmatch(text)) and 1 <= int(m[2]) <= MONTHS:
        return _months(text, int(m[1]), int(m[2]), 1)
    if m := _RANGE.fullmatch(text):
        period = Period(text, date.fromisoformat(m[1]), date.fromisoformat(m[2]))
        if period.start <= period.end:
            return period
    raise ValueError("a period is 2026, 2026-H2, 2026-Q4, 2026-11 or 2026-11-01/2027-01-31")
