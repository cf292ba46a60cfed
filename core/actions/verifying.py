"""Verification: when the tax bureau is asked about vouchers, and what its answer changes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from core.actions.basics import Cause, audit_of, outgoing
from core.change import Change
from core.claim import EDITABLE, Claim, State
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


def require_alive(claim: Claim) -> None:
    """Refused `invoice_dead` when the bureau has called a voucher of the claim void or red."""
    dead = tuple(f for f in claim.findings if f.code in DEAD_CODES)
    if dead:
        raise Refused("invoice_dead", number=claim.number, findings=dead)


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
    changed, notices = _effects(claim, company, answered, now)
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


def _effects(
    claim: Claim, company: Company, answered: Checked, known: Mapping[str, Checked]
) -> tuple[tuple[Claim, ...], tuple[Notice, ...]]:
    """Give the claim as it is to be stored, if it changes, and who is told."""
    if claim.state in EDITABLE:
        # A draft's findings are computed whenever it is shown.
        return (), (ShowCard(claim.employee, claim.number, "claim", only_open=True),)
    findings = with_verified(claim.findings, find_unverified(claim, known))
    if frozenset(findings) == frozenset(claim.findings):
        return (), ()
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
