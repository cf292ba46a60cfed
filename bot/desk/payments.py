"""Payment files out: what is owed becomes one batch and one file, which leaves when it may."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Protocol

from core.actions import settlement
from core.actions.basics import Cause
from core.actions.batching import close_batch, find_maker, needs_checker, settle
from core.change import Change
from core.claim import Claim, State
from core.company import Company
from core.copies import changed
from core.errors import Conflict, Refused
from core.money import format_yuan
from core.payment import Payment, PaymentState
from core.payment_batch import (
    OTHER_PAYER,
    Left,
    Order,
    OrderList,
    PaymentBatch,
    find_others,
    find_unfit,
    order_of,
)
from core.ports import ClaimQuery, Clock, Page, Store

PAGE = 500
OWED: tuple[PaymentState, ...] = ("pending", "failed")
FEW = 20
"""Payments that a refusal names."""
TOGETHER = 1000
"""Payments that are noted at once: they share transactions."""


class Form(Protocol):
    """How a list is written."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def extension(self) -> str:
        """How its files end."""
        ...

    @property
    def one_payer(self) -> bool:
        """Whether everything in a file of it is paid from the same account."""
        ...

    @property
    def find_unfit(self) -> Callable[[Order], str | None]:
        """Says why an order cannot be written in it."""
        ...

    def __call__(self, orders: OrderList) -> bytes:
        """Write a list."""
        ...


class Outlet(Protocol):
    """Where the file goes: it is there in draft before anything is noted, and appears after."""

    async def prepare(self, orders: OrderList, data: bytes) -> None:
        """Keep the bytes safe, unseen by whoever waits for the file."""

    async def publish(self, orders: OrderList, data: bytes) -> None:
        """Let the file appear, with its hash and control totals."""

    async def drop(self) -> None:
        """Forget what was prepared."""


