"""One expense in one sentence: 打车 45 昨天 去客户现场, in whatever order it comes."""

import re
from dataclasses import dataclass, replace
from datetime import date

from core.currency import ForeignAmount
from core.money import format_yuan
from core.phrases.amounts import AmountSpan, find_amounts, parse_money
from core.phrases.cleaning import clean
from core.phrases.dates import DateSpan, find_dates, parse_date
from core.phrases.money_words import find_rate
from core.phrases.results import (
    Ambiguous,
    Expense,
    Problem,
    Question,
    QuestionCode,
    Reading,
    Vocabulary,
)
from core.phrases.vocabulary import (
    WordSpan,
    find_categories,
    find_project,
    match_category,
    match_project,
)

_HEAD_FILLER = re.compile(
    r"^(?:(?:请|麻烦|帮我|帮忙|给我|我要|我想|我)\s?)*"
    r"(?:报销(?!单|标准|制度|流程)|报一下|报个|记一笔|记一下|记账|记个|新增|添加|add\b)"
    r"\s?(?:一下|一笔|一个|一条)?[,:]?\s?",
    re.IGNORECASE,
)
_PAID = (
    r"(?:(?:一共|总共|共计|合计|总计|共)\s?)?"
    r"(?:花费了?|花掉了?|花了|花|用了|付了|支付了?|消费了?|实付|费用是?|金额是?|一共|总共|共计|合计|总计|共)"
    r"\s?[::]?\s?"
)
_PAID_BEFORE = re.compile(_PAID + r"$")
_ASKING = re.compile(
    r"(?:[??]|吗|么|呢|多少|几[块元])\s*[??。]*$"
    r"|^(?:怎么|怎样|如何|能不能|可不可以|是否|请问|为什么|(?:what|how|can|may|is|do)\b)"
    r"|怎么(?:报|算|办)|能报|标准",
    re.IGNORECASE,
)
_LOOSE = " ,。;、:.!的"
_LONG_DIGITS = 9


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the text names, and what is left of it as description."""

    amounts: tuple[AmountSpan, ...]
    dates: tuple[DateSpan, ...]
    categories: tuple[WordSpan, ...]
    project: WordSpan | None
    description: str
    rate: str | None = None


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    """Replace spans by spaces, so that places in the text stay the same."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _paid_words(text: str, amounts: tuple[AmountSpan, ...]) -> list[tuple[int, int]]:
    """Find 花了, 一共 and the like directly before an amount."""
    found = (_PAID_BEFORE.search(text, 0, span.start) for span in amounts)
    return [match.span() for match in found if match]


def _digit_words(text: str, spans: tuple[WordSpan, ...]) -> list[tuple[int, int]]:
    """Category words with digits inside (12306) are not amounts."""
    return [(s.start, s.end) for s in spans if any(c.isdecimal() for c in text[s.start : s.end])]


def _description(text: str, taken: list[tuple[int, int]], categories: tuple[WordSpan, ...]) -> str:
    """Give the words that say what it was for.

    A category word that stands alone has done its work and goes, unless nothing else is said.
    """
    rest = _blank(text, taken)
    alone = [
        (s.start, s.end)
        for s in categories
        if not rest[: s.start][-1:].strip(_LOOSE) and not rest[s.end :][:1].strip(_LOOSE)
    ]
    said = " ".join(_blank(rest, alone).split()).strip(_LOOSE)
    return said or " ".join(rest.split()).strip(_LOOSE)


def _split(text: str, vocabulary: Vocabulary, today: date) -> _Parts:
    head = _HEAD_FILLER.match(text)
    taken = [head.span()] if head else []
    rate = find_rate(text)
    if rate:
        taken.append(rate[:2])
    project = find_project(_blank(text, taken), vocabulary)
    if project:
        taken.append((project.start, project.end))
    categories = find_categories(_blank(text, taken), vocabulary)
    dates = find_dates(_blank(text, taken), today)
    taken += [(d.start, d.end) for d in dates]
    digits = _digit_words(text, categories)
    amounts = _plausible(find_amounts(_blank(text, [*taken, *digits])), text)
    taken += [(a.start, a.end) for a in amounts]
    paid = _paid_words(_blank(text, taken), amounts)
    said = _description(text, taken + paid, categories)
    return _Parts(amounts, dates, categories, project, said, rate[2] if rate else None)


