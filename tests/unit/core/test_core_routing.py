"""Plans from flows with rights, levels, copies and own claims; stand-ins and people who left."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from core_house import NOW, agreed, company_of, with_flow

from core.approval import Decision, Plan, Step, change_rights, decide, hidden_parts
from core.calendar import CHINA
from core.company import Company
from core.delegation import Delegation
from core.errors import Refused
from core.routing import (
    Applicant,
    ChainStep,
    Matter,
    Roster,
    build_plan,
    chain_of,
    is_stuck,
    settle,
)
from core.rules import Facts

FACTS: Facts = {
    "total": 45,
    "kind": "reimbursement",
    "department": "east",
    "project": None,
    "categories": ["taxi"],
    "grade": "P5",
    "over_budget": False,
    "findings": 0,
    "days": 1,
}
MINE = Matter(frozenset({"zhang"}), "reimbursement")
DAY = timedelta(days=1)


def plan_for(company: Company, employee: str = "zhang", **facts: object) -> Plan:
    person = company.person(employee)
    assert person
    return build_plan(company, Applicant(person, "east", None, ()), {**FACTS, **facts})


def flow(company: Company, **values: object) -> Company:
    changed = tuple(f.model_copy(update=values) for f in company.flows)
    return company.model_copy(update={"flows": changed})


def left(company: Company, *gone: str) -> Company:
    people = tuple(
        p.model_copy(update={"active": False}) if p.id in gone else p for p in company.people
    )
    return company.model_copy(update={"people": people})


def standing(person: str, to: str, days: int = 5, begins: datetime = NOW - DAY) -> Delegation:
    day = date(2026, 11, 24)
    return Delegation(f"{person}-{to}", person, to, begins, begins + days * DAY, day, day)


def settled(plan: Plan, company: Company, *delegations: Delegation, at: datetime = NOW) -> Plan:
    return settle(plan, MINE, Roster(company, delegations), at, "job-1")


# levels


@pytest.mark.parametrize(
    ("limits", "total", "expected"),
    [
        ('"500.00"', 500, [("wang",)]),
        ('"500.00"', 501, [("wang",), ("boss",)]),
        ('["500.00", "800.00"]', 600, [("wang",), ("boss",)]),
    ],
)
def test_above_its_amount_a_step_goes_to_the_next_level(
    limits: str, total: int, expected: list[tuple[str, ...]]
) -> None:
    company = with_flow(f"{{name: 主管, approvers: [manager], up_to: {limits}}}")

    plan = plan_for(company, total=total)

    assert [s.approvers for s in plan.steps] == expected
    assert [s.name for s in plan.steps] == ["主管", "主管 ↑"][: len(expected)]


def test_where_nobody_is_above_a_higher_amount_stops_visibly() -> None:
    company = with_flow('{name: 主管, approvers: [manager], up_to: ["500.00", "800.00"]}')

    with pytest.raises(Refused) as refusal:
        plan_for(company, total=900)

    assert (refusal.value.code, refusal.value.fields["step"]) == ("no_approver", "主管 ↑ ↑")


# own claims


@pytest.mark.parametrize(
    ("rule", "employee", "expected"),
    [
        ("manager", "wang", ("boss",)),
        ("department_head", "zhang", ("wang",)),
    ],
)
def test_a_step_that_asks_the_applicant_alone_goes_above(
    rule: str, employee: str, expected: tuple[str, ...]
) -> None:
    company = flow(with_flow(f'{{name: 审批, approvers: ["person:{employee}"]}}'), own_claim=rule)

    assert plan_for(company, employee).steps[0].approvers == expected


def test_own_claims_can_also_stop_and_never_ask_the_applicant() -> None:
    company = with_flow('{name: 审批, approvers: ["person:zhang", "person:li"]}')
    alone = flow(with_flow('{name: 审批, approvers: ["person:zhang"]}'), own_claim="stop")

    assert plan_for(company).steps[0].approvers == ("li",)
    with pytest.raises(Refused, match="no_approver"):
        plan_for(alone)


def test_who_filed_a_claim_is_not_asked_about_it() -> None:
    company = with_flow("{name: 主管, approvers: [manager]}")
    zhang = company.person("zhang")
    assert zhang

    plan = build_plan(company, Applicant(zhang, "east", None, (), filed_by="wang"), FACTS)

    assert plan.steps[0].approvers == ("boss",)


# copies and rights


def test_copies_are_told_and_never_asked() -> None:
    company = flow(
        with_flow('{name: 主管, approvers: [manager], cc: ["role:finance"]}'),
        cc=("role:cashier", "person:zhang"),
    )

    plan = plan_for(company)

    assert plan.cc == ("cash",)
    assert plan.steps[0].cc == ("fin1", "fin2")
    assert plan.waiting() == ("wang",)
    assert "cash" in plan.people()
    assert "fin1" not in plan.people()
    assert "fin1" in decide(plan, agreed("wang")).people()


def test_rights_are_those_of_the_step_that_waits() -> None:
    company = with_flow(
        "{name: 主管, approvers: [manager], hides: [budgets, vouchers]}",
        '{name: 财务, approvers: ["role:finance"], may_change: [category, amount]}',
        '{name: 复核, approvers: ["person:boss"], may_change: []}',
    )
    first = plan_for(company)
    second = decide(first, agreed("wang"))
    third = decide(second, agreed("fin1"))

    assert change_rights(first, "wang") == {"amount"}
    assert change_rights(first, "fin1") == frozenset()
    assert change_rights(second, "fin2") == {"category", "amount"}
    assert change_rights(third, "boss") == frozenset()
    assert hidden_parts(first, "wang") == {"budgets", "vouchers"}
    assert hidden_parts(first, "fin1") == hidden_parts(first, "li") == frozenset()


def test_what_one_of_a_persons_steps_shows_is_not_hidden() -> None:
    company = with_flow(
        "{name: 主管, approvers: [manager], hides: [budgets, lines]}",
        '{name: 复核, approvers: ["person:wang"], hides: [lines]}',
    )

    assert hidden_parts(plan_for(company), "wang") == {"lines"}


# the same approver


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("adjacent", ("wang",)), ("once", ()), ("always", ("wang",))],
)
def test_the_same_approver_further_on(setting: str, expected: tuple[str, ...]) -> None:
    company = flow(
        with_flow(
            "{name: 主管, approvers: [manager]}",
            '{name: 财务, approvers: ["person:fin1"]}',
            '{name: 部门, approvers: ["person:wang"]}',
        ),
        same_approver=setting,
    )

    plan = decide(decide(plan_for(company), agreed("wang")), agreed("fin1"))

    assert plan.waiting() == expected


def test_the_same_approver_is_asked_each_time_where_the_flow_wants_it() -> None:
    steps = ("{name: 主管, approvers: [manager]}", '{name: 部门, approvers: ["person:wang"]}')
    company = flow(with_flow(*steps), same_approver="always")

    assert decide(plan_for(company), agreed("wang")).waiting() == ("wang",)


def test_the_chain_is_shown_as_it_will_be_asked() -> None:
    company = with_flow(
        "{name: 主管, approvers: [manager]}", '{name: 财务, approvers: ["role:finance"]}'
    )
    plan = settled(plan_for(company), company, standing("wang", "li"))

    assert chain_of(plan).steps == (
        ChainStep("主管", ("li",), "any"),
        ChainStep("财务", ("fin1", "fin2"), "any"),
    )


def test_the_chain_names_everybody_who_is_told() -> None:
    steps = ('{name: 主管, approvers: [manager], cc: ["person:li"]}',)
    company = flow(with_flow(*steps), cc=["person:boss", "person:li"])

    chain = chain_of(plan_for(company))

    assert [s.cc for s in chain.steps] == [("li",)]
    assert chain.cc == ("boss", "li")


# stand-ins


def test_a_stand_in_is_asked_in_the_seat_of_who_is_away() -> None:
    company = company_of()
    plan = settled(plan_for(company), company, standing("wang", "li"))

    assert plan.waiting() == ("li",)
    assert plan.steps[0].approvers == ("wang",)
    with pytest.raises(Refused, match="not_your_turn"):
        decide(plan, agreed("wang"))
    done = decide(plan, agreed("li"))
    assert done.done
    (decision,) = done.steps[0].decisions
    assert (decision.approver, decision.on_behalf_of, decision.seat) == ("li", "wang", "wang")


@pytest.mark.parametrize(
    ("delegation", "why"),
    [
        (standing("wang", "li", begins=NOW + DAY), "it has not begun"),
        (standing("wang", "li", days=1), "it ended this very moment"),
        (replace(standing("wang", "li"), kinds=("advance",)), "it is for other kinds"),
        (standing("wang", "zhang"), "D09: the claim is the delegate's own"),
        (standing("wang", "chen"), "the delegate has left"),
        (standing("boss", "li"), "somebody else delegated"),
    ],
)
def test_a_delegation_that_does_not_hold_moves_nothing(delegation: Delegation, why: str) -> None:
    company = company_of()

    assert settled(plan_for(company), company, delegation).waiting() == ("wang",), why


def test_a_delegation_for_this_kind_holds_and_its_end_gives_the_turn_back() -> None:
    company = company_of()
    kind = replace(standing("wang", "li"), kinds=("advance", "reimbursement"))
    away = settled(plan_for(company), company, kind)

    assert away.waiting() == ("li",)
    assert settled(away, company, kind, at=kind.ends).waiting() == ("wang",)
    assert settled(away, company).waiting() == ("wang",)


def test_there_are_no_chains_of_stand_ins() -> None:
    company = company_of()

    plan = settled(plan_for(company), company, standing("wang", "li"), standing("li", "boss"))

    assert plan.waiting() == ("li",)


def test_one_stand_in_fills_every_seat_that_they_hold() -> None:
    company = company_of()
    plan = Plan((Step("会签", "all", ("wang", "boss", "li")),))
    plan = settled(plan, company, standing("wang", "li"), standing("boss", "li"))

    done = decide(plan, agreed("li"))

    assert plan.waiting() == ("li",)
    assert done.done
    assert {d.seat for d in done.steps[0].decisions} == {"wang", "boss", "li"}


def test_who_agreed_before_the_delegation_has_agreed() -> None:
    company = company_of()
    plan = decide(Plan((Step("会签", "all", ("wang", "boss")),)), agreed("wang"))

    plan = settled(plan, company, standing("wang", "li"))

    assert plan.waiting() == ("boss",)


def test_a_stand_ins_agreement_counts_for_the_same_seat_in_the_next_step() -> None:
    company = company_of()
    plan = Plan((Step("主管", "any", ("wang",)), Step("部门", "any", ("wang",))))

    done = decide(settled(plan, company, standing("wang", "li")), agreed("li"))

    assert done.done
    assert done.steps[1].decisions[0].on_behalf_of == "wang"


# people who left


def test_d11_who_left_is_replaced_by_whoever_is_above_with_a_trace() -> None:
    company = company_of()
    plan = settled(plan_for(company), left(company, "wang"))

    assert plan.waiting() == ("boss",)
    (trace,) = plan.steps[0].decisions
    assert (trace.approver, trace.decision, trace.reason) == ("system", "reroute", "left")
    assert (trace.seat, trace.to) == ("wang", "boss")
    assert decide(plan, agreed("boss")).done


def test_one_of_several_who_left_needs_no_successor() -> None:
    company = company_of()
    plan = Plan((Step("财务", "any", ("fin1", "fin2")),))

    plan = settled(plan, left(company, "fin1"))

    assert plan.steps[0].approvers == ("fin2",)
    assert plan.steps[0].decisions[0].to is None


def test_later_steps_are_re_routed_too_and_agreements_stay() -> None:
    company = company_of()
    plan = Plan((Step("会签", "all", ("wang", "li")), Step("依次", "sequence", ("li", "wang"))))
    plan = decide(plan, agreed("wang"))

    plan = settled(plan, left(company, "wang"))

    assert plan.steps[0].approvers == ("wang", "li")
    assert plan.steps[1].approvers == ("li", "boss")


def test_the_claims_own_people_never_inherit_a_turn() -> None:
    company = company_of()
    matter = Matter(frozenset({"boss"}), "reimbursement")
    plan = Plan((Step("主管", "any", ("wang",)),))

    kept = settle(plan, matter, Roster(left(company, "wang")), NOW, "job-1")

    assert kept.steps[0].approvers == ("wang",)
    assert is_stuck(kept, left(company, "wang"))


def test_where_nobody_is_above_the_plan_waits_visibly() -> None:
    company = left(company_of(), "wang", "boss")
    plan = settled(Plan((Step("主管", "any", ("wang",)),)), company)

    assert plan.waiting() == ("wang",)
    assert is_stuck(plan, company)
    assert not is_stuck(plan, company_of())


def test_settling_twice_changes_nothing() -> None:
    company = left(company_of(), "wang")
    once = settled(plan_for(company_of()), company, standing("boss", "li"))

    assert settled(once, company, standing("boss", "li"), at=NOW + DAY) == once


# times


def test_a_step_with_hours_gets_its_time_when_it_is_reached() -> None:
    company = with_flow(
        "{name: 主管, approvers: [manager], hours: 4}",
        '{name: 财务, approvers: ["role:finance"], hours: 8}',
    )
    first = settled(plan_for(company), company)
    second = settled(decide(first, agreed("wang")), company, at=NOW + DAY)

    assert first.steps[0].since == NOW
    assert first.steps[0].due == datetime(2026, 11, 26, 12, tzinfo=CHINA)
    assert first.steps[1].due is None
    assert second.steps[1].since == NOW + DAY


def test_the_companys_own_calendar_counts() -> None:
    company = with_flow("{name: 主管, approvers: [manager], hours: 4}")
    rules = company.calendar.model_copy(update={"holidays": (date(2026, 11, 26),)})
    closed = company.model_copy(update={"calendar": rules})

    plan = settled(plan_for(company), closed)

    assert plan.steps[0].due == datetime(2026, 11, 27, 12, tzinfo=CHINA)


def test_nobody_decides_for_a_system() -> None:
    company = with_flow("{name: OA, system: weaver}")

    plan = settled(plan_for(company), company)

    assert not is_stuck(plan, company)
    with pytest.raises(Refused, match="not_your_turn"):
        decide(plan, Decision("wang", "approve", "", NOW, "x"))
