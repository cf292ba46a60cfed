"""Who must agree: a plan computed at submission (`core.routing`) and stored with the claim."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from core.errors import Refused
from core.flows import CcMoment, ChangeRight, HiddenPart, Mode, Resubmit, SameApprover

Verdict = Literal[
    "approve", "reject", "return", "transfer", "add_signer", "step_back", "reroute", "escalate"
]
Place = Literal["before", "after"]

SYSTEM = "system"
"""Who decides where a rule of the company does: automatic approval, re-routing, escalation."""
OUTSIDE = "system:"
"""How the approver of a step that an outside system decides is written: `system:weaver`."""
CARRIED = "same_approver"
"""The reason of an agreement that a person has given in an earlier step."""
AUTOMATIC = "auto_approved"
"""The reason of an agreement that the flow's rule for small clean claims has given."""
CLOSING = frozenset({"reject", "return"})
"""Verdicts that end a plan."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided, with the message or click that proves it in `source`.

    `on_behalf_of` is whose place they took: the one who delegated, or for `reroute` and
    `escalate` the one who has left or is late. `to` is who was asked next.
    """

    approver: str
    decision: Verdict
    reason: str
    at: datetime
    source: str
    to: str | None = None
    on_behalf_of: str | None = None

    @property
    def seat(self) -> str:
        """Whose place in the step the decision fills."""
        return self.on_behalf_of or self.approver


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who is asked in a person's place, by which delegation."""

    person: str
    by: str
    delegation: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a plan: the people asked (in order for `sequence`) and what they decided.

    `approvers` are the seats; who has delegated keeps theirs, and `stand_ins` says who answers.
    Decisions before index `heard` belong to an earlier round. `since` and `due` are when the step
    was reached and until when it should be decided; `hours` are working hours. `hides` and
    `may_change` are the rights of those asked.
    """

    name: str
    mode: Mode
    approvers: tuple[str, ...]
    decisions: tuple[Decision, ...] = ()
    system: str | None = None
    stand_ins: tuple[StandIn, ...] = ()
    heard: int = 0
    cc: tuple[str, ...] = ()
    hours: float | None = None
    since: datetime | None = None
    due: datetime | None = None
    hides: tuple[HiddenPart, ...] = ()
    may_change: tuple[ChangeRight, ...] | None = None
    process: str = ""
    """What an outside system calls the process that decides; `process_link` opens it there."""
    process_link: str = ""

    def agreed(self) -> frozenset[str]:
        """The seats that have approved in this round."""
        counted = self.decisions[self.heard :]
        return frozenset(d.seat for d in counted if d.decision == "approve")

    def seats(self) -> tuple[str, ...]:
        """The seats whose decision is still needed."""
        agreed = self.agreed()
        if agreed and self.mode == "any":
            return ()
        left = tuple(p for p in self.approvers if p not in agreed)
        return left[:1] if self.mode == "sequence" else left

    def waiting(self) -> tuple[str, ...]:
        """The people whose decision is still needed: those who sit there, or who stand in."""
        return tuple(dict.fromkeys(self.sitter(seat) for seat in self.seats()))

    def sitter(self, seat: str) -> str:
        """Give who answers for a seat."""
        return next((s.by for s in self.stand_ins if s.person == seat), seat)

    def held_by(self, person: str) -> tuple[str, ...]:
        """Give the seats still needed for which a person answers, or its own for a system."""
        if self.system:
            mine = person == f"{OUTSIDE}{self.system}" and not self.agreed()
            return (person,) if mine else ()
        return tuple(seat for seat in self.seats() if self.sitter(seat) == person)


@dataclass(frozen=True, slots=True)
class SentBack:
    """A return that is to come back to the step that made it, and what the claim was like then."""

    step: int
    total_fen: int
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Last:
    """How things stood before the last decision, so that it can be taken back for a moment."""

    actor: str
    at: datetime
    source: str
    state: str
    version: int
    revision: int
    steps: tuple[Step, ...]
    current: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one submission; `current` is the index of the step that waits.

    `chain` is what the flow alone asked for, to compare with a later submission; `cc` are told at
    `cc_at` and decide nothing.
    """

    steps: tuple[Step, ...]
    current: int = 0
    flow: str = ""
    chain: tuple[tuple[str, tuple[str, ...]], ...] = ()
    same_approver: SameApprover = "adjacent"
    resubmit: Resubmit = "start"
    cc: tuple[str, ...] = ()
    cc_at: CcMoment = "both"
    sent_back: SentBack | None = None
    last: Last | None = None

    @property
    def done(self) -> bool:
        """Whether every step has agreed."""
        return self.current >= len(self.steps)

    @property
    def step(self) -> Step | None:
        """The step that waits, None when all have agreed."""
        return None if self.done else self.steps[self.current]

    @property
    def system(self) -> str | None:
        """The outside system whose decision is waited for, None when it is people's turn."""
        return self.step.system if self.step else None

    def waiting(self) -> tuple[str, ...]:
        """The people whose turn it is."""
        return self.step.waiting() if self.step else ()

    def people(self) -> frozenset[str]:
        """Everybody whom the plan has asked, will ask or tells."""
        asked = {p for step in self.steps for p in step.approvers}
        stood_in = {s.by for step in self.steps for s in step.stand_ins}
        acted = {d.approver for step in self.steps for d in step.decisions if not step.system}
        told = {p for step in self.steps[: self.current] for p in step.cc}
        return frozenset(asked | stood_in | acted - {SYSTEM} | told | set(self.cc))


