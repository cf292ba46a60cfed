"""The bar of a budget, and what else an approver's card says: rule, copies, deadline, originals."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.cards.dingtalk import for_dingtalk_builtin
from bot.cards.gauge import bar
from bot.cards.wecom import for_wecom, for_wecom_bot
from core.budget import Balance
from core.claim import State, StoredFile
from tests.unit.cards.samples import COMPANY, DRAFT, LINK, PLANS, claim_in, view_of

BUDGET = COMPANY.budgets[1]  # ¥500.00


@pytest.mark.parametrize(
    ("reserved", "amount", "held", "drawn"),
    [
        (0, 0, False, "░░░░░░░░░░ 0%"),
        (0, 28000, False, "▓▓▓▓▓▓░░░░ 56%"),
        (28000, 28000, True, "▓▓▓▓▓▓░░░░ 56%"),
        (25000, 100, False, "█████▓░░░░ 50%"),
        (50000, 10000, False, "█████████▓ 120%"),
        (70000, 0, False, "██████████ 140%"),
        (49900, 100, True, "█████████▓ 99%"),
    ],
)
def test_a_bar_shows_what_others_use_and_what_this_claim_takes(
    reserved: int, amount: int, *, held: bool, drawn: str
) -> None:
    assert bar(Balance(BUDGET, reserved), amount, held=held) == drawn


def test_a_budget_of_nothing_is_full() -> None:
    empty = BUDGET.model_copy(update={"limit_fen": 0})

    assert bar(Balance(empty), 100, held=False, cells=3).startswith("▓▓▓ ")


def test_a_finding_names_the_rule_of_the_company() -> None:
    view = view_of(claim_in(State.IN_REVIEW), "approval")

    assert view.warnings[0].endswith("超过标准（每天 ¥200.00） · 规则 市内交通每天限额（taxi-cap）")


def test_copies_and_the_deadline_stand_on_the_card_of_a_claim_in_review() -> None:
    claim = claim_in(State.IN_REVIEW)
    plan = PLANS[State.IN_REVIEW]
    step = replace(plan.steps[1], due=datetime(2026, 11, 26, 10, tzinfo=UTC), cc=("sun",))
    claim = replace(claim, plan=replace(plan, steps=(plan.steps[0], step), cc=("qian", "sun")))

    facts = {f.id: f.value for f in view_of(claim, "approval").facts}
    rows: Any = for_wecom(view_of(claim, "approval"))["horizontal_content_list"]

    assert facts["cc"] == "钱七、孙八"
    assert facts["due"] == "11-26 18:00"
    assert "11-26 18:00" in [r["value"] for r in rows]


def test_cards_lead_to_the_originals() -> None:
    file = StoredFile("a" * 64, "发票.pdf")
    view = view_of(replace(DRAFT, files=(file, file)), "claim")
    values: Any = for_dingtalk_builtin(view)["cardParamMap"]

    assert values["staticMsgContent"].endswith(f"[查看详情和票据原件（1）]({LINK})")


def test_the_row_of_an_invoice_opens_the_page_in_the_application_alone() -> None:
    view = view_of(DRAFT, "claim")
    app: Any = for_wecom(view)["horizontal_content_list"]
    bot: Any = for_wecom_bot(view)["horizontal_content_list"]

    assert [r["url"] for r in app if r.get("type") == 1] == [LINK]
    assert all("url" not in r for r in bot)


def test_a_month_that_rolls_is_drawn_with_what_other_months_leave_to_it() -> None:
    rolling = Balance(BUDGET, reserved_fen=50000, carried_fen=50000)
    view = view_of(DRAFT, "claim", balances=(rolling,))
    (fact,) = [f.value for f in view.facts if f.id == "budget"]

    assert bar(rolling, 20000, held=False) == "█████▓▓░░░ 70%"
    assert "剩余 ¥500.00" in fact
    assert not [w for w in view.warnings if "将用到" in w]
