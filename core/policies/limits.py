"""Rules on how much: limits, standards of travel, daily allowances, kilometres."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.claim import Claim, Finding, Line, LineInvoice
from core.company import Policy
from core.mileage import find_km, mileage_fen
from core.money import format_yuan, percent_of
from core.policies.book import PolicyBook, concerns, finding, lines_of, words_of
from core.shares import key_of
from core.travel_standard import (
    city_in,
    known_cities,
    nights_said,
    standard_for,
    trip_days,
    trip_nights,
)

SPANS = frozenset({"day", "night", "month", "year"})
"""What sums over a person's claims; a claim and a line stand for themselves."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a limit makes of a claim: an amount, what is allowed, and how that came about.

    `key` names the day, month, year or line; `allowed_fen` is the limit times `nights`.
    """

    policy: Policy
    key: str
    amount_fen: int
    limit_fen: int
    nights: int = 1
    city: str = ""
    grade: str = ""

    @property
    def allowed_fen(self) -> int:
        """What may be spent."""
        return self.limit_fen * self.nights

    def finding(self) -> Finding:
        """Say that the amount is above what is allowed."""
        several = self.nights > 1
        return finding(
            self.policy,
            int(self.key) if self.policy.per == "line" else None,
            limit=format_yuan(self.limit_fen),
            amount=format_yuan(self.amount_fen),
            per=self.key,
            nights=str(self.nights) if several else "",
            allowed=format_yuan(self.allowed_fen) if several else "",
            city=self.city,
            grade=self.grade,
        )


def measures(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Measure]:
    """Measure a claim by a limit or a standard, together with the person's other claims."""
    found: dict[tuple[str, int, str], list[Line]] = {}
    for i, line in lines_of(claim, policy, book.company):
        city = _city(claim, line, book) if policy.standards else ""
        limit = _limit(claim, policy, book, city)
        if limit is not None:
            found.setdefault((bucket(policy, line, i), limit, city), []).append(line)
    for (key, limit, city), lines in found.items():
        yield Measure(
            policy,
            key,
            sum(line.amount_fen for line in lines) + _before(claim, policy, book, key, city),
            limit,
            _nights(claim, policy, book, lines) if policy.per == "night" else 1,
            city,
            _grade(claim, book) if policy.standards else "",
        )


def rates(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Measure]:
    """Give what a claim's lines are worth for each day or kilometre; nothing is summed."""
    for _, line in lines_of(claim, policy, book.company):
        city = _city(claim, line, book)
        fen = _limit(claim, policy, book, city) if policy.standards else policy.rate_fen
        if fen:
            grade = _grade(claim, book) if policy.standards else ""
            yield Measure(policy, "", line.amount_fen, fen, city=city, grade=grade)


def _limit(claim: Claim, policy: Policy, book: PolicyBook, city: str) -> int | None:
    if not policy.standards:
        return policy.limit_fen
    row = standard_for(book.company, policy, book.person(claim), city or None)
    return row.limit_fen if row else None


def _city(claim: Claim, line: Line, book: PolicyBook) -> str:
    return city_in(known_cities(book.company), words_of(claim, line)) or ""


def _grade(claim: Claim, book: PolicyBook) -> str:
    person = book.person(claim)
    return (person.grade or "") if person else ""


def _before(claim: Claim, policy: Policy, book: PolicyBook, key: str, city: str) -> int:
    """Sum what the person's other claims have of the same day, night, month or year."""
    if policy.per not in SPANS:
        return 0
    return sum(
        line.amount_fen
        for other in book.alike(claim)
        for i, line in lines_of(other, policy, book.company)
        if bucket(policy, line, i) == key
        and (not policy.standards or _city(other, line, book) == city)
    )


def _nights(claim: Claim, policy: Policy, book: PolicyBook, lines: list[Line]) -> int:
    """Count the nights that lines of one day are for: as said, as billed, else those of the trip.

    A trip's nights are taken only by the single line of its kind.
    """
    papers = {key_of(i) or str(n): i.nights for n, i in enumerate(_papers(lines))}
    known = nights_said([line.description for line in lines]) or sum(papers.values())
    if known:
        return known
    alone = sum(1 for _ in lines_of(claim, policy, book.company)) == 1
    return max(1, trip_nights(claim.trip)) if claim.trip and alone else 1


