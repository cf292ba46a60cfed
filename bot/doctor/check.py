"""What an examination finds: one line a thing, with the advice that goes with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.texts.doctor import TEXTS

Status = Literal["ok", "warn", "fail", "skipped"]
MARKS: dict[Status, str] = {"ok": "✓", "warn": "!", "fail": "✗", "skipped": "-"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `code` and `fields` make its text (`bot.texts.doctor`)."""

    name: str
    status: Status
    code: str
    fields: tuple[tuple[str, str], ...] = ()

    def said(self) -> Iterator[str]:
        """Give what was found and what to do, in Chinese and in English."""
        text = TEXTS[self.code]
        return (text.fill(language, dict(self.fields)) for language in ("zh", "en"))

    def as_json(self) -> dict[str, str]:
        """Give the shape of `chit doctor --json`."""
        zh, en = self.said()
        return {"name": self.name, "status": self.status, "code": self.code, "zh": zh, "en": en}

    def as_lines(self) -> str:
        """Give the lines for a terminal."""
        zh, en = self.said()
        return f"{MARKS[self.status]} {self.name}: {zh}\n    {en}"


def found(name: str, status: Status, code: str, **fields: object) -> Check:
    """Make a check from plain facts."""
    return Check(name, status, code, tuple((k, str(v)) for k, v in fields.items()))


def is_well(checks: Iterable[Check]) -> bool:
    """Whether nothing stands in the way of working."""
    return all(c.status != "fail" for c in checks)
