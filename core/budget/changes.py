"""Changes of budgets after the company's file: who may ask for one, and who else must agree."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from core.company import Budget, Company, Person

ChangeKind = Literal["adjust", "transfer", "request", "freeze", "unfreeze"]
ChangeState = Literal["waiting", "approved", "rejected", "withdrawn"]

PREFIX = "YS"
_NUMBER = re.compile(rf"{PREFIX}-\d{{8}}-\d{{4,6}}")

KEEPERS = frozenset({"budget_admin", "finance"})
"""Roles that look after every budget."""


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """A wish to change a budget; it comes true when a second person agrees.

    `amount_fen` is what the limit of `budget` gains (negative: loses) by an adjustment or request;
    by a transfer it goes from `budget` to `to`. `asked` are the people who were shown it.
    """

    number: str
    kind: ChangeKind
    budget: str
    requester: str
    created_at: datetime
    reason: str
    amount_fen: int = 0
    to: str | None = None
    asked: tuple[str, ...] = ()
    state: ChangeState = "waiting"
    decider: str | None = None
    decided_at: datetime | None = None
    opinion: str = ""
    revision: int = 0

    @property
    def budgets(self) -> tuple[str, ...]:
        """The budgets that it concerns."""
        return (self.budget, self.to) if self.to else (self.budget,)


@dataclass(frozen=True, slots=True)
class LimitVersion:
    """A limit as it was put in force; `source` is the company file or the change behind it."""

    budget: str
    version: int
    limit_fen: int
    kind: Literal["file", "adjust", "transfer", "request"]
    source: str
    actor: str
    at: datetime


def change_number(day: date, sequence: int) -> str:
    """Write the number of a change: YS-20261125-0001."""
    return f"{PREFIX}-{day:%Y%m%d}-{sequence:04d}"


def is_change_number(text: str | None) -> bool:
    """Whether a number is that of a change of a budget, not of a claim."""
    return bool(text and _NUMBER.fullmatch(text))


def may_ask(company: Company, person: Person, budgets: Iterable[Budget]) -> bool:
    """Whether somebody may ask for a change of any of these budgets.

    Those who look after all of them, their owners, the heads of their departments and those above,
    and the owners of their projects.
    """
    if not person.active:
        return False
    return bool(KEEPERS.intersection(person.roles)) or any(
        person.id in answering_for(company, budget) for budget in budgets
    )


def answering_for(company: Company, budget: Budget) -> frozenset[str]:
    """Give the people who answer for a budget: owners, heads of departments, project owner."""
    above = company.ancestry(budget.department) if budget.department else ()
    heads = [row.head for i in above if (row := company.department(i))]
    project = company.project(budget.project) if budget.project else None
    owner = project.owner if project else None
    return frozenset(p for p in (*budget.owners, *heads, owner) if p)


def second_people(company: Company, budget: Budget, requester: str) -> tuple[Person, ...]:
    """Give who may agree to a change that `requester` wants: never the requester.

    Budget administrators first, then other owners of the budget that gives, then finance.
    """
    found = (
        *company.with_role("budget_admin"),
        *(p for o in budget.owners if (p := company.person(o)) and p.active),
        *company.with_role("finance"),
    )
    return tuple(dict.fromkeys(p for p in found if p.id != requester))
