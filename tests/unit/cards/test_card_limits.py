"""Sizes and shapes that the platforms ask for, whatever people wrote."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.dingtalk import for_dingtalk, for_dingtalk_builtin
from bot.cards.sizes import fit_items
from bot.cards.view import CardView
from bot.cards.wecom import for_wecom, for_wecom_bot
from core.claim import Claim, Finding, Line, LineInvoice, State
from core.notices import Purpose
from sandbox.wecom_rules import check_card
from tests.unit.cards.samples import (
    DRAFT,
    OVERRUN,
    PLANS,
    PURPOSES,
    SAME_INVOICE,
    claim_in,
    view_of,
)

KEYS = {
    "title", "subtitle", "status", "status_text", "facts", "lines", "warnings", "actions", "link",
}  # fmt: skip

WORDS = st.text(
    st.one_of(st.sampled_from("报销测试长中文😀[](#*_`<>&@{}$|\\~\n\u200b\u202e"), st.characters()),
    max_size=120,
)
INVOICES = st.builds(
    LineInvoice,
    identity=st.none(),
    number=st.one_of(st.none(), WORDS),
    code=st.none(),
    kind=st.just("other"),
    seller=st.one_of(st.none(), WORDS),
    buyer=st.none(),
    date=st.none(),
    total_fen=st.none(),
)
LINE = st.builds(
    Line,
    category=st.sampled_from(["taxi", "meal", None]),
    amount_fen=st.integers(0, 10**14),
    date=st.dates(date(2020, 1, 1), date(2027, 1, 1)),
    description=WORDS,
    project=st.sampled_from(["apollo", None]),
    invoice=st.one_of(st.none(), INVOICES),
    doubts=st.sampled_from([(), ("total",), ("date", "seller", "number")]),
)
FINDINGS = st.lists(
    st.one_of(
        st.just(OVERRUN),
        st.just(SAME_INVOICE),
        st.builds(
            lambda buyer, line: Finding("buyer_title", "warn", line, (("buyer", buyer),)),
            WORDS,
            st.integers(0, 59),
        ),
    ),
    max_size=60,
)
CLAIMS = st.builds(
    lambda state, lines, findings, purpose: replace(
        DRAFT,
        state=state,
        plan=PLANS.get(state),
        lines=tuple(lines),
        findings=tuple(findings),
        purpose=purpose,
    ),
    st.sampled_from(State),
    st.lists(LINE, max_size=60),
    FINDINGS,
    WORDS,
)


def values_of(card: dict[str, object]) -> dict[str, Any]:
    values = card["cardParamMap"]
    assert isinstance(values, dict)
    return values


def check_values(values: dict[str, Any]) -> None:
    for key, value in values.items():
        assert isinstance(value, str), key
        assert len(value.encode()) <= 1024, key


def check_dingtalk(view: CardView) -> None:
    values = values_of(for_dingtalk(view))
    check_values(values)
    assert set(values) == KEYS
    facts, lines = json.loads(values["facts"]), json.loads(values["lines"])
    assert all(set(f) == {"k", "v"} for f in facts)
    assert all(isinstance(v, str) for line in lines for v in line.values())
    assert all(isinstance(w, str) for w in json.loads(values["warnings"]))
    assert facts[0]["v"] == view.number
    assert facts[1]["v"] == view.total
    assert len(lines) == len(view.lines) or f"共 {len(view.lines)} 条" in lines[-1]["category"]


def check_builtin(view: CardView) -> None:
    values = values_of(for_dingtalk_builtin(view))
    check_values(values)
    full = json.loads(values["sys_full_json_obj"])
    assert [b["request"] for b in full.get("msgButtons", [])] == [True] * len(view.actions)
    assert values["staticMsgContent"].endswith(f"({view.link})")


def check_wecom(view: CardView) -> None:
    card: Any = for_wecom(view)
    check_sizes(card, view, title=36, desc=44, sub=160, option=16)
    assert check_card(card | {"task_id": "c1"}, lambda _user: True) is None


def check_wecom_bot(view: CardView) -> None:
    card: Any = for_wecom_bot(view)
    check_sizes(card, view, title=26, desc=30, sub=112, option=10)
    assert {r.get("type", 0) for r in card["horizontal_content_list"]} <= {0}
    assert card.get("button_list") == for_wecom(view).get("button_list")
    assert check_card(card | {"task_id": "c1"}, lambda _user: True) is None


def check_sizes(card: Any, view: CardView, *, title: int, desc: int, sub: int, option: int) -> None:  # noqa: ANN401
    assert len(card["main_title"]["title"]) <= title
    assert card["main_title"]["title"].endswith(view.total)
    assert view.number in card["main_title"]["desc"]
    assert len(card["main_title"]["desc"]) <= desc
    assert len(card.get("sub_title_text", "")) <= sub
    options = card.get("button_selection", {}).get("option_list", [])
    assert all(0 < len(o["text"]) <= option for o in options)
    rows = card["horizontal_content_list"]
    assert len(rows) <= 6
    assert all(0 < len(r["keyname"]) <= 5 and 0 < len(r["value"]) <= 30 for r in rows)
    buttons = card.get("button_list", [])
    assert len(buttons) <= 6
    assert all(0 < len(b["text"]) <= 10 and b["style"] in {1, 2, 3, 4} for b in buttons)
    keys = [b["key"] for b in buttons]
    assert len(set(keys)) == len(keys)
    assert all(len(k.encode()) <= 1024 for k in keys)


@settings(max_examples=60, deadline=None)
@given(CLAIMS, st.sampled_from(["zh", "en"]), st.sampled_from(PURPOSES))
def test_any_claim_fits_both_messengers(claim: Claim, language: str, purpose: Purpose) -> None:
    view = view_of(claim, purpose, language=language)

    for check in (check_builtin, check_wecom, check_wecom_bot):
        check(view)
    check_values(values_of(for_dingtalk(view)))
    if language == "zh":
        check_dingtalk(view)


def test_sixty_lines_are_cut_whole_and_counted() -> None:
    line = replace(DRAFT.lines[0], description="长" * 40)
    view = view_of(replace(DRAFT, lines=(line,) * 60), "claim")

    lines = json.loads(values_of(for_dingtalk(view))["lines"])
    assert lines[-1] == {"category": "… 共 60 条"}
    assert lines[0]["amount"] == "¥280.00"
    assert "共 60 条" in str(for_wecom(view)["sub_title_text"])
    assert "共 60 条" in values_of(for_dingtalk_builtin(view))["staticMsgContent"]


def test_facts_shorten_before_they_are_dropped() -> None:
    claim = replace(claim_in(State.IN_REVIEW), purpose="长" * 200)
    view = view_of(claim, "approval")

    facts = json.loads(values_of(for_dingtalk(view))["facts"])
    assert [f["k"] for f in facts] == [f.key for f in view.facts]


def test_the_tersest_version_loses_whole_items() -> None:
    text = fit_items([["长" * 100] * 60, ["短" * 30] * 60], "… 共 60 条")

    items = json.loads(text)
    assert items[-1] == "… 共 60 条"
    assert set(items[:-1]) == {"短" * 30}
    assert len(text.encode()) <= 1024
