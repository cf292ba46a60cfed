"""A bank's results in: each good row is noted, each bad one is named, none counts twice."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.handlers.payments import owed_for
from core.actions import settlement
from core.actions.basics import Cause, Settings
from core.actions.bouncing import bounce, with_payers_told
from core.bank_results import ResultRow, find_columns, find_mismatch, read_row
from core.change import Change
from core.claim import Claim
from core.company import Company
from core.errors import Conflict, Refused
from core.money import format_yuan
from core.payment import Payment
from core.ports import Clock, Store

BANK = "bank"
"""Who acts when a bank's file is read."""
TRIES = 5
UNEXPLAINED = "银行未说明原因"


@dataclass(frozen=True, slots=True)
class RowDone:
    """What became of a row: noted, or known before; else `refusal` says why not."""

    number: int
    payment: str
    noted: bool
    refusal: Refused | None = None


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
        columns = find_columns(table[0])
        digest = hashlib.sha256(data).hexdigest()[:16]
        done: list[RowDone] = []
        for number, cells in enumerate(table[1:], 2):
            if any(cell.strip() for cell in cells):
                named = {c: cells[i].strip() for c, i in columns.items() if i < len(cells)}
                done.append(await self._row(number, named, digest))
        return done

    async def _row(self, number: int, cells: dict[str, str], digest: str) -> RowDone:
        try:
            row = read_row(number, cells)
            return await self._note(row, f"f:{digest}:{number}")
        except Refused as refusal:
            about = cells.get("id") or cells.get("claim", "")
            return RowDone(number, about, noted=False, refusal=refusal)

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
            keys = (key, row.key(payment.batch))
            if set(keys) & set(payment.noted):
                return RowDone(row.number, payment.id, noted=False)
            company = await self.store.company()
            cause = Cause(self.actor, self.clock(), f"result:{key}")
            change = self._change(row, claim, payment, company, cause)
            if change is None:
                return RowDone(row.number, payment.id, noted=False)
            known = tuple(
                replace(p, noted=(*p.noted, *keys)) if p.id == payment.id else p
                for p in change.payments
            )
            try:
                await self.store.commit(replace(change, payments=known))
            except Conflict:
                continue
            return RowDone(row.number, payment.id, noted=True)
        raise Refused("revision", number=row.claim)

    def _change(
        self, row: ResultRow, claim: Claim, payment: Payment, company: Company, cause: Cause
    ) -> Change | None:
        """Work out what follows from a row; None when it says what is known."""
        if row.verdict == "returned":
            _require_amount(
                row, payment.amount_fen if payment.state == "paid" else payment.paid_fen
            )
            return bounce(claim, payment, company, cause, row.reason or "退票", row.amount_fen)
        if payment.state == "cancelled":
            raise Refused("result_cancelled", payment=payment.id)
        if row.verdict == "failed":
            if payment.state == "failed" and payment.reason == (row.reason or UNEXPLAINED):
                return None
            if payment.state == "paid":
                raise Refused("result_against", payment=payment.id, state=payment.state)
            _require_amount(row, payment.owed_fen, whole=True)
            reason = row.reason or UNEXPLAINED
            change = settlement.fail(claim, payment, cause, reason)
            return with_payers_told(change, company, reason) if change else None
        if payment.state == "paid":
            if row.amount_fen != payment.amount_fen:
                raise Refused("result_mismatch", payment=payment.id, column="amount")
            return None
        _require_amount(row, payment.owed_fen)
        return settlement.pay(
            claim, payment, cause, self.settings, row.reference, amount_fen=row.amount_fen
        )


def _require_amount(row: ResultRow, most_fen: int, *, whole: bool = False) -> None:
    if row.amount_fen > most_fen or (whole and row.amount_fen != most_fen):
        raise Refused("result_amount", payment=row.id or row.claim, amount=format_yuan(most_fen))
