"""Flows and the calendar as the company file writes them: what is taken, and what is a fault."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from core_house import COMPANY_YAML, company_of

from core.company import Company
from core.company_file import CompanyFileError, difference, load_company

HEAD = COMPANY_YAML.partition("flows:")[0]
FULL = """\
flows:
  - id: all
    cc: ["role:cashier", "person:li"]
    cc_at: approve
    auto_approve_up_to: "200.00"
    own_claim: department_head
    same_approver: once
    resubmit: return
    steps:
      - {name: 主管, approvers: [manager], up_to: "5000.00", hours: 8, hides: [budgets],
         may_change: [amount, category], cc: [department_head]}
      - {name: 财务, approvers: ["role:finance"], up_to: ["5000.00", "20000.00"]}
calendar: {workdays: [2026-11-28], holidays: [2026-12-24], hours: "09:30-18:30"}
"""


def test_everything_is_taken_and_survives_a_round_trip() -> None:
    company = load_company(HEAD + FULL, "company.yaml")

    (flow,) = company.flows
    assert (flow.cc_at, flow.auto_approve_up_to, flow.own_claim) == (
        "approve",
        20000,
        "department_head",
    )
    assert (flow.same_approver, flow.resubmit) == ("once", "return")
    assert [s.up_to for s in flow.steps] == [(500000,), (500000, 2000000)]
    assert flow.steps[0].may_change == ("amount", "category")
    assert Company.model_validate_json(company.model_dump_json(by_alias=True)) == company


def test_the_calendar_counts_in_a_zone() -> None:
    company = load_company(HEAD + FULL, "company.yaml")

    calendar = company.calendar.in_zone(ZoneInfo("Asia/Shanghai"))

    assert (calendar.begins, calendar.ends) == (time(9, 30), time(18, 30))
    assert calendar.workdays == {date(2026, 11, 28)}
    assert calendar.holidays == {date(2026, 12, 24)}


def test_without_any_of_it_nothing_is_automatic_and_nothing_hidden() -> None:
    (flow,) = company_of().flows

    assert flow.auto_approve_up_to is None
    assert (flow.cc, flow.own_claim, flow.same_approver) == ((), "manager", "adjacent")
    assert all(s.hides == () and s.hours is None and s.up_to == () for s in flow.steps)


def test_a_changed_calendar_is_in_the_difference() -> None:
    after = load_company(COMPANY_YAML + 'calendar: {hours: "08:00-17:00"}\n', "company.yaml")

    assert "~ calendar: hours" in difference(company_of(), after)


STEP = "flows:\n- id: a\n  steps:\n  - {{name: X, approvers: [manager], {}}}"


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        (STEP.format('up_to: ["5.00", "3.00"]'), 4, "flows.0.steps.0.up_to", "higher"),
        (STEP.format('up_to: ["5.00", "5.00"]'), 4, "flows.0.steps.0.up_to", "higher"),
        (STEP.format("up_to: 5.5"), 4, "flows.0.steps.0.up_to.0", "quotes"),
        (STEP.format("hours: 0"), 4, "flows.0.steps.0.hours", "greater"),
        (STEP.format("hours: 99999"), 4, "flows.0.steps.0.hours", "less"),
        (STEP.format("hides: [everything]"), 4, "flows.0.steps.0.hides.0", "lines"),
        (STEP.format("may_change: [payee]"), 4, "flows.0.steps.0.may_change.0", "amount"),
        (STEP.format("cc: [president]"), 4, "flows.0.steps.0.cc.0", "pattern"),
        (STEP.format('cc: ["person:x"]'), 4, "flows.0.steps.0.cc.0", "no person x"),
        (
            'flows:\n- id: a\n  steps:\n  - {name: X, system: oa, up_to: "5.00"}',
            4,
            "flows.0.steps.0.up_to",
            "no rights",
        ),
        (
            "flows:\n- id: a\n  cc: ['person:x']\n  steps:\n  - {name: X, approvers: [manager]}",
            3,
            "flows.0.cc.0",
            "no person x",
        ),
        ("calendar: {hours: 9-18}", 1, "calendar.hours", "pattern"),
        ('calendar: {hours: "18:00-09:00"}', 1, "calendar", "begins before"),
        ("calendar: {workdays: [2026-13-01]}", 1, "calendar.workdays.0", "date"),
        (
            "calendar: {workdays: [2026-11-28], holidays: [2026-11-28]}",
            1,
            "calendar",
            "worked and off",
        ),
    ],
)
def test_a_fault_names_line_and_key(text: str, line: int, key: str, message: str) -> None:
    with pytest.raises(CompanyFileError) as refused:
        load_company(text, "company.yaml")

    fault = refused.value.errors[0]
    assert (fault.line, fault.key) == (line, key)
    assert message in fault.message
