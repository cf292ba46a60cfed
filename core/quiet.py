"""Quiet hours: what is not urgent waits for the morning."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_SAID = re.compile(
    r"(?:从|每天|from\s)?\s*(?P<from>{0})\s*(?:-|–|—|~|至|到|to|until)\s*(?P<to>{0})".format(
        r"(?:(?:第二天|次日|隔天|晚上|夜里|夜间|傍晚|早上|早晨|上午|凌晨|中午|下午|晚|早)\s?)*"
        r"\d{1,2}(?:[:点时](?:\d{2}分?|半|整)?)?\s?(?:am|pm)?"
    ),
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(\d{1,2})[:点时]?(\d{2}|半)?", re.IGNORECASE)
_AFTER_NOON = re.compile(r"晚|夜|傍|下午|pm", re.IGNORECASE)
_HALF_DAY = 12


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` to `ends` on the clock, over midnight where `ends` comes first."""

    begins: time
    ends: time

    def over(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Give the moment at which the quiet hours around `now` end; None outside of them."""
        local = now.astimezone(zone)
        clock = local.time()
        overnight = self.ends < self.begins
        inside = (
            clock >= self.begins or clock < self.ends
            if overnight
            else self.begins <= clock < self.ends
        )
        if not inside:
            return None
        late = overnight and clock >= self.begins
        day = local.date() + timedelta(days=1 if late else 0)
        return datetime.combine(day, self.ends, zone)


def read_quiet(said: str) -> QuietHours:
    """Read hours as people say them: 22-8, 22点到8点半, 晚上10点至早上8点, 10pm to 8am.

    ValueError for what names no two times.
    """
    found = _SAID.fullmatch(said.strip())
    if not found:
        raise ValueError("quiet hours are from one time to another")
    hours = parse_quiet(f"{_time(found['from'])}-{_time(found['to'])}")
    if hours is None:
        raise ValueError("quiet hours are from one time to another")
    return hours


def _time(said: str) -> str:
    clock = _CLOCK.search(said)
    hour, minute = (int(clock[1]), clock[2] or "00") if clock else (0, "00")
    if _AFTER_NOON.search(said) and 0 < hour < _HALF_DAY:
        hour += _HALF_DAY
    if hour == 24 or (hour == _HALF_DAY and re.search("晚|夜|am", said)):  # noqa: PLR2004
        hour = 0
    return f"{hour}:{'30' if minute == '半' else minute}"


def parse_quiet(text: str) -> QuietHours | None:
    """Read `22:00-08:00`; None for an empty text, ValueError for anything else."""
    if not text.strip():
        return None
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError('quiet hours are written like "22:00-08:00"')
    from_h, from_m, to_h, to_m = map(int, found.groups())
    begins, ends = time(from_h, from_m), time(to_h, to_m)
    if begins == ends:
        raise ValueError("quiet hours begin and end at different times")
    return QuietHours(begins, ends)
