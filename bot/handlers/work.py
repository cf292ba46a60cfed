"""What a handler may touch: the person, the moment, the records, and one way to commit."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from bot.events import ChannelName, MediaRef, Sender
from bot.port import Fetched
from core.actions.basics import Cause, Settings, lane_of
from core.change import CardCode, Change, Dialog, InboxRef, Outgoing
from core.claim import State
from core.company import Company, LegalEntity, Person, TaxRule
from core.invoice import Reading
from core.notices import Notice, Reply, Say, SayInGroup, ShowCard
from core.outside import Links
from core.ports import Files, Store
from core.quiet import QuietHours
from core.spending import Spending
from core.wallet import WalletPort


class Media(Protocol):
    """Fetches what a message only points to."""

    async def download(self, channel: ChannelName, media: MediaRef) -> Fetched:
        """Give the bytes and their name; Rejected `media_expired` when their code has died."""
        ...


class Reader(Protocol):
    """Reads vouchers; bytes that are none give a reading that says why."""

    async def read(
        self,
        name: str,
        data: bytes,
        *,
        companies: Sequence[LegalEntity] = (),
        rules: Sequence[TaxRule] = (),
    ) -> tuple[Reading, ...]:
        """Give one reading a voucher; never raises for what the bytes contain.

        `companies` are the own ones, by which a photo's buyer is checked and mended; `rules` of
        input tax take the place of built-in ones.
        """
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """The parts that stay the same from message to message."""

    store: Store
    files: Files
    media: Media
    reader: Reader
    settings: Settings
    spending: Spending
    cards_in_app: bool = False
    """Whether WeCom's cards come in the application's chat, also for who writes to the bot."""
    upload_url: str = ""
    """The page that takes files which a chat cannot deliver."""
    wallet: WalletPort | None = None
    """WeChat wallets, where WeCom is set up."""
    quiet: QuietHours | None = None
    """The company's quiet hours, in which what can wait does."""
    links: Links | None = None
    """What of ours is what of connected systems', where there are any."""


@dataclass(slots=True)
class Work:
    """One message in hand. Whatever a handler commits also finishes the message, once."""

    rooms: Rooms
    company: Company
    sender: Sender
    person: Person
    now: datetime
    today: date
    source: str
    inbox: InboxRef | None
    codes: tuple[CardCode, ...] = ()
    committed: bool = field(default=False, init=False)
    by_words: bool = field(default=False, init=False)
    """Whether it is a command in words, whose card may be far up in the chat."""

    @property
    def store(self) -> Store:
        """The records."""
        return self.rooms.store

    @property
    def cause(self) -> Cause:
        """Who acts, when, proved by which message."""
        return Cause(self.person.id, self.now, self.source)

    async def commit(self, change: Change) -> None:
        """Make a change true and the message done; errors as `Store.commit`."""
        inbox = None if self.committed else self.inbox
        beside = (*self._pointer(change), *self._in_group(), *self._echo(change))
        outbox = (*change.outbox, *beside)
        codes = (*self.codes, *change.codes)
        await self.store.commit(replace(change, outbox=outbox, codes=codes, inbox=inbox))
        self.committed, self.codes = True, ()

    async def also(self, change: Change) -> None:
        """Make a change true beside others, before the message itself is done.

        The message may be handled again after a crash: what is committed so must be harmless to
        repeat, and its cause needs a source of its own.
        """
        await self.store.commit(change)

    async def tell(self, *notices: Notice, dialog: Dialog | None = None) -> None:
        """Commit nothing but words: answers, cards to redraw, a question to await."""
        dialogs = () if dialog is None else (dialog,)
        await self.commit(Change(at=self.now, outbox=self.outgoing(notices), dialogs=dialogs))

    async def answer(self, code: str, **fields: str) -> None:
        """Answer the sender where they wrote."""
        await self.tell(self.reply(code, **fields))

    def reply(self, code: str, **fields: str) -> Reply:
        """Make an answer to the sender where they wrote."""
        return Reply(self.sender.channel, self.sender.user, code, tuple(fields.items()))

    def outgoing(self, notices: tuple[Notice, ...]) -> tuple[Outgoing, ...]:
        """Key notices by this message; answers keep their order with the sender's cards."""
        return tuple(
            Outgoing(f"{self.source}!{i}", self._lane(notice), notice)
            for i, notice in enumerate(dict.fromkeys(notices))
        )

    def _in_group(self) -> tuple[Outgoing, ...]:
        """Say in a group that the answer comes in private, to each once a day, and nothing else."""
        sender = self.sender
        if not sender.group or self.committed:
            return ()
        said = SayInGroup(sender.channel, sender.group, "in_private")
        key = f"{lane_of(said)}:{sender.user}:{self.today}"
        return (Outgoing(key, lane_of(said), said),)

    def _echo(self, change: Change) -> tuple[Outgoing, ...]:
        """Say how a claim stands after a command in words that only redraws cards."""
        told = any(self._reaches_sender(o.notice) for o in change.outbox)
        if not self.by_words or self.committed or told or not change.claims:
            return ()
        claim = change.claims[0]
        waits = claim.plan.waiting() if claim.plan and claim.state is State.IN_REVIEW else ()
        fields = {"number": claim.number, "state": claim.state.value, "people": " ".join(waits)}
        return (Outgoing(f"{self.source}!echo", self.person.id, self.reply("stands", **fields)),)

    def _reaches_sender(self, notice: Notice) -> bool:
        if isinstance(notice, ShowCard):
            return notice.person == self.person.id and notice.fresh
        return isinstance(notice, Reply) or (
            isinstance(notice, Say) and notice.person == self.person.id
        )

    def _pointer(self, change: Change) -> tuple[Outgoing, ...]:
        """Say where a card is when it comes in another chat than the one that was written in."""
        if self.sender.channel != "wecom_bot" or not self.rooms.cards_in_app or self.committed:
            return ()
        cards = [
            o.notice.claim
            for o in change.outbox
            if isinstance(o.notice, ShowCard)
            and o.notice.person == self.person.id
            and not o.notice.only_open
            and o.notice.purpose != "todo"
        ]
        if not cards:
            return ()
        answer = self.reply("card_in_app", number=cards[-1])
        return (Outgoing(f"{self.source}!app", self.person.id, answer),)

    def _lane(self, notice: Notice) -> str:
        return self.person.id if isinstance(notice, Reply) else lane_of(notice)
