"""What follows an approved request: a draft to claim the costs, and the budget held for it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.actions.basics import Cause
from core.actions.clearing import charges_in
from core.budget import Balance, charges_of
from core.change import Move, Release
from core.claim import PREFIXES, Claim, Finding, Line, State
from core.company import Company
from core.money import format_yuan
from core.travel_standard import Allowance, allowances

FOLLOWED = frozenset({"travel_request", "purchase_request"})
"""Kinds whose approval may keep the money held for the claim that follows (contract §5)."""


def follows(claim: Claim) -> bool:
    """Whether an approved claim is only a permission, which another claim follows.

    What the company pays to a supplier itself is spent with the request.
    """
    return claim.kind in FOLLOWED and claim.supplier is None


def follows_purchase(claim: Claim) -> bool:
    """Whether a claim follows a purchase request, whose lines it has."""
    return bool(claim.origin and claim.origin.startswith(f"{PREFIXES['purchase_request']}-"))


def follow_up(request: Claim, number: str, cause: Cause, company: Company | None = None) -> Claim:
    """Draft the reimbursement of an approved request: it names the request and carries its hold.

    A trip brings its allowance; a purchase the lines that only lack their invoices.
    """
    return Claim(
        number=number,
        company=request.company,
        kind="reimbursement",
        state=State.DRAFT,
        employee=request.employee,
        department=request.department,
        created_at=cause.at,
        project=request.project,
        purpose=request.purpose,
        origin=request.number,
        carries=request.hold,
        trip=request.trip,
        lines=tuple(_lines(request, company)),
        approved_fen=request.total_fen,
        carried=request.held,
    )


def _lines(request: Claim, company: Company | None) -> Iterator[Line]:
    if request.kind == "purchase_request":
        yield from (replace(line, asked_fen=None, cut="") for line in request.lines)
        return
    person = company.person(request.employee) if company else None
    if company and person and request.trip:
        for allowance in allowances(company, person, request.trip):
            yield _allowance_line(allowance, request)


def _allowance_line(allowance: Allowance, request: Claim) -> Line:
    trip = request.trip
    day = trip.end if trip else request.created_at.date()
    return Line(
        allowance.category,
        allowance.amount_fen,
        day,
        allowance.words,
        request.project,
        allowance=allowance.policy,
    )


def let_go(claim: Claim) -> tuple[Move, ...]:
    """Give back what the request held: the claim's own hold takes its place, or nothing does."""
    return (Release(claim.carries),) if claim.carries else ()


def without_carried(
    balances: tuple[Balance, ...], company: Company, request: Claim | None
) -> tuple[Balance, ...]:
    """Show budgets as they are once the request's hold has moved over."""
    if request is None:
        return balances
    charges = charges_in(request.held) or charges_of(company, request)
    held = {c.budget: c.amount_fen for c in charges}
    return tuple(
        replace(b, reserved_fen=max(0, b.reserved_fen - held.get(b.budget.id, 0))) for b in balances
    )


def with_own_hold(balances: Sequence[Balance], claim: Claim) -> tuple[Balance, ...]:
    """Show budgets as a draft finds them that takes over what its request holds."""
    held = dict(claim.carried) if claim.carries else {}
    return tuple(
        replace(b, reserved_fen=max(0, b.reserved_fen - held.get(b.budget.id, 0))) for b in balances
    )


def find_above_request(claim: Claim, request: Claim | None) -> Iterator[Finding]:
    """Say where a claim is above the request that it follows, with both figures.

    The whole is compared, and every category that the request had named as well.
    """
    if request is None or not follows(request):
        return
    named = request.number
    if claim.total_fen > request.total_fen:
        yield _above(named, claim.total_fen, request.total_fen)
    approved = _by_category(request)
    if len(approved) < 2:  # noqa: PLR2004 one category is the whole
        return
    claimed = _by_category(claim)
    for category, allowed in approved.items():
        if category and claimed.get(category, 0) > allowed:
            yield _above(named, claimed[category], allowed, category)


def _above(number: str, claimed_fen: int, approved_fen: int, category: str = "") -> Finding:
    facts = (
        ("claim", number),
        ("category", category),
        ("amount", format_yuan(claimed_fen)),
        ("limit", format_yuan(approved_fen)),
        ("over", format_yuan(claimed_fen - approved_fen)),
    )
    return Finding("above_request", "warn", fields=tuple(f for f in facts if f[1]))


def _by_category(claim: Claim) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line in claim.lines:
        key = line.category or ""
        sums[key] = sums.get(key, 0) + line.amount_fen
    return sums
