"""Verification: when the tax bureau is asked about vouchers, and what its answer changes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from core.actions.basics import Cause, VerifyRules, audit_of, outgoing
from core.change import Change
from core.claim import EDITABLE, Claim, Recheck, State
from core.company import Company
from core.errors import Refused
from core.notices import Notice, Say, ShowCard, VerifyInvoice
from core.verification import (
    DEAD,
    DEAD_CODES,
    Checked,
    Occasion,
    VerifyRequest,
    find_unverified,
    next_try,
    requests_of,
    with_verified,
)

AFTER_CODES = {"void": "void_after_paid", "red_lettered": "red_after_paid"}
"""What finance is told of an invoice that died when its money was gone already."""


def ask_about(
    claim: Claim, occasion: Occasion, due: datetime | None = None
) -> tuple[VerifyInvoice, ...]:
    """Give the questions about a claim's vouchers."""
    return tuple(VerifyInvoice(claim.number, r, occasion, due) for r in requests_of(claim))


def ask_after_payment(claim: Claim, paid_at: datetime, days: int) -> tuple[VerifyInvoice, ...]:
    """Give the questions that come due some days after the money went out."""
    return ask_about(claim, "after", paid_at + timedelta(days=days))


def begin_recheck(claim: Claim, at: datetime, rules: VerifyRules) -> Claim:
    """Let the payment of an approved claim wait for the bureau's answers, for a time."""
    waiting = tuple(r.identity for r in requests_of(claim))
    if not waiting or rules.hold_hours <= 0:
        return claim
    return replace(claim, recheck=Recheck(waiting, at + timedelta(hours=rules.hold_hours)))


def require_alive(claim: Claim, at: datetime) -> None:
    """Refuse money for vouchers that have died, or that the bureau is just being asked about.

    Refused `invoice_dead`, `recheck_waiting` (`hours`: how long at most).
    """
    dead = tuple(f for f in claim.findings if f.code in DEAD_CODES)
    if dead:
        raise Refused("invoice_dead", number=claim.number, findings=dead)
    recheck = claim.recheck
    if recheck and recheck.waiting and at < recheck.until:
        hours = -((at - recheck.until) // timedelta(hours=1))
        raise Refused("recheck_waiting", number=claim.number, hours=str(hours))


def note_answer(
    claim: Claim | None,
    company: Company,
    answered: Checked,
    known: Mapping[str, Checked],
    occasion: Occasion,
    cause: Cause,
) -> Change:
    """Keep an answer and let it show: on the claim's record, its cards, or to finance.

    `known` are the answers about the claim's vouchers so far. One that says nothing does not take
    the place of one that did; it is asked again.
    """
    before = known.get(answered.identity)
    keeps = answered.conclusive or before is None or not before.conclusive
    verified = (answered,) if keeps else ()
    if claim is None or not _concerns(claim, answered.request):
        return Change(at=cause.at, verified=verified)
    now = {**known, answered.identity: answered} if keeps else known
    waited = claim.recheck
    claim = _answered(claim, answered, occasion)
    changed, notices = _effects(claim, company, answered, now, ended=claim.recheck != waited)
    again = _again(claim, answered, occasion, cause)
    entry = audit_of(
        cause,
        "verify",
        claim.number,
        invoice=answered.identity,
        state=answered.verification.state,
        provider=answered.verification.provider,
    )
    return Change(
        at=cause.at,
        claims=changed,
        verified=verified,
        audit=(entry,),
        outbox=outgoing(cause, (*notices, *again)),
    )


def _concerns(claim: Claim, request: VerifyRequest) -> bool:
    """Whether the claim lives and still has the voucher as it was asked about."""
    return claim.state is not State.VOID and request in requests_of(claim)


def _answered(claim: Claim, answered: Checked, occasion: Occasion) -> Claim:
    """Let a payment wait no longer for this answer; one that was never asked for is none."""
    if claim.recheck is None or occasion != "payment":
        return claim
    if answered.verification.reason == "tries":
        return claim
    left = tuple(i for i in claim.recheck.waiting if i != answered.identity)
    return replace(claim, recheck=replace(claim.recheck, waiting=left) if left else None)


def _effects(
    claim: Claim,
    company: Company,
    answered: Checked,
    known: Mapping[str, Checked],
    *,
    ended: bool,
) -> tuple[tuple[Claim, ...], tuple[Notice, ...]]:
    """Give the claim as it is to be stored, if it changes, and who is told.

    `ended` says that a wait before payment has changed.
    """
    if claim.state in EDITABLE:
        # A draft's findings are computed whenever it is shown.
        return (), (ShowCard(claim.employee, claim.number, "claim", only_open=True),)
    findings = with_verified(claim.findings, find_unverified(claim, known))
    if frozenset(findings) == frozenset(claim.findings):
        return ((claim,) if ended else ()), ()
    changed = replace(claim, findings=findings)
    if claim.state is State.PAID:
        return (changed,), tuple(_alarm(claim, company, answered))
    return (changed,), tuple(_redraw(claim, company))


def _alarm(claim: Claim, company: Company, answered: Checked) -> Iterable[Notice]:
    state = answered.verification.state
    if state not in DEAD:
        return
    fields = (
        ("number", claim.number),
        ("invoice", answered.request.number),
        ("employee", claim.employee),
    )
    for person in company.with_role("finance"):
        yield Say(person.id, AFTER_CODES[state], fields)


def _redraw(claim: Claim, company: Company) -> Iterable[Notice]:
    yield ShowCard(claim.employee, claim.number, "claim", only_open=True)
    for person in sorted(claim.plan.people() if claim.plan else ()):
        yield ShowCard(person, claim.number, "approval", only_open=True)
    if claim.state in {State.APPROVED, State.PAYING}:
        for cashier in company.with_role("cashier"):
            yield ShowCard(cashier.id, claim.number, "payment", only_open=True)


def _again(
    claim: Claim, answered: Checked, occasion: Occasion, cause: Cause
) -> tuple[VerifyInvoice, ...]:
    if answered.verification.state != "pending":
        return ()
    due = next_try(answered.request, answered.verification, cause.at)
    return (VerifyInvoice(claim.number, answered.request, occasion, due),) if due else ()