def _papers(lines: list[Line]) -> list[LineInvoice]:
    return [invoice for line in lines for invoice in line.invoices]


def bucket(policy: Policy, line: Line, index: int) -> str:
    """Name what a line sums with under a policy: its day, month, year, itself or the claim."""
    if policy.per == "line":
        return str(index)
    if policy.per in {"day", "night"}:
        return line.date.isoformat()
    if policy.per == "month":
        return f"{line.date:%Y-%m}"
    return f"{line.date:%Y}" if policy.per == "year" else "claim"


def amount_limit(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find what is above a limit, or above the standard of a city and grade."""
    for measure in measures(claim, policy, book):
        if measure.amount_fen > measure.allowed_fen:
            yield measure.finding()


def per_diem(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find daily allowances above what the trip's days give: half a day counts half.

    Several allowances of one category are judged together: lines do not tell them apart.
    """
    peers = _peers(claim, policy, book)
    if peers[0].id != policy.id:
        return
    amount = _allowed_for(claim, peers, book)
    city = (claim.trip.city if claim.trip else None) or _any_city(claim, policy, book)
    rows = [standard_for(book.company, p, book.person(claim), city) for p in peers]
    if not any(rows) or amount <= 0:
        return
    rate = sum(row.limit_fen for row in rows if row)
    days = trip_days(claim.trip) if claim.trip else Decimal(len({x.date for x in claim.lines}))
    allowed = percent_of(rate, days * 100)
    others = (o for o in book.alike(claim) if _same_trip(claim, o))
    total = amount + sum(_allowed_for(o, peers, book) for o in others)
    if total > allowed:
        yield finding(
            policy,
            amount=format_yuan(total),
            allowed=format_yuan(allowed),
            limit=format_yuan(rate),
            days=str(days),
            city=city or "",
            grade=_grade(claim, book),
        )


def _any_city(claim: Claim, policy: Policy, book: PolicyBook) -> str | None:
    texts = (
        text for _, line in lines_of(claim, policy, book.company) for text in words_of(claim, line)
    )
    return city_in(known_cities(book.company), texts)


def _same_trip(claim: Claim, other: Claim) -> bool:
    return claim.origin is not None and claim.origin == other.origin


def _peers(claim: Claim, policy: Policy, book: PolicyBook) -> tuple[Policy, ...]:
    """Give the allowances of the same category that hold for the person, this one among them."""
    return tuple(
        p
        for p in book.company.policies
        if p.kind == policy.kind and p.category == policy.category and concerns(p, claim, book)
    )


def _allowed_for(claim: Claim, peers: tuple[Policy, ...], book: PolicyBook) -> int:
    """Sum the lines of some allowances, without those that are another one's."""
    mine = {"", *(p.id for p in peers)}
    found = lines_of(claim, peers[0], book.company)
    return sum(line.amount_fen for _, line in found if line.allowance in mine)


def mileage(claim: Claim, policy: Policy, book: PolicyBook) -> Iterator[Finding]:
    """Find car rides above their kilometres' worth, or without kilometres."""
    for i, line in lines_of(claim, policy, book.company):
        km, amount = find_km(line.description), format_yuan(line.amount_fen)
        if policy.rate_fen is None:
            continue
        rate = format_yuan(policy.rate_fen)
        if km is None:
            yield finding(policy, i, code="mileage_unknown", amount=amount, rate=rate)
            continue
        allowed = mileage_fen(km, policy.rate_fen)
        if line.amount_fen > allowed:
            facts = {"km": str(km), "rate": rate, "allowed": format_yuan(allowed)}
            yield finding(policy, i, amount=amount, **facts)


_THRESHOLD = re.compile(r"\btotal\s*(>=|>)\s*(\d{1,10}(?:\.\d{1,2})?)")


def thresholds(policy: Policy, book: PolicyBook) -> tuple[int, ...]:
    """Give the amounts from which something more is asked: the policy's limit, else the flows'.

    `total >= 1000` asks more of 1,000 yuan, `total > 1000` of one fen more.
    """
    if policy.limit_fen is not None:
        return (policy.limit_fen,)
    whens = [step.when for flow in book.company.flows for step in flow.steps]
    whens += [flow.when for flow in book.company.flows]
    found = (match for when in whens for match in _THRESHOLD.finditer(when))
    return tuple(sorted({int(Decimal(m[2]) * 100) + (m[1] == ">") for m in found}))
