"""Commands that name a number: that of a claim, or that of a wish to change a budget."""

from bot.handlers import approvals, budgets, progress, undoing
from bot.handlers.work import Work
from core.budget.changes import is_change_number
from core.claim import State
from core.phrases.intents import Approve, Progress, Reject, Withdraw
from core.ports import ClaimQuery, Page


async def on_approve(command: Approve, work: Work) -> None:
    """Agree by words."""
    wish = await _wish(command.number, work)
    if wish:
        await budgets.decide(work, wish, "approve", command.opinion)
    else:
        await approvals.on_approve(command, work)


async def on_reject(command: Reject, work: Work) -> None:
    """Turn down by words."""
    wish = await _wish(command.number, work)
    if wish:
        await budgets.decide(work, wish, "reject", command.reason)
    else:
        await approvals.on_reject(command, work)


async def _wish(number: str | None, work: Work) -> str | None:
    """Give the wish that is meant: the named one, or the only thing that waits for the person."""
    if number is not None:
        return number if is_change_number(number) else None
    query = ClaimQuery(state=State.IN_REVIEW, waiting_for=work.person.id)
    if (await work.store.claims(query, Page(limit=1))).items:
        return None
    waiting = await budgets.waiting_for(work)
    return waiting[0].number if len(waiting) == 1 else None


async def on_withdraw(command: Withdraw, work: Work) -> None:
    """Take back a claim, or a wish."""
    if command.number and is_change_number(command.number):
        await budgets.take_back(work, command.number)
    else:
        await undoing.on_take_back(command, work)


async def on_progress(command: Progress, work: Work) -> None:
    """Say where a claim is, or show a wish."""
    if command.number and is_change_number(command.number):
        await budgets.show(work, command.number)
    else:
        await progress.on_progress(command, work)
