"""What people are to be told; rendered only when it is sent, from the state of that moment."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from pydantic import Field, TypeAdapter

from core.verification import Occasion, VerifyRequest
from core.wallet import CardStatus, WalletCard

ChannelName = Literal["dingtalk", "wecom", "wecom_bot"]
"""DingTalk, WeCom's self-built application, WeCom's 智能机器人. The two of WeCom know people by
the same ids."""

Purpose = Literal["claim", "approval", "payment"]
"""claim: the employee's card, from draft to paid; approval: an approver's; payment: the
cashier's."""

CardPurpose = Purpose | Literal["alert", "todo"]
"""alert: the card of whoever answers for a budget, about that budget; todo: the clean claims that
an approver may agree to together."""


@dataclass(frozen=True, slots=True)
class ShowCard:
    """Draw a claim's card for one person; that of a `todo` is about a list (`show_todo`).

    `fresh` puts a new card at the bottom of the chat and closes the older ones of that purpose;
    otherwise the delivered card is redrawn where it is. `only_open` redraws and never creates.
    One with `due` is drawn not before that moment, and holds up nothing else.
    """

    person: str
    claim: str
    purpose: Purpose | Literal["todo"]
    fresh: bool = False
    only_open: bool = False
    due: datetime | None = None
    kind: Literal["card"] = "card"

    @property
    def subject(self) -> str:
        """What the card is about: the claim."""
        return self.claim


TODO_LISTS = "todo-"


def show_todo(person: str, *, fresh: bool = False) -> ShowCard:
    """Draw the list of what somebody may agree to together."""
    return ShowCard(person, f"{TODO_LISTS}{person}", "todo", fresh=fresh, only_open=not fresh)


@dataclass(frozen=True, slots=True)
class ShowAlert:
    """Draw a budget's alert for one person: the threshold that was crossed, in percent.

    Without one it is a forecast, that the budget `runs_out` on a day. `only_open` redraws the card
    that the person has and never creates one.
    """

    person: str
    budget: str
    threshold: int = 0
    runs_out: date | None = None
    only_open: bool = False
    kind: Literal["alert"] = "alert"

    @property
    def subject(self) -> str:
        """What the card is about: the budget, under a name that no claim has."""
        return f"budget:{self.budget}"

    @property
    def purpose(self) -> Literal["alert"]:
        """Every card of a budget's alerts takes the place of the one before."""
        return "alert"

    @property
    def fresh(self) -> bool:
        """Whether it is a new card at the bottom of the chat."""
        return not self.only_open


@dataclass(frozen=True, slots=True)
class Say:
    """Send one text: `code` names it in `bot.texts`, `fields` fill it."""

    person: str
    code: str
    fields: tuple[tuple[str, str], ...] = ()
    kind: Literal["say"] = "say"


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer somebody by channel id, also one whom the company does not know.

    `budgets` are drawn below the words, where the messenger takes pictures.
    """

    channel: ChannelName
    user: str
    code: str
    fields: tuple[tuple[str, str], ...] = ()
    kind: Literal["reply"] = "reply"
    budgets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SayInGroup:
    """Say in a chat of several people that the answer has come in private; nothing else."""

    channel: ChannelName
    group: str
    code: str
    kind: Literal["group"] = "group"


@dataclass(frozen=True, slots=True)
class VerifyInvoice:
    """Ask the tax bureau about a voucher of a claim, not before `due`; its answer is an inbox row.

    It goes to no person.
    """

    claim: str
    request: VerifyRequest
    occasion: Occasion = "draft"
    due: datetime | None = None
    kind: Literal["verify"] = "verify"


@dataclass(frozen=True, slots=True)
class UpdateWallet:
    """Change the state of a claim's cards in one person's WeChat wallet, all or none.

    It goes to no person; when somebody else has a card, that is an inbox row.
    """

    claim: str
    openid: str
    cards: tuple[WalletCard, ...]
    to: CardStatus
    kind: Literal["wallet"] = "wallet"


@dataclass(frozen=True, slots=True)
class CallSystem:
    """Have a connected system do something, not before `not_before`; its answer is an inbox row.

    `call` names a row of `bot.jobs.calls.CALLS`; `subject` is the claim number that people know it
    by; `key` is ours for what is made there, the same for every call about it. It goes to no
    person: each system has a pump of its own.
    """

    system: str
    call: str
    subject: str
    key: str
    fields: tuple[tuple[str, str], ...] = ()
    not_before: datetime | None = None
    kind: Literal["system"] = "system"

    def field(self, name: str) -> str:
        """Give one of the facts, or an empty text."""
        return dict(self.fields).get(name, "")


SYSTEM_LANES = "system:"
"""How the lanes of calls to systems begin; those of people never do."""

Told = ShowCard | ShowAlert | Say | Reply
"""What people are told."""
Notice = Told | SayInGroup | VerifyInvoice | UpdateWallet | CallSystem
_ENCODER = msgspec.json.Encoder()
_NOTICES: TypeAdapter[Notice] = TypeAdapter(Annotated[Notice, Field(discriminator="kind")])


def to_json(notice: Notice) -> str:
    """Write a notice for the outbox."""
    return _ENCODER.encode(notice).decode()


def from_json(text: str) -> Notice:
    """Read a notice back; ValueError when it is none."""
    return _NOTICES.validate_json(text)
