"""Shares and shared vouchers: sums stay exact, and no voucher pays twice."""

from dataclasses import replace

import pytest
from core_house import around, by, claim_of, company_of, invoice, taxi
from hypothesis import given
from hypothesis import strategies as st

from core.actions.drafts import edit_line, identities_of
from core.actions.editing import copy_claim, join_lines, mark_urgent, set_supplier, share_line
from core.actions.submission import check_claim
from core.budget import charges_of
from core.claim import Claim, State
from core.dealings import Supplier
from core.errors import Refused
from core.shares import Share, find_above_invoices, split_line

COMPANY = company_of()


@given(st.integers(1, 10**9), st.lists(st.integers(1, 10**4), min_size=2, max_size=8))
def test_shares_sum_to_the_line(fen: int, weights: list[int]) -> None:
    line = replace(taxi(), amount_fen=fen)

    parts = split_line(line, [Share(w, department="lab") for w in weights])

    assert sum(p.amount_fen for p in parts) == fen
    assert {p.department for p in parts} == {"lab"}


@pytest.mark.parametrize("weights", [(), (1,), (1, 0), (1, -1)])
def test_shares_that_are_none(weights: tuple[int, ...]) -> None:
    with pytest.raises(Refused, match="shares_unclear"):
        split_line(taxi(), [Share(w) for w in weights])


def test_each_share_is_charged_to_its_department_and_project() -> None:
    shares = (Share(60, department="east"), Share(40, department="lab", project="apollo"))

    claim, entry = share_line(claim_of(taxi(100)), 0, shares, by("zhang"))

    charges = {c.budget: c.amount_fen for c in charges_of(COMPANY, claim)}
    assert charges["sales-q4"] == 6000
    assert charges["apollo-y"] == 4000
    assert charges["all"] == 10000
    assert dict(entry.fields)["amounts"] == "60.00 40.00"


def test_shares_of_one_voucher_take_it_once() -> None:
    paper = invoice("A", total_fen=10000)
    shares = (Share(1, department="east"), Share(1, department="lab"))

    claim, _ = share_line(claim_of(taxi(100, invoice=paper)), 0, shares, by("zhang"))

    assert identities_of(claim) == ("A",)
    codes = [f.code for f in check_claim(claim, around())]
    assert "duplicate_similar" not in codes
    assert "above_invoices" not in codes


def test_lines_may_not_claim_more_than_their_voucher() -> None:
    paper = invoice("A", total_fen=10000)
    claim = claim_of(taxi(60, invoice=paper), taxi(41, invoice=paper))

    (found,) = find_above_invoices(claim)

    assert (found.code, found.severity, found.line) == ("above_invoices", "block", 0)
    assert (found.field("amount"), found.field("total")) == ("101.00", "100.00")


def test_vouchers_that_nothing_tells_apart_are_not_shared() -> None:
    paper = invoice(None, total_fen=5000)

    assert not list(find_above_invoices(claim_of(*(taxi(50, invoice=paper) for _ in range(2)))))


def test_several_vouchers_of_one_line() -> None:
    lines = taxi(60, invoice=invoice("A", total_fen=6000)), taxi(40, invoice=invoice("B"))
    claim, _ = join_lines(claim_of(*lines), 0, 1, by("zhang"))

    (line,) = claim.lines
    assert line.amount_fen == 10000
    assert [i.identity for i in line.invoices] == ["A", "B"]
    assert identities_of(claim) == ("A", "B")
    assert not list(find_above_invoices(claim_of(replace(line, amount_fen=10500))))
    assert list(find_above_invoices(claim_of(replace(line, amount_fen=10501))))


def test_an_edit_may_use_what_all_vouchers_of_a_line_are_worth() -> None:
    line = replace(taxi(60, invoice=invoice("A", total_fen=6000)), more=(invoice("B"),))

    edited, _ = edit_line(claim_of(line), 0, by("zhang"), amount_fen=10_500)
    assert edited.total_fen == 10_500
    with pytest.raises(Refused, match="above_invoice"):
        edit_line(claim_of(line), 0, by("zhang"), amount_fen=10_501)


def test_an_edit_may_not_use_what_another_line_has_of_a_voucher() -> None:
    paper = invoice("A", total_fen=10_000)
    cut = replace(taxi(30, invoice=paper), asked_fen=4000, cut="超标")
    claim = claim_of(taxi(60, invoice=paper), cut)

    edited, _ = edit_line(claim, 1, by("zhang"), amount_fen=4000)
    assert (edited.lines[1].asked_fen, edited.lines[1].cut) == (None, "")
    with pytest.raises(Refused, match="above_invoice"):
        edit_line(claim, 1, by("zhang"), amount_fen=4001)


def test_every_voucher_of_a_line_is_looked_up() -> None:
    line = replace(taxi(90, invoice=invoice("A")), more=(invoice("B", total_fen=4500),))

    found = check_claim(claim_of(line), around(holders={"B": "BX-20261101-0001"}))

    used = [f for f in found if f.code == "duplicate_invoice"]
    assert [f.field("invoice") for f in used] == ["B"]


def test_a_copy_is_a_new_draft_without_vouchers() -> None:
    line = replace(taxi(45, invoice=invoice("A")), asked_fen=5000, cut="超标")
    source = claim_of(line, state=State.PAID, version=3, urgent="急")

    copied, entry = copy_claim(source, "BX-20261125-0002", by("zhang"), around().today)

    assert (copied.state, copied.version, copied.submitted_at) == (State.DRAFT, 1, None)
    assert (copied.lines[0].invoice, copied.lines[0].asked_fen) == (None, None)
    assert (copied.total_fen, copied.urgent) == (4500, "")
    assert dict(entry.fields) == {"of": source.number}
    with pytest.raises(Refused, match="not_yours"):
        copy_claim(source, "BX-20261125-0003", by("wang"), around().today)


def test_a_supplier_is_said_in_parts_and_its_account_kept_off_the_record() -> None:
    purchase = claim_of(taxi(3000), kind="purchase_request")

    named, _ = set_supplier(purchase, Supplier("京东"), by("zhang"))
    assert "supplier_account" in [f.code for f in check_claim(named, around())]
    whole, entry = set_supplier(named, Supplier("", "6222021234567890", "招商银行"), by("zhang"))

    assert whole.supplier == Supplier("京东", "6222021234567890", "招商银行")
    assert "supplier_account" not in [f.code for f in check_claim(whole, around())]
    assert "6222021234567890" not in repr(entry) + repr(whole.supplier)
    with pytest.raises(Refused, match="no_purchase"):
        set_supplier(claim_of(), Supplier("京东"), by("zhang"))


@pytest.mark.parametrize(
    ("state", "who", "reason", "code"),
    [
        (State.DRAFT, "wang", "x", "not_yours"),
        (State.PAID, "zhang", "x", "wrong_state"),
        (State.DRAFT, "zhang", " ", "reason_missing"),
    ],
)
def test_urgency_that_is_refused(state: State, who: str, reason: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        mark_urgent(claim_of(state=state), reason, by(who))


def test_urgency_is_kept_with_its_reason() -> None:
    change = mark_urgent(claim_of(), "客户明天到", by("zhang"))

    claim: Claim = change.claims[0]
    assert claim.urgent == "客户明天到"
