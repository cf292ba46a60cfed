"""What Chit, the approval system, the books and the bank each say of a claim, and where they part.

One definition holds for all three totals: a claim's money lies in the departments and months of
its lines, as `core.spending` counts it from submission on. `claimed` is all of it, `booked` what
the books have under a number, `paid` what has arrived or was set off against an advance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.actions.following import follows
from core.actions.processes import AGAIN, waits_for
from core.claim import Claim, State
from core.money import split_shares
from core.outside import Link
from core.payment import Payment
from core.spending import facts_of
from core.voucher import Voucher

Difference = Literal[
    "oa_pending",
    "oa_against",
    "oa_ahead",
    "oa_left",
    "oa_unknown",
    "voucher_missing",
    "voucher_refused",
    "voucher_unposted",
    "voucher_unnumbered",
    "voucher_amount",
    "voucher_paid",
    "voucher_left",
    "payment_missing",
    "payment_failed",
    "payment_silent",
    "payment_amount",
    "payment_left",
]
AGREED = frozenset({State.APPROVED, State.PAYING, State.PAID})
OVER = frozenset({State.VOID, State.RETURNED, State.REJECTED, State.WITHDRAWN})
APPROVAL = "approval"
BAD_ENDS = frozenset({"rejected", "returned", "withdrawn", "void"})
SILENT_DAYS = 3
"""After so many days without a result a payment that went out is asked after."""
_IN_BOOKS = frozenset({"exported", "posted"})


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is known of one claim; `left_on` is the day its payment's file was made."""

    claim: Claim
    vouchers: Sequence[Voucher] = ()
    payments: Sequence[Payment] = ()
    links: Sequence[Link] = ()
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class View:
    """From where it is looked: the day, and whether the company's books are told by us at all."""

    day: date
    books: bool = True


@dataclass(frozen=True, slots=True)
class Compared:
    """One claim: what each side says, the differences first to be looked at.

    `oa`, `books` and `bank` are pairs of who says it and the word, empty where a side has none. A
    claim that is on its way (a file that waits for the bank's answer) differs in no way.
    """

    number: str
    state: State
    oa: tuple[tuple[str, str], ...]
    books: tuple[tuple[str, str], ...]
    bank: tuple[tuple[str, str], ...]
    claimed_fen: int
    booked_fen: int
    paid_fen: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """The three sums of one month and department."""

    month: str
    department: str
    claimed_fen: int
    booked_fen: int
    paid_fen: int


def compare(record: Record, view: View) -> Compared:
    """Compare what the sides say of one claim."""
    claim = record.claim
    booked, paid = _booked_fen(record), _paid_fen(record)
    books = _books(record, view) if view.books else ()
    return Compared(
        number=claim.number,
        state=claim.state,
        oa=tuple((x.system, x.said or x.state) for x in processes_of(record)),
        books=tuple((v.kind, v.number or v.state) for v in record.vouchers),
        bank=tuple((p.id, p.state) for p in record.payments),
        claimed_fen=claim.total_fen,
        booked_fen=booked,
        paid_fen=paid,
        differences=(*_oa(record), *books, *_bank(record, view, paid)),
    )


def totals(records: Iterable[Record]) -> tuple[Total, ...]:
    """Sum claims by month and department, in order; one pass, nothing is kept but the sums."""
    sums: dict[tuple[str, str], tuple[int, int, int]] = {}
    for record in records:
        for key, amounts in _parts(record):
            before = sums.get(key, (0, 0, 0))
            sums[key] = (before[0] + amounts[0], before[1] + amounts[1], before[2] + amounts[2])
    return tuple(Total(*key, *sums[key]) for key in sorted(sums))


def merged(some: Iterable[Total]) -> tuple[Total, ...]:
    """Join sums of several parts into one row for each month and department."""
    sums: dict[tuple[str, str], tuple[int, int, int]] = {}
    for t in some:
        a, b, c = sums.get((t.month, t.department), (0, 0, 0))
        sums[t.month, t.department] = (a + t.claimed_fen, b + t.booked_fen, c + t.paid_fen)
    return tuple(Total(*key, *sums[key]) for key in sorted(sums))


