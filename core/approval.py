"""Who must agree: a plan computed at submission and stored with the claim."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from core.company import Company, Flow, FlowStep, Mode, Person
from core.errors import Refused
from core.rules import Facts, holds

Verdict = Literal["approve", "reject", "return", "transfer", "add_signer"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided, with the message or click that proves it in `source`."""

    approver: str
    decision: Verdict
    reason: str
    at: datetime
    source: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a plan: the people asked (in order for `sequence`) and what they decided."""

    name: str
    mode: Mode
    approvers: tuple[str, ...]
    decisions: tuple[Decision, ...] = ()
    system: str | None = None

    def agreed(self) -> frozenset[str]:
        """The people who have approved this step."""
        return frozenset(d.approver for d in self.decisions if d.decision == "approve")

    def waiting(self) -> tuple[str, ...]:
        """The people whose decision is still needed."""
        left = tuple(p for p in self.approvers if p not in self.agreed())
        if self.mode == "any":
            return () if self.agreed() else left
        return left[:1] if self.mode == "sequence" else left


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one submission; `current` is the index of the step that waits."""

    steps: tuple[Step, ...]
    current: int = 0

    @property
    def done(self) -> bool:
        """Whether every step has agreed."""
        return self.current >= len(self.steps)

    def waiting(self) -> tuple[str, ...]:
        """The people whose turn it is."""
        return () if self.done else self.steps[self.current].waiting()

    def people(self) -> frozenset[str]:
        """Everybody whom the plan has asked or will ask."""
        return frozenset(p for step in self.steps for p in step.approvers)


@dataclass(frozen=True, slots=True)
class Applicant:
    """What the plan must know of a claim: whose it is and where it is charged."""

    employee: Person
    department: str
    project: str | None
    budget_owners: tuple[str, ...]


def build_plan(company: Company, applicant: Applicant, facts: Facts) -> Plan:
    """Compute the steps for a claim from the first flow whose condition holds.

    A step's condition that fails to evaluate counts as true: the step is asked rather than
    skipped. Refused `no_flow` (also when a flow's condition fails: the flow meant may be another)
    or `no_approver` (with the step's name) is a visible stop for the administrator, never silent
    approval (design §4).
    """
    flow = _flow_for(company, facts)
    steps = tuple(
        _build_step(company, applicant, step) for step in flow.steps if _applies(step.when, facts)
    )
    if not steps:
        raise Refused("no_approver", step=flow.id)
    return _skip_agreed(Plan(steps))


def _flow_for(company: Company, facts: Facts) -> Flow:
    for flow in company.flows:
        try:
            if holds(flow.when, facts):
                return flow
        except ValueError as error:
            raise Refused("no_flow", flow=flow.id) from error
    raise Refused("no_flow")


def _applies(when: str, facts: Facts) -> bool:
    try:
        return holds(when, facts)
    except ValueError:
        return True


def _build_step(company: Company, applicant: Applicant, step: FlowStep) -> Step:
    if step.system:
        return Step(step.name, step.mode, (), system=step.system)
    found = tuple(p for rule in step.approvers for p in _resolve(company, applicant, rule))
    people = tuple(dict.fromkeys(p for p in found if p != applicant.employee.id))
    if not people:
        raise Refused("no_approver", step=step.name)
    return Step(step.name, step.mode, people)


def _resolve(company: Company, applicant: Applicant, rule: str) -> tuple[str, ...]:
    word, _, argument = rule.partition(":")
    if word == "manager":
        return _manager(company, applicant.employee, int(argument or 1))
    if word == "department_head":
        return _head(company, applicant)
    if word == "role":
        return tuple(p.id for p in company.with_role(argument))
    if word == "person":
        return _active(company, argument)
    if word == "project_owner":
        project = company.project(applicant.project) if applicant.project else None
        return _active(company, project.owner) if project else ()
    return tuple(p for owner in applicant.budget_owners for p in _active(company, owner))


def _active(company: Company, person_id: str | None) -> tuple[str, ...]:
    person = company.person(person_id) if person_id else None
    return (person.id,) if person and person.active else ()


def _manager(company: Company, person: Person, level: int) -> tuple[str, ...]:
    """Walk up the managers; one who has left is replaced by the next above."""
    seen = {person.id}
    current = person
    while level and current.manager and current.manager not in seen:
        seen.add(current.manager)
        above = company.person(current.manager)
        if above is None:
            return ()
        current = above
        level -= 1 if above.active else 0
    return () if level else (current.id,)


def _head(company: Company, applicant: Applicant) -> tuple[str, ...]:
    """Find the nearest head above who is not the applicant and still works here."""
    for step in company.ancestry(applicant.department):
        row = company.department(step)
        head = _active(company, row.head) if row else ()
        if head and head[0] != applicant.employee.id:
            return head
    return ()


def decide(plan: Plan, decision: Decision) -> Plan:
    """Record one person's approval and move on when the step has agreed.

    Refused `not_your_turn` when the plan does not wait for this person.
    """
    if decision.approver not in plan.waiting():
        raise Refused("not_your_turn")
    return _skip_agreed(_record(plan, decision))


def _record(plan: Plan, decision: Decision) -> Plan:
    step = plan.steps[plan.current]
    step = replace(step, decisions=(*step.decisions, decision))
    return _with_step(plan, step)


def _with_step(plan: Plan, step: Step) -> Plan:
    steps = (*plan.steps[: plan.current], step, *plan.steps[plan.current + 1 :])
    return replace(plan, steps=steps)


def close(plan: Plan, decision: Decision) -> Plan:
    """Record a rejection or return, which ends the plan where it stands."""
    if decision.approver not in plan.waiting():
        raise Refused("not_your_turn")
    return _record(plan, decision)


def _skip_agreed(plan: Plan) -> Plan:
    """Move past agreed steps; who approved one step is not asked again by the next."""
    while not plan.done:
        step = plan.steps[plan.current]
        if step.system or step.waiting():
            return plan
        plan = _inherit(replace(plan, current=plan.current + 1), step)
    return plan


def _inherit(plan: Plan, before: Step) -> Plan:
    if plan.done:
        return plan
    step = plan.steps[plan.current]
    carried = tuple(
        replace(d, reason="same_approver")
        for d in before.decisions
        if d.decision == "approve" and d.approver in step.approvers
    )
    return _with_step(plan, replace(step, decisions=(*step.decisions, *carried)))


def transfer(plan: Plan, decision: Decision, to: str) -> Plan:
    """Hand one person's turn to another; Refused `not_your_turn` or `already_approver`."""
    if decision.approver not in plan.waiting():
        raise Refused("not_your_turn")
    step = plan.steps[plan.current]
    if to in step.approvers:
        raise Refused("already_approver", person=to)
    people = tuple(to if p == decision.approver else p for p in step.approvers)
    return _record(_with_step(plan, replace(step, approvers=people)), replace(decision, to=to))


def add_signer(plan: Plan, decision: Decision, to: str) -> Plan:
    """Ask one more person once the step has agreed; who adds them must still agree too.

    Refused `not_your_turn`, or `already_approver` when the step or the next one asks them anyway.
    """
    if decision.approver not in plan.waiting():
        raise Refused("not_your_turn")
    step = plan.steps[plan.current]
    at = plan.current + 1
    alone_next = any(after.approvers == (to,) for after in plan.steps[at : at + 1])
    if to in step.approvers or alone_next:
        raise Refused("already_approver", person=to)
    extra = Step(step.name, "all", (to,))
    plan = _record(plan, replace(decision, to=to))
    return replace(plan, steps=(*plan.steps[:at], extra, *plan.steps[at:]))
