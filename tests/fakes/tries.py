"""Counts of questions in memory, by the same rules as in the database."""

from datetime import date


class MemoryTries:
    def __init__(self) -> None:
        self._counted: dict[str, tuple[date, int]] = {}

    async def take(self, identity: str, day: date, limit: int) -> bool:
        last, tries = self._counted.get(identity, (day, 0))
        tries = 0 if last < day else tries
        if tries >= limit:
            return False
        self._counted[identity] = max(last, day), tries + 1
        return True

    async def give_back(self, identity: str, day: date) -> None:
        last, tries = self._counted.get(identity, (day, 0))
        if last == day and tries > 0:
            self._counted[identity] = day, tries - 1
