"""What every action is handed: who acts, when, proved by which message, under which settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from core.budget import Unmatched
from core.calendar import CHINA
from core.change import AuditEntry, Outgoing
from core.claim import Claim, Event
from core.errors import Refused
from core.notices import (
    SYSTEM_LANES,
    CallSystem,
    Notice,
    Reply,
    SayInGroup,
    ShowCard,
    UpdateWallet,
    VerifyInvoice,
)


@dataclass(frozen=True, slots=True)
class Cause:
    """Who acts and when; `source` is the key of the message, click or request that proves it."""

    actor: str
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class VerifyRules:
    """The tax bureau is asked about vouchers; once more so many days after they were paid.

    Before payment its answer is waited for, `hold_hours` at most.
    """

    again_days: int = 30
    hold_hours: int = 24


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """After how long people are reminded; 0 never reminds.

    `waiting_hours` are working hours; `expire_days` is how long before the last day.
    """

    waiting_hours: int = 8
    draft_days: int = 3
    expire_days: int = 14
    advance_days: int = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """What `chit.toml` decides: `[budget]`, whether vouchers are verified, `[approval]`, the zone.

    From `second_tap_above_fen` on, an approval is asked for twice; None never does.
    """

    consume_on: Literal["approved", "paid"] = "approved"
    unmatched: Unmatched = "allow"
    verify: VerifyRules | None = None
    second_tap_above_fen: int | None = None
    zone: ZoneInfo = CHINA
    reminders: ReminderRules = ReminderRules()
    hold_days: int = 90
    """How long an approved request may go unused before its money goes back; 0 is for good."""
    deciders: frozenset[str] | None = None
    """The connected systems that may decide steps; None leaves that open."""


def audit_of(cause: Cause, action: str, subject: str, **fields: str) -> AuditEntry:
    """Make the audit line of an action."""
    return AuditEntry(cause.actor, action, subject, cause.source, tuple(fields.items()))


def outgoing(cause: Cause, notices: Iterable[Notice]) -> tuple[Outgoing, ...]:
    """Key notices by their cause, so that a repeated cause tells nobody twice."""
    return tuple(
        Outgoing(f"{cause.source}#{i}", lane_of(notice), notice)
        for i, notice in enumerate(dict.fromkeys(notices))
    )


def lane_of(notice: Notice) -> str:
    """Give the lane in which notices keep their order: one a person, one a question outside."""
    if isinstance(notice, VerifyInvoice):
        later = f":{notice.due:%Y%m%d%H%M}" if notice.due else ""
        return f"verify:{notice.request.identity}{later}"
    if isinstance(notice, SayInGroup):
        return f"group:{notice.channel}:{notice.group}"
    if isinstance(notice, UpdateWallet):
        return f"wallet:{notice.openid}"
    if isinstance(notice, CallSystem):
        return f"{SYSTEM_LANES}{notice.system}:{notice.subject}"
    if isinstance(notice, ShowCard) and notice.due:
        return f"later:{notice.person}:{notice.claim}"
    return f"{notice.channel}:{notice.user}" if isinstance(notice, Reply) else notice.person


def require(claim: Claim, event: Event) -> None:
    """Refused `wrong_state` when an event may not happen to a claim now."""
    if not claim.allows(event):
        raise Refused("wrong_state", number=claim.number, state=claim.state, event=event.value)


def require_owner(claim: Claim, cause: Cause) -> None:
    """Refused `not_yours` unless the actor is the claim's employee, or filed it for them."""
    if cause.actor not in claim.owners:
        raise Refused("not_yours", number=claim.number)
