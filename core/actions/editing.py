"""Shaping a claim that can be changed: copies, shares, suppliers, urgency."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from core.actions.basics import Cause, audit_of, outgoing, require, require_owner
from core.actions.decision import MAX_REASON
from core.change import AuditEntry, Change
from core.claim import EDITABLE, Claim, Event, State
from core.dealings import Supplier, Trip
from core.errors import Refused
from core.money import format_yuan
from core.notices import Notice, ShowCard
from core.shares import Share, merge_lines, split_line

Edited = tuple[Claim, AuditEntry]


def copy_claim(source: Claim, number: str, cause: Cause, today: date) -> Edited:
    """Draft a claim like an earlier one of the same person, of today and without its vouchers.

    What was in another currency has to be converted at a rate of today (`core.exchange.on_day`).
    """
    require_owner(source, cause)
    lines = tuple(
        replace(
            line,
            date=today,
            invoice=None,
            more=(),
            doubts=(),
            asked_fen=None,
            cut="",
            allowance="",
        )
        for line in source.lines
    )
    copied = Claim(
        number=number,
        company=source.company,
        kind=source.kind,
        state=State.DRAFT,
        employee=source.employee,
        department=source.department,
        created_at=cause.at,
        project=source.project,
        purpose=source.purpose,
        currency=source.currency,
        lines=lines,
        supplier=source.supplier,
        standing=source.standing,
        filed_by=source.filed_by,
    )
    return copied, audit_of(cause, "copy", number, of=source.number)


def trip_moved(before: Claim, claim: Claim) -> Claim:
    """Let a trip begin on the day that the line of its request was moved to, as long as before."""
    trip = before.trip
    if before.kind != "travel_request" or trip is None or not before.lines or not claim.lines:
        return claim
    shift = claim.lines[0].date - before.lines[0].date
    moved = replace(trip, start=trip.start + shift, end=trip.end + shift)
    was, now = days_of(trip), days_of(moved)
    lines = (replace(x, description=x.description.replace(was, now)) for x in claim.lines)
    return replace(claim, trip=moved, lines=tuple(lines), purpose=claim.purpose.replace(was, now))


def days_of(trip: Trip) -> str:
    """Write the days of a trip as its request names them: 12-01~12-03."""
    return f"{trip.start:%m-%d}~{trip.end:%m-%d}"


def share_line(claim: Claim, index: int, shares: Sequence[Share], cause: Cause) -> Edited:
    """Put the shares of a line in its place. Refused `shares_unclear` and as any edit."""
    require_owner(claim, cause)
    require(claim, Event.EDIT)
    parts = split_line(claim.lines[index], shares)
    lines = (*claim.lines[:index], *parts, *claim.lines[index + 1 :])
    amounts = " ".join(format_yuan(p.amount_fen) for p in parts)
    entry = audit_of(cause, "share_line", claim.number, line=str(index + 1), amounts=amounts)
    return replace(claim, lines=lines), entry


def join_lines(claim: Claim, first: int, second: int, cause: Cause) -> Edited:
    """Make one line of two, with the vouchers of both."""
    require_owner(claim, cause)
    require(claim, Event.EDIT)
    merged = merge_lines(claim.lines[first], claim.lines[second])
    lines = tuple(
        merged if i == first else line for i, line in enumerate(claim.lines) if i != second
    )
    entry = audit_of(cause, "join_lines", claim.number, lines=f"{first + 1} {second + 1}")
    return replace(claim, lines=lines), entry


def set_supplier(claim: Claim, supplier: Supplier, cause: Cause) -> Edited:
    """Say whom the company pays for a purchase; parts that are not said stay.

    Refused `no_purchase` for any other kind. The account is not written into the record.
    """
    require_owner(claim, cause)
    require(claim, Event.EDIT)
    if claim.kind != "purchase_request":
        raise Refused("no_purchase", number=claim.number)
    before = claim.supplier or Supplier("")
    whole = Supplier(
        supplier.name or before.name,
        supplier.account or before.account,
        supplier.bank or before.bank,
    )
    entry = audit_of(cause, "set_supplier", claim.number, supplier=whole.name)
    return replace(claim, supplier=whole), entry


def mark_urgent(claim: Claim, reason: str, cause: Cause) -> Change:
    """Say why a claim cannot wait; those whose turn it is see it at once.

    Refused `not_yours`, `wrong_state`, `reason_missing`.
    """
    require_owner(claim, cause)
    if claim.state not in {*EDITABLE, State.IN_REVIEW}:
        raise Refused("wrong_state", number=claim.number, state=claim.state, event="urgent")
    reason = reason.strip()[:MAX_REASON].rstrip()
    if not reason:
        raise Refused("reason_missing", number=claim.number, action="urgent")
    claim = replace(claim, urgent=reason)
    waiting = claim.plan.waiting() if claim.plan and claim.state is State.IN_REVIEW else ()
    notices: list[Notice] = [ShowCard(p, claim.number, "claim") for p in sorted(claim.owners)]
    notices += [ShowCard(p, claim.number, "approval", fresh=True) for p in waiting]
    return Change(
        at=cause.at,
        claims=(claim,),
        audit=(audit_of(cause, "urgent", claim.number, reason=reason),),
        outbox=outgoing(cause, notices),
    )
