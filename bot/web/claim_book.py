"""What a claim's page tells those who look after the money: its payment and its vouchers."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.texts.pages import page_text
from bot.texts.plain import one_line
from bot.texts.template import Language
from bot.texts.waiting import waiting_text
from core.company import Company, Person
from core.money import format_cny
from core.visibility import WATCHERS
from core.voucher import Voucher, Waiting

STATES = {
    "open": "voucher_open",
    "refused": "voucher_refused",
    "exported": "voucher_exported",
    "posted": "voucher_posted",
    "void": "voucher_void",
}
KINDS = {
    "approval": "voucher_approval",
    "payment": "voucher_payment",
    "return": "voucher_return",
    "reversal": "voucher_reversal",
}


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """An accounting voucher in a list; `why` says what keeps it from the books."""

    id: str
    claim: str
    what: str
    amount: str
    state: str
    state_text: str
    where: str
    why: str


def voucher_rows(
    vouchers: Sequence[Voucher], company: Company, language: Language
) -> tuple[VoucherRow, ...]:
    """Write vouchers as rows."""
    return tuple(_row(v, company, language) for v in vouchers)


def read_of_books(vouchers: Sequence[Voucher], person: Person) -> Sequence[Voucher]:
    """Give the accounting vouchers that somebody sees of a claim: those posted, with their numbers.

    Who looks after the books sees all of them.
    """
    if WATCHERS.intersection(person.roles):
        return vouchers
    return [v for v in vouchers if v.state == "posted"]


def _row(voucher: Voucher, company: Company, language: Language) -> VoucherRow:
    return VoucherRow(
        id=voucher.id,
        claim=voucher.claim,
        what=page_text(KINDS[voucher.kind], language),
        amount=format_cny(voucher.total_fen or voucher.amount_fen),
        state=voucher.state,
        state_text=page_text(STATES[voucher.state], language),
        where=one_line(voucher.number or voucher.batch or "", 60),
        why=_why(voucher, company, language) if voucher.state == "refused" else "",
    )


def _why(voucher: Voucher, company: Company, language: Language) -> str:
    """Say why a voucher cannot be made."""
    waiting = Waiting(voucher.id, voucher.claim, voucher.reason, voucher.facts)
    return waiting_text(waiting, language, company)
