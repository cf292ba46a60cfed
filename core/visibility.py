"""What a reader may see of a claim: the flow can hide parts of it from a step."""

from dataclasses import replace

from core.approval import hidden_parts
from core.claim import Claim, Line
from core.company import Company, Person

WATCHERS = frozenset({"finance", "auditor", "admin", "cashier"})
"""Roles that look after every claim and see all of it."""


def shown_to(claim: Claim, company: Company, reader: Person) -> tuple[Claim, Company]:
    """Give a claim and its company as one reader may see them.

    Owners and those who look after every claim see all. Without its lines a claim is one line of
    its total, and no budget can be told from it.
    """
    if claim.plan is None or reader.id in claim.owners or WATCHERS.intersection(reader.roles):
        return claim, company
    hidden = hidden_parts(claim.plan, reader.id)
    if hidden & {"findings", "lines"}:
        claim = replace(claim, findings=(), past=())
    if "vouchers" in hidden:
        claim = _without_vouchers(claim)
    if "lines" in hidden:
        claim = replace(_without_vouchers(claim), lines=_summed(claim))
    if hidden & {"budgets", "lines"}:
        company = company.model_copy(update={"budgets": ()})
    return claim, company


def _without_vouchers(claim: Claim) -> Claim:
    lines = tuple(replace(line, invoice=None, more=()) for line in claim.lines)
    return replace(claim, lines=lines, files=())


def _summed(claim: Claim) -> tuple[Line, ...]:
    if not claim.lines:
        return ()
    last = max(line.date for line in claim.lines)
    return (Line(None, claim.total_fen, last),)
