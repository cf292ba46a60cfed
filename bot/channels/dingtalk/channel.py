"""DingTalk as a channel: what the rest of the bot may ask of it."""

import secrets
from collections.abc import Callable, Iterable, Mapping

from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.channels.dingtalk import signin
from bot.channels.dingtalk.answers import card_variables
from bot.channels.dingtalk.api import DingTalkApi
from bot.channels.dingtalk.directory import DingTalkDirectory
from bot.channels.dingtalk.hosts import FILE_HOSTS
from bot.channels.dingtalk.intake import Intake, OnRefused
from bot.channels.dingtalk.stream import DingTalkStream, Timings
from bot.channels.http import Guard, Outgoing, origin_of
from bot.events import ChannelName, MediaRef
from bot.port import Accept, CardHandle, Fetched, Heed, JsonObject, Stir
from core.ports import Clock

LOGIN_URL = "https://login.dingtalk.com"
_RANDOM = secrets.SystemRandom().random


def _say_nothing(_reason: str) -> None:
    """Stand in for a counter that nobody asked for."""


class DingTalkChannel:
    """One application of one organisation in DingTalk.

    `corp_id` may be empty: then the organisation of a sender is not checked. `template_id` may be
    empty: then the platform's built-in card is used. `processing` are the variables that a card
    shows from the click until it is redrawn. `public_hosts` are further origins
    (`https://files.example:8443`) from which files may be fetched, besides those of `api_url` and
    `oapi_url` and the vendor's own. `on_refused` is told why a frame had no effect, for a counter.
    People sign in at `login_url`. `heed` is told which approvals of DingTalk's own have moved,
    `stir` that the address book has changed; `directory` is that address book.
    """

    name: ChannelName = "dingtalk"

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        robot_code: str,
        corp_id: str,
        template_id: str,
        api_url: str,
        oapi_url: str,
        accept: Accept,
        clock: Clock,
        processing: Mapping[str, str],
        public_hosts: Iterable[str] = (),
        on_refused: OnRefused = _say_nothing,
        timings: Timings | None = None,
        jitter: Callable[[], float] = _RANDOM,
        resolver: AbstractResolver | None = None,
        login_url: str = LOGIN_URL,
        heed: Heed | None = None,
        stir: Stir | None = None,
    ) -> None:
        timings = timings or Timings()
        origins = frozenset(origin_of(URL(url)) for url in (api_url, oapi_url, *public_hosts))
        self._template_id = template_id
        self._client_id = client_id
        self._corp_id = corp_id
        self._login_url = login_url
        self._guard = Guard(origins, FILE_HOSTS)
        self._outgoing = Outgoing(
            (host for _, host, _ in origins), timeout_s=timings.call_s, resolver=resolver
        )
        self._api = DingTalkApi(
            self._outgoing,
            api_url=api_url,
            oapi_url=oapi_url,
            client_id=client_id,
            client_secret=client_secret,
            robot_code=robot_code or client_id,
            clock=clock,
        )
        self.directory = DingTalkDirectory(self._api.ask_old)
        intake = Intake(
            accept,
            corp_id=corp_id,
            processing=processing,
            on_refused=on_refused,
            accept_s=timings.accept_s,
            heed=heed,
            stir=stir,
        )
        self._stream = DingTalkStream(
            client_id=client_id,
            client_secret=client_secret,
            plain_allowed=URL(api_url).scheme == "http",
            open_stream=self._api.open_stream,
            intake=intake,
            timings=timings,
            jitter=jitter,
        )

    async def start(self) -> None:
        """Connect in the background; returns at once."""
        self._stream.launch()

    async def stop(self) -> None:
        """Close within five seconds."""
        await self._stream.stop()
        await self._outgoing.close()

    def connected(self) -> bool:
        """Whether messages can arrive now."""
        return self._stream.connected

    async def token(self, refused: str = "") -> str:
        """Give the application's token, a new one when `refused` is the one that was known."""
        return await self._api.token(refused)

    async def probe(self) -> None:
        """Prove our credentials without telling anybody anything; errors of `core.errors`."""
        await self._api.probe()

    async def send_text(self, user: str, text: str) -> None:
        """Send words to one person; ResultUnknown when they may or may not have arrived."""
        await self._api.send_text(user, text)

    async def say_in_group(self, group: str, text: str) -> None:
        """Say words in a chat of several people that has the bot; errors as `send_text`."""
        await self._api.say_in_group(group, text)

    async def send_picture(self, user: str, name: str, data: bytes) -> None:
        """Send a picture to one person; errors as `send_text`."""
        await self._api.send_picture(user, name, data)

    async def create_card(self, user: str, card: str, body: JsonObject, alert: str) -> CardHandle:
        """Deliver a card with the variables of `body["cardParamMap"]`; safe to repeat."""
        await self._api.create_card(user, card, self._template_id, card_variables(body), alert)
        return CardHandle(card, user)

    async def update_card(self, handle: CardHandle, body: JsonObject) -> CardHandle:
        """Change the variables that `body["cardParamMap"]` names; safe to repeat."""
        await self._api.update_card(handle.card, card_variables(body))
        return handle

    async def download(self, media: MediaRef) -> Fetched:
        """Fetch the file behind a download code; Rejected `media_expired`, `media_too_large`."""
        url = await self._api.media_url(media.id)
        return await self._outgoing.fetch_media(url, self._guard)

    def sign_in_url(self, *, redirect: str, state: str, inside: bool) -> str:  # noqa: ARG002  (the same page serves DingTalk's own browser)
        """Give the address of DingTalk's web sign-in."""
        return signin.sign_in_url(self._login_url, self._client_id, redirect, state)

    async def sign_in(self, code: str) -> str:
        """Give the user id behind a code; Rejected `code_refused`, `stranger`."""
        return await self._api.sign_in(code, self._corp_id)
