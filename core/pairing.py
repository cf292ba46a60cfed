"""Itineraries of rides and their invoices: two papers of one expense, paired by their amount."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from core.claim import Claim, Finding, Line
from core.company import Company
from core.invoice import Reading
from core.money import format_yuan

ITINERARY = "ride_itinerary"
RIDE_GOODS = "客运服务"
"""In the tax bureau's name of the goods on the invoice of a ride (reference/invoices.md §1e)."""
MAX_APART = timedelta(days=92)
"""Rides are invoiced up to a quarter later."""


@dataclass(frozen=True, slots=True)
class Question:
    """What only the person can say: which of the lines `options` belongs to `line`.

    `of` names what is on `line`; the options have the other paper. Indexes are the claim's.
    """

    of: str
    line: int
    options: tuple[int, ...]


def is_ride(reading: Reading) -> bool:
    """Whether a voucher is the invoice of a ride, which an itinerary comes with."""
    if reading.kind == "ride_hailing":
        return True
    return reading.kind != ITINERARY and any(RIDE_GOODS in item.name for item in reading.items)


def pair_up(claim: Claim) -> Claim:
    """Join every itinerary and invoice that nothing else can belong to."""
    while (pair := next(_unique(claim), None)) is not None:
        claim = join(claim, *pair)
    return claim


def _unique(claim: Claim) -> Iterator[tuple[int, int]]:
    for itinerary in _itineraries(claim):
        invoices = _invoices_for(claim, itinerary)
        if len(invoices) == 1 and _itineraries_for(claim, invoices[0]) == (itinerary,):
            yield itinerary, invoices[0]


def open_question(claim: Claim) -> Question | None:
    """Give the first pair that has several answers."""
    for itinerary in _itineraries(claim):
        invoices = _invoices_for(claim, itinerary)
        if len(invoices) > 1:
            return Question("itinerary", itinerary, invoices)
        if invoices:
            return Question("invoice", invoices[0], _itineraries_for(claim, invoices[0]))
    return None


def answered(claim: Claim, question: Question, option: int) -> Claim:
    """Join what a person says belongs together, and what is clear after it."""
    pair = (question.line, option) if question.of == "itinerary" else (option, question.line)
    return pair_up(join(claim, *pair))


def join(claim: Claim, itinerary: int, invoice: int) -> Claim:
    """Let the invoice's line have the itinerary as a paper of its own; its line is no more.

    What a person had typed for the ride before its papers came stays.
    """
    trip, line = claim.lines[itinerary], claim.lines[invoice]
    if trip.invoice is None or line.invoice is None:
        return claim
    paper = trip.invoice.date
    typed = bool(trip.description) or (paper is not None and trip.date != paper)
    joined = replace(
        line,
        category=trip.category or line.category,
        date=trip.date if typed else line.date,
        description=trip.description or line.description,
        project=trip.project or line.project,
        invoice=replace(line.invoice, itinerary=trip.invoice.file),
    )
    lines = (joined if i == invoice else x for i, x in enumerate(claim.lines) if i != itinerary)
    return replace(claim, lines=tuple(lines))


def _itineraries(claim: Claim) -> tuple[int, ...]:
    return tuple(i for i, line in enumerate(claim.lines) if _is_itinerary(line))


def _is_itinerary(line: Line) -> bool:
    return line.invoice is not None and line.invoice.kind == ITINERARY


def _invoices_for(claim: Claim, itinerary: int) -> tuple[int, ...]:
    trip = claim.lines[itinerary]
    return tuple(i for i, line in enumerate(claim.lines) if _may_belong(trip, line))


def _itineraries_for(claim: Claim, invoice: int) -> tuple[int, ...]:
    line = claim.lines[invoice]
    return tuple(i for i in _itineraries(claim) if _may_belong(claim.lines[i], line))


def _may_belong(trip: Line, line: Line) -> bool:
    """Whether a line has the invoice of a ride of this amount, about that time, still alone."""
    paper, invoice = trip.invoice, line.invoice
    if paper is None or invoice is None or not invoice.ride or invoice.itinerary:
        return False
    if paper.total_fen is None or paper.total_fen != invoice.total_fen:
        return False
    return not (paper.date and invoice.date) or abs(paper.date - invoice.date) <= MAX_APART


def find_unpaired(claim: Claim, company: Company) -> Iterator[Finding]:
    """Say which itineraries have no invoice: they prove a ride, not its price.

    One whose invoice is here but not named, or whose category wants an invoice, may not go on.
    """
    for i in _itineraries(claim):
        line = claim.lines[i]
        category = company.category(line.category) if line.category else None
        wanted = claim.kind == "reimbursement" and bool(category and category.requires_invoice)
        blocks = wanted or bool(_invoices_for(claim, i))
        amount = (("amount", format_yuan(line.amount_fen)),) if line.amount_fen else ()
        yield Finding("itinerary_alone", "block" if blocks else "warn", i, amount)
