"""Cron expressions as an administrator knows them from crontab; APScheduler finds their times."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

_FIELDS = 5
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_INSTANT = timedelta(microseconds=1)


class Cron:
    """When something is due: `minute hour day month weekday` in one time zone.

    Weekdays count from Sunday, 0 or 7, as everywhere but in APScheduler; where both day and weekday
    are given, either is enough. Several expressions are divided by semicolons. ValueError for what
    is no such expression.
    """

    def __init__(self, text: str, zone: ZoneInfo) -> None:
        self._triggers = [t for part in text.split(";") for t in _triggers(part, zone)]

    def next(self, after: datetime) -> datetime | None:
        """Give the first time after a moment; None when there is none, as on 30 February."""
        found = [t.get_next_fire_time(None, after + _INSTANT) for t in self._triggers]
        return min((time for time in found if time is not None), default=None)

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Walk through the times after a moment, up to and including another."""
        found = self.next(after)
        while found is not None and found <= until:
            yield found
            found = self.next(found)


def _triggers(text: str, zone: ZoneInfo) -> list[CronTrigger]:
    fields = text.split()
    if len(fields) != _FIELDS:
        raise ValueError("write five fields, like 0 9 * * mon-fri")
    minute, hour, day, month, weekday = fields
    days = _weekdays(weekday)
    either = "*" not in {day, weekday}
    return [
        CronTrigger(minute=minute, hour=hour, day=d, month=month, day_of_week=w, timezone=zone)
        for d, w in ([(day, "*"), ("*", days)] if either else [(day, days)])
    ]


def _weekdays(field: str) -> str:
    """Write a crontab's weekdays as a list of names."""
    if field == "*":
        return field
    chosen = {day % 7 for part in field.lower().split(",") for day in _weekday_range(part)}
    return ",".join(_DAYS[day] for day in sorted(chosen))


def _weekday_range(part: str) -> range:
    days, _, step = part.partition("/")
    first, _, last = ("0", "-", "6") if days == "*" else days.partition("-")
    start = _weekday(first)
    end = _weekday(last) if last else start
    if end < start:  # fri-mon, sat-0
        end += 7
    return range(start, end + 1, int(step) if step else 1)


def _weekday(text: str) -> int:
    if text in _DAYS:
        return _DAYS.index(text)
    number = int(text)
    if not 0 <= number <= len(_DAYS):
        raise ValueError(f"{text} is no weekday")
    return number
