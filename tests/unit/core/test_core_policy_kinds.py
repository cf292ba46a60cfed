"""The additive kinds of policy: standards, allowances, kilometres, proofs, habits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from core_house import COMPANY_YAML, NOW, TODAY, by, claim_of, company_of, invoice, taxi

from core.actions.drafts import edit_line
from core.actions.following import follow_up
from core.claim import Claim, Finding, Line, StoredFile
from core.company import Company
from core.dealings import Trip
from core.flows import CalendarRules
from core.invoice import Item
from core.mileage import find_km, mileage_fen
from core.policy import PolicyBook, check_policies
from core.shares import Share, split_line
from core.travel_standard import (
    allowances,
    city_in,
    nights_billed,
    nights_said,
    tier_of,
    trip_between,
    trip_days,
)

TIERS = """\
city_tiers:
  - {id: first, name: 一线, cities: [北京市, 上海, 广州, 深圳]}
  - {id: second, name: 二线, cities: [杭州, 南京]}
"""
STANDARDS = """{id: hotel, kind: travel_standard, category: hotel, per: night, action: block,
     standards: [{city: 深圳, grade: M1, limit: "900.00"},
       {tier: first, grade: M1, limit: "800.00"},
       {tier: first, limit: "500.00"}, {tier: second, limit: "400.00"}, {limit: "300.00"}]}"""
MEALS = """{id: meals, kind: per_diem, category: meal,
     standards: [{tier: first, limit: "100.00"}, {limit: "80.00"}]}"""


def company_with(*policies: str) -> Company:
    rows = "".join(f"  - {p}\n" for p in policies)
    return company_of(f"{COMPANY_YAML}{TIERS}policies:\n{rows}")


def found(
    policy: str, claim: Claim, *history: Claim, today: date = TODAY, flows: str = ""
) -> list[Finding]:
    company = company_with(policy)
    if flows:
        base = COMPANY_YAML.partition("flows:")[0]
        company = company_of(f"{base}{flows}{TIERS}policies:\n  - {policy}\n")
    book = PolicyBook(company, today, history)
    return [f for f in check_policies(claim, book) if f.field("policy")]


def hotel(yuan: int, words: str, day: date = TODAY) -> Line:
    return Line("hotel", yuan * 100, day, words, invoice=invoice(buyer=None))


@pytest.mark.parametrize(
    ("yuan", "words", "allowed"),
    [
        (500, "上海 浦东", None),
        (501, "上海市 浦东", "500.00"),
        (401, "杭州西湖", "400.00"),
        (301, "宜昌", "300.00"),
        (300, "", None),
        (1500, "上海 3晚", None),
        (1501, "上海 三晚", "500.00"),
        (1000, "Shanghai 2 nights", None),
        (1001, "Shanghai 2 nights", "500.00"),
        (301, "shanghaied", "300.00"),
    ],
)
def test_a_standard_depends_on_city_and_nights(yuan: int, words: str, allowed: str | None) -> None:
    findings = found(STANDARDS, claim_of(hotel(yuan, words)))

    assert [f.field("limit") for f in findings] == ([allowed] if allowed else [])
    assert all(f.code == "travel_standard" and f.severity == "block" for f in findings)


@pytest.mark.parametrize(
    ("person", "city", "over", "limit"),
    [
        ("wang", "北京", 801, "800.00"),
        ("wang", "深圳", 901, "900.00"),
        ("zhang", "北京", 501, "500.00"),
    ],
)
def test_a_standard_depends_on_the_grade(person: str, city: str, over: int, limit: str) -> None:
    claim = claim_of(hotel(over, city), employee=person, department="sales")

    (finding,) = found(STANDARDS, claim)

    assert finding.field("limit") == limit
    assert finding.field("city") == city
    assert found(STANDARDS, claim_of(hotel(over - 1, city), employee=person)) == []


def test_a_finding_of_a_standard_keeps_its_inputs() -> None:
    (finding,) = found(STANDARDS, claim_of(hotel(1201, "南京 3晚")))

    assert dict(finding.fields) == {
        "policy": "hotel",
        "limit": "400.00",
        "amount": "1201.00",
        "per": "2026-11-25",
        "nights": "3",
        "allowed": "1200.00",
        "city": "南京",
        "grade": "P5",
    }


def test_the_trip_names_city_and_nights_when_the_line_does_not() -> None:
    trip = Trip("上海", date(2026, 11, 20), date(2026, 11, 23))

    assert found(STANDARDS, claim_of(hotel(1500, "房费"), trip=trip)) == []
    (finding,) = found(STANDARDS, claim_of(hotel(1501, "房费"), trip=trip))
    assert (finding.field("nights"), finding.field("limit")) == ("3", "500.00")
    two = claim_of(hotel(501, "房费"), hotel(500, "房费", TODAY - timedelta(1)), trip=trip)
    assert len(found(STANDARDS, two)) == 1


@pytest.mark.parametrize(
    ("unit", "quantity", "nights"),
    [("间夜", "2", 2), ("天", "3.00", 3), ("次", "2", 0), ("晚", "1.5", 0), (None, "2", 0)],
)
def test_a_hotel_bills_its_nights(unit: str | None, quantity: str, nights: int) -> None:
    assert nights_billed([Item("*住宿服务*住宿费", unit=unit, quantity=quantity)]) == nights
    assert nights_billed([Item("*餐饮服务*餐费", unit=unit, quantity=quantity)]) == 0


def test_nights_as_billed_stand_behind_what_is_said() -> None:
    billed = invoice(buyer=None, seller="上海某酒店", nights=2)
    lines = [Line("hotel", 100100, TODAY, words, invoice=billed) for words in ("房费", "3晚")]

    assert [f.field("nights") for f in found(STANDARDS, claim_of(lines[0]))] == ["2"]
    assert found(STANDARDS, claim_of(lines[1])) == []
    shared = [replace(x, amount_fen=50000) for x in (lines[0], lines[0])]
    assert found(STANDARDS, claim_of(*shared)) == [], "one paper of two lines counts once"


def test_the_words_of_the_line_come_before_the_seller_and_the_trip() -> None:
    line = Line("hotel", 40100, TODAY, "", invoice=invoice(seller="杭州某酒店"))

    assert found(STANDARDS, claim_of(line, purpose="去上海"))[0].field("city") == "杭州"


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

    assert len(found(MEALS, claim)) == expected


def test_an_allowance_counts_the_other_claims_of_its_trip() -> None:
    trip = {"trip": SHANGHAI, "origin": "CC-1"}
    other = claim_of(taxi(200, category="meal"), number="BX-2", submitted_at=NOW, **trip)
    claim = claim_of(taxi(101, category="meal"), **trip)

    (finding,) = found(MEALS, claim, other)

    assert (finding.field("amount"), finding.field("allowed")) == ("301.00", "300.00")
    assert found(MEALS, claim) == []


def test_a_trip_gives_its_allowances() -> None:
    company = company_with(
        MEALS, '{id: m, kind: per_diem, grade: M1, standards: [{limit: "9.00"}]}'
    )
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
    company = company_with(*SEVERAL)
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
    company = company_with(*SEVERAL)
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


def test_a_day_off_on_a_trip_is_spent_on_like_any() -> None:
    saturday = date(2026, 11, 21)
    claim = claim_of(taxi(45, saturday))
    away = replace(claim, trip=Trip("上海", saturday, saturday))

    assert len(found("{id: we, kind: weekend}", claim)) == 1
    assert found("{id: we, kind: weekend}", away) == []


def test_an_allowance_needs_no_voucher_and_no_workday() -> None:
    """Only what stands on the claim as an allowance: a line that somebody typed is an expense."""
    rules = ("{id: r, kind: receipt_required}", "{id: w, kind: weekend}")
    saturday = date(2026, 11, 21)
    owed = taxi(100, saturday, category="hotel", allowance="food")
    company = company_with(*rules)

    found = check_policies(claim_of(owed), PolicyBook(company, TODAY))
    typed = check_policies(claim_of(replace(owed, allowance="")), PolicyBook(company, TODAY))

    assert found == ()
    assert {f.code for f in typed} == {"receipt_required", "weekend", "invoice_missing"}


@pytest.mark.parametrize(
    ("text", "nights"),
    [("3晚", 3), ("住两晚上", 2), ("2 nights", 2), ("1间夜", 1), ("晚上打车", None), ("十晚", 10)],
)
def test_nights_in_words(text: str, nights: int | None) -> None:
    assert nights_said([text]) == nights


def test_cities_in_words() -> None:
    company = company_with()

    assert city_in(["上海", "上海市"], ["去上海市开会"]) == "上海"
    assert city_in(["南京"], ["", "北京"]) is None
    assert tier_of(company, "北京") == tier_of(company, "北京市") == "first"
    assert tier_of(company, "Shanghai") == tier_of(company, "上海浦东") == "first"
    assert tier_of(company, "宜昌") is tier_of(company, None) is None


MILEAGE = '{id: car, kind: mileage, category: taxi, rate: "1.20"}'


@pytest.mark.parametrize(
    ("words", "fen", "code"),
    [
        ("自驾 36 公里", 4320, None),
        ("自驾 36公里", 4321, "mileage"),
        ("36.5km", 4380, None),
        ("36.5km", 4381, "mileage"),
        ("自驾去客户", 100, "mileage_unknown"),
        ("10公里 20公里", 100, "mileage_unknown"),
    ],
)
def test_mileage(words: str, fen: int, code: str | None) -> None:
    claim = claim_of(taxi(0, description=words, amount_fen=fen))

    assert [f.code for f in found(MILEAGE, claim)] == ([code] if code else [])


def test_kilometres_and_their_worth() -> None:
    assert find_km("从公司到机场 12.5 千米") == Decimal("12.5")
    assert mileage_fen(Decimal("0.33"), 125) == 41
    assert find_km("36 kmh") is None


PROOF = '{id: list, kind: proof_above, category: meal, limit: "1000.00", proof: 参会名单}'
LIST = StoredFile("a" * 64, "名单.pdf")
VOUCHER = StoredFile("b" * 64, "发票.pdf")


@pytest.mark.parametrize(
    ("yuan", "files", "expected"),
    [(1000, (), 0), (1001, (), 1), (1001, (VOUCHER,), 1), (1001, (VOUCHER, LIST), 0)],
)
def test_proof_above_a_threshold(yuan: int, files: tuple[StoredFile, ...], expected: int) -> None:
    line = taxi(yuan, category="meal", invoice=invoice(file=VOUCHER.sha256))

    assert len(found(PROOF, claim_of(line, files=files))) == expected


def test_proof_may_look_at_the_claim_as_a_whole_and_want_several() -> None:
    policy = '{id: p, kind: proof_above, per: claim, limit: "1000.00", count: 2}'
    claim = claim_of(taxi(600), taxi(401), files=(LIST,))

    (finding,) = found(policy, claim)

    assert finding.line is None
    assert (finding.field("have"), finding.field("need")) == ("1", "2")


@pytest.mark.parametrize(
    ("issued", "today", "until", "expected"),
    [
        (date(2025, 12, 31), date(2026, 1, 31), "01-31", 0),
        (date(2025, 12, 31), date(2026, 2, 1), "01-31", 1),
        (date(2024, 12, 31), date(2026, 1, 2), "01-31", 1),
        (date(2026, 1, 1), date(2026, 12, 31), "01-31", 0),
        (date(2025, 12, 31), date(2026, 1, 1), None, 1),
    ],
)
def test_an_invoice_of_an_earlier_year(
    issued: date, today: date, until: str | None, expected: int
) -> None:
    policy = "{id: y, kind: cross_year" + (f', until: "{until}"}}' if until else "}")
    claim = claim_of(taxi(45, issued, invoice=invoice(date=issued)))

    assert len(found(policy, claim, today=today)) == expected


@pytest.mark.parametrize(
    ("words", "goods", "expected"),
    [
        ("客户招待", ("*餐饮服务*餐费",), []),
        ("买香烟", (), ["香烟"]),
        ("招待", ("*酒*五粮液",), ["*酒*"]),
        ("住酒店", ("*住宿服务*房费",), []),
        ("ktv 唱歌", (), ["KTV"]),
    ],
)
def test_private_consumption(words: str, goods: tuple[str, ...], expected: list[str]) -> None:
    claim = claim_of(taxi(45, description=words, invoice=invoice(goods=goods)))

    assert [f.field("words") for f in found("{id: p, kind: private_words}", claim)] == expected


def test_a_company_may_name_its_own_private_words() -> None:
    policy = "{id: p, kind: private_words, words: [咖啡]}"

    assert len(found(policy, claim_of(taxi(45, description="咖啡")))) == 1
    assert found(policy, claim_of(taxi(45, description="香烟"))) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-10-01", 1), ("2026-10-08", 0), ("2026-11-21", 1), ("2026-11-23", 0)],
)
def test_holidays_count_as_days_off(day: str, expected: int) -> None:
    claim = claim_of(taxi(45, date.fromisoformat(day)))

    assert len(found("{id: we, kind: weekend}", claim)) == expected


def test_a_company_calendar_decides_what_a_day_off_is() -> None:
    plain = company_with("{id: we, kind: weekend}")
    rules = CalendarRules(workdays=(date(2026, 11, 21),), holidays=(TODAY,))
    book = PolicyBook(plain.model_copy(update={"calendar": rules}), TODAY)

    findings = check_policies(claim_of(taxi(45), taxi(45, date(2026, 11, 21))), book)

    assert [(f.code, f.line) for f in findings] == [("weekend", 0)]


FLOW = """flows: [{id: f, steps: [{name: a, approvers: [manager]},
  {name: b, approvers: [manager], when: "total %s 1000"}]}]
