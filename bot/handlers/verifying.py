"""Answers of the tax bureau: kept, shown on the claim's cards, told to finance when too late."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.events import InvoiceVerified
from core.actions.basics import Cause, Settings
from core.actions.verifying import note_answer
from core.change import InboxRef
from core.company import Company
from core.ports import Store
from core.verification import requests_of


@dataclass(frozen=True, slots=True)
class Desk:
    """What the handler of an answer may touch: nobody stands before it."""

    store: Store
    company: Company
    now: datetime
    source: str
    inbox: InboxRef
    settings: Settings

    @property
    def zone(self) -> ZoneInfo:
        """Where the company's days begin."""
        return self.settings.zone


async def on_verified(event: InvoiceVerified, desk: Desk) -> None:
    """Let an answer become true together with what follows from it."""
    claim = await desk.store.claim(event.claim)
    requests = requests_of(claim) if claim else ()
    identities = {event.answered.identity, *(r.identity for r in requests)}
    known = await desk.store.verified(sorted(identities))
    cause = Cause("tax-bureau", desk.now, desk.source)
    change = note_answer(claim, desk.company, event.answered, known, event.occasion, cause)
    await desk.store.commit(change.finishing(desk.inbox))
