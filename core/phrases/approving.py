"""What approvers say beside a yes or no: where a return leads, who stands in, when and for what."""

import re
from dataclasses import replace
from datetime import date

from core.phrases.dates import DateSpan, find_dates
from core.phrases.intents import AddSigner, Delegate, Return_
from core.phrases.results import Problem, Vocabulary
from core.phrases.said import Said, misplaced_number, person_of, reason_of

_BACK = re.compile(
    r"[\s,;:。]*(?:改完|改好|修改后)?(?:再|直接)*(?P<back>(?:回到|给|还给|提交给|回)我(?:这里|这儿|这)?"
    r"|back\sto\sme|to\sme\sagain)[。.!]*$",
    re.IGNORECASE,
)
_ANEW = re.compile(
    r"[\s,;:。]*(?:从头(?:开始|审批|再审|再来|再走)?|重新(?:走|审批)(?:一遍|流程)?|from\sthe\sstart|all\sover)"
    r"[。.!]*$",
    re.IGNORECASE,
)
_TO = re.compile(
    r"(?:到|至|给|to\s)\s?(?P<to>第\s?[\d一二两三四五六七八九十]{1,3}\s?步|上一?[步级]|step\s?\d{1,2}"
    r"|previous(?:\sstep)?|[^\s,;:。]{1,30})(?:[\s,;:。]+|$)",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?P<word>之?前(?:加签)?|先签|before|之?后(?:加签)?|after)(?:[\s,;:。]+|$)")
_BEFORE = re.compile(r"前|先签|before")
_UNTIL = re.compile(
    r"(?:\s|从|自|至|到|直到|截至|截止|审批|代审|代办|until|till|to|by|from|,)+$", re.IGNORECASE
)
_FROM = re.compile(r"(?:从|自|from)\s*$", re.IGNORECASE)
_KINDS = {
    "reimbursement": re.compile(r"报销|expenses?|claims?", re.IGNORECASE),
    "travel_request": re.compile(r"出差|差旅|travel|trips?", re.IGNORECASE),
    "purchase_request": re.compile(r"采购|purchases?", re.IGNORECASE),
    "advance": re.compile(r"借款|预支|advances?|loans?", re.IGNORECASE),
    "welfare": re.compile(r"福利|welfare", re.IGNORECASE),
}


def read_return(said: Said) -> Return_ | Problem:
    """Read what follows 退回: to whom or which step, why, and where it goes on afterwards."""
    problem = misplaced_number(said)
    if problem:
        return problem
    reason = reason_of(said.rest)
    back: bool | None = None
    for pattern, answer in ((_BACK, True), (_ANEW, False)):
        if found := pattern.search(reason):
            reason, back = reason[: found.start()].rstrip(), answer
    to = _TO.match(reason)
    if to is None:
        return Return_(said.number, reason, back=back)
    return Return_(said.number, reason[to.end() :].strip(), back=back, to=to["to"])


def read_signer(number: str | None, person: str, comment: str) -> AddSigner:
    """Read whether somebody is to sign before or after; the name may be missing beside it."""
    if not comment and _PLACE.fullmatch(person):
        person, comment = "", person
    found = _PLACE.match(comment)
    if found is None:
        return AddSigner(number, person, comment)
    rest = comment[found.end() :].strip()
    if _BEFORE.search(found["word"]):
        return AddSigner(number, person, rest, "before")
    return AddSigner(number, person, rest)


def read_person(words: str, vocabulary: Vocabulary) -> AddSigner:
    """Read an answer that names somebody: 李雷, 给李雷, 李雷 前 请先看."""
    person, comment = person_of(words, vocabulary)
    return read_signer(None, person, comment)


def read_delegation(said: Said) -> Delegate | Problem:
    """Read what follows 委托: whom, until when, from when (today if it is not said), for what."""
    dates = find_dates(said.rest, said.today, "future")
    person_text = said.rest[: dates[0].start] if dates else said.rest
    person, _ = person_of(_UNTIL.sub("", person_text), said.vocabulary)
    if not person:
        return Problem("person_missing", "", said.word)
    if not dates:
        return Problem("date_missing", "", said.word)
    window = _window(dates, said)
    if isinstance(window, Problem):
        return window
    start, until = window
    others = said.rest.replace(person, " ", 1)
    kinds = tuple(kind for kind, words in _KINDS.items() if words.search(others))
    return Delegate(person, until, start, kinds)


def _window(dates: tuple[DateSpan, ...], said: Said) -> tuple[date | None, date] | Problem:
    """Find the first and last day, whichever was said first."""
    named = said.rest[dates[0].start : dates[-1].end]
    if len(dates) > len(("from", "until")):
        return Problem("date_unclear", named, said.word)
    *starts, last = dates
    if starts and _FROM.search(said.rest, 0, last.start):
        starts, last = [last], starts[0]
    days: list[date] = []
    for span in (*starts, last):
        if isinstance(span.value, Problem):
            return replace(span.value, command=said.word)
        if not isinstance(span.value, date):
            return Problem("date_unclear", named, said.word)
        days.append(span.value)
    return _ordered(days, named, said)


def _ordered(days: list[date], named: str, said: Said) -> tuple[date | None, date] | Problem:
    *starts, until = days
    start = starts[0] if starts and starts[0] != said.today else None
    if until < said.today or (start and start < said.today):
        return Problem("date_passed", named, said.word)
    if start and until < start:
        return Problem("date_order", named, said.word)
    return start, until
