"""Leases in memory, by the same rules as in the database."""

from datetime import datetime


class MemoryLeaders:
    def __init__(self) -> None:
        self._held: dict[str, tuple[str, datetime, int]] = {}

    async def take(self, name: str, holder: str, now: datetime, until: datetime) -> int | None:
        known, ends, fence = self._held.get(name, (holder, now, 1))
        if known != holder and ends > now:
            return None
        fence += known != holder
        self._held[name] = holder, until, fence
        return fence

    async def leave(self, name: str, holder: str, now: datetime) -> None:
        known, _, fence = self._held.get(name, ("", now, 0))
        if known == holder:
            self._held[name] = holder, now, fence
