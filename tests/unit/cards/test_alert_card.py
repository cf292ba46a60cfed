"""The card of a budget's alert: what it says, to whom, and that it fits both messengers."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.alert import AlertScene, build_alert, usage_bar
from bot.cards.dingtalk import for_dingtalk, for_dingtalk_builtin
from bot.cards.view import CardView
from bot.cards.wecom import for_wecom, for_wecom_bot
from core.budget import Balance
from core.usage import Breakdown, Share
from sandbox.wecom_rules import check_card
from tests.unit.cards.samples import COMPANY
from tests.unit.cards.test_card_golden import check_golden, drawn

TODAY = date(2026, 11, 25)
LINK = "https://chit.example.com/app/budgets/sales-2026q4"
BUDGET = COMPANY.budgets[0]
TOPS = Breakdown(
    people=(Share("zhang", 600000, 3), Share("wang", 250000, 1)),
    projects=(Share("apollo", 500000, 2), Share(None, 350000, 2)),
    categories=(Share("taxi", 700000, 3), Share("meal", 150000, 1)),
)


def scene(
    reserved: int = 350000,
    consumed: int = 500000,
    *,
    threshold: int = 80,
    reader: str = "wang",
    **changed: Any,  # noqa: ANN401
) -> AlertScene:
    person = COMPANY.person(reader)
    assert person
    balance = replace(Balance(BUDGET, reserved, consumed), **changed)
    return AlertScene(COMPANY, balance, TOPS, threshold, person, TODAY, LINK, 31)


def english(found: AlertScene) -> AlertScene:
    return replace(found, reader=found.reader.model_copy(update={"language": "en"}))


CASES = {
    "crossed": scene(),
    "over": scene(350000, 750000, threshold=100),
    "forecast": scene(100000, 500000, threshold=0),
    "frozen": scene(frozen=True),
    "bystander": scene(reader="zhang"),
    "crossed-en": english(scene()),
}


@pytest.mark.parametrize("name", CASES)
def test_alerts_as_they_go_over_the_wire(name: str) -> None:
    check_golden(f"alert-{name}", drawn(build_alert(CASES[name])))


def test_who_answers_for_the_budget_may_act_and_others_may_look() -> None:
    buttons = {name: [b.id for b in build_alert(case).actions] for name, case in CASES.items()}

    assert buttons["crossed"] == ["request_more", "freeze_budget"]
    assert buttons["frozen"] == ["request_more"]
    assert buttons["bystander"] == []


def test_a_button_names_the_budget_and_the_threshold() -> None:
    (token, _) = (b.token for b in build_alert(scene()).actions)

    assert token.pack() == "sales-2026q4~0~80~31"


def test_figures_and_forecast_are_those_of_now() -> None:
    facts = {f.id: f.value for f in build_alert(scene()).facts}

    assert facts["usage"] == "▓▓▓▓▓▓▓▓░░ 85%"
    assert facts["available"] == "¥1,500.00"
    assert facts["forecast"] == "按目前进度将于 12-12 超支"
    assert facts["owners"] == "王五"


@pytest.mark.parametrize(
    ("reserved", "limit", "bar"),
    [
        (0, 100, "░░░░░░░░░░ 0%"),
        (5, 100, "░░░░░░░░░░ 5%"),
        (250, 100, "▓▓▓▓▓▓▓▓▓▓ 250%"),
        (1, 0, "▓▓▓▓▓▓▓▓▓▓ ∞"),
        (0, 0, "░░░░░░░░░░ 0%"),
    ],
)
def test_the_bar_never_leaves_its_frame(reserved: int, limit: int, bar: str) -> None:
    budget = BUDGET.model_copy(update={"limit_fen": limit})

    assert usage_bar(Balance(budget, reserved)) == bar


def check_fits(view: CardView) -> None:
    for draw in (for_dingtalk, for_dingtalk_builtin):
        values: Any = draw(view)["cardParamMap"]
        assert all(isinstance(v, str) and len(v.encode()) <= 1024 for v in values.values())
    for wecom in (for_wecom, for_wecom_bot):
        card: Any = wecom(view)
        assert check_card(card | {"task_id": "c1"}, lambda _user: True) is None
        assert len(card["main_title"]["title"]) <= 36
        assert all(0 < len(r["value"]) <= 30 for r in card["horizontal_content_list"])
    lines = json.loads(for_dingtalk(view)["cardParamMap"]["lines"])  # type: ignore[index]
    assert len(lines) <= max(1, len(view.lines))


NAMES = st.text(st.characters(), min_size=1, max_size=40)
SHARES = st.lists(
    st.builds(Share, st.one_of(st.none(), NAMES), st.integers(1, 10**13), st.integers(1, 10**6)),
    max_size=8,
).map(tuple)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**13),
    st.integers(0, 10**13),
    st.sampled_from([0, 80, 100]),
    st.builds(Breakdown, SHARES, SHARES, SHARES),
    st.sampled_from(["zh", "en"]),
)
def test_any_budget_fits_both_messengers(
    reserved: int, consumed: int, threshold: int, tops: Breakdown, language: str
) -> None:
    found = replace(scene(reserved, consumed, threshold=threshold), breakdown=tops)
    reader = found.reader.model_copy(update={"language": language})

    check_fits(build_alert(replace(found, reader=reader)))
