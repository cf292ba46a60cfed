"""The only place that knows everybody: builds the parts from the settings and joins them."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot import router
from bot.cards.dingtalk import (
    PROCESSING,
    PROCESSING_BUILTIN,
    for_dingtalk,
    for_dingtalk_builtin,
)
from bot.cards.wecom import for_wecom, for_wecom_bot
from bot.channels.dingtalk.channel import DingTalkChannel
from bot.channels.wecom.channel import WeComChannel
from bot.channels.wecom_bot.channel import WeComBotChannel
from bot.config import Config
from bot.events import ChannelName, MediaRef, to_json
from bot.handlers.work import Rooms
from bot.jobs import relay, worker
from bot.jobs.drawing import Render, Studio
from bot.jobs.pump import Pump
from bot.jobs.verifying import Verifier
from bot.jobs.wallet import Wallets
from bot.port import Accept, Channel, Fetched, Inbound, SignInDoor
from bot.texts import say
from bot.web.access import Access
from bot.web.api import Api
from bot.web.cards_page import CardsPage
from bot.web.claim_page import ClaimPage
from bot.web.health import Health, Metrics
from bot.web.pages import Pages
from bot.web.problems import problems
from bot.web.sessions import Visits
from bot.web.signin import SignIn
from bot.web.site import Site
from bot.web.todo_page import TodoPage
from bot.web.upload_page import UploadPage
from connectors.verify.aliyun.adapter import AliyunVerify
from connectors.verify.baidu.adapter import BaiduVerify
from connectors.verify.tencent.adapter import TencentVerify
from core.actions.basics import Settings, VerifyRules
from core.errors import Rejected
from core.ports import Clock, InboxItem, OutboxItem
from core.verification import VerifyPort
from recognition.reader import Recogniser
from recognition.seal.trust import load_anchors
from storage.files import open_files
from storage.open import Storage, open_storage

log = structlog.get_logger(__name__)

GRACE_S = 4.0
"""What is in hand may finish for so long when the service stops; in all it stops within 10 s."""


def utc_now() -> datetime:
    """Give the present moment: the one clock of the service."""
    return datetime.now(UTC)


def settings_of(config: Config) -> Settings:
    """Give what the business may know of the settings."""
    asks = config.connectors.verify
    rules = VerifyRules(asks.recheck_days) if asks else None
    return Settings(config.budget.consume_on, config.budget.unmatched, rules)


@dataclass(frozen=True, slots=True)
class _Media:
    """Fetches through whichever channel a message came from."""

    channels: Mapping[ChannelName, Channel]

    async def download(self, channel: ChannelName, media: MediaRef) -> Fetched:
        found = self.channels.get(channel)
        if found is None:
            raise Rejected("channel_off", channel=channel)
        return await found.download(media)


@dataclass(slots=True)
class Service:
    """A running service; `url` is where it listens."""

    config: Config
    storage: Storage
    recogniser: Recogniser
    channels: dict[ChannelName, Channel]
    inbox: Pump[InboxItem]
    outbox: Pump[OutboxItem]
    runner: web.AppRunner
    bureau: VerifyPort | None = None
    url: str = ""
    warming: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self, *, warm: bool = True) -> None:
        """Listen, connect, and begin to work on what waits.

        `warm` loads the OCR models at once, so that the first photo need not wait for them.
        """
        await self.runner.setup()
        server = self.config.server
        site = web.TCPSite(self.runner, server.host, server.port)
        await site.start()
        host, port = self.runner.addresses[0][:2]
        self.url = f"http://{_reachable(host)}:{port}"
        self.inbox.start()
        self.outbox.start()
        for channel in self.channels.values():
            await channel.start()
        self.warming.append(asyncio.create_task(self._warm(models=warm), name="warm"))
        log.info("serving", url=self.url, channels=sorted(self.channels))
        if self.channels and not server.public_url:
            log.warning("public_url_missing", links=self.url)

    async def _warm(self, *, models: bool) -> None:
        """Start the reading of files beside the rest; a file that comes sooner waits for it."""
        await self.recogniser.start()
        if models:
            await self.recogniser.warm()

    async def stop(self) -> None:
        """Stop receiving, let what is in hand finish, close; nothing acknowledged is lost."""
        for task in self.warming:
            task.cancel()
        await asyncio.gather(*self.warming, return_exceptions=True)
        await self.runner.cleanup()
        await asyncio.gather(self.inbox.stop(GRACE_S), self.outbox.stop(GRACE_S))
        await asyncio.gather(*(c.stop() for c in self.channels.values()), return_exceptions=True)
        await self.recogniser.stop()
        if self.bureau:
            await self.bureau.close()
        await self.storage.close()
        log.info("stopped")


async def build(config: Config, clock: Clock = utc_now) -> Service:
    """Open the storage and join the parts; nothing runs before `start`."""
    router.check_routes()
    storage = await open_storage(config.database.url, clock)
    metrics = Metrics()
    accept = _accepting(storage, metrics, clock)
    channels = _channels(config, storage, metrics, clock, accept)
    wecom = _wecom(channels)
    recogniser = Recogniser(anchors=load_anchors(config.recognition.trust_anchors))
    settings = settings_of(config)
    rooms = Rooms(
        store=storage.store,
        files=open_files(config.files.url),
        media=_Media(channels),
        reader=recogniser,
        settings=settings,
        cards_in_app=config.wecom.enabled,
        upload_url=f"{_public_url(config)}/app/upload",
        wallet=wecom.wallet if wecom else None,
    )
    hands = worker.InboxWorker(storage.inbox, rooms, clock=clock, zone=config.zone)
    bureau = _bureau(config, clock)
    mouth = relay.Relay(
        storage.outbox,
        storage.store,
        Studio(storage.store, settings, _renders(config), _public_url(config)),
        channels,
        clock,
        config.zone,
        _voice(channels),
        Verifier(bureau, storage.store, storage.tries, storage.inbox, clock) if bureau else None,
        Wallets(wecom.wallet, storage.inbox, clock) if wecom else None,
    )
    inbox: Pump[InboxItem] = Pump(
        "inbox",
        lease=hands.lease,
        handle=hands.handle,
        renew=hands.renew,
        wait=storage.wait_inbox,
        parallel=worker.PARALLEL,
    )
    outbox: Pump[OutboxItem] = Pump(
        "outbox",
        lease=mouth.lease,
        handle=mouth.handle,
        renew=mouth.renew,
        wait=storage.wait_outbox,
        parallel=relay.PARALLEL,
    )
    pages = _pages(config, storage, rooms, channels, clock, accept)
    runner = _web(config, storage, channels, pages, metrics, clock)
    return Service(config, storage, recogniser, channels, inbox, outbox, runner, bureau)


def _public_url(config: Config) -> str:
    """Give the address in links; without a setting it is good for this machine only."""
    server = config.server
    return (server.public_url or f"http://{_reachable(server.host)}:{server.port}").rstrip("/")


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host


def _bureau(config: Config, clock: Clock) -> VerifyPort | None:
    """Build the way to the tax bureau, if there is one."""
    asks = config.connectors.verify
    if asks is None:
        return None
    adapters: dict[str, Callable[..., VerifyPort]] = {
        "aliyun": AliyunVerify,
        "baidu": BaiduVerify,
        "tencent": partial(TencentVerify, region=asks.region),
    }
    return adapters[asks.provider](
        key=asks.key,
        secret=asks.secret.get_secret_value(),
        clock=clock,
        base_url=asks.base_url,
        per_second=asks.per_second,
        types=asks.types,
    )


def _voice(channels: Mapping[ChannelName, Channel]) -> Callable[[], bool]:
    """Say whether this replica may tell people things: with a bot only the one that leads can."""
    bot = channels.get("wecom_bot")
    return bot.leading if isinstance(bot, WeComBotChannel) else lambda: True


def _accepting(storage: Storage, metrics: Metrics, clock: Clock) -> Accept:
    """Make what puts an event into the inbox, counted."""

    async def accept(inbound: Inbound) -> bool:
        new = await storage.inbox.put(inbound.key, inbound.lane, to_json(inbound.event), clock())
        metrics.accepted(inbound.event.sender.channel, inbound.event.kind, new=new)
        return new

    return accept


def _channels(
    config: Config, storage: Storage, metrics: Metrics, clock: Clock, accept: Accept
) -> dict[ChannelName, Channel]:
    """Build the enabled channels; each makes what it receives durable before it acknowledges."""
    channels: dict[ChannelName, Channel] = {}
    if config.dingtalk.enabled:
        ding = config.dingtalk
        channels["dingtalk"] = DingTalkChannel(
            client_id=ding.client_id,
            client_secret=ding.client_secret.get_secret_value(),
            robot_code=ding.robot_code or ding.client_id,
            corp_id=ding.corp_id,
            template_id=ding.card_template_id,
            api_url=ding.api_url,
            oapi_url=ding.oapi_url,
            login_url=ding.login_url,
            accept=accept,
            clock=clock,
            processing=PROCESSING if ding.card_template_id else PROCESSING_BUILTIN,
            on_refused=metrics.refuse("dingtalk"),
        )
    if config.wecom.enabled:
        wecom = config.wecom
        channels["wecom"] = WeComChannel(
            corp_id=wecom.corp_id,
            agent_id=wecom.agent_id,
            secret=wecom.secret.get_secret_value(),
            token=wecom.token.get_secret_value(),
            encoding_aes_key=wecom.encoding_aes_key.get_secret_value(),
            api_url=wecom.api_url,
            login_url=wecom.login_url,
            open_url=wecom.open_url,
            accept=accept,
            clock=clock,
            on_refused=metrics.refuse("wecom"),
        )
    if config.wecom_bot.enabled:
        bot = config.wecom_bot
        channels["wecom_bot"] = WeComBotChannel(
            bot_id=bot.bot_id,
            secret=bot.secret.get_secret_value(),
            ws_url=bot.ws_url,
            accept=accept,
            clock=clock,
            leaders=storage.leaders,
            holder=secrets.token_hex(8),
            apology=say("not_received", "zh", {}),
            on_refused=metrics.refuse("wecom_bot"),
        )
    return channels


def _wecom(channels: Mapping[ChannelName, Channel]) -> WeComChannel | None:
    found = channels.get("wecom")
    return found if isinstance(found, WeComChannel) else None


def _renders(config: Config) -> dict[ChannelName, Render]:
    ding = for_dingtalk if config.dingtalk.card_template_id else for_dingtalk_builtin
    return {"dingtalk": ding, "wecom": for_wecom, "wecom_bot": for_wecom_bot}


def _pages(
    config: Config,
    storage: Storage,
    rooms: Rooms,
    channels: dict[ChannelName, Channel],
    clock: Clock,
    accept: Accept,
) -> Pages:
    site = Site(_public_url(config))
    visits = Visits(site, storage.sessions, storage.store, clock)
    doors: dict[ChannelName, SignInDoor] = {
        name: channel
        for name, channel in channels.items()
        if isinstance(channel, DingTalkChannel | WeComChannel)
    }
    return Pages(
        site,
        SignIn(site, visits, doors),
        ClaimPage(site, storage.store, rooms.files, rooms.settings, clock, config.zone),
        TodoPage(site, storage.store),
        UploadPage(site, storage.store, rooms.files, storage.traces, accept, doors),
        CardsPage(site, storage.store, storage.traces, accept, _wecom(channels)),
    )


def _web(
    config: Config,
    storage: Storage,
    channels: dict[ChannelName, Channel],
    pages: Pages,
    metrics: Metrics,
    clock: Clock,
) -> web.AppRunner:
    async def alive() -> bool:
        try:
            await storage.ping()
        except (SQLAlchemyError, OSError) as error:
            log.warning("database_down", error=type(error).__name__)
            return False
        return True

    app = web.Application(middlewares=[problems, pages.guard()], client_max_size=2 * 1024 * 1024)
    app.on_response_prepare.append(pages.site.protect)
    health = Health(alive, storage.inbox, channels, metrics, clock)
    access = Access(config.api.tokens)
    api = Api(storage.store, access, settings_of(config), clock, config.zone)
    app.add_routes([*health.routes(), *api.routes(), *pages.routes()])
    wecom = _wecom(channels)
    if wecom:
        app.add_routes(wecom.routes(config.wecom.callback_path))
    return web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2.0)


@contextlib.asynccontextmanager
async def running(config: Config, clock: Clock = utc_now) -> AsyncIterator[Service]:
    """Run a service for the length of a block."""
    service = await build(config, clock)
    try:
        await service.start()
        yield service
    finally:
        await service.stop()
