"""From a flow to people: who is asked for a claim, and who is asked instead when people are away.

A plan is computed once, at submission. Afterwards only two things move it without a decision:
somebody left the company, or somebody stands in for somebody (design §4); `settle` does both.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.approval import SYSTEM, Decision, Plan, StandIn, Step, skip_agreed, with_step
from core.calendar import CHINA, add_working_hours
from core.company import Company, Person
from core.delegation import Delegation, find_delegate
from core.errors import Refused
from core.flows import Flow, FlowStep
from core.rules import Facts, holds

MAX_ABOVE = 20
"""How many levels are looked for somebody above; companies have fewer."""
LEFT = "left"
"""The reason of a turn that was re-routed because its person is no longer here."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """What the plan must know of a claim: whose it is, who wrote it, and where it is charged."""

    employee: Person
    department: str
    project: str | None
    budget_owners: tuple[str, ...]
    filed_by: str | None = None

    @property
    def barred(self) -> frozenset[str]:
        """Those who are never asked: the applicant, and whoever filed the claim for them."""
        return frozenset({self.employee.id, self.filed_by or self.employee.id})


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is here and who stands in for whom."""

    company: Company
    delegations: tuple[Delegation, ...] = ()
    zone: ZoneInfo = CHINA


@dataclass(frozen=True, slots=True)
class Matter:
    """What settling a plan must know of its claim: who must not decide on it, and what it is."""

    owners: frozenset[str]
    kind: str


def build_plan(company: Company, applicant: Applicant, facts: Facts) -> Plan:
    """Compute the steps for a claim from the first flow whose condition holds.

    A step's condition that fails to evaluate counts as true: the step is asked rather than
    skipped. Refused `no_flow` (also when a flow's condition fails: the flow meant may be another)
    or `no_approver` (with the step's name) is a visible stop for the administrator, never silent
    approval (design §4).
    """
    flow = flow_for(company, facts)
    chosen = [step for step in flow.steps if _applies(step.when, facts)]
    desk = _Desk(company, applicant, flow, facts)
    steps = tuple(made for step in chosen for made in desk.build(step))
    if not steps:
        raise Refused("no_approver", step=flow.id)
    plan = Plan(
        steps,
        flow=flow.id,
        chain=tuple((s.name, s.approvers) for s in steps),
        same_approver=flow.same_approver,
        resubmit=flow.resubmit,
        cc=desk.told(flow.cc),
        cc_at=flow.cc_at,
    )
    return skip_agreed(plan)


def flow_for(company: Company, facts: Facts) -> Flow:
    """Find the flow of a claim; Refused `no_flow`."""
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


@dataclass(frozen=True, slots=True)
class _Desk:
    """Builds the steps of one claim."""

    company: Company
    applicant: Applicant
    flow: Flow
    facts: Facts

    def build(self, step: FlowStep) -> Iterator[Step]:
        """Give a step, and one for each further level that its limits call for."""
        if step.system:
            yield Step(step.name, step.mode, (), system=step.system, cc=self.told(step.cc))
            return
        people = self._seats(step)
        exceeded = [limit for limit in step.up_to if self._total_fen() > limit]
        names = [step.name + " ↑" * level for level in range(len(exceeded) + 1)]
        for level, name in enumerate(names):
            if level:
                people = self._next_level(people, name)
            last = level == len(exceeded)
            yield Step(
                name,
                step.mode,
                people,
                cc=self.told(step.cc) if last else (),
                hours=step.hours,
                hides=step.hides,
                may_change=step.may_change,
            )

    def _total_fen(self) -> int:
        return int(100 * Decimal(str(self.facts["total"])))

    def _seats(self, step: FlowStep) -> tuple[str, ...]:
        """Give those whom a step asks, never the applicant."""
        found = [p for rule in step.approvers for p in _resolve(self.company, self.applicant, rule)]
        barred = self.applicant.barred
        people = tuple(dict.fromkeys(p for p in found if p not in barred))
        if not people and self.applicant.employee.id in found:
            people = tuple(p for p in self._instead() if p not in barred)
        if not people and self.applicant.filed_by in found:
            people = self._above_filer()
        if not people:
            raise Refused("no_approver", step=step.name)
        return people

    def _instead(self) -> tuple[str, ...]:
        """Find who decides where only the applicant would."""
        applicant = self.applicant
        if self.flow.own_claim == "manager":
            above = find_manager(self.company, applicant.employee, applicant.barred)
            return (above,) if above else ()
        if self.flow.own_claim == "department_head":
            return _head(self.company, applicant)
        return ()

    def _above_filer(self) -> tuple[str, ...]:
        """Find who decides where only whoever filed the claim would."""
        filer = self.applicant.filed_by or ""
        above = find_above(self.company, filer, tuple(self.applicant.barred))
        return (above,) if above else ()

    def _next_level(self, people: tuple[str, ...], name: str) -> tuple[str, ...]:
        passed = (*self.applicant.barred, *people)
        above = [find_above(self.company, p, not_these=passed) for p in people]
        found = tuple(dict.fromkeys(p for p in above if p))
        if not found:
            raise Refused("no_approver", step=name)
        return found

    def told(self, rules: tuple[str, ...]) -> tuple[str, ...]:
        """Give those who are told and decide nothing; the applicant knows."""
        found = [p for rule in rules for p in _resolve(self.company, self.applicant, rule)]
        return tuple(dict.fromkeys(p for p in found if p not in self.applicant.barred))


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
    return _head_above(company, applicant.department, applicant.barred)


