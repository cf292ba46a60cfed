"""Who gets which button: never one that the state forbids, never on a claim of one's own."""

from dataclasses import replace

import pytest

from bot.cards.actions import ACTION_IDS, pack_key, split_key, unpack_token
from bot.cards.dingtalk import for_dingtalk
from bot.cards.permits import EVENTS, allowed_actions, page_actions, token_of
from bot.cards.reasons import REASONS, reason_text
from bot.cards.view import alert_of
from bot.cards.wecom import for_wecom
from bot.texts.words import ACTIONS
from core.approval import Plan, Step
from core.claim import TRANSITIONS, State
from core.flows import ChangeRight, Resubmit
from core.notices import Purpose
from tests.unit.cards.samples import (
    ALIKE,
    COMPANY,
    DRAFT,
    PURPOSES,
    SAME_INVOICE,
    claim_in,
    payment_in,
    view_of,
)

EVERYBODY = [p.id for p in COMPANY.people]
OWNERS = {
    State.DRAFT: ("submit", "edit", "discard"),
    State.RETURNED: ("submit", "edit", "discard"),
    State.WITHDRAWN: ("submit", "edit", "discard"),
    State.REJECTED: ("submit", "edit", "discard"),
    State.IN_REVIEW: ("remind", "withdraw"),
}


def ids(state: State, purpose: Purpose, reader: str) -> tuple[str, ...]:
    return tuple(b.id for b in view_of(claim_in(state), purpose, reader).actions)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("reader", EVERYBODY)
def test_no_button_that_the_state_forbids(state: State, purpose: Purpose, reader: str) -> None:
    for button in view_of(claim_in(state), purpose, reader).actions:
        assert EVENTS[button.id] in TRANSITIONS[state]


@pytest.mark.parametrize("state", list(State))
def test_the_owner_gets_what_the_state_allows(state: State) -> None:
    assert ids(state, "claim", "zhang") == OWNERS.get(state, ())


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("reader", [p for p in EVERYBODY if p != "zhang"])
def test_nobody_else_gets_the_owners_buttons(state: State, reader: str) -> None:
    assert ids(state, "claim", reader) == ()


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("reader", EVERYBODY)
def test_only_those_whose_turn_it_is_decide(state: State, reader: str) -> None:
    waits = state is State.IN_REVIEW and reader in {"zhao", "qian"}

    found = ids(state, "approval", reader)

    expected = ("approve", "reject", "return", "return_back", "transfer", "add_signer")
    assert found == (expected if waits else ())


@pytest.mark.parametrize(
    ("current", "resubmit", "other"),
    [(0, "start", None), (1, "start", "return_back"), (1, "return", "return_anew")],
)
def test_the_other_way_to_return_is_offered_where_it_differs(
    current: int, resubmit: Resubmit, other: str | None
) -> None:
    made = claim_in(State.IN_REVIEW)
    assert made.plan
    steps = (Step("一", "any", ("wang",)), Step("二", "any", ("zhao",)))
    plan = Plan(steps, current=current, resubmit=resubmit)
    reader = COMPANY.person(("wang", "zhao")[current])
    assert reader

    found = allowed_actions(replace(made, plan=plan), "approval", reader)

    assert [a for a in found if a.startswith("return_")] == ([other] if other else [])
    assert len(found) <= 6
    assert not {"return_back", "return_anew"} & {*page_actions(replace(made, plan=plan), reader)}


@pytest.mark.parametrize(
    ("may_change", "lines", "offered"),
    [
        (None, 2, {"reduce", "hold_line"}),
        (None, 1, {"reduce"}),
        ((), 2, {"hold_line"}),
        (("category",), 1, set()),
    ],
)
@pytest.mark.parametrize("reader", EVERYBODY)
def test_lines_are_changed_on_the_page_by_the_rights_of_the_step(
    may_change: tuple[ChangeRight, ...] | None, lines: int, offered: set[str], reader: str
) -> None:
    made = claim_in(State.IN_REVIEW)
    step = Step("财务", "any", ("zhao",), may_change=may_change)
    made = replace(made, plan=Plan((step,)), lines=(made.lines[0],) * lines)
    person = COMPANY.person(reader)
    assert person

    found = {*page_actions(made, person)} & {"reduce", "hold_line"}

    assert found == (offered if reader == "zhao" else set())


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("reader", EVERYBODY)
def test_only_cashier_and_finance_pay(state: State, reader: str) -> None:
    owed = state in {State.APPROVED, State.PAYING} and reader in {"sun", "zhao", "qian"}

    assert ids(state, "payment", reader) == (("pay",) if owed else ())


