"""Days as people name them: 昨天, 上周三, 20号, 11-20; what is doubtful is asked."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from core.phrases.cleaning import clean
from core.phrases.numerals import read_number
from core.phrases.results import Ambiguous, Problem

Toward = Literal["past", "future"]
"""Which way a date without a year or week lies: expenses in the past, plans in the future."""

Day = date | Ambiguous[date] | Problem

_N = r"(?:\d{1,2}+|[一二三四五六七八九十]{1,3}+)"
_ADDRESS = r"(?![楼线店院门桌机厅馆仓口会室房码])"
_DATE = re.compile(
    rf"""
    (?P<full>(?<![\dA-Za-z-])(?P<y>\d{{4}}|\d{{2}}(?=年)|[零〇一二三四五六七八九]{{4}}(?=年))
        \s?[-/.年]\s?(?P<m>{_N})\s?[-/.月]\s?(?P<d>{_N})(?:[日号](?!用)|(?![\d.]))
        (?!\s?(?:块|元|毛)))
    |(?P<compact>(?<![\d¥.,A-Za-z-])20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?![\d.,A-Za-z-]|\s?(?:块|元)))
    |(?P<year_word>去年|今年|前年|明年)\s?(?P<ym>{_N})\s?月\s?(?P<yd>{_N})[日号]?
    |(?P<month_word>上上个?月|上个?月|这个?月|本月|当月|下个?月)的?\s?(?P<md>{_N})[日号]
    |(?P<cn>(?<!\d)(?P<cm>{_N})\s?月\s?(?P<cd>{_N})(?:[日号](?!用)|(?![\d.]|\s?(?:块|元|个|人))))
    |(?P<dash>(?<![\dA-Za-z¥.,/-])(?P<dm>0?[1-9]|1[0-2])[-/](?P<dd>\d{{1,2}})
        (?![\dA-Za-z/.-]|\s?(?:块|元|毛))(?:[日号](?!用))?)
    |(?P<day>(?<![\d路街道巷弄第.])(?P<nd>{_N})[日号](?!用|常){_ADDRESS})
    |(?<!每)(?P<week>上上个?|上个?|这个?|本|下下个?|下个?)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天1-7])
        (?![\d年期])
    |(?P<ago>{_N})\s?(?P<ago_unit>天|周|个?星期)(?P<ago_way>以?前|之前|以?后|之后)
    |(?P<near>大前天|前天|昨天|昨日|昨晚|昨儿|今天|今日|今早|今晚|今儿|明天|明日|明早|明晚|大后天|后天)
    |(?P<english>\b(?:the\ day\ before\ yesterday|yesterday|today|tonight|tomorrow
        |(?P<eago>\d{{1,2}})\ days?\ ago)\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NEAR = {"大前": -3, "前天": -2, "昨": -1, "今": 0, "明": 1, "大后": 3, "后天": 2}
_ENGLISH = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
}
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1}
_WEEKDAYS = {**{c: i for i, c in enumerate("一二三四五六日")}, "天": 6}
_WEEK, _DECEMBER, _CENTURY = 7, 12, 100
_LONG_FUTURE_DAYS = 300


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A day found in a text, from `start` to before `end`."""

    start: int
    end: int
    value: Day


def _number(text: str) -> int:
    value = read_number(text)
    return -1 if value is None else int(value)


def _digits(text: str) -> int:
    """Read a year: 2026, 26, 二〇二六."""
    if text.isdecimal():
        year = int(text)
        return year + 2000 if year < _CENTURY else year
    return int("".join(str("零一二三四五六七八九".index(c.replace("〇", "零"))) for c in text))


def _day(year: int, month: int, day: int, text: str) -> date | Problem:
    try:
        return date(year, month, day)
    except ValueError:
        return Problem("date_invalid", text)


def _shift_month(today: date, months: int) -> tuple[int, int]:
    index = today.year * _DECEMBER + today.month - 1 + months
    return index // _DECEMBER, index % _DECEMBER + 1


def _month_day(month: int, day: int, today: date, toward: Toward, text: str) -> Day:
    """Place a month and day without a year.

    A past one lies in this year, or is asked; a planned one is the next to come, and a Problem
    when that is so far off that the person more likely meant the one that has passed.
    """
    this = _day(today.year, month, day, text)
    if toward == "past":
        if isinstance(this, Problem) or this <= today:
            return this
        earlier = _day(today.year - 1, month, day, text)
        before = [] if isinstance(earlier, Problem) else [earlier]
        return Ambiguous((*before, this), text)
    coming = this if not isinstance(this, date) or this >= today else None
    coming = coming or _day(today.year + 1, month, day, text)
    if isinstance(coming, Problem):
        return coming
    far = (coming - today).days > _LONG_FUTURE_DAYS
    return Problem("date_passed", text) if far else coming


def _month_only(day: int, today: date, toward: Toward, text: str) -> Day:
    """Place a day without a month: this month's if it fits, else asked with the last one's."""
    steps = (0, -1) if toward == "past" else (0, 1)
    found = [_day(*_shift_month(today, step), day, text) for step in steps]
    this, other = found
    if isinstance(this, date) and (this <= today if toward == "past" else this >= today):
        return this
    days = sorted(d for d in found if isinstance(d, date))
    if toward == "future" and isinstance(other, date):
        return other
    return Ambiguous(tuple(days), text) if days else Problem("date_invalid", text)


def _week_day(found: re.Match[str], today: date, toward: Toward) -> Day:
    """Place a weekday; weeks begin on Monday. Without a week a coming one is asked."""
    wanted = found["wd"]
    index = int(wanted) - 1 if wanted.isdecimal() else _WEEKDAYS[wanted]
    this = today + timedelta(days=index - today.weekday())
    week = found["week"]
    if week:
        shift = week.count("下") - week.count("上")
        return this + timedelta(days=_WEEK * shift)
    if toward == "future":
        return this if this >= today else this + timedelta(days=_WEEK)
    return this if this <= today else Ambiguous((this - timedelta(days=_WEEK), this), found.group())


def _relative(found: re.Match[str], today: date) -> Day:
    if near := found["near"]:
        step = next(days for word, days in _NEAR.items() if near.startswith(word))
    elif found["english"]:
        ago = found["eago"]
        step = -int(ago) if ago else _ENGLISH[found["english"].lower()]
    else:
        count = _number(found["ago"]) * (1 if found["ago_unit"] == "天" else _WEEK)
        if count <= 0:
            return Problem("date_invalid", found.group())
        step = count if "后" in found["ago_way"] else -count
    return today + timedelta(days=step)


def _compact(found: re.Match[str]) -> Day:
    text = found["compact"]
    return _day(int(text[:4]), int(text[4:6]), int(text[6:]), text)


def _named(found: re.Match[str], today: date) -> Day | None:
    """Place a date that says its year or month."""
    text = found.group()
    if found["full"]:
        return _day(_digits(found["y"]), _number(found["m"]), _number(found["d"]), text)
    if word := found["year_word"]:
        year = today.year + _YEARS[word]
        return _day(year, _number(found["ym"]), _number(found["yd"]), text)
    if word := found["month_word"]:
        months = word.count("下") - word.count("上")
        return _day(*_shift_month(today, months), _number(found["md"]), text)
    return None


def _value(found: re.Match[str], today: date, toward: Toward) -> Day:
    text = found.group()
    named = _named(found, today)
    if named is not None:
        return named
    if found["compact"]:
        return _compact(found)
    if found["cn"]:
        return _month_day(_number(found["cm"]), _number(found["cd"]), today, toward, text)
    if found["dash"]:
        return _month_day(int(found["dm"]), int(found["dd"]), today, toward, text)
    if found["day"]:
        return _month_only(_number(found["nd"]), today, toward, text)
    if found["wd"]:
        return _week_day(found, today, toward)
    return _relative(found, today)


def find_dates(text: str, today: date, toward: Toward = "past") -> tuple[DateSpan, ...]:
    """Find the days named in a cleaned text, in order."""
    found = _DATE.finditer(text)
    return tuple(DateSpan(m.start(), m.end(), _value(m, today, toward)) for m in found)


def parse_date(text: str, today: date, toward: Toward = "past") -> Day | None:
    """Read a text that is one day.

    Weeks begin on Monday. A day or weekday without month, year or week that has not come yet is
    Ambiguous (with its last occurrence first); a day that the calendar lacks is a Problem; None
    when the text is not a day. With `toward="future"` the next occurrence is meant instead.
    """
    line = clean(text).rstrip(" 。.!,;的")
    spans = find_dates(line, today, toward)
    if len(spans) == 1 and (spans[0].start, spans[0].end) == (0, len(line)):
        return spans[0].value
    return None
