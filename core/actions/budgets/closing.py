"""The end of a period: budgets close, and what is still held moves on to the next ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from core.actions.basics import Cause, audit_of
from core.actions.clearing import charges_in, figures_of
from core.budget import Charge, successor_of, sum_charges
from core.change import Bar, Change, Move, Rebook
from core.claim import Claim
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

    Refused `no_such_budget`.
    """
    one = company.budget(target)
    found = (one,) if one else tuple(b for b in company.budgets if b.period.text == target)
    if not found:
        raise Refused("no_such_budget", target=target[:64])
    return found


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


def find_carried(
    company: Company, budgets: Iterable[Budget], holds: Iterable[LiveHold]
) -> tuple[Carried, ...]:
    """Find the holds on budgets that have a successor, with the charges that they get there."""
    following = {b.id: next_one.id for b in budgets if (next_one := successor_of(company, b))}
    return tuple(
        Carried(h.name, h.claim, _moved(h.charges, following), following)
        for h in holds
        if any(c.budget in following for c in h.charges)
    )


def _moved(charges: Iterable[Charge], following: Mapping[str, str]) -> tuple[Charge, ...]:
    return sum_charges(Charge(following.get(c.budget, c.budget), c.amount_fen) for c in charges)


def carry_over(carried: Carried, claim: Claim | None, cause: Cause) -> Change:
    """Go on holding a commitment on the next period's budgets; it is not judged there.

    What the claim remembers of its hold moves with it.
    """
    moves: tuple[Move, ...] = (Rebook(carried.hold, carried.charges),)
    claims = (_remembering(claim, carried),) if claim else ()
    facts = {"hold": carried.hold, "budgets": " ".join(c.budget for c in carried.charges)}
    return Change(
        at=cause.at,
        claims=claims,
        moves=moves,
        audit=(audit_of(cause, "carry_over", carried.claim, **facts),),
    )


def _remembering(claim: Claim, carried: Carried) -> Claim:
    figures = figures_of(carried.charges)
    if claim.advance and claim.advance.hold == carried.hold:
        # What it held at its approval moves, too: what a claim gives back is held there again.
        whole = figures_of(_moved(charges_in(claim.held), carried.following))
        return replace(claim, held=whole, advance=replace(claim.advance, held=figures))
    return replace(claim, held=figures) if claim.hold == carried.hold else claim
