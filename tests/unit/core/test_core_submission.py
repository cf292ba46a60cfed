"""Submitting, withdrawing, discarding: findings, holds, vouchers, who is asked."""

from dataclasses import replace
from decimal import Decimal

import pytest
from core_house import (
    NOW,
    NUMBER,
    around,
    by,
    claim_of,
    company_of,
    invoice,
    taxi,
    with_flow,
    with_policy,
)

from core.actions.basics import Settings, lane_of, outgoing
from core.actions.submission import check_claim, discard, facts_of, is_blocked, submit, withdraw
from core.budget import Charge, Hold
from core.change import FreeIdentities, Release, Reserve, TakeIdentity
from core.claim import EDITABLE, Claim, Finding, State
from core.company import Company
from core.errors import Refused
from core.notices import Reply, Say, ShowCard

TWENTY = "12345678901234567890"


def submitted(*lines: object, **values: object) -> Claim:
    change = submit(claim_of(*lines, **values), around(), by("zhang"))  # type: ignore[arg-type]
    return change.claims[0]


def test_a_submission_holds_the_money_and_asks_the_manager() -> None:
    change = submit(claim_of(), around(), by("zhang"))

    (claim,) = change.claims
    assert (claim.state, claim.version, claim.submitted_at) == (State.IN_REVIEW, 1, NOW)
    assert claim.plan is not None
    assert claim.plan.waiting() == ("wang",)
    charges = (Charge("all", 4500), Charge("sales-q4", 4500), Charge("taxi-nov", 4500))
    assert change.moves == (Reserve(Hold(f"{NUMBER}/1", NUMBER, charges)),)
    assert [o.notice for o in change.outbox] == [
        ShowCard("zhang", NUMBER, "claim"),
        ShowCard("wang", NUMBER, "approval", fresh=True),
    ]
    (entry,) = change.audit
    assert (entry.actor, entry.action, entry.subject, entry.source) == (
        "zhang",
        "submit",
        NUMBER,
        "msg-1",
    )


def test_a_submission_reserves_each_voucher_once() -> None:
    claim = claim_of(taxi(invoice=invoice(TWENTY)), taxi(invoice=invoice(None)), taxi())

    assert submit(claim, around(), by("zhang")).identities == (TakeIdentity(TWENTY, NUMBER),)


def test_a_resubmission_has_a_new_hold_and_lets_go_of_vouchers_that_it_lost() -> None:
    claim = claim_of(taxi(invoice=invoice(TWENTY)), state=State.RETURNED, submitted_at=NOW)

    change = submit(claim, around(), by("zhang"))

    assert change.claims[0].version == 2
    (move,) = change.moves
    assert isinstance(move, Reserve)
    assert move.hold.name == f"{NUMBER}/2"
    assert change.identities == (FreeIdentities(NUMBER), TakeIdentity(TWENTY, NUMBER))


@pytest.mark.parametrize("state", sorted(EDITABLE))
def test_what_can_be_changed_can_be_submitted(state: State) -> None:
    assert submitted(state=state).state is State.IN_REVIEW


@pytest.mark.parametrize("state", sorted(set(State) - EDITABLE))
def test_nothing_else_can_be_submitted(state: State) -> None:
    with pytest.raises(Refused) as refusal:
        submit(claim_of(state=state), around(), by("zhang"))

    assert refusal.value.code == "wrong_state"
    assert refusal.value.fields == {"number": NUMBER, "state": state, "event": "submit"}


def test_only_the_owner_submits() -> None:
    with pytest.raises(Refused, match="not_yours"):
        submit(claim_of(), around(), by("wang"))


def test_who_is_no_longer_in_the_company_cannot_submit() -> None:
    flow_only = Company(flows=company_of().flows, categories=company_of().categories)

    with pytest.raises(Refused, match="unknown_person"):
        submit(claim_of(), around(flow_only), by("zhang"))


def _blocked(claim: Claim, **values: object) -> tuple[Finding, ...]:
    with pytest.raises(Refused) as refusal:
        submit(claim, around(**values), by("zhang"))  # type: ignore[arg-type]
    assert refusal.value.code == "blocked"
    findings = refusal.value.fields["findings"]
    assert isinstance(findings, tuple)
    return findings


def test_a_budget_that_blocks_keeps_the_draft_and_says_the_figures() -> None:
    findings = _blocked(claim_of(taxi(221)))

    (finding,) = [f for f in findings if f.severity == "block"]
    assert (finding.code, finding.field("budget")) == ("budget_exceeded", "taxi-nov")
    assert (finding.field("available"), finding.field("over")) == ("200.00", "21.00")


def test_the_tolerance_is_still_allowed() -> None:
    assert submitted(taxi(220)).findings == ()


def test_a_duplicate_names_the_first_claim() -> None:
    claim = claim_of(taxi(invoice=invoice(TWENTY)))

    (finding,) = _blocked(claim, holders={TWENTY: "BX-20261101-0001"})

    assert (finding.code, finding.field("claim")) == ("duplicate_invoice", "BX-20261101-0001")


def test_a_voucher_that_the_claim_itself_holds_is_no_duplicate() -> None:
    claim = claim_of(taxi(invoice=invoice(TWENTY)))

    assert check_claim(claim, around(holders={TWENTY: NUMBER})) == ()


def test_a_policy_that_blocks_and_one_that_warns() -> None:
    policy = '{id: cap, kind: amount_limit, per: line, limit: "40.00", action: %s}'

    assert [f.code for f in _blocked(claim_of(), company=with_policy(policy % "block"))] == [
        "amount_limit"
    ]
    warned = submit(claim_of(), around(with_policy(policy % "warn")), by("zhang")).claims[0]
    assert [f.code for f in warned.findings] == ["amount_limit"]
    assert not is_blocked(warned.findings)


