"""A bank's results in: each good row is noted, each bad one is named, none counts twice."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.handlers.payments import owed_for
from core.actions import settlement
from core.actions.basics import Cause, Settings, audit_of
from core.actions.bouncing import bounce, came_back, with_payers_told, with_payers_warned
from core.bank_results import (
    KEPT,
    LEDGER,
    UNNOTED,
    ResultRow,
    Verdict,
    facts_of_row,
    find_columns,
    find_mismatch,
    named_by_purpose,
    read_row,
)
from core.change import Change
from core.claim import Claim
from core.company import Company
from core.errors import Conflict, Refused
from core.money import format_yuan
from core.payment import Payment
from core.ports import Clock, Store
from core.table_cells import header_place
from core.table_columns import TITLES

BANK = "bank"
"""Who acts when a bank's file is read."""
TRIES = 5
TOGETHER = 100
"""Rows that are noted at once."""
Numbered = tuple[int, Mapping[str, str]]
"""A row's number in its file, and its cells by our columns."""
UNEXPLAINED = "银行未说明原因"
ANY = "*"
"""Stands for every batch in the key of a result."""


@dataclass(frozen=True, slots=True)
class RowDone:
    """What became of a row: noted, or known before; else `refusal` says why not.

    `verdict` is what it says of its payment, where that is clear.
    """

    number: int
    payment: str
    noted: bool
    refusal: Refused | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class ResultDesk:
    """Notes what a bank says; `actor` is who brought it in, where that is a person."""

    store: Store
    clock: Clock
    settings: Settings
    actor: str = BANK

    async def note(self, table: Sequence[Sequence[str]], data: bytes) -> list[RowDone]:
        """Note the rows of a table whose first is the header; `data` are the file's own bytes.

        Every row is judged alone. The same file twice changes nothing, nor does the same result in
        another file. Refused `results_header` for a table that is none.
        """
        if not table:
            raise Refused("results_header", columns="id, amount, result")
        place = header_place(table, TITLES["results"].keys())
        columns = find_columns(table[place])
        digest = hashlib.sha256(data).hexdigest()[:16]
        rows = [
            (number, named_by_purpose(_named(columns, cells)))
            for number, cells in enumerate(table[place + 1 :], place + 2)
            if any(cell.strip() for cell in cells)
        ]
        done: list[RowDone] = []
        for start in range(0, len(rows), TOGETHER):
            done += await self._together(rows[start : start + TOGETHER], digest)
        return done

    async def _together(self, rows: Sequence[Numbered], digest: str) -> list[RowDone]:
        """Note some rows at once, so that they share transactions; a payment's keep their order."""
        lanes: dict[str, list[Numbered]] = {}
        for number, cells in rows:
            lane = cells.get("id") or f"P-{cells.get('claim', '')}"
            lanes.setdefault(lane, []).append((number, cells))

        async def in_order(lane: Sequence[Numbered]) -> list[RowDone]:
            return [await self._row(number, cells, digest) for number, cells in lane]

        ended = await asyncio.gather(*(in_order(lane) for lane in lanes.values()))
        return sorted((row for lane in ended for row in lane), key=lambda row: row.number)

    async def _row(self, number: int, cells: Mapping[str, str], digest: str) -> RowDone:
        about, key = cells.get("id") or cells.get("claim", ""), f"f:{digest}:{number}"
        try:
            row = read_row(number, cells)
        except Refused as refusal:
            return RowDone(number, about, noted=False, refusal=refusal)
        try:
            return await self._note(row, key)
        except Refused as refusal:
            await self._keep(row, refusal, key)
            return RowDone(number, about, noted=False, refusal=refusal)

    async def _keep(self, row: ResultRow, refusal: Refused, key: str) -> None:
        """Keep on record what the bank says of money and what was not noted of it."""
        if refusal.code not in KEPT:
            return
        cause = Cause(self.actor, self.clock(), f"result:{key}")
        entry = audit_of(cause, UNNOTED, LEDGER, **facts_of_row(row, refusal))
        await self.store.commit(Change(at=cause.at, audit=(entry,)))

    async def _note(self, row: ResultRow, key: str) -> RowDone:
        for _ in range(TRIES):
            found = await owed_for(self.store, row.id or f"P-{row.claim}")
            if found is None:
                raise Refused("no_such_payment", payment=row.id or row.claim)
            payment, claim = found
            if self.actor in claim.owners:
                raise Refused("own_claim", number=claim.number)
            mismatch = find_mismatch(row, payment)
            if mismatch:
                raise Refused("result_mismatch", payment=payment.id, column=mismatch)
            keys = (key, row.key(row.batch or payment.batch), row.key(ANY))
            if set(keys[:2]) & set(payment.noted) or await self._is_old(row, payment):
                return RowDone(row.number, payment.id, noted=False, verdict=row.verdict)
            company = await self.store.company()
            cause = Cause(self.actor, self.clock(), f"result:{key}")
            change = self._change(row, claim, payment, company, cause)
            if change is None:
                return RowDone(row.number, payment.id, noted=False, verdict=row.verdict)
            if row.verdict == "paid" and change.payments[0].state == "paid":
                change = await self._warned(change, row, payment, company)
            known = tuple(
                replace(p, noted=(*p.noted, *keys)) if p.id == payment.id else p
                for p in change.payments
            )
            try:
                await self.store.commit(replace(change, payments=known))
            except Conflict:
                continue
            return RowDone(row.number, payment.id, noted=True, verdict=row.verdict)
        raise Refused("revision", number=row.claim)

    async def _is_old(self, row: ResultRow, payment: Payment) -> bool:
        """Whether a row says what became of an earlier batch: it is not about what waits now.

        That something arrived is never old. Refused `no_such_batch`, `result_early` for a failure
        that nobody knows of a file that has not left, `result_came_back`.
        """
        if row.batch and row.batch != payment.batch:
            if await self.store.payment_batch(row.batch) is None:
                raise Refused("no_such_batch", batch=row.batch)
            return row.verdict != "paid"
        if row.verdict == "paid" and came_back(payment):
            raise Refused("result_came_back", payment=payment.id)
        waiting = None if row.verdict == "paid" else await self._waiting(payment)
        if waiting and row.key(ANY) not in payment.noted:
            raise Refused("result_early", payment=payment.id, batch=waiting)
        return bool(waiting)

    async def _waiting(self, payment: Payment) -> str | None:
        """Give the batch in which a payment waits, where its file has not left."""
        if payment.state != "exported" or not payment.batch:
            return None
        batch = await self.store.payment_batch(payment.batch)
        return batch.id if batch and not batch.left else None

    async def _warned(
        self, change: Change, row: ResultRow, payment: Payment, company: Company
    ) -> Change:
        """Stop those who are about to pay, or pay by another batch, what has arrived after all."""
        waiting = await self._waiting(payment)
        other = row.batch != payment.batch and row.batch and payment.state == "exported"
        if payment.state != "failed" and not waiting and not other:
            return change
        sent = payment.batch if other and not waiting else None
        return with_payers_warned(change, company, payment, waiting, sent)

    def _change(
        self, row: ResultRow, claim: Claim, payment: Payment, company: Company, cause: Cause
    ) -> Change | None:
        """Work out what follows from a row; None when it says what is known."""
        if row.verdict == "returned":
            return _returned(row, claim, payment, company, cause)
        if payment.state == "cancelled":
            raise Refused("result_cancelled", payment=payment.id)
        if row.verdict == "failed":
            if payment.state == "failed" and payment.reason == (row.reason or UNEXPLAINED):
                return None
            if payment.state == "paid":
                raise Refused("result_against", payment=payment.id)
            _require_amount(row, payment.owed_fen, whole=True)
            reason = row.reason or UNEXPLAINED
            change = settlement.fail(claim, payment, cause, reason)
            return with_payers_told(change, company, reason) if change else None
        if payment.state == "paid":
            _require_the_same(row, payment)
            return None
        _require_amount(row, payment.owed_fen)
        return settlement.pay(
            claim, payment, cause, self.settings, row.reference, amount_fen=row.amount_fen
        )


