"""WeCom drops what one member gets beyond 30 messages a minute without a word; so it is counted."""

from collections import deque
from datetime import datetime, timedelta

from core.errors import Retryable
from core.ports import Clock

_WINDOWS = ((timedelta(minutes=1), 29), (timedelta(hours=1), 990))
"""One below WeCom's 30 a minute, ten below its 1,000 an hour: its clock is not ours."""
_MANY_MEMBERS = 10_000


class MemberRate:
    """A sliding window for each member; userids compare without case."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent: dict[str, deque[datetime]] = {}

    def take(self, user: str, count: int = 1) -> None:
        """Book `count` messages to one member, all or none.

        Raises Retryable `member_rate` with the seconds until they fit.
        """
        now = self._clock()
        sent = self._recent(user.lower(), now)
        wait_s = max(_wait_s(sent, now, count, span, limit) for span, limit in _WINDOWS)
        if wait_s > 0:
            raise Retryable("member_rate", retry_after_s=wait_s)
        sent.extend([now] * count)

    def _recent(self, member: str, now: datetime) -> deque[datetime]:
        if len(self._sent) > _MANY_MEMBERS:
            self._forget_silent(now)
        sent = self._sent.setdefault(member, deque())
        longest = _WINDOWS[-1][0]
        while sent and sent[0] <= now - longest:
            sent.popleft()
        return sent

    def _forget_silent(self, now: datetime) -> None:
        longest = _WINDOWS[-1][0]
        self._sent = {m: s for m, s in self._sent.items() if s and s[-1] > now - longest}


def _wait_s(sent: deque[datetime], now: datetime, count: int, span: timedelta, limit: int) -> float:
    """Seconds until `count` more fit into one window; 0 when they fit now."""
    inside = [at for at in sent if at > now - span]
    over = len(inside) + count - limit
    if over <= 0:
        return 0.0
    last = inside[min(over, len(inside)) - 1] if inside else now
    return (last + span - now).total_seconds()
