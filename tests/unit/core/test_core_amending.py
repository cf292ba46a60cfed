"""Changes in review: who may, what stays on the record, and that nothing is lost or doubled."""

from dataclasses import replace

import pytest
from core_house import around, by, claim_of, company_of, invoice, taxi
from hypothesis import given
from hypothesis import strategies as st

from core.actions.amending import amend_line, hold_line, reduce_line
from core.actions.submission import submit
from core.approval import Plan, Step
from core.budget import charges_of
from core.change import Change, Release, Reserve
from core.claim import Claim, Line, State
from core.company import Company
from core.errors import Refused
from core.notices import Say, ShowCard
from core.wallet import WalletCard

COMPANY = company_of()
CHILD = "BX-20261125-0099"


def in_review(*lines: Line, may_change: tuple[str, ...] | None = None) -> Claim:
    change = submit(claim_of(*lines), around(), by("zhang"))
    step = Step("主管", "any", ("wang", "fin1"), may_change=may_change)  # type: ignore[arg-type]
    return replace(change.claims[0], plan=Plan((step,)))


def reserved(change: Change) -> dict[str, int]:
    """Sum what the holds of a change set aside, by budget."""
    sums: dict[str, int] = {}
    for move in change.moves:
        if isinstance(move, Reserve):
            for charge in move.hold.charges:
                sums[charge.budget] = sums.get(charge.budget, 0) + charge.amount_fen
    return sums


def test_a_reduction_keeps_what_was_asked_and_why() -> None:
    claim = in_review(taxi(45), taxi(20))

    change = reduce_line(claim, COMPANY, by("wang"), 0, 4000, "超标")

    (after,) = change.claims
    line = after.lines[0]
    assert (line.amount_fen, line.asked_fen, line.cut) == (4000, 4500, "超标")
    assert (after.version, after.state) == (claim.version + 1, State.IN_REVIEW)
    assert change.moves[0] == Release(claim.hold)
    assert isinstance(change.moves[1], Reserve)
    assert change.moves[1].sure
    assert reserved(change) == {c.budget: c.amount_fen for c in charges_of(COMPANY, after)}
    assert dict(change.audit[0].fields)["before"] == "45.00"


def test_a_second_reduction_remembers_the_first_amount() -> None:
    once = reduce_line(in_review(taxi(45)), COMPANY, by("wang"), 0, 4000, "超标").claims[0]

    twice = reduce_line(once, COMPANY, by("wang"), 0, 3000, "还是超标").claims[0]

    assert (twice.lines[0].asked_fen, twice.lines[0].amount_fen) == (4500, 3000)


def test_everybody_sees_a_reduction() -> None:
    change = reduce_line(in_review(taxi(45)), COMPANY, by("wang"), 0, 4000, "超标")

    notices = [o.notice for o in change.outbox]
    cards = {(n.person, n.purpose, n.fresh) for n in notices if isinstance(n, ShowCard)}
    assert {("wang", "approval", True), ("fin1", "approval", True)} <= cards
    assert ("zhang", "claim", False) in cards
    assert [n.code for n in notices if isinstance(n, Say)] == ["line_reduced"]


@pytest.mark.parametrize(
    ("who", "to_fen", "reason", "code"),
    [
        ("zhang", 4000, "超标", "own_claim"),
        ("li", 4000, "超标", "not_your_turn"),
        ("wang", 4500, "超标", "not_less"),
        ("wang", -1, "超标", "not_less"),
        ("wang", 4000, "  ", "reason_missing"),
        ("wang", 0, "超标", "nothing_left"),
    ],
)
def test_reductions_that_are_refused(who: str, to_fen: int, reason: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        reduce_line(in_review(taxi(45)), COMPANY, by(who), 0, to_fen, reason)


def test_a_step_may_not_be_allowed_to_reduce() -> None:
    with pytest.raises(Refused, match="not_allowed"):
        reduce_line(in_review(taxi(45), may_change=()), COMPANY, by("wang"), 0, 4000, "超标")


def test_only_a_claim_in_review_is_reduced() -> None:
    claim = replace(in_review(taxi(45)), state=State.RETURNED)

    with pytest.raises(Refused, match="wrong_state"):
        reduce_line(claim, COMPANY, by("wang"), 0, 4000, "超标")


def test_a_correction_asks_the_budgets_again() -> None:
    claim = in_review(taxi(45), may_change=("category", "project"))

    change = amend_line(claim, COMPANY, by("wang"), 0, {"project": "apollo"})

    (after,) = change.claims
    assert after.lines[0].project == "apollo"
    assert after.version == claim.version + 1
    assert reserved(change)["apollo-y"] == 4500
    assert not any(m.sure for m in change.moves if isinstance(m, Reserve))
    assert "apollo" in dict(change.audit[0].fields)["project"]


@pytest.mark.parametrize("field", ["amount_fen", "description", "invoice"])
def test_a_correction_needs_its_right(field: str) -> None:
    claim = in_review(taxi(45), may_change=("category",))

    with pytest.raises(Refused, match="not_allowed"):
        amend_line(claim, COMPANY, by("wang"), 0, {field: None})


def test_nobody_corrects_their_own_claim() -> None:
    with pytest.raises(Refused, match="own_claim"):
        amend_line(in_review(taxi(45)), COMPANY, by("zhang"), 0, {"category": "meal"})


def test_a_held_line_takes_what_is_its_own() -> None:
    card = WalletCard("card-2", "code-2", "openid")
    papers = invoice("A", file="f1"), invoice("B", file="f2", card=card)
    claim = in_review(taxi(45, invoice=papers[0]), taxi(20, invoice=papers[1]))

    change = hold_line(claim, COMPANY, by("wang"), 1, "等发票", CHILD)

    rest, apart = change.claims
    assert (rest.total_fen, apart.total_fen) == (4500, 2000)
    assert (apart.number, apart.revision, apart.split_from) == (CHILD, 0, claim.number)
    assert apart.paused == "等发票"
    assert (rest.wallet, apart.wallet) == ((), (card,))
    assert apart.plan == claim.plan
    assert apart.findings == tuple(f for f in apart.findings if f.line in {None, 0})


def test_lines_of_one_voucher_stay_together() -> None:
    paper = invoice("A")
    lines = taxi(20, invoice=paper), taxi(45), taxi(25, invoice=paper)
    claim = in_review(*lines)

    rest, apart = hold_line(claim, COMPANY, by("wang"), 0, "核对", CHILD).claims

    assert [x.amount_fen for x in rest.lines] == [4500]
    assert [x.amount_fen for x in apart.lines] == [2000, 2500]


def test_the_only_line_cannot_be_held() -> None:
    with pytest.raises(Refused, match="only_line"):
        hold_line(in_review(taxi(45)), COMPANY, by("wang"), 0, "核对", CHILD)


@given(
    st.lists(st.integers(1, 20), min_size=2, max_size=6),
    st.integers(0, 5),
    st.sampled_from([COMPANY]),
)
def test_holding_a_line_keeps_every_budgets_sum(
    amounts: list[int], place: int, company: Company
) -> None:
    claim = in_review(*(taxi(yuan) for yuan in amounts))

    change = hold_line(claim, company, by("wang"), place % len(amounts), "核对", CHILD)

    rest, apart = change.claims
    assert rest.total_fen + apart.total_fen == claim.total_fen
    assert reserved(change) == dict(claim.held)
