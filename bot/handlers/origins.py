"""Requests that another system has approved become drafts that only lack their invoices."""

from datetime import date

from bot.events import SystemOffered
from bot.handlers.requests import REQUEST_WORDS
from bot.handlers.verifying import Desk
from core.actions.basics import Cause
from core.actions.origins import Approved, leave_request, take_request
from core.approval import OUTSIDE
from core.claim import PREFIXES, Kind, claim_number
from core.company import Company
from core.phrases.vocabulary import match_category, vocabulary_of


async def on_offered(event: SystemOffered, desk: Desk) -> None:
    """Take a request over for its employee; one of nobody here is told to administrators."""
    cause = Cause(f"{OUTSIDE}{event.system}", desk.now, desk.source)
    person = desk.company.person(event.person)
    if person is None or not person.active:
        change = leave_request(desk.company, event.system, event.code, event.person, cause)
    else:
        today = desk.now.astimezone(desk.zone).date()
        request = Approved(
            event.system,
            event.code,
            event.request,
            event.title,
            event.amount_fen,
            event.day or today,
            _category(desk.company, event),
        )
        numbers = (
            await _number(desk, event.request, today),
            await _number(desk, "reimbursement", today),
        )
        change = take_request(desk.company, person, request, numbers, cause, desk.settings)
    await desk.store.commit(change.finishing(desk.inbox))


def _category(company: Company, event: SystemOffered) -> str | None:
    """Give the one category that the title means, else that of the kind of request."""
    vocabulary = vocabulary_of(company)
    found = match_category(event.title, vocabulary) or match_category(
        REQUEST_WORDS.get(event.request, ""), vocabulary
    )
    return found[0] if len(found) == 1 else None


async def _number(desk: Desk, kind: Kind, day: date) -> str:
    sequence = await desk.store.next_number(PREFIXES[kind], day)
    return claim_number(kind, day, sequence)
