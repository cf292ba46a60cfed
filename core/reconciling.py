"""What Chit, the approval system, the books and the bank each say of a claim, and where they part.

One definition holds for all three totals: a claim's money lies in the departments and months of
its lines, as `core.spending` counts it from submission on. `claimed` is all of it, `booked` what
the books have under a number, `paid` what has arrived or was set off against an advance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.claim import Claim, State
from core.money import split_shares
from core.outside import Link
from core.payment import Payment
from core.spending import COSTS, COUNTED, facts_of
from core.voucher import Voucher

Difference = Literal[
    "oa_pending",
    "oa_against",
    "oa_ahead",
    "oa_unknown",
    "voucher_missing",
    "voucher_refused",
    "voucher_unnumbered",
    "voucher_amount",
    "voucher_left",
    "payment_missing",
    "payment_failed",
    "payment_amount",
    "payment_left",
]
AGREED = frozenset({State.APPROVED, State.PAYING, State.PAID})
OVER = frozenset({State.VOID, State.RETURNED, State.REJECTED, State.WITHDRAWN})
APPROVAL = "approval"
BAD_ENDS = frozenset({"rejected", "returned", "withdrawn", "void"})


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is known of one claim."""

    claim: Claim
    vouchers: Sequence[Voucher] = ()
    payments: Sequence[Payment] = ()
    links: Sequence[Link] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """One claim: what each side says, the differences first to be looked at.

    `oa`, `books` and `bank` are the words of each side, empty where it has none. A claim that is
    on its way (a file that waits for the bank's answer) differs in no way.
    """

    number: str
    state: State
    oa: str
    books: str
    bank: str
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


def compare(record: Record) -> Compared:
    """Compare what the sides say of one claim."""
    claim = record.claim
    booked, paid = _booked_fen(record), _paid_fen(record)
    return Compared(
        number=claim.number,
        state=claim.state,
        oa=" ".join(f"{x.system}:{x.seen or x.state}" for x in _processes(record)),
        books=" ".join(f"{v.kind}:{v.number or v.state}" for v in record.vouchers),
        bank=" ".join(f"{p.state}" for p in record.payments),
        claimed_fen=claim.total_fen,
        booked_fen=booked,
        paid_fen=paid,
        differences=(*_oa(record), *_books(record, booked), *_bank(record, paid)),
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


def _processes(record: Record) -> list[Link]:
    """Give the approval processes of the version in force."""
    front = f"{record.claim.number}/{record.claim.version}#"
    return [x for x in record.links if x.purpose == APPROVAL and x.key.startswith(front)]


def _oa(record: Record) -> Iterable[Difference]:
    state = record.claim.state
    for link in _processes(record):
        if link.state in {"unknown", "dropped"}:
            yield "oa_unknown"
        elif state in AGREED and link.seen in BAD_ENDS:
            yield "oa_against"
        elif state in AGREED and link.state == "open" and link.seen != "approved":
            yield "oa_pending"
        elif state is State.IN_REVIEW and link.state == "open" and link.seen in BAD_ENDS:
            yield "oa_ahead"


def _booked_fen(record: Record) -> int:
    """Give what the books have of a claim's expense: what a red voucher took back is gone."""
    taken = {v.reverses for v in record.vouchers if v.kind == "reversal" and v.state == "posted"}
    posted = (v for v in record.vouchers if v.kind == "approval" and v.state == "posted")
    return sum(v.amount_fen for v in posted if v.id not in taken)


def _books(record: Record, booked: int) -> Iterable[Difference]:
    claim = record.claim
    if claim.state in OVER and booked:
        yield "voucher_left"
    if claim.state not in AGREED or not _costs(claim):
        return
    made = [v for v in record.vouchers if v.kind == "approval" and v.state != "void"]
    if not made:
        yield "voucher_missing"
    elif any(v.state == "refused" for v in made):
        yield "voucher_refused"
    elif any(v.state == "exported" for v in made):
        yield "voucher_unnumbered"
    elif booked and booked != claim.total_fen:
        yield "voucher_amount"


def _paid_fen(record: Record) -> int:
    """Give what has reached the payee, and what an advance has covered once the claim is paid."""
    arrived = sum(p.amount_fen if p.state == "paid" else p.paid_fen for p in record.payments)
    return arrived + (record.claim.cleared_fen if record.claim.state is State.PAID else 0)


def _bank(record: Record, paid: int) -> Iterable[Difference]:
    claim = record.claim
    if claim.state in OVER and paid:
        yield "payment_left"
    if claim.state not in AGREED or not _costs(claim):
        return
    owed = claim.total_fen - claim.cleared_fen
    if any(p.state == "failed" for p in record.payments):
        yield "payment_failed"
    if owed > 0 and not record.payments:
        yield "payment_missing"
    elif claim.state is State.PAID and paid != claim.total_fen:
        yield "payment_amount"


def _costs(claim: Claim) -> bool:
    """Whether a claim is one that the totals count."""
    supplied = claim.kind == "purchase_request" and claim.supplier is not None
    return claim.state in COUNTED and (claim.kind in COSTS or supplied)
