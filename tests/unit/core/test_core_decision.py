"""Decisions: who may take them, what follows, and who is told (bad inputs D01 to D13)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from core_house import NOW, NUMBER, TODAY, around, by, claim_of, company_of, taxi, with_flow

from core.actions.basics import Cause, Settings
from core.actions.decision import (
    MAX_REASON,
    approve,
    ask_also,
    hand_over,
    reject,
    remind,
    return_,
)
from core.actions.outcome import payments_of
from core.actions.submission import submit, withdraw
from core.change import Change, Consume, FreeIdentities, Release
from core.claim import Claim, Kind, State
from core.company import Company, Person
from core.errors import Refused
from core.notices import Say, ShowCard

Act = Callable[[Claim, Cause], Change]
RULES = Settings()


def in_review(company: Company | None = None, **values: object) -> Claim:
    claim = claim_of(**values)
    return submit(claim, around(company), by(claim.employee)).claims[0]


def person(name: str) -> Person:
    found = company_of().person(name)
    assert found is not None
    return found


def _approve(claim: Claim, cause: Cause) -> Change:
    return approve(claim, company_of(), cause, "", RULES)


def _reject(claim: Claim, cause: Cause) -> Change:
    return reject(claim, cause, "金额不对")


def _return(claim: Claim, cause: Cause) -> Change:
    return return_(claim, cause, "缺发票")


def _hand_over(claim: Claim, cause: Cause) -> Change:
    return hand_over(claim, cause, person("li"))


def _ask_also(claim: Claim, cause: Cause) -> Change:
    return ask_also(claim, cause, person("li"))


ACTS: list[Act] = [_approve, _reject, _return, _hand_over, _ask_also]


def notices(change: Change) -> list[object]:
    return [o.notice for o in change.outbox if not getattr(o.notice, "due", None)]


@pytest.mark.parametrize("act", ACTS)
def test_d05_only_who_is_asked_decides(act: Act) -> None:
    for stranger in ("li", "boss", "fin1", "adm", "cash"):
        with pytest.raises(Refused, match="not_your_turn"):
            act(in_review(), by(stranger))


@pytest.mark.parametrize("act", ACTS)
def test_d09_nobody_decides_on_their_own_claim(act: Act) -> None:
    with pytest.raises(Refused, match="own_claim"):
        act(in_review(), by("zhang"))


def test_d09_a_turn_cannot_be_handed_to_the_claims_owner() -> None:
    for act in (hand_over, ask_also):
        with pytest.raises(Refused, match="own_claim"):
            act(in_review(), by("wang"), person("zhang"))


@pytest.mark.parametrize("act", ACTS)
def test_d07_a_withdrawn_claim_takes_no_decision(act: Act) -> None:
    withdrawn = withdraw(in_review(), by("zhang")).claims[0]

    with pytest.raises(Refused) as refusal:
        act(withdrawn, by("wang"))

    assert (refusal.value.code, refusal.value.fields["state"]) == ("wrong_state", "withdrawn")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", [s for s in State if s is not State.IN_REVIEW])
def test_nothing_but_a_claim_in_review_takes_a_decision(act: Act, state: State) -> None:
    claim = replace(in_review(), state=state)

    with pytest.raises(Refused, match="wrong_state"):
        act(claim, by("wang"))


def test_d01_a_second_approval_of_the_same_person_is_refused_from_the_new_state() -> None:
    approved = _approve(in_review(), by("wang")).claims[0]

    with pytest.raises(Refused, match="wrong_state"):
        _approve(approved, by("wang"))


def test_d03_of_two_co_approvers_the_second_finds_it_decided() -> None:
    company = with_flow('{name: 财务, approvers: ["role:finance"]}')
    approved = _approve(in_review(company), by("fin1")).claims[0]

    with pytest.raises(Refused) as refusal:
        _reject(approved, by("fin2"))

    assert (refusal.value.code, refusal.value.fields["state"]) == ("wrong_state", "approved")


def test_d11_who_has_left_is_not_asked_and_not_handed_a_turn() -> None:
    claim = in_review(employee="junior")

    assert claim.plan is not None
    assert claim.plan.waiting() == ("wang",)
    for act in (hand_over, ask_also):
        with pytest.raises(Refused, match="unknown_person"):
            act(in_review(), by("wang"), person("chen"))


@pytest.mark.parametrize("text", ["长" * 10_000, "[点此](http://evil) @all " * 400])
def test_d13_a_long_reason_is_trimmed_everywhere(text: str) -> None:
    company = with_flow(
        "{name: 主管, approvers: [manager]}", '{name: 财务, approvers: ["role:finance"]}'
    )
    changes = [
        approve(in_review(), company_of(), by("wang"), text, RULES),
        approve(in_review(company), company, by("wang"), text, RULES),
        reject(in_review(), by("wang"), text),
        return_(in_review(), by("wang"), text),
    ]

    for change in changes:
        assert len(str(change.audit[0].fields)) < MAX_REASON + 100
        plan = change.claims[0].plan
        assert plan is not None
        assert len(plan.steps[0].decisions[0].reason) <= MAX_REASON
        assert all(len(str(notice)) < MAX_REASON + 300 for notice in notices(change))


def test_the_last_approval_spends_the_hold_and_owes_the_money() -> None:
    change = approve(in_review(), company_of(), by("wang"), "没问题", RULES)

    assert change.claims[0].state is State.APPROVED
    assert change.moves == (Consume(f"{NUMBER}/1"),)
    (payment,) = change.payments
    assert (payment.id, payment.payee, payment.payee_name) == (f"P-{NUMBER}", "zhang", "张三")
    assert (payment.amount_fen, payment.account, payment.bank) == (
        4500,
        "6222021234567890",
        "招商银行",
    )
    assert payment.state == "pending"
    said = Say("zhang", "approved", (("number", NUMBER), ("reason", "没问题")))
    assert notices(change) == [
        ShowCard("wang", NUMBER, "approval", only_open=True),
        ShowCard("zhang", NUMBER, "claim", only_open=True),
        said,
        ShowCard("cash", NUMBER, "payment", fresh=True),
    ]
    assert dict(change.audit[0].fields) == {"opinion": "没问题", "final": "yes"}


def test_money_may_be_spent_only_when_it_is_paid() -> None:
    change = approve(in_review(), company_of(), by("wang"), "", Settings(consume_on="paid"))

    assert change.moves == ()


def test_an_approval_that_is_not_the_last_asks_the_next() -> None:
    company = with_flow(
        "{name: 主管, approvers: [manager]}", '{name: 财务, approvers: ["role:finance"]}'
    )

    change = approve(in_review(company), company, by("wang"), "", RULES)

    claim = change.claims[0]
    assert (claim.state, change.moves, change.payments) == (State.IN_REVIEW, (), ())
    assert claim.plan is not None
    assert claim.plan.waiting() == ("fin1", "fin2")
    assert notices(change) == [
        ShowCard("wang", NUMBER, "approval", only_open=True),
        ShowCard("fin1", NUMBER, "approval", fresh=True),
        ShowCard("fin2", NUMBER, "approval", fresh=True),
        ShowCard("zhang", NUMBER, "claim", only_open=True),
    ]


def test_the_other_co_approvers_cards_close() -> None:
    company = with_flow('{name: 财务, approvers: ["role:finance"]}')

    change = _approve(in_review(company), by("fin2"))

    assert ShowCard("fin1", NUMBER, "approval", only_open=True) in notices(change)


@pytest.mark.parametrize(
    ("act", "state", "code", "freed"),
    [
        (_reject, State.REJECTED, "rejected", (FreeIdentities(NUMBER),)),
        (_return, State.RETURNED, "returned", ()),
    ],
)
def test_a_refusal_frees_the_money_and_says_why(
    act: Act, state: State, code: str, freed: tuple[FreeIdentities, ...]
) -> None:
    change = act(in_review(), by("wang"))

    assert change.claims[0].state is state
    assert change.moves == (Release(f"{NUMBER}/1"),)
    assert change.identities == freed
    assert code in [n.code for n in notices(change) if isinstance(n, Say)]
    plan = change.claims[0].plan
    assert plan is not None
    assert plan.steps[0].decisions[0].reason in {"金额不对", "缺发票"}


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_a_refusal_needs_a_reason(reason: str) -> None:
    for act in (reject, return_):
        with pytest.raises(Refused, match="reason_missing"):
            act(in_review(), by("wang"), reason)


def test_a_turn_is_handed_over_with_a_card_for_the_new_one() -> None:
    change = _hand_over(in_review(), by("wang"))

    plan = change.claims[0].plan
    assert plan is not None
    assert plan.waiting() == ("li",)
    assert ShowCard("li", NUMBER, "approval", fresh=True) in notices(change)
    assert ShowCard("wang", NUMBER, "approval", only_open=True) in notices(change)
    assert (change.audit[0].action, change.audit[0].fields) == ("transfer", (("reason", "li"),))


def test_one_more_is_asked_and_the_one_who_asks_still_decides() -> None:
    change = _ask_also(in_review(), by("wang"))

    claim = change.claims[0]
    assert claim.plan is not None
    assert claim.plan.waiting() == ("wang",)
    agreed = _approve(claim, by("wang")).claims[0]
    assert agreed.state is State.IN_REVIEW
    assert agreed.plan is not None
    assert agreed.plan.waiting() == ("li",)
    assert _approve(agreed, by("li")).claims[0].state is State.APPROVED


def test_a_claim_that_another_system_decides_takes_no_decision_here() -> None:
    claim = in_review(with_flow("{name: OA, system: weaver}"))

    assert claim.state is State.IN_REVIEW
    for act in ACTS:
        with pytest.raises(Refused, match="not_your_turn"):
            act(claim, by("wang"))


def test_a_reminder_nudges_those_who_wait_once_an_hour() -> None:
    claim = in_review()

    first = remind(claim, by("zhang", "msg-1"))
    again = remind(claim, replace(by("zhang", "msg-2"), at=NOW + timedelta(minutes=59)))
    later = remind(claim, replace(by("zhang", "msg-3"), at=NOW + timedelta(hours=1)))

    keys = [{o.key for o in change.outbox if o.lane == "wang"} for change in (first, again, later)]
    assert keys[0] == keys[1]
    assert not keys[0] & keys[2]
    nudges = [o.notice for o in first.outbox if o.lane == "wang"]
    assert ShowCard("wang", NUMBER, "approval", fresh=True) in nudges


def test_only_the_owner_reminds_and_only_while_somebody_decides() -> None:
    with pytest.raises(Refused, match="not_yours"):
        remind(in_review(), by("wang"))
    with pytest.raises(Refused, match="wrong_state") as refused:
        remind(claim_of(), by("zhang"))
    assert dict(refused.value.fields)["event"] == "remind"


@pytest.mark.parametrize(
    ("kind", "yuan", "count"),
    [
        ("reimbursement", 45, 1),
        ("advance", 45, 1),
        ("welfare", 45, 1),
        ("travel_request", 45, 0),
        ("purchase_request", 45, 0),
        ("reimbursement", -45, 0),
        ("reimbursement", 0, 0),
    ],
)
def test_what_an_approved_claim_owes(kind: Kind, yuan: int, count: int) -> None:
    claim = claim_of(taxi(yuan, TODAY), kind=kind)

    assert len(payments_of(claim, company_of())) == count


def test_a_payee_without_an_account_is_still_owed() -> None:
    (payment,) = payments_of(claim_of(employee="lone"), company_of())

    assert (payment.payee_name, payment.account, payment.bank) == ("林一", "", "")
