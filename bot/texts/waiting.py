"""Why vouchers wait, for people: each reason once, with the vouchers that it keeps back."""

from collections.abc import Sequence

from bot.texts import CATALOGUE, say
from bot.texts.accounting import left_text
from bot.texts.template import Language
from core.company import Company
from core.voucher import Waiting

NAMED = 5
"""Vouchers that are named beside a reason; the others are counted."""


def waiting_text(waiting: Waiting, language: Language, company: Company) -> str:
    """Say why a voucher cannot be made, or cannot be written in a form."""
    fields = {"number": waiting.claim, **dict(waiting.facts)}
    for code in (f"voucher_{waiting.reason}", waiting.reason):
        if code in CATALOGUE:
            return say(code, language, fields, company)
    return left_text(waiting.reason, language)


def waiting_rows(found: Sequence[Waiting], company: Company, *languages: Language) -> list[str]:
    """Give a line for each reason with the vouchers that it keeps; in both languages by default."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[Waiting]] = {}
    for waiting in found:
        groups.setdefault((waiting.reason, waiting.facts), []).append(waiting)
    return [_row(group, company, languages or ("zh", "en")) for group in groups.values()]


def _row(group: Sequence[Waiting], company: Company, languages: Sequence[Language]) -> str:
    names = ", ".join(w.voucher for w in group[:NAMED])
    more = f" … ({len(group)})" if len(group) > NAMED else ""
    said = " · ".join(waiting_text(group[0], language, company) for language in languages)
    return f"{names}{more}: {said}"
