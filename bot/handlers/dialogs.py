"""What a person's next message is awaited for: the closed words of dialogs and their life."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.handlers.work import Work
from core.change import Dialog
from core.claim import Claim

EXPENSE = "expense"
"""An answer to a question about an expense."""
REASON = "reason"
"""The reason of a rejection or return."""
PERSON = "person"
"""Whom to transfer to or ask also."""
NOT_DUPLICATE = "not_duplicate"
"""Why expenses that look alike are not the same one."""
PAIR = "pair"
"""Which line an itinerary, or the invoice of a ride, belongs to."""
BUDGET_MORE = "budget_more"
"""By how much a budget should grow, and why."""
BUDGET_FREEZE = "budget_freeze"
"""Why a budget should be frozen."""
CONFIRM = "confirm"
"""The second yes to a high amount."""
BATCH = "batch"
"""The one yes to a list of claims."""
EDIT = "edit"
"""Photos, lines and edits for a claim that was taken in hand."""

PATIENCE = timedelta(minutes=30)


def waiting(work: Work, expects: str, **fields: str) -> Dialog:
    """Begin to await something of the sender, for half an hour."""
    return Dialog(work.person.id, expects, tuple(fields.items()), work.now + PATIENCE)


def ended(work: Work) -> Dialog:
    """End whatever is awaited of the sender."""
    return Dialog(work.person.id, None)


def alive(dialog: Dialog | None, now: datetime) -> Dialog | None:
    """Give a dialog that is still awaited."""
    if dialog is None or dialog.expects is None:
        return None
    return dialog if dialog.until is None or dialog.until > now else None


def about(dialog: Dialog | None, claim: Claim) -> bool:
    """Whether a dialog is about a claim as it is now, in its version and at its step."""
    known = dict(dialog.fields) if dialog else {}
    step = str(claim.plan.current) if claim.plan else "0"
    here = {"number": claim.number, "version": str(claim.version), "step": step}
    return bool(known) and all(known.get(name) == value for name, value in here.items())


def armed_for(dialog: Dialog | None, claim: Claim) -> bool:
    """Whether the second yes to a claim is awaited."""
    return dialog is not None and dialog.expects == CONFIRM and about(dialog, claim)


def facts(dialog: Dialog) -> Mapping[str, str]:
    """Give what a dialog keeps in mind."""
    return dict(dialog.fields)


def in_hand(dialog: Dialog | None, now: datetime) -> str | None:
    """Give the number of the claim that the dialog is about, if it is being changed."""
    live = alive(dialog, now)
    if live is None or live.expects not in {EDIT, EXPENSE}:
        return None
    return facts(live).get("number") or None
