"""WeCom as a channel: what the rest of the bot may ask of it, in WeCom's terms."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog
from aiohttp import web
from yarl import URL

from bot.channels.http import Guard, Outgoing, origin_of
from bot.channels.rate import MemberRate
from bot.channels.wecom.api import WeComApi
from bot.channels.wecom.callback import Callback
from bot.channels.wecom.crypto import CallbackKeys
from bot.channels.wecom.directory import WeComDirectory
from bot.channels.wecom.signin import inside_url, read_member, web_url
from bot.channels.wecom.tickets import Tickets, sign_cards, sign_page
from bot.channels.wecom.wallet import PDF_HOSTS, WeComWallet
from bot.channels.wecom.wire import (
    build_card,
    build_image,
    build_text,
    build_update,
    split_text,
    text_field,
    unreached,
)
from bot.events import ChannelName, MediaRef
from bot.port import Accept, CardHandle, CardPicker, Fetched, Heed, JsonObject, Stir
from core.errors import OutsideError, Rejected, Unsupported
from core.ports import Clock

LOGIN_URL = "https://login.work.weixin.qq.com"
OPEN_URL = "https://open.weixin.qq.com"
BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 60.0)
FETCH_TIMEOUT_S = 10.0
_MAX_PARTS = 20
_CARD_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}", re.ASCII)

_log = structlog.get_logger(__name__)


class WeComChannel:
    """One self-built application of one company.

    `accept` makes an inbound message durable before it is acknowledged; `on_refused` is told the
    reason of every refused callback (a metric); `back_off_s` are the pauses between attempts to
    get the first token. People sign in at `open_url` inside WeCom, at `login_url` elsewhere.
    `heed` is told which approvals of WeCom's own have moved, `stir` that the address
    book has changed. `directory` is that address book; `contact_secret` is that of its
    synchronisation, "" for none, `job_number` the name of the attribute.
    """

    name: ChannelName = "wecom"

    def __init__(
        self,
        *,
        corp_id: str,
        agent_id: int,
        secret: str,
        token: str,
        encoding_aes_key: str,
        api_url: str,
        accept: Accept,
        clock: Clock,
        on_refused: Callable[[str], None],
        back_off_s: Sequence[float] = BACK_OFF_S,
        login_url: str = LOGIN_URL,
        open_url: str = OPEN_URL,
        heed: Heed | None = None,
        stir: Stir | None = None,
        contact_secret: str = "",
        job_number: str = "",
    ) -> None:
        self._corp_id = corp_id
        self._login_url = login_url
        self._open_url = open_url
        self._agent_id = agent_id
        self._back_off_s = back_off_s
        self._api = WeComApi(corp_id=corp_id, secret=secret, api_url=api_url, clock=clock)
        everybody = (
            WeComApi(corp_id=corp_id, secret=contact_secret, api_url=api_url, clock=clock)
            if contact_secret
            else None
        )
        self.directory = WeComDirectory(self._api, everybody, job_number=job_number)
        self._clock = clock
        self._tickets = Tickets(self._api, clock)
        server = URL(api_url)
        self._outgoing = Outgoing([server.host or ""], timeout_s=FETCH_TIMEOUT_S)
        guard = Guard(frozenset({origin_of(server)}), PDF_HOSTS)
        self.wallet = WeComWallet(self._api, self._outgoing, guard)
        self._rate = MemberRate(clock)
        self._callback = Callback(
            CallbackKeys(corp_id, token, encoding_aes_key),
            accept=accept,
            clock=clock,
            on_refused=on_refused,
            heed=heed,
            stir=stir,
        )
        self._greeting: asyncio.Task[None] | None = None

    def routes(self, path: str) -> list[web.RouteDef]:
        """Give GET and POST of the callback for the service's application."""
        return self._callback.routes(path)

    async def start(self) -> None:
        """Get the first token in the background; returns at once."""
        if self._greeting is None:
            self._greeting = asyncio.create_task(self._greet())

    async def stop(self) -> None:
        """Stop trying and give the connections back."""
        if self._greeting is not None:
            self._greeting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._greeting
            self._greeting = None
        await self._outgoing.close()
        await self.directory.close()
        await self._api.close()

    def connected(self) -> bool:
        """Whether WeCom knows us: the last attempt to get a token succeeded."""
        return self._api.admitted

    async def token(self, refused: str = "") -> str:
        """Give the application's token, a new one when `refused` is the one that was known."""
        return await self._api.shared_token(refused)

    async def probe(self) -> None:
        """Prove our credentials and address without telling anybody anything.

        A token alone proves no address: only calls with one are refused for an unknown address.
        """
        await self._api.ask("get_api_domain_ip")

    async def send_text(self, user: str, text: str) -> None:
        """Send words to one person, in several messages when they are long.

        ResultUnknown when an answer got lost: a repetition would be a second message. When a
        later part fails with Retryable, a repetition sends the earlier ones again.
        """
        parts = split_text(text)
        if not 1 <= len(parts) <= _MAX_PARTS:
            raise Rejected("text_length", parts=len(parts))
        _check_receiver(user)
        self._rate.take(user, len(parts))
        for part in parts:
            await self._send(build_text(user, self._agent_id, part), repeatable=False)

    async def send_picture(self, user: str, name: str, data: bytes) -> None:
        """Send a picture to one person; errors as `send_text`."""
        _check_receiver(user)
        self._rate.take(user)
        media_id = await self._api.upload_picture(name, data)
        await self._send(build_image(user, self._agent_id, media_id), repeatable=False)

    async def create_card(self, user: str, card: str, body: JsonObject, alert: str) -> CardHandle:  # noqa: ARG002  (WeCom announces a card by its title)
        """Deliver a template card; `body` is the template_card, its task_id becomes `card`.

        May be repeated: WeCom drops the same message within four hours, and a task_id that exists
        already counts as delivered. The handle then has no code, so the first redrawing will
        raise Unsupported and the caller creates a new card.
        """
        if not _CARD_ID.fullmatch(card):
            raise Rejected("card_id")
        _check_receiver(user)
        self._rate.take(user)
        message = build_card(user, self._agent_id, card, body)
        try:
            answer = await self._send(message, repeatable=True)
        except Rejected as error:
            if error.code != "card_exists":
                raise
            return CardHandle(card, user)
        code = text_field(answer, "response_code")
        return CardHandle(card, user, (code,) if code else (), text_field(answer, "msgid"))

    async def update_card(self, handle: CardHandle, body: JsonObject) -> CardHandle:
        """Redraw a card with the oldest code that still works; gives the handle without it.

        `body` is a whole template_card or {"button": {"replace_name": …}}. Which errcode a used
        or expired code has is not documented, so any refusal moves on to the next code;
        Unsupported when none is left.
        """
        for place, code in enumerate(handle.codes, start=1):
            update = build_update(handle.user, self._agent_id, code, handle.card, body)
            try:
                answer = await self._api.call(
                    "message/update_template_card", update, repeatable=True
                )
            except Rejected as error:
                _log.info("wecom_code_refused", card=handle.card, **error.fields)
                continue
            _check_delivered(answer)
            return replace(handle, codes=handle.codes[place:])
        raise Unsupported("no_response_code", card=handle.card)

    async def download(self, media: MediaRef) -> Fetched:
        """Fetch a picture or file by its MediaId, which WeCom keeps for three days."""
        return Fetched(await self._api.media(media.id))

    def sign_in_url(self, *, redirect: str, state: str, inside: bool) -> str:
        """Give the address at which WeCom says who somebody is."""
        if inside:
            return inside_url(self._open_url, self._corp_id, self._agent_id, redirect, state)
        return web_url(self._login_url, self._corp_id, self._agent_id, redirect, state)

    async def sign_in(self, code: str) -> str:
        """Give the userid behind a code; Rejected `code_refused`, `stranger`."""
        return read_member(await self._api.member(code))

    async def card_picker(self, url: str) -> CardPicker:
        """Sign a page's address and the choice of invoices on it."""
        page, cards = await self._tickets.get("jsapi"), await self._tickets.get("wx_card")
        nonce, timestamp = secrets.token_hex(8), int(self._clock().timestamp())
        return CardPicker(
            corp_id=self._corp_id,
            timestamp=timestamp,
            nonce=nonce,
            signature=sign_page(page, nonce, timestamp, url.partition("#")[0]),
            card_sign=sign_cards(cards, self._corp_id, nonce, timestamp),
        )

    async def _send(self, message: JsonObject, *, repeatable: bool) -> JsonObject:
        answer = await self._api.call("message/send", message, repeatable=repeatable)
        _check_delivered(answer)
        return answer

    async def _greet(self) -> None:
        attempt = 0
        while not self._api.admitted:
            try:
                await self._api.token()
            except OutsideError as error:
                wait_s = self._back_off_s[min(attempt, len(self._back_off_s) - 1)]
                _log.warning("wecom_not_admitted", reason=error.code, retry_in_s=wait_s)
                attempt += 1
                await asyncio.sleep(wait_s)


def _check_receiver(user: str) -> None:
    """Let nothing through that WeCom would read as several people or as everybody."""
    if not user or "|" in user or user.startswith("@"):
        raise Rejected("unknown_user")


def _check_delivered(answer: JsonObject) -> None:
    """Errcode 0 is not yet delivered: receivers that were left out stand in the success."""
    reason = unreached(answer)
    if reason:
        raise Rejected(reason)
