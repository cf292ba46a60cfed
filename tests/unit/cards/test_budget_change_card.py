"""The card of a wish to change a budget, and the gentle word on drafts that come close."""

import json
from dataclasses import replace

import pytest
from samples import AT, COMPANY

from bot.cards.budget_change import ChangeScene, build_change
from bot.cards.dingtalk import for_dingtalk, for_dingtalk_builtin
from bot.cards.facts import Scene
from bot.cards.soft import near_the_end
from bot.cards.view import CardView
from bot.cards.wecom import for_wecom, for_wecom_bot
from core.budget import Balance, BudgetChange
from core.claim import Claim, Line, State
from core.notices import Purpose

NUMBER = "YS-20261125-0001"
WISH = BudgetChange(
    NUMBER, "request", "sales-2026q4", "wang", AT, "年底活动", 500000, asked=("zhao", "qian")
)


def drawn(
    reader: str = "zhao", purpose: Purpose = "approval", used: int = 0, **values: object
) -> CardView:
    person = COMPANY.person(reader)
    assert person is not None
    balances = {b.id: Balance(b, reserved_fen=used) for b in COMPANY.budgets}
    wish = replace(WISH, **values)  # type: ignore[arg-type]
    return build_change(ChangeScene(wish, COMPANY, balances, purpose, person, "https://x", 7))


def text_of(view: CardView) -> str:
    drawings = (for_dingtalk(view), for_dingtalk_builtin(view), for_wecom(view))
    return "\n".join(json.dumps(d, ensure_ascii=False) for d in drawings)


def test_who_may_agree_sees_what_it_does_to_the_limit_and_two_buttons() -> None:
    view = drawn()

    assert view.title == "王五的预算追加 ¥5,000.00"
    assert [b.id for b in view.actions] == ["approve", "reject"]
    assert view.actions[0].token.pack() == f"{NUMBER}~1~0~7"
    budget = next(f for f in view.facts if f.id == "budget")
    assert budget.value == "市场部 2026-Q4：额度 ¥10,000.00 → ¥15,000.00，可用 ¥10,000.00"
    assert budget.brief == "¥10,000.00→¥15,000.00"
    assert view.status == "in_review"
    for words in ("年底活动", NUMBER, "¥15,000.00"):
        assert words in text_of(view)
    assert for_wecom_bot(view)["card_type"] == "button_interaction"


@pytest.mark.parametrize(
    ("reader", "purpose", "values"),
    [
        ("wang", "approval", {}),
        ("zhang", "approval", {}),
        ("zhao", "claim", {}),
        ("zhao", "approval", {"state": "approved", "decider": "qian"}),
        ("zhao", "approval", {"budget": "gone"}),
    ],
)
def test_nobody_else_gets_buttons(reader: str, purpose: Purpose, values: dict[str, object]) -> None:
    assert drawn(reader, purpose, **values).actions == ()


def test_a_decided_wish_says_who_decided_and_shows_the_limit_in_force() -> None:
    view = drawn(state="rejected", decider="zhao", opinion="太多")

    facts = {f.id: f.value for f in view.facts}
    assert facts["reason"] == "赵六：「太多」"
    assert "→" not in facts["budget"]
    assert view.status_text == "已驳回"


def test_a_transfer_names_both_and_warns_when_nothing_is_left() -> None:
    view = drawn(kind="transfer", to="taxi-2026", used=999900)

    assert [f.value.partition("：")[0] for f in view.facts if f.id == "budget"] == [
        "市场部 2026-Q4",
        "市内交通 2026",
    ]
    assert any("不足" in warning for warning in view.warnings)


def test_a_freeze_shows_what_is_left() -> None:
    assert drawn(kind="freeze", amount_fen=0, used=400000).title == "王五的冻结预算，可用 ¥6,000.00"


@pytest.mark.parametrize(
    ("used", "yuan", "state", "purpose", "said"),
    [
        (700000, 1000, State.DRAFT, "claim", ["80%"]),
        (700000, 999, State.DRAFT, "claim", []),
        (700000, 3001, State.DRAFT, "claim", []),
        (850000, 100, State.DRAFT, "claim", []),
        (850000, 500, State.RETURNED, "claim", ["90%"]),
        (700000, 1000, State.IN_REVIEW, "claim", []),
        (700000, 1000, State.DRAFT, "approval", []),
    ],
)
def test_a_draft_says_gently_where_it_takes_a_budget(
    used: int, yuan: int, state: State, purpose: Purpose, said: list[str]
) -> None:
    line = Line("meal", yuan * 100, AT.date())
    claim = Claim("BX-1", "hq", "reimbursement", state, "zhang", "sales", AT, lines=(line,))
    balances = [Balance(b, reserved_fen=used) for b in COMPANY.budgets]

    found = list(near_the_end(Scene(claim, COMPANY, purpose, balances, None, "zh")))

    assert len(found) == len(said)
    assert all(percent in text for percent, text in zip(said, found, strict=True))
