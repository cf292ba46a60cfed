"""Voiding: who may, what it gives back, and what it leaves alone."""

from dataclasses import replace

import pytest
from core_house import around, by, claim_of, company_of, taxi

from core.actions.basics import Settings
from core.actions.decision import approve
from core.actions.submission import discard, submit
from core.actions.voiding import Dependents, ask_to_void, void
from core.approval import Plan, Step
from core.change import FreeIdentities, Release, Reverse
from core.claim import Claim, State
from core.errors import Refused
from core.notices import Say
from core.payment import Payment

COMPANY = company_of()
PLAN = Plan((Step("主管", "any", ("wang",)),))


def approved(rules: Settings | None = None, **values: object) -> tuple[Claim, tuple[Claim, ...]]:
    """Approve a claim; gives it and the others of the change."""
    draft = claim_of(taxi(45), **values)
    waiting = replace(submit(draft, around(), by("zhang")).claims[0], plan=PLAN)
    number = "BX-20261125-0099"
    change = approve(waiting, COMPANY, by("wang"), "", rules or Settings(), number)
    return change.claims[0], change.claims[1:]


def test_finance_gives_back_what_was_spent() -> None:
    claim, _ = approved()

    change = void(claim, COMPANY, by("fin1"), "买错了", Dependents())

    assert change.claims[0].state is State.VOID
    assert change.moves == (Reverse(claim.hold),)
    assert change.identities == (FreeIdentities(claim.number),)
    said = [o.notice for o in change.outbox if isinstance(o.notice, Say)]
    assert [(n.person, n.code) for n in said] == [("zhang", "voided")]


def test_its_payment_owes_nothing_any_more() -> None:
    claim, _ = approved()
    payment = Payment("P-1", claim.number, "zhang", "张三", 4500, "", "")

    (cancelled,) = void(claim, COMPANY, by("fin1"), "x", Dependents(payment)).payments
    assert (cancelled.state, cancelled.reason) == ("cancelled", "x")

    with pytest.raises(Refused, match="wrong_state"):
        void(claim, COMPANY, by("fin1"), "x", Dependents(replace(payment, paid_fen=1)))


@pytest.mark.parametrize(
    ("who", "reason", "code"),
    [("wang", "x", "not_allowed"), ("zhang", "x", "not_allowed"), ("fin1", " ", "reason_missing")],
)
def test_voids_that_are_refused(who: str, reason: str, code: str) -> None:
    claim, _ = approved()

    with pytest.raises(Refused, match=code):
        void(claim, COMPANY, by(who), reason, Dependents())


@pytest.mark.parametrize("state", [s for s in State if s is not State.APPROVED])
def test_only_what_is_approved_can_be_void(state: State) -> None:
    claim = replace(approved()[0], state=state)

    with pytest.raises(Refused, match="wrong_state"):
        void(claim, COMPANY, by("fin1"), "x", Dependents())


def test_its_owner_asks_finance() -> None:
    claim, _ = approved()

    change = ask_to_void(claim, COMPANY, by("zhang"), "买错了")

    said = [(o.notice.person, o.notice.code) for o in change.outbox if isinstance(o.notice, Say)]
    assert said == [("fin1", "void_wanted"), ("fin2", "void_wanted"), ("zhang", "void_asked")]
    assert change.claims == ()
    with pytest.raises(Refused, match="not_yours"):
        ask_to_void(claim, COMPANY, by("wang"), "买错了")


def test_a_permission_takes_its_untouched_draft_along() -> None:
    claim, (draft,) = approved(kind="travel_request")

    change = void(claim, COMPANY, by("fin1"), "x", Dependents(follower=draft))

    assert [c.state for c in change.claims] == [State.VOID, State.VOID]
    assert change.moves == (Release(claim.hold),)


def test_a_permission_that_is_claimed_already_stays() -> None:
    claim, (draft,) = approved(kind="travel_request")
    claimed = replace(draft, state=State.IN_REVIEW, carries=None)

    with pytest.raises(Refused, match="claimed_already"):
        void(claim, COMPANY, by("fin1"), "x", Dependents(follower=claimed))


def test_a_permission_whose_draft_was_thrown_away_holds_nothing() -> None:
    claim, (draft,) = approved(kind="purchase_request")
    gone = discard(draft, by("zhang")).claims[0]

    assert void(claim, COMPANY, by("fin1"), "x", Dependents(follower=gone)).moves == ()
