"""Giving lines of a draft a rate that somebody says."""

from dataclasses import replace

from core.actions.basics import Cause, audit_of, require, require_owner
from core.actions.drafts import pick_line, set_line
from core.change import AuditEntry
from core.claim import Claim, Event, Line
from core.company import Company
from core.errors import Refused
from core.exchange import RATE_DOUBT, spent


def set_rate(
    claim: Claim, company: Company, cause: Cause, number: int | None, rate: str
) -> tuple[Claim, AuditEntry]:
    """Let lines have a rate that a person says: the named one, else all that still want one.

    Refused `not_foreign`, `rate_far`, `which_line`, and as any edit.
    """
    require_owner(claim, cause)
    require(claim, Event.EDIT)
    places = _lines_for(claim, number)
    for i in places:
        line = claim.lines[i]
        if line.foreign is None:
            raise Refused("not_foreign", number=claim.number, line=str(i + 1))
        changed = spent(company, line, line.foreign.amount, cause.actor, rate=rate)
        claim = set_line(
            claim, i, replace(changed, doubts=_settled(changed), asked_fen=None, cut="")
        )
    lines = " ".join(str(i + 1) for i in places)
    return claim, audit_of(cause, "set_rate", claim.number, lines=lines, rate=rate)


def _lines_for(claim: Claim, number: int | None) -> list[int]:
    if number is not None:
        return [pick_line(claim, number)]
    waiting = [i for i, x in enumerate(claim.lines) if x.foreign and not x.foreign.rate]
    found = waiting or [i for i, x in enumerate(claim.lines) if x.foreign]
    currencies = {x.foreign.currency for i in found if (x := claim.lines[i]).foreign}
    if not found:
        raise Refused("not_foreign", number=claim.number)
    if len(currencies) > 1 or (not waiting and len(found) > 1):
        raise Refused("which_line", count=str(len(claim.lines)))
    return found


def _settled(line: Line) -> tuple[str, ...]:
    return tuple(d for d in line.doubts if d != RATE_DOUBT)
