"""Sending back, coming back, taking back, standing in, being late, passing by itself."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from core_house import NOW, NUMBER, TODAY, around, by, claim_of, company_of, taxi, with_flow

from core.actions.basics import Cause, Settings
from core.actions.decision import (
    approve,
    ask_also,
    back_to_step,
    hand_over,
    reject,
    return_,
)
from core.actions.delegating import delegate, take_back
from core.actions.overdue import escalate, find_overdue
from core.actions.rerouting import reroute
from core.actions.submission import submit
from core.actions.turns import UNDO_S
from core.actions.undoing import Consequences, may_undo, undo
from core.approval import Plan, with_step
from core.change import Change, Consume, FreeIdentities, Release, Reserve, Reverse, TakeIdentity
from core.claim import Claim, Finding, State
from core.company import Company
from core.dealings import Clearing
from core.delegation import Delegation
from core.errors import Refused
from core.notices import Say, ShowCard
from core.routing import Roster
from core.voucher import PEOPLE, Voucher
from core.wallet import WalletCard

RULES = Settings()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
THREE = (
    "{name: 主管, approvers: [manager]}",
    '{name: 总监, approvers: ["person:boss"]}',
    '{name: 财务, approvers: ["role:finance"]}',
)


def three_steps() -> Company:
    return with_flow(*THREE)


def submitted(company: Company, **values: object) -> Claim:
    claim = claim_of(**values)
    return submit(claim, around(company), by(claim.employee)).claims[0]


def later(person: str, seconds: float = 1, source: str = "msg-2") -> Cause:
    return Cause(person, NOW + timedelta(seconds=seconds), source)


def agree(claim: Claim, person: str, company: Company, **values: object) -> Claim:
    change = approve(claim, company, by(person, f"ok-{person}"), "", RULES, **values)  # type: ignore[arg-type]
    return change.claims[0]


def plan_of(claim: Claim) -> Plan:
    assert claim.plan
    return claim.plan


def said(change: Change) -> dict[str, list[str]]:
    """Give who was told which codes."""
    told: dict[str, list[str]] = {}
    for out in change.outbox:
        if isinstance(out.notice, Say):
            told.setdefault(out.notice.person, []).append(out.notice.code)
    return told


def fresh_cards(change: Change) -> set[str]:
    cards = [o.notice for o in change.outbox if isinstance(o.notice, ShowCard)]
    return {c.person for c in cards if c.fresh and c.purpose == "approval"}


def at_finance(company: Company) -> Claim:
    return agree(agree(submitted(company), "wang", company), "boss", company)


# back to an earlier step


def test_an_earlier_step_is_asked_again_and_all_behind_it() -> None:
    company = three_steps()

    change = back_to_step(at_finance(company), by("fin1"), "请再核对", 0)

    claim = change.claims[0]
    assert (claim.state, change.moves) == (State.IN_REVIEW, ())
    assert plan_of(claim).waiting() == ("wang",)
    assert fresh_cards(change) == {"wang"}
    assert said(change)["wang"] == ["asked_again"]
    again = agree(claim, "wang", company)
    assert plan_of(again).waiting() == ("boss",)
    assert plan_of(agree(again, "boss", company)).waiting() == ("fin1", "fin2")


def test_with_back_to_me_only_the_earlier_step_is_asked_again() -> None:
    company = three_steps()

    claim = back_to_step(at_finance(company), by("fin1"), "请再核对", 0, back=True).claims[0]

    assert plan_of(agree(claim, "wang", company)).waiting() == ("fin1", "fin2")


@pytest.mark.parametrize("index", [-1, 2, 5])
def test_only_steps_that_were_passed_are_asked_again(index: int) -> None:
    with pytest.raises(Refused, match="no_such_step"):
        back_to_step(at_finance(three_steps()), by("fin1"), "请再核对", index)


def test_a_step_back_needs_a_turn_and_a_reason() -> None:
    claim = at_finance(three_steps())

    with pytest.raises(Refused, match="not_your_turn"):
        back_to_step(claim, by("wang"), "请再核对", 0)
    with pytest.raises(Refused, match="reason_missing"):
        back_to_step(claim, by("fin1"), " ", 0)


# back to the employee and to me again


def returned(company: Company, *, back: bool | None) -> Claim:
    return return_(at_finance(company), by("fin1"), "缺附件", back=back).claims[0]


def resubmitted(company: Company, claim: Claim) -> Change:
    return submit(claim, around(company), by("zhang", "again"))


def test_a_returned_claim_begins_anew_unless_it_was_wanted_back() -> None:
    company = three_steps()

    change = resubmitted(company, returned(company, back=False))

    assert plan_of(change.claims[0]).waiting() == ("wang",)
    assert "zhang" not in said(change)


def test_a_claim_that_was_wanted_back_goes_on_where_it_was() -> None:
    company = three_steps()

    change = resubmitted(company, returned(company, back=True))

    plan = plan_of(change.claims[0])
    assert plan.waiting() == ("fin1", "fin2")
    assert plan.steps[0].agreed() == {"wang"}
    assert (change.claims[0].version, plan.sent_back) == (2, None)
    assert fresh_cards(change) == {"fin1", "fin2"}
    assert agree(change.claims[0], "fin2", company).state is State.APPROVED


def test_the_flow_says_where_a_return_leads_when_nobody_does() -> None:
    company = three_steps()
    flows = tuple(f.model_copy(update={"resubmit": "return"}) for f in company.flows)
    wanted = company.model_copy(update={"flows": flows})

    change = resubmitted(wanted, returned(wanted, back=None))

    assert plan_of(change.claims[0]).waiting() == ("fin1", "fin2")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"lines": (taxi(46),)}, "restarted_grew"),
        ({"lines": (taxi(45, category="meal"),)}, "restarted_changed"),
        ({"lines": (taxi(45, project="apollo"),)}, "restarted_changed"),
        ({"department": "lab"}, "restarted_changed"),
    ],
)
def test_what_has_grown_begins_anew_and_says_why(changes: dict[str, object], why: str) -> None:
    company = three_steps()
    claim = replace(returned(company, back=True), **changes)  # type: ignore[arg-type]

    change = resubmitted(company, claim)

    assert plan_of(change.claims[0]).waiting() == ("wang",)
    assert said(change)["zhang"] == [why]


def test_less_is_no_reason_to_begin_anew_but_another_flow_is() -> None:
    company = three_steps()
    less = replace(returned(company, back=True), lines=(taxi(40),))
    other = with_flow(*THREE, "{name: 审计, approvers: ['person:li']}")

    assert plan_of(resubmitted(company, less).claims[0]).waiting() == ("fin1", "fin2")
    change = resubmitted(other, returned(company, back=True))
    assert plan_of(change.claims[0]).waiting() == ("wang",)
    assert said(change)["zhang"] == ["restarted_flow"]


# one more signer


def test_one_more_is_asked_before() -> None:
    company = three_steps()
    li = company.person("li")
    assert li

    change = ask_also(submitted(company), by("wang"), li, None, "请先看", place="before")

    claim = change.claims[0]
    assert plan_of(claim).waiting() == ("li",)
    assert fresh_cards(change) == {"li"}
    assert plan_of(agree(claim, "li", company)).waiting() == ("wang",)
    assert plan_of(claim).steps[1].decisions[0].reason == "请先看"


def test_an_opinion_on_the_way_reaches_the_employee() -> None:
    company = three_steps()

    change = approve(submitted(company), company, by("wang"), "注意标准", RULES)

    assert said(change)["zhang"] == ["opinion_given"]


# taking back


def test_an_agreement_on_the_way_is_taken_back() -> None:
    company = three_steps()
    before = submitted(company)
    after = agree(before, "wang", company)

    change = undo(after, later("wang"), RULES, Roster(company), Consequences())

    claim = change.claims[0]
    assert (claim.state, claim.version, change.moves) == (State.IN_REVIEW, 1, ())
    assert plan_of(claim).steps == plan_of(before).steps
    assert plan_of(claim).waiting() == ("wang",)
    assert ShowCard("boss", NUMBER, "approval", only_open=True) in [o.notice for o in change.outbox]
    assert change.audit[0].action == "undo"


def test_the_last_agreement_is_taken_back_with_its_money() -> None:
    company = company_of()
    made = approve(submitted(company), company, by("wang"), "", RULES)
    approved = replace(made.claims[0], revision=2)

    change = undo(approved, later("wang"), RULES, Roster(company), Consequences(made.payments[0]))

    claim = change.claims[0]
    held = next(m.hold for m in change.moves if isinstance(m, Reserve))
    assert (claim.state, claim.version) == (State.IN_REVIEW, 2)
    assert change.moves[0] == Reverse(f"{NUMBER}/1")
    assert (held.name, sum(c.amount_fen for c in held.charges)) == (f"{NUMBER}/2", 3 * 4500)
    assert (change.payments[0].state, change.payments[0].owed_fen) == ("cancelled", 0)
    assert said(change)["zhang"] == ["decision_undone"]


def test_money_that_was_not_spent_stays_held_under_its_name() -> None:
    company = company_of()
    rules = Settings(consume_on="paid")
    approved = approve(submitted(company), company, by("wang"), "", rules).claims[0]

    change = undo(approved, later("wang"), rules, Roster(company), Consequences())

    assert (change.claims[0].version, change.moves) == (1, ())


@pytest.mark.parametrize(("act", "free"), [(reject, True), (return_, False)])
def test_a_no_is_taken_back(act: object, free: bool) -> None:  # noqa: FBT001 a column of the table
    company = company_of()
    made = act(submitted(company), by("wang"), "金额不对")  # type: ignore[operator]
    closed = replace(made.claims[0], revision=1)

    change = undo(closed, later("wang"), RULES, Roster(company), Consequences())

    assert (FreeIdentities(NUMBER) in made.identities) is free
    assert made.moves == (Release(f"{NUMBER}/1"),)
    assert [type(m) for m in change.moves] == [Reserve]
    assert change.claims[0].state is State.IN_REVIEW
    assert plan_of(change.claims[0]).waiting() == ("wang",)


def test_vouchers_are_taken_again_with_a_rejection() -> None:
    from core_house import invoice

    company = company_of()
    claim = submitted(company, lines=(taxi(45, TODAY, invoice=invoice()),))
    closed = replace(reject(claim, by("wang"), "不行").claims[0], revision=1)

    change = undo(closed, later("wang"), RULES, Roster(company), Consequences())

    assert change.identities == (TakeIdentity("12345678901234567890", NUMBER),)


def test_handing_over_is_taken_back_too() -> None:
    company = three_steps()
    li = company.person("li")
    assert li
    given = hand_over(submitted(company), by("wang"), li).claims[0]

    claim = undo(given, later("wang"), RULES, Roster(company), Consequences()).claims[0]

    assert plan_of(claim).waiting() == ("wang",)


def _paid(claim: Claim) -> Claim:
    return replace(claim, state=State.PAYING)


@pytest.mark.parametrize(
    ("who", "seconds", "code"),
    [
        ("wang", UNDO_S, None),
        ("wang", UNDO_S + 1, "undo_late"),
        ("boss", 1, "undo_not_yours"),
        ("zhang", 1, "undo_not_yours"),
    ],
)
def test_only_ones_own_decision_and_only_for_a_minute(
    who: str, seconds: int, code: str | None
) -> None:
    company = three_steps()
    claim = agree(submitted(company), "wang", company)
    cause = later(who, seconds)

    assert may_undo(claim, who, cause.at) is (code is None)
    if code is None:
        assert undo(claim, cause, RULES, Roster(company), Consequences()).claims
        return
    with pytest.raises(Refused, match=code):
        undo(claim, cause, RULES, Roster(company), Consequences())


def test_what_has_gone_on_is_not_taken_back() -> None:
    company = company_of()
    made = approve(submitted(company), company, by("wang"), "", RULES)
    (payment,) = made.payments
    approved = made.claims[0]
    follower = claim_of(number="BX-20261125-0009", origin=NUMBER, revision=2)
    untouched = replace(follower, revision=1)
    voucher = Voucher(f"V-{NUMBER}-1", "approval", NUMBER, "hq", TODAY, NOW)
    card = WalletCard("openid-1", "card-1", "code-1")
    cleared = replace(approved, clears=(Clearing("JK-20261125-0001", approved.total_fen),))
    covered = replace(cleared, state=State.PAID)
    cases: list[tuple[str, Claim, Consequences]] = [
        ("undo_followed", _paid(approved), Consequences()),
        ("undo_followed", replace(approved, version=2), Consequences()),
        ("undo_followed", replace(approved, state=State.PAID), Consequences()),
        ("undo_paid", approved, Consequences(replace(payment, state="exported"))),
        ("undo_paid", _paid(approved), Consequences(replace(payment, state="exported"))),
        ("undo_paid", approved, Consequences(replace(payment, state="failed"))),
        ("undo_paid", approved, Consequences(replace(payment, paid_fen=1))),
        ("undo_claimed", approved, Consequences(payment, (follower,))),
        ("undo_booked", approved, Consequences(vouchers=(replace(voucher, state="posted"),))),
        ("undo_booked", approved, Consequences(vouchers=(replace(voucher, state="exported"),))),
        ("undo_booked", approved, Consequences(vouchers=(replace(voucher, taken_by="kingdee"),))),
        ("undo_sent", approved, Consequences(documents=("hose",))),
        ("undo_wallet", replace(covered, wallet=(card,)), Consequences()),
        ("", approved, Consequences(payment, (untouched,), (voucher,))),
        ("", approved, Consequences(vouchers=(replace(voucher, taken_by=PEOPLE),))),
        ("", approved, Consequences(vouchers=(replace(voucher, state="void"),))),
        ("", covered, Consequences(replace(payment, state="cancelled"))),
    ]

    for code, claim, after in cases:
        assert _refusal(claim, after, company) == code, (claim.state, after)


def _refusal(claim: Claim, after: Consequences, company: Company) -> str:
    try:
        undo(claim, later("wang"), RULES, Roster(company), after)
    except Refused as refused:
        return refused.code
    return ""


def test_a_process_that_has_begun_elsewhere_is_not_called_back() -> None:
    company = with_flow(THREE[0], "{name: OA审批, system: weaver}")
    claim = agree(submitted(company), "wang", company)
    plan = plan_of(claim)
    begun = with_step(plan, replace(plan.steps[1], process="OA-88"))

    assert _refusal(claim, Consequences(), company) == ""
    assert _refusal(replace(claim, plan=begun), Consequences(), company) == "undo_begun"


def test_after_the_next_decision_only_the_next_one_may_take_theirs_back() -> None:
    company = three_steps()
    claim = agree(agree(submitted(company), "wang", company), "boss", company)

    with pytest.raises(Refused, match="undo_not_yours"):
        undo(claim, later("wang"), RULES, Roster(company), Consequences())
    with pytest.raises(Refused, match="undo_nothing"):
        undo(submitted(company), later("wang"), RULES, Roster(company), Consequences())


def test_a_returned_claim_that_was_edited_stays_returned() -> None:
    company = company_of()
    closed = return_(submitted(company), by("wang"), "缺附件").claims[0]

    edited = replace(closed, revision=closed.revision + 2)

    with pytest.raises(Refused, match="undo_followed"):
        undo(edited, later("wang"), RULES, Roster(company), Consequences())


def test_the_draft_that_followed_goes_with_the_approval() -> None:
    company = company_of()
    claim = submitted(company, kind="travel_request")
    made = approve(claim, company, by("wang"), "", RULES, next_number="BX-20261125-0002")
    request, draft = made.claims
    kept = replace(draft, revision=1)

    change = undo(request, later("wang"), RULES, Roster(company), Consequences(None, (kept,)))

    assert [c.state for c in change.claims] == [State.IN_REVIEW, State.VOID]
    assert change.claims[1].carries is None
    assert change.moves == ()


# standing in


def standing(person: str = "wang", to: str = "li", **values: object) -> Delegation:
    day = date(2026, 11, 25)
    made = Delegation("d-1", person, to, NOW - DAY, NOW + DAY, day, day)
    return replace(made, **values)  # type: ignore[arg-type]


def test_what_waits_moves_and_comes_back() -> None:
    company = company_of()
    claim = submitted(company)
    roster = Roster(company, (standing(),))

    moved = reroute(claim, roster, by("wang", "delegate"))

    assert moved is not None
    assert plan_of(moved.claims[0]).waiting() == ("li",)
    assert fresh_cards(moved) == {"li"}
    assert ShowCard("wang", NUMBER, "approval", only_open=True) in [o.notice for o in moved.outbox]
    assert [e.action for e in moved.audit] == ["stand_in"]
    back = reroute(moved.claims[0], roster, replace(by("system"), at=NOW + DAY))
    assert back is not None
    assert plan_of(back.claims[0]).waiting() == ("wang",)
    assert [e.action for e in back.audit] == ["stand_in_ended"]


def test_what_waits_for_the_right_people_is_left_alone() -> None:
    company = company_of()

    assert reroute(submitted(company), Roster(company), by("system")) is None
    assert reroute(claim_of(), Roster(company), by("system")) is None


def test_a17_after_the_end_the_stand_in_is_refused_and_the_person_decides() -> None:
    company = company_of()
    roster = Roster(company, (standing(),))
    change = reroute(submitted(company), roster, by("wang"))
    assert change
    claim = change.claims[0]

    late = Cause("li", NOW + DAY, "late")
    with pytest.raises(Refused, match="delegation_over"):
        approve(claim, company, late, "", RULES, roster=roster)
    done = approve(claim, company, replace(late, actor="wang"), "", RULES, roster=roster)
    assert done.claims[0].state is State.APPROVED


def test_both_names_are_on_the_record() -> None:
    company = company_of()
    roster = Roster(company, (standing(),))
    change = reroute(submitted(company), roster, by("wang"))
    assert change

    done = approve(change.claims[0], company, by("li", "ok"), "", RULES, roster=roster)

    (decision,) = plan_of(done.claims[0]).steps[0].decisions
    assert (decision.approver, decision.on_behalf_of) == ("li", "wang")


def test_a_new_claim_goes_to_the_stand_in_at_once() -> None:
    claim = claim_of()

    change = submit(claim, around(company_of(), delegations=(standing(),)), by("zhang"))

    assert plan_of(change.claims[0]).waiting() == ("li",)


def test_the_next_step_finds_its_stand_in_too() -> None:
    company = three_steps()
    roster = Roster(company, (standing("boss", "li"),))

    claim = approve(submitted(company), company, by("wang"), "", RULES, roster=roster).claims[0]

    assert plan_of(claim).waiting() == ("li",)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (standing("wang", "boss", id="d-0"), "delegate_taken"),
        (standing("li", "boss", id="d-0"), "delegate_away"),
        (standing("boss", "wang", id="d-0"), "delegate_busy"),
    ],
)
def test_no_chain_no_loop_no_second_delegate(known: Delegation, code: str) -> None:
    company = company_of()
    li = company.person("li")
    assert li

    with pytest.raises(Refused, match=code):
        delegate(standing(), li, [known], by("wang"))
    apart = replace(known, begins=NOW + DAY, ends=NOW + 2 * DAY)
    assert delegate(standing(), li, [apart], by("wang")).delegations == (standing(),)


def test_a_delegation_needs_somebody_else_who_is_here_and_time() -> None:
    company = company_of()
    li, wang, chen = (company.person(p) for p in ("li", "wang", "chen"))
    assert li
    assert wang
    assert chen

    with pytest.raises(Refused, match="delegate_self"):
        delegate(standing(to="wang"), wang, [], by("wang"))
    with pytest.raises(Refused, match="delegation_window"):
        delegate(standing(ends=NOW - DAY), li, [], by("wang"))
    with pytest.raises(Refused, match="unknown_person"):
        delegate(standing(to="chen"), chen, [], by("wang"))


def test_the_same_message_twice_is_one_delegation() -> None:
    li = company_of().person("li")
    assert li

    change = delegate(standing(), li, [standing()], by("wang"))

    assert change.delegations == (standing(),)
    assert said(change) == {"li": ["delegated_to_you"]}


def test_a_delegation_is_taken_back_and_the_delegate_told() -> None:
    change = take_back([standing(), standing("boss", "li", id="d-2")], by("wang"))

    assert [(d.id, d.ends) for d in change.delegations] == [("d-1", NOW)]
    assert said(change) == {"li": ["delegation_ended"]}
    with pytest.raises(Refused, match="no_delegation"):
        take_back([], by("wang"))


# people who left


def gone(company: Company, *people: str) -> Company:
    changed = tuple(
        p.model_copy(update={"active": False}) if p.id in people else p for p in company.people
    )
    return company.model_copy(update={"people": changed})


def test_d11_the_manager_above_is_asked_and_everybody_knows() -> None:
    company = gone(company_of(), "wang")

    change = reroute(submitted(company_of()), Roster(company), by("system"))

    assert change is not None
    assert plan_of(change.claims[0]).waiting() == ("boss",)
    assert said(change) == {"zhang": ["rerouted"]}
    assert [e.action for e in change.audit] == ["reroute"]


def test_where_nobody_is_left_the_administrators_are_told_once() -> None:
    company = gone(company_of(), "wang", "boss")
    claim = submitted(company_of())

    changes = [reroute(claim, Roster(company), by("system", f"run-{i}")) for i in (1, 2)]

    keys = [[o.key for o in c.outbox] for c in changes if c]
    assert all(c and said(c) == {"adm": ["claim_stuck"]} for c in changes)
    assert keys[0] == keys[1]


# being late


def timed(step: str = "{name: 主管, approvers: [manager], hours: 4}") -> Company:
    return with_flow(step)


DUE = datetime(2026, 11, 26, 4, 0, tzinfo=NOW.tzinfo)
"""Four working hours after NOW, which is 17:00 in China."""


def test_only_what_is_past_its_time_is_overdue() -> None:
    claim = submitted(timed())
    done = agree(claim, "wang", timed())

    assert find_overdue([claim, done, claim_of()], DUE) == ()
    (late,) = find_overdue([claim, done, claim_of()], DUE + HOUR)
    assert (late.claim.number, late.people, late.due) == (NUMBER, ("wang",), DUE)


def test_whoever_is_above_is_asked_beside_one_who_is_late() -> None:
    company = timed()

    change = escalate(submitted(company), Roster(company), Cause("system", DUE + HOUR, "job-1"))

    assert change is not None
    claim = change.claims[0]
    assert plan_of(claim).waiting() == ("wang", "boss")
    assert fresh_cards(change) == {"boss"}
    assert said(change) == {"zhang": ["escalated"], "wang": ["escalated_from_you"]}
    step = plan_of(claim).step
    assert step
    assert step.due
    assert step.due > DUE + HOUR
    assert step.decisions[-1].decision == "escalate"
    assert escalate(claim, Roster(company), Cause("system", DUE + 2 * HOUR, "job-2")) is None


def test_where_each_must_agree_the_place_is_taken() -> None:
    company = timed('{name: 会签, approvers: [manager, "person:li"], mode: all, hours: 4}')
    claim = agree(submitted(company), "li", company)

    change = escalate(claim, Roster(company), Cause("system", DUE + HOUR, "job-1"))

    assert change is not None
    assert plan_of(change.claims[0]).waiting() == ("boss",)


def test_where_nobody_is_above_the_administrators_look_after_it() -> None:
    company = timed('{name: 老板, approvers: ["person:boss"], hours: 4}')

    change = escalate(submitted(company), Roster(company), Cause("system", DUE + HOUR, "job-1"))

    assert change is not None
    assert said(change) == {"adm": ["overdue_nobody"]}
    assert plan_of(change.claims[0]).waiting() == ("boss",)


# small and clean


def lenient(limit: str = "200.00") -> Company:
    company = company_of()
    flows = tuple(
        f.model_validate({**f.model_dump(), "auto_approve_up_to": limit}) for f in company.flows
    )
    return company.model_copy(update={"flows": flows})


def test_a_small_clean_claim_passes_by_itself_on_the_record() -> None:
    change = submit(claim_of(), around(lenient()), by("zhang"))

    claim = change.claims[0]
    assert claim.state is State.APPROVED
    assert [type(m) for m in change.moves] == [Reserve, Consume]
    assert len(change.payments) == 1
    (decision,) = plan_of(claim).steps[0].decisions
    assert (decision.approver, decision.reason) == ("system", "auto_approved")
    assert [(e.actor, e.action) for e in change.audit] == [
        ("zhang", "submit"),
        ("system", "approve"),
    ]
    assert len({o.key for o in change.outbox}) == len(change.outbox)


@pytest.mark.parametrize(
    ("company", "values"),
    [
        (company_of(), {}),
        (lenient("44.99"), {}),
        (lenient(), {"lines": (taxi(45, doubts=("total",)),)}),
        (lenient(), {"kind": "travel_request"}),
        (with_flow("{name: OA, system: weaver}"), {}),
    ],
)
def test_anything_else_is_asked(company: Company, values: dict[str, object]) -> None:
    claim = submit(claim_of(**values), around(company), by("zhang")).claims[0]

    assert claim.state is State.IN_REVIEW


def test_a_system_is_never_passed_over() -> None:
    company = with_flow("{name: OA, system: weaver}")
    flows = tuple(f.model_copy(update={"auto_approve_up_to": 100_000}) for f in company.flows)

    claim = submit(
        claim_of(), around(company.model_copy(update={"flows": flows})), by("zhang")
    ).claims[0]

    assert claim.state is State.IN_REVIEW


# copies


def test_copies_are_told_at_submission_and_at_the_end() -> None:
    company = company_of()
    flows = tuple(f.model_copy(update={"cc": ("person:li",)}) for f in company.flows)
    copied = company.model_copy(update={"flows": flows})

    change = submit(claim_of(), around(copied), by("zhang"))
    done = approve(change.claims[0], copied, by("wang"), "", RULES)

    assert fresh_cards(change) == {"wang", "li"}
    assert fresh_cards(done) == {"li"}


def test_a_step_tells_its_own_copies_when_it_has_agreed() -> None:
    company = with_flow('{name: 主管, approvers: [manager], cc: ["person:li"]}', THREE[1])

    change = approve(submitted(company), company, by("wang"), "", RULES)

    assert fresh_cards(change) == {"boss", "li"}


def test_no_approver_names_the_claim() -> None:
    company = with_flow('{name: 审批, approvers: ["role:auditor"]}')

    with pytest.raises(Refused) as refusal:
        submit(claim_of(), around(company), by("zhang"))

    assert refusal.value.code == "no_approver"
    assert refusal.value.fields == {"step": "审批", "number": NUMBER}


def test_findings_weigh_when_a_claim_comes_back() -> None:
    company = three_steps()
    back = returned(company, back=True)
    seen = replace(back, findings=(Finding("weekend", "warn", 0),))

    change = resubmitted(company, replace(seen, lines=(taxi(45, doubts=("date",)),)))

    assert said(change)["zhang"] == ["restarted_changed"]
