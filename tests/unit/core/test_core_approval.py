"""Who must agree: plans from flows, and how decisions move them."""

from dataclasses import replace

import pytest
from core_house import NOW, agreed, company_of, with_flow

from core.approval import Decision, Plan, Step, add_signer, close, decide, transfer
from core.company import Company
from core.errors import Refused
from core.routing import Applicant, build_plan
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


def plan_for(
    company: Company,
    employee: str = "zhang",
    *,
    department: str = "east",
    project: str | None = None,
    owners: tuple[str, ...] = (),
    **facts: object,
) -> Plan:
    person = company.person(employee)
    assert person is not None
    return build_plan(company, Applicant(person, department, project, owners), {**FACTS, **facts})


def asked(plan: Plan) -> list[tuple[str, ...]]:
    return [step.approvers for step in plan.steps]


def test_the_default_flow_asks_the_manager_and_from_a_thousand_finance_too() -> None:
    assert asked(plan_for(company_of())) == [("wang",)]
    assert asked(plan_for(company_of(), total=1000)) == [("wang",), ("fin1", "fin2")]


@pytest.mark.parametrize(
    ("rule", "employee", "expected"),
    [
        ("manager", "zhang", ("wang",)),
        ("manager:2", "zhang", ("boss",)),
        ("manager", "junior", ("wang",)),
        ("manager:2", "junior", ("boss",)),
        ("department_head", "zhang", ("wang",)),
        ("role:finance", "zhang", ("fin1", "fin2")),
        ("role:finance", "fin1", ("fin2",)),
        ("person:li", "zhang", ("li",)),
        ("person:zhang", "zhang", ("wang",)),
        ("person:li", "li", ("boss",)),
    ],
)
def test_finds_the_approver(rule: str, employee: str, expected: tuple[str, ...]) -> None:
    company = with_flow(f'{{name: 审批, approvers: ["{rule}"]}}')

    assert asked(plan_for(company, employee)) == [expected]


def test_finds_the_head_up_the_tree_who_is_not_the_applicant() -> None:
    company = with_flow("{name: 部门, approvers: [department_head]}")
    headed = company.model_copy(
        update={
            "departments": tuple(
                d.model_copy(update={"head": "zhang"}) if d.id == "east" else d
                for d in company.departments
            )
        }
    )

    assert asked(plan_for(headed)) == [("wang",)]


def test_finds_the_owners_of_project_and_budgets() -> None:
    company = with_flow(
        "{name: 项目, approvers: [project_owner]}", "{name: 预算, approvers: [budget_owner]}"
    )

    plan = plan_for(company, project="apollo", owners=("wang", "boss", "wang", "chen"))

    assert asked(plan) == [("li",), ("wang", "boss")]


@pytest.mark.parametrize(
    ("rule", "employee", "project"),
    [
        ("manager", "boss", None),
        ("manager", "lone", None),
        ("manager:2", "wang", None),
        ("manager:3", "zhang", None),
        ("department_head", "lone", None),
        ("project_owner", "zhang", None),
        ("project_owner", "zhang", "mars"),
        ("project_owner", "zhang", "nowhere"),
        ("budget_owner", "zhang", None),
        ("role:auditor", "zhang", None),
        ("role:cashier", "cash", None),
        ("person:chen", "zhang", None),
    ],
)
def test_no_approver_is_a_visible_stop(rule: str, employee: str, project: str | None) -> None:
    company = with_flow(f'{{name: 审批, approvers: ["{rule}"]}}')
    department = "lab" if employee == "lone" else "east"

    with pytest.raises(Refused) as refusal:
        plan_for(company, employee, department=department, project=project)

    assert refusal.value.code == "no_approver"
    assert refusal.value.fields["step"] == "审批"


def test_without_any_flow_or_step_nothing_is_approved_silently() -> None:
    never = with_flow("{name: 主管, approvers: [manager]}", when="total > 1000000")
    empty = with_flow("{name: 主管, approvers: [manager], when: 'false'}")

    for company, code in ((never, "no_flow"), (empty, "no_approver")):
        with pytest.raises(Refused) as refusal:
            plan_for(company)
        assert refusal.value.code == code


def test_a_steps_condition_that_fails_asks_the_step() -> None:
    company = with_flow(
        "{name: 主管, approvers: [manager]}",
        '{name: 财务, approvers: ["role:finance"], when: "total / days > 1000000"}',
    )

    assert len(plan_for(company, days=1).steps) == 1
    assert len(plan_for(company, days=0).steps) == 2


def test_a_flows_condition_that_fails_stops_visibly() -> None:
    company = with_flow("{name: 主管, approvers: [manager]}", when="grade >= 'M1'")

    with pytest.raises(Refused) as refusal:
        plan_for(company, grade=None)

    assert (refusal.value.code, refusal.value.fields) == ("no_flow", {"flow": "only"})


def test_any_one_of_several_is_enough() -> None:
    plan = Plan((Step("财务", "any", ("fin1", "fin2")),))

    assert plan.waiting() == ("fin1", "fin2")
    done = decide(plan, agreed("fin2"))
    assert done.done
    with pytest.raises(Refused, match="not_your_turn"):
        decide(done, agreed("fin1"))


def test_all_of_several_are_needed_in_any_order() -> None:
    plan = Plan((Step("会签", "all", ("fin1", "fin2")),))

    half = decide(plan, agreed("fin2"))

    assert half.waiting() == ("fin1",)
    assert decide(half, agreed("fin1")).done
    with pytest.raises(Refused, match="not_your_turn"):
        decide(half, agreed("fin2"))


