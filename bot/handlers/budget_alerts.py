"""Buttons of a budget's alert: both ask in the chat for what a card cannot take."""

from collections.abc import Mapping
from dataclasses import replace

from bot.cards.actions import Token, unpack_token
from bot.events import CardClicked
from bot.handlers.budgets import wish_for
from bot.handlers.dialogs import BUDGET_FREEZE, BUDGET_MORE, ended, waiting
from bot.handlers.work import Work
from core.actions.budgets.asking import Wanted
from core.budget.changes import may_ask
from core.errors import Refused
from core.notices import ShowAlert
from core.phrases.amounts import find_amounts
from core.phrases.cleaning import clean

MAX_WORDS = 2000
DIALOGS: Mapping[str, tuple[str, str]] = {
    "request_more": (BUDGET_MORE, "budget_ask_more"),
    "freeze_budget": (BUDGET_FREEZE, "budget_ask_freeze"),
}
"""What each button awaits, and how it is asked for."""


async def on_budget_click(click: CardClicked, work: Work) -> None:
    """Ask for amount and reason, or take them where the card has a field for them.

    The card is drawn again in any case, so that it never stays at 处理中.
    """
    token = _token(click)
    redraw = ShowAlert(work.person.id, token.number, token.step, only_open=True)
    budget = work.company.budget(token.number)
    if budget is None or not may_ask(work.company, work.person, [budget]):
        raise Refused("not_for_budget", redraw=(redraw,))
    expects, question = DIALOGS[click.action]
    words = clean(click.inputs.get("reason", "")[:MAX_WORDS])
    dialog = waiting(work, expects, budget=budget.id, threshold=str(token.step))
    if not words:
        await work.tell(work.reply(question, budget=budget.id), redraw, dialog=dialog)
        return
    try:
        await answer(work, expects, dict(dialog.fields), words)
    except Refused as refused:
        raise Refused(refused.code, **{**refused.fields, "redraw": (redraw,)}) from None


def _token(click: CardClicked) -> Token:
    try:
        return unpack_token(click.token)
    except ValueError:
        raise Refused("unknown_button") from None


async def answer(work: Work, expects: str, known: Mapping[str, str], words: str) -> None:
    """Ask for the change that the words describe; Refused `budget_more_unclear` without a sum."""
    wanted = _wanted(expects, known["budget"], words)
    change = await wish_for(work, wanted)
    card = ShowAlert(work.person.id, wanted.budget, int(known["threshold"]), only_open=True)
    redrawn = (*change.outbox, *work.outgoing((card,)))
    await work.commit(replace(change, dialogs=(ended(work),), outbox=redrawn))


def _wanted(expects: str, budget: str, words: str) -> Wanted:
    if expects == BUDGET_FREEZE:
        return Wanted("freeze", budget, words)
    spans = find_amounts(words)
    if len(spans) != 1 or not isinstance(spans[0].value, int):
        raise Refused("budget_more_unclear")
    (span,) = spans
    reason = clean(f"{words[: span.start]} {words[span.end :]}").strip(" ,，。、;；:：")
    return Wanted("request", budget, reason, spans[0].value)
