"""Which budgets bind: own level, category tree, person, legal entity; and cumulative control."""

from datetime import date

import pytest
from core_house import TODAY, claim_of, company_of, taxi

from core.budget import (
    Balance,
    Charge,
    carried_over,
    charges_of,
    find_budgets,
    find_overruns,
    may_exceed,
    rolling_key,
    successor_of,
)
from core.company import Budget
from core.company_file import CompanyFileError

COMPANY = """\
companies: [{id: hq, name: 甲公司}, {id: sz, name: 乙公司}]
departments:
  - {id: sales, name: 市场部, company: hq}
  - {id: east, name: 华东组, parent: sales}
  - {id: lab, name: 实验室, company: sz}
people:
  - {id: zhang, name: 张三, department: east}
  - {id: wang, name: 王芳, department: sales, roles: [employee, finance]}
categories:
  - {id: travel, name: 差旅}
  - {id: transport, name: 交通, parent: travel}
  - {id: taxi, name: 打车, parent: transport}
  - {id: meal, name: 餐饮}
budgets:
  - {id: own, department: sales, own_level: true, period: 2026, limit: "1"}
  - {id: tree, department: sales, period: 2026, limit: "1"}
  - {id: travelling, category: travel, period: 2026, limit: "1"}
  - {id: taxis, category: taxi, period: 2026, limit: "1"}
  - {id: zhangs, person: zhang, period: 2026, limit: "1"}
  - {id: entity, company: sz, period: 2026, limit: "1"}
  - {id: fiscal, period: 2025, fiscal_start: 12, limit: "1"}
"""


@pytest.mark.parametrize(
    ("department", "category", "person", "entity", "expected"),
    [
        ("sales", None, None, None, {"own", "tree", "fiscal"}),
        ("east", None, None, None, {"tree", "fiscal"}),
        ("east", "taxi", None, None, {"tree", "travelling", "taxis", "fiscal"}),
        ("east", "transport", None, None, {"tree", "travelling", "fiscal"}),
        ("east", "meal", "zhang", None, {"tree", "zhangs", "fiscal"}),
        ("lab", None, "wang", None, {"entity", "fiscal"}),
        ("lab", None, None, "hq", {"fiscal"}),
        ("sales", None, None, "sz", {"own", "tree", "entity", "fiscal"}),
    ],
)
def test_each_dimension_narrows(
    department: str,
    category: str | None,
    person: str | None,
    entity: str | None,
    expected: set[str],
) -> None:
    found = find_budgets(
        company_of(COMPANY),
        department=department,
        project=None,
        category=category,
        day=TODAY,
        person=person,
        entity=entity,
    )

    assert {b.id for b in found} == expected


def test_a_claims_lines_are_charged_by_its_person_and_legal_entity() -> None:
    claim = claim_of(taxi(45), employee="zhang", department="lab", company="sz")

    charged = charges_of(company_of(COMPANY), claim)

    assert {c.budget for c in charged} == {"travelling", "taxis", "zhangs", "entity", "fiscal"}


@pytest.mark.parametrize(
    ("row", "key", "message"),
    [
        ("own_level: true", "budgets.0.own_level", "needs a department"),
        ("category: travel, cumulative: true", "budgets.1.period", "overlaps"),
        ("person: nobody", "budgets.0.person", "no person nobody"),
        ("company: nowhere", "budgets.0.company", "no company nowhere"),
        ("exceptions: [person:nobody]", "budgets.0.exceptions.0", "no person nobody"),
    ],
)
def test_a_file_names_rows_that_contradict_themselves(row: str, key: str, message: str) -> None:
    rows = "\n".join(f'  - {{id: b{i}, period: 2026, limit: "1", {row}}}' for i in range(2))

    with pytest.raises(CompanyFileError) as found:
        company_of(f"categories: [{{id: travel, name: 差旅}}]\nbudgets:\n{rows}\n")

    assert any(e.key == key and message in e.message for e in found.value.errors)


def test_categories_do_not_stand_below_themselves() -> None:
    rows = "[{id: a, name: a, parent: b}, {id: b, name: b, parent: a}]"

    with pytest.raises(CompanyFileError, match="loop"):
        company_of(f"categories: {rows}\n")


@pytest.mark.parametrize(
    ("chain", "place", "expected"),
    [
        ([(100, 40)], 0, 0),
        ([(100, 40), (100, 0)], 1, 60),
        ([(100, 40), (100, 150)], 1, 60),
        ([(100, 40), (100, 150)], 0, -50),  # the later month has used 50 of what is left here
        ([(100, 130), (100, 0)], 1, -30),
        ([(100, 0), (100, 0), (100, 0)], 2, 200),
        ([(100, 0), (100, 0), (100, 0)], 0, 0),
    ],
)
def test_months_of_a_cumulative_budget_roll(
    chain: list[tuple[int, int]], place: int, expected: int
) -> None:
    assert carried_over(chain, place) == expected


def month(text: str, **values: object) -> Budget:
    return Budget.model_validate(
        {"id": text, "period": text, "limit": "100", "cumulative": True, **values}
    )


def test_months_roll_within_one_year_and_the_same_dimensions() -> None:
    november, december = rolling_key(month("2026-11")), rolling_key(month("2026-12"))

    assert november == december
    assert rolling_key(month("2027-01")) != december
    assert rolling_key(month("2027-01", fiscal_start=4)) == rolling_key(
        month("2026-12", fiscal_start=4)
    )
    assert rolling_key(month("2026-12", department="sales")) != december
    assert rolling_key(month("2026-12", cumulative=False)) is None


def test_a_balance_judges_with_what_is_carried() -> None:
    balance = Balance(month("2026-12"), reserved_fen=9000, carried_fen=6000)

    assert balance.judge(7000) == "allow"
    assert balance.judge(7001) == "block"
    assert balance.usable_fen == 7000
    assert Balance(month("2026-12"), closed=True).judge(1) == "block"
    assert Balance(month("2026-12"), closed=True).judge(-1) == "allow"


def test_the_next_period_of_the_same_dimensions_follows() -> None:
    company = company_of(
        'budgets: [{id: a, period: 2026, limit: "1"}, {id: b, period: 2027, limit: "1"},'
        ' {id: c, project: null, category: null, period: 2027-Q1, limit: "1"}]\n'
    )

    found = successor_of(company, company.budgets[0])

    assert found is not None
    assert found.period.start == date(2027, 1, 1)
    assert successor_of(company, company.budgets[1]) is None


def test_an_exception_may_exceed_with_a_reason_that_is_kept() -> None:
    company = company_of(COMPANY)
    boss = company.person("wang")
    clerk = company.person("zhang")
    assert boss
    assert clerk
    row = month("2026-12", cumulative=False, exceptions=["role:finance"])
    charge = [Charge("2026-12", 10001)]

    refused = find_overruns([Balance(row)], charge, by=clerk, exception="急")
    offered = find_overruns([Balance(row)], charge, by=boss)
    taken = find_overruns([Balance(row)], charge, by=boss, exception="急")
    frozen = find_overruns([Balance(row, frozen=True)], charge, by=boss, exception="急")

    assert (refused[0].severity, refused[0].field("exception")) == ("block", "")
    assert (offered[0].severity, offered[0].field("exception")) == ("block", "yes")
    assert (taken[0].code, taken[0].severity) == ("budget_exception", "warn")
    assert (taken[0].field("reason"), taken[0].field("person")) == ("急", "wang")
    assert (frozen[0].code, frozen[0].severity) == ("budget_frozen", "block")
    assert may_exceed(month("2026-12", exceptions=["person:zhang"]), clerk)
