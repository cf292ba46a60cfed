from dataclasses import replace
from datetime import date

import pytest
from core_house import company_of

from core.claim import LineInvoice
from core.company_file import CompanyFileError
from core.invoice import Item, Reading
from core.transport_tax import (
    TaxFacts,
    contradiction,
    deductible_fen,
    ended_on,
    facts_of,
    facts_of_reading,
    find_rule,
    input_tax,
    rules_with,
)

DAY = date(2026, 11, 20)


def voucher(kind: str, day: date | None = DAY, **more: object) -> TaxFacts:
    return replace(TaxFacts(kind, day, electronic=True), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "electronic", "day", "rule"),
    [
        ("rail_e", True, "2024-10-31", None),
        ("rail_e", True, "2024-11-01", "rail-electronic"),
        ("rail_paper", False, "2019-03-31", None),
        ("rail_paper", False, "2019-04-01", "rail-paper"),
        ("rail_paper", False, "2025-09-30", "rail-paper"),
        ("rail_paper", False, "2025-10-01", None),
        ("air_itinerary", True, "2024-11-30", None),
        ("air_itinerary", True, "2024-12-01", "air-electronic"),
        ("air_itinerary", False, "2024-12-01", "air-paper"),
        ("air_itinerary", False, "2025-09-30", "air-paper"),
        ("air_itinerary", False, "2025-10-01", None),
        ("bus", True, "2019-03-31", None),
        ("bus", True, "2019-04-01", "road-water"),
        ("bus", True, "2026-11-20", "road-water"),
        ("toll", True, "2017-12-31", None),
        ("toll", True, "2018-01-01", "toll"),
        ("toll", False, "2018-01-01", None),
        ("taxi", True, "2026-11-20", None),
        ("quota", True, "2026-11-20", None),
    ],
)
def test_which_rule_holds_on_a_day(
    kind: str, *, electronic: bool, day: str, rule: str | None
) -> None:
    found = find_rule(kind, date.fromisoformat(day), electronic=electronic)

    assert (found.id if found else None) == rule


@pytest.mark.parametrize(
    ("facts", "fen", "reason"),
    [
        (voucher("rail_e", tax_fen=4566, total_fen=55300), 4566, "printed"),
        (voucher("rail_e", total_fen=55300), None, "not_printed"),
        (
            voucher("rail_paper", date(2025, 5, 1), total_fen=5300, electronic=False),
            438,
            "computed",
        ),
        (voucher("rail_paper", date(2025, 5, 1), electronic=False), None, "not_read"),
        (voucher("rail_paper", total_fen=5300, electronic=False), None, "ended"),
        (voucher("rail_paper", None, total_fen=5300), None, "not_read"),
        (
            voucher(
                "air_itinerary",
                date(2025, 5, 1),
                amount_fen=52293,
                total_fen=57293,
                electronic=False,
            ),
            4318,
            "computed",
        ),
        (voucher("air_itinerary", amount_fen=52293, tax_fen=4707), 4707, "printed"),
        (voucher("bus", total_fen=10300), 300, "computed"),
        (voucher("taxi", total_fen=10300), None, "not_deductible"),
        (voucher("toll", total_fen=10300), None, "not_printed"),
        (voucher("toll", tax_fen=300, total_fen=10300), 300, "printed"),
        (voucher("ride_hailing", tax_fen=158, total_fen=5430), 158, "printed"),
        (voucher("digital_general", tax_fen=158), None, "goods_excluded"),
        (voucher("digital_general", tax_fen=158, goods=("*运输服务*客运服务费",)), 158, "printed"),
        (voucher("digital_special", tax_fen=600, goods=("*住宿服务*住宿费",)), 600, "printed"),
        (
            voucher("digital_special", tax_fen=600, goods=("*餐饮服务*餐费",)),
            None,
            "goods_excluded",
        ),
    ],
)
def test_what_may_be_deducted_and_why(facts: TaxFacts, fen: int | None, reason: str) -> None:
    found = input_tax(facts)

    assert (found.fen, found.reason) == (fen, reason)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (voucher("rail_e", tax_fen=4566, total_fen=55300), None),
        (voucher("rail_e", tax_fen=4567, total_fen=55300), None),
        (voucher("rail_e", tax_fen=4568, total_fen=55300), 4566),
        (voucher("air_itinerary", amount_fen=52293, tax_fen=4707), None),
        (voucher("air_itinerary", amount_fen=52293, tax_fen=4318), 4706),
        (voucher("digital_general", amount_fen=1, tax_fen=4318), None),
        (voucher("rail_e", None, tax_fen=4568, total_fen=55300), None),
        (voucher("rail_e", tax_fen=4568), None),
    ],
)
def test_a_printed_tax_is_compared_with_its_rule(facts: TaxFacts, expected: int | None) -> None:
    found = contradiction(facts)

    assert (found[1] if found else None) == expected


def test_a_paper_dated_after_its_end_is_history() -> None:
    late = voucher("rail_paper", date(2025, 10, 1), electronic=False)

    assert ended_on(late) == date(2025, 9, 30)
    assert ended_on(replace(late, day=date(2025, 9, 30))) is None
    assert ended_on(voucher("bus")) is None
    assert ended_on(voucher("taxi")) is None


