"""Spans of time that questions name: 上周, 最近30天, 今年以来, 11月1日到15日, 前三季度, October."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.phrases.dates import DateSpan, find_dates
from core.phrases.months import Months, index_of, match_months, month_at
from core.phrases.numerals import read_number
from core.phrases.results import Ambiguous


@dataclass(frozen=True, slots=True)
class Days:
    """A run of days, both ends included, where no whole months are meant."""

    first: date
    last: date

    @property
    def count(self) -> int:
        """Give how many days it has."""
        return (self.last - self.first).days + 1

    def days(self) -> tuple[date, date]:
        """Give its first and its last day."""
        return self.first, self.last

    def before(self) -> "Days":
        """Give as many days just before it."""
        gap = timedelta(days=self.count)
        return Days(self.first - gap, self.last - gap)

    def year_ago(self) -> "Days":
        """Give the same days of the year before."""
        return Days(_year_before(self.first), _year_before(self.last))


Span = Months | Days


@dataclass(frozen=True, slots=True)
class Named:
    """A span that a text names, from `start` to before `end`; None where there is no such time."""

    start: int
    end: int
    span: Span | None


def _year_before(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def _index(day: date) -> int:
    return index_of(f"{day:%Y-%m}")


def _run(start: int, count: int) -> Months:
    return Months(month_at(start), month_at(start + count - 1))


def this_month(today: date) -> Months:
    """Give the month of a day."""
    return _run(_index(today), 1)


def last_months(count: int, today: date) -> Months:
    """Give so many months with that of a day as the last."""
    return _run(_index(today) - count + 1, count)


def onward(span: Span, today: date) -> Span:
    """Give the span as long that holds today: of 上周 this week, of 上个月 this month."""
    if isinstance(span, Days):
        gap = timedelta(days=(today - span.first).days // span.count * span.count)
        return Days(span.first + gap, span.last + gap)
    start = index_of(span.first)
    return _run(start + (_index(today) - start) // span.count * span.count, span.count)


_N = r"(?:\d{1,3}|[一二三四五六七八九十两百]{1,4}|two|three|four|six|twelve)"
_ENGLISH = {"two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12}
_LAST = r"(?:最近|过去|近|(?:the\s)?(?:last|past|previous))的?\s?"
_NOT_DAY = r"(?![一二三四五六日天末\d])"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may(?=\s20\d\d)|(?<=in\s)may|(?<=of\s)may|(?<=since\s)may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_WEEK, _YEAR = 7, 12
_OLDEST, _LONGEST = 1900, 50 * 12
"""A year before it, or more months than that, is a slip of the fingers."""

Found = re.Match[str]
Reader = Callable[[Found, date], Span | None]


def _count(found: Found) -> int:
    text = found.groupdict().get("n") or "1"
    value = _ENGLISH.get(text.lower()) or read_number(text.replace("两", "二"))
    return int(value or 0)


def _back_days(unit: int) -> Reader:
    """Read 最近 7 天: with today as the last day."""

    def read(found: Found, today: date) -> Span | None:
        days = _count(found) * unit
        return Days(today - timedelta(days=days - 1), today) if days > 0 else None

    return read


def _back_months(unit: int) -> Reader:
    """Read 最近半年: with this month as the last."""

    def read(found: Found, today: date) -> Span | None:
        count = _count(found) * unit
        return last_months(count, today) if 0 < count <= _LONGEST else None

    return read


def _week(found: Found, today: date) -> Span:
    word = found.group().lower()
    back = word.count("上") + word.startswith("last")
    monday = today - timedelta(days=today.weekday() + _WEEK * back)
    return Days(monday, monday + timedelta(days=_WEEK - 1))


def _weekend(found: Found, today: date) -> Span:
    back = found.group().count("上") + found.group().lower().startswith("last")
    saturday = today - timedelta(days=today.weekday() - 5 + _WEEK * back)
    return Days(saturday, saturday + timedelta(days=1))


def _whole_year(found: Found, today: date) -> Span:
    """Read 2025年全年, 去年一整年."""
    said = found["year"]
    year = int(said) if said else today.year + {"去": -1, "前": -2, "明": 1}.get(found["word"], 0)
    return _run(year * _YEAR, _YEAR)


def _so_far(months: int) -> Reader:
    """Read 今年以来: from the first of a year, quarter or month to this month."""

    def read(_: Found, today: date) -> Span:
        this = _index(today)
        return _run(this // months * months, this % months + 1)

    return read


def _first_quarters(found: Found, today: date) -> Span | None:
    year = today.year - (found.group().startswith("去年"))
    count = _count(found) * 3
    return _run(year * _YEAR, count) if 0 < count <= _YEAR else None


def _months_between(found: Found, today: date) -> Span | None:
    """Read 1-3月; a run that ends before it begins goes on in the next year."""
    first, last = (int(read_number(found[name]) or 0) for name in ("a", "b"))
    if not (1 <= first <= _YEAR and 1 <= last <= _YEAR):
        return None
    year = int(found["year"]) if found["year"] else today.year - bool(found["last"])
    return _run(year * _YEAR + first - 1, (last - first) % _YEAR + 1)


def _part_of_year(size: int) -> Reader:
    """Read H1 2026, Q3 2025: the number of a part, then maybe its year."""

    def read(found: Found, today: date) -> Span:
        said = found["year"]
        year = int(said) if said else today.year
        return _run(year * _YEAR + (int(found["part"]) - 1) * size, size)

    return read


def _english_year(found: Found, _: date) -> Span:
    return _run(int(found["year"]) * _YEAR, _YEAR)


def _english_month(found: Found, today: date) -> Span:
    """Read October 2025; one without a year that lies ahead is last year's."""
    number = _MONTHS.index(found["name"][:3].lower())
    said = found["year"]
    start = (int(said) if said else today.year) * _YEAR + number
    return _run(start if said or start <= _index(today) else start - _YEAR, 1)


