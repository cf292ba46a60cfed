from datetime import date
from decimal import Decimal

import pytest
from core_house import TODAY, claim_of, company_of, taxi
from hypothesis import given
from hypothesis import strategies as st

from core.budget import (
    Balance,
    Charge,
    ceiling_fen,
    charges_of,
    find_budgets,
    find_overruns,
    find_unmatched,
    judge_amount,
)
from core.company import Budget, Company


def budget(**values: object) -> Budget:
    rows = {"id": "b", "period": "2026", "limit": "100.00", **values}
    return Budget.model_validate(rows)


@pytest.mark.parametrize(
    ("department", "project", "category", "day", "expected"),
    [
        ("east", None, "taxi", TODAY, {"all", "sales-q4", "taxi-nov"}),
        ("sales", None, "taxi", TODAY, {"all", "sales-q4", "taxi-nov"}),
        ("sales", None, "hotel", TODAY, {"all", "sales-q4"}),
        ("lab", None, "taxi", TODAY, {"all"}),
        ("lab", "apollo", None, TODAY, {"all", "apollo-y"}),
        ("east", "apollo", "taxi", TODAY, {"all", "sales-q4", "taxi-nov", "apollo-y"}),
        ("east", None, "taxi", date(2026, 9, 30), {"all"}),
        ("east", None, "taxi", date(2026, 12, 1), {"all", "sales-q4"}),
        ("east", None, "taxi", date(2027, 1, 1), set()),
        ("unheard-of", None, None, TODAY, {"all"}),
    ],
)
def test_a_budget_binds_what_matches_each_dimension_it_names(
    department: str, project: str | None, category: str | None, day: date, expected: set[str]
) -> None:
    found = find_budgets(
        company_of(), department=department, project=project, category=category, day=day
    )

    assert {b.id for b in found} == expected


def test_lines_are_summed_by_budget_in_id_order() -> None:
    claim = claim_of(taxi(45), taxi(20, project="apollo"), taxi(10, category="hotel"))

    assert charges_of(company_of(), claim) == (
        Charge("all", 7500),
        Charge("apollo-y", 2000),
        Charge("sales-q4", 7500),
        Charge("taxi-nov", 6500),
    )


def test_the_claims_project_is_that_of_lines_without_one() -> None:
    claim = claim_of(taxi(45), taxi(20, project="mars"), project="apollo")

    assert Charge("apollo-y", 4500) in charges_of(company_of(), claim)


@pytest.mark.parametrize(
    ("amount", "used", "control", "frozen", "expected"),
    [
        (10000, 0, "block", False, "allow"),
        (10001, 0, "block", False, "block"),
        (10001, 0, "warn", False, "warn"),
        (10001, 0, "ignore", False, "allow"),
        (1, 10000, "block", False, "block"),
        (1, 9999, "block", False, "allow"),
        (1, 0, "ignore", True, "block"),
        (1, 0, "warn", True, "block"),
        (-1, 20000, "block", True, "allow"),
        (0, 20000, "block", True, "allow"),
    ],
)
def test_judges_an_amount(
    amount: int,
    used: int,
    control: str,
    frozen: bool,  # noqa: FBT001
    expected: str,
) -> None:
    verdict = judge_amount(amount, used_fen=used, ceiling_fen=10000, control=control, frozen=frozen)

    assert verdict == expected


@pytest.mark.parametrize(
    ("tolerance", "ceiling"), [("0", 10000), ("10", 11000), ("0.5", 10050), ("100", 20000)]
)
def test_tolerance_is_a_percentage_over_the_limit(tolerance: str, ceiling: int) -> None:
    assert ceiling_fen(budget(tolerance=Decimal(tolerance))) == ceiling


def test_a_balance_shows_what_is_left_without_the_tolerance() -> None:
    balance = Balance(budget(tolerance=10), reserved_fen=6000, consumed_fen=3000)

    assert balance.available_fen == 1000
    assert balance.judge(2000) == "allow"
    assert balance.judge(2001) == "block"


def test_an_overrun_says_by_how_much() -> None:
    balances = [Balance(budget(), reserved_fen=9000), Balance(budget(id="c"), frozen=True)]

    found = find_overruns(balances, [Charge("b", 2500), Charge("c", 1), Charge("gone", 1)])

    assert [(f.code, f.severity) for f in found] == [
        ("budget_exceeded", "block"),
        ("budget_frozen", "block"),
    ]
    assert dict(found[0].fields) == {
        "budget": "b",
        "limit": "100.00",
        "available": "10.00",
        "amount": "25.00",
        "over": "15.00",
    }


def test_a_budget_that_warns_gives_a_warning() -> None:
    found = find_overruns([Balance(budget(control="warn"))], [Charge("b", 10001)])

    assert [f.severity for f in found] == ["warn"]


@pytest.mark.parametrize(("setting", "severity"), [("warn", "warn"), ("block", "block")])
def test_a_line_without_a_budget_is_the_settings_decision(setting: str, severity: str) -> None:
    claim = claim_of(taxi(45), taxi(45, date(2027, 1, 1)))

    found = find_unmatched(company_of(), claim, setting)  # type: ignore[arg-type]

    assert [(f.code, f.severity, f.line) for f in found] == [("budget_unmatched", severity, 1)]


def test_a_line_without_a_budget_may_be_allowed() -> None:
    assert find_unmatched(Company(), claim_of(), "allow") == ()


@given(
    st.lists(st.integers(-5000, 5000), max_size=30),
    st.integers(0, 10000),
    st.sampled_from([0, 10, 50]),
)
def test_a_blocking_budget_is_never_exceeded_by_what_it_allows(
    amounts: list[int], limit: int, tolerance: int
) -> None:
    row = budget(limit=f"{limit}.00", tolerance=tolerance)
    used = 0

    for amount in amounts:
        before = used
        if Balance(row, reserved_fen=used).judge(amount * 100) == "allow":
            used += amount * 100
        assert used <= max(before, ceiling_fen(row))
