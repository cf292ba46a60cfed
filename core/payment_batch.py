"""Payment batches: who made one, who checked it, and whether its file may leave."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.claim import Claim
from core.company import Company, LegalEntity
from core.payment import Payment

BatchState = Literal["making", "waiting", "released", "cancelled"]
"""making: payments are being taken in; waiting: a second person must agree; released: the file may
leave; cancelled: its payments are owed again."""


@dataclass(frozen=True, slots=True)
class PaymentBatch:
    """Payments that leave in one file. `revision` counts writes and guards against lost updates.

    `maker` is a person's id, or the word `cashier` where nobody was named. `parts` are the amounts
    of payments of which less than the whole is in it. `left` says that its file has been handed
    out, and is the same from then on; `settled` are payments that were paid before and so stand in
    no file.
    """

    id: str
    maker: str
    created_at: datetime
    state: BatchState = "making"
    count: int = 0
    total_fen: int = 0
    checker: str | None = None
    checked_at: datetime | None = None
    parts: tuple[tuple[str, int], ...] = ()
    revision: int = 0
    left: bool = True
    settled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Payer:
    """The legal entity that pays, with the account it pays from."""

    id: str
    name: str
    account: str = field(default="", repr=False)
    bank: str = ""
    bank_code: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One row of a payment file: whom to pay how much, from which account, and for what."""

    id: str
    claim: str
    payee: str
    account: str = field(repr=False)
    bank: str
    bank_code: str
    amount_fen: int
    currency: str
    purpose: str
    payer: Payer


@dataclass(frozen=True, slots=True)
class OrderList:
    """What goes into one file, in the order of its rows."""

    batch: str
    made_at: datetime
    orders: tuple[Order, ...]

    @property
    def count(self) -> int:
        """How many payments there are."""
        return len(self.orders)

    @property
    def total_fen(self) -> int:
        """The control total."""
        return sum(order.amount_fen for order in self.orders)


@dataclass(frozen=True, slots=True)
class Left:
    """A payment that stayed behind, and why (a code)."""

    payment: str
    reason: str


def order_of(
    payment: Payment, claim: Claim, company: Company, amount_fen: int | None = None
) -> Order:
    """Make the row of a payment: what is still owed of it, or what it was of an earlier batch."""
    entity = next((c for c in company.companies if c.id == claim.company), None)
    person = company.person(payment.payee) if payment.to == "employee" else None
    return Order(
        id=payment.id,
        claim=payment.claim,
        payee=payment.payee_name,
        account=payment.account,
        bank=payment.bank,
        bank_code=(person.bank_code or "") if person else "",
        amount_fen=payment.owed_fen if amount_fen is None else amount_fen,
        currency=claim.currency,
        purpose=f"报销 {payment.claim}" if payment.to == "employee" else f"付款 {payment.claim}",
        payer=_payer(entity, claim.company),
    )


def _payer(entity: LegalEntity | None, name: str) -> Payer:
    if entity is None:
        return Payer(name, name)
    return Payer(
        entity.id,
        entity.name,
        entity.bank_account or "",
        entity.bank or "",
        entity.bank_code or "",
    )


_JOINERS = frozenset("\u200c\u200d")
"""What names in some scripts are written with; all else that shows nothing hides something."""


def find_unfit(order: Order) -> str | None:
    """Say why an order may not go into any file: a code, or None when it may.

    `line_break` in a name or an account makes two rows of one, `hidden_letters` let it be read as
    another than it is; `nothing_owed` has been settled.
    """
    texts = (order.payee, order.account, order.bank, order.claim)
    # What is printable, nearly all, needs no look.
    unseen = {c for text in texts if not text.isprintable() for c in text if not c.isprintable()}
    if any(char.splitlines() != [char] for char in unseen):
        return "line_break"
    if any(unicodedata.category(char) in {"Cc", "Cf"} for char in unseen - _JOINERS):
        return "hidden_letters"
    return None if order.amount_fen > 0 else "nothing_owed"


OTHER_PAYER = "other_payer"


def find_others(orders: Iterable[Order]) -> list[Left]:
    """Give what another account than the first pays, for a file that is paid from one account.

    An account that nobody has named may be any.
    """
    listed = list(orders)
    first = next((o.payer.account for o in listed if o.payer.account), "")
    return [
        Left(o.id, f"{OTHER_PAYER}:{o.payer.name}")
        for o in listed
        if o.payer.account not in {"", first}
    ]
