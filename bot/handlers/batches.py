"""A second person's word on payment batches."""

from collections.abc import Sequence

from bot.handlers.work import Work
from core.actions.batching import cancel, release
from core.claim import Claim
from core.errors import Refused
from core.payment import Payment
from core.payment_batch import PaymentBatch
from core.phrases.intents import CancelBatch, ConfirmBatch
from core.ports import ClaimQuery, Page

TOGETHER = 500


async def on_confirm_batch(command: ConfirmBatch, work: Work) -> None:
    """Agree to a batch, so that its file may leave."""
    batch = await _batch(work, command.batch)
    payments = await work.store.payments_in(batch.id)
    claims = await _claims(work, payments)
    change = release(batch, payments, work.company, work.cause, claims)
    if change is None:
        await work.answer("batch_released", batch=batch.id)
        return
    await work.commit(change)


async def on_cancel_batch(command: CancelBatch, work: Work) -> None:
    """Turn a batch down: its payments are owed as before."""
    batch = await _batch(work, command.batch)
    claims = {c.number: c for c in await _claims(work, await work.store.payments_in(batch.id))}
    payments = await work.store.payments_in(batch.id)
    owed = [(claims[p.claim], p) for p in payments if p.claim in claims and p.state == "exported"]
    await work.commit(cancel(batch, owed, work.company, work.cause, command.reason))


async def _claims(work: Work, payments: Sequence[Payment]) -> list[Claim]:
    """Read the claims of a batch, many at a time; a claim's revision guards its payment."""
    found: list[Claim] = []
    for start in range(0, len(payments), TOGETHER):
        numbers = frozenset(p.claim for p in payments[start : start + TOGETHER])
        read = await work.store.claims(ClaimQuery(numbers=numbers), Page(limit=TOGETHER))
        found += read.items
    return found


async def _batch(work: Work, name: str) -> PaymentBatch:
    batch = await work.store.payment_batch(name)
    if batch is None:
        raise Refused("no_such_batch", batch=name)
    return batch
