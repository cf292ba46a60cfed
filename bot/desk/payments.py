"""Payment files out: what is owed becomes one batch and one file."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.actions import settlement
from core.actions.basics import Cause
from core.errors import Conflict, Refused
from core.money import format_yuan
from core.payment import Payment, PaymentState
from core.ports import Clock, Page, Store

PAGE = 500
Write = Callable[[Sequence[Payment]], bytes]


@dataclass(frozen=True, slots=True)
class Batch:
    """What went into one file."""

    id: str
    payments: tuple[Payment, ...]

    @property
    def total(self) -> str:
        """The sum in yuan."""
        return format_yuan(sum(p.amount_fen for p in self.payments))


async def _in_state(store: Store, state: PaymentState) -> list[Payment]:
    found: list[Payment] = []
    page = await store.payments(state, Page(limit=PAGE))
    found += page.items
    while page.next:
        page = await store.payments(state, Page(page.next, PAGE))
        found += page.items
    return found


async def export_batch(store: Store, clock: Clock, write: Write, out: Path) -> Batch:
    """Write what is owed to a file and note it as exported; Refused `nothing_to_export`.

    The list lies complete in `OUT.tmp` before anything is noted and takes its name after, so
    that a crash in between loses nothing; a payment that somebody settles meanwhile is left out.
    """
    due = [*await _in_state(store, "pending"), *await _in_state(store, "failed")]
    if not due:
        raise Refused("nothing_to_export")
    now = clock()
    sequence = await store.next_number("PAY", now.date())
    batch = f"PAY-{now:%Y%m%d}-{sequence:04d}"
    draft = _write(out, write(due))
    taken = [p for p in due if await _take(store, p, batch, clock)]
    if not taken:
        draft.unlink()
        raise Refused("nothing_to_export")
    if taken != due:
        draft = _write(out, write(taken))
    draft.replace(out)
    return Batch(batch, tuple(taken))


async def rewrite_batch(store: Store, batch: str, write: Write, out: Path) -> Batch:
    """Write the file of an earlier batch again; Refused `no_such_batch`."""
    every = [*await _in_state(store, "exported"), *await _in_state(store, "paid")]
    found = [p for p in every if p.batch == batch]
    if not found:
        raise Refused("no_such_batch", batch=batch)
    _write(out, write(found)).replace(out)
    return Batch(batch, tuple(found))


async def _take(store: Store, payment: Payment, batch: str, clock: Clock) -> bool:
    """Note one payment as exported; false when it is no longer owed."""
    claim = await store.claim(payment.claim)
    if claim is None:
        return False
    cause = Cause("cashier", clock(), f"export:{batch}:{payment.id}")
    try:
        await store.commit(settlement.export(claim, payment, batch, cause))
    except (Refused, Conflict):
        return False
    return True


def _write(out: Path, data: bytes) -> Path:
    """Put the bytes beside their place: account numbers are for the owner's eyes only."""
    draft = out.with_name(out.name + ".tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return draft