def _parts(record: Record) -> Iterable[tuple[tuple[str, str], tuple[int, int, int]]]:
    """Lay what was booked and paid on the cells of a claim, to the fen."""
    facts = [f for f in facts_of(record.claim) if f.amount_fen > 0]
    if not facts:
        return []
    weights = tuple(f.amount_fen for f in facts)
    booked = split_shares(_booked_fen(record), weights)
    paid = split_shares(_paid_fen(record), weights)
    keys = [(f.cell.month, f.cell.department) for f in facts]
    return list(zip(keys, zip(weights, booked, paid, strict=True), strict=True))


def processes_of(record: Record) -> list[Link]:
    """Give the approval processes of the version in force, of each step the latest."""
    front = f"{record.claim.number}/{record.claim.version}#"
    latest = {
        (x.system, x.key.partition(AGAIN)[0]): x
        for x in sorted(record.links, key=lambda x: x.at)
        if x.purpose == APPROVAL and x.key.startswith(front)
    }
    return list(latest.values())


def _oa(record: Record) -> Iterable[Difference]:
    claim = record.claim
    agreed = claim.state in AGREED
    for link in processes_of(record):
        ended = link.said not in {"", "waiting"}
        if link.state in {"unknown", "dropped"}:
            yield "oa_unknown"
        elif agreed and link.said in BAD_ENDS:
            yield "oa_against"
        elif agreed and link.state == "open":
            yield "oa_pending"
        elif ended and waits_for(claim, link.system, link.key):
            yield "oa_ahead"
        elif claim.state in OVER and link.state == "open":
            yield "oa_left"


def _booked_fen(record: Record) -> int:
    """Give what the books have of a claim's expense: what a red voucher took back is gone."""
    taken = {v.reverses for v in record.vouchers if v.kind == "reversal" and v.state == "posted"}
    posted = (v for v in record.vouchers if v.kind == "approval" and v.state == "posted")
    return sum(v.amount_fen for v in posted if v.id not in taken)


def _books(record: Record, view: View) -> Iterable[Difference]:
    claim = record.claim
    live = [v for v in record.vouchers if v.state != "void"]
    taken = {v.reverses for v in live if v.kind == "reversal"}
    standing = [v for v in live if v.kind != "reversal" and v.id not in taken]
    if claim.state in OVER and any(v.state in _IN_BOOKS for v in standing):
        yield "voucher_left"
    if any(v.state == "refused" for v in live):
        yield "voucher_refused"
    if any(v.state == "exported" for v in live):
        yield "voucher_unnumbered"
    if any(v.state == "open" and v.taken_by and v.day < view.day for v in live):
        yield "voucher_unposted"
    if claim.state not in AGREED:
        return
    made = [v for v in standing if v.kind == "approval"]
    if not made and not follows(claim):
        yield "voucher_missing"
    elif made and sum(v.amount_fen for v in made) != claim.total_fen:
        yield "voucher_amount"
    out = sum(v.amount_fen for v in standing if v.kind == "payment")
    if out and out != _arrived_fen(record):
        yield "voucher_paid"


def _arrived_fen(record: Record) -> int:
    return sum(p.amount_fen if p.state == "paid" else p.paid_fen for p in record.payments)


def _paid_fen(record: Record) -> int:
    """Give what has reached the payee, and what an advance has covered once the claim is paid."""
    cleared = record.claim.cleared_fen if record.claim.state is State.PAID else 0
    return _arrived_fen(record) + cleared


def _bank(record: Record, view: View, paid: int) -> Iterable[Difference]:
    claim = record.claim
    if claim.state in OVER and paid:
        yield "payment_left"
    if claim.state not in AGREED or follows(claim):
        return
    owed = claim.total_fen - claim.cleared_fen
    due = [p for p in record.payments if p.state != "cancelled"]
    if any(p.state == "failed" for p in due):
        yield "payment_failed"
    if owed > 0 and not due:
        yield "payment_missing"
    elif sum(p.amount_fen for p in due) != owed or (
        claim.state is State.PAID and paid != claim.total_fen
    ):
        yield "payment_amount"
    elif any(p.state == "exported" for p in due) and _is_silent(record, view):
        yield "payment_silent"


def _is_silent(record: Record, view: View) -> bool:
    return record.left_on is not None and (view.day - record.left_on).days >= SILENT_DAYS
