"""Amounts in other currencies: their own smallest units, dated rates, one rounding rule.

Everything that is decided (budgets, rules, approval, payment, the books) is in fen of the base
currency; a line keeps what it was converted from, at which rate, of which day, and who says so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from core.money import MAX_FEN
from core.rows import Entry

BASE = "CNY"
"""The currency of budgets, rules, payments and books."""

DIGITS: Mapping[str, int] = {
    "AED": 2, "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CNY": 2, "DKK": 2, "EUR": 2, "GBP": 2,
    "HKD": 2, "HUF": 2, "IDR": 2, "ILS": 2, "INR": 2, "JPY": 0, "KHR": 2, "KRW": 0, "KWD": 3,
    "KZT": 2, "LAK": 2, "MMK": 2, "MNT": 2, "MOP": 2, "MXN": 2, "MYR": 2, "NOK": 2, "NZD": 2,
    "PHP": 2, "PLN": 2, "QAR": 2, "RUB": 2, "SAR": 2, "SEK": 2, "SGD": 2, "THB": 2, "TRY": 2,
    "TWD": 2, "USD": 2, "VND": 0, "ZAR": 2,
}  # fmt: skip
"""Decimals of a currency's smallest unit (ISO 4217)."""

MIN_RATE, MAX_RATE = Decimal("0.00001"), Decimal(10_000)
MAX_RATE_CHARS = 24
FAR = Decimal("0.2")
"""A rate that somebody types further from the company's than this is a slip (100 units for one)."""

_PLAIN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?")
RateSource = Literal["company", "entered", "settled"]


@dataclass(frozen=True, slots=True)
class ForeignAmount:
    """An amount in the smallest unit of its own currency: 30 US dollars are 3000."""

    currency: str
    minor: int

    @property
    def text(self) -> str:
        """Write it as a plain decimal: "30.00", "3000" of yen."""
        return format_minor(self.minor, self.currency)


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a line was spent in, and how it became fen.

    `rate` is the yuan of one unit as a decimal text, "" while nobody has said one. It is the
    `company`'s of `rate_date`, `entered` by somebody, or what the amount that was `settled` in
    yuan comes to; `by` names the company's source, or who said it.
    """

    currency: str
    minor: int
    rate: str = ""
    rate_date: date | None = None
    source: RateSource | None = None
    by: str = ""

    @property
    def amount(self) -> ForeignAmount:
        """Give the amount alone."""
        return ForeignAmount(self.currency, self.minor)

    @property
    def fen(self) -> int:
        """Give the amount in fen; 0 while there is no rate."""
        return convert(self.amount, Decimal(self.rate)) if self.rate else 0


def _known(code: str) -> str:
    if code not in DIGITS or code == BASE:
        raise ValueError(f"write one of {', '.join(c for c in sorted(DIGITS) if c != BASE)}")
    return code


def _number(value: object) -> Decimal:
    if isinstance(value, float | bool) or not isinstance(value, str | int | Decimal):
        raise ValueError('write rates in quotes, like "7.1093"')  # noqa: TRY004 pydantic
    if not _PLAIN.fullmatch(str(value).strip()):
        raise ValueError(f"not a number: {str(value)[:20]}")
    number = Decimal(str(value).strip())
    if not MIN_RATE <= number <= MAX_RATE * 100:
        raise ValueError("a rate is above 0")
    return number


Rate = Annotated[Decimal, BeforeValidator(_number)]


class Currency(Entry):
    """A currency with the company's rates: yuan of `per` units, each from its day on.

    A rate holds until the next one, and for `days` at most: an old one is no rate. `source` says
    where they come from, in words that people are shown.
    """

    id: Annotated[str, AfterValidator(_known)]
    rates: dict[date, Rate] = Field(min_length=1)
    per: Literal[1, 100, 1000] = 1
    days: int = Field(default=31, ge=1, le=366)
    source: str = Field(default="", max_length=60)

    @field_validator("rates", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        """Read the days as dates; what is no day is left for the field's own refusal."""
        if not isinstance(value, Mapping):
            return value
        return {
            k if isinstance(k, date) else date.fromisoformat(str(k)): v for k, v in value.items()
        }

    def rate_on(self, day: date) -> tuple[date, Decimal] | None:
        """Give the rate of a day and since when it holds; None if there is none, or a stale one."""
        since = max((d for d in self.rates if d <= day), default=None)
        if since is None or (day - since).days >= self.days:
            return None
        return since, (self.rates[since] / self.per).normalize()

    def latest(self) -> Decimal:
        """Give the newest rate, however old."""
        return self.rates[max(self.rates)] / self.per