def test_facts_of_a_line_and_of_a_reading_agree() -> None:
    reading = Reading(
        "a.pdf", ok=True, kind="digital_general", number="2" * 20, date=DAY, amount_fen=5272,
        tax_fen=158, total_fen=5430, items=(Item("*运输服务*客运服务费"),),
    )  # fmt: skip
    line = LineInvoice(
        "2" * 20, "2" * 20, None, "digital_general", None, None, DAY, 5430, tax_fen=158,
        amount_fen=5272, goods=("*运输服务*客运服务费",),
    )  # fmt: skip

    assert facts_of(line) == facts_of_reading(reading)
    assert deductible_fen(line) == 158
    assert deductible_fen(replace(line, goods=(), ride=True)) == 158
    assert deductible_fen(replace(line, goods=())) is None


@pytest.mark.parametrize(
    ("number", "code", "kind", "electronic"),
    [
        ("2" * 20, None, "air_itinerary", True),
        ("2" * 11, None, "air_itinerary", False),
        ("12345678", "044001900112", "toll", True),
        ("12345678", "144001900112", "toll", False),
        ("A123456", None, "rail_paper", False),
    ],
)
def test_paper_and_electronic_forms(
    number: str, code: str | None, kind: str, *, electronic: bool
) -> None:
    line = LineInvoice(None, number, code, kind, None, None, DAY, 100)

    assert facts_of(line).electronic is electronic


def test_the_company_file_ends_and_adds_rules() -> None:
    company = company_of(
        "tax_rules:\n"
        "  - {id: road-water, kind: bus, since: 2019-04-01, until: 2026-06-30, how: computed,"
        " rate: 3}\n"
        '  - {id: road-water-2026, kind: bus, since: 2026-07-01, how: computed, rate: "1.5"}\n'
    )
    rules = rules_with(company.tax_rules)

    assert input_tax(voucher("bus", date(2026, 6, 30), total_fen=10300), rules).fen == 300
    assert input_tax(voucher("bus", date(2026, 7, 1), total_fen=10150), rules).fen == 150


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{id: a, kind: bus, since: 2019-04-01, how: computed}", "needs a rate"),
        (
            "{id: a, kind: bus, since: 2019-04-01, until: 2018-01-01, how: printed}",
            "ends before it begins",
        ),
        ("{id: a, kind: plane, since: 2019-04-01, how: printed}", "tax_rules.0.kind"),
        ("{id: a, kind: bus, since: soon, how: printed}", "tax_rules.0.since"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused(row: str, said: str) -> None:
    with pytest.raises(CompanyFileError, match=said):
        company_of(f"tax_rules:\n  - {row}\n")


PUBLISHED = (
    "{id: road-water, kind: bus, since: 2019-04-01, until: 2026-06-30, how: computed, rate: 3}"
)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            (PUBLISHED, "{id: new, kind: bus, since: 2026-06-01, how: computed, rate: 9}"),
            r":2: tax_rules.0.until: .* begins on 2026-06-01: end it on 2026-05-31",
        ),
        (
            (PUBLISHED, "{id: new, kind: bus, since: 2026-08-01, how: computed, rate: 9}"),
            r":2: tax_rules.0.until: no rule of bus holds from 2026-07-01 to 2026-07-31",
        ),
        (
            (PUBLISHED, "{id: new, kind: bus, since: 2019-04-01, how: printed}"),
            r":3: tax_rules.1.since: new and road-water .* keep one of them",
        ),
        (
            ("{id: new, kind: bus, since: 2019-04-01, how: printed}",),
            r":2: tax_rules.0.since: .* write id: road-water to replace the built-in rule",
        ),
    ],
    ids=["reaches into the next", "leaves days without", "two at once", "a built-in one"],
)
def test_rules_that_leave_a_day_unclear_are_refused(rows: tuple[str, ...], said: str) -> None:
    with pytest.raises(CompanyFileError, match=said):
        company_of("tax_rules:\n" + "".join(f"  - {row}\n" for row in rows))


def test_days_in_which_nothing_counts_are_written_down() -> None:
    company = company_of(
        f"tax_rules:\n  - {PUBLISHED}\n"
        "  - {id: pause, kind: bus, since: 2026-07-01, how: none}\n"
        "  - {id: new, kind: bus, since: 2026-08-01, how: computed, rate: 9}\n"
    )
    rules = rules_with(company.tax_rules)

    found = [input_tax(voucher("bus", date(2026, m, 1), total_fen=10300), rules) for m in (6, 7, 8)]

    assert [(x.fen, x.reason) for x in found] == [
        (300, "computed"),
        (None, "not_deductible"),
        (850, "computed"),
    ]


def test_a_rule_of_other_goods_does_not_hide_the_one_that_is_about_these() -> None:
    company = company_of(
        "tax_rules:\n  - {id: lease, kind: digital_general, since: 2024-01-01, how: printed,"
        " goods: [通行费]}\n"
    )
    ride = TaxFacts("digital_general", DAY, True, tax_fen=90, goods=("*运输服务*客运服务费",))  # noqa: FBT003

    assert input_tax(ride, rules_with(company.tax_rules)).rule == "passenger-digital"