@dataclass(frozen=True, slots=True)
class Row:
    """A payment with its row of the file, and the revision of its claim when both were read.

    Claims are long: they are read again a page at a time, never kept for a whole batch.
    """

    payment: Payment
    order: Order
    revision: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What went into one file; it has not left while `waits`."""

    id: str
    orders: tuple[Order, ...]
    left: tuple[Left, ...] = ()
    waits: bool = False

    @property
    def others(self) -> bool:
        """Whether another company of the group pays what is left."""
        return any(left.reason.startswith(OTHER_PAYER) for left in self.left)

    @property
    def total(self) -> str:
        """The sum in yuan."""
        return format_yuan(sum(o.amount_fen for o in self.orders))


def _as_they_come(lots: range) -> Iterable[int]:
    return lots


@dataclass(frozen=True, slots=True)
class PaymentDesk:
    """Makes batches and writes their files; `lots` sees each lot go by that is noted."""

    store: Store
    clock: Clock
    zone: tzinfo
    lots: Callable[[range], Iterable[int]] = _as_they_come

    async def look(self, name: str) -> OrderList:
        """Give what an earlier batch has in it, whether its file may leave or not; notes nothing.

        Refused `no_such_batch`, `batch_was_cancelled`, `batch_empty`.
        """
        batch, rows = await self._rows(name, await self.store.company())
        return self._list(batch, [row.order for row in rows])

    async def _rows(self, name: str, company: Company) -> tuple[PaymentBatch, list[Row]]:
        """Give a batch with the rows of its file.

        A file that has left stays what it is; until then, what was paid otherwise falls out of it.
        """
        batch = await self.store.payment_batch(name)
        if batch is None:
            raise Refused("no_such_batch", batch=name)
        if batch.state == "cancelled":
            raise Refused("batch_was_cancelled", batch=name)
        batch, found = settle(batch, await self.store.payments_in(name))
        if not found:
            raise Refused("batch_empty", batch=name)
        parts = dict(batch.parts)
        return batch, [
            Row(p, order_of(p, claim, company, parts.get(p.id, p.amount_fen)), claim.revision)
            async for p, claim in self._with_claims(found)
        ]

    async def preview(
        self, form: Form, only: Collection[str] | None = None, maker: str | None = None
    ) -> Batch:
        """Say what the next batch would have in it, and what would stay behind; notes nothing."""
        due, left = await self._due(await self.store.company(), form, only, maker)
        return Batch("", tuple(row.order for row in due), tuple(left))

    async def export(
        self,
        form: Form,
        out: Outlet,
        maker: str | None = None,
        only: Collection[str] | None = None,
        *,
        leaves: bool = True,
    ) -> Batch:
        """Take what is owed, or `only` these payments of it, into one batch and write its file.

        The list lies complete in draft before anything is noted and appears after, so that a
        crash in between loses nothing; a payment that somebody settles meanwhile is left out, and
        so is one that does not fit the form, or is of its maker's own claim. Above the company's
        limit the file waits for a second person's word. `leaves` says that `out` hands the file
        out; else `rewrite` does it later. Refused `nothing_to_export`, `maker_missing`,
        `maker_unfit`, `not_written`.
        """
        company = await self.store.company()
        due, left = await self._due(company, form, only, maker)
        total = sum(row.order.amount_fen for row in due)
        by = find_maker(company, maker, total)
        if not due:
            raise Refused("nothing_to_export", left=tuple(left[:FEW]))
        batch = await self._open(by)
        orders = self._list(batch, [row.order for row in due])
        data = b"" if needs_checker(company, total) else form(orders)
        try:
            await _prepare(out, orders, data)
        except Refused:
            await self._give_up(batch, by)
            raise
        taken, lost, batch = await self._take(due, batch, by)
        if not taken:
            await out.drop()
            await self._give_up(batch, by)
            raise Refused("nothing_to_export", left=tuple([*left, *lost][:FEW]))
        if len(taken) != len(due):
            orders = self._list(batch, [row.order for row in taken])
            data = form(orders)
        closed = await self._close(replace(batch, left=leaves), taken, company, by)
        waits = closed.state == "waiting"
        if waits:
            await out.drop()
        else:
            await out.publish(orders, data)
        return Batch(batch.id, orders.orders, (*left, *lost), waits)

    async def rewrite(self, name: str, form: Form, out: Outlet) -> Batch:
        """Write the file of an earlier batch again; one that a crash left unfinished is finished.

        Refused `no_such_batch`, `batch_unconfirmed`, `batch_was_cancelled`, `batch_unfit` for a
        form that something in it does not fit, `batch_empty` when all of it is settled.
        """
        company = await self.store.company()
        batch, rows = await self._rows(name, company)
        if batch.state == "making":
            batch = await self._close(batch, rows, company, batch.maker)
        if batch.state == "waiting":
            raise Refused("batch_unconfirmed", batch=name)
        orders = self._list(batch, [row.order for row in rows])
        require_fit(orders, form)
        data = form(orders)
        await _prepare(out, orders, data)
        await self._leave(batch, orders)
        await out.publish(orders, data)
        return Batch(name, orders.orders)

    async def _leave(self, batch: PaymentBatch, orders: OrderList) -> None:
        """Note before a file is handed out for the first time what it has: so it stays."""
        if batch.left:
            return
        left = replace(batch, left=True, count=orders.count, total_fen=orders.total_fen)
        try:
            await self.store.commit(Change(at=self.clock(), batches=(left,)))
        except Conflict:
            again = await self.store.payment_batch(batch.id)
            if again is None or not again.left or again.settled != batch.settled:
                raise

    async def _due(
        self, company: Company, form: Form, only: Collection[str] | None, maker: str | None
    ) -> tuple[list[Row], list[Left]]:
        """Find what is owed and fits the form, with the accounts that people have now.

        Nobody lets money out for a claim of their own. Where a file does not say who pays, what
        another company of the group pays is for a batch of its own.
        """
        found = [row async for row in self._judged(company, form, only, maker)]
        due = [row for row in found if isinstance(row, Row)]
        left = [row for row in found if isinstance(row, Left)]
        others = find_others(row.order for row in due) if form.one_payer else []
        apart = {other.payment for other in others}
        return [row for row in due if row.payment.id not in apart], [*left, *others]

    async def _judged(
        self, company: Company, form: Form, only: Collection[str] | None, maker: str | None
    ) -> AsyncIterator[Row | Left]:
        async for payment, claim in self._owed(only):
            if claim.state is State.APPROVED:
                yield _judge(payment, claim, company, form, own=maker in claim.owners)

    async def _owed(self, only: Collection[str] | None) -> AsyncIterator[tuple[Payment, Claim]]:
        """Give what is owed with its claim, whose revision guards both; a page at a time."""
        for state in OWED:
            here: Page | None = Page(limit=PAGE)
            while here:
                page = await self.store.owed(state, here)
                wanted = (p for p in page.items if only is None or p[0].id in only)
                for payment, claim in wanted:
                    yield payment, claim
                here = Page(page.next, PAGE) if page.next else None

    async def _with_claims(
        self, payments: Sequence[Payment]
    ) -> AsyncIterator[tuple[Payment, Claim]]:
        for start in range(0, len(payments), TOGETHER):
            some = payments[start : start + TOGETHER]
            claims = await self._claims(some)
            for payment in some:
                if claim := claims.get(payment.claim):
                    yield payment, claim

    async def _claims(self, payments: Iterable[Payment]) -> Mapping[str, Claim]:
        """Give the claims of some payments, by number."""
        numbers = sorted({p.claim for p in payments})
        found: dict[str, Claim] = {}
        for start in range(0, len(numbers), PAGE):
            wanted = ClaimQuery(numbers=frozenset(numbers[start : start + PAGE]))
            page = await self.store.claims(wanted, Page(limit=PAGE))
            found |= {claim.number: claim for claim in page.items}
        return found

    async def _open(self, maker: str) -> PaymentBatch:
        now = self.clock()
        day = now.astimezone(self.zone).date()
        sequence = await self.store.next_number("PAY", day)
        batch = PaymentBatch(f"PAY-{day:%Y%m%d}-{sequence:04d}", maker, now, left=False)
        await self.store.commit(Change(at=now, batches=(batch,)))
        return _next(batch)

    def _list(self, batch: PaymentBatch, orders: Sequence[Order]) -> OrderList:
        """Give a list whose date is the batch's, so that writing it again gives the same bytes."""
        return OrderList(batch.id, batch.created_at.astimezone(self.zone), tuple(orders))

    async def _take(
        self, due: Sequence[Row], batch: PaymentBatch, actor: str
    ) -> tuple[list[Row], list[Left], PaymentBatch]:
        """Note payments as exported, many at once; what is no longer owed stays behind.

        The batch is written with them: once somebody else has finished it, nothing more comes in.
        """
        taken: list[Row] = []
        lost: list[Left] = []
        made = await self._takings(due[:TOGETHER], batch.id, actor)
        for start in self.lots(range(0, len(due), TOGETHER)):
            after = start + TOGETHER
            # While the database notes a lot, the next one is made ready.
            (answers, batch), made = await asyncio.gather(
                self._take_some(made, batch),
                self._takings(due[after : after + TOGETHER], batch.id, actor),
            )
            for row, refusal in zip(due[start:after], answers, strict=True):
                if refusal is None:
                    taken.append(row)
                else:
                    lost.append(Left(row.payment.id, refusal))
        return taken, lost, batch

    async def _takings(self, some: Sequence[Row], batch: str, actor: str) -> list[Change | str]:
        """Give for each row the change that notes it as exported, or why there is none."""
        claims = await self._claims(row.payment for row in some)
        return [self._taking(claims.get(row.payment.claim), row, batch, actor) for row in some]

    async def _take_some(
        self, made: Sequence[Change | str], batch: PaymentBatch
    ) -> tuple[list[str | None], PaymentBatch]:
        """Note some payments in one change, or each alone where one of them has moved on."""
        changes = [change for change in made if isinstance(change, Change)]
        if changes and await self._commit(_joined(changes), batch):
            return await self._take_each(made, batch)
        after = _next(batch) if changes else batch
        return [change if isinstance(change, str) else None for change in made], after

    async def _take_each(
        self, made: Sequence[Change | str], batch: PaymentBatch
    ) -> tuple[list[str | None], PaymentBatch]:
        answers: list[str | None] = []
        for change in made:
            refusal = change if isinstance(change, str) else await self._commit(change, batch)
            batch = batch if refusal else _next(batch)
            answers.append(refusal)
        return answers, batch

    def _taking(self, claim: Claim | None, row: Row, batch: str, actor: str) -> Change | str:
        """Give the change that notes a payment as exported, or why there is none.

        The payment was read with its claim, so it is what it was only while that is.
        """
        if claim is None or claim.revision != row.revision:
            return "revision"
        cause = Cause(actor, self.clock(), f"export:{batch}:{row.payment.id}")
        try:
            return settlement.export(claim, row.payment, batch, cause)
        except Refused as refusal:
            return refusal.code

    async def _commit(self, change: Change, batch: PaymentBatch) -> str | None:
        """Commit what comes into a batch, and the batch with it; says why not."""
        try:
            await self.store.commit(replace(change, batches=(batch,)))
        except (Refused, Conflict) as refusal:
            return refusal.code
        return None

    async def _close(
        self,
        batch: PaymentBatch,
        taken: Sequence[Row],
        company: Company,
        actor: str,
    ) -> PaymentBatch:
        """Note what is in a batch: its file may leave, or waits for a second person."""
        parts = tuple(
            (row.payment.id, row.order.amount_fen)
            for row in taken
            if row.order.amount_fen != row.payment.amount_fen
        )
        cause = Cause(actor, self.clock(), f"export:{batch.id}")
        total = sum(row.order.amount_fen for row in taken)
        payments = [row.payment for row in taken]
        change = close_batch(replace(batch, parts=parts), payments, total, company, cause)
        await self.store.commit(change)
        return _next(change.batches[0])

    async def _give_up(self, batch: PaymentBatch, actor: str) -> None:
        """End a batch into which nothing has come."""
        await self.store.commit(
            Change(at=self.clock(), batches=(replace(batch, state="cancelled", checker=actor),))
        )


