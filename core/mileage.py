"""Driving one's own car: kilometres in people's words, and what they are worth."""

import re
from decimal import Decimal

from core.money import percent_of

_KM = re.compile(
    r"(?<![\d.,])(\d{1,5}(?:\.\d{1,2})?)\s?(?:公里|千米|km\b|kilomet(?:er|re)s?\b)", re.IGNORECASE
)


def find_km(text: str) -> Decimal | None:
    """Read the kilometres of a description; None unless exactly one distance is named."""
    found = {Decimal(m[1]) for m in _KM.finditer(text)}
    return found.pop() if len(found) == 1 else None


def without_km(text: str) -> str:
    """Give a text without its distance."""
    return " ".join(_KM.sub(" ", text).split())


def mileage_fen(km: Decimal, rate_fen: int) -> int:
    """Give what a distance is worth at so much a kilometre, rounded half up to the fen."""
    return percent_of(rate_fen, km * 100)
