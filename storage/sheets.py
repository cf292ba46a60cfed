"""What a change will write, as far as it needs no lock: worked out while other batches run."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from core.change import AuditEntry, Change, Outgoing, Reserve
from core.claim import Claim, State
from core.notices import to_json
from core.spending import Fact, facts_of
from storage.chain import seal_text, text_of
from storage.documents import write, write_next


class ClaimSheet(NamedTuple):
    """A claim's row with its next revision, its facts, and whom it waits for until when."""

    number: str
    row: dict[str, object]
    facts: tuple[Fact, ...]
    waiting: frozenset[tuple[str, datetime | None]]


class AuditSheet(NamedTuple):
    """A line of the record without number and hash, and the `text` that is hashed with both."""

    row: dict[str, object]
    text: str


class Sheet(NamedTuple):
    """A change with its claims, its lines of the record, its notices without their numbers.

    `charges` has what its new holds hold, by name.
    """

    change: Change
    claims: tuple[ClaimSheet, ...]
    audit: tuple[AuditSheet, ...]
    outbox: tuple[dict[str, object], ...]
    charges: Mapping[str, str]


def sheet_of(change: Change) -> Sheet:
    """Work out a change; ValueError when a text in it cannot be written."""
    return Sheet(
        change,
        tuple(_claim(claim) for claim in change.claims),
        tuple(_audit(change.at, entry) for entry in change.audit),
        tuple(outbox_row(change.at, told) for told in change.outbox),
        {
            move.hold.name: write(move.hold.charges)
            for move in change.moves
            if isinstance(move, Reserve)
        },
    )


def outbox_row(at: datetime, told: Outgoing) -> dict[str, object]:
    """Make the row of a notice, all but its number."""
    return {
        "id": 0,
        "key": told.key,
        "lane": told.lane,
        "notice": to_json(told.notice),
        "created_at": at,
    }


def _audit(at: datetime, entry: AuditEntry) -> AuditSheet:
    at = at.astimezone(UTC)
    fields = text_of(entry.fields)
    row: dict[str, object] = {
        "seq": 0,
        "at": at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "source": entry.source,
        "fields": fields,
        "hash": "",
    }
    return AuditSheet(row, seal_text(at, entry, fields))


def _claim(claim: Claim) -> ClaimSheet:
    due = due_of(claim)
    row: dict[str, object] = {
        "number": claim.number,
        "revision": claim.revision + 1,
        "state": claim.state.value,
        "kind": claim.kind,
        "employee": claim.employee,
        "created_at": claim.created_at,
        "submitted_at": claim.submitted_at,
        "document": write_next(claim),
    }
    waits = frozenset((person, due) for person in waiting_people(claim))
    return ClaimSheet(claim.number, row, facts_of(claim), waits)


def waiting_people(claim: Claim) -> tuple[str, ...]:
    """Give the people whose decision a claim waits for; only one in review waits."""
    if claim.plan is None or claim.state is not State.IN_REVIEW:
        return ()
    return tuple(dict.fromkeys(claim.plan.waiting()))


def due_of(claim: Claim) -> datetime | None:
    """Give when the step that a claim in review waits at should be decided."""
    step = claim.plan.step if claim.plan and claim.state is State.IN_REVIEW else None
    return step.due if step else None
