"""Input tax of vouchers: which tax may be deducted, by what rule, from which day until which.

The rules are data with days: `BUILT_IN` is what holds unless `tax_rules` of the company file says
otherwise, where a row with the id of a built-in one takes its place. Nothing is known of a rule of
2026 for passenger transport under the new VAT law, so what held before goes on; a company that
knows more writes it down. What no table can decide stays with people: only domestic transport of
one's own employees (and posted workers) counts, on a ticket that names the passenger, and neither
welfare nor private use. Hotel and other special invoices count by the tax they print.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP
from typing import Literal

from core.claim import LineInvoice
from core.company import TaxRule
from core.invoice import Reading

_WHOLE = 19
"""From so many digits a number is an electronic voucher's: 20 they have, 19 a known specimen."""

Reason = Literal[
    "printed", "computed", "not_deductible", "goods_excluded", "not_printed", "not_read", "ended"
]
"""Why so much may be deducted, or nothing: the tax as printed; computed from the fare; a kind
without a rule; goods that never count; a form that must print its tax and does not; an amount or a
date that is missing; a form that was no longer issued on its date."""


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """What the rules look at. `amount_fen` of an air itinerary is fare and fuel, no fund."""

    kind: str
    day: date | None
    electronic: bool
    amount_fen: int | None = None
    tax_fen: int | None = None
    total_fen: int | None = None
    goods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InputTax:
    """What may be deducted in fen, None for nothing, and why; `rule` is the id of the rule."""

    fen: int | None
    reason: Reason
    rule: str | None = None


def _rule(**row: object) -> TaxRule:
    return TaxRule.model_validate(row)


_PASSENGER = "2019-04-01"
"""财政部 税务总局 海关总署公告 2019 年第 39 号: input tax of passenger transport."""
_PAPER_ENDS = "2025-09-30"
"""Announcement 2024/8 and the news on it: no paper slips of rail and domestic air afterwards."""
_NEVER = ("餐饮服务", "居民日常服务", "娱乐服务")
_RIDES = ("客运服务", "旅客运输")

BUILT_IN: tuple[TaxRule, ...] = (
    _rule(
        id="rail-electronic", kind="rail_e", since="2024-11-01", how="printed", rate="9",
        base="total", included=True,
    ),
    _rule(
        id="rail-paper", kind="rail_paper", since=_PASSENGER, until=_PAPER_ENDS, how="computed",
        rate="9", base="total", included=True,
    ),
    _rule(
        id="air-electronic", kind="air_itinerary", electronic=True, since="2024-12-01",
        how="printed", rate="9", base="amount", included=False,
    ),
    _rule(
        id="air-paper", kind="air_itinerary", electronic=False, since=_PASSENGER,
        until=_PAPER_ENDS, how="computed", rate="9", base="amount", included=True,
    ),
    _rule(
        id="road-water", kind="bus", since=_PASSENGER, how="computed", rate="3", base="total",
        included=True,
    ),
    _rule(id="ride-hailing", kind="ride_hailing", since=_PASSENGER, how="printed"),
    _rule(
        id="passenger-coded", kind="vat_general_e", since=_PASSENGER, how="printed", goods=_RIDES
    ),
    _rule(
        id="passenger-digital", kind="digital_general", since=_PASSENGER, how="printed",
        goods=_RIDES,
    ),
    _rule(id="toll", kind="toll", electronic=True, since="2018-01-01", how="printed"),
    *(
        _rule(id=kind.replace("_", "-"), kind=kind, since="2016-05-01", how="printed", never=_NEVER)
        for kind in ("vat_special", "vat_special_e", "digital_special", "vehicle")
    ),
)  # fmt: skip
"""Sources and what is unverified about them: docs/zh/recognition.md."""


def rules_with(own: Iterable[TaxRule]) -> tuple[TaxRule, ...]:
    """Join the company's rules to the built-in ones; a row of the same id takes its place."""
    return tuple({rule.id: rule for rule in (*BUILT_IN, *own)}.values())


def find_rule(
    kind: str,
    day: date,
    *,
    electronic: bool = True,
    goods: Sequence[str] = (),
    rules: Sequence[TaxRule] = BUILT_IN,
) -> TaxRule | None:
    """Find the rule for a kind of voucher that was issued on a day.

    One that is about its goods goes before one that is not; of several the latest to begin wins.
    """
    found = [r for r in _of_form(kind, rules, electronic=electronic) if r.covers(day)]
    about = [r for r in found if _counts(r, goods)]
    return max(about or found, key=lambda rule: rule.since, default=None)


def _rule_of(facts: TaxFacts, day: date, rules: Sequence[TaxRule]) -> TaxRule | None:
    return find_rule(facts.kind, day, electronic=facts.electronic, goods=facts.goods, rules=rules)