"""


def near(yuan: int, number: str, at: datetime = NOW) -> Claim:
    return claim_of(taxi(yuan), number=number, submitted_at=at)


@pytest.mark.parametrize(
    ("operator", "yuan", "expected"),
    [(">=", 999, ["1000.00"]), (">=", 1000, []), (">", 1000, ["1000.01"]), ("<", 999, [])],
)
def test_split_takes_its_threshold_from_the_flows(
    operator: str, yuan: int, expected: list[str]
) -> None:
    findings = found(
        "{id: s, kind: split}",
        claim_of(taxi(yuan)),
        near(990, "BX-2"),
        near(950, "BX-3"),
        flows=FLOW % operator,
    )

    assert [f.field("limit") for f in findings] == expected


def test_split_may_look_farther_below_the_threshold() -> None:
    policy = '{id: s, kind: split, limit: "1000.00", near: 70, count: 2}'

    assert len(found(policy, claim_of(taxi(700)), near(750, "BX-2"))) == 1
    assert found(policy, claim_of(taxi(699)), near(750, "BX-2")) == []


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), 0),
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), 1),
    ],
)
def test_days_begin_where_the_company_is(at: datetime, expected: int) -> None:
    findings = found("{id: o, kind: frequency, count: 1}", claim_of(), near(9, "BX-2", at))

    assert len(findings) == expected


def test_frequency_of_a_day() -> None:
    policy = "{id: o, kind: frequency, count: 1, per: day}"

    assert found(policy, claim_of(), near(9, "BX-2", NOW - timedelta(days=1))) == []
    assert len(found(policy, claim_of(), near(9, "BX-2"))) == 1


CAP = '{id: cap, kind: amount_limit, per: year, limit: "100.00"}'


def test_a_request_and_the_claim_that_follows_it_are_the_same_money() -> None:
    request = claim_of(taxi(90), number="CC-1", kind="travel_request", submitted_at=NOW)

    assert found(CAP, claim_of(taxi(90)), request) == []
    assert len(found(CAP, claim_of(taxi(90), kind="travel_request"), request)) == 1


@pytest.mark.parametrize(
    "policy",
    [
        "{id: a, kind: weekend}",
        "{id: a, kind: receipt_required}",
        "{id: a, kind: claim_deadline, days: 1}",
        "{id: a, kind: duplicate}",
    ],
)
def test_a_request_has_neither_receipts_nor_days_off(policy: str) -> None:
    old = date(2026, 11, 21)
    claim = claim_of(taxi(45, old), taxi(45, old), number="CC-1", kind="travel_request")

    assert found(policy, claim) == []


def test_the_same_line_twice_in_one_claim() -> None:
    claim = claim_of(
        taxi(45), taxi(45), taxi(45, description="回公司"), taxi(45, invoice=invoice())
    )

    findings = found("{id: d, kind: duplicate}", claim)

    assert [(f.line, f.field("other_line")) for f in findings] == [(1, "1")]


@pytest.mark.parametrize(
    ("buyer", "taxid", "expected"),
    [
        ("示例科技有限公司", "91310115MA1K4YYYYY", 1),
        ("示例深圳有限公司", "91310115MA1K4YYYYY", 0),
        (" 示例科技有限公司 ", None, 0),
        ("别家公司", "91310115ma1k4xxxxx", 0),
    ],
)
def test_a_name_with_somebody_elses_tax_number(
    buyer: str, taxid: str | None, expected: int
) -> None:
    claim = claim_of(taxi(45, invoice=invoice(buyer=buyer, buyer_taxid=taxid)))

    assert len(found("{id: t, kind: buyer_title}", claim)) == expected


def test_a_rule_of_a_category_holds_for_its_parts() -> None:
    plain = company_with('{id: c, kind: amount_limit, category: meal, limit: "1.00"}')
    parts = tuple(
        c.model_copy(update={"parent": "meal"}) if c.id == "taxi" else c for c in plain.categories
    )
    book = PolicyBook(plain.model_copy(update={"categories": parts}), TODAY)

    assert [f.code for f in check_policies(claim_of(taxi(45)), book)] == ["amount_limit"]
    assert check_policies(claim_of(taxi(45)), PolicyBook(plain, TODAY)) == ()


def test_several_grades_and_cities_may_share_a_rule() -> None:
    policy = '{id: c, kind: amount_limit, limit: "1.00", grades: [P5, P6], cities: [上海, 北京]}'

    assert len(found(policy, claim_of(taxi(45, description="北京")))) == 1
    assert found(policy, claim_of(taxi(45, description="杭州"))) == []
    assert found(policy, claim_of(taxi(45, description="北京"), employee="wang")) == []
