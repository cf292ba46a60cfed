"""The 智能机器人 as a channel: what the rest of the bot may ask of it, in its own terms."""

import asyncio
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace

import structlog
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.channels.http import MEDIA_LIMIT_BYTES, Guard, Outgoing, origin_of
from bot.channels.rate import MemberRate
from bot.channels.wecom_bot.answers import CARD_EXISTS, STALE_REQ_ID
from bot.channels.wecom_bot.connection import Connection, Timings, new_id
from bot.channels.wecom_bot.frames import (
    SEND,
    UPDATE,
    UPLOAD_CHUNK,
    UPLOAD_FINISH,
    UPLOAD_INIT,
    WELCOME,
    string,
)
from bot.channels.wecom_bot.intake import Intake, OnRefused
from bot.channels.wecom_bot.leader import Leader
from bot.channels.wecom_bot.link import Link
from bot.channels.wecom_bot.sealed import open_file
from bot.channels.wecom_bot.speech import (
    build_card,
    build_chunks,
    build_group_text,
    build_picture,
    build_text,
    build_update,
    build_upload,
    build_welcome,
)
from bot.channels.wecom_bot.wire import split_media
from bot.events import ChannelName, MediaRef
from bot.port import Accept, CardHandle, Fetched, JsonObject
from core.errors import Rejected, ResultUnknown, Retryable, Unsupported
from core.ports import Clock, Leaders

FILE_HOSTS = re.compile(
    r"ww-aibot-[a-z0-9-]+\.cos\.[a-z0-9-]+\.(?:myqcloud|tencentcos)\.(?:com|cn)"
    r"|(?:[a-z0-9-]+\.)*work\.weixin\.qq\.com"
)
"""The bucket in which WeCom keeps the files of bots (as seen), and WeCom's own hosts.

No document lists them; a link elsewhere is refused and shows up in the log as `address_refused`.
"""
_SEAL_BYTES = 32
_CARD_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}", re.ASCII)
_RANDOM = secrets.SystemRandom().random

_log = structlog.get_logger(__name__)