async def _prepare(out: Outlet, orders: OrderList, data: bytes) -> None:
    """Keep a file safe in draft; Refused `not_written` where there is no room or no folder."""
    try:
        await out.prepare(orders, data)
    except OSError as error:
        await out.drop()
        raise Refused("not_written", text=error.strerror or type(error).__name__) from None


def _next(batch: PaymentBatch) -> PaymentBatch:
    """Give a batch as the database has it after it was written."""
    return replace(batch, revision=batch.revision + 1)


def _judge(stored: Payment, claim: Claim, company: Company, form: Form, *, own: bool) -> Row | Left:
    """Give the row of what is owed, to the account of now, or why it stays behind."""
    payment = _with_account(stored, company)
    order = order_of(payment, claim, company)
    reason = "own_claim" if own else find_unfit(order) or form.find_unfit(order)
    return Left(payment.id, reason) if reason else Row(payment, order, claim.revision)


def _joined(changes: Sequence[Change]) -> Change:
    """Make one change of many that touch different claims."""
    return Change(
        at=changes[-1].at,
        claims=tuple(c for change in changes for c in change.claims),
        payments=tuple(p for change in changes for p in change.payments),
        audit=tuple(a for change in changes for a in change.audit),
        outbox=tuple(o for change in changes for o in change.outbox),
    )


def require_fit(orders: OrderList, form: Form) -> None:
    """Refused `batch_unfit` when something of a batch cannot be written in a form."""
    found = [(o, find_unfit(o) or form.find_unfit(o)) for o in orders.orders]
    unfit = [Left(order.id, reason) for order, reason in found if reason]
    unfit += find_others(orders.orders) if form.one_payer else []
    if unfit:
        raise Refused("batch_unfit", batch=orders.batch, left=tuple(unfit[:FEW]))


def _with_account(payment: Payment, company: Company) -> Payment:
    """Give a payment to an employee the account that the company knows now.

    It may have been wrong when the claim was approved.
    """
    person = company.person(payment.payee) if payment.to == "employee" else None
    if person is None or not person.bank_account:
        return payment
    return changed(payment, account=person.bank_account, bank=person.bank or "")
