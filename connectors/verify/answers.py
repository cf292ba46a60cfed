"""Reading answers of providers: foreign JSON tamed once, in one way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from core.verification import Verification, VerifyState

MAX_FACT_CHARS = 200
SIGNS: Mapping[str, VerifyState] = {
    "N": "normal",
    "Y": "void",
    "H": "red_lettered",
    "BH": "red_lettered",
    "QH": "red_lettered",
}
"""The mark of all three providers; Baidu tells partly (BH) from wholly red (QH)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer: its own code, "" for an invoice found; its mark; what is printed."""

    code: str
    sign: str = ""
    facts: tuple[tuple[str, str], ...] = ()


def read_object(body: bytes) -> dict[str, object]:
    """Read a JSON object; ValueError for anything else."""
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for bytes that are no answer
    return found


def object_in(found: Mapping[str, object], key: str) -> dict[str, object]:
    """Give an object inside another, empty where there is none."""
    inner = found.get(key)
    return inner if isinstance(inner, dict) else {}


def text_in(found: Mapping[str, object], key: str) -> str:
    """Give a text or number inside an object as text, "" where there is none."""
    value = found.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:MAX_FACT_CHARS]


def facts_in(found: Mapping[str, object], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Give what is printed under our names: `names` are ours by the provider's."""
    read = ((ours, text_in(found, theirs)) for theirs, ours in names.items())
    return tuple((ours, value) for ours, value in read if value)


def found_invoice(answer: Answer, provider: str) -> Verification | None:
    """Judge an invoice that was found by its mark; None for a mark that is not known."""
    state = SIGNS.get(answer.sign)
    if state is None:
        return None
    reason = answer.sign if answer.sign != "N" else ""
    return Verification(state, facts=answer.facts, provider=provider, reason=reason)
