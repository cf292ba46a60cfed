"""What is served over HTTP: health, REST API, pages, callbacks."""

from collections.abc import Mapping, Sequence
from functools import partial

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.dingtalk.channel import DingTalkChannel
from bot.channels.oidc.door import OidcDoor
from bot.channels.wecom.channel import WeComChannel
from bot.desk.stuck import StuckDesk
from bot.events import ChannelName
from bot.handlers.work import Rooms
from bot.jobs.calls.desk import Outlet
from bot.jobs.calls.documents import let_in
from bot.parts.channels import wecom_of
from bot.parts.filedrop import build_clerk
from bot.parts.rules import public_url, settings_of
from bot.pictures.gallery import Gallery
from bot.port import Accept, Channel, SignInDoor
from bot.settings import Config
from bot.web.access import Access
from bot.web.admin_page import AdminPage, Remedies
from bot.web.api import Api
from bot.web.api_analytics import AnalyticsApi
from bot.web.api_claims import ClaimsDoor
from bot.web.api_vouchers import VouchersApi
from bot.web.budgets_page import BudgetsPage
from bot.web.cards_page import CardsPage
from bot.web.claim_page import ClaimPage
from bot.web.decide_page import DecidePage
from bot.web.doors import Door, MessengerDoor
from bot.web.finance_batches import FinanceBatches
from bot.web.finance_entries import DeskRoom
from bot.web.finance_orders import FinanceOrders
from bot.web.finance_page import FinancePage
from bot.web.finance_reconcile import FinanceReconcile
from bot.web.health import Health, Metrics
from bot.web.openapi import OpenApi
from bot.web.pages import Pages
from bot.web.press import Presses
from bot.web.problems import problems
from bot.web.report_page import ReportPage
from bot.web.sessions import Visits
from bot.web.signin import SignIn
from bot.web.site import Site
from bot.web.there_page import Entry, TherePage
from bot.web.thumbs import Thumbs
from bot.web.todo_page import TodoPage
from bot.web.upload_page import UploadPage
from core.company import Person
from core.outside import SsoPort
from core.ports import Clock, DoorName
from recognition.thumbnail import make_thumbnail
from storage.open import Storage

log = structlog.get_logger(__name__)
MAX_ADDRESS = 32 * 1024
"""A question to the REST API may name many values, and each character of them takes nine bytes."""


def build_pages(
    config: Config,
    storage: Storage,
    rooms: Rooms,
    channels: dict[ChannelName, Channel],
    clock: Clock,
    accept: Accept,
    outlets: Sequence[Outlet],
) -> Pages:
    """Build the pages for people."""
    site = Site(public_url(config))
    visits = Visits(site, storage.sessions, storage.store, clock)
    doors: dict[ChannelName, SignInDoor] = {
        name: channel
        for name, channel in channels.items()
        if isinstance(channel, DingTalkChannel | WeComChannel)
    }
    presses = Presses(storage.traces, accept, doors)
    return Pages(
        site,
        SignIn(site, visits, _ways_in(config, doors, clock)),
        ClaimPage(
            site,
            storage.store,
            rooms.files,
            rooms.settings,
            clock,
            config.zone,
            Thumbs(make_thumbnail),
            DecidePage(site, storage.store, presses, clock),
        ),
        TodoPage(site, storage.store, rooms.settings, presses, clock, config.zone),
        UploadPage(site, storage.store, rooms.files, storage.traces, accept, doors),
        CardsPage(
            site, storage.store, storage.traces, accept, wecom_of(channels), config.wecom.sdk_url
        ),
        BudgetsPage(site, storage.store, storage.usages, clock, config.zone),
        ReportPage(site, storage.store, storage.spending, Gallery(), clock, config.zone),
        _finance(config, storage, site, clock, FinanceOrders(site, storage.traces, accept, doors)),
        AdminPage(
            site,
            storage.store,
            storage.inbox,
            storage.slots,
            storage.dead,
            storage.journal,
            channels,
            {outlet.name: outlet.system.capabilities for outlet in outlets},
            _remedies(storage, clock),
            clock,
            config.zone,
        ),
        TherePage(site, storage.store, _entries(config, outlets)),
    )