@pytest.mark.parametrize(("setting", "codes"), [("allow", []), ("warn", ["budget_unmatched"])])
def test_a_line_without_a_budget_follows_the_setting(setting: str, codes: list[str]) -> None:
    company = company_of().model_copy(update={"budgets": ()})
    rules = Settings(unmatched=setting)  # type: ignore[arg-type]

    change = submit(claim_of(), around(company, settings=rules), by("zhang"))

    assert [f.code for f in change.claims[0].findings] == codes
    assert change.moves == (Reserve(Hold(f"{NUMBER}/1", NUMBER, ())),)


def test_a_line_without_a_budget_may_block() -> None:
    company = company_of().model_copy(update={"budgets": ()})

    findings = _blocked(claim_of(), company=company, settings=Settings(unmatched="block"))

    assert [f.code for f in findings] == ["budget_unmatched"]


def test_without_flow_or_approver_a_submission_stops_visibly() -> None:
    nobody = with_flow('{name: 审计, approvers: ["role:auditor"]}')
    none = company_of().model_copy(update={"flows": ()})

    for company, code in ((nobody, "no_approver"), (none, "no_flow")):
        with pytest.raises(Refused) as refusal:
            submit(claim_of(), around(company), by("zhang"))
        assert refusal.value.code == code


def test_nobody_is_asked_about_their_own_claim() -> None:
    company = with_flow('{name: 财务, approvers: ["role:finance"], mode: all}')
    claim = claim_of(employee="fin1", department="root")

    plan = submit(claim, around(company), by("fin1")).claims[0].plan

    assert plan is not None
    assert plan.waiting() == ("fin2",)


def test_budget_owners_are_those_of_the_budgets_charged() -> None:
    company = with_flow("{name: 预算, approvers: [budget_owner], mode: all}")

    plan = submit(claim_of(), around(company), by("zhang")).claims[0].plan

    assert plan is not None
    assert plan.waiting() == ("wang", "boss")


def test_the_facts_that_conditions_see() -> None:
    zhang = company_of().person("zhang")
    assert zhang is not None
    lines = (taxi(45), taxi(20, NOW.date().replace(day=23), category="meal", project="apollo"))
    unmatched = Finding("budget_unmatched", "warn", 0)

    facts = facts_of(claim_of(*lines, findings=(unmatched,)), zhang)

    assert facts == {
        "total": Decimal(65),
        "kind": "reimbursement",
        "department": "east",
        "project": "apollo",
        "categories": ["taxi", "meal"],
        "grade": "P5",
        "over_budget": False,
        "findings": 1,
        "days": 3,
    }
    over = replace(unmatched, code="budget_exceeded")
    assert facts_of(claim_of(findings=(over,)), zhang)["over_budget"] is True


def test_a_withdrawal_frees_money_and_vouchers_and_closes_the_approvers_cards() -> None:
    claim = submitted()

    change = withdraw(claim, by("zhang"))

    assert change.claims[0].state is State.WITHDRAWN
    assert change.moves == (Release(f"{NUMBER}/1"),)
    assert change.identities == (FreeIdentities(NUMBER),)
    assert ShowCard("wang", NUMBER, "approval", only_open=True) in [o.notice for o in change.outbox]


@pytest.mark.parametrize("state", [s for s in State if s is not State.IN_REVIEW])
def test_only_what_is_in_review_can_be_withdrawn(state: State) -> None:
    with pytest.raises(Refused, match="wrong_state"):
        withdraw(claim_of(state=state), by("zhang"))


def test_a_draft_is_thrown_away_with_its_vouchers() -> None:
    change = discard(claim_of(), by("zhang"))

    assert change.claims[0].state is State.VOID
    assert change.moves == ()
    assert change.identities == (FreeIdentities(NUMBER),)
    assert Say("zhang", "discarded", (("number", NUMBER),)) in [o.notice for o in change.outbox]


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.APPROVED, State.PAID, State.VOID])
def test_what_is_under_way_cannot_be_thrown_away(state: State) -> None:
    with pytest.raises(Refused, match="wrong_state"):
        discard(claim_of(state=state), by("zhang"))


def test_only_the_owner_withdraws_and_discards() -> None:
    for act, claim in ((withdraw, submitted()), (discard, claim_of())):
        with pytest.raises(Refused, match="not_yours"):
            act(claim, by("wang"))


def test_notices_are_keyed_by_their_cause_and_ordered_by_person() -> None:
    card = ShowCard("wang", NUMBER, "approval")
    reply = Reply("wecom", "Bo", "unknown_sender")

    sent = outgoing(by("zhang", "msg-9"), [card, reply, card])

    assert [(o.key, o.lane) for o in sent] == [("msg-9#0", "wang"), ("msg-9#1", "wecom:Bo")]
    assert lane_of(card) == "wang"


@pytest.mark.parametrize(
    ("connected", "refused"), [(frozenset(), True), (frozenset({"oa"}), False)]
)
def test_a_step_of_a_system_that_is_not_connected_is_a_visible_stop(
    connected: frozenset[str], *, refused: bool
) -> None:
    company = with_flow("{name: OA, system: oa}")
    there = around(company, settings=Settings(deciders=connected))

    if refused:
        with pytest.raises(Refused, match="no_system"):
            submit(claim_of(), there, by("zhang"))
    else:
        assert submit(claim_of(), there, by("zhang")).claims[0].state is State.IN_REVIEW
