"""The words that a person gave a command, as they were written: their characters and marks."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from core.phrases.intents import BudgetChange, EditLine, MayClaim, Spent

T = TypeVar("T")

OWN = frozenset({"reason", "opinion", "comment", "text", "description", "purpose", "value_text"})
"""Fields that are kept and shown again; all others are looked up."""
_HAN = "\u4e00-\u9fff"
_MARKS = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？"}
_COMMA = re.compile(rf"(?<=[{_HAN}])\s?([,;:])\s?(?=[{_HAN}])")
_END = re.compile(rf"(?<=[{_HAN}])([!?])(?=[{_HAN}\s]|$)")


def chinese_marks(text: str) -> str:
    """Write the marks between Chinese words full width again, which reading has narrowed."""
    text = _COMMA.sub(lambda found: _MARKS[found[1]], text)
    return _END.sub(lambda found: _MARKS[found[1]], text)


def in_own_words(result: T, read: str, written: str) -> T:
    """Give a result with a person's words as they stand in `written`, letter by letter `read`."""
    if not is_dataclass(result) or isinstance(result, type) or _is_read_again(result):
        return result
    known = {f.name: getattr(result, f.name) for f in fields(result) if f.name in OWN}
    changed = {n: _as_written(v, read, written) for n, v in known.items() if isinstance(v, str)}
    return replace(result, **{n: v for n, v in changed.items() if v != known[n]})


def _is_read_again(result: object) -> bool:
    """Whether a handler reads the words once more, for which they stay as they were read."""
    if isinstance(result, EditLine):
        return result.field != "description"
    return isinstance(result, MayClaim | Spent | BudgetChange)


def _as_written(text: str, read: str, written: str) -> str:
    place = read.find(text) if text and len(read) == len(written) else -1
    return chinese_marks(written[place : place + len(text)] if place >= 0 else text)
