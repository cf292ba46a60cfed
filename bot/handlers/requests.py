"""Requests for money in one sentence: trips, purchases, advances, petty cash, welfare."""

from dataclasses import replace
from datetime import date

from bot.handlers.drafts import keep, start_claim
from bot.handlers.work import Work
from core.actions.drafts import add_line
from core.actions.editing import days_of
from core.claim import Claim, Kind, Line
from core.dealings import Supplier, Trip
from core.money import format_yuan
from core.phrases.claim_intents import PettyCash, Welfare
from core.phrases.intents import Advance, Purchase, Travel
from core.phrases.vocabulary import match_category, vocabulary_of

REQUEST_WORDS: dict[Kind, str] = {
    "travel_request": "差旅",
    "purchase_request": "采购",
    "welfare": "福利",
}
"""The everyday word behind a request, to find the company's category for its line."""


async def on_travel(command: Travel, work: Work) -> None:
    """Draft a travel request with its itinerary and estimate."""
    trip = Trip(
        command.city,
        command.start,
        command.end,
        command.leaves_after_noon,
        command.back_before_noon,
    )
    purpose = f"{command.city} {days_of(trip)} {command.purpose}".strip()
    claim = await _begun(work, "travel_request", command.amount_fen, purpose, command.start)
    await _keep(work, replace(claim, trip=trip))


async def on_purchase(command: Purchase, work: Work) -> None:
    """Draft a purchase request; with a supplier the company pays, else the employee does."""
    amount, words = command.amount_fen, command.description
    claim = await _begun(work, "purchase_request", amount, words, work.today)
    named = command.supplier or command.account
    supplier = Supplier(command.supplier, command.account, command.bank) if named else None
    await _keep(work, replace(claim, supplier=supplier))


async def on_advance(command: Advance, work: Work) -> None:
    """Draft an advance."""
    amount, words = command.amount_fen, command.description
    await _keep(work, await _begun(work, "advance", amount, words, work.today))


async def on_petty_cash(command: PettyCash, work: Work) -> None:
    """Draft petty cash: an advance that stands until it is returned."""
    amount, words = command.amount_fen, command.description or "备用金"
    claim = await _begun(work, "advance", amount, words, work.today)
    await _keep(work, replace(claim, standing=True))


async def on_welfare(command: Welfare, work: Work) -> None:
    """Draft a welfare claim."""
    amount, words = command.amount_fen, command.description or "福利"
    await _keep(work, await _begun(work, "welfare", amount, words, work.today))


async def _begun(work: Work, kind: Kind, amount_fen: int, purpose: str, day: date) -> Claim:
    claim = await start_claim(work, kind)
    vocabulary = vocabulary_of(work.company)
    ids = match_category(purpose, vocabulary) or match_category(
        REQUEST_WORDS.get(kind, ""), vocabulary
    )
    line = Line(ids[0] if len(ids) == 1 else None, amount_fen, day, purpose)
    return add_line(replace(claim, purpose=purpose), line)


async def _keep(work: Work, claim: Claim) -> None:
    await keep(work, claim, "start_request", amount=format_yuan(claim.total_fen))
