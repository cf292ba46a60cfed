"""Payment batches: made by one person, checked by another, and only then let out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.actions.basics import Cause, audit_of, outgoing
from core.actions.settlement import PAYERS
from core.change import Change
from core.claim import Claim, Event
from core.company import Company
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
    `maker_unfit` for somebody who may not pay.
    """
    if named is None:
        if needs_checker(company, total_fen):
            raise Refused("maker_missing", total=format_yuan(total_fen))
        return NOBODY
    if not _pays(company, named):
        raise Refused("maker_unfit", person=named)
    return named


def needs_checker(company: Company, total_fen: int) -> bool:
    """Whether a batch of so much may leave only after a second person has agreed."""
    limit = company.payments.check_above_fen
    return limit is not None and total_fen > limit


def _pays(company: Company, person_id: str) -> bool:
    person = company.person(person_id)
    return person is not None and person.active and bool(PAYERS.intersection(person.roles))


def _require_payer(company: Company, cause: Cause) -> None:
    if not _pays(company, cause.actor):
        raise Refused("not_allowed", action="check_batch", person=cause.actor)


def close_batch(
    batch: PaymentBatch, payments: Sequence[Payment], total_fen: int, company: Company, cause: Cause
) -> Change:
    """Say what went into a batch: it may leave, or waits for somebody other than its maker."""
    waits = needs_checker(company, total_fen)
    closed = replace(
        batch,
        state="waiting" if waits else "released",
        left=batch.left and not waits,
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


def settle(batch: PaymentBatch, payments: Sequence[Payment]) -> tuple[PaymentBatch, list[Payment]]:
    """Say what stands in the file of a batch, and with which amounts.

    What has left stays, but for what failed. Until then nothing is paid by it that was paid
    otherwise, by hand or by an earlier batch, and of what arrived in part it has the rest.
    """
    if batch.left:
        gone = set(batch.settled)
        return batch, [p for p in payments if p.state in {"exported", "paid"} and p.id not in gone]
    found = [p for p in payments if p.state == "exported"]
    return replace(
        batch,
        parts=tuple((p.id, p.owed_fen) for p in found if p.owed_fen != p.amount_fen),
        settled=tuple(p.id for p in payments if p.state == "paid"),
    ), found


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
    batch: PaymentBatch,
    payments: Sequence[Payment],
    company: Company,
    cause: Cause,
    claims: Iterable[Claim] = (),
) -> Change | None:
    """Agree to a batch; None when that was noted before. `claims` are those that it pays.

    What was paid otherwise since it was made falls out of it. Refused `not_allowed`, `own_batch`
    for its maker, `own_batch_claim` for whoever is paid by it or has filed a claim of it,
    `batch_was_cancelled`, `batch_is_released`, `batch_not_waiting`, `batch_empty`.
    """
    _require_checker(batch, payments, company, cause, claims)
    if batch.state == "released" and batch.checker == cause.actor:
        return None
    _require_waiting(batch)
    batch, found = settle(batch, payments)
    if not found:
        raise Refused("batch_empty", batch=batch.id)
    released = replace(
        batch,
        state="released",
        checker=cause.actor,
        checked_at=cause.at,
        count=len(found),
        total_fen=sum(p.owed_fen for p in found),
    )
    people = dict.fromkeys((cause.actor, batch.maker))
    said = [Say(p, "batch_released", _facts(released)) for p in people if company.person(p)]
    total = format_yuan(released.total_fen)
    return Change(
        at=cause.at,
        batches=(released,),
        audit=(audit_of(cause, "release_batch", batch.id, total=total),),
        outbox=outgoing(cause, said),
    )


def _require_waiting(batch: PaymentBatch) -> None:
    if batch.state == "waiting":
        return
    if batch.state == "cancelled":
        raise Refused("batch_was_cancelled", batch=batch.id)
    code = "batch_is_released" if batch.state == "released" else "batch_not_waiting"
    raise Refused(code, batch=batch.id)


def cancel(
    batch: PaymentBatch,
    owed: Sequence[tuple[Claim, Payment]],
    company: Company,
    cause: Cause,
    reason: str,
) -> Change:
    """Turn a batch down before its file has left: everything in it is owed as before.

    `owed` are its payments that are still under way. Refused `not_allowed`,
    `batch_reason_missing`, and as `release` for a batch that does not wait.
    """
    _require_payer(company, cause)
    _require_waiting(batch)
    if not reason.strip():
        raise Refused("batch_reason_missing", batch=batch.id)
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
    batch: PaymentBatch,
    payments: Iterable[Payment],
    company: Company,
    cause: Cause,
    claims: Iterable[Claim],
) -> None:
    """Nobody checks what they made themselves, or what pays a claim of their own."""
    _require_payer(company, cause)
    if batch.maker == cause.actor:
        raise Refused("own_batch", batch=batch.id)
    own = [c.number for c in claims if cause.actor in c.owners]
    own += [p.claim for p in payments if p.payee == cause.actor and p.to == "employee"]
    if own:
        raise Refused("own_batch_claim", batch=batch.id, number=own[0])
