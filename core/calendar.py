"""Working time in China: which days are worked, and when so many working hours are over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
WEEKEND = 5
"""`date.weekday()` of Saturday."""
MAX_HOURS = 2000
"""Working hours of about a year; longer ones would only keep the machine busy."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Hours from `begins` to `ends` in `zone` on working days.

    Working days are those of the State Council's yearly plan, as far as it is known; `workdays`
    and `holidays` are the company's own and win over it.
    """

    zone: ZoneInfo = CHINA
    begins: time = time(9)
    ends: time = time(18)
    workdays: frozenset[date] = frozenset()
    holidays: frozenset[date] = frozenset()

    @property
    def hours_a_day(self) -> float:
        """How long a working day is."""
        return (_minutes(self.ends) - _minutes(self.begins)) / 60


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


@lru_cache(maxsize=32)
def _national(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Give a year's days off, and the days of weekends that are worked in exchange."""
    from holidays import country_holidays

    plan = country_holidays("CN", years=year)
    worked = frozenset(d for d in plan.weekend_workdays if d.year == year)
    return frozenset(plan) - worked, worked


def is_workday(day: date, calendar: WorkCalendar) -> bool:
    """Whether people work on a day."""
    if day in calendar.workdays:
        return True
    if day in calendar.holidays:
        return False
    off, worked = _national(day.year)
    return day in worked or (day.weekday() < WEEKEND and day not in off)


def add_working_hours(start: datetime, hours: float, calendar: WorkCalendar) -> datetime:
    """Give the moment at which so many working hours after `start` are over.

    A start outside of working hours counts from the next opening; the result has the time zone
    of `start`. ValueError for a negative number, or for one beyond `MAX_HOURS`.
    """
    if not 0 <= hours <= MAX_HOURS:
        raise ValueError(f"cannot count {hours} working hours")
    left = timedelta(hours=hours)
    for opens, closes in _spans(start.astimezone(calendar.zone), calendar):
        if left <= closes - opens:
            return (opens + left).astimezone(start.tzinfo)
        left -= closes - opens
    raise ValueError("the calendar has no working days")


def _spans(start: datetime, calendar: WorkCalendar) -> Iterator[tuple[datetime, datetime]]:
    """Give the working spans from a moment on, for as many days as can matter."""
    for ahead in range(4 * 366):
        day = start.date() + timedelta(days=ahead)
        if not is_workday(day, calendar):
            continue
        opens = datetime.combine(day, calendar.begins, calendar.zone)
        closes = datetime.combine(day, calendar.ends, calendar.zone)
        if start < closes:
            yield max(opens, start), closes
