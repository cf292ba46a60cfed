"""What all sides say of a claim: each difference is found, and no other; the sums are exact."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.approval import Plan, Step
from core.claim import Claim, Line, State
from core.outside import Link
from core.payment import Payment
from core.reconciling import Record, Total, View, compare, merged, totals
from core.voucher import Voucher

NOW = datetime(2026, 11, 25, tzinfo=UTC)
NUMBER = "BX-20261125-0001"


def claim(state: State = State.PAID) -> Claim:
    lines = (
        Line("taxi", 6001, date(2026, 11, 3)),
        Line("taxi", 3999, date(2026, 10, 3), department="lab"),
    )
    return Claim(NUMBER, "hq", "reimbursement", state, "zhang", "sales", NOW, lines=lines)


def voucher(state: str = "posted", kind: str = "approval", fen: int = 10000) -> Voucher:
    made = Voucher("V-1", "approval", NUMBER, "hq", date(2026, 11, 25), NOW, amount_fen=fen)
    return replace(made, kind=kind, state=state, id=f"V-{kind}")  # type: ignore[arg-type]


def payment(state: str = "paid", fen: int = 10000) -> Payment:
    made = Payment(f"P-{NUMBER}", NUMBER, "zhang", "张三", fen, "6222", "招行")
    return replace(made, state=state)  # type: ignore[arg-type]


def link(said: str = "approved", state: str = "closed", version: int = 1) -> Link:
    seen = f"0:ab12:{said}" if said else ""
    made = Link("weaver", f"{NUMBER}/{version}#0", NUMBER, "approval", "open", NOW, seen=seen)
    return replace(made, state=state)  # type: ignore[arg-type]


def waiting() -> Claim:
    """Give a claim whose step the approval system decides."""
    plan = Plan((Step("OA", "any", (), system="weaver"),))
    return replace(claim(State.IN_REVIEW), plan=plan)


RED = replace(voucher(kind="reversal"), reverses="V-approval")
LATER = date(2026, 11, 26)
POSTING = replace(voucher("open"), taken_by="kingdee")
PAID_OUT = replace(voucher(kind="payment"), id="V-P", payment=f"P-{NUMBER}")
ADVANCE = replace(claim(State.PAYING), kind="advance")
GOOD = Record(claim(), (voucher(), PAID_OUT), (payment(),), (link(),))


@pytest.mark.parametrize(
    ("record", "differences"),
    [
        (GOOD, ()),
        (replace(GOOD, links=()), ()),
        (replace(GOOD, links=(link("waiting", "open"),)), ("oa_pending",)),
        (replace(GOOD, links=(link("rejected"),)), ("oa_against",)),
        (replace(GOOD, links=(link("", "unknown"),)), ("oa_unknown",)),
        (replace(GOOD, links=(link("rejected", version=2),)), ()),
        (replace(GOOD, links=(link("void"),)), ("oa_against",)),
        (Record(waiting(), links=(link("rejected"),)), ("oa_ahead",)),
        (Record(waiting(), links=(link("waiting", "open"),)), ()),
        (Record(claim(State.WITHDRAWN), links=(link("waiting", "open"),)), ("oa_left",)),
        (Record(claim(State.WITHDRAWN), links=(link("", "closed"),)), ()),
        (Record(claim(State.IN_REVIEW), links=(link("waiting", "open"),)), ()),
        (replace(GOOD, vouchers=()), ("voucher_missing",)),
        (replace(GOOD, vouchers=(voucher("refused"),)), ("voucher_refused",)),
        (replace(GOOD, vouchers=(voucher("exported"),)), ("voucher_unnumbered",)),
        (replace(GOOD, vouchers=(voucher("open"),)), ()),
        (replace(GOOD, vouchers=(POSTING,)), ("voucher_unposted",)),
        (replace(GOOD, vouchers=(replace(POSTING, day=LATER),)), ()),
        (replace(GOOD, vouchers=(voucher(fen=9999),)), ("voucher_amount",)),
        (
            replace(GOOD, vouchers=(voucher(), replace(voucher(), id="V-again"))),
            ("voucher_amount",),
        ),
        (replace(GOOD, vouchers=(voucher(), replace(PAID_OUT, amount_fen=1))), ("voucher_paid",)),
        (
            replace(GOOD, vouchers=(voucher(), replace(PAID_OUT, state="refused"))),
            ("voucher_refused",),
        ),
        (
            Record(claim(State.VOID), (voucher(), replace(RED, state="exported"))),
            ("voucher_unnumbered",),
        ),
        (Record(claim(State.VOID), (voucher(),)), ("voucher_left",)),
        (Record(claim(State.VOID), (voucher(), RED)), ()),
        (replace(GOOD, payments=()), ("voucher_paid", "payment_missing")),
        (replace(GOOD, payments=(payment(fen=9000),)), ("voucher_paid", "payment_amount")),
        (
            Record(claim(State.APPROVED), (voucher(),), (payment("failed"),)),
            ("payment_failed",),
        ),
        (Record(claim(State.PAYING), (voucher(),), (payment("exported"),)), ()),
        (
            Record(claim(State.PAYING), (voucher(),), (payment("exported"),), left_on=LATER),
            (),
        ),
        (
            Record(
                claim(State.PAYING),
                (voucher(),),
                (payment("exported"),),
                left_on=date(2026, 11, 23),
            ),
            ("payment_silent",),
        ),
        (
            Record(claim(State.APPROVED), (voucher(),), (payment("pending", 9999),)),
            ("payment_amount",),
        ),
        (
            Record(claim(State.APPROVED), (voucher(),), (payment("cancelled"),)),
            ("payment_missing",),
        ),
        (Record(ADVANCE, (voucher(),), (payment("failed"),)), ("payment_failed",)),
        (Record(ADVANCE, (), (payment("pending"),)), ("voucher_missing",)),
        (Record(claim(State.VOID), (), (payment(),)), ("payment_left",)),
        (Record(claim(State.DRAFT)), ()),
    ],
)
def test_each_difference_is_named(record: Record, differences: tuple[str, ...]) -> None:
    assert compare(record, View(LATER)).differences == differences


def test_of_a_step_that_was_begun_again_the_latest_process_counts() -> None:
    again = replace(link("approved"), key=f"{NUMBER}/1#0~2", at=datetime(2026, 11, 26, tzinfo=UTC))

    found = compare(replace(GOOD, links=(again, link("void"))), View(LATER))

    assert (found.oa, found.differences) == ((("weaver", "approved"),), ())


def test_a_company_that_keeps_its_own_books_hears_nothing_of_vouchers() -> None:
    assert compare(replace(GOOD, vouchers=()), View(LATER, books=False)).differences == ()


def test_three_sums_have_one_definition_and_lose_no_fen() -> None:
    part = replace(payment("exported"), paid_fen=3333)
    open_one = Record(claim(State.PAYING), (voucher("exported"),), (part,))

    (lab, sales) = totals([GOOD, open_one])

    assert (lab.month, lab.department, lab.claimed_fen) == ("2026-10", "lab", 7998)
    assert (sales.month, sales.department, sales.claimed_fen) == ("2026-11", "sales", 12002)
    assert lab.booked_fen + sales.booked_fen == 10000
    assert lab.paid_fen + sales.paid_fen == 13333
    assert merged([*totals([GOOD]), *totals([open_one])]) == (lab, sales)


def test_what_does_not_count_is_in_no_sum() -> None:
    assert totals([Record(claim(State.DRAFT)), Record(claim(State.VOID), (voucher(),))]) == ()
    assert merged([]) == ()
    assert Total("2026-11", "sales", 1, 0, 0) in merged([Total("2026-11", "sales", 1, 0, 0)])
