"""Event → handler; the service does not start while one of them has none."""

from collections.abc import Awaitable, Callable
from typing import Any, get_args

from bot import events
from bot.handlers import (
    clicks,
    desk_orders,
    directory,
    origins,
    receipts,
    systems,
    typed,
    verifying,
    wallet,
)
from bot.handlers.verifying import Desk
from bot.handlers.work import Work
from core.phrases.intents import Command

Handler = Callable[[Any, Work], Awaitable[None]]

HANDLERS: dict[type, Handler] = {
    events.TextReceived: typed.on_text,
    events.PhotoReceived: receipts.on_photo,
    events.FileReceived: receipts.on_file,
    events.FileUploaded: receipts.on_upload,
    events.LinkReceived: receipts.on_link,
    events.CardInvoicesChosen: wallet.on_cards,
    events.CardClicked: clicks.on_click,
    events.DeskOrdered: desk_orders.on_ordered,
    events.PersonEntered: typed.on_entered,
    events.UnsupportedReceived: typed.on_unsupported,
}

ANSWERS: dict[type, Callable[[Any, Desk], Awaitable[None]]] = {
    events.InvoiceVerified: verifying.on_verified,
    events.WalletRefused: wallet.on_refused,
    events.SystemAnswered: systems.on_answered,
    events.SystemFailed: systems.on_failed,
    events.SystemReported: systems.on_reported,
    events.SystemHinted: systems.on_hinted,
    events.SystemOffered: origins.on_offered,
    events.UserRenamed: directory.on_renamed,
}


def check_routes() -> None:
    """Raise RuntimeError that names an event or command that nobody handles."""
    lacking = [t.__name__ for t in get_args(events.Event) if t not in HANDLERS]
    lacking += [t.__name__ for t in get_args(events.Answer) or (events.Answer,) if t not in ANSWERS]
    lacking += [t.__name__ for t in get_args(Command) if t not in typed.COMMANDS]
    if lacking:
        raise RuntimeError(f"no handler for {', '.join(lacking)}")


async def dispatch(event: events.Event, work: Work) -> None:
    """Hand an event to its handler."""
    await HANDLERS[type(event)](event, work)


async def take_answer(answer: events.Answer, desk: Desk) -> None:
    """Hand the answer of an outside system to its handler."""
    await ANSWERS[type(answer)](answer, desk)
