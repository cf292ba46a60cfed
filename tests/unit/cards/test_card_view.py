"""What a card says: the figures, the people, what to look at, in that order."""

from dataclasses import replace

import pytest

from bot.cards.dingtalk import PROCESSING, PROCESSING_BUILTIN, for_dingtalk, for_dingtalk_builtin
from bot.cards.view import CardView
from bot.cards.wecom import for_wecom
from core.approval import Plan, Step
from core.budget import Balance
from core.claim import Finding, State
from core.notices import Purpose
from tests.unit.cards.samples import (
    ALIKE,
    COMPANY,
    DRAFT,
    LINES,
    OVER_CAP,
    OVERRUN,
    PAYMENT,
    PURPOSES,
    SAME_INVOICE,
    claim_in,
    said,
    view_of,
)


def fact(view: CardView, fact_id: str) -> str:
    return " | ".join(f.value for f in view.facts if f.id == fact_id)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("purpose", PURPOSES)
def test_both_messengers_show_the_same_total_and_number(state: State, purpose: Purpose) -> None:
    view = view_of(claim_in(state), purpose)

    for card in (for_dingtalk(view), for_dingtalk_builtin(view), for_wecom(view)):
        assert "¥1,280.00" in str(card)
        assert "BX-20261125-0007" in str(card)


def test_a_draft_shows_seller_invoice_doubts_and_what_the_budget_will_have_left() -> None:
    view = view_of(DRAFT, "claim")

    for card in (for_dingtalk(view), for_dingtalk_builtin(view), for_wecom(view)):
        text = str(card)
        assert "上海滴滴出行科技有限公司" in text
        assert "26312000000123456789" in text
        assert "¥8,720.00" in text
        assert "识别得不确定" in text


def test_a_held_claim_is_inside_the_balance_already() -> None:
    draft = fact(view_of(DRAFT, "claim"), "budget")
    review = fact(view_of(claim_in(State.IN_REVIEW), "approval"), "budget")

    assert "剩余 ¥10,000.00，提交后剩余 ¥8,720.00" in draft
    assert "占用本单后剩余 ¥8,720.00（原 ¥10,000.00）" in review


def test_one_budget_is_brief_without_its_name_and_more_are_counted() -> None:
    one = view_of(replace(DRAFT, lines=LINES[1:]), "claim")
    budgets = tuple(
        COMPANY.budgets[0].model_copy(update={"id": f"b{i}"}) for i in range(5)
    )  # fmt: skip
    many = COMPANY.model_copy(update={"budgets": budgets})
    view = view_of(DRAFT, "claim")
    crowded = view_with(many, tuple(Balance(b) for b in budgets))

    assert [f.brief for f in one.facts if f.id == "budget"] == ["¥10,000.00→¥9,000.00 ▓░░░░ 10%"]
    assert len([f for f in view.facts if f.id == "budget"]) == 2
    assert "另有 2 个预算" in fact(crowded, "budget")


def view_with(company: object, balances: tuple[Balance, ...]) -> CardView:
    from bot.cards.view import build_view

    return build_view(
        DRAFT,
        company,  # type: ignore[arg-type]
        purpose="claim",
        reader=COMPANY.people[0],
        balances=balances,
        payment=None,
        link="https://chit.example.com/",
        language="zh",
    )


def test_lines_that_no_budget_binds_say_so() -> None:
    view = view_of(replace(DRAFT, department="nowhere", lines=LINES[1:]), "claim")

    assert fact(view, "budget") == "没有匹配的预算"


def test_duplicates_come_first_then_what_blocks_and_doubts_last() -> None:
    view = view_of(replace(DRAFT, findings=(OVER_CAP, OVERRUN, ALIKE, SAME_INVOICE)), "claim")

    kinds = [w[0] for w in view.warnings]
    assert "重复" in view.warnings[0]
    assert "重复" in view.warnings[1]
    assert "BX-20261101-0003" in view.warnings[1]
    assert "预算" in view.warnings[2]
    assert kinds == ["⛔", "⛔", "⛔", "⚠", "⚠"]
    assert view.warnings[-1] == "⚠ 第 1 行：价税合计、日期识别得不确定，请核对原件"


