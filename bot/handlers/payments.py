"""Paying by hand: the cashier's card and words."""

from dataclasses import replace

from bot.handlers.finding import HISTORY, advances_of, claim_named
from bot.handlers.work import Work
from core.actions import settlement
from core.actions.bouncing import also_told, bounce, with_payers_told
from core.actions.verifying import require_alive
from core.bank_results import read_verdict
from core.change import Change
from core.claim import Claim, State
from core.errors import Refused
from core.money import format_cny
from core.notices import Say, ShowCard
from core.payment import Payment
from core.phrases.claim_intents import Repay
from core.phrases.intents import MarkPaid, PayFailed
from core.ports import ClaimQuery, Store


async def owed_for(store: Store, payment_id: str) -> tuple[Payment, Claim] | None:
    """Read a payment with its claim; None where there is none.

    The claim's revision guards both, so the payment is read after it: one read before could be
    older, and what was noted in between would be lost.
    """
    known = await store.payment(payment_id)
    claim = await store.claim(known.claim) if known else None
    payment = await store.payment(payment_id) if claim else None
    return (payment, claim) if payment and claim else None


async def on_mark_paid(command: MarkPaid, work: Work) -> None:
    """Note a payment by words."""
    await pay_claim(work, await _named(work, command.number), command.amount_fen)


async def on_repay(command: Repay, work: Work) -> None:
    """Note that an advance, or a part of it, came back; tell its owner where to bring it."""
    if command.number is None and not settlement.PAYERS.intersection(work.person.roles):
        await _how_to_repay(work)
        return
    advance = await _named(work, command.number, "归还 JK-20261125-0001 380.66")
    query = ClaimQuery(state=State.IN_REVIEW, employee=advance.employee)
    waiting = (await work.store.claims(query, HISTORY)).items
    taken = sum(
        c.amount_fen for claim in waiting for c in claim.clears if c.advance == advance.number
    )
    amount = command.amount_fen
    change = settlement.repay(advance, work.company, work.cause, amount, taken)
    await work.commit(change)


async def _how_to_repay(work: Work) -> None:
    advances = await advances_of(work.store, work.person.id)
    if not advances:
        raise Refused("no_advance_owed")
    rows = [f"· {a.number} · {format_cny(a.open_fen)}" for a in advances]
    cashiers = " ".join(p.id for p in work.company.with_role("cashier"))
    await work.answer("how_to_repay", rows="\n".join(rows), people=cashiers)


async def on_pay_failed(command: PayFailed, work: Work) -> None:
    """Note by words that a payment bounced."""
    claim = await _named(work, command.number, "付款失败 BX-20261125-0007 账号有误")
    settlement.require_payer(work.company, claim, work.person.id)
    if not command.reason.strip():
        raise Refused("fail_reason_missing", number=claim.number)
    payment = await _payment(work, claim)
    if payment.state == "paid" and read_verdict("失败", command.reason) == "returned":
        back = bounce(claim, payment, work.company, work.cause, command.reason)
        await _finish(work, claim, back)
        return
    change = settlement.fail(claim, payment, work.cause, command.reason)
    told = with_payers_told(change, work.company, command.reason) if change else None
    await _finish(work, claim, told)


async def pay_claim(work: Work, claim: Claim, amount_fen: int | None = None) -> None:
    """Note that the money of a claim, or a part of it, has been paid.

    Refused as `require_alive` for a void voucher, or one that is just being asked about.

    A bank's result is noted whatever the vouchers are: it has happened.
    """
    settlement.require_payer(work.company, claim, work.person.id)
    require_alive(claim, work.now)
    payment = await _payment(work, claim)
    rules = work.rooms.settings
    change = settlement.pay(claim, payment, work.cause, rules, amount_fen=amount_fen)
    await _finish(work, claim, _told_of_part(change, work.person.id))


def _told_of_part(change: Change | None, payer: str) -> Change | None:
    """Tell whoever pays, too, how much of a payment is still to come."""
    said = [o.notice for o in change.outbox] if change else []
    parts = [n for n in said if isinstance(n, Say) and n.code == "part_paid"]
    return also_told(change, (replace(n, person=payer) for n in parts)) if change else None


async def _named(work: Work, number: str | None, example: str = "已付 BX-20261125-0007") -> Claim:
    if number is None:
        raise Refused("number_missing", example=example)
    return await claim_named(work, number)


async def _payment(work: Work, claim: Claim) -> Payment:
    payment = await work.store.payment(f"P-{claim.number}")
    if payment is None:
        raise Refused("nothing_to_pay", number=claim.number)
    return payment


async def _finish(work: Work, claim: Claim, change: Change | None) -> None:
    """Commit, and redraw every payer's card; a repeated note only redraws."""
    cards = tuple(
        ShowCard(p.id, claim.number, "payment", only_open=True)
        for p in work.company.people
        if settlement.PAYERS.intersection(p.roles)
    )
    if change is None:
        await work.tell(*cards)
        return
    await work.commit(replace(change, outbox=(*change.outbox, *work.outgoing(cards))))
