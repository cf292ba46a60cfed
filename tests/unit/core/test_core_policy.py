"""Policy rules: each kind, at its boundary."""

from datetime import UTC, date, datetime, timedelta

import pytest
from core_house import NOW, TODAY, claim_of, company_of, invoice, taxi, with_policy

from core.claim import Claim, Finding, Line
from core.policy import PolicyBook, check_policies


def found(policy: str, claim: Claim, *history: Claim, today: date = TODAY) -> list[Finding]:
    book = PolicyBook(with_policy(policy), today, history)
    return [f for f in check_policies(claim, book) if f.field("policy")]


CAP = '{id: cap, kind: amount_limit, category: taxi, per: %s, limit: "100.00", action: block}'


def other(*yuan: int, day: date = TODAY, number: str = "BX-2") -> Claim:
    lines = tuple(taxi(y, day) for y in yuan)
    return claim_of(*lines, number=number, submitted_at=datetime(*day.timetuple()[:3], tzinfo=UTC))


@pytest.mark.parametrize(
    ("per", "lines", "expected"),
    [
        ("claim", [taxi(60), taxi(40)], []),
        ("claim", [taxi(60), taxi(41)], [None]),
        ("line", [taxi(100), taxi(100)], []),
        ("line", [taxi(60), taxi(101)], [1]),
        ("day", [taxi(60), taxi(60, TODAY - timedelta(1))], []),
        ("day", [taxi(60), taxi(41)], [None]),
        ("night", [taxi(60), taxi(41)], [None]),
        ("month", [taxi(60, date(2026, 11, 1)), taxi(41)], [None]),
        ("month", [taxi(60, date(2026, 10, 31)), taxi(41)], []),
        ("year", [taxi(60, date(2026, 1, 1)), taxi(41)], [None]),
        ("year", [taxi(60, date(2025, 12, 31)), taxi(41)], []),
        ("claim", [taxi(500, category="meal")], []),
    ],
)
def test_amount_limit(per: str, lines: list[Line], expected: list[int | None]) -> None:
    findings = found(CAP % per, claim_of(*lines))

    assert [(f.code, f.severity, f.line) for f in findings] == [
        ("amount_limit", "block", line) for line in expected
    ]


@pytest.mark.parametrize(("per", "expected"), [("day", 1), ("month", 1), ("year", 1), ("claim", 0)])
def test_amount_limit_counts_the_persons_other_claims_of_the_time(per: str, expected: int) -> None:
    assert len(found(CAP % per, claim_of(taxi(60)), other(41))) == expected
    assert found(CAP % per, claim_of(taxi(60)), other(40)) == []


def test_a_finding_keeps_its_rule_and_figures() -> None:
    (finding,) = found(CAP % "day", claim_of(taxi(101)))

    assert dict(finding.fields) == {
        "policy": "cap",
        "limit": "100.00",
        "amount": "101.00",
        "per": "2026-11-25",
    }


def test_a_policy_may_concern_one_grade_only() -> None:
    policy = '{id: cap, kind: amount_limit, per: line, limit: "100.00", grade: %s}'

    assert len(found(policy % "P5", claim_of(taxi(101)))) == 1
    assert found(policy % "M1", claim_of(taxi(101))) == []


def test_a_policy_may_concern_one_city_only() -> None:
    policy = '{id: cap, kind: amount_limit, per: line, limit: "100.00", city: 上海}'

    assert len(found(policy, claim_of(taxi(101, description="上海酒店")))) == 1
    assert len(found(policy, claim_of(taxi(101), purpose="去上海拜访"))) == 1
    seller = invoice(seller="上海某酒店")
    assert len(found(policy, claim_of(taxi(101, invoice=seller)))) == 1
    assert found(policy, claim_of(taxi(101, description="北京酒店"))) == []


@pytest.mark.parametrize(("age", "expected"), [(30, 0), (31, 1)])
def test_invoice_age(age: int, expected: int) -> None:
    policy = "{id: age, kind: invoice_age, days: 30}"
    claim = claim_of(taxi(45, invoice=invoice(date=TODAY - timedelta(age))), taxi(45))

    assert len(found(policy, claim)) == expected


@pytest.mark.parametrize(("days", "expected"), [(90, 0), (91, 1)])
def test_claim_deadline(days: int, expected: int) -> None:
    claim = claim_of(taxi(45, TODAY - timedelta(days)))

    assert len(found("{id: late, kind: claim_deadline}", claim)) == expected