def test_an_explained_duplicate_stands_last_and_only_approvers_read_whose_the_first_is() -> None:
    facts = (("why", "picture"), ("claim", "BX-9"), ("employee", "sun"), ("reason", "两次"))
    explained = Finding("duplicate_similar", "info", 0, (*facts, ("by", "zhang")))
    claim = replace(claim_in(State.IN_REVIEW), findings=(explained, OVER_CAP))

    owner, approver = view_of(claim, "claim").warnings, view_of(claim, "approval").warnings

    assert [w[0] for w in owner] == ["⚠", "ℹ", "⚠"]
    assert "孙八" not in "".join(owner)
    assert "孙八" in approver[1]
    assert "「两次」" in approver[1]


def test_a_finished_claim_warns_no_more() -> None:
    view = view_of(claim_in(State.PAID), "claim")

    assert view.warnings == ()
    assert all(not line.doubt for line in view.lines)


def test_progress_shows_who_decided_and_who_waits() -> None:
    assert fact(view_of(claim_in(State.IN_REVIEW), "claim"), "progress") == (
        "✓ 直属主管 王五 → ▶ 财务 赵六、钱七（任一）"
    )
    assert fact(view_of(claim_in(State.RETURNED), "claim"), "progress") == (
        "↩ 直属主管 王五 → ○ 财务 赵六、钱七（任一）"
    )
    assert fact(view_of(claim_in(State.REJECTED), "claim"), "progress") == (
        "✓ 直属主管 王五 → ✗ 财务 赵六"
    )


@pytest.mark.parametrize(
    ("process", "said"), [("", "正在送往泛微 OA"), ("2966060", "泛微 OA审批中 2966060")]
)
def test_a_step_of_another_system_has_its_process_and_no_people(process: str, said: str) -> None:
    plan = Plan((Step("OA审批", "any", (), system="weaver", process=process),))
    view = view_of(replace(claim_in(State.IN_REVIEW), plan=plan), "claim")

    assert fact(view, "progress") == f"▶ OA审批 {said}"
    assert [b.id for b in view.actions] == ["withdraw"]


def test_the_last_words_are_quoted_and_a_carried_agreement_has_none() -> None:
    returned = view_of(claim_in(State.RETURNED), "claim")
    plan = Plan((Step("财务", "any", ("wang",), (said("wang", "approve", "same_approver"),)),), 1)
    carried = view_of(replace(claim_in(State.APPROVED), plan=plan), "claim")

    assert fact(returned, "reason") == "王五：「请补充客户名称」"
    assert fact(carried, "opinion") == ""


def test_the_cashier_sees_the_payee_and_only_the_end_of_the_account() -> None:
    view = view_of(claim_in(State.APPROVED), "payment")

    assert fact(view, "payee") == "张三"
    assert fact(view, "account") == "••••7890"
    assert "6222021234567890" not in str(for_wecom(view)) + str(for_dingtalk(view))


def test_a_failed_payment_says_why() -> None:
    failed = replace(PAYMENT, state="failed", reason="账号户名不符")
    view = view_of(claim_in(State.APPROVED), "payment", payment=failed)

    assert fact(view, "payment_reason") == "「账号户名不符」"
    assert [b.id for b in view.actions] == ["pay"]


def test_several_sellers_are_counted() -> None:
    invoice = LINES[0].invoice
    assert invoice is not None
    other = replace(LINES[1], invoice=replace(invoice, seller="外婆家餐饮", number="123"))
    view = view_of(replace(DRAFT, lines=(LINES[0], other)), "claim")

    assert fact(view, "seller") == "上海滴滴出行科技有限公司 等 2 个"
    assert fact(view, "invoice") == "26312000000123456789 等 2 个"


def test_processing_is_overwritten_by_every_redraw() -> None:
    view = view_of(DRAFT, "claim")

    assert PROCESSING["status"] == "processing"
    assert set(PROCESSING) < set(for_dingtalk(view)["cardParamMap"])  # type: ignore[call-overload]
    builtin = for_dingtalk_builtin(view)["cardParamMap"]
    assert set(PROCESSING_BUILTIN) < set(builtin)  # type: ignore[call-overload]
    assert 'msgButtons":[' not in PROCESSING_BUILTIN["sys_full_json_obj"]


def test_an_empty_draft_is_drawn() -> None:
    view = view_of(replace(DRAFT, lines=(), findings=()), "claim")

    assert "sub_title_text" not in for_wecom(view)
    assert view.title == "张三的报销 ¥0.00"
