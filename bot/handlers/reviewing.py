"""Changes that approvers make to a claim in review: 核减, 暂缓, corrections."""

from bot.handlers.drafts import next_number
from bot.handlers.finding import surroundings_of, waiting_claim
from bot.handlers.work import Work
from core.actions import amending
from core.actions.drafts import pick_line
from core.phrases.claim_intents import HoldLine, Reduce


async def on_reduce(command: Reduce, work: Work) -> None:
    """Let less of a line be paid."""
    claim = await waiting_claim(work, command.number)
    index = pick_line(claim, command.line_no)
    around = await surroundings_of(work.store, work.company, claim, work.today, work.rooms.settings)
    change = amending.reduce_line(
        claim, around, work.cause, index, command.amount_fen, command.reason
    )
    await work.commit(change)


async def on_hold_line(command: HoldLine, work: Work) -> None:
    """Let a line go on as a claim of its own, so that the rest need not wait."""
    claim = await waiting_claim(work, command.number)
    index = pick_line(claim, command.line_no)
    number = await next_number(work, claim.kind)
    stored = await work.store.invoices_of(claim.number)
    around = await surroundings_of(work.store, work.company, claim, work.today, work.rooms.settings)
    change = amending.hold_line(claim, around, work.cause, index, command.reason, number, stored)
    await work.commit(change)