def _finance(
    config: Config, storage: Storage, site: Site, clock: Clock, orders: FinanceOrders
) -> FinancePage:
    """Build the finance desk with who does the work behind it."""
    clerk, store = build_clerk(config, storage, clock), storage.store
    room = DeskRoom(clock, config.zone, config.notices.advance_days)
    batches = FinanceBatches(site, store, clerk, orders, room)
    compared = FinanceReconcile(site, store, clerk, room)
    return FinancePage(site, store, room, clerk, orders, batches, compared)


def _entries(config: Config, outlets: Sequence[Outlet]) -> dict[str, Entry]:
    """Give the ways into the systems that let our people in."""
    tables = config.connectors.systems
    return {
        outlet.name: partial(let_in, outlet)
        for outlet in outlets
        if "sso" in tables[outlet.name].active and isinstance(outlet.system, SsoPort)
    }


def _remedies(storage: Storage, clock: Clock) -> Remedies:
    """Let the administration page do what `chit stuck` does, in the name of who presses."""

    def desk(person: Person) -> StuckDesk:
        parts = (storage.dead, storage.links, storage.inbox, storage.store, clock)
        return StuckDesk(*parts, actor=person.id, door="page")

    async def retry(person: Person, number: str) -> int:
        return await desk(person).retry(number)

    async def drop(person: Person, number: str) -> int:
        return await desk(person).drop(number)

    return Remedies(retry, drop)


def _ways_in(
    config: Config, messengers: Mapping[ChannelName, SignInDoor], clock: Clock
) -> dict[DoorName, Door]:
    """Give every door of the pages: the messengers, and the identity provider if there is one."""
    doors: dict[DoorName, Door] = {n: MessengerDoor(m) for n, m in messengers.items()}
    if config.oidc.enabled:
        doors["oidc"] = OidcDoor(
            issuer=config.oidc.issuer,
            client_id=config.oidc.client_id,
            client_secret=config.oidc.client_secret.get_secret_value(),
            claim=config.oidc.claim,
            clock=clock,
        )
    return doors


def build_web(
    config: Config,
    storage: Storage,
    rooms: Rooms,
    channels: dict[ChannelName, Channel],
    pages: Pages,
    metrics: Metrics,
    clock: Clock,
    more: Sequence[web.RouteDef] = (),
) -> web.AppRunner:
    """Join everything that answers HTTP; nothing listens before the runner is set up."""

    async def alive() -> bool:
        try:
            await storage.ping()
        except (SQLAlchemyError, OSError) as error:
            log.warning("database_down", error=type(error).__name__)
            return False
        return True

    app = web.Application(middlewares=[problems, pages.guard()], client_max_size=2 * 1024 * 1024)
    app.on_response_prepare.append(pages.site.protect)
    health = Health(alive, storage.inbox, channels, metrics, clock, storage.slots)
    access = Access(config.api.tokens, per_minute=config.api.per_minute)
    api = Api(storage.store, access, settings_of(config), clock, config.zone)
    store, files, wallet = rooms.store, rooms.files, rooms.wallet
    door = ClaimsDoor(store, files, wallet, access, rooms.settings, clock, config.zone, api.shown)
    app.add_routes([*health.routes(), *api.routes(), *door.routes(), *pages.routes()])
    app.add_routes(AnalyticsApi(storage.spending, access).routes())
    app.add_routes(OpenApi(public_url(config)).routes())
    app.add_routes(VouchersApi(storage.store, access).routes())
    app.add_routes(more)
    wecom = wecom_of(channels)
    if wecom:
        app.add_routes(wecom.routes(config.wecom.callback_path))
    return web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=2.0,
        max_line_size=MAX_ADDRESS,
    )
