"""The one clock of the service; everything else is handed the time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Give the present moment."""
    return datetime.now(UTC)
