"""How long to wait before something is tried again, and when to give up."""

from datetime import timedelta

from core.errors import Retryable

FIRST_S = 2.0
LONGEST_S = 600.0
MAX_ATTEMPTS = 12
"""With the doubling from two seconds to ten minutes this is about an hour."""


def pause(attempts: int, error: BaseException | None = None) -> timedelta:
    """Double from two seconds to ten minutes, or wait as long as the receiver asked."""
    wanted = error.retry_after_s if isinstance(error, Retryable) else None
    backoff = min(LONGEST_S, FIRST_S * 2 ** max(0, attempts))
    return timedelta(seconds=backoff if wanted is None else max(wanted, 0.1))
