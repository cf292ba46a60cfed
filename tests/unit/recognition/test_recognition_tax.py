from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.invoice import Reading
from core.transport_tax import BUILT_IN
from recognition.tax import with_tax_doubts

RAIL = Reading(
    "a.xml", ok=True, kind="rail_e", number="2" * 20, date=date(2026, 5, 8), amount_fen=50734,
    tax_fen=4566, total_fen=55300,
)  # fmt: skip


def test_a_tax_by_the_rules_is_no_doubt() -> None:
    assert with_tax_doubts(RAIL, ()) is RAIL


def test_a_tax_that_breaks_its_rule_names_what_it_should_be() -> None:
    (doubt,) = with_tax_doubts(replace(RAIL, tax_fen=4000), ()).findings

    assert (doubt.code, doubt.fields) == ("tax_rule", ("tax",))
    assert "45.66" in doubt.message
    assert "40.00" in doubt.message


def test_own_rules_take_the_place_of_built_in_ones() -> None:
    rail = next(rule for rule in BUILT_IN if rule.id == "rail-electronic")
    own = rail.model_copy(update={"rate": Decimal(3)})

    (doubt,) = with_tax_doubts(RAIL, (own,)).findings

    assert "16.11" in doubt.message


def test_a_paper_ticket_after_the_last_ones_is_doubted() -> None:
    paper = Reading(
        "a.jpg", ok=True, kind="rail_paper", number="A123456", date=date(2026, 1, 2), total_fen=100
    )

    (doubt,) = with_tax_doubts(paper, ()).findings

    assert (doubt.code, doubt.fields) == ("form_ended", ("date",))
    assert "2025-09-30" in doubt.message


def test_what_is_no_voucher_has_no_tax() -> None:
    refused = Reading("a.jpg", ok=False, reason="网页")

    assert with_tax_doubts(refused, ()) is refused