def _is_noise(span: AmountSpan, text: str) -> bool:
    """Whether an unmarked span cannot be an amount: a telephone number, the name Nan."""
    if span.marked or not isinstance(span.value, Problem):
        return False
    digits = span.end - span.start >= _LONG_DIGITS and text[span.start : span.end].isdecimal()
    return digits or text[span.start : span.end].lower() in {"nan", "inf"}


def _plausible(spans: tuple[AmountSpan, ...], text: str) -> tuple[AmountSpan, ...]:
    likely = tuple(s for s in spans if not _is_noise(s, text))
    return likely or spans


def _ask(code: QuestionCode, options: tuple[str, ...], reading: Reading) -> Question:
    return Question(code, options, reading)


def _settle_amount(parts: _Parts, reading: Reading) -> Reading | Question | Problem:
    if reading.amount_fen is not None or reading.foreign is not None:
        return reading
    values = (s.value for s in parts.amounts if s.foreign is None)
    problem = next((v for v in values if isinstance(v, Problem)), None)
    if problem:
        return problem
    foreign = tuple(dict.fromkeys(s.foreign for s in parts.amounts if s.foreign))
    choices = _in_yuan(parts.amounts)
    if not choices and not foreign:
        return _ask("amount", (), reading)
    if len(foreign) == 1 and len(choices) <= 1 and _says_yuan(parts.amounts):
        return replace(reading, foreign=foreign[0], amount_fen=choices[0] if choices else None)
    if len(choices) + len(foreign) > 1:
        named = tuple(f"{f.currency} {f.text}" for f in foreign)
        return _ask("amount_which", (*named, *map(format_yuan, choices)), reading)
    return replace(reading, amount_fen=choices[0])


def _in_yuan(amounts: tuple[AmountSpan, ...]) -> tuple[int, ...]:
    options: list[int] = []
    for span in amounts:
        if isinstance(span.value, int):
            options.append(span.value)
        elif isinstance(span.value, Ambiguous):
            options.extend(span.value.options)
    return tuple(dict.fromkeys(options))


def _says_yuan(amounts: tuple[AmountSpan, ...]) -> bool:
    """Whether what stands beside a foreign amount is plainly its worth in yuan: 30 美元, 215 元."""
    return all(span.marked for span in amounts)


def _settle_category(
    parts: _Parts, reading: Reading, vocabulary: Vocabulary
) -> Reading | Question | Problem:
    if reading.category_id is not None:
        return reading
    ids = tuple(dict.fromkeys(i for span in parts.categories for i in span.ids))
    if not ids:
        return _ask("category", tuple(c.id for c in vocabulary.categories), reading)
    if len(ids) > 1:
        return _ask("category_which", ids, reading)
    return replace(reading, category_id=ids[0])


def _settle_day(parts: _Parts, reading: Reading, today: date) -> Reading | Question | Problem:
    if reading.day is not None:
        return reading
    options: list[date] = []
    for span in parts.dates:
        if isinstance(span.value, Problem):
            return span.value
        options.extend(span.value.options if isinstance(span.value, Ambiguous) else [span.value])
    days = tuple(dict.fromkeys(options)) or (today,)
    if len(days) > 1 or any(isinstance(s.value, Ambiguous) for s in parts.dates):
        return _ask("date_which", tuple(d.isoformat() for d in days), reading)
    if days[0] > today:
        return Problem("date_in_future", days[0].isoformat())
    return replace(reading, day=days[0])


def _settle_project(parts: _Parts, reading: Reading) -> Reading | Question | Problem:
    if reading.project_id is not None or parts.project is None:
        return reading
    ids = parts.project.ids
    if not ids:
        return Problem("project_unknown", reading.text[parts.project.start : parts.project.end])
    if len(ids) > 1:
        return _ask("project_which", ids, reading)
    return replace(reading, project_id=ids[0])


def _first_open(steps: tuple[Reading | Question | Problem, ...]) -> Question | Problem | None:
    problem = next((s for s in steps if isinstance(s, Problem)), None)
    return problem or next((s for s in steps if isinstance(s, Question)), None)


