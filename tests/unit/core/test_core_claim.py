"""The life of a claim: every pair of state and event, and where the money is."""

from itertools import product

import pytest
from core_house import claim_of, taxi
from hypothesis import given
from hypothesis import strategies as st

from core.claim import (
    EDITABLE,
    PREFIXES,
    TRANSITIONS,
    BudgetMove,
    Event,
    Finding,
    State,
    claim_number,
)

LEGAL = {
    ("draft", "edit"): "draft",
    ("draft", "submit"): "in_review",
    ("draft", "discard"): "void",
    ("in_review", "decide"): "in_review",
    ("in_review", "approve"): "approved",
    ("in_review", "reject"): "rejected",
    ("in_review", "return"): "returned",
    ("in_review", "cancel"): "void",
    ("in_review", "withdraw"): "withdrawn",
    ("returned", "edit"): "returned",
    ("returned", "submit"): "in_review",
    ("returned", "discard"): "void",
    ("withdrawn", "edit"): "withdrawn",
    ("withdrawn", "submit"): "in_review",
    ("withdrawn", "discard"): "void",
    ("rejected", "edit"): "rejected",
    ("rejected", "submit"): "in_review",
    ("rejected", "discard"): "void",
    ("approved", "export"): "paying",
    ("approved", "pay"): "paid",
    ("paying", "pay"): "paid",
    ("paying", "fail_payment"): "approved",
    ("in_review", "amend"): "in_review",
    ("approved", "pay_part"): "approved",
    ("paying", "pay_part"): "paying",
    ("approved", "void"): "void",
    ("paid", "bounce"): "approved",
    ("in_review", "restore"): "in_review",
    ("returned", "restore"): "in_review",
    ("rejected", "restore"): "in_review",
    ("approved", "restore"): "in_review",
    ("paid", "restore"): "in_review",
}


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_pair_of_state_and_event(state: State, event: Event) -> None:
    claim = claim_of(state=state)
    to = LEGAL.get((state.value, event.value))

    assert claim.allows(event) is (to is not None)
    if to:
        assert claim.after(event).state == to
    else:
        with pytest.raises(KeyError):
            claim.after(event)


def test_the_table_has_a_row_for_every_state() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {State.DRAFT, State.RETURNED, State.WITHDRAWN, State.REJECTED} == EDITABLE


def _held_after(move: BudgetMove, *, held: bool, consume_on: str) -> bool:
    """Follow the money through one move; holding twice or ending nothing is a fault."""
    ends = {BudgetMove.RELEASE}
    ends.add(BudgetMove.SETTLE if consume_on == "approved" else BudgetMove.PAY)
    if move is BudgetMove.RESERVE:
        assert not held
        return True
    if move is BudgetMove.MOVE:
        assert held
    if move is BudgetMove.RESTORE:
        return True
    if move is BudgetMove.UNDO:
        assert held is (consume_on == "paid")
        return False
    if move in ends:
        assert held
        return False
    return held


@given(st.lists(st.sampled_from(list(Event)), max_size=40), st.sampled_from(["approved", "paid"]))
def test_money_is_held_exactly_while_in_review(events: list[Event], consume_on: str) -> None:
    """A payment that comes back has spent its money already, whatever is paid once more."""
    claim, held, spent = claim_of(), False, False

    for event in events:
        if claim.allows(event) and not (spent and event is Event.PAY):
            move = TRANSITIONS[claim.state][event].budget
            claim = claim.after(event)
            after = "approved" if spent else consume_on
            held = _held_after(move, held=held, consume_on=after)
            spent = spent or claim.state is State.PAID

    waiting = {State.IN_REVIEW}
    waiting |= {State.APPROVED, State.PAYING} if consume_on == "paid" and not spent else set()
    assert held is (claim.state in waiting)


def test_total_hold_and_facts() -> None:
    claim = claim_of(taxi(45), taxi(20), version=2)

    assert claim.total_fen == 6500
    assert claim.hold == "BX-20261125-0001/2"
    assert Finding("x", "warn", fields=(("a", "1"),)).field("a") == "1"
    assert Finding("x", "warn").field("a") == ""


def test_claim_numbers() -> None:
    day = claim_of().created_at.date()

    assert claim_number("reimbursement", day, 7) == "BX-20261125-0007"
    assert claim_number("travel_request", day, 12345) == "CC-20261125-12345"
    assert sorted(PREFIXES.values()) == ["BX", "CC", "CG", "FL", "JK"]
