"""The only place that knows everybody: builds the parts from the settings and joins them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from bot import router
from bot.clock import utc_now
from bot.events import ChannelName
from bot.handlers.work import Rooms
from bot.jobs import relay, worker
from bot.jobs.drawing import Studio
from bot.jobs.filedrop import Watcher
from bot.jobs.pump import Pump
from bot.jobs.schedule import Schedule
from bot.jobs.verifying import Verifier
from bot.jobs.wallet import Wallets
from bot.parts.bureau import build_bureau
from bot.parts.channels import Media, accepting, build_channels, has_voice, renders, wecom_of
from bot.parts.directories import directories_of
from bot.parts.folders import build_watchers
from bot.parts.jobs import build_runner, build_timetable
from bot.parts.messenger_oas import shared_of
from bot.parts.rules import (
    files_of,
    manners_of,
    public_url,
    reachable,
    settings_of,
    subscriptions_of,
)
from bot.parts.systems import Systems, build_hooks, build_systems
from bot.parts.web import build_pages, build_web
from bot.pictures.gallery import Gallery
from bot.port import Channel
from bot.settings import Config
from bot.web.health import Metrics
from core.ports import Clock, InboxItem, OutboxItem
from core.quiet import parse_quiet
from core.verification import VerifyPort
from recognition.reader import Recogniser
from recognition.seal.trust import load_anchors
from storage.open import Storage, open_storage

log = structlog.get_logger(__name__)

GRACE_S = 4.0
"""What is in hand may finish for so long when the service stops; in all it stops within 10 s."""


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
    schedule: Schedule
    systems: Systems
    bureau: VerifyPort | None = None
    watchers: Sequence[Watcher] = ()
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
        self.url = f"http://{reachable(host)}:{port}"
        self.inbox.start()
        self.outbox.start()
        self.systems.start()
        for watcher in self.watchers:
            watcher.start()
        for channel in self.channels.values():
            await channel.start()
        self.schedule.start()
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
        await self.schedule.stop()
        await asyncio.gather(*(watcher.stop() for watcher in self.watchers))
        await self.runner.cleanup()
        pumps = (self.inbox, self.outbox, self.systems)
        await asyncio.gather(*(pump.stop(GRACE_S) for pump in pumps))
        await asyncio.gather(*(c.stop() for c in self.channels.values()), return_exceptions=True)
        await self.recogniser.stop()
        if self.bureau:
            await self.bureau.close()
        await self.storage.close()
        log.info("stopped")


async def build(config: Config, clock: Clock = utc_now) -> Service:
    """Open the storage and join the parts; nothing runs before `start`."""
    router.check_routes()
    storage = await open_storage(config.database.url, clock, subscriptions_of(config))
    metrics, settings = Metrics(), settings_of(config)
    accept = accepting(storage, metrics, clock)
    channels = build_channels(config, storage, metrics, clock, accept)
    wecom = wecom_of(channels)
    recogniser = Recogniser(anchors=load_anchors(config.recognition.trust_anchors))
    rooms = Rooms(
        store=storage.store,
        files=files_of(config),
        media=Media(channels),
        reader=recogniser,
        settings=settings,
        spending=storage.spending,
        cards_in_app=config.wecom.enabled,
        upload_url=f"{public_url(config)}/app/upload",
        wallet=wecom.wallet if wecom else None,
        quiet=parse_quiet(config.notices.quiet),
        links=storage.links,
    )
    systems = build_systems(config, storage, rooms.files, clock, shared_of(config, channels))
    jobs = build_runner(config, storage, clock, directories_of(config, channels), systems.outlets)
    hands = worker.InboxWorker(storage.inbox, rooms, jobs, clock=clock, zone=config.zone)
    bureau = build_bureau(config, clock)
    mouth = relay.Relay(
        storage.outbox,
        storage.store,
        Studio(storage.store, settings, storage.usages, renders(config), public_url(config)),
        channels,
        clock,
        config.zone,
        has_voice(channels),
        Verifier(bureau, storage.store, storage.tries, storage.inbox, clock) if bureau else None,
        Wallets(wecom.wallet, storage.inbox, clock) if wecom else None,
        manners_of(config, storage),
        Gallery(),
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
    pages = build_pages(config, storage, rooms, channels, clock, accept, systems.outlets)
    hooks = build_hooks(config, systems, storage, metrics)
    runner = build_web(config, storage, rooms, channels, pages, metrics, clock, hooks.routes())
    schedule = build_timetable(config, storage, clock)
    watchers = build_watchers(config, storage, rooms.files, clock)
    pumped = (config, storage, recogniser, channels, inbox, outbox)
    return Service(*pumped, runner, schedule, systems, bureau, watchers)


@contextlib.asynccontextmanager
async def running(config: Config, clock: Clock = utc_now) -> AsyncIterator[Service]:
    """Run a service for the length of a block."""
    service = await build(config, clock)
    try:
        await service.start()
        yield service
    finally:
        await service.stop()
