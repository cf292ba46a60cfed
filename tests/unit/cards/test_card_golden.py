"""The cards as they go over the wire; UPDATE_GOLDEN=1 writes them anew."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cards.dingtalk import for_dingtalk, for_dingtalk_builtin
from bot.cards.todo import TodoScene, build_todo
from bot.cards.view import CardView, alert_of
from bot.cards.wecom import for_wecom
from core.claim import State
from core.notices import Purpose
from tests.unit.cards.samples import CHAIN, COMPANY, PURPOSES, claim_in, rich, view_of

GOLDEN = Path(__file__).parents[2] / "golden" / "cards"


def drawn(view: CardView) -> str:
    bodies = {
        "alert": alert_of(view),
        "dingtalk": for_dingtalk(view),
        "dingtalk_builtin": for_dingtalk_builtin(view),
        "wecom": for_wecom(view),
    }
    return json.dumps(bodies, ensure_ascii=False, indent=2) + "\n"


def check_golden(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_state_for_every_purpose(state: State, purpose: Purpose) -> None:
    check_golden(f"{purpose}-{state.value}", drawn(view_of(claim_in(state), purpose)))


@pytest.mark.parametrize(
    ("state", "purpose"), [(State.DRAFT, "claim"), (State.IN_REVIEW, "approval")]
)
def test_english_cards(state: State, purpose: Purpose) -> None:
    view = view_of(claim_in(state), purpose, language="en")

    check_golden(f"{purpose}-{state.value}-en", drawn(view))


def test_a_draft_with_everything_shows_its_chain_and_no_colleague() -> None:
    view = view_of(rich(State.DRAFT), "claim", chain=CHAIN)

    check_golden("claim-rich", drawn(view))
    assert all("钱七" not in warning for warning in view.warnings)


def test_an_approver_reads_the_other_claim_the_deadline_and_the_copies() -> None:
    view = view_of(rich(State.IN_REVIEW), "approval")

    check_golden("approval-rich", drawn(view))
    assert "钱七" in view.warnings[0]
    assert "BX-20261101-0003" in view.warnings[0]


def test_no_golden_card_is_left_over() -> None:
    names = {f"{p}-{s.value}.json" for p in PURPOSES for s in State}

    assert {p.name for p in GOLDEN.glob("*.json")} == names | {
        "claim-draft-en.json",
        "approval-in_review-en.json",
        "approval-rich.json",
        "claim-rich.json",
        "todo.json",
        "todo-armed.json",
    } | {p.name for p in GOLDEN.glob("alert-*.json")}


@pytest.mark.parametrize("armed", [False, True])
def test_the_list_of_what_is_agreed_to_together(armed: bool) -> None:  # noqa: FBT001 a column
    reader = COMPANY.person("zhao")
    assert reader
    claims = [claim_in(State.IN_REVIEW), replace(claim_in(State.IN_REVIEW), purpose="")]
    scene = TodoScene(COMPANY, reader, claims, 1, "https://chit.example.com/app/todo", 7, armed, 3)

    check_golden("todo-armed" if armed else "todo", drawn(build_todo(scene)))


def test_a_list_with_nothing_left_has_no_button() -> None:
    reader = COMPANY.person("zhao")
    assert reader

    view = build_todo(TodoScene(COMPANY, reader, (), 0, "https://chit.example.com/app/todo"))

    assert view.actions == ()
    assert for_wecom(view)["card_type"] == "text_notice"
    assert "horizontal_content_list" not in for_wecom(view)
