"""Which draft an expense goes on: money held for a trip or purchase is for nothing else."""

from dataclasses import replace
from datetime import date

import pytest
from core_house import TODAY, claim_of, invoice, taxi

from core.claim import Claim
from core.dealings import Trip
from core.invoice import Item, Reading
from core.placing import Expense, expense_of, place_for, places_for

SHANGHAI = Trip("上海", date(2026, 12, 1), date(2026, 12, 3))
TRIP = claim_of(number="BX-TRIP", origin="CC-20261120-0001", trip=SHANGHAI)
PURCHASE = claim_of(taxi(1200, category="office"), number="BX-BUY", origin="CG-20261120-0001")
PLAIN = claim_of(number="BX-PLAIN")
BARE_TRIP = claim_of(number="BX-OA", origin="CC-20261120-0002")
RIDE = invoice(total_fen=1249, ride=True)
SHEET = invoice("S", kind="ride_itinerary", total_fen=1249)


def place(expense: Expense, *drafts: Claim) -> str | None:
    found = place_for(expense, drafts)
    return found.number if found else None


@pytest.mark.parametrize(
    ("day", "where"),
    [
        (date(2026, 11, 25), "BX-PLAIN"),
        (date(2026, 11, 29), "BX-PLAIN"),
        (date(2026, 11, 30), "BX-TRIP"),
        (date(2026, 12, 2), "BX-TRIP"),
        (date(2026, 12, 4), "BX-TRIP"),
        (date(2026, 12, 5), "BX-PLAIN"),
    ],
)
def test_a_trip_takes_what_is_of_its_days(day: date, where: str) -> None:
    assert place(Expense(day), TRIP, PLAIN) == where
    assert place(Expense(day), PLAIN, TRIP) == where
    alone = "BX-TRIP" if where == "BX-TRIP" else None
    assert place(Expense(day), TRIP) == alone, "what belongs nowhere begins a draft"


@pytest.mark.parametrize(
    ("day", "where"),
    [
        (date(2026, 10, 1), "BX-PLAIN"),
        (date(2026, 11, 5), "BX-TRIP"),
        (date(2026, 12, 20), "BX-TRIP"),
        (date(2027, 1, 3), "BX-PLAIN"),
    ],
)
def test_tickets_and_rooms_are_bought_before_and_invoiced_after_the_trip(
    day: date, where: str
) -> None:
    hotel, meal = Item("*住宿服务*住宿费"), Item("*餐饮服务*餐费")
    read = Reading("a.xml", ok=True, kind="digital_general", date=day, items=(hotel,))

    for reading in (
        read,
        replace(read, kind="rail_e", items=()),
        replace(read, kind="air_itinerary", items=()),
    ):
        assert place(expense_of(reading, None, TODAY), TRIP, PLAIN) == where
    eaten = expense_of(replace(read, items=(meal,)), None, TODAY)
    assert place(eaten, TRIP, PLAIN) == "BX-PLAIN"


@pytest.mark.parametrize(
    ("category", "fen", "where"),
    [("office", 118000, "BX-BUY"), (None, 120000, "BX-BUY"), ("taxi", 4500, "BX-PLAIN")],
)
def test_a_purchase_takes_what_was_bought(category: str | None, fen: int, where: str) -> None:
    assert place(Expense(TODAY, category, fen), PURCHASE, PLAIN) == where
    billed = replace(PURCHASE, lines=(taxi(1200, category="office", invoice=invoice()),))
    assert place(Expense(TODAY, category, fen), billed, PLAIN) == "BX-PLAIN"


def test_a_trip_whose_days_are_not_known_takes_anything() -> None:
    assert place(Expense(TODAY, "taxi", 4500), BARE_TRIP) == "BX-OA"


@pytest.mark.parametrize(
    ("expense", "waiting"),
    [
        (Expense(TODAY, amount_fen=1249, ride=True), SHEET),
        (Expense(TODAY, amount_fen=1249, itinerary=True), RIDE),
    ],
)
def test_the_other_paper_of_a_ride_follows_the_first(expense: Expense, waiting: object) -> None:
    """Rides are invoiced weeks later; the itinerary knows the day."""
    trip = replace(TRIP, lines=(taxi(12, invoice=waiting),))

    assert place(expense, PLAIN, trip) == "BX-TRIP"
    assert place(replace(expense, amount_fen=1250), PLAIN, trip) == "BX-PLAIN"


def test_papers_of_a_ride_that_come_together_stay_together() -> None:
    ride = Expense(date(2026, 12, 20), amount_fen=1249, ride=True)
    sheet = Expense(date(2026, 12, 2), amount_fen=1249, itinerary=True)

    found = places_for((ride, sheet, replace(ride, amount_fen=99)), (TRIP, PLAIN))

    assert [c.number for c in found if c] == ["BX-TRIP", "BX-TRIP", "BX-PLAIN"]
