"""Taking one's last decision back within a minute, while nothing has followed from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.actions.basics import Cause, Settings, audit_of, outgoing
from core.actions.clearing import charges_in, give_back
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
from core.voucher import PEOPLE, Voucher

TAKEN_BACK = "taken_back"
"""The reason of a payment that is not owed any more: its approval was taken back."""
_CLOSED = frozenset({State.REJECTED, State.RETURNED})
_AGREED = frozenset({State.APPROVED, State.PAID})
_OUT = frozenset({"exported", "posted"})


@dataclass(frozen=True, slots=True)
class Consequences:
    """What may have followed a decision.

    The payment, claims that came from the approval, accounting vouchers, the systems that have the
    claim as a document of theirs, and the advances that it has cleared, by number.
    """

    payment: Payment | None = None
    followers: Sequence[Claim] = ()
    vouchers: Sequence[Voucher] = ()
    documents: Sequence[str] = ()
    advances: Mapping[str, Claim] = field(default_factory=dict)


def may_undo(claim: Claim, person: str, at: datetime) -> bool:
    """Whether somebody could take a decision back at a moment, as far as the claim itself tells."""
    last = claim.plan.last if claim.plan else None
    return (
        last is not None
        and last.actor == person
        and at - last.at <= timedelta(seconds=UNDO_S)
        and claim.version == last.version
        and _stands_open(claim)
    )


def _stands_open(claim: Claim) -> bool:
    """Whether a claim's state is one that a decision has led to, and nothing else.

    One that its advances have covered is paid by its approval alone.
    """
    covered = claim.cleared_fen >= claim.total_fen and bool(claim.clears)
    return claim.allows(Event.RESTORE) and (claim.state is not State.PAID or covered)


def undo(
    claim: Claim, cause: Cause, rules: Settings, roster: Roster, after: Consequences
) -> Change:
    """Put a claim back to where it was before the actor's last decision.

    Money is held again exactly as before: under the same name while that lives, else under the
    next version's; advances that this approval has cleared are owed again. Refused
    `undo_nothing`, `undo_not_yours`, `undo_late`; `undo_paid`, `undo_booked`, `undo_sent`,
    `undo_begun`, `undo_wallet`, `undo_claimed`, `undo_followed` by what has left the house or was
    used since; and `budget` or `duplicate_invoice` on commit when others have taken what was free
    again.
    """
    last = _require_last(claim, cause)
    _require_nothing_followed(claim, last, after)
    restored, moves = _with_money(claim, last, rules, roster.company)
    advances, given = _owed_again(claim, after.advances)
    taken: tuple[TakeIdentity, ...] = ()
    orders: Orders = ()
    if claim.state is State.REJECTED:
        taken = tuple(TakeIdentity(i, claim.number) for i in identities_of(claim))
        restored, orders = lock(restored)
    plan = _plan_before(claim, last)
    restored = replace(restored, plan=settled(claim, plan, roster, cause))
    drafts = tuple(replace(f.after(Event.DISCARD), carries=None) for f in after.followers)
    notices = [*_told(claim, restored, cause, roster.company), *_gone((*drafts, *advances))]
    return Change(
        at=cause.at,
        claims=(restored, *drafts, *advances),
        moves=(*moves, *given),
        identities=taken,
        payments=_not_owed(after.payment) if claim.state is State.APPROVED else (),
        audit=(audit_of(cause, "undo", claim.number, undone=last.source, was=claim.state.value),),
        outbox=outgoing(cause, [*notices, *orders]),
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
    """Refuse when the claim has gone on, or something has left the house or was used since."""
    step = claim.plan.step if claim.plan and claim.state is State.IN_REVIEW else None
    if step and step.system and step.process:
        raise Refused("undo_begun", number=claim.number, system=step.system, process=step.process)
    if claim.state in _AGREED | {State.PAYING}:
        _require_unused(claim, after)
    touched = claim.state in _CLOSED and claim.revision != last.revision
    if claim.version != last.version or not _stands_open(claim) or touched:
        raise Refused("undo_followed", number=claim.number)


def _require_unused(claim: Claim, after: Consequences) -> None:
    """Refuse when an approval has led to what cannot be called back."""
    payment = after.payment
    if payment and (payment.state not in {"pending", "cancelled"} or payment.paid_fen):
        raise Refused("undo_paid", number=claim.number)
    used = next((f for f in after.followers if f.state is not State.DRAFT or f.revision > 1), None)
    if used:
        raise Refused("undo_claimed", number=claim.number, claim=used.number)
    booked = next(filter(_has_left, after.vouchers), None)
    if booked:
        raise Refused("undo_booked", number=claim.number, voucher=booked.number or booked.id)
    if after.documents:
        raise Refused("undo_sent", number=claim.number, system=after.documents[0])
    if claim.state is State.PAID and claim.wallet:
        raise Refused("undo_wallet", number=claim.number)


def _has_left(voucher: Voucher) -> bool:
    """Whether a voucher is in a file or in other books, or on its way there just now."""
    under_way = voucher.state == "open" and voucher.taken_by not in {"", PEOPLE}
    return voucher.kind == "approval" and (voucher.state in _OUT or under_way)


def _plan_before(claim: Claim, last: Last) -> Plan:
    if claim.plan is None:
        raise Refused("undo_nothing", number=claim.number)
    return replace(claim.plan, steps=last.steps, current=last.current, sent_back=None, last=None)


def _with_money(
    claim: Claim, last: Last, rules: Settings, company: Company
) -> tuple[Claim, tuple[Move, ...]]:
    """Give the claim in review with its money held, and the moves that make it so."""
    restored = replace(claim.after(Event.RESTORE), spent=(), advance=None, recheck=None)
    agreed = claim.state in _AGREED
    if claim.state is State.IN_REVIEW or (agreed and _still_held(claim, rules)):
        return restored, ()
    restored = replace(restored, version=last.version + 1)
    known = claim.held or claim.clears
    charges = charges_in(claim.held) if known else charges_of(company, claim)
    held = Hold(restored.hold, claim.number, charges)
    if agreed and claim.kind != "advance":
        return restored, (Reverse(claim.hold), Reserve(held, sure=True))
    return restored, (Reserve(held, sure=agreed),)


def _still_held(claim: Claim, rules: Settings) -> bool:
    """Whether an approved claim's hold lives on: for what follows it, or until payment."""
    if claim.kind == "advance":
        return not claim.standing
    spent = claim.spent or claim.clears
    return follows(claim) or (rules.consume_on == "paid" and not spent)


