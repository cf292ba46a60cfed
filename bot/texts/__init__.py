"""Every text that people see, in Chinese and English beside its code."""

from collections.abc import Mapping

from bot.texts import (
    accounting,
    alerts,
    approval,
    budget,
    budget_changes,
    claims,
    currencies,
    differences,
    exchange,
    month,
    org,
    phrases,
    preferences,
    queries,
    spending,
    systems,
    vouchers,
)
from bot.texts import help as help_texts
from bot.texts.findings import finding_text
from bot.texts.names import named
from bot.texts.plain import cut_lines
from bot.texts.template import Language, Text, Texts
from bot.texts.words import field_text, kind_text, state_text
from core.company import Company

__all__ = ["CATALOGUE", "Language", "field_text", "finding_text", "kind_text", "say", "state_text"]

_ROOMS: tuple[Texts, ...] = (
    accounting.TEXTS,
    alerts.TEXTS,
    approval.TEXTS,
    budget.TEXTS,
    budget_changes.TEXTS,
    claims.TEXTS,
    currencies.TEXTS,
    differences.TEXTS,
    exchange.TEXTS,
    help_texts.TEXTS,
    month.TEXTS,
    org.TEXTS,
    phrases.TEXTS,
    preferences.TEXTS,
    queries.TEXTS,
    spending.TEXTS,
    systems.TEXTS,
    vouchers.TEXTS,
)
CATALOGUE: Texts = {code: text for room in _ROOMS for code, text in room.items()}
"""All texts by code; a test proves that every code of the code base is here."""

MAX_BYTES = 2000
"""WeCom cuts texts silently at 2,048 bytes."""
_MORE = Text(
    "… 共 {count} 行，其余请在网页上查看", "… {count} lines in all, the rest is on the page"
)
_NOBODY = Company()


def say(
    code: str,
    language: Language,
    fields: Mapping[str, str],
    company: Company = _NOBODY,
) -> str:
    """Write one message: what happened, why, what to do; KeyError when the code has no text.

    With a company, ids in `fields` (person, budget, category, …) are shown as names. Values are
    made harmless here; `rows`, `chain`, `options`
    and `reasons` may hold several lines, every other field is one line.
    """
    text = CATALOGUE[code].fill(language, named(fields, company, language))
    return cut_lines(text, MAX_BYTES, _MORE.plain(language))
