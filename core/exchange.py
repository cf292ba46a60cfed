"""Lines in another currency: at which rate they become fen, and what is said of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.claim import Claim, Finding, Line, LineInvoice
from core.company import Company
from core.currency import (
    BASE,
    Foreign,
    ForeignAmount,
    as_settled,
    at_company_rate,
    at_rate_of,
    from_hundredths,
    is_far,
)
from core.errors import Refused
from core.invoice import Reading
from core.money import MAX_FEN, format_yuan

RATE_DOUBT = "rate"
"""The doubt of a line whose amount in yuan nobody can tell yet."""


def spent(
    company: Company,
    line: Line,
    amount: ForeignAmount,
    by: str,
    *,
    rate: str | None = None,
    settled_fen: int = 0,
) -> Line:
    """Give a line its amount in another currency, with what it comes to in fen.

    Somebody's word on the rate, or on what it cost in yuan, goes before the company's rate of the
    line's day; without any of them it comes to nothing yet. Refused `rate_far`.
    """
    if settled_fen:
        foreign = as_settled(amount, settled_fen, line.date, by)
        _require_near(company, foreign)
        return replace(line, foreign=foreign, amount_fen=settled_fen)
    if rate:
        foreign = at_rate_of(amount, rate, line.date, by)
        _require_near(company, foreign)
    else:
        foreign = at_company_rate(amount, company.currencies, line.date)
    try:
        return replace(line, foreign=foreign, amount_fen=foreign.fen)
    except ValueError:
        raise Refused("amount_too_large", text=f"{amount.currency} {amount.text}") from None


def _require_near(company: Company, foreign: Foreign) -> None:
    if is_far(foreign.rate, foreign.currency, company.currencies):
        row = next(c for c in company.currencies if c.id == foreign.currency)
        known = f"{row.latest().normalize():f}"
        raise Refused("rate_far", currency=foreign.currency, rate=foreign.rate, known=known)


def foreign_total(reading: Reading) -> ForeignAmount | None:
    """Give what a receipt of another country says was paid; None in yuan, or where it is unclear.

    What a currency has no unit for (a yen has no hundredths) was misread.
    """
    if reading.currency is None or not reading.total_fen:
        return None
    minor = from_hundredths(reading.total_fen, reading.currency)
    return ForeignAmount(reading.currency, minor) if minor else None


def is_foreign(reading: Reading) -> bool:
    """Whether a total is in another currency, be it known or not: it is no amount in yuan."""
    return any(f.code == "foreign_currency" for f in reading.findings)


def worth_fen(line: Line, invoice: LineInvoice) -> int | None:
    """Give what a voucher of a line is worth; None where it names no amount, or has no rate.

    One that was read as more than any amount may be covers whatever is claimed.
    """
    if invoice.currency == BASE or invoice.total_fen is None:
        return invoice.total_fen
    minor = from_hundredths(invoice.total_fen, invoice.currency)
    foreign = line.foreign
    if minor is None or foreign is None or foreign.currency != invoice.currency or not foreign.rate:
        return None
    try:
        return replace(foreign, minor=minor).fen
    except ValueError:
        return MAX_FEN


def on_day(company: Company, line: Line, day: date) -> Line:
    """Move a line to another day, at the company's rate of that day if it was at one before."""
    moved = replace(line, date=day)
    if line.foreign is None or line.foreign.source not in {"company", None}:
        return moved
    return spent(company, moved, line.foreign.amount, "")


def afresh(company: Company, line: Line) -> Line:
    """Convert a line once more at the company's rate of its day: it is another expense now."""
    return spent(company, line, line.foreign.amount, "") if line.foreign else line


def find_rates(claim: Claim, company: Company) -> Iterator[Finding]:
    """Say which lines have no rate yet, and which have one that is a person's word."""
    for i, line in enumerate(claim.lines):
        foreign = line.foreign
        if foreign is None or foreign.source == "company":
            continue
        facts = [
            ("currency", foreign.currency),
            ("original", foreign.amount.text),
            ("date", line.date.isoformat()),
        ]
        if not foreign.rate:
            yield Finding("rate_missing", "block", i, tuple(facts))
            continue
        known = at_company_rate(foreign.amount, company.currencies, line.date)
        facts += [
            ("at_rate", shown_rate(foreign)),
            ("person", foreign.by),
            ("amount", format_yuan(line.amount_fen)),
            *([("known", known.rate)] if known.rate else []),
        ]
        yield Finding(f"rate_{foreign.source}", "warn", i, tuple(facts))


def shown_rate(foreign: Foreign) -> str:
    """Write a rate for people: what follows from a settled amount is rounded to four places."""
    if foreign.source != "settled":
        return foreign.rate
    return f"{Decimal(foreign.rate):.4f}"
