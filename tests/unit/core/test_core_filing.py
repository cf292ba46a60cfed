"""Claims for colleagues: who may write, submit and decide; trips and what follows requests."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from core_house import NOW, around, by, claim_of, company_of, taxi, with_policy

from core.actions.clearing import open_advances, reckon
from core.actions.filing import may_prepare, may_submit_for
from core.actions.following import find_above_request, follow_up, follows
from core.actions.submission import submit
from core.budget import charges_of
from core.claim import Claim, State
from core.company import Company
from core.dealings import AdvanceBook, Clearing, Supplier, Trip
from core.errors import Refused

COMPANY = company_of()


def with_assistant(person: str, department: str) -> Company:
    people = tuple(
        p.model_copy(update={"roles": ("employee", "assistant"), "department": department})
        if p.id == person
        else p
        for p in COMPANY.people
    )
    return COMPANY.model_copy(update={"people": people})


@pytest.mark.parametrize(
    ("writer", "prepares", "submits"),
    [("junior", True, False), ("wang", True, True), ("li", False, False), ("boss", False, False)],
)
def test_who_may_write_for_zhang(writer: str, *, prepares: bool, submits: bool) -> None:
    one, zhang = COMPANY.person(writer), COMPANY.person("zhang")

    assert one is not None
    assert zhang is not None
    assert may_prepare(COMPANY, one, zhang) is prepares
    assert may_submit_for(COMPANY, one, zhang) is submits


@pytest.mark.parametrize(
    ("department", "submits"), [("sales", True), ("east", True), ("lab", False)]
)
def test_an_assistant_submits_for_their_own_department(department: str, *, submits: bool) -> None:
    company = with_assistant("junior", department)
    junior, zhang = company.person("junior"), company.person("zhang")

    assert junior is not None
    assert zhang is not None
    assert may_submit_for(company, junior, zhang) is submits


def test_a_colleagues_draft_needs_its_employees_word() -> None:
    draft = claim_of(filed_by="junior")

    with pytest.raises(Refused, match="employee_must_submit"):
        submit(draft, around(), by("junior"))
    with pytest.raises(Refused, match="not_yours"):
        submit(draft, around(), by("li"))
    assert submit(draft, around(), by("zhang")).claims[0].state is State.IN_REVIEW


def test_who_filed_a_claim_is_never_asked_about_it() -> None:
    change = submit(claim_of(filed_by="wang"), around(), by("wang"))

    plan = change.claims[0].plan
    assert plan is not None
    assert "wang" not in plan.people()
    assert plan.waiting() == ("boss",)


@pytest.mark.parametrize(
    ("kind", "supplier", "followed"),
    [
        ("travel_request", None, True),
        ("purchase_request", None, True),
        ("purchase_request", Supplier("京东", "6222", "招商银行"), False),
        ("reimbursement", None, False),
    ],
)
def test_which_requests_are_followed(
    kind: str, supplier: Supplier | None, *, followed: bool
) -> None:
    assert follows(claim_of(kind=kind, supplier=supplier)) is followed


def test_a_trip_brings_its_allowance() -> None:
    company = with_policy(
        '{id: meals, kind: per_diem, category: meal, standards: [{limit: "100.00"}]}'
    )
    trip = Trip("上海", date(2026, 12, 1), date(2026, 12, 3), leaves_after_noon=True)
    request = claim_of(taxi(900), kind="travel_request", trip=trip)

    draft = follow_up(request, "BX-20261125-0099", by("wang"), company)

    (line,) = draft.lines
    assert (line.category, line.amount_fen) == ("meal", 25_000)
    assert draft.trip == trip
    assert draft.carries == request.hold


def test_a_purchase_brings_its_lines() -> None:
    request = claim_of(taxi(900), kind="purchase_request")

    draft = follow_up(request, "BX-20261125-0099", by("wang"), COMPANY)

    assert draft.lines == request.lines
    assert draft.kind == "reimbursement"


def test_a_claim_above_its_request_shows_both_figures() -> None:
    request = claim_of(taxi(100), taxi(50, category="meal"), kind="travel_request", number="CC-1")
    within = claim_of(taxi(80), taxi(60, category="meal"))
    above = claim_of(taxi(120), taxi(40, category="meal"))

    assert [f.field("category") for f in find_above_request(within, request)] == ["meal"]
    found = list(find_above_request(above, request))
    assert [(f.field("amount"), f.field("limit"), f.field("over")) for f in found] == [
        ("160.00", "150.00", "10.00"),
        ("120.00", "100.00", "20.00"),
    ]
    assert list(find_above_request(above, None)) == []


def advance(number: str, fen: int, days_ago: int = 0, **values: object) -> Claim:
    paid_at = NOW - timedelta(days=days_ago)
    book = AdvanceBook(f"{number}/1", (("all", fen), ("sales-q4", fen)), paid_at=paid_at)
    line = replace(taxi(), amount_fen=fen)
    return claim_of(
        line,
        number=number,
        kind="advance",
        state=State.PAID,
        advance=book,
        created_at=paid_at,
        **values,
    )


def test_the_oldest_advance_is_cleared_first() -> None:
    advances = advance("JK-2", 3000, 1), advance("JK-1", 2000, 9)
    claim = claim_of(taxi(45))

    found = reckon(claim, charges_of(COMPANY, claim), advances, ())

    assert [(c.advance, c.amount_fen) for c in found] == [("JK-1", 2000), ("JK-2", 2500)]
    assert dict(found[0].backed) == {"all": 2000, "sales-q4": 2000}


def test_what_waits_in_review_is_not_counted_on_again() -> None:
    waiting = claim_of(
        state=State.IN_REVIEW, clears=(Clearing("JK-1", 1500, (("sales-q4", 1500),)),)
    )
    claim = claim_of(taxi(45))

    (found,) = reckon(claim, charges_of(COMPANY, claim), (advance("JK-1", 2000),), (waiting,))

    assert found.amount_fen == 500
    assert dict(found.backed)["sales-q4"] == 500


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "welfare"},
        {"kind": "travel_request"},
        {"kind": "purchase_request", "supplier": Supplier("京东", "1")},
    ],
)
def test_only_reimbursements_clear_advances(values: dict[str, object]) -> None:
    claim = claim_of(taxi(45), **values)

    assert reckon(claim, charges_of(COMPANY, claim), (advance("JK-1", 2000),), ()) == ()


def test_petty_cash_stays_and_holds_nothing() -> None:
    standing = advance("JK-1", 2000, standing=True)

    assert open_advances((standing,)) == ()
    assert charges_of(COMPANY, standing) == ()
