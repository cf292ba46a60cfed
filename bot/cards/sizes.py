"""Fitting lists into a card's variables, so that what is cut stays whole JSON and says so."""

import json
from collections.abc import Sequence

MAX_VALUE_BYTES = 1024
"""DingTalk's limit of one variable (reference, create and deliver)."""

Json = str | dict[str, str] | dict[str, bool | str]


def to_json(value: object) -> str:
    """Write compact JSON with Chinese as it is, which takes the fewest bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fit_items(versions: Sequence[Sequence[object]], more: object) -> str:
    """Write the richest version of a list that fits a variable.

    When even the tersest is too long, whole items go from its end and `more` stands for them.
    """
    for items in versions:
        text = to_json(items)
        if len(text.encode()) <= MAX_VALUE_BYTES:
            return text
    kept = list(versions[-1])
    while kept and len(to_json([*kept, more]).encode()) > MAX_VALUE_BYTES:
        kept.pop()
    return to_json([*kept, more])
