"""What can be wrong with the flows of a company file beyond a single value."""

from collections.abc import Iterator, Sequence

from core.company import Company
from core.flows import FlowStep

Location = tuple[str | int, ...]
Fault = tuple[Location, str]


def people_in_flows(company: Company) -> Iterator[tuple[Location, str]]:
    """Name every person that a flow names, with the place."""
    for place, rules in _rules(company):
        for k, rule in enumerate(rules):
            word, _, argument = rule.partition(":")
            if word == "person":
                yield (*place, k), argument


def _rules(company: Company) -> Iterator[tuple[Location, Sequence[str]]]:
    for i, flow in enumerate(company.flows):
        yield ("flows", i, "cc"), flow.cc
        for j, step in enumerate(flow.steps):
            yield ("flows", i, "steps", j, "approvers"), step.approvers
            yield ("flows", i, "steps", j, "cc"), step.cc


def find_flow_faults(company: Company) -> Iterator[Fault]:
    """Find steps that cannot be asked, and limits that contradict themselves."""
    for i, flow in enumerate(company.flows):
        for j, step in enumerate(flow.steps):
            place: Location = ("flows", i, "steps", j)
            if bool(step.approvers) == bool(step.system):
                yield place, "a step names either approvers or a system"
            yield from ((((*place, key)), message) for key, message in _step_faults(step))


def _step_faults(step: FlowStep) -> Iterator[tuple[str, str]]:
    if list(step.up_to) != sorted(set(step.up_to)):
        yield "up_to", "each amount is higher than the one before"
    if step.system:
        for key in ("up_to", "hides", "may_change"):
            if getattr(step, key):
                yield key, "another system's step has no rights of its own"
