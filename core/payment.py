"""Payments: what an approved claim owes to whom."""

from dataclasses import dataclass
from typing import Literal

PaymentState = Literal["pending", "exported", "paid", "failed", "cancelled"]
"""`cancelled`: not owed any more, because its claim's approval was taken back or it is void."""
OVER: frozenset[PaymentState] = frozenset({"paid", "cancelled"})
"""Where nothing is owed any more."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money owed to one payee for one claim; `account` is personal data and is shown masked.

    `to` says whether the payee is the employee or a supplier. `paid_fen` is what has arrived of
    it so far: the state stays until it is whole. `noted` are the keys of the bank's results that
    have been noted, so that none counts twice.
    """

    id: str
    claim: str
    payee: str
    payee_name: str
    amount_fen: int
    account: str
    bank: str
    state: PaymentState = "pending"
    batch: str | None = None
    reason: str = ""
    reference: str = ""
    to: Literal["employee", "supplier"] = "employee"
    paid_fen: int = 0
    noted: tuple[str, ...] = ()

    @property
    def owed_fen(self) -> int:
        """What is still to be paid."""
        return 0 if self.state in OVER else self.amount_fen - self.paid_fen


def mask_account(account: str) -> str:
    """Keep the last four digits: "6222021234567890" → "************7890"."""
    return "*" * max(0, len(account) - 4) + account[-4:] if account else ""
