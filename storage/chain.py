"""The audit trail's hash chain: each line's hash covers the line before it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from core.change import AuditEntry
from core.ports import AuditRecord


@dataclass(frozen=True, slots=True)
class Link:
    """The end of the chain: how many lines it has and the hash of the last, "" before the first."""

    seq: int = 0
    hash: str = ""


def forge(link: Link, at: datetime, entry: AuditEntry) -> AuditRecord:
    """Make the next line of the chain; `at` is kept to the microsecond, in UTC."""
    at = at.astimezone(UTC)
    content = [
        link.seq + 1,
        at.isoformat(),
        entry.actor,
        entry.action,
        entry.subject,
        entry.source,
        [list(f) for f in entry.fields],
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(f"{link.hash}\n{text}".encode()).hexdigest()
    return AuditRecord(
        seq=link.seq + 1,
        at=at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        source=entry.source,
        fields=entry.fields,
        hash=digest,
    )


def link_of(record: AuditRecord) -> Link:
    """Give the end that a line makes of the chain."""
    return Link(record.seq, record.hash)


def find_break(link: Link, records: Iterable[AuditRecord]) -> tuple[Link, int | None]:
    """Follow the chain over its next lines; gives its end and the first wrong sequence number."""
    for record in records:
        entry = AuditEntry(
            record.actor, record.action, record.subject, record.source, record.fields
        )
        if forge(link, record.at, entry) != record:
            return link, link.seq + 1
        link = link_of(record)
    return link, None
