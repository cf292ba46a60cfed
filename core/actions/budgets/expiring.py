"""Forgotten requests: a permission that nobody has used lets its money go."""

from dataclasses import replace
from datetime import date, timedelta

from core.actions.basics import Cause, audit_of, outgoing
from core.actions.following import FOLLOWED
from core.change import Change, Release
from core.claim import Claim, State
from core.notices import Notice, Say
from core.ports import LiveHold


def is_forgotten(hold: LiveHold, request: Claim, today: date, days: int) -> bool:
    """Whether a permission's hold has outlived its time.

    That is so many days after the hold was made, and after the last day that the request names.
    """
    permission = request.kind in FOLLOWED and request.state is State.APPROVED
    ends = [line.date for line in request.lines] + ([request.trip.end] if request.trip else [])
    last = max([hold.at.date(), *ends])
    return permission and request.hold == hold.name and today > last + timedelta(days=days)


def expire(hold: LiveHold, request: Claim, draft: Claim | None, cause: Cause) -> Change:
    """Release a forgotten hold; `draft` is the claim that carries it, if there is one.

    The draft stays: submitted later, it asks for money like any other.
    """
    fields = (("number", request.number), ("claim", draft.number if draft else ""))
    notices: list[Notice] = [Say(request.employee, "hold_expired", fields)]
    claims = (replace(draft, carries=None),) if draft and draft.carries == hold.name else ()
    return Change(
        at=cause.at,
        claims=claims,
        moves=(Release(hold.name),),
        audit=(audit_of(cause, "hold_expired", request.number, hold=hold.name),),
        outbox=outgoing(cause, notices),
    )
