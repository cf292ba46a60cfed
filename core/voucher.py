"""Accounting vouchers: what the books are told of a claim, always balanced."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

VoucherKind = Literal["approval", "payment", "return", "reversal"]
"""approval: the expense and what is owed for it; payment: the money that went out; return: the rest
of an advance that came back; reversal: a red voucher that takes another one back."""

VoucherState = Literal["open", "refused", "exported", "posted", "void"]
"""open: waits to go to the books; refused: cannot be made yet, `reason` says why; exported: in a
file; posted: the books have it under `number`; void: taken back before the books had it."""

PEOPLE = "people"
"""Who has a voucher that its system could not post: it may go into a file, or be tried again."""

CURRENCY = "CNY"
"""The currency of the books."""


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """One entry: exactly one of debit and credit is not zero, negative ones are red.

    What was spent in another currency keeps its amount in `original_fen` (hundredths of the
    unit) and the `rate` that gave the yuan. The ids are the auxiliary dimensions of the entry.
    """

    account: str
    summary: str
    debit_fen: int = 0
    credit_fen: int = 0
    department: str | None = None
    project: str | None = None
    person: str | None = None
    supplier: str | None = None
    category: str | None = None
    currency: str = CURRENCY
    original_fen: int | None = None
    rate: str | None = None


@dataclass(frozen=True, slots=True)
class Voucher:
    """One voucher of one claim. `revision` counts writes and guards against lost updates.

    `company` is the legal entity, `attachments` how many originals lie behind it, `amount_fen`
    what it is about in yuan; `number` is what the books call it, `reverses` the
    voucher that a red one takes back. A refused voucher has no lines but the `reason` with its
    facts. `taken_by` is the connected system that posts it, so that no file takes it as well, or
    `people` when somebody gave that up.
    """

    id: str
    kind: VoucherKind
    claim: str
    company: str
    day: date
    created_at: datetime
    lines: tuple[VoucherLine, ...] = ()
    amount_fen: int = 0
    payment: str | None = None
    attachments: int = 0
    state: VoucherState = "open"
    reason: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    batch: str | None = None
    number: str | None = None
    reverses: str | None = None
    revision: int = 0
    taken_by: str = ""

    @property
    def total_fen(self) -> int:
        """The sum of the debits."""
        return sum(line.debit_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A voucher that did not go out, and why: a reason with its facts."""

    voucher: str
    claim: str
    reason: str
    facts: tuple[tuple[str, str], ...] = ()


def imbalance_fen(lines: Iterable[VoucherLine]) -> int:
    """Give debits minus credits: zero for what may go to the books."""
    return sum(line.debit_fen - line.credit_fen for line in lines)


def is_sound(lines: tuple[VoucherLine, ...]) -> bool:
    """Whether lines may go to the books: some, balanced, each on one side of a named account."""
    sides = all(bool(x.debit_fen) != bool(x.credit_fen) and x.account for x in lines)
    return bool(lines) and sides and imbalance_fen(lines) == 0
