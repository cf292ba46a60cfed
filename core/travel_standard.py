"""Standards of travel: which city, which grade, how many days and nights, how much."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.city_names import names_city
from core.company import Company, Person, Policy, Standard
from core.dealings import Trip
from core.invoice import Item
from core.money import format_cny, percent_of

NOON = 12
_HALVES = 2
_NIGHTS = re.compile(
    r"(?<![\d.])(\d{1,3}|[一二两三四五六七八九十]{1,3})\s?(?:个?晚上?|间?夜|nights?\b)",
    re.IGNORECASE,
)
_CITY_TAIL = re.compile(r"市$")


def trip_days(trip: Trip) -> Decimal:
    """Count the days away: who departs before noon has the whole day, after noon half of it.

    Who is back before noon has half of the last day.
    """
    halves = ((trip.end - trip.start).days + 1) * _HALVES
    halves -= trip.leaves_after_noon + trip.back_before_noon
    return Decimal(max(halves, 1)) / _HALVES


def trip_nights(trip: Trip) -> int:
    """Count the nights away."""
    return (trip.end - trip.start).days


def trip_between(city: str, leaves: datetime, returns: datetime) -> Trip:
    """Make a trip of its two journeys, in the company's time; noon itself is after noon."""
    return Trip(
        city,
        leaves.date(),
        returns.date(),
        leaves_after_noon=leaves.hour >= NOON,
        back_before_noon=returns.hour < NOON,
    )


def plain_city(text: str) -> str:
    """Write a city without its 市."""
    return _CITY_TAIL.sub("", text.strip())


def city_in(cities: Iterable[str], texts: Iterable[str]) -> str | None:
    """Find which of these cities the texts name; the first text that names one, its longest."""
    known = sorted({plain_city(c) for c in cities if c.strip()}, key=lambda c: (-len(c), c))
    for text in texts:
        lowered = text.lower()
        found = next((c for c in known if names_city(lowered, c)), None)
        if found:
            return found
    return None


def known_cities(company: Company) -> tuple[str, ...]:
    """Give every city that the company's standards name."""
    tiers = (c for tier in company.city_tiers for c in tier.cities)
    rows = (s.city for p in company.policies for s in p.standards if s.city)
    return tuple(dict.fromkeys((*tiers, *rows)))


def tier_of(company: Company, city: str | None) -> str | None:
    """Give the id of the tier that a city belongs to."""
    if city is None:
        return None
    tiers = (t for t in company.city_tiers if any(_is_city(city, c) for c in t.cities))
    return next((t.id for t in tiers), None)


def _is_city(text: str, city: str) -> bool:
    """Whether somebody means a city: by its own or its English name, or a part of it."""
    return names_city(plain_city(text).lower(), plain_city(city))


def standard_for(
    company: Company, policy: Policy, person: Person | None, city: str | None
) -> Standard | None:
    """Find the first row of a policy's standards that fits a grade and a city."""
    tier = tier_of(company, city)
    for row in policy.standards:
        of_tier = row.tier is None or row.tier == tier
        of_city = row.city is None or (city is not None and _is_city(city, row.city))
        of_grade = row.grade is None or (person is not None and person.grade == row.grade)
        if of_tier and of_city and of_grade:
            return row
    return None


def nights_said(texts: Sequence[str]) -> int | None:
    """Read how many nights a line is for: 3晚, 两晚, 3 nights; the largest that is said."""
    from core.phrases.numerals import read_number

    said = (read_number(found[1]) for text in texts for found in _NIGHTS.finditer(text))
    return max((int(n) for n in said if n), default=None)


_NIGHT_UNITS = frozenset({"间夜", "间·夜", "间/夜", "间*夜", "晚", "夜", "天", "日", "间天"})
_WHOLE = re.compile(r"(\d{1,3})(?:\.0+)?")


def nights_billed(items: Iterable[Item]) -> int:
    """Count the nights that a hotel's invoice bills, by its units; 0 where it does not tell."""
    found = 0
    for item in items:
        quantity = _WHOLE.fullmatch((item.quantity or "").strip())
        if quantity and "住宿" in item.name and (item.unit or "").strip() in _NIGHT_UNITS:
            found += int(quantity[1])
    return found


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a trip entitles to by one policy: `rate_fen` a day for so many days.

    `name` is what people call it, `where` the city and grade by which its rate was found.
    """

    policy: str
    category: str | None
    rate_fen: int
    days: Decimal
    name: str = ""
    where: str = ""

    @property
    def words(self) -> str:
        """Say how it came about: 伙食补贴 2.5 天 × ¥100.00 上海 P5."""
        days = f"{self.days.normalize():f}"
        return f"{self.name} {days} 天 × {format_cny(self.rate_fen)} {self.where}".strip()

    @property
    def amount_fen(self) -> int:
        """The whole allowance, rounded half up to the fen."""
        return percent_of(self.rate_fen, self.days * 100)


def allowances(company: Company, person: Person, trip: Trip) -> tuple[Allowance, ...]:
    """Give what a person may claim for a trip without vouchers: one for each `per_diem` policy."""
    found = (
        (policy, standard_for(company, policy, person, trip.city))
        for policy in company.policies
        if policy.kind == "per_diem" and _is_for(policy, person)
    )
    return tuple(
        Allowance(
            policy.id,
            policy.category,
            row.limit_fen,
            trip_days(trip),
            allowance_name(company, policy),
            " ".join(w for w in (trip.city, person.grade or "") if w),
        )
        for policy, row in found
        if row is not None and row.limit_fen > 0
    )


def allowance_name(company: Company, policy: Policy) -> str:
    """Name an allowance: as its policy is called, else as its category, else 出差补贴."""
    category = company.category(policy.category) if policy.category else None
    name = policy.name or (category.name if category else "")
    return name if "补" in name else f"{name}出差补贴"


def _is_for(policy: Policy, person: Person) -> bool:
    grades = {*policy.grades, *((policy.grade,) if policy.grade else ())}
    return not grades or person.grade in grades
