"""Which systems are made to do what: only those that keep documents hear of claims and payments."""

import pytest

from core.outside import Role
from core.subscriptions import Subscription


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
