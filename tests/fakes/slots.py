"""Slots of scheduled jobs in memory, by the same rules as in the database."""

from dataclasses import dataclass
from datetime import datetime

from core.ports import Inbox
from core.schedule import JobRun


@dataclass(slots=True)
class _Slot:
    asked: bool = False
    finished_at: datetime | None = None
    said: str = ""


class MemorySlots:
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._slots: dict[tuple[str, datetime], _Slot] = {}

    async def take(self, job: str, slot: datetime, key: str, body: str, at: datetime) -> bool:
        if (job, slot) in self._slots:
            return False
        self._slots[job, slot] = _Slot()
        await self._inbox.put(key, f"job:{job}", body, at)
        return True

    async def begin(self, job: str, slot: datetime, at: datetime) -> None:
        self._slots.setdefault((job, slot), _Slot(asked=True))

    async def finish(self, job: str, slot: datetime, at: datetime, said: str) -> None:
        found = self._slots.get((job, slot))
        if found and found.finished_at is None:
            found.finished_at, found.said = at, said

    async def has_ended(self, job: str, slot: datetime) -> bool:
        found = self._slots.get((job, slot))
        return found is not None and found.finished_at is not None

    async def watch(self, job: str, at: datetime) -> datetime:
        known = [
            slot
            for (name, slot), row in self._slots.items()
            if name == job and not row.asked and slot <= at
        ]
        if not known:
            self._slots[job, at] = _Slot()
        return max(known, default=at)

    async def latest(self) -> tuple[JobRun, ...]:
        ended = [
            JobRun(job, slot, row.finished_at, row.said, row.asked)
            for (job, slot), row in self._slots.items()
            if row.finished_at
        ]
        last = {run.job: run for run in sorted(ended, key=lambda r: (r.finished_at, r.slot))}
        return tuple(last[job] for job in sorted(last))