def test_a_sequence_is_asked_one_after_another() -> None:
    plan = Plan((Step("依次", "sequence", ("wang", "boss")),))

    assert plan.waiting() == ("wang",)
    with pytest.raises(Refused, match="not_your_turn"):
        decide(plan, agreed("boss"))
    second = decide(plan, agreed("wang"))
    assert second.waiting() == ("boss",)
    assert decide(second, agreed("boss")).done


def test_a_sequence_can_be_closed_only_by_the_one_who_is_asked() -> None:
    plan = Plan((Step("依次", "sequence", ("wang", "boss")),))

    with pytest.raises(Refused, match="not_your_turn"):
        close(plan, replace(agreed("boss"), decision="reject"))
    closed = close(plan, replace(agreed("wang"), decision="reject"))

    assert closed.current == 0
    assert closed.steps[0].decisions[0].decision == "reject"


def test_the_same_approver_twice_in_a_row_is_asked_once_and_it_leaves_a_trace() -> None:
    plan = Plan((Step("主管", "any", ("wang",)), Step("部门", "any", ("wang",))))

    done = decide(plan, agreed("wang"))

    assert done.done
    carried = done.steps[1].decisions[0]
    assert (carried.approver, carried.reason) == ("wang", "same_approver")


def test_who_was_asked_but_did_not_approve_is_asked_again() -> None:
    plan = Plan((Step("财务", "any", ("fin1", "fin2")), Step("复核", "any", ("fin1",))))

    second = decide(plan, agreed("fin2"))

    assert not second.done
    assert second.waiting() == ("fin1",)


def test_the_same_approver_counts_once_among_all() -> None:
    plan = Plan((Step("主管", "any", ("wang",)), Step("会签", "all", ("wang", "fin1"))))

    assert decide(plan, agreed("wang")).waiting() == ("fin1",)


def test_the_same_approver_not_in_a_row_is_asked_again() -> None:
    steps = tuple(Step(name, "any", (name,)) for name in ("wang", "fin1", "wang"))
    plan = decide(decide(Plan(steps), agreed("wang")), agreed("fin1"))

    assert plan.waiting() == ("wang",)


def test_a_system_step_waits_visibly_for_its_system() -> None:
    plan = plan_for(with_flow("{name: 主管, approvers: [manager]}", "{name: OA, system: weaver}"))

    waiting = decide(plan, agreed("wang"))

    assert not waiting.done
    assert waiting.waiting() == ()
    assert waiting.steps[waiting.current].system == "weaver"
    with pytest.raises(Refused, match="not_your_turn"):
        decide(waiting, agreed("wang"))


def test_a_plan_of_a_system_alone_is_not_done_at_once() -> None:
    plan = plan_for(with_flow("{name: OA, system: weaver}"))

    assert not plan.done
    assert plan.waiting() == ()
    assert plan.people() == frozenset()


def _handing(who: str, how: str) -> Decision:
    verdict = replace(agreed(who), decision="transfer")
    return verdict if how == "transfer" else replace(verdict, decision="add_signer")


def test_a_transfer_gives_the_turn_away() -> None:
    plan = Plan((Step("主管", "any", ("wang",)), Step("财务", "any", ("wang",))))

    handed = transfer(plan, _handing("wang", "transfer"), "li")

    assert handed.waiting() == ("li",)
    assert handed.steps[0].decisions[0].to == "li"
    with pytest.raises(Refused, match="not_your_turn"):
        decide(handed, agreed("wang"))
    assert decide(handed, agreed("li")).waiting() == ("wang",)


def test_a_transfer_keeps_the_place_in_a_sequence() -> None:
    plan = Plan((Step("依次", "sequence", ("wang", "boss")),))

    handed = transfer(plan, _handing("wang", "transfer"), "li")

    assert handed.steps[0].approvers == ("li", "boss")
    assert handed.waiting() == ("li",)


def test_a_transfer_goes_to_somebody_new_and_from_somebody_asked() -> None:
    plan = Plan((Step("财务", "any", ("fin1", "fin2")),))

    with pytest.raises(Refused, match="already_approver"):
        transfer(plan, _handing("fin1", "transfer"), "fin2")
    with pytest.raises(Refused, match="not_your_turn"):
        transfer(plan, _handing("wang", "transfer"), "li")


def test_an_added_signer_is_asked_after_the_one_who_adds_has_agreed() -> None:
    plan = Plan((Step("主管", "any", ("wang",)), Step("财务", "any", ("fin1",))))

    added = add_signer(plan, _handing("wang", "add"), "li")

    assert added.waiting() == ("wang",)
    second = decide(added, agreed("wang"))
    assert second.waiting() == ("li",)
    assert decide(second, agreed("li")).waiting() == ("fin1",)


def test_nobody_is_added_twice() -> None:
    plan = Plan((Step("主管", "any", ("wang", "boss")),))
    added = add_signer(plan, _handing("wang", "add"), "li")

    for who, whom in (("wang", "li"), ("wang", "boss"), ("wang", "wang")):
        with pytest.raises(Refused, match="already_approver"):
            add_signer(added, _handing(who, "add"), whom)
    with pytest.raises(Refused, match="not_your_turn"):
        add_signer(added, _handing("li", "add"), "fin1")


def test_a_decision_keeps_when_and_by_which_message() -> None:
    plan = decide(Plan((Step("主管", "any", ("wang",)),)), agreed("wang"))

    decision = plan.steps[0].decisions[0]

    assert (decision.at, decision.source) == (NOW, "click-wang")
