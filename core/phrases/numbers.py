"""Numbers as people type them: BX-20261125-0007, bx 20261125 0007, BX202611250007.

Those of changes of budgets (YS) are read like those of claims.
"""

import re
from dataclasses import dataclass

_GAP = r"\s?[-‐‑‒–—−_/]?\s?"
_PREFIX = r"(?:BX|CC|CG|JK|FL|YS)"
NUMBER = (
    rf"(?<![A-Za-z0-9])(?:{_PREFIX}){_GAP}20\d{{2}}[01]\d[0-3]\d{_GAP}\d{{4,6}}"
    r"(?![A-Za-z0-9]|-\d|\s?[块元])"
)
"""A whole claim number, for use inside larger patterns; matched without regard to case."""

_NUMBER = re.compile(NUMBER, re.IGNORECASE)
_PARTIAL = re.compile(
    rf"#?\s?(?:{_PREFIX}{_GAP}\d[\d-]*|\d{{8}}\s?-\s?\d+|0\d+)(?![\w.])|#\s?\d+", re.IGNORECASE
)
_PREFIX_CHARS, _DAY_DIGITS = 2, 8


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """A claim number in a text, from `start` to before `end`, in its full form."""

    start: int
    end: int
    number: str


def _full(text: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]", "", text).upper()
    prefix, digits = plain[:_PREFIX_CHARS], plain[_PREFIX_CHARS:]
    return f"{prefix}-{digits[:_DAY_DIGITS]}-{digits[_DAY_DIGITS:]}"


def find_numbers(text: str) -> tuple[NumberSpan, ...]:
    """Find the whole claim numbers of a cleaned text, in order."""
    return tuple(NumberSpan(*m.span(), _full(m.group())) for m in _NUMBER.finditer(text))


def partial_number(text: str) -> str | None:
    """Give what begins like a claim number without being a whole one: 0007, BX-0007, #7."""
    if _NUMBER.match(text):
        return None
    found = _PARTIAL.match(text)
    return found.group() if found else None