class WeComBotChannel:
    """One 智能机器人 of one company; its people are those of the self-built application.

    Of several replicas the one that `leaders` lets lead holds the connection, and only it can
    speak. `accept` makes a message durable; `on_refused` is told why a callback had no effect;
    `apology` is said to somebody whose message was lost. `public_hosts` are further origins
    (`https://files.example:8443`) from which files may be fetched, besides that of `ws_url` and
    WeCom's own.
    """

    name: ChannelName = "wecom_bot"

    def __init__(
        self,
        *,
        bot_id: str,
        secret: str,
        ws_url: str,
        accept: Accept,
        clock: Clock,
        leaders: Leaders,
        holder: str,
        apology: str,
        on_refused: OnRefused,
        public_hosts: Iterable[str] = (),
        timings: Timings | None = None,
        jitter: Callable[[], float] = _RANDOM,
        leader: Leader | None = None,
        intake: Intake | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        timings = timings or Timings()
        plain = URL(ws_url)
        web = plain.with_scheme("https" if plain.scheme == "wss" else "http")
        origins = frozenset(origin_of(url) for url in (web, *map(URL, public_hosts)))
        self._guard = Guard(origins, FILE_HOSTS)
        self._outgoing = Outgoing(
            (host for _, host, _ in origins), timeout_s=timings.call_s, resolver=resolver
        )
        self._clock = clock
        self._rate = MemberRate(clock)
        self._leader = leader or Leader(
            leaders, name=f"wecom_bot:{bot_id}", holder=holder, clock=clock
        )
        self._connection = Connection(
            self._outgoing,
            bot_id=bot_id,
            secret=secret,
            ws_url=ws_url,
            leader=self._leader,
            intake=intake or Intake(accept, clock=clock, on_refused=on_refused, apology=apology),
            timings=timings,
            jitter=jitter,
        )

    async def start(self) -> None:
        """Ask to lead and connect in the background; returns at once."""
        self._leader.launch()
        self._connection.launch()

    async def stop(self) -> None:
        """Close, and let a standby take over at once; within five seconds."""
        await self._connection.stop()
        await self._leader.stop()
        await self._outgoing.close()

    def connected(self) -> bool:
        """Whether messages can arrive now, at this replica or at the one that leads."""
        return self._connection.up or self._leader.followed

    def leading(self) -> bool:
        """Whether this replica is the one that speaks."""
        return self._leader.leading

    async def send_text(self, user: str, text: str) -> None:
        """Send words to one person; somebody who has just entered the chat is welcomed by them.

        Rejected when the person never wrote to the bot. ResultUnknown when the answer got lost:
        a repetition would be a second message.
        """
        message = build_text(user, text)
        link = self._connection.link()
        _check_receiver(user)
        self._rate.take(user)
        entrance = link.windows.take_entrance(user, self._clock())
        if entrance is not None:
            try:
                await link.ask(WELCOME, entrance, build_welcome(text))
            except Rejected as error:
                _log.info("wecom_bot_welcome_refused", code=error.code)
            else:
                return
        await link.ask(SEND, new_id(SEND), message)

    async def send_picture(self, user: str, name: str, data: bytes) -> None:
        """Upload a picture in pieces and send it to one person; errors as `send_text`.

        What is lost before the message goes out is a picture that nobody sees: Retryable.
        """
        _check_receiver(user)
        link = self._connection.link()
        media_id = await self._upload(link, build_upload(name, data), data)
        self._rate.take(user)
        await link.ask(SEND, new_id(SEND), build_picture(user, media_id))

    async def _upload(self, link: Link, announced: JsonObject, data: bytes) -> str:
        """Put a picture into WeCom's store; gives its media_id."""
        try:
            begun = await link.ask(UPLOAD_INIT, new_id(UPLOAD_INIT), announced)
            upload_id = string(begun.body, "upload_id")
            for piece in build_chunks(upload_id, data):
                await link.ask(UPLOAD_CHUNK, new_id(UPLOAD_CHUNK), piece)
            ended = await link.ask(UPLOAD_FINISH, new_id(UPLOAD_FINISH), {"upload_id": upload_id})
        except ResultUnknown as lost:
            raise Retryable(lost.code) from None
        media_id = string(ended.body, "media_id")
        if not media_id:
            raise Rejected("upload_refused")
        return media_id

    async def say_in_group(self, group: str, text: str) -> None:
        """Say words in a group that has written to the bot; ResultUnknown as `send_text`."""
        link = self._connection.link()
        self._rate.take(group)
        await link.ask(SEND, new_id(SEND), build_group_text(group, text))

    async def create_card(self, user: str, card: str, body: JsonObject, alert: str) -> CardHandle:  # noqa: ARG002  (WeCom announces a card by its title)
        """Deliver a template card; `body` is the template_card, its task_id becomes `card`.

        May be repeated: a task_id that exists already counts as delivered.
        """
        if not _CARD_ID.fullmatch(card):
            raise Rejected("card_id")
        link = self._connection.link()
        _check_receiver(user)
        self._rate.take(user)
        try:
            await link.ask(SEND, new_id(SEND), build_card(user, card, body))
        except ResultUnknown as lost:
            raise Retryable(lost.code) from None
        except Rejected as error:
            if error.code != CARD_EXISTS:
                raise
        return CardHandle(card, user)

    async def update_card(self, handle: CardHandle, body: JsonObject) -> CardHandle:
        """Redraw the card of a click that came within five seconds; gives the handle without it.

        There is no other way to redraw a card: Unsupported otherwise.
        """
        link = self._connection.link()
        click = link.windows.take_click(handle.codes, self._clock())
        if click is None:
            raise Unsupported("no_fresh_click", card=handle.card)
        self._rate.take(handle.user)
        try:
            await link.ask(UPDATE, click, build_update(handle.user, handle.card, body))
        except ResultUnknown as lost:
            raise Unsupported(lost.code, card=handle.card) from None
        except Rejected as error:
            if error.code != STALE_REQ_ID:
                raise
            raise Unsupported(error.code, card=handle.card) from None
        return replace(handle, codes=tuple(code for code in handle.codes if code != click))

    async def download(self, media: MediaRef) -> Fetched:
        """Fetch and open a picture or file; its address lives for five minutes.

        Rejected `media_expired`, `media_too_large`, `media_sealed`, `address_refused`.
        """
        url, key = split_media(media)
        limit_bytes = MEDIA_LIMIT_BYTES + _SEAL_BYTES
        sealed = await self._outgoing.fetch_media(url, self._guard, limit_bytes)
        return Fetched(await asyncio.to_thread(open_file, sealed.data, key), sealed.name)


def _check_receiver(user: str) -> None:
    if not user:
        raise Rejected("unknown_user")
