"""Settlement: payments go out, arrive or bounce."""

from dataclasses import replace
from typing import Literal

import pytest
from core_house import NUMBER, by, claim_of, company_of

from core.actions.basics import Settings
from core.actions.outcome import payments_of
from core.actions.settlement import export, fail, pay, require_payer
from core.change import Consume
from core.claim import Claim, State
from core.errors import Refused
from core.notices import Say
from core.payment import Payment, mask_account

RULES = Settings()


def owed(state: State = State.APPROVED) -> tuple[Claim, Payment]:
    claim = claim_of(state=state)
    return claim, payments_of(claim, company_of())[0]


@pytest.mark.parametrize("actor", ["cash", "fin1"])
def test_cashier_and_finance_settle(actor: str) -> None:
    assert require_payer(company_of(), claim_of(), actor) is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize("actor", ["zhang", "wang", "adm", "nobody"])
def test_nobody_else_settles(actor: str) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        require_payer(company_of(), claim_of(), actor)


def test_nobody_pays_themselves_and_nobody_pays_who_has_left() -> None:
    with pytest.raises(Refused, match="own_claim"):
        require_payer(company_of(), claim_of(employee="cash"), "cash")
    left = tuple(p.model_copy(update={"active": False}) for p in company_of().people)
    with pytest.raises(Refused, match="not_allowed"):
        require_payer(company_of().model_copy(update={"people": left}), claim_of(), "cash")


def test_an_exported_payment_is_on_its_way() -> None:
    change = export(*owed(), "batch-1", by("cash"))

    assert change.claims[0].state is State.PAYING
    assert (change.payments[0].state, change.payments[0].batch) == ("exported", "batch-1")
    assert change.moves == ()


def test_nothing_is_exported_twice() -> None:
    with pytest.raises(Refused, match="wrong_state"):
        export(*owed(State.PAYING), "batch-2", by("cash"))


@pytest.mark.parametrize("state", [State.APPROVED, State.PAYING])
def test_a_payment_arrives_and_the_employee_is_told(state: State) -> None:
    change = pay(*owed(state), by("cash"), RULES, "流水123")

    assert change is not None
    assert change.claims[0].state is State.PAID
    assert (change.payments[0].state, change.payments[0].reference) == ("paid", "流水123")
    assert change.moves == (Consume(f"{NUMBER}/1", if_live=True),)
    assert Say("zhang", "paid", (("number", NUMBER),)) in [o.notice for o in change.outbox]


@pytest.mark.parametrize("consume_on", ["approved", "paid"])
def test_payment_spends_what_is_still_held_whatever_the_setting_is_by_then(
    consume_on: Literal["approved", "paid"],
) -> None:
    claim, payment = owed()

    held = pay(claim, payment, by("cash"), Settings(consume_on=consume_on))
    spent = pay(
        replace(claim, spent=(("all", 4500),)), payment, by("cash"), Settings(consume_on=consume_on)
    )

    assert held is not None
    assert held.moves == (Consume(f"{NUMBER}/1", if_live=True),)
    assert spent is not None
    assert spent.moves == ()


def test_a_payment_arrives_once() -> None:
    claim, payment = owed(State.PAID)

    assert pay(claim, replace(payment, state="paid"), by("cash"), RULES) is None


@pytest.mark.parametrize("state", [State.DRAFT, State.IN_REVIEW, State.REJECTED, State.VOID])
def test_only_what_is_approved_is_paid(state: State) -> None:
    with pytest.raises(Refused, match="wrong_state"):
        pay(*owed(state), by("cash"), RULES)


@pytest.mark.parametrize("state", [State.APPROVED, State.PAYING])
def test_a_payment_that_bounces_is_owed_again(state: State) -> None:
    change = fail(*owed(state), by("cash"), "户名不符")

    assert change is not None
    claim, payment = change.claims[0], change.payments[0]
    assert (claim.state, payment.state, payment.reason) == (State.APPROVED, "failed", "户名不符")
    said = [o.notice.code for o in change.outbox if isinstance(o.notice, Say)]
    assert said == ["payment_failed"]
    again = export(claim, payment, "batch-2", by("cash"))
    assert again.payments[0].state == "exported"


def test_a_bounce_is_noted_once_and_never_after_payment() -> None:
    claim, payment = owed()
    bounced = replace(payment, state="failed", reason="x")
    paid = replace(payment, state="paid")

    assert fail(claim, bounced, by("cash"), "x") is None
    with pytest.raises(Refused, match="wrong_state"):
        fail(claim_of(state=State.PAID), paid, by("cash"), "x")


@pytest.mark.parametrize(
    ("account", "masked"),
    [("6222021234567890", "************7890"), ("7890", "7890"), ("", "")],
)
def test_an_account_is_shown_masked(account: str, masked: str) -> None:
    assert mask_account(account) == masked
