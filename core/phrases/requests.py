"""Requests for money in one sentence: 出差, 采购, 借款; what is missing is said, never guessed."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from core.phrases.amounts import AmountSpan, find_amounts
from core.phrases.claim_intents import PettyCash, Welfare
from core.phrases.claim_words import split_supplier, supplier_in
from core.phrases.dates import DateSpan, find_dates
from core.phrases.intents import Advance, Purchase, Travel
from core.phrases.numerals import read_number
from core.phrases.results import Ambiguous, Problem

_RANGES = (
    (
        re.compile(r"(\d{1,2}[-/]\d{1,2})\s?[-~至到—–]+\s?(\d{1,2}[-/]\d{1,2})(?![-/]?\d)"),
        r"\1 至 \2",
    ),
    (
        re.compile(r"(\d{1,2})月(\d{1,2})[日号]?\s?[-~至到—–]+\s?(\d{1,2})[日号]"),
        r"\1月\2日 至 \1月\3日",
    ),
    (re.compile(r"(\d{4}-\d{2}-\d{2})\s?[/~—–]\s?(\d{4}-\d{2}-\d{2})"), r"\1 至 \2"),
)
"""Ways of writing two days as one, opened up so that each is read by itself."""
_BETWEEN = re.compile(
    r"(?:(?<=\s)|^)(?:至|到|直到|~|—|–|-|to|until|till|从|自|from)(?=\s|$)", re.IGNORECASE
)
_DAYS = re.compile(
    r"(?:共|为期)?\s?(\d{1,2}|[一二两三四五六七八九十]{1,3})\s?(?:天|days?\b)", re.IGNORECASE
)
_SAME_DAY = re.compile(r"当[天日](?:往返|来回|返回)?|一日往返")
_CITY = re.compile(
    r"(?:去|到|往|赴|前往|to\s)?\s?(?P<city>[^\s,。;、]+)(?:\s|[,。;、]|$)", re.IGNORECASE
)
_PURPOSE = re.compile(
    r"(?P<city>.{2,8}?)(?=拜访|参加|出席|会见|见客户|开会|培训|考察|调研|部署|实施|支持|验收|洽谈|交流|出差)"
)
_MONEY_WORDS = re.compile(
    r"(?:预算|预计|大约|约|金额|费用|总价|合计|共计|共|需要|需)[::]?\s?(?=\s|$)|\bfor\b(?=\s*$)",
    re.IGNORECASE,
)
_LOOSE = " ,。;、:.!的"
MAX_DAYS = 366
"""Longer than a year is a slip of the keyboard."""


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _without(text: str, spans: Iterable[AmountSpan | DateSpan]) -> str:
    """Replace what was understood by spaces, so that places in the text stay the same."""
    for span in spans:
        text = _blank(text, span.start, span.end)
    return text


def _amount(text: str, command: str) -> tuple[int, tuple[AmountSpan, ...]] | Problem:
    """Take the one amount of a text; gives it with the places where it stands."""
    spans = find_amounts(text)
    problem = next((s.value for s in spans if isinstance(s.value, Problem)), None)
    if problem:
        return replace(problem, command=command)
    if not spans:
        return Problem("amount_missing", "", command)
    values = {s.value for s in spans}
    fen = values.pop()
    if values or not isinstance(fen, int):
        said = " ".join(text[s.start : s.end].strip() for s in spans)
        return Problem("amount_unclear", said, command)
    return fen, spans


def _words(text: str) -> str:
    return " ".join(_MONEY_WORDS.sub(" ", text).split()).strip(_LOOSE)


def read_purchase(rest: str, today: date) -> Purchase | Problem:
    """Read what follows 采购: what for, and how much."""
    bought, paid_to = split_supplier(rest)
    found = _money(bought, today, "采购")
    if isinstance(found, Problem):
        return found
    if not found[1]:
        return Problem("description_missing", "", "采购")
    return Purchase(*found, *supplier_in(paid_to))


def read_advance(rest: str, today: date) -> Advance | Problem:
    """Read what follows 借款: how much, and what for."""
    found = _money(rest, today, "借款")
    return found if isinstance(found, Problem) else Advance(*found)


def read_petty_cash(rest: str, today: date) -> PettyCash | Problem:
    """Read what follows 备用金: how much, and what for."""
    found = _money(rest, today, "备用金")
    return found if isinstance(found, Problem) else PettyCash(*found)


def read_welfare(rest: str, today: date) -> Welfare | Problem:
    """Read what follows 福利: how much, and what for."""
    found = _money(rest, today, "福利")
    return found if isinstance(found, Problem) else Welfare(*found)


def _money(rest: str, today: date, command: str) -> tuple[int, str] | Problem:
    """Take the amount; days stay in the description, where they say when."""
    found = _amount(_without(rest, find_dates(rest, today, "future")), command)
    return found if isinstance(found, Problem) else (found[0], _words(_without(rest, found[1])))


def read_travel(rest: str, today: date) -> Travel | Problem:
    """Read what follows 出差: city, first and last day, amount, purpose, in any order.

    The last day may be a number of days (3天) or 当天. Days without a year are the next to come.
    """
    text, leaves_after, back_before = _halves(rest)
    for pattern, opened in _RANGES:
        text = pattern.sub(opened, text)
    days = _days(text, today)
    if isinstance(days, Problem):
        return days
    start, end, text = days
    found = _amount(text, "出差")
    if isinstance(found, Problem):
        return found
    amount_fen, spans = found
    city, purpose = _place(_words(_BETWEEN.sub(" ", _without(text, spans))))
    if not city:
        return Problem("city_missing", "", "出差")
    halves = (leaves_after, back_before)
    return Travel(city, start, end, amount_fen, purpose, *halves)


_HALF = re.compile(
    r"(?P<day>[\d日号天])\s?(?:(?P<am>上午|早上|早晨|清晨|早(?=\s))|(?P<pm>下午|晚上|傍晚|中午|晚(?=\s)))"
)


def _halves(text: str) -> tuple[str, bool, bool]:
    """Take the halves of days out: whether they leave after noon, and are back before it."""
    said = [bool(found["am"]) for found in _HALF.finditer(text)]
    text = _HALF.sub(r"\g<day> ", text)
    if not said:
        return text, False, False
    return text, not said[0], len(said) > 1 and said[-1]


def _days(text: str, today: date) -> tuple[date, date, str] | Problem:
    """Find first and last day; gives them with the text around them."""
    spans = find_dates(text, today, "future")
    if not spans:
        return Problem("days_missing", "", "出差")
    if len(spans) > len(("first", "last")):
        return Problem("date_unclear", text[spans[0].start : spans[-1].end], "出差")
    start = _settled(spans[0], text)
    if isinstance(start, Problem):
        return start
    last = _last(text, spans, start)
    if isinstance(last, Problem):
        return last
    end, text = last
    return _ordered(start, end, today) or (start, end, _without(text, spans))


def _ordered(start: date, end: date, today: date) -> Problem | None:
    if start < today:
        return Problem("date_passed", start.isoformat(), "出差")
    if end < start or (end - start).days > MAX_DAYS:
        return Problem("date_order", f"{start} {end}", "出差")
    return None


def _settled(span: DateSpan, text: str) -> date | Problem:
    if isinstance(span.value, Ambiguous):
        return Problem("date_unclear", text[span.start : span.end], "出差")
    return replace(span.value, command="出差") if isinstance(span.value, Problem) else span.value


def _last(text: str, spans: tuple[DateSpan, ...], start: date) -> tuple[date, str] | Problem:
    """Find the last day: said, counted from the first, or the first itself."""
    if len(spans) > 1:
        end = _settled(_seen_from(text, spans[1], start), text)
        if isinstance(end, Problem):
            return replace(end, code="date_order") if end.code == "date_passed" else end
        return end, text
    outside = _blank(text, spans[0].start, spans[0].end)
    if same := _SAME_DAY.search(outside):
        return start, _blank(text, *same.span())
    counted = _DAYS.search(outside)
    count = read_number(counted[1]) if counted else None
    if counted is None or not count:
        return Problem("last_day_missing", start.isoformat(), "出差")
    return start + timedelta(days=int(count) - 1), _blank(text, *counted.span())


def _seen_from(text: str, span: DateSpan, start: date) -> DateSpan:
    """Read the last day again from the first: after 12-30, 01-02 is in the next year."""
    if isinstance(span.value, date) and span.value >= start:
        return span
    again = (s for s in find_dates(text, start, "future") if s.start == span.start)
    return next(again, span)


def _place(words: str) -> tuple[str, str]:
    """Split what is left into the city, its first word, and the purpose."""
    found = _CITY.match(words)
    if not found:
        return "", words
    city, purpose = found["city"].strip(_LOOSE), words[found.end() :].strip(_LOOSE)
    if joined := _PURPOSE.match(city):
        city, purpose = joined["city"], f"{city[joined.end('city') :]} {purpose}".strip()
    return city, purpose