def convert(amount: ForeignAmount, rate: Decimal) -> int:
    """Convert to fen, rounded half up: the one place where another currency becomes money.

    ValueError when it comes to more than any amount may be.
    """
    units = Decimal(amount.minor).scaleb(-DIGITS[amount.currency])
    fen = int((units * rate * 100).to_integral_value(ROUND_HALF_UP))
    if abs(fen) > MAX_FEN:
        raise ValueError("the amount is too large")
    return fen


def parse_minor(text: str, currency: str) -> int:
    """Read a plain decimal in a currency's units as its smallest ones.

    ValueError for more decimals than the currency has, and for what is no plain number above 0.
    """
    head, _, tail = text.strip().partition(".")
    digits = DIGITS[currency]
    if not (head.isascii() and head.isdecimal()) or len(head) > 13:  # noqa: PLR2004 as of yuan
        raise ValueError("not a plain amount")
    if "." in text and not (tail.isascii() and tail.isdecimal() and len(tail) <= max(digits, 2)):
        raise ValueError("not a plain amount")
    minor = Decimal(text.strip()).scaleb(digits)
    if minor != int(minor) or minor <= 0:
        raise ValueError(f"{currency} has {digits} decimals, and amounts are above 0")
    return int(minor)


def format_minor(minor: int, currency: str) -> str:
    """Write smallest units as a plain decimal of the currency."""
    return f"{Decimal(minor).scaleb(-DIGITS[currency]):.{DIGITS[currency]}f}"


def from_hundredths(hundredths: int, currency: str) -> int | None:
    """Give smallest units of what was printed in hundredths; None where it has a part of one."""
    minor = Decimal(hundredths).scaleb(DIGITS[currency] - 2)
    return int(minor) if minor == int(minor) else None


def in_hundredths(amount: ForeignAmount) -> int | None:
    """Give hundredths of a unit, as books have them; None for a part of one."""
    hundredths = Decimal(amount.minor).scaleb(2 - DIGITS[amount.currency])
    return int(hundredths) if hundredths == int(hundredths) else None


def parse_rate(text: str) -> str:
    """Read a rate that a person says; ValueError unless it is a plain number that can be one."""
    plain = text.strip()
    if len(plain) > MAX_RATE_CHARS:
        raise ValueError("not a rate")
    rate = _number(plain)
    if rate > MAX_RATE:
        raise ValueError("not a rate")
    return f"{rate.normalize():f}"


def at_company_rate(amount: ForeignAmount, currencies: tuple[Currency, ...], day: date) -> Foreign:
    """Give an amount at the company's rate of a day; without a rate where there is none."""
    row = next((c for c in currencies if c.id == amount.currency), None)
    found = row.rate_on(day) if row else None
    bare = Foreign(amount.currency, amount.minor)
    if row is None or found is None:
        return bare
    since, rate = found
    return replace(bare, rate=f"{rate:f}", rate_date=since, source="company", by=row.source)


def at_rate_of(amount: ForeignAmount, rate: str, day: date, by: str) -> Foreign:
    """Give an amount at a rate that somebody has said."""
    return Foreign(amount.currency, amount.minor, rate, day, "entered", by)


def as_settled(amount: ForeignAmount, fen: int, day: date, by: str) -> Foreign:
    """Give an amount of which somebody says what it cost in yuan, as their bank settled it.

    The rate has as many decimals as bring back the same fen.
    """
    units = Decimal(amount.minor).scaleb(-DIGITS[amount.currency])
    rate = (Decimal(fen) / 100 / units).quantize(Decimal("1e-12"), ROUND_HALF_UP).normalize()
    return Foreign(amount.currency, amount.minor, f"{rate:f}", day, "settled", by)


def is_far(rate: str, currency: str, currencies: tuple[Currency, ...]) -> bool:
    """Whether a rate is far from any that the company has of the currency."""
    row = next((c for c in currencies if c.id == currency), None)
    if row is None:
        return False
    known = row.latest()
    return abs(Decimal(rate) - known) > known * FAR