def _owed_again(
    claim: Claim, advances: Mapping[str, Claim]
) -> tuple[tuple[Claim, ...], tuple[Move, ...]]:
    """Give the advances that an approval has cleared as they were before it."""
    cleared = claim.clears if claim.state in _AGREED else ()
    back = [give_back(advances[c.advance], claim.number) for c in cleared if c.advance in advances]
    return tuple(t.advance for t in back), tuple(m for t in back for m in t.moves)


def _not_owed(payment: Payment | None) -> tuple[Payment, ...]:
    owed = payment is not None and payment.state == "pending"
    return (replace(payment, state="cancelled", reason=TAKEN_BACK),) if payment and owed else ()


def _told(before: Claim, claim: Claim, cause: Cause, company: Company) -> list[Notice]:
    people = set(before.plan.people() if before.plan else ())
    people |= claim.plan.people() if claim.plan else frozenset()
    number = claim.number
    notices: list[Notice] = [
        ShowCard(p, number, "approval", only_open=True) for p in sorted(people)
    ]
    notices += [ShowCard(p, number, "claim", only_open=True) for p in sorted(claim.owners)]
    if before.state in _AGREED:
        cashiers = company.with_role("cashier")
        notices += [ShowCard(p.id, number, "payment", only_open=True) for p in cashiers]
    if before.state is not State.IN_REVIEW:
        fields = (("number", number), ("person", cause.actor))
        notices += [Say(p, "decision_undone", fields) for p in sorted(claim.owners)]
    return notices


def _gone(others: Sequence[Claim]) -> list[Notice]:
    """Redraw the cards of what a decision had changed beside its claim."""
    return [ShowCard(c.employee, c.number, "claim", only_open=True) for c in others]
