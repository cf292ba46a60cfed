"""What the rest of the bot may ask of a messenger, whichever it is."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.events import ChannelName, Event, MediaRef

JsonObject = dict[str, object]
"""A card or message body exactly as it goes over the wire."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """An event on its way to the inbox: `key` makes repetition harmless, `lane` keeps the order."""

    key: str
    lane: str
    event: Event


Accept = Callable[[Inbound], Awaitable[bool]]
"""Make an event durable; true when it is new, false when its key was there already."""

Heed = Callable[[str, Sequence[str]], Awaitable[None]]
"""Make durable that the messenger's own approvals have moved: a name of the delivery that makes it
single, and the ids in it."""

Rename = tuple[str, str]
"""What the messenger called somebody, and what it calls them now."""

Stir = Callable[[Rename | None], Awaitable[None]]
"""Make durable that the messenger's address book has changed."""


@dataclass(frozen=True, slots=True)
class CardHandle:
    """What is needed to redraw a card that was delivered.

    `card` is the id that we chose, `codes` are WeCom's unused response codes (each single use,
    72 h; of its 智能机器人 the req_ids of clicks, five seconds), oldest first; DingTalk needs none.
    """

    card: str
    user: str
    codes: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a picture or file, and the name that came with them, "" when none did."""

    data: bytes
    name: str = ""


@dataclass(frozen=True, slots=True)
class Back:
    """Where a browser comes back to, and the random state that makes it the same sign-in."""

    url: str
    state: str


class SignInDoor(Protocol):
    """A messenger as the one who knows people: pages let in whom it vouches for."""

    name: ChannelName

    def sign_in_url(self, *, redirect: str, state: str, inside: bool) -> str:
        """Give the address at which a browser proves who it is.

        It comes back to `redirect` with a code and `state` (letters and digits). `inside` says
        that the browser is the messenger's own.
        """
        ...

    async def sign_in(self, code: str) -> str:
        """Give the user id behind the code of a sign-in, which is spent by it.

        Rejected `code_refused` for a code that is none, was used or has expired, `stranger` for
        somebody of another organisation or of none.
        """
        ...


@dataclass(frozen=True, slots=True)
class CardPicker:
    """What a page needs to open a person's WeChat wallet: good for one address and some minutes."""

    corp_id: str
    timestamp: int
    nonce: str
    signature: str
    card_sign: str


class CardDoor(Protocol):
    """A messenger whose pages can let people pick invoices from their WeChat wallet."""

    async def card_picker(self, url: str) -> CardPicker:
        """Sign a page's address; errors of `core.errors`."""
        ...


@runtime_checkable
class GroupVoice(Protocol):
    """A messenger in which the bot may be in chats of several people."""

    async def say_in_group(self, group: str, text: str) -> None:
        """Say words to all of them; errors of `core.errors`."""


@runtime_checkable
class PictureVoice(Protocol):
    """A messenger that takes pictures at any time."""

    async def send_picture(self, user: str, name: str, data: bytes) -> None:
        """Send a PNG to one person; ResultUnknown when it may or may not have arrived."""


class Channel(Protocol):
    """One messenger. Errors are those of `core.errors` (Retryable, Rejected, ResultUnknown, …)."""

    name: ChannelName

    async def start(self) -> None:
        """Connect in the background; returns at once."""

    async def stop(self) -> None:
        """Close within five seconds."""

    def connected(self) -> bool:
        """Whether messages can arrive now."""
        ...

    async def send_text(self, user: str, text: str) -> None:
        """Send words to one person at any time."""

    async def create_card(self, user: str, card: str, body: JsonObject, alert: str) -> CardHandle:
        """Deliver a new card under our id; the same id twice is one card."""
        ...

    async def update_card(self, handle: CardHandle, body: JsonObject) -> CardHandle:
        """Redraw a delivered card.

        Raises Unsupported when the platform gives no more permission (no code left); the caller
        then creates a new card.
        """
        ...

    async def download(self, media: MediaRef) -> Fetched:
        """Fetch a picture or file; Rejected when its code has expired."""
        ...
