"""Itineraries join their invoices: by one amount at once, by a person's word where several fit."""

from dataclasses import replace
from datetime import date

import pytest
from core_house import TODAY, around, by, claim_of, company_of, taxi

from core.actions.drafts import Voucher, add_vouchers
from core.actions.submission import check_claim
from core.claim import Claim, Finding
from core.invoice import Item, Reading
from core.pairing import Question, answered, is_ride, open_question

RIDE = Reading(
    "fp.pdf",
    ok=True,
    kind="digital_general",
    number="1" * 20,
    date=date(2026, 11, 20),
    total_fen=4500,
    seller="滴滴出行",
    items=(Item("*运输服务*客运服务费"),),
)
TRIP = Reading("xc.pdf", ok=True, kind="ride_itinerary", date=date(2026, 11, 19), total_fen=4500)


def ride(digit: str = "1", **values: object) -> Voucher:
    read = replace(RIDE, number=digit * 20, **values)  # type: ignore[arg-type]
    return Voucher(f"v{digit}", digit * 64, f"fp{digit}.pdf", read)


def trip(letter: str = "a", **values: object) -> Voucher:
    return Voucher(f"t{letter}", letter * 64, f"xc{letter}.pdf", replace(TRIP, **values))  # type: ignore[arg-type]


def put(claim: Claim, *vouchers: Voucher) -> Claim:
    return add_vouchers(company_of(), claim, vouchers, by("zhang"), TODAY).claim


def papers(claim: Claim) -> list[tuple[str, str | None]]:
    return [
        (line.invoice.file[0], line.invoice.itinerary and line.invoice.itinerary[0])
        for line in claim.lines
        if line.invoice and line.invoice.file
    ]


EMPTY = claim_of(lines=())


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("together", [True, False])
def test_one_ride_and_one_itinerary_are_one_line_whichever_comes_first(
    order: tuple[int, int], *, together: bool
) -> None:
    both = (ride(), trip())
    sent = tuple(both[i] for i in order)

    claim = put(EMPTY, *sent) if together else put(put(EMPTY, sent[0]), sent[1])

    assert papers(claim) == [("1", "a")]
    assert claim.total_fen == 4500
    assert claim.lines[0].date == date(2026, 11, 20)
    assert len(claim.files) == 2
    assert open_question(claim) is None


def test_an_itinerary_alone_waits_as_a_line_that_says_so() -> None:
    claim = put(EMPTY, trip())

    (finding,) = [f for f in findings(claim) if f.code == "itinerary_alone"]

    assert (claim.total_fen, claim.lines[0].category) == (4500, "taxi")
    assert (finding.severity, finding.field("amount")) == ("warn", "45.00")


def findings(claim: Claim) -> tuple[Finding, ...]:
    return check_claim(claim, around(company_of()))


def test_a_category_that_wants_an_invoice_does_not_take_an_itinerary_for_one() -> None:
    claim = put(EMPTY, trip())
    hotel = replace(claim, lines=(replace(claim.lines[0], category="hotel"),))

    assert [f.severity for f in findings(hotel) if f.code == "itinerary_alone"] == ["block"]


@pytest.mark.parametrize(
    "other",
    [
        {"total_fen": 4600},
        {"date": date(2026, 1, 2)},
        {"items": (Item("*餐饮服务*餐费"),)},
    ],
    ids=["amount", "long ago", "no ride"],
)
def test_what_does_not_fit_stays_apart(other: dict[str, object]) -> None:
    claim = put(EMPTY, ride(**other), trip())

    assert len(claim.lines) == 2
    assert open_question(claim) is None


def test_two_rides_of_one_amount_are_asked_about_and_block_until_then() -> None:
    claim = put(EMPTY, ride("1"), ride("2", date=date(2026, 11, 21)), trip())

    question = open_question(claim)

    assert question == Question("itinerary", 2, (0, 1))
    assert [f.severity for f in findings(claim) if f.code == "itinerary_alone"] == ["block"]
    assert papers(answered(claim, question, 1)) == [("1", None), ("2", "a")]


def test_two_itineraries_of_one_amount_are_asked_about() -> None:
    claim = put(put(put(EMPTY, trip("a")), trip("b", date=date(2026, 11, 18))), ride())

    question = open_question(claim)

    assert question == Question("invoice", 2, (0, 1))
    done = answered(claim, question, 1)
    assert papers(done) == [("a", None), ("1", "b")]
    assert open_question(done) is None


def test_one_answer_settles_what_is_clear_after_it() -> None:
    claim = put(EMPTY, ride("1"), ride("2"), trip("a"), trip("b"))
    question = open_question(claim)
    assert question is not None

    claim = answered(claim, question, 0)

    assert sorted(papers(claim)) == [("1", "a"), ("2", "b")]
    assert claim.total_fen == 9000


def test_what_was_typed_before_the_papers_came_stays() -> None:
    typed = claim_of(taxi(45, date(2026, 11, 18)))

    claim = put(put(typed, trip()), ride())

    (line,) = claim.lines
    assert (line.description, line.date, line.category) == (
        "去客户现场",
        date(2026, 11, 18),
        "taxi",
    )
    assert papers(claim) == [("1", "a")]


def test_the_same_itinerary_again_is_on_the_draft_already() -> None:
    claim = put(EMPTY, ride(), trip())

    again = add_vouchers(company_of(), claim, (trip(),), by("zhang"), TODAY)

    assert (again.repeated, len(again.claim.lines)) == (("xca.pdf",), 1)


def test_rides_are_known_by_kind_or_by_the_tax_bureaus_words() -> None:
    assert is_ride(RIDE)
    assert is_ride(replace(RIDE, kind="ride_hailing", items=()))
    assert not is_ride(replace(TRIP, items=(Item("客运服务"),)))
    assert not is_ride(replace(RIDE, items=()))
