"""Buttons of cards: stale ones are told from live ones, the rest does what words do."""

from collections.abc import Awaitable, Callable

from bot.cards.actions import (
    ACTION_IDS,
    BATCH_ACTION_IDS,
    BUDGET_ACTION_IDS,
    Token,
    unpack_token,
)
from bot.cards.reasons import reason_text
from bot.events import CardClicked
from bot.handlers import (
    approvals,
    batch,
    budget_alerts,
    budgets,
    drafts,
    duplicates,
    payments,
    reviewing,
    undoing,
)
from bot.handlers.work import Work
from core.actions.basics import lane_of
from core.budget.changes import is_change_number
from core.change import CardCode, Change, Outgoing
from core.claim import EDITABLE, Claim, State
from core.errors import Refused
from core.notices import Notice, Purpose, ShowAlert, ShowCard
from core.phrases.cleaning import clean
from core.phrases.intents import Withdraw
from core.ports import Store

Click = Callable[[CardClicked, Claim, Work], Awaitable[None]]

DECISIONS = frozenset(
    {
        "approve",
        "confirm",
        "reject",
        "return",
        "return_back",
        "return_anew",
        "transfer",
        "add_signer",
        "reduce",
        "hold_line",
    }
)
BACK = {"return_back": "yes", "return_anew": "no"}
"""What buttons that return a claim say of where it goes on."""
MAX_INPUT = 2000


async def on_click(click: CardClicked, work: Work) -> None:
    """Do what a button says, if it is still the button of the claim's present state.

    Whatever comes of it, the clicker's card is drawn again, so that it never stays at 处理中.
    """
    for notice in await card_of_another(work.store, click, work.person.id):
        again = Outgoing(f"{work.source}!holder", lane_of(notice), notice)
        await work.also(Change(at=work.now, outbox=(again,)))
    if click.response_code:
        work.codes = (CardCode(click.card, click.response_code),)
    if click.action in BUDGET_ACTION_IDS:
        await budget_alerts.on_budget_click(click, work)
        return
    if click.action in BATCH_ACTION_IDS:
        await batch.on_click(click, work)
        return
    number = click.token.partition("~")[0]
    if is_change_number(number):
        await budgets.on_click(click, number, work)
        return
    claim = await _clicked_claim(click, work)
    try:
        await CLICKS[click.action](click, claim, work)
    except Refused as refused:
        raise Refused(refused.code, **{**refused.fields, "redraw": _redraw(work, claim)}) from None
    if not work.committed:
        await work.tell(*_redraw(work, claim))


async def card_of_another(store: Store, click: CardClicked, clicker: str) -> tuple[Notice, ...]:
    """Draw a card again for whoever has it, when somebody else pressed it where it was forwarded.

    The answer to a press turns the card to 处理中 for everybody who sees it.
    """
    card = await store.card(click.card)
    if card is None or card.person == clicker:
        return ()
    if card.purpose == "alert":
        return (ShowAlert(card.person, card.claim.removeprefix("budget:"), only_open=True),)
    return (ShowCard(card.person, card.claim, card.purpose, only_open=True),)


async def _clicked_claim(click: CardClicked, work: Work) -> Claim:
    if click.action not in ACTION_IDS:
        raise Refused("unknown_button")
    try:
        token = unpack_token(click.token)
    except ValueError:
        raise Refused("unknown_button") from None
    claim = await work.store.claim(token.number)
    if claim is None:
        raise Refused("unknown_button")
    if _is_stale(click.action, token, claim):
        raise Refused("stale_card", number=claim.number, redraw=_redraw(work, claim))
    return claim


def _is_stale(action: str, token: Token, claim: Claim) -> bool:
    if token.version != claim.version:
        return True
    if action in DECISIONS:
        step = claim.plan.current if claim.plan else 0
        return claim.state is not State.IN_REVIEW or step != token.step
    return action in {"submit", "discard", "edit"} and claim.state not in EDITABLE


def _redraw(work: Work, claim: Claim) -> tuple[Notice, ...]:
    purposes: tuple[Purpose, ...] = ("claim", "approval", "payment")
    return tuple(ShowCard(work.person.id, claim.number, p, only_open=True) for p in purposes)


def _input(click: CardClicked, name: str) -> str:
    return clean(click.inputs.get(name, "")[:MAX_INPUT])


async def _submit(_: CardClicked, claim: Claim, work: Work) -> None:
    await drafts.submit_claim(work, claim)


async def _discard(_: CardClicked, claim: Claim, work: Work) -> None:
    await drafts.discard_claim(work, claim)


async def _edit(_: CardClicked, claim: Claim, work: Work) -> None:
    await drafts.start_editing(work, claim)


async def _approve(click: CardClicked, claim: Claim, work: Work) -> None:
    await approvals.approve_claim(work, claim, _input(click, "opinion"))


async def _confirm(_: CardClicked, claim: Claim, work: Work) -> None:
    await approvals.confirm_claim(work, claim)


async def _undo(_: CardClicked, claim: Claim, work: Work) -> None:
    await undoing.undo_decision(work, claim)


async def _turn_down(click: CardClicked, claim: Claim, work: Work) -> None:
    reason = _input(click, "reason")
    action = "return" if click.action in BACK else click.action
    await approvals.turn_down(
        work,
        claim,
        action,
        reason_text(reason, work.person.language) or reason,
        back=BACK.get(click.action) or _input(click, "back"),
        to=_input(click, "to"),
    )


async def _involve(click: CardClicked, claim: Claim, work: Work) -> None:
    words = _input(click, "person").strip()
    place = _input(click, "place")
    if words:
        await approvals.answer_person(work, claim, click.action, words, {"place": place})
    else:
        await approvals.involve(work, claim, click.action, "", place=place)


async def _change_line(click: CardClicked, claim: Claim, work: Work) -> None:
    number = _input(click, "line")
    line_no = int(number) if number.isascii() and number.isdecimal() else None
    reason = _input(click, "reason")
    if click.action == "hold_line":
        await reviewing.hold_line(work, claim, line_no, reason)
        return
    to_fen = reviewing.amount_from(_input(click, "amount"))
    await reviewing.reduce_line(work, claim, line_no, to_fen, reason)


async def _remind(_: CardClicked, claim: Claim, work: Work) -> None:
    await approvals.remind_claim(work, claim)


async def _withdraw(_: CardClicked, claim: Claim, work: Work) -> None:
    await drafts.on_withdraw(Withdraw(claim.number), work)


async def _confirm_not_duplicate(click: CardClicked, claim: Claim, work: Work) -> None:
    await duplicates.confirm_claim(work, claim, _input(click, "reason"))


async def _pay(_: CardClicked, claim: Claim, work: Work) -> None:
    await payments.pay_claim(work, claim)


CLICKS: dict[str, Click] = {
    "submit": _submit,
    "discard": _discard,
    "edit": _edit,
    "approve": _approve,
    "confirm": _confirm,
    "undo": _undo,
    "reject": _turn_down,
    "return": _turn_down,
    "return_back": _turn_down,
    "return_anew": _turn_down,
    "reduce": _change_line,
    "hold_line": _change_line,
    "transfer": _involve,
    "add_signer": _involve,
    "remind": _remind,
    "withdraw": _withdraw,
    "confirm_not_duplicate": _confirm_not_duplicate,
    "pay": _pay,
}
