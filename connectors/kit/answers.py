"""Foreign JSON tamed once, in one way: values of the wrong kind read as missing."""

import json
from collections.abc import Iterator, Mapping

from core.outside import Hint

MAX_WORDS, MAX_WORD_CHARS = 200, 64


def read_object(body: bytes) -> dict[str, object]:
    """Read a JSON object; ValueError for anything else (a login page, half an answer)."""
    try:
        found = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for bytes that are no answer
    return found


def object_in(found: Mapping[str, object], key: str) -> dict[str, object]:
    """Give an object inside another, empty where there is none."""
    inner = found.get(key)
    return inner if isinstance(inner, dict) else {}


def list_in(found: Mapping[str, object], key: str) -> list[dict[str, object]]:
    """Give the objects of a list, none where there is no list."""
    inner = found.get(key)
    return [row for row in inner if isinstance(row, dict)] if isinstance(inner, list) else []


def text_in(found: Mapping[str, object], key: str, limit: int = 500) -> str:
    """Give a text or number as text, "" where there is none."""
    value = found.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:limit]


def hint_in(body: bytes) -> Hint:
    """Read a callback of unknown layout: every short value in it may be an id or a claim number.

    That is enough, because the system is asked before anything follows.
    """
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        found = body.decode("utf-8", "replace")
    words = dict.fromkeys(word for word in _words(found, 0) if word)
    return Hint(tuple(words)[:MAX_WORDS])


def _words(value: object, depth: int) -> Iterator[str]:
    if depth > 20:  # noqa: PLR2004 - no callback is nested so deep
        return
    if isinstance(value, dict):
        for inner in value.values():
            yield from _words(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner, depth + 1)
    elif isinstance(value, str) and value.strip()[:1] in {"{", "["}:
        yield from _inner(value, depth)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        word = str(value).strip()
        if 0 < len(word) <= MAX_WORD_CHARS:
            yield word


def _inner(text: str, depth: int) -> Iterator[str]:
    """Look into JSON that is written as a string, as some systems do."""
    try:
        yield from _words(json.loads(text), depth + 1)
    except (ValueError, RecursionError):
        return
