"""What stands around a command's word: the claim number, the rest, the person named in it."""

import re
from dataclasses import dataclass, replace
from datetime import date

from core.phrases.numbers import NUMBER, find_numbers, partial_number
from core.phrases.results import Problem, Vocabulary
from core.phrases.vocabulary import match_person

_BETWEEN = re.compile(
    r"(?:[\s,,:.。]|一下|了(?=\s|BX|CC|CG|JK|FL)|单号|报销单|申请单|单据|单子|这张|那张|这个|那个|no\.?\s|claim\s)*"
    rf"(?P<number>{NUMBER})",
    re.IGNORECASE,
)
_HEAD = re.compile(rf"(?:把|将|单号[::]?)?\s?(?P<number>{NUMBER})[\s,:的]*(?:给我)?", re.IGNORECASE)
_FILLER = re.compile(
    r"(?:[\s,,。.!;~]|一下|了|吧|啊|哦|呀|啦|谢谢|多谢|您好|你好|报销单|报销|申请单|申请|单子|单据|草稿|审批"
    r"|这张|这个|那张|那个|这笔|的|给我看看|看看|怎么样|情况|详情|事项|列表|记录|明细|文档|信息|中心|please|thanks?|it\b"
    r"|this\b|the\b|my\b|me\b|claims?\b|draft\b|now\b|of\b)*",
    re.IGNORECASE,
)
_ASKED = re.compile(r"(?:了|过)?(?:吗|么|嘛|没有?|不|呢|否|\?)+(?:了|啊|呀|\?)*")
_LED = re.compile(
    r"^(?:(?:了|吧|啦|的|一下)(?=[\s,,。:;!]|$)|[\s,,。:;!]+|(?:理由|原因|意见|说明|备注)(?:是|为)?\s?[::]\s?)+"
)
_TO = re.compile(r"(?:[\s@]|给|由|请|让|交给|转给|找|to\b|for\b|:)+", re.IGNORECASE)
_NAME = re.compile(r"[A-Z][\w.'-]*(?:\s[A-Z][\w.'-]*){0,2}(?![\w])|[^\s,。;:、!?]+")
_AND = re.compile(r"(?:和|与|跟|、|以及|and\b)\s?\w", re.IGNORECASE)
_AFTER_NAME = re.compile(
    r"和|与|跟|以及|处理|审批|审核|审|批|看|帮|请|来|吧|先|代|办|确认|复核|会签|加签|一下|的|至|到|直到"
)
_TO_NUMBER = re.compile(rf"[\s,,]*(?:到|to|for)?\s?(?P<number>{NUMBER})", re.IGNORECASE)
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Said:
    """A command's word in its surroundings.

    `rest` is what follows the word without the claim number; `glued` tells that it runs on
    without a space or mark, as in 预算市场部.
    """

    word: str
    number: str | None
    rest: str
    glued: bool
    today: date
    vocabulary: Vocabulary
    english: bool = False


def take_head(line: str) -> tuple[str | None, str]:
    """Take a claim number that stands in front: gives it and the words after it."""
    found = _HEAD.match(line)
    if not found:
        return None, line
    return find_numbers(found["number"])[0].number, line[found.end() :]


def after_word(word: str, head: str | None, rest: str, today: date, vocabulary: Vocabulary) -> Said:
    """Describe what follows a command's word; the number is taken when it comes next."""
    found = None if head else _BETWEEN.match(rest)
    glued = bool(_WORD.match(rest)) and not rest[0].isdecimal() and not found
    if found:
        head, rest = find_numbers(found["number"])[0].number, rest[found.end() :]
    return Said(word, head, rest.strip(), glued, today, vocabulary)


def take_anywhere(said: Said) -> Said | Problem:
    """Take the number from wherever it stands, for commands that want no other words.

    A Problem when two claims are named, or half a number.
    """
    numbers = tuple(dict.fromkeys(s.number for s in find_numbers(said.rest)))
    named = {*numbers, *([said.number] if said.number else [])}
    if len(named) > 1:
        return Problem("number_unclear", " ".join(sorted(named)), said.word)
    if numbers:
        span = find_numbers(said.rest)[0]
        rest = f"{said.rest[: span.start]} {said.rest[span.end :]}".strip()
        return replace(said, number=span.number, rest=rest)
    return half_number(said) or said


def half_number(said: Said) -> Problem | None:
    """Say that half a number stands where a whole one belongs."""
    if said.number:
        return None
    start = said.rest.lstrip(" :,")
    half = partial_number(start) or (start if start.isdecimal() and start.startswith("0") else None)
    return Problem("number_unclear", half, said.word) if half else None


def misplaced_number(said: Said) -> Problem | None:
    """Say that a number stands among the words of a reason, where it may mean another claim."""
    if said.number:
        return None
    half = half_number(said)
    stray = find_numbers(said.rest)
    if half or not stray:
        return half
    return Problem("number_unclear", stray[0].number, said.word)


def is_filler(text: str) -> bool:
    """Whether words add nothing: 一下, 谢谢, 报销单."""
    return bool(_FILLER.fullmatch(text))


def is_asked(text: str) -> bool:
    """Whether what follows a command's word makes it a question: 提交了吗, 同意不."""
    return bool(_ASKED.fullmatch(text.strip()))


def reason_of(rest: str) -> str:
    """Give a reason or opinion in the person's own words, without the mark that led to it."""
    return rest[led.end() :].strip() if (led := _LED.match(rest)) else rest.strip()


def person_of(text: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Take the person named in front: gives the name and the words after it, both may be empty.

    A known name counts only where it ends: 李雷雷 is not 李雷. Of two people none is taken: the
    whole text is nobody's name, and the person is asked.
    """
    text = text[led.end() :] if (led := _TO.match(text)) else text
    person, comment = _first_person(text, vocabulary)
    return (text, "") if _AND.match(comment) else (person, comment)


def _first_person(text: str, vocabulary: Vocabulary) -> tuple[str, str]:
    known = match_person(text, vocabulary)
    if known:
        after = text[len(known) :]
        if not _WORD.match(after) or _AFTER_NAME.match(after):
            return known, after.strip(" ,。:;")
    found = _NAME.match(text)
    return (found.group(), text[found.end() :].strip(" ,。:;")) if found else ("", "")


def number_after(text: str) -> tuple[str | None, str]:
    """Take a number that directly follows a person: 加签 李雷 BX-…, add signer Li Lei to BX-…."""
    found = _TO_NUMBER.match(text)
    if not found:
        return None, text
    return find_numbers(found["number"])[0].number, text[found.end() :].strip(" ,。:;")
