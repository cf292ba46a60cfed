"""Saying why what looks like a duplicate is none."""

from dataclasses import replace

from core.actions.basics import Cause, audit_of, outgoing, require_owner
from core.actions.decision import MAX_REASON
from core.change import Change
from core.claim import EDITABLE, Claim, Confirmation, State
from core.duplicates import key_of, open_doubts, with_confirmations
from core.errors import Refused
from core.notices import Notice, ShowCard


def confirm_not_duplicate(claim: Claim, cause: Cause, reason: str) -> Change:
    """Keep with the claim who says so, when and why; its findings then only inform.

    The claim comes with its present findings. Refused `not_yours`, `wrong_state`,
    `nothing_alike`, `reason_missing`.
    """
    require_owner(claim, cause)
    if claim.state not in {*EDITABLE, State.IN_REVIEW}:
        event = "confirm_not_duplicate"
        raise Refused("wrong_state", number=claim.number, state=claim.state, event=event)
    about = tuple(dict.fromkeys(map(key_of, open_doubts(claim.findings))))
    if not about:
        raise Refused("nothing_alike", number=claim.number)
    reason = reason.strip()[:MAX_REASON].rstrip()
    if not reason:
        raise Refused("reason_missing", number=claim.number, action="confirm_not_duplicate")
    confirmed = (*claim.confirmed, Confirmation(cause.actor, cause.at, reason, about))
    findings = with_confirmations(claim.findings, confirmed)
    claim = replace(claim, confirmed=confirmed, findings=findings)
    return Change(
        at=cause.at,
        claims=(claim,),
        audit=(audit_of(cause, "confirm_not_duplicate", claim.number, reason=reason),),
        outbox=outgoing(cause, _redraw(claim)),
    )


def _redraw(claim: Claim) -> list[Notice]:
    asked = claim.plan.people() if claim.plan and claim.state is State.IN_REVIEW else ()
    return [
        ShowCard(claim.employee, claim.number, "claim"),
        *(ShowCard(p, claim.number, "approval", only_open=True) for p in sorted(asked)),
    ]
