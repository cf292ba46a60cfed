"""Taking back what was approved and not yet paid: budget, vouchers and advances are free again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.actions.basics import Cause, audit_of, outgoing, require
from core.actions.clearing import give_back
from core.actions.decision import MAX_REASON
from core.actions.following import follows
from core.actions.wallet import unlock
from core.change import Change, FreeIdentities, Move, Release, Reverse
from core.claim import EDITABLE, Claim, Event, State
from core.company import Company
from core.errors import Refused
from core.notices import Notice, Say, ShowCard
from core.payment import Payment

VOIDERS = frozenset({"finance", "admin"})
"""Roles that may void a claim; its employee may ask for it."""


@dataclass(frozen=True, slots=True)
class Dependents:
    """What hangs on a claim: its payment, the advances it cleared, the claim that follows it."""

    payment: Payment | None = None
    advances: Mapping[str, Claim] | None = None
    follower: Claim | None = None
    following: Mapping[str, str] = field(default_factory=dict)
    """The next period's budget in the place of each that has been closed."""


def may_void(company: Company, actor: str) -> bool:
    """Whether somebody may void claims."""
    person = company.person(actor)
    return person is not None and person.active and bool(VOIDERS.intersection(person.roles))


def ask_to_void(claim: Claim, company: Company, cause: Cause, reason: str) -> Change:
    """Let finance know that a claim's owner wants it void. Refused as `void`, or `not_yours`."""
    if cause.actor not in claim.owners:
        raise Refused("not_yours", number=claim.number)
    require(claim, Event.VOID)
    reason = _reason(claim, reason)
    fields = (("number", claim.number), ("employee", claim.employee), ("reason", reason))
    people = company.with_role("finance") or company.with_role("admin")
    told: list[Notice] = [Say(p.id, "void_wanted", fields) for p in people]
    told.append(Say(cause.actor, "void_asked", (("number", claim.number),)))
    return Change(
        at=cause.at,
        audit=(audit_of(cause, "ask_to_void", claim.number, reason=reason),),
        outbox=outgoing(cause, told),
    )


def void(claim: Claim, company: Company, cause: Cause, reason: str, deps: Dependents) -> Change:
    """Take an approved claim back for good.

    Refused `not_allowed`, `wrong_state`, `reason_missing`; `wrong_state` also when a part was paid,
    `claimed_already` when another claim lives on its approval.
    """
    if not may_void(company, cause.actor):
        raise Refused("not_allowed", action="void", number=claim.number)
    require(claim, Event.VOID)
    reason = _reason(claim, reason)
    if deps.payment and deps.payment.paid_fen:
        raise Refused("wrong_state", number=claim.number, state=claim.state, event="void")
    drafts, moves, advances = _let_go(claim, deps)
    claim, orders = unlock(claim.after(Event.VOID))
    payments = _cancelled(deps.payment, reason)
    return Change(
        at=cause.at,
        claims=(claim, *drafts, *advances),
        moves=moves,
        identities=(FreeIdentities(claim.number),),
        payments=payments,
        audit=(audit_of(cause, "void", claim.number, reason=reason),),
        outbox=outgoing(cause, [*_told(claim, company, reason), *_gone(drafts), *orders]),
    )


def _reason(claim: Claim, reason: str) -> str:
    reason = reason.strip()[:MAX_REASON].rstrip()
    if not reason:
        raise Refused("reason_missing", number=claim.number, action="void")
    return reason


Freed = tuple[tuple[Claim, ...], tuple[Move, ...], tuple[Claim, ...]]


def _let_go(claim: Claim, deps: Dependents) -> Freed:
    """Give the drafts that end with the claim, the moves of money, and the advances it gives back.

    A hold that a permission or an advance keeps is released; what was consumed is given back.
    """
    if follows(claim):
        return _let_go_permission(claim, deps.follower)
    if claim.kind == "advance":
        hold = claim.advance.hold if claim.advance else None
        return (), (Release(hold),) if hold else (), ()
    return (), *_give_back(claim, deps)


def _let_go_permission(claim: Claim, follower: Claim | None) -> Freed:
    if follower is None or follower.state is State.VOID:
        return (), (), ()
    if follower.carries != claim.hold or follower.state not in EDITABLE:
        raise Refused("claimed_already", number=follower.number)
    draft = replace(follower.after(Event.DISCARD), carries=None)
    return (draft,), (Release(claim.hold),), ()


def _give_back(claim: Claim, deps: Dependents) -> tuple[tuple[Move, ...], tuple[Claim, ...]]:
    """Undo what its hold has done, and hold on for the advances what the claim had of them."""
    moves: list[Move] = [Reverse(claim.hold)]
    changed: list[Claim] = []
    for clearing in claim.clears:
        advance = (deps.advances or {}).get(clearing.advance)
        if advance:
            given = give_back(advance, claim.number, deps.following)
            moves += given.moves
            changed.append(given.advance)
    return tuple(moves), tuple(changed)


def _cancelled(payment: Payment | None, reason: str) -> tuple[Payment, ...]:
    """Let a payment owe nothing any more: no file takes it, since its claim is void."""
    return (replace(payment, state="cancelled", reason=reason),) if payment else ()


def _told(claim: Claim, company: Company, reason: str) -> list[Notice]:
    asked = claim.plan.people() if claim.plan else frozenset[str]()
    fields = (("number", claim.number), ("reason", reason))
    notices: list[Notice] = [
        ShowCard(p, claim.number, "claim", only_open=True) for p in sorted(claim.owners)
    ]
    notices += [ShowCard(p, claim.number, "approval", only_open=True) for p in sorted(asked)]
    notices += [
        ShowCard(p.id, claim.number, "payment", only_open=True)
        for p in company.with_role("cashier")
    ]
    return [*notices, *(Say(p, "voided", fields) for p in sorted(claim.owners))]


def _gone(drafts: tuple[Claim, ...]) -> list[Notice]:
    return [ShowCard(d.employee, d.number, "claim", only_open=True) for d in drafts]
