"""Which buttons a card has for its reader; pressing one gives no authority, actions check again."""

from collections.abc import Mapping

from bot.cards.actions import ActionId, Token
from core.actions.settlement import PAYERS
from core.claim import Claim, Event, State
from core.company import Person
from core.duplicates import open_doubts
from core.notices import Purpose
from core.payment import Payment

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
}
"""The event that each action needs; a state without it has no such button."""


def allowed_actions(
    claim: Claim, purpose: Purpose, reader: Person, payment: Payment | None = None
) -> tuple[ActionId, ...]:
    """Give the buttons that a reader gets on a card of a claim as it is now, in order.

    Handing over and adding a signer are done by words (转交, 加签), so that a card stays small.
    """
    if not reader.active:
        return ()
    if purpose == "claim":
        offered = _owners(claim, reader)
    elif purpose == "approval":
        offered = _approvers(claim, reader)
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


def _approvers(claim: Claim, reader: Person) -> tuple[ActionId, ...]:
    turn = claim.plan is not None and reader.id in claim.plan.waiting()
    if not turn or reader.id in claim.owners:
        return ()
    return ("approve", "reject", "return")


def _payers(claim: Claim, reader: Person, payment: Payment | None) -> tuple[ActionId, ...]:
    owed = payment is not None and payment.state != "paid"
    may = PAYERS.intersection(reader.roles) and reader.id not in claim.owners
    return ("pay",) if owed and may else ()


def token_of(claim: Claim, drawing: int = 0) -> Token:
    """Give the token of a card of a claim as it is now: its step only while it is in review."""
    in_review = claim.plan is not None and claim.state is State.IN_REVIEW
    step = claim.plan.current if in_review and claim.plan else 0
    return Token(claim.number, claim.version, step, drawing)
