"""Payment batches: made by one person, checked by another, and only then let out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.actions.basics import Cause, audit_of, outgoing
from core.actions.settlement import PAYERS
from core.change import Change
from core.claim import Claim, Event
from core.company import Company, Person
from core.errors import Refused
from core.money import format_yuan
from core.notices import Notice, Say, ShowCard
from core.payment import Payment
from core.payment_batch import PaymentBatch

NOBODY = "cashier"
"""The maker of a batch where nobody was named."""


def find_maker(company: Company, named: str | None, total_fen: int) -> str:
    """Say who makes a batch of so much.

    Refused `maker_missing` where a second person must check it and nobody was named,
    `not_allowed` for somebody who may not pay.
    """
    if named is None:
        if needs_checker(company, total_fen):
            raise Refused("maker_missing", total=format_yuan(total_fen))
        return NOBODY
    _require_payer(company, named)
    return named


def needs_checker(company: Company, total_fen: int) -> bool:
    """Whether a batch of so much may leave only after a second person has agreed."""
    limit = company.payments.check_above_fen
    return limit is not None and total_fen > limit


def _require_payer(company: Company, person_id: str) -> Person:
    person = company.person(person_id)
    if person is None or not person.active or not PAYERS.intersection(person.roles):
        raise Refused("not_allowed", action="pay", person=person_id)
    return person


def close_batch(
    batch: PaymentBatch, payments: Sequence[Payment], total_fen: int, company: Company, cause: Cause
) -> Change:
    """Say what went into a batch: it may leave, or waits for somebody other than its maker."""
    waits = needs_checker(company, total_fen)
    closed = replace(
        batch,
        state="waiting" if waits else "released",
        count=len(payments),
        total_fen=total_fen,
    )
    notices = _ask_checkers(closed, company) if waits else []
    entry = audit_of(
        cause,
        "make_batch",
        batch.id,
        count=str(len(payments)),
        total=format_yuan(total_fen),
        state=closed.state,
    )
    return Change(at=cause.at, batches=(closed,), audit=(entry,), outbox=outgoing(cause, notices))


def _ask_checkers(batch: PaymentBatch, company: Company) -> list[Notice]:
    people = {p.id for role in sorted(PAYERS) for p in company.with_role(role)} - {batch.maker}
    return [Say(p, "batch_waits", _facts(batch)) for p in sorted(people)]


def _facts(batch: PaymentBatch) -> tuple[tuple[str, str], ...]:
    return (
        ("batch", batch.id),
        ("count", str(batch.count)),
        ("total", format_yuan(batch.total_fen)),
        ("employee", batch.maker),
    )


def release(
    batch: PaymentBatch, payments: Iterable[Payment], company: Company, cause: Cause
) -> Change | None:
    """Agree to a batch; None when that was noted before.

    Refused `not_allowed`, `own_batch` for its maker, `own_claim` for whoever is paid by it,
    `batch_not_waiting`.
    """
    _require_checker(batch, payments, company, cause)
    if batch.state == "released" and batch.checker == cause.actor:
        return None
    if batch.state != "waiting":
        raise Refused("batch_not_waiting", batch=batch.id)
    released = replace(batch, state="released", checker=cause.actor, checked_at=cause.at)
    people = dict.fromkeys((cause.actor, batch.maker))
    said = [Say(p, "batch_released", _facts(batch)) for p in people if company.person(p)]
    return Change(
        at=cause.at,
        batches=(released,),
        audit=(audit_of(cause, "release_batch", batch.id, total=format_yuan(batch.total_fen)),),
        outbox=outgoing(cause, said),
    )


def cancel(
    batch: PaymentBatch,
    owed: Sequence[tuple[Claim, Payment]],
    company: Company,
    cause: Cause,
    reason: str,
) -> Change:
    """Turn a batch down before its file has left: everything in it is owed as before.

    `owed` are its payments that are still under way. Refused as `release`, and `reason_missing`.
    """
    _require_payer(company, cause.actor)
    if not reason.strip():
        raise Refused("reason_missing", number=batch.id, action="reject")
    if batch.state != "waiting":
        raise Refused("batch_not_waiting", batch=batch.id)
    claims, payments = [], []
    for claim, payment in owed:
        claims.append(claim.after(Event.FAIL_PAYMENT))
        payments.append(replace(payment, state="pending", batch=None))
    facts = (*_facts(batch), ("reason", reason.strip()))
    people = dict.fromkeys((cause.actor, batch.maker))
    notices: list[Notice] = [Say(p, "batch_cancelled", facts) for p in people if company.person(p)]
    notices += [ShowCard(c.employee, c.number, "claim", only_open=True) for c in claims]
    return Change(
        at=cause.at,
        claims=tuple(claims),
        payments=tuple(payments),
        batches=(replace(batch, state="cancelled", checker=cause.actor, checked_at=cause.at),),
        audit=(audit_of(cause, "cancel_batch", batch.id, reason=reason.strip()),),
        outbox=outgoing(cause, notices),
    )


def _require_checker(
    batch: PaymentBatch, payments: Iterable[Payment], company: Company, cause: Cause
) -> None:
    _require_payer(company, cause.actor)
    if batch.maker == cause.actor:
        raise Refused("own_batch", batch=batch.id)
    if any(p.payee == cause.actor and p.to == "employee" for p in payments):
        raise Refused("own_claim", number=batch.id)