def read_expense(
    reading: Reading, today: date, vocabulary: Vocabulary
) -> Expense | Question | Problem:
    """Complete an expense from its text and what is already settled, or ask the next thing.

    A question carries everything that the text settles, so that its answer asks nothing twice.
    """
    parts = _split(reading.text, vocabulary, today)
    steps = (
        _settle_amount(parts, reading),
        _settle_category(parts, reading, vocabulary),
        _settle_day(parts, reading, today),
        _settle_project(parts, reading),
    )
    amount, category, day, project = (s if isinstance(s, Reading) else reading for s in steps)
    known = Reading(
        reading.text,
        amount.amount_fen,
        day.day,
        category.category_id,
        project.project_id,
        amount.foreign,
    )
    open_step = _first_open(steps)
    if isinstance(open_step, Question):
        return replace(open_step, reading=known)
    if open_step or known.day is None or known.category_id is None:
        return open_step or Problem("expense_incomplete", reading.text)
    return Expense(
        known.amount_fen or 0,
        known.day,
        known.category_id,
        parts.description,
        known.project_id,
        known.foreign,
        parts.rate if known.foreign else None,
    )


def _looks_like_expense(parts: _Parts, text: str) -> bool:
    """Money and a category make an expense; one of them does unless the text asks something."""
    if not parts.amounts:
        return bool(parts.categories) and not _ASKING.search(text)
    if any(s.marked for s in parts.amounts):
        return bool(parts.categories) or not _ASKING.search(text)
    return not _ASKING.search(text)


def parse_expense(
    text: str, today: date, vocabulary: Vocabulary
) -> Expense | Question | Problem | None:
    """Read a sentence as one expense; None when it does not look like one.

    Several amounts, categories or days are asked, and so is what is missing: a category always,
    an amount when the text names a category. Without a day today is meant; a day to come, an
    unknown `#project` and an amount that cannot be are Problems.
    """
    line = clean(text)
    if not _looks_like_expense(_split(line, vocabulary, today), line):
        return None
    return read_expense(Reading(line), today, vocabulary)


def _answer_amount(question: Question, line: str) -> Reading | Question | Problem | None:
    value = parse_money(line)
    if isinstance(value, Ambiguous):
        options = tuple(map(format_yuan, value.options))
        return Question("amount_which", options, question.reading)
    if isinstance(value, ForeignAmount):
        return replace(question.reading, foreign=value)
    return replace(question.reading, amount_fen=value) if isinstance(value, int) else value


def _answer_day(question: Question, line: str, today: date) -> Reading | Question | Problem | None:
    value = parse_date(line, today)
    if isinstance(value, Ambiguous):
        options = tuple(d.isoformat() for d in value.options)
        return Question("date_which", options, question.reading)
    if isinstance(value, date) and value > today:
        return Problem("date_in_future", value.isoformat())
    return replace(question.reading, day=value) if isinstance(value, date) else value


def _answer_name(
    question: Question, line: str, vocabulary: Vocabulary
) -> Reading | Question | None:
    of_project = question.code == "project_which"
    ids = (match_project if of_project else match_category)(line, vocabulary)
    if len(ids) > 1:
        return replace(
            question, code="project_which" if of_project else "category_which", options=ids
        )
    if not ids:
        return None
    key = "project_id" if of_project else "category_id"
    return (
        replace(question.reading, project_id=ids[0])
        if key == "project_id"
        else replace(question.reading, category_id=ids[0])
    )


def answer_expense(
    question: Question, text: str, today: date, vocabulary: Vocabulary
) -> Expense | Question | Problem | None:
    """Complete an expense with the answer to a question about it.

    None when the text does not answer the question: then it is a new message.
    """
    line = clean(text).rstrip(" 。.!,;吧")
    if question.code in {"amount", "amount_which"}:
        settled = _answer_amount(question, line)
    elif question.code == "date_which":
        settled = _answer_day(question, line, today)
    else:
        settled = _answer_name(question, line, vocabulary)
    return read_expense(settled, today, vocabulary) if isinstance(settled, Reading) else settled
