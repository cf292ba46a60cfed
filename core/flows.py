"""Approval flows and working time as a company writes them (contract §3, `docs/*/flows.md`)."""

from datetime import date, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from core.calendar import MAX_HOURS, WorkCalendar
from core.rows import Entry, Id, When, Yuan

Mode = Literal["any", "all", "sequence"]
HiddenPart = Literal["lines", "vouchers", "budgets", "findings"]
ChangeRight = Literal["amount", "category", "project", "date", "description", "rate"]
CcMoment = Literal["submit", "approve", "both"]
OwnClaim = Literal["manager", "department_head", "stop"]
SameApprover = Literal["adjacent", "once", "always"]
Resubmit = Literal["start", "return"]

Rule = Annotated[
    str,
    Field(
        pattern=r"^(manager(:[1-9])?|department_head|project_owner|budget_owner"
        r"|role:[a-z_]+|person:.+)$"
    ),
]
"""Who is meant: a person, the holders of a role, or somebody's place above the applicant."""


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


class FlowStep(Entry):
    """One step of a flow, decided by people or by another system.

    `up_to` is what those asked may approve by themselves: above it the next level is asked after
    them, above the second amount the one after that. `cc` are told once the step has agreed.
    `hours` are the working hours until it is overdue. `hides` is what those asked do not see,
    `may_change` what they may change; amounts only down, but as a corrected `rate` has it.
    """

    name: str = Field(min_length=1)
    approvers: tuple[Rule, ...] = ()
    mode: Mode = "any"
    when: When = "true"
    system: str | None = None
    up_to: Annotated[tuple[Yuan, ...], BeforeValidator(_listed)] = ()
    cc: tuple[Rule, ...] = ()
    hours: float | None = Field(default=None, gt=0, le=MAX_HOURS)
    hides: tuple[HiddenPart, ...] = ()
    may_change: tuple[ChangeRight, ...] | None = None


class Flow(Entry):
    """The steps for claims that its condition selects; the first flow that holds is taken.

    People read its `name`, if it has one.
    `cc` are told at `cc_at`. Clean claims up to `auto_approve_up_to` need nobody, None asks for
    every one. `own_claim` says who decides where a step would ask the applicant alone.
    `same_approver` says when somebody's agreement counts again: in the next step, in every later
    one, or never. `resubmit` is where a returned claim goes on when the return does not say.
    """

    id: Id
    when: When = "true"
    steps: tuple[FlowStep, ...] = Field(min_length=1)
    cc: tuple[Rule, ...] = ()
    cc_at: CcMoment = "both"
    auto_approve_up_to: Yuan | None = Field(default=None, ge=0)
    own_claim: OwnClaim = "manager"
    same_approver: SameApprover = "adjacent"
    resubmit: Resubmit = "start"
    name: str = Field(default="", max_length=40)


class CalendarRules(Entry):
    """The company's own working days, days off and hours of a working day."""

    workdays: tuple[date, ...] = ()
    holidays: tuple[date, ...] = ()
    hours: str = Field(default="09:00-18:00", pattern=r"^\d\d:\d\d-\d\d:\d\d$")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        begins, ends = self._span()
        if begins >= ends:
            raise ValueError("a working day begins before it ends, like 09:00-18:00")
        both = set(self.workdays) & set(self.holidays)
        if both:
            raise ValueError(f"{min(both)} cannot be worked and off")
        return self

    def _span(self) -> tuple[time, time]:
        begins, _, ends = self.hours.partition("-")
        return time.fromisoformat(begins), time.fromisoformat(ends)

    def in_zone(self, zone: ZoneInfo) -> WorkCalendar:
        """Give the calendar to count with."""
        begins, ends = self._span()
        return WorkCalendar(zone, begins, ends, frozenset(self.workdays), frozenset(self.holidays))
