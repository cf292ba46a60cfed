from datetime import date

import pytest

from core.invoice import Item, Reading, ReadingFinding, identity, identity_of, to_json

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("kind", "code", "number", "expected"),
    [
        ("digital_general", None, "12345678901234567890", "12345678901234567890"),
        ("digital_general", "031", "12345678901234567890", "12345678901234567890"),
        ("vat_general", "031002300111", "12345678", "031002300111-12345678"),
        ("taxi", "131002300111", "12345678", "131002300111-12345678"),
        ("rail_paper", None, "E012345", "E012345-2026-11-20"),
        ("vat_general", None, "12345678", None),
        ("taxi", "131002300111", None, None),
        (None, None, None, None),
        ("other", "", "", None),
    ],
)
def test_identifies_a_voucher(
    kind: str | None, code: str | None, number: str | None, expected: str | None
) -> None:
    assert identity_of(kind, code, number, DAY) == expected


def test_a_rail_ticket_without_a_date_identifies_nothing() -> None:
    assert identity_of("rail_paper", None, "E012345", None) is None


def test_all_forms_of_one_invoice_have_one_identity() -> None:
    number = "12345678901234567890"
    photo = Reading(
        "a.jpg", ok=True, kind="digital_general", number=number, source=(("number", "qr"),)
    )
    xml = Reading("a.xml", ok=True, kind="digital_special", number=number, date=DAY, total_fen=100)

    assert identity(photo) == identity(xml) == number


def test_writes_a_reading_as_the_contract_has_it() -> None:
    reading = Reading(
        "a.pdf",
        ok=True,
        kind="digital_general",
        number="12345678901234567890",
        date=DAY,
        amount_fen=4206,
        tax_fen=None,
        total_fen=4500,
        items=(Item("*运输服务*客运", amount_fen=4206, rate="3%"),),
        confidence=0.98765,
        source=(("number", "pdf"),),
        findings=(ReadingFinding("unproven_total", "…", ("total",)),),
    )

    written = to_json(reading)

    assert written["date"] == "2026-11-20"
    assert (written["amount"], written["tax"], written["total"]) == ("42.06", None, "45.00")
    assert written["source"] == {"number": "pdf"}
    assert written["findings"] == [{"code": "unproven_total", "message": "…", "fields": ["total"]}]
    assert "reason" not in written


def test_says_why_a_file_is_no_invoice() -> None:
    written = to_json(Reading("cat.jpg", ok=False, reason="not an invoice"))

    assert (written["ok"], written["reason"], written["number"]) == (False, "not an invoice", None)