_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reader)
    for pattern, reader in (
        (
            r"[今本]年(?:以来|至今|到现在)|从?年初(?:到现在|到今天|至今|以来)|\bytd\b|year\sto\sdate|so\sfar\sthis\syear",
            _so_far(_YEAR),
        ),
        (r"本季度?以来|季初(?:到现在|至今)|\bqtd\b|quarter\sto\sdate", _so_far(3)),
        (r"本月以来|月初(?:到现在|至今)|\bmtd\b|month\sto\sdate", _so_far(1)),
        (
            rf"(?:(?P<year>20\d\d)\s?年?|(?P<last>去年)|今年)?\s?(?<!\d)(?P<a>{_N})\s?[-~到至]\s?(?P<b>{_N})\s?月份?",
            _months_between,
        ),
        (rf"(?:去年|今年)?前(?P<n>{_N})个?季度", _first_quarters),
        (r"(?:最近|过去|近)半个月", lambda _, today: Days(today - timedelta(days=14), today)),
        (r"(?:最近|过去|近)半年|(?:last|past)\shalf\syear", lambda _, t: last_months(6, t)),
        (rf"{_LAST}(?P<n>{_N})?\s?(?:天|日(?!\s?常)|days\b)", _back_days(1)),
        (rf"{_LAST}(?P<n>{_N})?\s?个?(?:周|星期|礼拜|weeks\b)", _back_days(_WEEK)),
        (rf"{_LAST}(?P<n>{_N})\s?(?:个月|months\b)", _back_months(1)),
        (rf"{_LAST}(?P<n>{_N})?\s?(?:年|years\b)", _back_months(_YEAR)),
        (
            rf"上{{1,2}}个?(?:周|星期|礼拜){_NOT_DAY}|(?:本|这个?)(?:周|星期|礼拜){_NOT_DAY}|(?:this|last)\sweek\b",
            _week,
        ),
        (r"(?:上{1,2}个?|本|这个?)?周末|(?:this|last)\sweekend\b", _weekend),
        (
            r"(?:(?P<year>(?:19|20)\d\d)\s?年?|(?P<word>[今去前明])年)的?(?:全年度?|一?整年|年度|度)",
            _whole_year,
        ),
        (r"\bq(?P<part>[1-4])[\s,]+(?:of\s)?(?P<year>20\d\d)(?!\d)", _part_of_year(3)),
        (r"\bh(?P<part>[12])\b(?:[\s,]+(?P<year>20\d\d))?", _part_of_year(6)),
        (r"\b(?:in|of|for|during)\s(?P<year>20\d\d)(?![\d/.-])", _english_year),
        (rf"\b(?P<name>{_MONTH})\b(?:,?\s(?P<year>20\d\d))?", _english_month),
    )
)
_SO_FAR = re.compile(r"\s?(?:以来|至今|到现在|到今天|到目前|till\snow|until\snow)")
_SINCE = re.compile(r"(?:从|自|since\s|from\s)\s?$", re.IGNORECASE)
_TO = re.compile(r"\s?(?:到|至|~|-|–|—|\bto\b|until|till|through)\s?", re.IGNORECASE)
_PLACED = re.compile(
    r"\d{4}|\d\d年|年\d|[今去前明][年天日]|昨|本|这|上|today|yesterday", re.IGNORECASE
)
"""A day that says its year, or how it lies to today."""
_AND = re.compile(r"\s*(?:和|与|跟|及|以及|、|,|\band\b|&)\s*", re.IGNORECASE)
_BARE_MONTH = re.compile(r"[^年]{1,4}月份?")


