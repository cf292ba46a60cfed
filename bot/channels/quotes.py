"""The claim that a quoted message or card is about.

Neither platform documents what lies inside a quote, so any text in it may name the claim; what
names several, or none, is about none.
"""

from collections.abc import Iterator

from core.phrases.cleaning import clean
from core.phrases.numbers import find_numbers

MAX_DEPTH = 8
MAX_TEXTS = 100
MAX_CHARS = 4000


def quoted_number(quote: object) -> str:
    """Give the only claim number in the texts of a quote, "" when there is not exactly one."""
    texts = [text for text, _ in zip(_texts(quote, 0), range(MAX_TEXTS), strict=False)]
    found = {span.number for text in texts for span in find_numbers(clean(text[:MAX_CHARS]))}
    return found.pop() if len(found) == 1 else ""


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < MAX_DEPTH and isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner, depth + 1)
    elif depth < MAX_DEPTH and isinstance(value, list):
        for inner in value:
            yield from _texts(inner, depth + 1)
