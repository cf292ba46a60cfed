"""The end of a period: budgets close, and what is still held moves on to the next ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.actions.basics import Cause, audit_of
from core.actions.clearing import charges_in, figures_of, moved_on
from core.budget import Balance, Charge, successor_of
from core.change import Bar, Change, Rebook
from core.claim import EDITABLE, Claim, State
from core.company import Budget, Company
from core.errors import Refused
from core.ports import LiveHold


@dataclass(frozen=True, slots=True)
class Carried:
    """A hold, the charges that it has in the next period, and which budgets follow which."""

    hold: str
    claim: str
    charges: tuple[Charge, ...]
    following: Mapping[str, str]


def budgets_of(company: Company, target: str) -> tuple[Budget, ...]:
    """Find the budgets that a closing names: one by its id, or all of a period as it is written.

    A period is also its first and last day. Refused `no_such_budget`, and `which_period` where
    years that begin in different months give one word several meanings.
    """
    one = company.budget(target)
    if one:
        return (one,)
    found = tuple(b for b in company.budgets if target in {b.period.text, _days(b)})
    if not found:
        raise Refused("no_such_budget", target=target[:64])
    spans = dict.fromkeys(_days(b) for b in found)
    if len(spans) > 1 and target not in spans:
        raise Refused("which_period", target=target[:64], rows=" ".join(spans))
    return found


def _days(budget: Budget) -> str:
    return f"{budget.period.start}/{budget.period.end}"


def close(budgets: Iterable[Budget], cause: Cause) -> Change:
    """Close budgets: nothing new is charged to them; what is held may still be spent."""
    return _barred(tuple(budgets), cause, closed=True)


def reopen(budgets: Iterable[Budget], cause: Cause) -> Change:
    """Open budgets again that were closed too early."""
    return _barred(tuple(budgets), cause, closed=False)


def _barred(budgets: tuple[Budget, ...], cause: Cause, *, closed: bool) -> Change:
    action = "close_budget" if closed else "reopen_budget"
    return Change(
        at=cause.at,
        moves=tuple(Bar(b.id, closed=closed) for b in budgets),
        audit=tuple(audit_of(cause, action, b.id, period=b.period.text) for b in budgets),
    )


def following(company: Company, balances: Iterable[Balance]) -> dict[str, str]:
    """Give the next period's budget for each that has been closed and has one."""
    closed = {b.budget.id: b.budget for b in balances if b.closed}
    found = {b.id: successor_of(company, b, closed) for b in closed.values()}
    return {name: budget.id for name, budget in found.items() if budget}


def find_carried(
    company: Company,
    budgets: Iterable[Budget],
    holds: Iterable[LiveHold],
    closed: frozenset[str] = frozenset(),
) -> tuple[Carried, ...]:
    """Find the holds on budgets that have a successor, with the charges that they get there.

    What is `closed` already takes nothing: its own successor does.
    """
    ending = {b.id: b for b in budgets}
    barred = closed | ending.keys()
    heirs = {b.id: successor_of(company, b, barred) for b in ending.values()}
    next_ones = {name: heir.id for name, heir in heirs.items() if heir}
    return tuple(
        Carried(h.name, h.claim, _moved(h.charges, next_ones), next_ones)
        for h in holds
        if any(c.budget in next_ones for c in h.charges)
    )


def _moved(charges: Iterable[Charge], following: Mapping[str, str]) -> tuple[Charge, ...]:
    return charges_in(moved_on(figures_of(charges), following))


def carry_over(
    carried: Carried,
    claim: Claim | None,
    company: Company,
    cause: Cause,
    others: Sequence[Claim] = (),
) -> Change:
    """Go on holding a commitment on the next period's budgets; it is not judged there.

    What the claim remembers of its hold moves with it, and so it does on the `others` that live on
    it: the draft that follows a request, claims in review that clear an advance.
    """
    known = (claim, *others) if claim else ()
    facts = {"hold": carried.hold, "budgets": " ".join(c.budget for c in carried.charges)}
    return Change(
        at=cause.at,
        claims=tuple(_remembering(c, carried, company) for c in known),
        moves=(Rebook(carried.hold, carried.charges),),
        audit=(audit_of(cause, "carry_over", carried.claim, **facts),),
    )


def lives_on(claim: Claim, carried: Carried) -> bool:
    """Whether another claim counts on a hold: to take it over, or to be backed by it."""
    if claim.state in EDITABLE:
        return claim.carries == carried.hold
    backs = any(c.advance == carried.claim for c in claim.clears)
    return claim.state is State.IN_REVIEW and backs


def _remembering(claim: Claim, carried: Carried, company: Company) -> Claim:
    following = carried.following
    claim = replace(claim, moved=_moves_of(claim, following, company))
    if claim.number != carried.claim:
        backed = (
            replace(c, backed=moved_on(c.backed, following)) if c.advance == carried.claim else c
            for c in claim.clears
        )
        kept = moved_on(claim.carried, following)
        return replace(claim, clears=tuple(backed), carried=kept)
    figures = figures_of(carried.charges)
    if claim.advance and claim.advance.hold == carried.hold:
        # What it held at its approval moves, too: what a claim gives back is held there again.
        whole = moved_on(claim.held, following)
        return replace(claim, held=whole, advance=replace(claim.advance, held=figures))
    return replace(claim, held=figures) if claim.hold == carried.hold else claim


def _moves_of(
    claim: Claim, following: Mapping[str, str], company: Company
) -> tuple[tuple[str, str], ...]:
    """Add what may bind its lines to what has moved before; an older step leads to the newest."""
    bearers = {claim.department, *(x.department or claim.department for x in claim.lines)}
    above = {None, *(step for bearer in bearers for step in company.ancestry(bearer))}
    found = {old: following.get(new, new) for old, new in claim.moved}
    for old, new in following.items():
        budget = company.budget(old)
        if budget and budget.department in above and budget.person in {None, claim.employee}:
            found.setdefault(old, new)
    return tuple(sorted(found.items()))
