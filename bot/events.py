"""What can happen: every inbound message as one frozen type, before any rule looks at it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from core import notices
from core.company import Messenger
from core.outside import ApprovalState, Ref
from core.papers import RequestKind
from core.verification import Checked, Occasion
from core.wallet import ChosenCard, WalletCard

ChannelName = notices.ChannelName


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote or clicked, as the messenger authenticated them.

    `user` is the channel's own id (DingTalk staffId, WeCom userid for both of WeCom's channels);
    `nick` is only for greetings. `group` is the chat of several people in which they wrote, "" for
    one with the bot alone.
    """

    channel: ChannelName
    user: str
    nick: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class MediaRef:
    """Where the bytes can be fetched: DingTalk downloadCode or WeCom MediaId; both expire.

    WeCom's 智能机器人 gives an address with a key of its own, good for five minutes; its `id` is
    `{"url", "aeskey"}` as JSON. An `id` gives access to the bytes and is never logged.
    """

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class TextReceived:
    """A text message, or what the platform heard in a voice message.

    `text` is as typed, cleaned only of the platform's own @-mention; `quoted` is the number of the
    claim that a quoted message or card is about.
    """

    sender: Sender
    text: str
    quoted: str = ""
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class PhotoReceived:
    """One or more pictures in one message, with the words beside them (DingTalk richText)."""

    sender: Sender
    media: tuple[MediaRef, ...]
    text: str = ""
    kind: Literal["photo"] = "photo"


@dataclass(frozen=True, slots=True)
class FileReceived:
    """A file; its name is the sender's claim, its type is decided by its bytes."""

    sender: Sender
    media: MediaRef
    kind: Literal["file"] = "file"


@dataclass(frozen=True, slots=True)
class LinkReceived:
    """A forwarded link (WeCom); it is never fetched by itself."""

    sender: Sender
    url: str
    title: str
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True)
class CardClicked:
    """A button of a card.

    `card` is the id that we chose (outTrackId, task_id); `response_code` is WeCom's fresh,
    single-use permission to redraw the clicker's card (of the 智能机器人 the event's req_id, good
    for five seconds). `sender` is authenticated by the platform
    and is the only thing that gives authority; `action`, `token` and `inputs` never do.
    """

    sender: Sender
    card: str
    action: str
    token: str
    inputs: dict[str, str] = field(default_factory=dict)
    response_code: str = ""
    kind: Literal["click"] = "click"


@dataclass(frozen=True, slots=True)
class PersonEntered:
    """Someone opened the chat or was added to the app for the first time."""

    sender: Sender
    kind: Literal["entered"] = "entered"


@dataclass(frozen=True, slots=True)
class UnsupportedReceived:
    """A message that Chit cannot use (voice, video, location, …); `what` is the platform's type."""

    sender: Sender
    what: str
    kind: Literal["unsupported"] = "unsupported"


@dataclass(frozen=True, slots=True)
class FileUploaded:
    """A file from the upload page; its bytes are kept under `sha256` already.

    `sender` is where the person is answered: a chat of their own, whichever browser they used.
    """

    sender: Sender
    sha256: str
    name: str
    kind: Literal["uploaded"] = "uploaded"


@dataclass(frozen=True, slots=True)
class CardInvoicesChosen:
    """Invoices that somebody picked from their WeChat wallet."""

    sender: Sender
    cards: tuple[ChosenCard, ...]
    kind: Literal["cards"] = "cards"


DeskAct = Literal["confirm_batch", "cancel_batch", "paid", "failed"]


@dataclass(frozen=True, slots=True)
class DeskOrdered:
    """A word of finance from its page, as the chat has them: `subject` is a batch or a claim.

    `sender` is where the person is answered as well; it is a chat of their own.
    """

    sender: Sender
    act: DeskAct
    subject: str
    words: str = ""
    amount_fen: int | None = None
    kind: Literal["desk"] = "desk"


Event = (
    TextReceived
    | PhotoReceived
    | FileReceived
    | FileUploaded
    | CardInvoicesChosen
    | LinkReceived
    | CardClicked
    | DeskOrdered
    | PersonEntered
    | UnsupportedReceived
)


@dataclass(frozen=True, slots=True)
class InvoiceVerified:
    """The tax bureau has answered a question about a voucher of a claim."""

    claim: str
    occasion: Occasion
    answered: Checked
    kind: Literal["verified"] = "verified"


@dataclass(frozen=True, slots=True)
class WalletRefused:
    """A wallet's cards keep their state; `taken` are those that somebody else has."""

    order: notices.UpdateWallet
    taken: tuple[WalletCard, ...] = ()
    kind: Literal["wallet"] = "wallet"


@dataclass(frozen=True, slots=True)
class SystemAnswered:
    """A connected system has done what an order wanted; `ref` is what it calls the outcome."""

    order: notices.CallSystem
    ref: Ref | None = None
    kind: Literal["system_answered"] = "system_answered"


@dataclass(frozen=True, slots=True)
class SystemFailed:
    """An order to a connected system was not carried out.

    `state`: it was `refused` there, or nobody knows whether it took effect (`unknown`), and it
    waits for a person (`chit stuck`), who may also have `dropped` it. Of events: the receiver wants
    no more (`gone`), takes none for now (`failing`), or has not taken one at any attempt
    (`unsent`).
    """

    order: notices.CallSystem
    state: Literal["refused", "unknown", "dropped", "gone", "failing", "unsent"]
    code: str
    text: str = ""
    kind: Literal["system_failed"] = "system_failed"


@dataclass(frozen=True, slots=True)
class SystemReported:
    """Where a process of a connected system is, as that system itself has just said."""

    system: str
    key: str
    subject: str
    state: ApprovalState
    kind: Literal["system_reported"] = "system_reported"


@dataclass(frozen=True, slots=True)
class SystemHinted:
    """A signed callback says that something has happened; the system is asked before it counts.

    `words` are the ids and numbers in it; `state` is set where the system cannot be asked.
    """

    system: str
    words: tuple[str, ...]
    state: ApprovalState | None = None
    kind: Literal["system_hinted"] = "system_hinted"


@dataclass(frozen=True, slots=True)
class SystemOffered:
    """A request that a connected system has approved for somebody of ours.

    `person` is our id, or that system's where nobody here is known by it.
    """

    system: str
    code: str
    person: str
    request: RequestKind
    title: str
    amount_fen: int
    day: date | None = None
    kind: Literal["system_offered"] = "system_offered"


@dataclass(frozen=True, slots=True)
class UserRenamed:
    """A messenger calls one of its people otherwise from now on."""

    messenger: Messenger
    old: str
    new: str
    kind: Literal["user_renamed"] = "user_renamed"


Answer = (
    InvoiceVerified
    | WalletRefused
    | SystemAnswered
    | SystemFailed
    | SystemReported
    | SystemHinted
    | SystemOffered
    | UserRenamed
)
"""What a system beyond our walls has answered: it comes from no person."""


@dataclass(frozen=True, slots=True)
class JobDue:
    """A slot of a scheduled job has been taken: the job is to be run, for nobody in particular."""

    job: str
    slot: datetime
    kind: Literal["job"] = "job"


_EVENTS: TypeAdapter[Event | Answer | JobDue] = TypeAdapter(
    Annotated[Event | Answer | JobDue, Field(discriminator="kind")]
)


def to_json(event: Event | Answer | JobDue) -> str:
    """Write an event for the inbox."""
    return _EVENTS.dump_json(event).decode()


def from_json(text: str) -> Event | Answer | JobDue:
    """Read an event back from the inbox; ValueError when it is none."""
    return _EVENTS.validate_json(text)
