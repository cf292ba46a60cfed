"""Scheduled jobs: what is remembered of their runs, so that each slot is run exactly once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Missed = Literal["late", "skip", "all"]
"""What becomes of slots that passed while nothing was running: the last one is run late, none is
run, or every one of them."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """A run of a job that has ended; `said` is what it did, in one line of `name=count`.

    `asked` marks one that somebody started by hand.
    """

    job: str
    slot: datetime
    finished_at: datetime
    said: str
    asked: bool = False


class Slots(Protocol):
    """Which runs of which jobs have begun and ended, over all replicas."""

    async def take(self, job: str, slot: datetime, key: str, body: str, at: datetime) -> bool:
        """Begin a slot, for exactly one of all who ask: its message goes into the inbox with it.

        Both are durable together, so that a crash right after loses nothing.
        """
        ...

    async def begin(self, job: str, slot: datetime, at: datetime) -> None:
        """Note a run that somebody started by hand at `slot`; no message goes with it."""

    async def finish(self, job: str, slot: datetime, at: datetime, said: str) -> None:
        """Note that a run has ended; the first word about it stays."""

    async def has_ended(self, job: str, slot: datetime) -> bool:
        """Whether a run has ended already."""
        ...

    async def watch(self, job: str, at: datetime) -> datetime:
        """Give the newest slot of a job's schedule, up to `at`, that was begun.

        For a job that is new here it is `at`, remembered: nothing from before counts as missed.
        """
        ...

    async def latest(self) -> tuple[JobRun, ...]:
        """Give the last ended run of every job, in order of their names."""
        ...
