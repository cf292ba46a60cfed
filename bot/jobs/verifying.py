"""Asks the tax bureau about vouchers; the answer becomes an inbox row, like everything outside."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog

from bot.events import InvoiceVerified, to_json
from core.errors import OutsideError, ResultUnknown, Retryable
from core.notices import VerifyInvoice
from core.ports import Clock, Inbox, Store
from core.verification import (
    CHINA,
    DEAD,
    TRIES_A_DAY,
    Checked,
    Occasion,
    Tries,
    Verification,
    VerifyPort,
    VerifyRequest,
)

log = structlog.get_logger(__name__)

HANDS = 4
"""Questions asked at once, so that a slow provider leaves the relay's other hands to people."""
FRESH = timedelta(days=1)
"""How old an earlier answer may be to serve a draft; before and after payment it is always asked
again, for invoices die in between."""
_MOMENT = timedelta(seconds=1)


class NotYet(Exception):
    """It is too early to ask; `at` is when to try."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


@dataclass(frozen=True, slots=True)
class Verifier:
    """Asks through one provider, at most five times an invoice and day, over all replicas."""

    port: VerifyPort
    store: Store
    tries: Tries
    inbox: Inbox
    clock: Clock
    hands: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HANDS))

    async def ask(self, key: str, notice: VerifyInvoice) -> None:
        """Ask, and put the answer into the inbox under the question's key.

        NotYet before the question is due and while all hands are busy; else the errors of the
        port, ResultUnknown as Retryable: a question may be repeated.
        """
        now = self.clock()
        if notice.due and now < notice.due:
            raise NotYet(notice.due)
        if self.hands.locked():
            raise NotYet(now + _MOMENT)
        async with self.hands:
            answered = await self._answer(notice, now)
        event = InvoiceVerified(notice.claim, notice.occasion, answered)
        body = to_json(event)
        await self.inbox.put(f"verified:{key}", f"verify:{notice.claim}", body, self.clock())

    async def _answer(self, notice: VerifyInvoice, now: datetime) -> Checked:
        request = notice.request
        found = await self.store.verified((request.identity,))
        known = found.get(request.identity)
        usable = known if known and known.conclusive and known.fits(request) else None
        if usable and _is_fresh(usable, notice.occasion, now):
            return usable
        if not self.port.supports(request):
            answer = Verification("unsupported", provider=self.port.provider)
        elif not await self.tries.take(request.identity, _day(now), TRIES_A_DAY):
            if usable:
                return usable
            answer = Verification("pending", provider=self.port.provider, reason="tries")
        else:
            answer = await self._asked(request, now)
        return Checked(request.identity, request, answer, now)

    async def _asked(self, request: VerifyRequest, now: datetime) -> Verification:
        try:
            answer = await self.port.verify(request)
        except ResultUnknown as error:
            raise Retryable(error.code) from None
        except OutsideError:
            await self.tries.give_back(request.identity, _day(now))
            raise
        log.info("invoice_verified", provider=answer.provider, state=answer.state)
        return answer


def _is_fresh(known: Checked, occasion: Occasion, now: datetime) -> bool:
    is_draft = occasion == "draft" and now - known.at < FRESH
    return is_draft or known.verification.state in DEAD


def _day(now: datetime) -> date:
    return now.astimezone(CHINA).date()
