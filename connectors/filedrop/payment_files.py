"""Payment lists in the forms that a bank's client or a cashier takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.filedrop.tables import Cell, csv_bytes, xlsx_bytes
from core.money import format_yuan
from core.payment import Payment

HEADER = ("id", "claim", "account", "payee", "bank", "amount", "currency", "purpose")
AMOUNT = HEADER.index("amount")


@dataclass(frozen=True, slots=True)
class PaymentFormat:
    """A way of writing a payment list, with a word on whom it suits."""

    name: str
    about: str
    write: Callable[[Sequence[Payment]], bytes]


def _row(payment: Payment, amount: Cell) -> list[Cell]:
    return [
        payment.id,
        payment.claim,
        payment.account,
        payment.payee_name,
        payment.bank,
        amount,
        "CNY",
        f"报销 {payment.claim}",
    ]


def _csv(payments: Sequence[Payment]) -> bytes:
    return csv_bytes(HEADER, [_row(p, format_yuan(p.amount_fen)) for p in payments])


def _xlsx(payments: Sequence[Payment]) -> bytes:
    """Amounts are numbers: exact to the fen, since a double holds fifteen digits."""
    rows = [_row(p, float(Decimal(p.amount_fen) / 100)) for p in payments]
    return xlsx_bytes(HEADER, rows, money=(AMOUNT,))


PAYMENT_FORMATS: dict[str, PaymentFormat] = {
    f.name: f
    for f in (
        PaymentFormat("csv", "UTF-8, one payment a line · 每行一笔", _csv),
        PaymentFormat("xlsx", "Excel, one payment a row · 每行一笔", _xlsx),
    )
}
