"""Dead letters: messages and orders that were given up and wait for a person (`chit stuck`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Queue = Literal["inbox", "outbox"]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that was given up. `body` is its notice or event as JSON text."""

    queue: Queue
    id: int
    key: str
    lane: str
    body: str
    error: str
    at: datetime
    attempts: int

    @property
    def number(self) -> str:
        """The claim that it is about, as people know it; else its key."""
        return number_in(self.body) or self.key

    @property
    def what(self) -> str:
        """What it is, in the words of the code: `approval.start → weaver`, `card → wang`."""
        found = _object(self.body)
        kind = str(found.get("call") or found.get("code") or found.get("kind") or "?")
        to = str(found.get("system") or found.get("person") or found.get("user") or "")
        return f"{kind} → {to}" if to else kind


class DeadLetters(Protocol):
    """The dead letters of both queues."""

    async def all(self, limit: int) -> tuple[DeadLetter, ...]:
        """Give dead letters, oldest first."""
        ...

    async def revive(self, letter: DeadLetter) -> bool:
        """Let a letter be tried again at once; false when it is dead no longer."""
        ...

    async def drop(self, letter: DeadLetter, why: str) -> bool:
        """Give a letter up for good; false when it is dead no longer."""
        ...


class Waiting(Protocol):
    """What waits for its time in the outbox."""

    async def hasten(self, system: str) -> int:
        """Let the calls to a system that wait be made at once, as if never tried; gives how many.

        What is in hand is left to whoever has it.
        """
        ...


def _object(body: str) -> Mapping[str, object]:
    try:
        found: object = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def number_in(body: str) -> str:
    """Find the claim number in a notice or event, "" where there is none."""
    found = _object(body)
    order = found.get("order")
    places = (found, order if isinstance(order, dict) else {})
    for place in places:
        for name in ("claim", "subject"):
            if isinstance(place.get(name), str) and place[name]:
                return str(place[name])
    fields = found.get("fields")
    pairs = fields if isinstance(fields, list) else []
    named = [p[1] for p in pairs if isinstance(p, list) and len(p) == 2 and p[0] == "number"]  # noqa: PLR2004
    return str(named[0]) if named else ""
