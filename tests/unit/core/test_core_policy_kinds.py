"""The additive kinds of policy: standards, kilometres, proofs, habits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from core_house import NOW, TODAY, claim_of, invoice, rules_of, said_by_rules, taxi

from core.claim import Claim, Line, StoredFile
from core.dealings import Trip
from core.flows import CalendarRules
from core.invoice import Item
from core.mileage import find_km, mileage_fen
from core.policy import PolicyBook, check_policies
from core.travel_standard import (
    city_in,
    nights_billed,
    nights_said,
    tier_of,
)

STANDARDS = """{id: hotel, kind: travel_standard, category: hotel, per: night, action: block,
     standards: [{city: 深圳, grade: M1, limit: "900.00"},
       {tier: first, grade: M1, limit: "800.00"},
       {tier: first, limit: "500.00"}, {tier: second, limit: "400.00"}, {limit: "300.00"}]}"""


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
    findings = said_by_rules(STANDARDS, claim_of(hotel(yuan, words)))

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

    (finding,) = said_by_rules(STANDARDS, claim)

    assert finding.field("limit") == limit
    assert finding.field("city") == city
    assert said_by_rules(STANDARDS, claim_of(hotel(over - 1, city), employee=person)) == []


def test_a_finding_of_a_standard_keeps_its_inputs() -> None:
    (finding,) = said_by_rules(STANDARDS, claim_of(hotel(1201, "南京 3晚")))

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

    assert said_by_rules(STANDARDS, claim_of(hotel(1500, "房费"), trip=trip)) == []
    (finding,) = said_by_rules(STANDARDS, claim_of(hotel(1501, "房费"), trip=trip))
    assert (finding.field("nights"), finding.field("limit")) == ("3", "500.00")
    two = claim_of(hotel(501, "房费"), hotel(500, "房费", TODAY - timedelta(1)), trip=trip)
    assert len(said_by_rules(STANDARDS, two)) == 1


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

    assert [f.field("nights") for f in said_by_rules(STANDARDS, claim_of(lines[0]))] == ["2"]
    assert said_by_rules(STANDARDS, claim_of(lines[1])) == []
    shared = [replace(x, amount_fen=50000) for x in (lines[0], lines[0])]
    assert said_by_rules(STANDARDS, claim_of(*shared)) == [], "one paper of two lines counts once"


def test_the_words_of_the_line_come_before_the_seller_and_the_trip() -> None:
    line = Line("hotel", 40100, TODAY, "", invoice=invoice(seller="杭州某酒店"))

    assert said_by_rules(STANDARDS, claim_of(line, purpose="去上海"))[0].field("city") == "杭州"


def test_a_day_off_on_a_trip_is_spent_on_like_any() -> None:
    saturday = date(2026, 11, 21)
    claim = claim_of(taxi(45, saturday))
    away = replace(claim, trip=Trip("上海", saturday, saturday))

    assert len(said_by_rules("{id: we, kind: weekend}", claim)) == 1
    assert said_by_rules("{id: we, kind: weekend}", away) == []


@pytest.mark.parametrize(
    ("text", "nights"),
    [("3晚", 3), ("住两晚上", 2), ("2 nights", 2), ("1间夜", 1), ("晚上打车", None), ("十晚", 10)],
)
def test_nights_in_words(text: str, nights: int | None) -> None:
    assert nights_said([text]) == nights


def test_cities_in_words() -> None:
    company = rules_of()

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

    assert [f.code for f in said_by_rules(MILEAGE, claim)] == ([code] if code else [])


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

    assert len(said_by_rules(PROOF, claim_of(line, files=files))) == expected


def test_proof_may_look_at_the_claim_as_a_whole_and_want_several() -> None:
    policy = '{id: p, kind: proof_above, per: claim, limit: "1000.00", count: 2}'
    claim = claim_of(taxi(600), taxi(401), files=(LIST,))

    (finding,) = said_by_rules(policy, claim)

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

    assert len(said_by_rules(policy, claim, today=today)) == expected


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

    assert [
        f.field("words") for f in said_by_rules("{id: p, kind: private_words}", claim)
    ] == expected


def test_a_company_may_name_its_own_private_words() -> None:
    policy = "{id: p, kind: private_words, words: [咖啡]}"

    assert len(said_by_rules(policy, claim_of(taxi(45, description="咖啡")))) == 1
    assert said_by_rules(policy, claim_of(taxi(45, description="香烟"))) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-10-01", 1), ("2026-10-08", 0), ("2026-11-21", 1), ("2026-11-23", 0)],
)
def test_holidays_count_as_days_off(day: str, expected: int) -> None:
    claim = claim_of(taxi(45, date.fromisoformat(day)))

    assert len(said_by_rules("{id: we, kind: weekend}", claim)) == expected


def test_a_company_calendar_decides_what_a_day_off_is() -> None:
    plain = rules_of("{id: we, kind: weekend}")
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
    findings = said_by_rules(
        "{id: s, kind: split}",
        claim_of(taxi(yuan)),
        near(990, "BX-2"),
        near(950, "BX-3"),
        flows=FLOW % operator,
    )

    assert [f.field("limit") for f in findings] == expected


def test_split_may_look_farther_below_the_threshold() -> None:
    policy = '{id: s, kind: split, limit: "1000.00", near: 70, count: 2}'

    assert len(said_by_rules(policy, claim_of(taxi(700)), near(750, "BX-2"))) == 1
    assert said_by_rules(policy, claim_of(taxi(699)), near(750, "BX-2")) == []


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), 0),
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), 1),
    ],
)
def test_days_begin_where_the_company_is(at: datetime, expected: int) -> None:
    findings = said_by_rules("{id: o, kind: frequency, count: 1}", claim_of(), near(9, "BX-2", at))

    assert len(findings) == expected


def test_frequency_of_a_day() -> None:
    policy = "{id: o, kind: frequency, count: 1, per: day}"

    assert said_by_rules(policy, claim_of(), near(9, "BX-2", NOW - timedelta(days=1))) == []
    assert len(said_by_rules(policy, claim_of(), near(9, "BX-2"))) == 1


CAP = '{id: cap, kind: amount_limit, per: year, limit: "100.00"}'


def test_a_request_and_the_claim_that_follows_it_are_the_same_money() -> None:
    request = claim_of(taxi(90), number="CC-1", kind="travel_request", submitted_at=NOW)

    assert said_by_rules(CAP, claim_of(taxi(90)), request) == []
    assert len(said_by_rules(CAP, claim_of(taxi(90), kind="travel_request"), request)) == 1


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

    assert said_by_rules(policy, claim) == []


def test_the_same_line_twice_in_one_claim() -> None:
    claim = claim_of(
        taxi(45), taxi(45), taxi(45, description="回公司"), taxi(45, invoice=invoice())
    )

    findings = said_by_rules("{id: d, kind: duplicate}", claim)

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

    assert len(said_by_rules("{id: t, kind: buyer_title}", claim)) == expected


def test_a_rule_of_a_category_holds_for_its_parts() -> None:
    plain = rules_of('{id: c, kind: amount_limit, category: meal, limit: "1.00"}')
    parts = tuple(
        c.model_copy(update={"parent": "meal"}) if c.id == "taxi" else c for c in plain.categories
    )
    book = PolicyBook(plain.model_copy(update={"categories": parts}), TODAY)

    assert [f.code for f in check_policies(claim_of(taxi(45)), book)] == ["amount_limit"]
    assert check_policies(claim_of(taxi(45)), PolicyBook(plain, TODAY)) == ()


def test_several_grades_and_cities_may_share_a_rule() -> None:
    policy = '{id: c, kind: amount_limit, limit: "1.00", grades: [P5, P6], cities: [上海, 北京]}'

    assert len(said_by_rules(policy, claim_of(taxi(45, description="北京")))) == 1
    assert said_by_rules(policy, claim_of(taxi(45, description="杭州"))) == []
    assert said_by_rules(policy, claim_of(taxi(45, description="北京"), employee="wang")) == []