def _named(columns: Mapping[str, int], cells: Sequence[str]) -> Mapping[str, str]:
    return {c: cells[i].strip() for c, i in columns.items() if i < len(cells)}


def _returned(
    row: ResultRow, claim: Claim, payment: Payment, company: Company, cause: Cause
) -> Change | None:
    reason = row.reason or "退票"
    if payment.state == "failed" and not payment.paid_fen and payment.reason == reason:
        return None
    arrived = payment.amount_fen if payment.state == "paid" else payment.paid_fen
    unheard = payment.state == "exported" and not arrived
    _require_amount(row, payment.owed_fen if unheard else arrived, whole=unheard)
    return bounce(claim, payment, company, cause, reason, row.amount_fen)


def _require_the_same(row: ResultRow, payment: Payment) -> None:
    """Refuse what is not the payment that is known: `result_mismatch`, `result_twice`."""
    if row.amount_fen != payment.amount_fen:
        raise Refused("result_mismatch", payment=payment.id, column="amount")
    if row.reference and payment.reference and row.reference != payment.reference:
        raise Refused("result_twice", payment=payment.id, reference=payment.reference)


def _require_amount(row: ResultRow, most_fen: int, *, whole: bool = False) -> None:
    if row.amount_fen > most_fen or (whole and row.amount_fen != most_fen):
        raise Refused("result_amount", payment=row.id or row.claim, amount=format_yuan(most_fen))
