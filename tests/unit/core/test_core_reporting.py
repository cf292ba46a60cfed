"""A month in figures: shares, habits, waits and suggestions, each from plain facts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core.approval import Decision, Plan, Step
from core.calendar import WorkCalendar
from core.claim import Claim, Line, State
from core.company import Budget, Company
from core.reporting import (
    Habit,
    Share,
    habits_of,
    history_queries,
    narrowed,
    shares,
    suggest,
    waits_of,
)
from core.spending import SpendQuery, SpendSum

AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
COMPANY = Company.model_validate(
    {
        "departments": [
            {"id": "sales", "name": "市场部"},
            {"id": "east", "name": "华东", "parent": "sales"},
            {"id": "lab", "name": "实验室", "company": "other"},
        ],
        "companies": [
            {"id": "hq", "name": "总公司", "tax_id": "91310115MA1K4DEM3E"},
            {"id": "other", "name": "分公司", "tax_id": "91310115MA1K4DEM4X"},
        ],
        "categories": [
            {"id": "taxi", "name": "交通"},
            {"id": "cab", "name": "打车", "parent": "taxi"},
        ],
        "policies": [
            {"id": "cap", "kind": "amount_limit", "category": "taxi", "limit": "200.00"},
        ],
    }
)


def claim(number: str, *lines: Line, employee: str = "zhang", plan: Plan | None = None) -> Claim:
    return Claim(
        number, "hq", "reimbursement", State.APPROVED, employee, "sales", AT,
        submitted_at=AT, lines=lines, plan=plan,
    )  # fmt: skip


def line(fen: int, day: str, category: str = "taxi") -> Line:
    return Line(category, fen, date.fromisoformat(day))


def test_two_months_stand_beside_one_another() -> None:
    now = [SpendSum(("taxi",), 100, 1), SpendSum(("hotel",), 900, 1)]
    before = [SpendSum(("taxi",), 50, 1), SpendSum(("meal",), 70, 1)]

    assert shares(now, before) == (
        Share("hotel", 900, 0),
        Share("taxi", 100, 50),
        Share("meal", 0, 70),
    )


def test_habits_count_days_off_near_limits_and_late_ones() -> None:
    claims = [
        claim(
            "BX-1",
            line(19000, "2026-11-24"),
            line(20000, "2026-11-24"),
            line(20001, "2026-11-24"),
            line(18999, "2026-11-24"),
            line(19500, "2026-11-24", "hotel"),
            line(100, "2026-11-22"),
            line(100, "2026-10-01"),
            line(100, "2026-09-25"),
        ),
        claim("BX-2", line(100, "2026-11-24"), employee="li"),
    ]

    first, second = habits_of(claims, COMPANY, WorkCalendar())

    assert first == Habit("zhang", 1, 8, weekend=3, near_limit=2, late=1)
    assert (second.person, second.remarkable) == ("li", False)


def test_the_companys_own_deadline_says_what_is_late() -> None:
    strict = COMPANY.model_copy(
        update={
            "policies": Company.model_validate(
                {"policies": [{"id": "d", "kind": "claim_deadline", "days": 5}]}
            ).policies
        }
    )

    (habit,) = habits_of([claim("BX-1", line(1, "2026-11-19"))], strict, WorkCalendar())

    assert habit.late == 1


def decided(hours: float, who: str, reason: str = "") -> Decision:
    return Decision(who, "approve", reason, AT + timedelta(hours=hours), "m")


def step(name: str, *decisions: Decision) -> Step:
    return Step(name, "any", ("w", "z"), decisions)


def test_waits_are_measured_from_step_to_step() -> None:
    plans = (
        Plan((step("主管", decided(2, "w")), step("财务", decided(3, "z")))),
        Plan((step("主管", decided(50, "w")), step("财务"))),
        Plan((step("主管", decided(1, "w")), step("财务", decided(1, "w", "same_approver")))),
    )
    claims = [claim(f"BX-{i}", plan=plan) for i, plan in enumerate(plans)]

    found = {w.step: w for w in waits_of(claims)}

    assert found["主管"].claims == 3
    assert (found["主管"].median_hours, found["主管"].longest_hours) == (2.0, 50.0)
    assert found["主管"].slowest == "BX-1"
    assert (found["财务"].claims, found["财务"].median_hours) == (1, 1.0)
    assert waits_of([claim("BX-9")]) == ()


def budget(period: str = "2026-Q4", **more: object) -> Budget:
    return Budget.model_validate({"id": "b", "period": period, "limit": "1000.00", **more})


@pytest.mark.parametrize(
    ("history", "suggested", "average", "months", "trend"),
    [
        ({"2026-11": 100_00}, 300_00, 100_00, 1, 0),
        ({f"2026-{m:02}": 100_00 for m in range(6, 12)}, 300_00, 100_00, 6, 0),
        ({"2026-06": 100_00, "2026-07": 100_00, "2026-08": 100_00, "2026-09": 110_00,
          "2026-10": 110_00, "2026-11": 110_00}, 400_00, 105_00, 6, 10),
        ({"2026-06": 1_00, "2026-07": 1_00, "2026-08": 1_00, "2026-09": 900_00,
          "2026-10": 900_00, "2026-11": 900_00}, 1700_00, 450_50, 6, 20),
        ({"2026-09": 90_00, "2026-11": 30_00}, 200_00, 40_00, 3, 0),
    ],
)  # fmt: skip
def test_a_limit_is_suggested_and_explained(
    history: dict[str, int], suggested: int, average: int, months: int, trend: int
) -> None:
    found = suggest(budget(), history, "2026-11")

    assert found
    assert (found.suggested_fen, found.average_fen) == (suggested, average)
    assert (found.months, found.trend_percent, found.span) == (months, trend, 3)


@pytest.mark.parametrize("history", [{}, {"2026-11": -5}, {"2025-01": 100}])
def test_without_spending_nothing_is_suggested(history: dict[str, int]) -> None:
    assert suggest(budget(), history, "2026-11") is None


@pytest.mark.parametrize(("period", "span"), [("2026", 12), ("2026-11", 1), ("2026-H1", 6)])
def test_a_period_has_its_months(period: str, span: int) -> None:
    found = suggest(budget(period), {"2026-11": 100}, "2026-11")

    assert found
    assert found.span == span


def history_query(**fields: object) -> SpendQuery:
    return history_queries(COMPANY, [budget(**fields)], "2026-02")["b"]


def test_a_budgets_history_is_that_of_its_lines() -> None:
    query = history_query(department="sales", category="taxi")

    assert (query.from_month, query.to_month) == ("2025-09", "2026-02")
    assert query.departments == frozenset({"sales", "east"})
    assert query.categories == frozenset({"taxi", "cab"})
    assert replace(query, departments=None).projects is None


def test_a_budget_of_its_own_level_or_of_a_legal_entity_has_only_those_departments() -> None:
    assert history_query(department="sales", own_level=True).departments == frozenset({"sales"})
    assert history_query(company="hq").departments == frozenset({"root", "sales", "east"})
    assert history_query(company="other").departments == frozenset({"lab"})
    assert history_query(department="root").departments is None


def test_one_wide_answer_serves_every_budget() -> None:
    query = history_query(department="sales", category="taxi")
    cells = {
        ("sales", "taxi"): {"2026-01": 1_00, "2026-02": 2_00},
        ("east", "cab"): {"2026-02": 4_00},
        ("lab", "taxi"): {"2026-02": 8_00},
    }

    assert narrowed(cells, query) == {"2026-01": 1_00, "2026-02": 6_00}
