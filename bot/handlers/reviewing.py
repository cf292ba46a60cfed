"""Changes that approvers make to a claim in review: 核减, 暂缓, corrections."""

import re

from bot.handlers.drafts import next_number
from bot.handlers.finding import surroundings_of, waiting_claim
from bot.handlers.work import Work
from core.actions import amending
from core.actions.drafts import pick_line
from core.claim import Claim
from core.errors import Refused
from core.phrases.amounts import parse_amount
from core.phrases.claim_intents import HoldLine, Reduce
from core.phrases.results import Ambiguous, Problem

_NOTHING = re.compile(r"[¥￥]?0(?:\.0{1,2})?[元块]?")


async def on_reduce(command: Reduce, work: Work) -> None:
    """Let less of a line be paid."""
    claim = await waiting_claim(work, command.number)
    await reduce_line(work, claim, command.line_no, command.amount_fen, command.reason)


async def reduce_line(
    work: Work, claim: Claim, line_no: int | None, to_fen: int, reason: str
) -> None:
    """Let less of a line, counted from 1, be paid."""
    index = pick_line(claim, line_no)
    around = await surroundings_of(work.store, work.company, claim, work.today, work.rooms.settings)
    await work.commit(amending.reduce_line(claim, around, work.cause, index, to_fen, reason))


def amount_from(text: str) -> int:
    """Read what is to be paid of a line, in fen; Refused with the code of what is wrong with it.

    Nothing at all may be paid of one.
    """
    if _NOTHING.fullmatch(text.strip()):
        return 0
    value = parse_amount(text)
    if isinstance(value, Problem):
        raise Refused(value.code, text=value.text)
    if value is None or isinstance(value, Ambiguous):
        raise Refused("amount_unclear", text=text)
    return value


async def on_hold_line(command: HoldLine, work: Work) -> None:
    """Let a line go on as a claim of its own, so that the rest need not wait."""
    claim = await waiting_claim(work, command.number)
    await hold_line(work, claim, command.line_no, command.reason)


async def hold_line(work: Work, claim: Claim, line_no: int | None, reason: str) -> None:
    """Put a line, counted from 1, on a claim of its own."""
    index = pick_line(claim, line_no)
    number = await next_number(work, claim.kind)
    stored = await work.store.invoices_of(claim.number)
    around = await surroundings_of(work.store, work.company, claim, work.today, work.rooms.settings)
    change = amending.hold_line(claim, around, work.cause, index, reason, number, stored)
    await work.commit(change)
