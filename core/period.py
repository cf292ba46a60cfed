"""Budget periods: the five ways of writing one, and the days they cover."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_YEAR = re.compile(r"([0-9]{4})")
_HALF = re.compile(r"([0-9]{4})-H([12])")
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
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
    last = first + count - 1
    return Period(text, date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def parse_period(text: str) -> Period:
    """Read `2026`, `2026-H2`, `2026-Q4`, `2026-11` or `2026-11-01/2027-01-31`.

    ValueError for anything else (contract §3).
    """
    if m := _YEAR.fullmatch(text):
        return _months(text, int(m[1]), 1, 12)
    if m := _HALF.fullmatch(text):
        return _months(text, int(m[1]), int(m[2]) * 6 - 5, 6)
    if m := _QUARTER.fullmatch(text):
        return _months(text, int(m[1]), int(m[2]) * 3 - 2, 3)
    if m := _MONTH.fullmatch(text):
        return _months(text, int(m[1]), int(m[2]), 1)
    if m := _RANGE.fullmatch(text):
        period = Period(text, date.fromisoformat(m[1]), date.fromisoformat(m[2]))
        if period.start <= period.end:
            return period
    raise ValueError("a period is 2026, 2026-H2, 2026-Q4, 2026-11 or 2026-11-01/2027-01-31")
