"""Which systems are made to do what: only those that keep documents hear of claims and payments."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.change import Change
from core.happenings import happened
from core.outside import Role
from core.subscriptions import Subscription
from core.voucher import Voucher, VoucherState

NOW = datetime(2026, 11, 25, tzinfo=UTC)
VOUCHER = Voucher("V-BX-1-1", "approval", "BX-1", "hq", date(2026, 11, 25), NOW, amount_fen=100)


@pytest.mark.parametrize(
    ("role", "event", "call"),
    [
        ("claims", "claim.approved", "claims.push"),
        ("claims", "claim.voided", "claims.take_back"),
        ("claims", "claim.paid", None),
        ("payment", "claim.paid", "payment.report"),
        ("payment", "payment.failed", "payment.report"),
        ("payment", "claim.approved", None),
        ("approval", "claim.approved", None),
        ("voucher", "voucher.created", None),
    ],
)
def test_a_role_says_what_is_done_at_an_event(role: Role, event: str, call: str | None) -> None:
    assert Subscription("hose", role, keeps=True).call_for(event) == call
    assert Subscription("filedrop", role).call_for(event) is None


@pytest.mark.parametrize(
    ("state", "taken_by", "names"),
    [
        ("open", "", ["voucher.created"]),
        ("open", "kingdee", []),
        ("refused", "", []),
        ("void", "", ["voucher.cancelled"]),
        ("void", "kingdee", ["voucher.cancelled"]),
        ("posted", "", []),
    ],
)
def test_a_voucher_is_told_when_it_may_be_posted_and_when_it_may_no_more(
    state: VoucherState, taken_by: str, names: list[str]
) -> None:
    change = Change(at=NOW, vouchers=(replace(VOUCHER, state=state, taken_by=taken_by),))

    assert [event.name for event in happened(change)] == names