def test_nobody_decides_or_pays_a_claim_of_their_own() -> None:
    own = replace(claim_in(State.IN_REVIEW), employee="zhao")
    paid = replace(claim_in(State.APPROVED), employee="sun")

    zhao, sun = COMPANY.person("zhao"), COMPANY.person("sun")
    assert zhao is not None
    assert sun is not None
    assert allowed_actions(own, "approval", zhao) == ()
    assert allowed_actions(paid, "payment", sun, payment_in(State.APPROVED)) == ()


def test_someone_who_has_left_gets_nothing() -> None:
    wang = COMPANY.person("zhang")
    assert wang is not None

    assert allowed_actions(DRAFT, "claim", wang.model_copy(update={"active": False})) == ()


def test_a_policy_duplicate_may_be_confirmed_and_a_used_invoice_may_not() -> None:
    alike = replace(DRAFT, findings=(ALIKE,))
    used = replace(DRAFT, findings=(ALIKE, SAME_INVOICE))

    confirmable = view_of(alike, "claim").actions
    assert [b.id for b in confirmable] == ["submit", "edit", "confirm_not_duplicate", "discard"]
    assert [b.id for b in view_of(used, "claim").actions] == ["submit", "edit", "discard"]


def test_what_is_explained_already_needs_no_button() -> None:
    explained = replace(DRAFT, findings=(replace(ALIKE, severity="info"),))

    assert [b.id for b in view_of(explained, "claim").actions] == ["submit", "edit", "discard"]


def test_tokens_tell_version_and_step() -> None:
    draft, review = token_of(DRAFT), token_of(replace(claim_in(State.IN_REVIEW), version=3))
    returned = token_of(claim_in(State.RETURNED))

    assert (draft.number, draft.version, draft.step) == (DRAFT.number, 1, 0)
    assert (review.version, review.step) == (3, 1)
    assert returned.step == 0


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("purpose", PURPOSES)
def test_keys_and_tokens_come_back_whole(state: State, purpose: Purpose) -> None:
    view = view_of(claim_in(state), purpose)
    for button in view.actions:
        action, token = split_key(pack_key(button.id, button.token))

        assert action in ACTION_IDS
        assert unpack_token(token) == button.token == token_of(claim_in(state))


def test_every_action_has_an_event_and_a_text() -> None:
    assert set(EVENTS) == ACTION_IDS
    assert set(ACTIONS) >= ACTION_IDS


def test_button_texts_are_those_of_the_contract() -> None:
    expected = {
        "submit": "提交", "discard": "删除", "edit": "修改", "approve": "同意", "reject": "驳回",
        "return": "退回", "transfer": "转交", "add_signer": "加签", "remind": "催办",
        "withdraw": "撤回",
    }  # fmt: skip

    assert {name: ACTIONS[name].zh for name in expected} == expected


def test_only_approvers_are_offered_reasons() -> None:
    approver = for_wecom(view_of(claim_in(State.IN_REVIEW), "approval"))
    owner = for_wecom(view_of(claim_in(State.IN_REVIEW), "claim"))

    assert approver["button_selection"]["question_key"] == "reason"  # type: ignore[index]
    assert "button_selection" not in owner


def test_reasons_fit_the_selection_and_free_words_stay() -> None:
    assert list(REASONS) == [f"r{i}" for i in range(1, len(REASONS) + 1)]
    assert len(REASONS) <= 10
    assert all(len(t.zh) <= 16 and len(t.en) <= 16 for t in REASONS.values())
    assert reason_text("r2", "zh") == "超出标准"
    assert reason_text("发票抬头不对", "zh") == "发票抬头不对"


def test_a_card_without_buttons_is_a_notice_that_opens_the_page() -> None:
    card = for_wecom(view_of(claim_in(State.PAID), "claim"))

    assert card["card_type"] == "text_notice"
    assert card["card_action"] == {"type": 1, "url": view_of(DRAFT, "claim").link}
    assert "button_list" not in card


def test_alerts_say_what_is_wanted() -> None:
    assert alert_of(view_of(DRAFT, "claim")) == "张三的报销 ¥1,280.00：请核对后提交"
    assert alert_of(view_of(claim_in(State.IN_REVIEW), "approval")).endswith("待你审批")
    assert alert_of(view_of(claim_in(State.APPROVED), "payment")).endswith("待付款")
    assert alert_of(view_of(claim_in(State.PAID), "claim")).endswith("已付款")


def test_the_wire_has_no_action_beyond_the_view() -> None:
    values = for_dingtalk(view_of(claim_in(State.PAID), "claim"))["cardParamMap"]

    assert values["actions"] == "[]"  # type: ignore[index]
