"""`POST /payments/{id}/result`: what another system says of a payment, whole or in part."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.texts.plain import one_line
from core.actions import settlement
from core.actions.basics import Cause, Settings
from core.actions.bouncing import bounce, with_payers_told, with_payers_warned
from core.bank_results import ResultRow
from core.change import Change
from core.claim import Claim
from core.company import Company
from core.payment import Payment


class PaymentResult(BaseModel):
    """Body of `POST /payments/{id}/result`.

    `amount` is what has arrived or come back where that is less than the whole: then the same
    amount with the same `reference` is the same result, in a bank's file, too.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    result: Literal["paid", "failed", "returned"]
    reason: Annotated[str, AfterValidator(one_line)] = ""
    reference: Annotated[str, AfterValidator(one_line)] = ""
    amount: str | None = Field(
        default=None, json_schema_extra={"pattern": r"^[0-9]{1,13}(\.[0-9]{1,2})?$"}
    )


def change_of(
    result: PaymentResult,
    amount_fen: int | None,
    payment: Payment,
    claim: Claim,
    company: Company,
    cause: Cause,
    settings: Settings,
) -> Change | None:
    """Work out what follows from a result; None when it is known. Refused as the actions."""
    keys = () if amount_fen is None else (_row(result, amount_fen, payment).key(payment.batch),)
    if set(keys) & set(payment.noted):
        return None
    if result.result == "paid":
        change = settlement.pay(
            claim, payment, cause, settings, result.reference, amount_fen=amount_fen
        )
        if change and payment.state == "failed" and change.payments[0].state == "paid":
            change = with_payers_warned(change, company, payment)
    elif result.result == "failed":
        failed = settlement.fail(claim, payment, cause, result.reason)
        change = with_payers_told(failed, company, result.reason) if failed else None
    else:
        change = _returned(result.reason, amount_fen, payment, claim, company, cause)
    if change is None or not keys:
        return change
    known = (replace(p, noted=(*p.noted, *keys)) for p in change.payments)
    return replace(change, payments=tuple(known))


def _returned(
    reason: str,
    amount_fen: int | None,
    payment: Payment,
    claim: Claim,
    company: Company,
    cause: Cause,
) -> Change | None:
    """Take money back; what came back before, whole and for the same reason, is known."""
    why = reason or "退票"
    if payment.state == "failed" and not payment.paid_fen and payment.reason == why:
        return None
    return bounce(claim, payment, company, cause, why, amount_fen)


def _row(result: PaymentResult, amount_fen: int, payment: Payment) -> ResultRow:
    return ResultRow(
        number=0,
        id=payment.id,
        claim=payment.claim,
        account="",
        payee="",
        amount_fen=amount_fen,
        verdict=result.result,
        reason=result.reason,
        reference=result.reference,
    )
