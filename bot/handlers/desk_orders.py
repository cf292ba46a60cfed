"""Words of finance from its page: each is the command of the chat, with the same right to it."""

from bot.events import DeskOrdered
from bot.handlers.batches import on_cancel_batch, on_confirm_batch
from bot.handlers.payments import on_mark_paid, on_pay_failed
from bot.handlers.work import Work
from core.phrases.intents import CancelBatch, ConfirmBatch, MarkPaid, PayFailed


async def on_ordered(order: DeskOrdered, work: Work) -> None:
    """Do what was ordered; errors as the commands."""
    if order.act == "confirm_batch":
        await on_confirm_batch(ConfirmBatch(order.subject), work)
    elif order.act == "cancel_batch":
        await on_cancel_batch(CancelBatch(order.subject, order.words), work)
    elif order.act == "paid":
        await on_mark_paid(MarkPaid(order.subject, order.amount_fen), work)
    else:
        await on_pay_failed(PayFailed(order.subject, order.words), work)
