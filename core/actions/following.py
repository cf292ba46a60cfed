"""What follows an approved travel request: a draft to claim the costs, and its held budget."""

from dataclasses import replace

from core.actions.basics import Cause
from core.budget import Balance, charges_of
from core.change import Move, Release
from core.claim import Claim, State
from core.company import Company

FOLLOWED = frozenset({"travel_request"})
"""Kinds whose approval keeps the money held for the claim that follows (contract §5)."""


def follow_up(request: Claim, number: str, cause: Cause) -> Claim:
    """Draft the reimbursement of an approved request: it names the request and carries its hold."""
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
    held = {c.budget: c.amount_fen for c in charges_of(company, request)}
    return tuple(
        replace(b, reserved_fen=max(0, b.reserved_fen - held.get(b.budget.id, 0))) for b in balances
    )
