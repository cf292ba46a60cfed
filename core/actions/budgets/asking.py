"""Asking for a change of a budget; nothing moves before a second person agrees."""

from dataclasses import dataclass, replace
from typing import Protocol

from core.actions.basics import Cause, audit_of, outgoing
from core.budget import Balance, BudgetChange
from core.budget.changes import ChangeKind, may_ask, second_people
from core.change import Change
from core.company import Budget, Company, Person
from core.errors import Refused
from core.money import MAX_FEN, format_yuan
from core.notices import Notice, ShowCard

MAX_REASON = 500
"""Characters of a reason that are kept."""
WITHOUT_AMOUNT = frozenset({"freeze", "unfreeze"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked: `amount_fen` is what the limit gains, negative when it loses.

    A transfer takes it from `budget` and gives it to `to`.
    """

    kind: ChangeKind
    budget: str
    reason: str
    amount_fen: int = 0
    to: str | None = None


class Balances(Protocol):
    """Budgets as they are now, by id."""

    def get(self, name: str, /) -> Balance | None:
        """Give one of them, None when there is none."""
        ...


def ask(number: str, wanted: Wanted, company: Company, balances: Balances, cause: Cause) -> Change:
    """Write a wish down and ask those who may agree to it.

    Refused `no_such_budget`, `not_allowed`, `change_reason_missing`, `change_amount`,
    `change_nothing`, `budget` (more is taken than is left), `no_second_person`.
    """
    person = _asker(company, cause)
    budgets = [_budget(company, name) for name in (wanted.budget, wanted.to) if name]
    if not may_ask(company, person, budgets):
        raise Refused("not_allowed", action="change_budget")
    reason = wanted.reason.strip()[:MAX_REASON]
    if not reason:
        raise Refused("change_reason_missing", budget=wanted.budget)
    _check_amount(wanted)
    _check_state(wanted, balances)
    asked = second_people(company, budgets[0], person.id)
    if not asked:
        raise Refused("no_second_person", budget=wanted.budget)
    wish = BudgetChange(
        number=number,
        kind=wanted.kind,
        budget=wanted.budget,
        requester=person.id,
        created_at=cause.at,
        reason=reason,
        amount_fen=wanted.amount_fen,
        to=wanted.to,
        asked=tuple(p.id for p in asked),
    )
    notices: list[Notice] = [ShowCard(person.id, number, "claim")]
    notices += [ShowCard(p, number, "approval", fresh=True) for p in wish.asked]
    return Change(
        at=cause.at,
        budget_changes=(wish,),
        audit=(audit_of(cause, "ask_budget_change", number, **facts_of(wish)),),
        outbox=outgoing(cause, notices),
    )


def _asker(company: Company, cause: Cause) -> Person:
    person = company.person(cause.actor)
    if person is None or not person.active:
        raise Refused("not_allowed", action="change_budget")
    return person


def _budget(company: Company, name: str) -> Budget:
    budget = company.budget(name)
    if budget is None:
        raise Refused("no_such_budget", target=name)
    return budget


def _check_amount(wanted: Wanted) -> None:
    if wanted.kind in WITHOUT_AMOUNT:
        return
    if abs(wanted.amount_fen) > MAX_FEN or (wanted.kind != "adjust" and wanted.amount_fen <= 0):
        raise Refused("change_amount", budget=wanted.budget)
    if wanted.amount_fen == 0 or wanted.budget == wanted.to:
        raise Refused("change_nothing", budget=wanted.budget)


def _check_state(wanted: Wanted, balances: Balances) -> None:
    """Refuse what could not come true now; the ledger asks again when it does."""
    balance = balances.get(wanted.budget)
    if balance is None:
        return
    if wanted.kind in WITHOUT_AMOUNT and balance.frozen == (wanted.kind == "freeze"):
        raise Refused("change_nothing", budget=wanted.budget)
    taken = wanted.amount_fen if wanted.kind == "transfer" else -wanted.amount_fen
    left = balance.left_fen
    if wanted.kind not in WITHOUT_AMOUNT and taken > max(0, left):
        raise Refused(
            "change_too_much",
            budget=wanted.budget,
            amount=format_yuan(taken),
            available=format_yuan(left),
        )


def facts_of(wish: BudgetChange) -> dict[str, str]:
    """Give what the record keeps of a wish."""
    facts = {
        "kind": wish.kind,
        "budget": wish.budget,
        "to": wish.to or "",
        "amount": format_yuan(wish.amount_fen),
        "requester": wish.requester,
        "reason": wish.reason,
    }
    return {name: value for name, value in facts.items() if value}


def take_back(wish: BudgetChange, cause: Cause) -> Change:
    """Let the requester take a wish back; Refused `not_yours` or `change_decided`."""
    if cause.actor != wish.requester:
        raise Refused("not_yours", number=wish.number)
    if wish.state != "waiting":
        raise Refused("change_decided", number=wish.number, state=wish.state)
    taken = replace(wish, state="withdrawn", decided_at=cause.at)
    notices: list[Notice] = [ShowCard(wish.requester, wish.number, "claim", only_open=True)]
    notices += [ShowCard(p, wish.number, "approval", only_open=True) for p in wish.asked]
    return Change(
        at=cause.at,
        budget_changes=(taken,),
        audit=(audit_of(cause, "take_back_budget_change", wish.number),),
        outbox=outgoing(cause, notices),
    )