DEFAULT_CHANGES: tuple[ChangeRight, ...] = ("amount",)
"""What a step may change when the flow does not say: amounts, and only down."""


def change_rights(plan: Plan, person: str) -> frozenset[ChangeRight]:
    """Give what somebody may change in the claim now; nothing when it is not their turn.

    `amount` may only go down. `core.actions` that edit a claim in review ask here.
    """
    step = plan.step
    if step is None or person not in step.waiting():
        return frozenset()
    return frozenset(DEFAULT_CHANGES if step.may_change is None else step.may_change)


def hidden_parts(plan: Plan, person: str) -> frozenset[HiddenPart]:
    """Give what every step that asks a person hides from them; nothing for anybody else."""
    mine = [
        frozenset(step.hides)
        for step in plan.steps
        if person in step.approvers or any(s.by == person for s in step.stand_ins)
    ]
    return frozenset.intersection(*mine) if mine else frozenset()


def require_turn(plan: Plan, person: str) -> Step:
    """Give the step that waits for a person; Refused `not_your_turn` when none does."""
    if plan.step is None or not plan.step.held_by(person):
        raise Refused("not_your_turn")
    return plan.step


def decide(plan: Plan, decision: Decision) -> Plan:
    """Record one person's approval and move on when the step has agreed.

    Who stands in for others fills their seats, too, each with a line of its own. Refused
    `not_your_turn` when the plan does not wait for this person.
    """
    step = require_turn(plan, decision.approver)
    return skip_agreed(record(plan, *_for_seats(step, decision)))


def _for_seats(step: Step, decision: Decision) -> Iterable[Decision]:
    """Give a decision once for each seat that its person holds."""
    person = decision.approver
    for seat in step.held_by(person):
        yield replace(decision, on_behalf_of=None if seat == person else seat)


def record(plan: Plan, *decisions: Decision) -> Plan:
    """Add decisions to the step that waits."""
    step = plan.steps[plan.current]
    return with_step(plan, replace(step, decisions=(*step.decisions, *decisions)))


def with_step(plan: Plan, step: Step, index: int | None = None) -> Plan:
    """Put a step in the place of another, by default of the one that waits."""
    at = plan.current if index is None else index
    return replace(plan, steps=(*plan.steps[:at], step, *plan.steps[at + 1 :]))


def close(plan: Plan, decision: Decision, sent_back: SentBack | None = None) -> Plan:
    """Record a rejection or return, which ends the plan where it stands."""
    step = require_turn(plan, decision.approver)
    plan = record(plan, *_for_seats(step, decision))
    return replace(plan, sent_back=sent_back)


def step_back(plan: Plan, decision: Decision, index: int, *, back: bool) -> Plan:
    """Ask an earlier step again, and then all behind it anew, or with `back` at once this one.

    Refused `not_your_turn`, or `no_such_step` for one that is not earlier or asks no people.
    """
    step = require_turn(plan, decision.approver)
    if not 0 <= index < plan.current or plan.steps[index].system:
        raise Refused("no_such_step", step=str(index + 1))
    plan = record(plan, *_for_seats(step, replace(decision, to=plan.steps[index].name)))
    again = range(index, index + 1) if back else range(index, plan.current + 1)
    for i in again:
        plan = with_step(plan, _anew(plan.steps[i]), i)
    waiting = replace(plan.steps[plan.current], since=None, due=None)
    return replace(with_step(plan, waiting), current=index)