def find_spans(text: str, today: date) -> tuple[tuple[Named, ...], str]:
    """Find the spans that a text names, in order, and give it with blanks in their places."""
    found: list[Named] = []
    rest = text
    for named in _each(text, today):
        if not any(named.start < other.end and other.start < named.end for other in found):
            found.append(named)
    while one := match_months(_blanked(rest, found), today):
        found.append(Named(*one))
    found.sort(key=lambda n: n.start)
    joined = tuple(_open_ended(n, rest, today) for n in _joined(found, rest))
    return joined, _blanked(rest, joined)


def stand_together(spans: Sequence[Named], text: str) -> bool:
    """Whether only 和 stands between the first two spans of a text."""
    return bool(_AND.fullmatch(text[spans[0].end : spans[1].start]))


def _blanked(text: str, found: list[Named] | tuple[Named, ...]) -> str:
    for n in found:
        text = f"{text[: n.start]}{' ' * (n.end - n.start)}{text[n.end :]}"
    return text


def _each(text: str, today: date) -> Iterator[Named]:
    """Find runs of days and months as only questions name them, then single days."""
    for pattern, read in _READERS:
        for found in pattern.finditer(text):
            yield Named(found.start(), found.end(), read(found, today))
    for day in find_dates(text, today):
        yield Named(day.start, day.end, _on_day(day))


def _on_day(found: DateSpan) -> Days | None:
    """Give the day that a date means; of two readings the one that is past."""
    value = found.value
    if isinstance(value, Ambiguous):
        value = value.options[0]
    if isinstance(value, date) and value.year >= _OLDEST:
        return Days(value, value)
    return None


def _joined(found: list[Named], text: str) -> Iterator[Named]:
    """Make one span of two that 到 stands between; the second is placed after the first."""
    left = list(found)
    while left:
        one = left.pop(0)
        if left and _TO.fullmatch(text[one.end : left[0].start]):
            other = left.pop(0)
            end = _placed(one, other, text[other.start : other.end])
            one = Named(one.start, other.end, _between(one.span, end))
        yield one


def _placed(one: Named, other: Named, said: str) -> Span | None:
    if isinstance(one.span, Days) and not _PLACED.search(said):
        coming = find_dates(said, one.span.first, "future")
        return _on_day(coming[0]) if coming else other.span
    if isinstance(one.span, Months) and _BARE_MONTH.fullmatch(said) and other.span:
        start = index_of(one.span.first)
        return _run(start + (index_of(_first_month(other.span)) - start) % _YEAR, 1)
    return other.span


def _first_month(span: Span) -> str:
    return span.first if isinstance(span, Months) else f"{span.first:%Y-%m}"


def _between(first: Span | None, last: Span | None) -> Span | None:
    """Give the time from one span to another; None when they do not go together."""
    if isinstance(first, Months) and isinstance(last, Months):
        whole = Months(first.first, last.last)
        return whole if 0 < whole.count <= _LONGEST else None
    if first is None or last is None:
        return None
    start, end = first.days()[0], last.days()[1]
    fits = start <= end and end.year - start.year <= _LONGEST // _YEAR
    return Days(start, end) if fits else None


def _open_ended(named: Named, text: str, today: date) -> Named:
    """Let a span run to today where the text says 以来 behind it or since in front of it."""
    behind = _SO_FAR.match(text, named.end)
    before = _SINCE.search(text[: named.start])
    if named.span is None or not (behind or (before and "since" in before.group().lower())):
        return named
    end = behind.end() if behind else named.end
    now: Span = this_month(today) if isinstance(named.span, Months) else Days(today, today)
    return Named(named.start, end, _between(named.span, now))
