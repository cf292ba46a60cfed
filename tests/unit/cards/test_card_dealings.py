"""What is special about a claim, on its card: every fact by itself, harmless and short."""

from dataclasses import replace
from datetime import date

import pytest
from samples import COMPANY, DRAFT, claim_in, payment_in, view_of

from bot.cards.view import CardView
from core.claim import Claim, State
from core.dealings import AdvanceBook, Clearing, Settled, Supplier, Trip

ACCOUNT = "6222021234567890"
LATE = Trip("上海", date(2026, 12, 1), date(2026, 12, 3), leaves_after_noon=True)


def facts_of(view: CardView) -> dict[str, str]:
    return {fact.id: fact.value for fact in view.facts}


def with_line(claim: Claim, **values: object) -> Claim:
    line = replace(claim.lines[0], **values)  # type: ignore[arg-type]
    return replace(claim, lines=(line, *claim.lines[1:]))


@pytest.mark.parametrize(
    ("claim", "fact", "value"),
    [
        (replace(DRAFT, urgent="客户明天到"), "urgent", "客户明天到"),
        (replace(DRAFT, paused="等发票"), "paused", "等发票"),
        (replace(DRAFT, split_from="BX-20261125-0001"), "split_from", "BX-20261125-0001"),
        (replace(DRAFT, filed_by="wang"), "filed_by", "王五"),
        (
            replace(DRAFT, supplier=Supplier("京东", ACCOUNT, "招商银行")),
            "supplier",
            "京东 · 招商银行 · ••••7890",
        ),
        (
            replace(DRAFT, trip=LATE),
            "trip",
            "上海 12-01下午 至 12-03，2.5 天",
        ),
        (
            replace(DRAFT, clears=(Clearing("JK-1", 65_035),)),
            "offset",
            "JK-1 ¥650.35，实付 ¥629.65",
        ),
        (replace(DRAFT, kind="advance", standing=True), "advance", "备用金，报销时补足"),
        (replace(DRAFT, origin="CC-1"), "origin", "CC-1"),
        (
            replace(DRAFT, origin="CC-1", approved_fen=300_000),
            "origin",
            "CC-1 批准 ¥3,000.00，本单 ¥1,280.00",
        ),
        (with_line(DRAFT, asked_fen=30_000, cut="超标"), "cuts", "第 1 行 ¥300.00→¥280.00（超标）"),
        (
            with_line(DRAFT, department="finance"),
            "shares",
            "财务部 ¥280.00、市场部 阿波罗 ¥1,000.00",
        ),
    ],
)
def test_each_special_fact(claim: Claim, fact: str, value: str) -> None:
    assert facts_of(view_of(claim, "claim"))[fact] == value


def test_vouchers_are_counted_once_and_named_all() -> None:
    paper = DRAFT.lines[0].invoice
    assert paper is not None
    second = replace(paper, identity="2", number="2", seller="京东")
    shared = replace(DRAFT.lines[0], more=(second,))
    view = view_of(replace(DRAFT, lines=(shared, shared)), "claim")

    assert "2 张票据" in view.subtitle
    assert facts_of(view)["invoice"] == f"{paper.number} 等 2 个"
    assert view.lines[0].invoice == f"{paper.number} 等 2 个"


def test_petty_cash_is_of_no_budget_and_money_asked_for_needs_no_category() -> None:
    cash = replace(with_line(DRAFT, category=None), kind="advance", standing=True)
    view = view_of(cash, "claim")

    assert "budget" not in facts_of(view)
    assert view.lines[0].category == "借款"
    assert view_of(replace(cash, kind="reimbursement"), "claim").lines[0].category == "未分类"


def test_an_ordinary_claim_has_none_of_them() -> None:
    special = {"urgent", "paused", "supplier", "trip", "offset", "open", "cuts", "shares"}

    assert not special & set(facts_of(view_of(DRAFT, "claim")))


def test_what_is_still_open_of_an_advance() -> None:
    part = Settled(61_934, DRAFT.created_at, "BX-1", "claim")
    paid = replace(claim_in(State.PAID), kind="advance", advance=AdvanceBook(None, settled=(part,)))

    assert facts_of(view_of(paid, "claim"))["open"] == "¥660.66 待冲抵或归还"


def test_an_urgent_claim_says_so_in_its_title() -> None:
    view = view_of(replace(claim_in(State.IN_REVIEW), urgent="急"), "approval")

    assert view.title.startswith("【加急】张三的报销")


def test_the_cashier_sees_what_is_still_to_be_paid() -> None:
    claim = claim_in(State.APPROVED)
    part = replace(payment_in(State.APPROVED), paid_fen=28_000)
    less = replace(payment_in(State.APPROVED), amount_fen=28_000)

    assert facts_of(view_of(claim, "payment", payment=part))["payment"] == (
        "待付款 ¥1,000.00（已付 ¥280.00）"
    )
    assert facts_of(view_of(claim, "payment", payment=less))["payment"] == "待付款 ¥280.00"


def test_what_an_advance_holds_is_not_taken_from_the_budget_again() -> None:
    backed = (("sales-2026q4", 100_000), ("taxi-2026", 28_000))
    claim = replace(DRAFT, clears=(Clearing("JK-1", 100_000, backed),))

    shown = [f.value for f in view_of(claim, "claim").facts if f.id == "budget"]

    assert any("提交后剩余 ¥9,720.00" in value for value in shown)
    assert any("提交后剩余 ¥500.00" in value for value in shown)


def test_who_filed_a_claim_has_its_buttons_and_decides_nothing() -> None:
    filed = replace(DRAFT, filed_by="wang")
    buttons = {b.id for b in view_of(filed, "claim", "wang").actions}
    waiting = replace(claim_in(State.IN_REVIEW), filed_by="zhao")

    assert "submit" in buttons
    assert view_of(waiting, "approval", "zhao").actions == ()
    assert COMPANY.person("zhao") is not None
