"""The audit trail's hash chain: each line's hash covers the line before it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from core.change import AuditEntry
from core.ports import AuditRecord

_quoted = json.encoder.encode_basestring
"""Writes a text as `json.dumps` does that leaves what is not ASCII as it is."""


@dataclass(frozen=True, slots=True)
class Link:
    """The end of the chain: how many lines it has and the hash of the last, "" before the first."""

    seq: int = 0
    hash: str = ""


def text_of(fields: Iterable[tuple[str, str]]) -> str:
    """Write the fields of a line as JSON, without a space."""
    pairs = ",".join([f"[{_quoted(name)},{_quoted(value)}]" for name, value in fields])
    return f"[{pairs}]"


def seal_text(at: datetime, entry: AuditEntry, fields: str) -> str:
    """Write what a line says, all but its number; `at` is in UTC, `fields` are written already."""
    words = ",".join(map(_quoted, (entry.actor, entry.action, entry.subject, entry.source)))
    return f'"{at.isoformat()}",{words},{fields}]'


def seal(link: Link, text: str) -> Link:
    """Give the end that the next line makes of the chain: its number and its hash."""
    seq = link.seq + 1
    return Link(seq, hashlib.sha256(f"{link.hash}\n[{seq},{text}".encode()).hexdigest())


def forge(link: Link, at: datetime, entry: AuditEntry) -> AuditRecord:
    """Make the next line of the chain; `at` is kept to the microsecond, in UTC."""
    at = at.astimezone(UTC)
    end = seal(link, seal_text(at, entry, text_of(entry.fields)))
    return AuditRecord(
        seq=end.seq,
        at=at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        source=entry.source,
        fields=entry.fields,
        hash=end.hash,
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
