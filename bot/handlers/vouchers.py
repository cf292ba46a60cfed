"""What the books say of accounting vouchers: their numbers, or why they did not take them."""

from bot.events import SystemAnswered, SystemFailed
from bot.handlers.verifying import Desk
from bot.texts.refusals import refusal_text
from bot.texts.systems import reason_text
from core.actions.basics import Cause
from core.actions.booking import leave_to_people, note_unposted, post
from core.change import Change
from core.company import Person
from core.errors import Refused

UNFINISHED = "unfinished"
"""The code of a voucher that is there, but was refused a later step (`core.errors.Unfinished`)."""


async def numbered(event: SystemAnswered, desk: Desk, cause: Cause) -> Change:
    """Note the number that a voucher has got.

    One that is known by another number already is for finance to look at.
    """
    voucher = await desk.store.voucher(event.order.key)
    if voucher is None or event.ref is None:
        return Change(at=desk.now)
    number = event.ref.number or event.ref.id
    try:
        change = post(voucher, number, cause, desk.now.astimezone(desk.zone).date())
    except Refused as refusal:
        error = refusal

        def said(person: Person) -> str:
            return refusal_text(error, person.language, desk.company)

        return note_unposted(desk.company, event.order, "refused", said, cause)
    return change or Change(at=desk.now)


async def unposted(event: SystemFailed, desk: Desk, cause: Cause) -> Change:
    """Tell finance what was not posted; what was given up is left to people."""
    if event.state == "dropped":
        voucher = await desk.store.voucher(event.order.key)
        return leave_to_people(voucher, cause)

    def words(person: Person) -> str:
        return reason_text(event.text or event.code, person.language)

    state = UNFINISHED if event.code == UNFINISHED else event.state
    return note_unposted(desk.company, event.order, state, words, cause)
