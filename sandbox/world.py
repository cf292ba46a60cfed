"""What can be seen: the phones with their messages and cards, and the trail of all traffic."""

import asyncio
import itertools
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from sandbox.config import Clock, Platform

JsonObject = dict[str, object]
Kind = Literal["text", "markdown", "image", "file", "card"]
Sender = Literal["user", "bot"]
Direction = Literal["in", "out"]

TRAIL_LENGTH = 5000
LISTENER_LENGTH = 1000


@dataclass(slots=True)
class CardView:
    """A card as one person's phone shows it; `body` is the wire JSON now in force."""

    id: str
    platform: Platform
    body: JsonObject
    state: Literal["active", "disabled"] = "active"
    replace_name: str = ""
    notice: str = ""

    def as_json(self) -> JsonObject:
        """Give the card in the form of the page's API."""
        return {
            "id": self.id,
            "platform": self.platform,
            "body": self.body,
            "state": self.state,
            "replace_name": self.replace_name,
            "notice": self.notice,
        }


@dataclass(slots=True)
class Item:
    """One message in a chat between a person and the bot; `at` in Unix seconds."""

    id: str
    at: float
    sender: Sender
    kind: Kind
    text: str = ""
    name: str = ""
    url: str = ""
    card: CardView | None = None

    def as_json(self) -> JsonObject:
        """Give the message in the form of the page's API."""
        return {
            "id": self.id,
            "at": stamp(self.at),
            "from": self.sender,
            "kind": self.kind,
            "text": self.text,
            "name": self.name,
            "url": self.url,
            "card": self.card.as_json() if self.card else None,
        }


@dataclass(slots=True)
class Phone:
    """One person's chat with the bot on one platform; `rev` grows with every change."""

    rev: int = 0
    items: list[Item] = field(default_factory=list)

    def card(self, card: str) -> CardView | None:
        """Find the newest card with an id."""
        for item in reversed(self.items):
            if item.card is not None and item.card.id == card:
                return item.card
        return None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One thing that crossed the wire: `in` went to the bot, `out` came from it. No secrets."""

    seq: int
    at: float
    platform: Platform
    direction: Direction
    what: str
    detail: str

    def as_json(self) -> JsonObject:
        """Give the line in the form of the page's API."""
        return {
            "seq": self.seq,
            "at": stamp(self.at),
            "platform": self.platform,
            "direction": self.direction,
            "what": self.what,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """Something to be seen anew; `user` is empty when only the trail grew."""

    rev: int
    platform: Platform
    user: str


Listener = asyncio.Queue[Change | None]


class World:
    """All phones and the trail; it knows no wire and no rule of a platform."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._phones: dict[tuple[Platform, str], Phone] = {}
        self._trail: deque[TrailLine] = deque(maxlen=TRAIL_LENGTH)
        self._seq = itertools.count(1)
        self._rev = 0
        self._listeners: set[Listener] = set()

    def phone(self, platform: Platform, user: str) -> Phone:
        """Give a person's phone, a new one on first use."""
        return self._phones.setdefault((platform, user), Phone())

    def show(self, platform: Platform, user: str, item: Item) -> None:
        """Put a message on a phone."""
        self.phone(platform, user).items.append(item)
        self.touch(platform, user)

    def touch(self, platform: Platform, user: str) -> None:
        """Tell everyone who looks that a phone has changed."""
        self._rev += 1
        self.phone(platform, user).rev = self._rev
        self._tell(Change(self._rev, platform, user))

    def note(self, platform: Platform, direction: Direction, what: str, detail: str) -> None:
        """Add a line to the trail."""
        self._rev += 1
        now = self.clock()
        self._trail.append(TrailLine(next(self._seq), now, platform, direction, what, detail))
        self._tell(Change(self._rev, platform, ""))

    def trail(self, after: int) -> list[TrailLine]:
        """Give the lines with a greater number, oldest first."""
        return [line for line in self._trail if line.seq > after]

    @contextmanager
    def listen(self) -> Iterator[Listener]:
        """Hear of changes as long as the context lasts; None means that the world ends."""
        listener: Listener = asyncio.Queue(LISTENER_LENGTH)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def end(self) -> None:
        """Let every listener go."""
        for listener in self._listeners:
            if listener.full():
                listener.get_nowait()
            listener.put_nowait(None)

    def _tell(self, change: Change) -> None:
        for listener in self._listeners:
            if not listener.full():  # a page that does not read catches up from its next one
                listener.put_nowait(change)


def stamp(at: float) -> str:
    """Write Unix seconds as ISO 8601 with milliseconds, UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
