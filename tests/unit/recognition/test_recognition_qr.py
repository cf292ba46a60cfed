from datetime import date

import pytest
from recognition_builders import SAMPLES, only

from recognition.qr import parse_code


@pytest.mark.parametrize(
    ("text", "kind", "code", "number", "amount_fen", "total_fen", "day", "check"),
    [
        (
            "01,10,012001800311,33207675,46.62,20190508,76939056883466677916,E1BD,",
            "vat_general_e", "012001800311", "33207675", 4662, None,
            date(2019, 5, 8), "76939056883466677916",
        ),
        (
            "01,01,1200154130,03630024,94339.62,20160621,,9335,",
            "vat_special", "1200154130", "03630024", 9433962, None, date(2016, 6, 21), None,
        ),
        (
            "01,31,,24112000000048542163,4449.00,20240528,,B2B6",
            "digital_special", None, "24112000000048542163", None, 444900, date(2024, 5, 28), None,
        ),
        (
            "01,32,,26217000000123940137,54.30,2026-03-09,,",
            "digital_general", None, "26217000000123940137", None, 5430, date(2026, 3, 9), None,
        ),
        (
            "01,61,,9223372036854775807,620,20210728,,7890",
            "air_itinerary", None, "9223372036854775807", None, 62000, date(2021, 7, 28), "7890",
        ),
        (
            "01,51,,25652177638811195628,-807.05,20260508,,D7EA",
            "rail_e", None, "25652177638811195628", None, -80705, date(2026, 5, 8), None,
        ),
    ],
)  # fmt: skip
def test_what_the_amount_means_depends_on_the_type(
    text: str,
    kind: str,
    code: str | None,
    number: str,
    amount_fen: int | None,
    total_fen: int | None,
    day: date,
    check: str | None,
) -> None:
    evidence = parse_code(text)

    assert evidence is not None
    facts = evidence.facts
    assert (facts.kind, facts.code, facts.number) == (kind, code, number)
    assert (facts.amount_fen, facts.total_fen) == (amount_fen, total_fen)
    assert (facts.date, facts.check_code) == (day, check)
    assert facts.buyer is facts.seller is facts.tax_fen is None
    assert evidence.doubts == ()


@pytest.mark.parametrize("kind", ["83", "84", "85", "88", "99"])
def test_an_amount_of_a_type_that_vendors_disagree_on_is_not_used(kind: str) -> None:
    evidence = parse_code(f"01,{kind},,26312000000000000071,100.00,20260508,,AAAA")

    assert evidence is not None
    assert evidence.facts.amount_fen is evidence.facts.total_fen is evidence.facts.kind is None
    assert [d.code for d in evidence.doubts] == ["qr_amount_unclear"]


def test_values_that_are_none_are_doubts() -> None:
    evidence = parse_code("01,32,,26312000000000000071,1e9,20261345,,")

    assert evidence is not None
    assert evidence.facts.total_fen is evidence.facts.date is None
    assert {d.fields for d in evidence.doubts} == {("amount",), ("date",)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://127.0.0.1/fake-tax-bureau?01,32,,26312000000000000071,1.00,20260101",
        "394091037514624674573042123466375552804312002796274339085580",
        "02,10,012001800311,33207675,46.62,20190508",
        "01,10",
        "01,10,012001800311,abc,46.62,20190508,,",
    ],
)
def test_codes_of_other_things_are_no_invoices(text: str) -> None:
    assert parse_code(text) is None


def test_a_photo_as_phones_keep_it_is_read() -> None:
    reading = only((SAMPLES / "rail_e.heic").read_bytes())

    assert (reading.kind, reading.number) == ("rail_e", "26312239777895886161")
    assert reading.total_fen == 290200


@pytest.mark.parametrize(("kind", "paper"), [("85", True), ("88", True), ("32", False)])
def test_codes_of_paper_forms_say_so_and_leave_the_kind_to_the_title(
    kind: str, *, paper: bool
) -> None:
    evidence = parse_code(f"01,{kind},,26312000000123456789,100.00,20260105,,AB12")

    assert evidence is not None
    assert evidence.paper is paper
    assert (evidence.facts.kind is None) is paper
