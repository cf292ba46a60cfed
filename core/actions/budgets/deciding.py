"""Deciding on a change of a budget: the limit moves with the record, or nothing does."""

from dataclasses import replace
from typing import Literal

from core.actions.basics import Cause, audit_of, outgoing
from core.actions.budgets.asking import MAX_REASON, facts_of
from core.budget import BudgetChange
from core.budget.changes import second_people
from core.change import Bar, Change, Move, ShiftLimit
from core.company import Company
from core.errors import Refused
from core.notices import Notice, Say, ShowCard

Decision = Literal["approve", "reject"]


def decide(
    wish: BudgetChange, company: Company, cause: Cause, decision: Decision, opinion: str
) -> Change:
    """Agree to a change or turn it down.

    Refused `own_change` (the requester never decides), `not_allowed`, `change_decided`,
    `reason_missing` for a no without a reason, `no_such_budget`.
    """
    _require_second_person(wish, company, cause)
    if wish.state != "waiting":
        raise Refused("change_decided", number=wish.number, state=wish.state)
    opinion = opinion.strip()[:MAX_REASON]
    if decision == "reject" and not opinion:
        raise Refused("reason_missing", number=wish.number, action="reject")
    moves = _moves(wish, company, cause) if decision == "approve" else ()
    done = replace(
        wish,
        state="approved" if decision == "approve" else "rejected",
        decider=cause.actor,
        decided_at=cause.at,
        opinion=opinion,
    )
    action = "approve_budget_change" if decision == "approve" else "reject_budget_change"
    return Change(
        at=cause.at,
        moves=moves,
        budget_changes=(done,),
        audit=(audit_of(cause, action, wish.number, **facts_of(wish), opinion=opinion),),
        outbox=outgoing(cause, _notices(done, company)),
    )


def _require_second_person(wish: BudgetChange, company: Company, cause: Cause) -> None:
    if cause.actor == wish.requester:
        raise Refused("own_change", number=wish.number)
    budget = company.budget(wish.budget)
    if budget is None:
        raise Refused("no_such_budget", target=wish.budget)
    allowed = {p.id for p in second_people(company, budget, wish.requester)}
    if cause.actor not in allowed:
        raise Refused("not_allowed", action="decide_budget_change")


def _moves(wish: BudgetChange, company: Company, cause: Cause) -> tuple[Move, ...]:
    """Give what comes true: what is taken goes before what is given."""
    if any(company.budget(name) is None for name in wish.budgets):
        raise Refused("no_such_budget", target=wish.to or wish.budget)
    if wish.kind in {"freeze", "unfreeze"}:
        return (Bar(wish.budget, frozen=wish.kind == "freeze"),)
    if wish.kind == "transfer" and wish.to:
        return (
            ShiftLimit(wish.budget, -wish.amount_fen, "transfer", wish.number, cause.actor),
            ShiftLimit(wish.to, wish.amount_fen, "transfer", wish.number, cause.actor),
        )
    kind: Literal["adjust", "request"] = "request" if wish.kind == "request" else "adjust"
    return (ShiftLimit(wish.budget, wish.amount_fen, kind, wish.number, cause.actor),)


def _notices(done: BudgetChange, company: Company) -> list[Notice]:
    """Redraw every card of it; the requester hears, and the owners of what has changed."""
    notices: list[Notice] = [ShowCard(done.requester, done.number, "claim", only_open=True)]
    asked = dict.fromkeys((*done.asked, done.decider or ""))
    notices += [ShowCard(p, done.number, "approval", only_open=True) for p in asked if p]
    facts = {"number": done.number, "person": done.decider or "", "reason": done.opinion}
    fields = tuple(facts.items())
    notices.append(Say(done.requester, f"change_{done.state}", fields))
    if done.state == "approved":
        notices += [Say(p, "change_in_force", fields) for p in _owners(done, company)]
    return notices


def _owners(done: BudgetChange, company: Company) -> list[str]:
    found = (b for name in done.budgets if (b := company.budget(name)))
    known = {done.requester, done.decider}
    return [o for o in dict.fromkeys(o for b in found for o in b.owners) if o not in known]
