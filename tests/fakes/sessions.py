"""Sessions in memory, by the same rules as in the database."""

from dataclasses import replace
from datetime import datetime

from core.ports import Session, SignInTry


class MemorySessions:
    def __init__(self) -> None:
        self._begun: dict[str, tuple[SignInTry, datetime]] = {}
        self._open: dict[str, Session] = {}

    async def begin(self, key: str, attempt: SignInTry, until: datetime, now: datetime) -> None:
        self._begun = {k: (a, u) for k, (a, u) in self._begun.items() if u > now}
        self._begun[key] = attempt, until

    async def take(self, key: str, browser: str, now: datetime) -> SignInTry | None:
        attempt, until = self._begun.get(key, (None, now))
        if attempt is None or attempt.browser != browser or until <= now:
            return None
        del self._begun[key]
        return attempt

    async def open(self, key: str, session: Session, now: datetime) -> None:
        self._open = {k: s for k, s in self._open.items() if s.until > now}
        self._open[key] = session

    async def find(self, key: str, now: datetime) -> Session | None:
        session = self._open.get(key)
        return session if session and session.until > now else None

    async def extend(self, key: str, until: datetime) -> None:
        if key in self._open:
            self._open[key] = replace(self._open[key], until=until)

    async def end(self, key: str) -> None:
        self._open.pop(key, None)