def _anew(step: Step) -> Step:
    return replace(step, heard=len(step.decisions), since=None, due=None)


def come_back(plan: Plan) -> Plan:
    """Ask the step again that has returned the claim; what agreed before it stays agreed."""
    if plan.sent_back is None:
        raise ValueError("the plan was not sent back")
    index = plan.sent_back.step
    plan = with_step(plan, replace(plan.steps[index], since=None, due=None), index)
    return replace(plan, current=index, sent_back=None, last=None)


def skip_agreed(plan: Plan) -> Plan:
    """Move past agreed steps; who approved before is not asked again (`same_approver`)."""
    while (step := plan.step) is not None:
        if step.seats() or (step.system and not step.agreed()):
            return plan
        plan = _inherit(replace(plan, current=plan.current + 1))
    return plan


def _inherit(plan: Plan) -> Plan:
    """Carry agreements over into the step that is reached."""
    step = plan.step
    if step is None or plan.same_approver == "always":
        return plan
    first = 0 if plan.same_approver == "once" else plan.current - 1
    counted = [d for before in plan.steps[first : plan.current] for d in _agreements(before)]
    return record(plan, *_carried(step, counted))


def _agreements(step: Step) -> list[Decision]:
    return [d for d in step.decisions[step.heard :] if d.decision == "approve"]


def _carried(step: Step, agreements: Iterable[Decision]) -> Iterable[Decision]:
    taken = set(step.agreed())
    for decision in agreements:
        seat = next((s for s in (decision.seat, decision.approver) if s in step.approvers), None)
        if seat is None or seat in taken:
            continue
        taken.add(seat)
        owner = None if seat == decision.approver else seat
        yield replace(decision, reason=CARRIED, on_behalf_of=owner)


def agree_automatically(plan: Plan, at: datetime, source: str) -> Plan:
    """Let the flow's rule agree to every step; those of other systems are never skipped."""
    if any(step.system for step in plan.steps):
        return plan
    decision = Decision(SYSTEM, "approve", AUTOMATIC, at, source)
    steps = tuple(replace(s, decisions=(*s.decisions, decision)) for s in plan.steps)
    return replace(plan, steps=steps, current=len(steps))


def transfer(plan: Plan, decision: Decision, to: str) -> Plan:
    """Hand one person's turn to another; Refused `not_your_turn` or `already_approver`."""
    step = require_turn(plan, decision.approver)
    if to in step.approvers or to in step.waiting():
        raise Refused("already_approver", person=to)
    given = step.held_by(decision.approver)
    people = dict.fromkeys(to if p in given else p for p in step.approvers)
    left = tuple(s for s in step.stand_ins if s.person not in given)
    said = tuple(_for_seats(step, replace(decision, to=to)))
    plan = with_step(plan, replace(step, approvers=tuple(people), stand_ins=left))
    return record(plan, *said)


ADDED = "加签 · {name}"
"""How a step is called that somebody has added for one more person."""


def add_signer(
    plan: Plan, decision: Decision, to: str, place: Place = "after", name: str = ""
) -> Plan:
    """Ask one more person before this step or once it has agreed, in a step named after them.

    Who adds them must still agree too. Refused `not_your_turn`, or `already_approver` when the
    step or the next one asks them anyway.
    """
    step = require_turn(plan, decision.approver)
    at = plan.current + 1
    alone_next = any(after.approvers == (to,) for after in plan.steps[at : at + 1])
    if to in step.approvers or to in step.waiting() or (place == "after" and alone_next):
        raise Refused("already_approver", person=to)
    called = ADDED.format(name=name or to)
    extra = Step(called, "all", (to,), hours=step.hours, hides=step.hides, may_change=())
    plan = record(plan, *_for_seats(step, replace(decision, to=to)))
    if place == "before":
        paused = replace(plan.steps[plan.current], since=None, due=None)
        plan, at = with_step(plan, paused), plan.current
    return replace(plan, steps=(*plan.steps[:at], extra, *plan.steps[at:]))
