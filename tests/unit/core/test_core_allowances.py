"""Allowances of trips: by city, grade and half days, several of them, without vouchers."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from core_house import NOW, TODAY, by, claim_of, rules_of, said_by_rules, taxi

from core.actions.drafts import edit_line
from core.actions.following import follow_up
from core.dealings import Trip
from core.policy import PolicyBook, check_policies
from core.shares import Share, split_line
from core.travel_standard import allowances, trip_between, trip_days

MEALS = """{id: meals, kind: per_diem, category: meal,
     standards: [{tier: first, limit: "100.00"}, {limit: "80.00"}]}"""
SHANGHAI = Trip("上海", date(2026, 12, 1), date(2026, 12, 3))


@pytest.mark.parametrize(
    ("leaves", "back", "days"),
    [
        (False, False, "3"),
        (True, False, "2.5"),
        (False, True, "2.5"),
        (True, True, "2"),
    ],
)
def test_half_days(leaves: bool, back: bool, days: str) -> None:  # noqa: FBT001 a table
    trip = Trip("上海", SHANGHAI.start, SHANGHAI.end, leaves, back)

    assert trip_days(trip) == Decimal(days)


@pytest.mark.parametrize(
    ("leaves", "back", "days"),
    [
        ((8, 0), (18, 0), "1"),
        ((11, 59), (18, 0), "1"),
        ((12, 0), (18, 0), "0.5"),
        ((8, 0), (11, 59), "0.5"),
        ((8, 0), (12, 0), "1"),
        ((13, 0), (20, 0), "0.5"),
    ],
)
def test_departing_before_noon_is_a_day_and_after_it_half(
    leaves: tuple[int, int], back: tuple[int, int], days: str
) -> None:
    day = (2026, 12, 1)
    trip = trip_between("上海", datetime(*day, *leaves), datetime(*day, *back))  # noqa: DTZ001

    assert trip_days(trip) == Decimal(days)


@pytest.mark.parametrize(
    ("yuan", "half", "expected"),
    [(300, False, 0), (301, False, 1), (250, True, 0), (251, True, 1)],
)
def test_allowances_follow_the_days_of_the_trip(
    yuan: int,
    half: bool,  # noqa: FBT001 a table
    expected: int,
) -> None:
    trip = Trip("上海", SHANGHAI.start, SHANGHAI.end, half)
    claim = claim_of(taxi(yuan, category="meal"), trip=trip)

    assert len(said_by_rules(MEALS, claim)) == expected


def test_an_allowance_counts_the_other_claims_of_its_trip() -> None:
    trip = {"trip": SHANGHAI, "origin": "CC-1"}
    other = claim_of(taxi(200, category="meal"), number="BX-2", submitted_at=NOW, **trip)
    claim = claim_of(taxi(101, category="meal"), **trip)

    (finding,) = said_by_rules(MEALS, claim, other)

    assert (finding.field("amount"), finding.field("allowed")) == ("301.00", "300.00")
    assert said_by_rules(MEALS, claim) == []


def test_a_trip_gives_its_allowances() -> None:
    company = rules_of(MEALS, '{id: m, kind: per_diem, grade: M1, standards: [{limit: "9.00"}]}')
    zhang, wang = company.person("zhang"), company.person("wang")
    assert zhang
    assert wang
    trip = Trip("上海", SHANGHAI.start, SHANGHAI.end, leaves_after_noon=True)

    (only,) = allowances(company, zhang, trip)

    assert (only.policy, only.category, only.rate_fen, only.amount_fen) == (
        "meals", "meal", 10000, 25000,
    )  # fmt: skip
    assert only.words == "业务招待出差补贴 2.5 天 × ¥100.00 上海 P5"
    assert [a.words for a in allowances(company, wang, trip)][
        1
    ] == "出差补贴 2.5 天 × ¥9.00 上海 M1"


SEVERAL = (
    """{id: food, name: 伙食补助, kind: per_diem, category: meal,
     standards: [{tier: first, grade: P5, limit: "100.00"}, {limit: "80.00"}]}""",
    """{id: ride, name: 交通补助, kind: per_diem, category: meal,
     standards: [{limit: "60.00"}]}""",
    """{id: far, name: 边远补助, kind: per_diem, category: hotel,
     standards: [{city: 拉萨, limit: "50.00"}, {limit: "0"}]}""",
)


def test_a_trip_has_several_allowances_each_a_line_that_explains_itself() -> None:
    company = rules_of(*SEVERAL)
    trip = Trip("上海", SHANGHAI.start, SHANGHAI.end, leaves_after_noon=True)
    request = claim_of(taxi(900), kind="travel_request", trip=trip)

    draft = follow_up(request, "BX-2", by("wang"), company)

    assert [(x.description, x.amount_fen, x.allowance) for x in draft.lines] == [
        ("伙食补助 2.5 天 × ¥100.00 上海 P5", 25000, "food"),
        ("交通补助 2.5 天 × ¥60.00 上海 P5", 15000, "ride"),
    ]
    before = check_policies(draft, PolicyBook(company, TODAY))
    after = check_policies(draft, PolicyBook(company, SHANGHAI.end))
    assert [(f.code, f.severity, f.line) for f in before] == [("trip_not_over", "warn", None)]
    assert after == ()


@pytest.mark.parametrize(("more", "expected"), [(0, []), (1, [("food", "401.00", "400.00")])])
def test_allowances_of_one_category_are_judged_together(
    more: int, expected: list[tuple[str, str, str]]
) -> None:
    company = rules_of(*SEVERAL)
    trip = Trip("上海", SHANGHAI.start, SHANGHAI.end, leaves_after_noon=True)
    draft = follow_up(claim_of(taxi(1), kind="travel_request", trip=trip), "BX-2", by("w"), company)
    lines = (*draft.lines, taxi(more, category="meal"))

    found = check_policies(replace(draft, lines=lines), PolicyBook(company, TODAY))

    facts = [(f.field("policy"), f.field("amount"), f.field("allowed")) for f in found]
    assert [f for f in facts if f[2]] == expected


def test_an_allowance_of_another_category_is_an_expense_like_any() -> None:
    owed = claim_of(taxi(100, category="meal", allowance="food"))

    moved, _ = edit_line(owed, 0, by("zhang"), category="hotel")
    kept, _ = edit_line(owed, 0, by("zhang"), amount_fen=9000)
    shared = split_line(owed.lines[0], (Share(1, category="hotel"), Share(1, department="lab")))

    assert moved.lines[0].allowance == ""
    assert kept.lines[0].allowance == "food"
    assert [x.allowance for x in shared] == ["", "food"]


def test_an_allowance_needs_no_voucher_and_no_workday() -> None:
    """Only what stands on the claim as an allowance: a line that somebody typed is an expense."""
    rules = ("{id: r, kind: receipt_required}", "{id: w, kind: weekend}")
    saturday = date(2026, 11, 21)
    owed = taxi(100, saturday, category="hotel", allowance="food")
    company = rules_of(*rules)

    found = check_policies(claim_of(owed), PolicyBook(company, TODAY))
    typed = check_policies(claim_of(replace(owed, allowance="")), PolicyBook(company, TODAY))

    assert found == ()
    assert {f.code for f in typed} == {"receipt_required", "weekend", "invoice_missing"}