def _of_form(kind: str, rules: Sequence[TaxRule], *, electronic: bool) -> list[TaxRule]:
    return [r for r in rules if r.kind == kind and r.electronic in {None, electronic}]


def ended_on(facts: TaxFacts, rules: Sequence[TaxRule] = BUILT_IN) -> date | None:
    """Give the day on which the last rule for such a voucher ended, if that was before its date."""
    known = _of_form(facts.kind, rules, electronic=facts.electronic)
    ends = [rule.until for rule in known if rule.until is not None]
    if facts.day is None or not ends or len(ends) < len(known) or max(ends) >= facts.day:
        return None
    return max(ends)


def facts_of(invoice: LineInvoice) -> TaxFacts:
    """Give the facts of a line's voucher."""
    return TaxFacts(
        kind=invoice.kind,
        day=invoice.date,
        electronic=_is_electronic(invoice.kind, invoice.number, invoice.code),
        amount_fen=invoice.amount_fen,
        tax_fen=invoice.tax_fen,
        total_fen=invoice.total_fen,
        goods=(*invoice.goods, *(_RIDES[:1] if invoice.ride else ())),
    )


def facts_of_reading(reading: Reading) -> TaxFacts:
    """Give the facts of a reading."""
    return TaxFacts(
        kind=reading.kind or "other",
        day=reading.date,
        electronic=_is_electronic(reading.kind, reading.number, reading.code),
        amount_fen=reading.amount_fen,
        tax_fen=reading.tax_fen,
        total_fen=reading.total_fen,
        goods=tuple(item.name for item in reading.items),
    )


def _is_electronic(kind: str | None, number: str | None, code: str | None) -> bool:
    """Whether a voucher is an electronic form: a long number, or an electronic toll's code."""
    if len(number or "") >= _WHOLE:
        return True
    if kind == "toll":
        return bool(code and len(code) == 12 and code[0] == "0")  # noqa: PLR2004 coded e-invoices
    return kind not in {"air_itinerary", "rail_paper"}


def expected_fen(rule: TaxRule, facts: TaxFacts) -> int | None:
    """Compute the tax that a rule gives, to the fen half up; None without a formula or its base.

    Of a price with tax: price ÷ (1 + rate) × rate; of one without: price × rate.
    """
    base = facts.total_fen if rule.base == "total" else facts.amount_fen
    if rule.rate is None or base is None:
        return None
    share = rule.rate / (100 + rule.rate) if rule.included else rule.rate / 100
    return int((base * share).to_integral_value(ROUND_HALF_UP))


def input_tax(facts: TaxFacts, rules: Sequence[TaxRule] = BUILT_IN) -> InputTax:
    """Say how much of a voucher's tax may be deducted, and by what rule or why nothing."""
    if facts.day is None:
        return InputTax(None, "not_read")
    rule = _rule_of(facts, facts.day, rules)
    if rule is None:
        return InputTax(None, "ended" if ended_on(facts, rules) else "not_deductible")
    if rule.how == "none":
        return InputTax(None, "not_deductible", rule.id)
    if not _counts(rule, facts.goods):
        return InputTax(None, "goods_excluded", rule.id)
    if rule.how == "printed":
        tax = facts.tax_fen
        return InputTax(tax, "not_printed" if tax is None else "printed", rule.id)
    fen = expected_fen(rule, facts)
    return InputTax(fen, "not_read" if fen is None else "computed", rule.id)


def _counts(rule: TaxRule, goods: Iterable[str]) -> bool:
    """Whether the goods are what a rule is about; one kind that never counts spoils all."""
    names = tuple(goods)
    if any(word in name for name in names for word in rule.never):
        return False
    return not rule.goods or any(word in name for name in names for word in rule.goods)


def deductible_fen(invoice: LineInvoice, rules: Sequence[TaxRule] = BUILT_IN) -> int | None:
    """Give the input tax of a line's voucher in fen, None for nothing; `input_tax` says why."""
    return input_tax(facts_of(invoice), rules).fen


def contradiction(
    facts: TaxFacts, rules: Sequence[TaxRule] = BUILT_IN
) -> tuple[TaxRule, int] | None:
    """Give the rule that a printed tax breaks, and the tax that it should be; None when it fits.

    Fare and fuel surcharge may have been rounded apart, hence a tolerance (fen).
    """
    if facts.day is None or facts.tax_fen is None:
        return None
    rule = _rule_of(facts, facts.day, rules)
    fen = expected_fen(rule, facts) if rule else None
    if rule is None or fen is None or abs(fen - facts.tax_fen) <= rule.tolerance_fen:
        return None
    return rule, fen
