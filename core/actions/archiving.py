"""The archive's traces in the records: packages that were made, originals that were deleted."""

from collections.abc import Iterable, Mapping
from datetime import date

from core.actions.basics import Cause, audit_of
from core.change import Change, Tombstone


def note_export(month: str, cause: Cause, facts: Mapping[str, str]) -> Change:
    """Keep on the record that a package was made, and the hash of its manifest."""
    return Change(at=cause.at, audit=(audit_of(cause, "export_archive", month, **facts),))


def purge(hashes: Iterable[str], before: date, cause: Cause) -> Change:
    """Put tombstones in the place of originals; the bytes go after this is true."""
    gone = tuple(Tombstone(name, cause.at, cause.actor) for name in sorted(set(hashes)))
    subject = f"before {before.isoformat()}"
    entry = audit_of(
        cause,
        "purge_originals",
        subject,
        count=str(len(gone)),
        files=" ".join(t.sha256 for t in gone),
    )
    return Change(at=cause.at, tombstones=gone, audit=(entry,))
