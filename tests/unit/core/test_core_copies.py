"""Copies of records are what the standard library would make of them."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from core.claim import TRANSITIONS, Claim, Event, State
from core.copies import changed
from core.payment import Payment

CLAIM = Claim(
    number="BX-20261125-0001",
    company="hq",
    kind="reimbursement",
    state=State.APPROVED,
    employee="zhang",
    department="sales",
    created_at=datetime(2026, 11, 25, tzinfo=UTC),
    purpose="拜访客户",
    revision=3,
    moved=(("a", "b"),),
)


def test_a_copy_differs_in_what_is_named() -> None:
    payment = Payment("P-1", "BX-1", "zhang", "张三", 100, "6222", "招商银行")

    assert changed(CLAIM, revision=4, urgent="明天") == replace(CLAIM, revision=4, urgent="明天")
    assert changed(payment, state="paid") == replace(payment, state="paid")
    assert changed(CLAIM) == CLAIM


def test_a_claim_keeps_all_but_its_state() -> None:
    after = CLAIM.after(Event.EXPORT)

    assert after.state is TRANSITIONS[State.APPROVED][Event.EXPORT].to
    kept = [f.name for f in fields(Claim) if f.name != "state"]
    assert all(getattr(after, name) == getattr(CLAIM, name) for name in kept)


def test_a_field_that_is_none_is_an_error() -> None:
    with pytest.raises(KeyError):
        changed(CLAIM, colour="red")
