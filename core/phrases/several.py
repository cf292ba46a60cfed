"""Several expenses in one message: a line each, or one after the other in a sentence."""

import re
from dataclasses import replace
from datetime import date

from core.phrases.cleaning import clean
from core.phrases.commands import read_command
from core.phrases.dates import find_dates
from core.phrases.expense import parse_expense
from core.phrases.own_words import in_own_words
from core.phrases.results import Expense, Expenses, Vocabulary
from core.phrases.traditional import simplified

MOST = 20
"""More in one message is a table, which is imported and not typed."""
MAX_CHARS, MAX_EACH = 2000, 200
_LINES = re.compile(r"[\r\n]+")
_PARTS = re.compile(r"[;；，、]|,\s")
_COUNTED = re.compile(r"^\s*(?:[(（]?\d{1,2}[.)、）]\s*(?=\D)|[①-⑳]|[-*•·]\s)\s*")


def read_several(text: str, today: date, vocabulary: Vocabulary) -> Expenses | None:
    """Read a raw message of several expenses; None unless every part is one and whole.

    Within a line a part without a day has the day of the part before: 昨天打车 45，午餐 100.
    """
    if len(text) > MAX_CHARS:
        return None
    items: list[Expense] = []
    lines = [line for line in _LINES.split(text) if line.strip()]
    if len(lines) > MOST:
        return None
    for line in lines:
        read = _line(_COUNTED.sub("", line), today, vocabulary)
        if not read:
            return None
        items += read
    return Expenses(tuple(items)) if 1 < len(items) <= MOST else None


def _line(line: str, today: date, vocabulary: Vocabulary) -> list[Expense]:
    """Read one line: one expense, or several parts that are each one."""
    whole = _expense(line, today, vocabulary)
    if whole:
        return [whole]
    items: list[Expense] = []
    parts = [part for part in _PARTS.split(line) if part.strip()]
    if len(parts) > MOST:
        return []
    for part in parts:
        read = _expense(part, today, vocabulary)
        if read is None:
            return []
        undated = items and not find_dates(clean(part), today)
        items.append(replace(read, day=items[-1].day) if undated else read)
    return items


def _expense(part: str, today: date, vocabulary: Vocabulary) -> Expense | None:
    if len(part) > MAX_EACH:
        return None
    written = clean(part)
    line = simplified(written)
    if read_command(line, today, vocabulary):
        return None
    read = parse_expense(line, today, vocabulary)
    return in_own_words(read, line, written) if isinstance(read, Expense) else None
