"""A second person's word on payment batches."""

from bot.handlers.work import Work
from core.actions.batching import cancel, release
from core.claim import Claim
from core.errors import Refused
from core.payment import Payment
from core.payment_batch import PaymentBatch
from core.phrases.intents import CancelBatch, ConfirmBatch


async def on_confirm_batch(command: ConfirmBatch, work: Work) -> None:
    """Agree to a batch, so that its file may leave."""
    batch = await _batch(work, command.batch)
    payments = await work.store.payments_in(batch.id)
    change = release(batch, payments, work.company, work.cause)
    if change is None:
        await work.answer("batch_released", batch=batch.id)
        return
    await work.commit(change)


async def on_cancel_batch(command: CancelBatch, work: Work) -> None:
    """Turn a batch down: its payments are owed as before."""
    batch = await _batch(work, command.batch)
    owed: list[tuple[Claim, Payment]] = []
    for payment in await work.store.payments_in(batch.id):
        claim = await work.store.claim(payment.claim)
        if claim and payment.state == "exported":
            owed.append((claim, payment))
    await work.commit(cancel(batch, owed, work.company, work.cause, command.reason))


async def _batch(work: Work, name: str) -> PaymentBatch:
    batch = await work.store.payment_batch(name)
    if batch is None:
        raise Refused("no_such_batch", batch=name)
    return batch
