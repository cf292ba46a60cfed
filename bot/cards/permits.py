"""Which buttons a card has for its reader; pressing one gives no authority, actions check again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.actions import ActionId, Token
from core.actions.settlement import PAYERS
from core.actions.undoing import may_undo
from core.approval import change_rights
from core.calendar import CHINA
from core.claim import Claim, Event, State
from core.company import Person
from core.duplicates import open_doubts
from core.notices import Purpose
from core.payment import OVER, Payment

EVENTS: Mapping[ActionId, Event] = {
    "submit": Event.SUBMIT,
    "edit": Event.EDIT,
    "confirm_not_duplicate": Event.SUBMIT,
    "discard": Event.DISCARD,
    "remind": Event.DECIDE,
    "withdraw": Event.WITHDRAW,
    "approve": Event.DECIDE,
    "reject": Event.REJECT,
    "return": Event.RETURN,
    "transfer": Event.DECIDE,
    "add_signer": Event.DECIDE,
    "pay": Event.PAY,
    "confirm": Event.DECIDE,
    "undo": Event.RESTORE,
    "return_back": Event.RETURN,
    "return_anew": Event.RETURN,
    "reduce": Event.AMEND,
    "hold_line": Event.AMEND,
}
"""The event that each action needs; a state without it has no such button."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What holds only now: the time, and whether the reader has said the first of two yeses."""

    now: datetime | None = None
    armed: bool = False
    zone: ZoneInfo = CHINA

    def undoable(self, claim: Claim, reader: Person) -> bool:
        """Whether the reader may take a decision back at this moment."""
        return self.now is not None and may_undo(claim, reader.id, self.now)


NO_MOMENT = Moment()


def allowed_actions(
    claim: Claim,
    purpose: Purpose,
    reader: Person,
    payment: Payment | None = None,
    moment: Moment = NO_MOMENT,
) -> tuple[ActionId, ...]:
    """Give the buttons that a reader gets on a card of a claim as it is now, in order.

    At most six, as WeCom has them.
    """
    if not reader.active:
        return ()
    if purpose == "claim":
        offered = _owners(claim, reader)
    elif purpose == "approval":
        offered = _approvers(claim, reader, moment)
    else:
        offered = _payers(claim, reader, payment)
    return tuple(action for action in offered if claim.allows(EVENTS[action]))


def _owners(claim: Claim, reader: Person) -> tuple[ActionId, ...]:
    if reader.id not in claim.owners:
        return ()
    used = any(f.code == "duplicate_invoice" for f in claim.findings)
    alike = bool(open_doubts(claim.findings)) and not used
    confirm: tuple[ActionId, ...] = ("confirm_not_duplicate",) if alike else ()
    nudge: tuple[ActionId, ...] = ("remind",) if claim.plan and claim.plan.waiting() else ()
    return ("submit", "edit", *confirm, "discard", *nudge, "withdraw")


def _approvers(claim: Claim, reader: Person, moment: Moment) -> tuple[ActionId, ...]:
    """Who is asked decides, involves others, and for a minute takes the last decision back."""
    turn = claim.plan is not None and reader.id in claim.plan.waiting()
    undo: tuple[ActionId, ...] = ("undo",) if moment.undoable(claim, reader) else ()
    if not turn or reader.id in claim.owners:
        return undo
    agree: ActionId = "confirm" if moment.armed else "approve"
    other: tuple[ActionId, ...] = () if undo else _other_return(claim)
    return (agree, "reject", "return", *other, "transfer", "add_signer", *undo)


def _other_return(claim: Claim) -> tuple[ActionId, ...]:
    """Give the way to return that is not the flow's own; nothing where both are the same.

    Where nobody has agreed yet, coming back to the one who returned it is beginning anew.
    """
    plan = claim.plan
    if plan is None or plan.step is None or not (plan.current or plan.step.agreed()):
        return ()
    return ("return_anew",) if plan.resubmit == "return" else ("return_back",)


def page_actions(claim: Claim, reader: Person, moment: Moment = NO_MOMENT) -> tuple[ActionId, ...]:
    """Give what an approver may do on the page: what the card offers, and changes of lines.

    A page asks where a return leads, and has no buttons for it.
    """
    card = allowed_actions(claim, "approval", reader, None, moment)
    offered = tuple(a for a in card if a not in {"return_back", "return_anew"})
    return (*offered, *line_actions(claim, reader)) if "reject" in offered else offered


def line_actions(claim: Claim, reader: Person) -> tuple[ActionId, ...]:
    """Give which changes of single lines an approver may make now."""
    plan = claim.plan
    if plan is None or not claim.allows(EVENTS["reduce"]):
        return ()
    reduce: tuple[ActionId, ...] = ("reduce",) if "amount" in change_rights(plan, reader.id) else ()
    hold: tuple[ActionId, ...] = ("hold_line",) if len(claim.lines) > 1 else ()
    return (*reduce, *hold)


def _payers(claim: Claim, reader: Person, payment: Payment | None) -> tuple[ActionId, ...]:
    owed = payment is not None and payment.state not in OVER
    may = PAYERS.intersection(reader.roles) and reader.id not in claim.owners
    return ("pay",) if owed and may else ()


def token_of(claim: Claim, drawing: int = 0) -> Token:
    """Give the token of a card of a claim as it is now: its step only while it is in review."""
    in_review = claim.plan is not None and claim.state is State.IN_REVIEW
    step = claim.plan.current if in_review and claim.plan else 0
    return Token(claim.number, claim.version, step, drawing)
