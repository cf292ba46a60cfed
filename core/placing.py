"""Which draft an expense belongs to: that of its trip or purchase, else an ordinary one.

The draft that follows an approved request has money held for what was approved, and for nothing
else: what is not of the trip's days, or no part of the purchase, goes on a draft of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.actions.following import follows_purchase
from core.claim import Claim, Line
from core.invoice import Reading
from core.pairing import ITINERARY, is_ride

MARGIN = timedelta(days=1)
"""The evening before a trip and the morning after it belong to it."""
AHEAD = timedelta(days=60)
"""Tickets and rooms are paid for, and invoiced, so long before."""
LATE = timedelta(days=30)
"""Their invoices are often asked for only after the trip."""
_TICKETS = frozenset({"air_itinerary", "rail_e"})
"""Kinds of vouchers whose day is that of the invoice, not of the journey."""
_LODGING = "住宿"
"""In the tax bureau's name of the goods on a hotel's invoice."""


@dataclass(frozen=True, slots=True)
class Expense:
    """What tells where an expense belongs; `of_journeys` for what is bought for trips alone."""

    day: date
    category: str | None = None
    amount_fen: int | None = None
    of_journeys: bool = False
    ride: bool = False
    itinerary: bool = False


def expense_of(reading: Reading, category: str | None, today: date) -> Expense:
    """Give what a voucher says of where it belongs."""
    return Expense(
        day=reading.date or today,
        category=category,
        amount_fen=reading.total_fen,
        of_journeys=reading.kind in _TICKETS or any(_LODGING in i.name for i in reading.items),
        ride=is_ride(reading),
        itinerary=reading.kind == ITINERARY,
    )


def place_for(expense: Expense, drafts: Iterable[Claim]) -> Claim | None:
    """Choose one of somebody's drafts, the newest first; None when the expense needs its own.

    A draft that waits for the other paper of a ride comes first, then one of a request that the
    expense is a part of, then an ordinary one.
    """
    known = tuple(drafts)
    ways = (_lacks_paper, _is_part_of, _is_ordinary)
    found = (draft for way in ways for draft in known if way(expense, draft))
    return next(found, None)


def places_for(expenses: Sequence[Expense], drafts: Sequence[Claim]) -> tuple[Claim | None, ...]:
    """Choose a draft for each of several expenses that came together.

    Of a ride's two papers the itinerary decides: its invoice may be of much later.
    """
    return tuple(place_for(_of_ride(expense, expenses), drafts) for expense in expenses)


def _of_ride(expense: Expense, others: Sequence[Expense]) -> Expense:
    """Give the itinerary that came with a ride's invoice, where only one is of its amount."""
    if not expense.ride or not expense.amount_fen:
        return expense
    found = [o for o in others if o.itinerary and o.amount_fen == expense.amount_fen]
    return found[0] if len(found) == 1 else expense


def _lacks_paper(expense: Expense, draft: Claim) -> bool:
    return any(_is_other_paper(expense, line) for line in draft.lines)


def _is_other_paper(expense: Expense, line: Line) -> bool:
    paper = line.invoice
    if paper is None or paper.total_fen is None or paper.total_fen != expense.amount_fen:
        return False
    if expense.ride:
        return paper.kind == ITINERARY
    return expense.itinerary and paper.ride and paper.itinerary is None


def _is_part_of(expense: Expense, draft: Claim) -> bool:
    if draft.trip is not None:
        before, after = (AHEAD, LATE) if expense.of_journeys else (MARGIN, MARGIN)
        return draft.trip.start - before <= expense.day <= draft.trip.end + after
    return follows_purchase(draft) and any(
        line.amount_fen == expense.amount_fen
        or (line.category is not None and line.category == expense.category)
        for line in draft.lines
        if line.invoice is None
    )


def _is_ordinary(_: Expense, draft: Claim) -> bool:
    """Whether a draft takes anything: also that of a trip whose days nobody has told."""
    return draft.trip is None and not follows_purchase(draft)