@pytest.mark.parametrize(
    ("buyer", "taxid", "expected"),
    [
        ("示例科技有限公司", None, 0),
        ("示例深圳有限公司", None, 0),
        ("示例科技", "91310115MA1K4XXXXX", 0),
        (None, "91310115MA1K4XXXXX", 0),
        ("别家公司", None, 1),
        ("别家公司", "91310115MA1K4YYYYY", 1),
        (None, None, 0),
    ],
)
def test_buyer_title(buyer: str | None, taxid: str | None, expected: int) -> None:
    claim = claim_of(taxi(45, invoice=invoice(buyer=buyer, buyer_taxid=taxid)))

    assert len(found("{id: title, kind: buyer_title}", claim)) == expected


@pytest.mark.parametrize(("yuan", "expected"), [(50, 0), (51, 1)])
def test_receipt_required(yuan: int, expected: int) -> None:
    policy = '{id: receipt, kind: receipt_required, limit: "50.00"}'

    assert len(found(policy, claim_of(taxi(yuan)))) == expected
    assert found(policy, claim_of(taxi(yuan, invoice=invoice()))) == []


def test_duplicate_names_the_other_claim() -> None:
    (finding,) = found("{id: dup, kind: duplicate}", claim_of(taxi(30), taxi(45)), other(45))

    assert (finding.line, finding.field("claim")) == (1, "BX-2")
    yesterday = other(45, day=TODAY - timedelta(1))
    assert found("{id: dup, kind: duplicate}", claim_of(taxi(45)), yesterday) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-11-20", 0), ("2026-11-21", 1), ("2026-11-22", 1), ("2026-11-23", 0)],
)
def test_weekend(day: str, expected: int) -> None:
    claim = claim_of(taxi(45, date.fromisoformat(day)))

    assert len(found("{id: we, kind: weekend}", claim)) == expected


def test_frequency_counts_claims_of_the_month_and_of_the_category() -> None:
    policy = "{id: often, kind: frequency, count: 2, category: taxi}"
    meal = claim_of(taxi(1, category="meal"), number="BX-9", submitted_at=NOW)
    october = other(45, day=date(2026, 10, 31), number="BX-8")

    assert len(found(policy, claim_of(), other(1), other(2, number="BX-3"))) == 1
    assert found(policy, claim_of(), other(1), meal, october) == []


def test_split_flags_several_claims_just_under_the_limit() -> None:
    policy = '{id: split, kind: split, limit: "1000.00", count: 3}'
    one, two = other(950), other(900, number="BX-3")

    (finding,) = found(policy, claim_of(taxi(999)), one, two)

    assert finding.field("claims") == "BX-2 BX-3"
    assert found(policy, claim_of(taxi(999)), one) == []
    assert found(policy, claim_of(taxi(1000)), one, two) == []
    assert found(policy, claim_of(taxi(899)), one, two) == []
    old = other(950, day=TODAY - timedelta(2), number="BX-4")
    assert found(policy, claim_of(taxi(999)), one, old) == []


def test_split_looks_at_its_category_only() -> None:
    policy = '{id: split, kind: split, category: taxi, limit: "1000.00", count: 2}'
    meals = claim_of(taxi(950, category="meal"), number="BX-5", submitted_at=NOW)

    assert found(policy, claim_of(taxi(950)), meals) == []
    assert len(found(policy, claim_of(taxi(950)), other(950))) == 1


@pytest.mark.parametrize(
    ("claim", "code", "severity"),
    [
        (claim_of(lines=()), "no_lines", "block"),
        (claim_of(taxi(45, category=None)), "category_missing", "block"),
        (claim_of(taxi(0)), "amount_missing", "block"),
        (claim_of(taxi(45, TODAY + timedelta(1))), "date_in_future", "warn"),
        (claim_of(taxi(45, doubts=("total",))), "doubt", "warn"),
        (claim_of(taxi(45, category="hotel")), "invoice_missing", "block"),
    ],
)
def test_what_holds_for_every_company(claim: Claim, code: str, severity: str) -> None:
    findings = check_policies(claim, PolicyBook(company_of(), TODAY))

    assert [(f.code, f.severity) for f in findings] == [(code, severity)]


def test_a_request_needs_no_invoice_and_lies_in_the_future() -> None:
    claim = claim_of(
        taxi(45, TODAY + timedelta(9), category="hotel"), number="CC-1", kind="travel_request"
    )

    assert check_policies(claim, PolicyBook(company_of(), TODAY)) == ()


def test_a_clean_claim_has_nothing_to_be_said_about() -> None:
    assert check_policies(claim_of(), PolicyBook(company_of(), TODAY)) == ()
