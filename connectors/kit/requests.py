"""What stands in a request of another system, read as a claim needs it."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

from core.errors import Rejected


def fen_of(text: str) -> int:
    """Read an amount in yuan; Rejected `unreadable_amount` for what is none."""
    try:
        fen = Decimal(text.replace(",", "").strip()) * 100
    except InvalidOperation:
        raise Rejected("unreadable_amount", text=text[:40]) from None
    if not fen.is_finite() or fen < 0 or fen != fen.to_integral_value():
        raise Rejected("unreadable_amount", text=text[:40])
    return int(fen)


def day_of(text: str) -> date | None:
    """Read a day, the first of a range that is written as JSON; None for what is none."""
    try:
        found = json.loads(text) if text.startswith("[") else [text]
        return date.fromisoformat(str(found[0])[:10])
    except (ValueError, IndexError):
        return None


def title_of(parts: Iterable[str]) -> str:
    """Put what a request is for together, lists that are written as JSON in words."""
    return " ".join(_words(part) for part in parts if part)[:200]


def _words(text: str) -> str:
    if not text.startswith("["):
        return text
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return "–".join(str(one) for one in found) if isinstance(found, list) else text
