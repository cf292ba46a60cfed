"""Taking one's last decision back within a minute, while nothing has followed from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.actions.basics import Cause, Settings, audit_of, outgoing
from core.actions.clearing import charges_in
from core.actions.drafts import identities_of
from core.actions.following import follows
from core.actions.turns import UNDO_S, settled
from core.actions.wallet import Orders, lock
from core.approval import Last, Plan
from core.budget import Hold, charges_of
from core.change import Change, Move, Reserve, Reverse, TakeIdentity
from core.claim import Claim, Event, State
from core.company import Company
from core.errors import Refused
from core.notices import Notice, Say, ShowCard
from core.payment import Payment
from core.routing import Roster

TAKEN_BACK = "taken_back"
"""The reason of a payment that is not owed any more: its approval was taken back."""
_CLOSED = frozenset({State.REJECTED, State.RETURNED})


@dataclass(frozen=True, slots=True)
class Consequences:
    """What may have followed a decision: the payment, and claims that came from the approval."""

    payment: Payment | None = None
    followers: Sequence[Claim] = ()


def may_undo(claim: Claim, person: str, at: datetime) -> bool:
    """Whether somebody could take a decision back at a moment, as far as the claim itself tells."""
    last = claim.plan.last if claim.plan else None
    return (
        last is not None
        and last.actor == person
        and at - last.at <= timedelta(seconds=UNDO_S)
        and claim.version == last.version
        and claim.allows(Event.RESTORE)
    )


def undo(
    claim: Claim, cause: Cause, rules: Settings, roster: Roster, after: Consequences
) -> Change:
    """Put a claim back to where it was before the actor's last decision.

    Money is held again exactly as before: under the same name while that lives, else under the
    next version's. Refused `undo_nothing`, `undo_not_yours`, `undo_late`, `undo_followed`, and
    `budget` or `duplicate_invoice` on commit when others have taken what was free again.
    """
    last = _require_last(claim, cause)
    _require_nothing_followed(claim, last, after)
    restored, moves = _with_money(claim, last, rules, roster.company)
    taken: tuple[TakeIdentity, ...] = ()
    orders: Orders = ()
    if claim.state is State.REJECTED:
        taken = tuple(TakeIdentity(i, claim.number) for i in identities_of(claim))
        restored, orders = lock(restored)
    plan = _plan_before(claim, last)
    restored = replace(restored, plan=settled(claim, plan, roster, cause))
    drafts = tuple(replace(f.after(Event.DISCARD), carries=None) for f in after.followers)
    notices = [*_told(claim, restored, cause, roster.company), *_gone(drafts), *orders]
    return Change(
        at=cause.at,
        claims=(restored, *drafts),
        moves=moves,
        identities=taken,
        payments=_not_owed(after.payment) if claim.state is State.APPROVED else (),
        audit=(audit_of(cause, "undo", claim.number, undone=last.source, was=claim.state.value),),
        outbox=outgoing(cause, notices),
    )


def _require_last(claim: Claim, cause: Cause) -> Last:
    last = claim.plan.last if claim.plan else None
    if last is None:
        raise Refused("undo_nothing", number=claim.number)
    if last.actor != cause.actor:
        raise Refused("undo_not_yours", number=claim.number)
    if cause.at - last.at > timedelta(seconds=UNDO_S):
        raise Refused("undo_late", number=claim.number)
    return last


def _require_nothing_followed(claim: Claim, last: Last, after: Consequences) -> None:
    """Refuse when the claim, its payment or a claim after it has gone on meanwhile."""
    touched = claim.state in _CLOSED and claim.revision != last.revision
    gone_on = claim.version != last.version or not claim.allows(Event.RESTORE) or touched
    payment = after.payment if claim.state is State.APPROVED else None
    paying = payment is not None and (payment.state != "pending" or payment.paid_fen > 0)
    used = any(f.state is not State.DRAFT or f.revision > 1 for f in after.followers)
    if gone_on or paying or used or (claim.state is State.APPROVED and claim.clears):
        raise Refused("undo_followed", number=claim.number)


def _plan_before(claim: Claim, last: Last) -> Plan:
    if claim.plan is None:
        raise Refused("undo_nothing", number=claim.number)
    return replace(claim.plan, steps=last.steps, current=last.current, sent_back=None, last=None)


def _with_money(
    claim: Claim, last: Last, rules: Settings, company: Company
) -> tuple[Claim, tuple[Move, ...]]:
    """Give the claim in review with its money held, and the moves that make it so."""
    restored = replace(claim.after(Event.RESTORE), spent=(), advance=None)
    if claim.state is State.IN_REVIEW or (
        claim.state is State.APPROVED and _still_held(claim, rules)
    ):
        return restored, ()
    restored = replace(restored, version=last.version + 1)
    charges = charges_in(claim.held) or charges_of(company, claim)
    held = Hold(restored.hold, claim.number, charges)
    if claim.state is State.APPROVED and claim.kind != "advance":
        return restored, (Reverse(claim.hold), Reserve(held, sure=True))
    return restored, (Reserve(held, sure=claim.state is State.APPROVED),)


def _still_held(claim: Claim, rules: Settings) -> bool:
    """Whether an approved claim's hold lives on: for what follows it, or until payment."""
    if claim.kind == "advance":
        return not claim.standing
    return follows(claim) or rules.consume_on == "paid"


def _not_owed(payment: Payment | None) -> tuple[Payment, ...]:
    return (replace(payment, state="failed", reason=TAKEN_BACK),) if payment else ()


def _told(before: Claim, claim: Claim, cause: Cause, company: Company) -> list[Notice]:
    people = set(before.plan.people() if before.plan else ())
    people |= claim.plan.people() if claim.plan else frozenset()
    number = claim.number
    notices: list[Notice] = [
        ShowCard(p, number, "approval", only_open=True) for p in sorted(people)
    ]
    notices += [ShowCard(p, number, "claim", only_open=True) for p in sorted(claim.owners)]
    if before.state is State.APPROVED:
        cashiers = company.with_role("cashier")
        notices += [ShowCard(p.id, number, "payment", only_open=True) for p in cashiers]
    if before.state is not State.IN_REVIEW:
        fields = (("number", number), ("person", cause.actor))
        notices += [Say(p, "decision_undone", fields) for p in sorted(claim.owners)]
    return notices


def _gone(drafts: Sequence[Claim]) -> list[Notice]:
    return [ShowCard(d.employee, d.number, "claim", only_open=True) for d in drafts]