def _head_above(company: Company, department: str, not_these: Collection[str]) -> tuple[str, ...]:
    for above in company.ancestry(department):
        row = company.department(above)
        head = _active(company, row.head) if row else ()
        if head and head[0] not in not_these:
            return head
    return ()


def find_above(company: Company, person_id: str, not_these: Collection[str]) -> str | None:
    """Find who stands above somebody: the nearest manager, else the nearest department head.

    People who have left and those of `not_these` are passed over; None when nobody is left.
    """
    person = company.person(person_id)
    if person is None:
        return None
    head = _head_above(company, person.department, (person_id, *not_these))
    return find_manager(company, person, not_these) or next(iter(head), None)


def find_manager(company: Company, person: Person, not_these: Collection[str]) -> str | None:
    """Find the nearest manager above somebody who is here and none of `not_these`."""
    for level in range(1, MAX_ABOVE):
        found = _manager(company, person, level)
        if not found or found[0] not in not_these:
            return found[0] if found else None
    return None


def settle(plan: Plan, matter: Matter, roster: Roster, at: datetime, source: str) -> Plan:
    """Ask those who are really there: who left is replaced, who delegated is stood in for.

    Seats of people who left go to whoever is above them, with a trace; where nobody is, they stay
    and the plan waits visibly (`stuck`). Delegations of this moment hold for the step that waits,
    never for the claim's own people; those that have ended give the turn back. The step that
    waits is given its times.
    """
    for index in range(plan.current, len(plan.steps)):
        step = _without_leavers(plan.steps[index], matter, roster, at, source)
        plan = with_step(plan, step, index)
    if plan.step is None:
        return plan
    step = replace(plan.step, stand_ins=_stand_ins(plan.step, matter, roster, at))
    return with_step(plan, _timed(step, roster, at))


def _without_leavers(step: Step, matter: Matter, roster: Roster, at: datetime, source: str) -> Step:
    company = roster.company
    for seat in step.seats() if step.mode != "sequence" else step.approvers:
        if _active(company, seat) or seat in step.agreed():
            continue
        above = find_above(company, seat, (*matter.owners, *step.approvers))
        spared = step.mode == "any" and any(_active(company, p) for p in step.approvers)
        if above is None and not spared:
            continue
        to = () if spared or above is None else (above,)
        left = Decision(SYSTEM, "reroute", LEFT, at, source, "".join(to) or None, seat)
        people = [q for p in step.approvers for q in (to if p == seat else (p,))]
        step = replace(step, approvers=tuple(people), decisions=(*step.decisions, left))
    return step


def _stand_ins(step: Step, matter: Matter, roster: Roster, at: datetime) -> tuple[StandIn, ...]:
    agreed = step.agreed()
    past = tuple(s for s in step.stand_ins if s.person in agreed)
    found = [
        StandIn(seat, delegation.to, delegation.id)
        for seat in step.approvers
        if seat not in agreed
        and (delegation := find_delegate(roster.delegations, seat, matter.kind, at))
        and delegation.to not in matter.owners
        and _active(roster.company, delegation.to)
    ]
    return (*past, *found)


def _timed(step: Step, roster: Roster, at: datetime) -> Step:
    if step.since is not None:
        return step
    if step.hours is None:
        return replace(step, since=at)
    calendar = roster.company.calendar.in_zone(roster.zone)
    return replace(step, since=at, due=add_working_hours(at, step.hours, calendar))


def is_stuck(plan: Plan, company: Company) -> bool:
    """Whether a plan waits for people none of whom works here any more."""
    step = plan.step
    if step is None or step.system:
        return False
    return not any(_active(company, person) for person in step.waiting())


@dataclass(frozen=True, slots=True)
class ChainStep:
    """A step as it is shown before submission; `people` are ids, none for another system.

    `cc` are told once it has agreed.
    """

    name: str
    people: tuple[str, ...]
    mode: str
    system: str | None = None
    cc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """Whom a plan asks, in order, and in `cc` everybody who is told and decides nothing."""

    steps: tuple[ChainStep, ...] = ()
    cc: tuple[str, ...] = ()


def chain_of(plan: Plan) -> Chain:
    """Give a plan as people are to see it.

    Somebody's stand-in is shown where it is known already, in the first step.
    """
    steps = tuple(
        ChainStep(s.name, tuple(dict.fromkeys(map(s.sitter, s.approvers))), s.mode, s.system, s.cc)
        for s in plan.steps
    )
    told = (*plan.cc, *(p for step in plan.steps for p in step.cc))
    return Chain(steps, tuple(dict.fromkeys(told)))
