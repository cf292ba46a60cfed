"""Joins the parts and serves them: both platforms and the page on one address."""

import socket
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial

import structlog
from aiohttp import web

from sandbox.background import Background
from sandbox.config import Clock, Platform, SandboxConfig
from sandbox.contacts import Contacts, contacts_of
from sandbox.dingtalk_api import DingTalkApi
from sandbox.dingtalk_cards import DingTalkCards
from sandbox.dingtalk_contacts import CALLS_PER_SECOND, DingTalkContacts, dingtalk_event
from sandbox.dingtalk_phone import DingTalkPhone
from sandbox.dingtalk_stream import DingTalkStream
from sandbox.edge import FaultDesk, make_edge
from sandbox.oa.dingtalk import DingTalkApprovals
from sandbox.oa.wecom import WeComApprovals
from sandbox.page_api import Hands, PageApi, page_edge
from sandbox.signin import CodeDesk, SignInApi
from sandbox.signin_pages import SignInPages
from sandbox.wecom_api import WeComApi
from sandbox.wecom_bot import WeComBot
from sandbox.wecom_bot_cards import BotCards
from sandbox.wecom_bot_files import BotFiles
from sandbox.wecom_bot_phone import WeComBotPhone
from sandbox.wecom_callback import WeComCallback, build_xml
from sandbox.wecom_cards import WeComCards
from sandbox.wecom_contacts import WeComContacts, wecom_event
from sandbox.wecom_invoices import WeComInvoices
from sandbox.wecom_phone import WeComPhone
from sandbox.wecom_sdk import WeComSdk
from sandbox.wire import Vault, Window
from sandbox.world import JsonObject, World

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 25 << 20
STOP_WITHIN_S = 1.0
WORLD: web.AppKey[World] = web.AppKey("world", World)
HANDS: web.AppKey[Hands] = web.AppKey("hands", Hands)


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox that serves at `url`; its port is the real one even if 0 was asked for."""

    url: str
    world: World
    hands: Hands
    runner: web.AppRunner

    async def stop(self) -> None:
        """Close every connection and free the port."""
        await self.runner.cleanup()

    async def verify_wecom(self) -> bool:
        """Check the bot's callback URL as WeCom's console does when it is saved."""
        return await self.hands.callback.verify()


def create_app(config: SandboxConfig, clock: Clock = time.time) -> web.Application:
    """Build the application; it holds all its state in memory."""
    world, background, faults = World(clock), Background(), FaultDesk()
    gallery = Vault(clock, float("inf"))
    hands, routes = _build_platforms(config, world, background, faults, gallery)
    page = PageApi(config, world, hands, gallery)
    app = web.Application(
        middlewares=[page_edge, make_edge(world, faults)], client_max_size=MAX_BODY_BYTES
    )
    app[WORLD], app[HANDS] = world, hands
    app.add_routes([*routes, *page.routes()])

    async def hang_up(_app: web.Application) -> None:
        world.end()
        await hands.stream.close()
        if hands.bot is not None:
            await hands.bot.bot.close()

    async def close(_app: web.Application) -> AsyncIterator[None]:
        yield
        await background.close()
        await hands.callback.close()
        await page.close()

    app.on_shutdown.append(hang_up)
    app.cleanup_ctx.append(close)
    return app


def _build_platforms(
    config: SandboxConfig, world: World, background: Background, faults: FaultDesk, gallery: Vault
) -> tuple[Hands, list[web.RouteDef]]:
    timing = config.timing
    cards = DingTalkCards(config, world)
    api = DingTalkApi(config, world, cards, gallery)
    stream = DingTalkStream(config.dingtalk, timing, world, background)
    dingtalk = DingTalkPhone(config, world, api, stream, cards, background, gallery)
    wecom_cards = WeComCards(config, world)
    wecom_api = WeComApi(config, world, wecom_cards, gallery)
    callback = WeComCallback(config.wecom, timing, world, background)
    wecom = WeComPhone(config, world, wecom_api, callback, wecom_cards, background, gallery)
    bot, bot_routes = _build_bot(config, world, background, faults, gallery)
    invoices = WeComInvoices(wecom_api.tokens, world.clock)
    approvals = _dingtalk_approvals(config, api, stream)
    applications = _wecom_approvals(config, wecom_api, callback)
    hands = Hands(
        dingtalk,
        wecom,
        api,
        stream,
        callback,
        faults,
        invoices,
        bot,
        approvals,
        applications,
        _contacts(config, stream, callback),
    )
    codes = CodeDesk(world.clock, timing.sign_in_code_s)
    asked = SignInApi(config, world, codes, api.tokens, wecom_api.tokens)
    doors = SignInPages(config, codes)
    sdk = WeComSdk(config.page_dir, config.wecom.corp_id, invoices)
    platforms = [*sdk.routes(), *api.routes(), *stream.routes(), *wecom_api.routes(), *bot_routes]
    # Before the approvals, which know a member's union id and nothing else of them.
    platforms += _books(hands.contacts, api, wecom_api, world.clock)
    platforms += [*approvals.routes(), *applications.routes()]
    return hands, [*platforms, *invoices.routes(), *asked.routes(), *doors.routes()]


def _books(
    contacts: Mapping[Platform, Contacts], ding: DingTalkApi, wecom: WeComApi, clock: Clock
) -> list[web.RouteDef]:
    window = Window(clock, CALLS_PER_SECOND, 1)
    dingtalk = DingTalkContacts(contacts["dingtalk"], ding.tokens, window)
    others = WeComContacts(contacts["wecom"], wecom.tokens, wecom.contact_tokens)
    return [*dingtalk.routes(), *others.routes()]


def _contacts(
    config: SandboxConfig, stream: DingTalkStream, callback: WeComCallback
) -> dict[Platform, Contacts]:
    """Build both address books; each tells of its changes in its own way."""
    ding, wecom = contacts_of(config, "dingtalk"), contacts_of(config, "wecom")
    corp = config.wecom.corp_id

    async def tell_ding(what: str, ids: JsonObject) -> None:
        await stream.push_event(*dingtalk_event(what, ids))

    async def tell_wecom(what: str, ids: JsonObject) -> None:
        fields = wecom_event(corp, int(time.time()), what, ids)
        await callback.deliver("change_contact", build_xml(fields))

    ding.tell, wecom.tell = tell_ding, tell_wecom
    return {"dingtalk": ding, "wecom": wecom}


def _dingtalk_approvals(
    config: SandboxConfig, api: DingTalkApi, stream: DingTalkStream
) -> DingTalkApprovals:
    """Build DingTalk's own approvals; they tell of what happens over the stream."""
    people = {p.dingtalk: p.name for p in config.people if p.dingtalk}
    corp = config.dingtalk.corp_id
    made = DingTalkApprovals(people, lambda t: api.tokens.state(t) == "live", corp_id=corp)
    made.tell, made.expire = stream.push_event, api.tokens.expire
    return made


def _wecom_approvals(
    config: SandboxConfig, api: WeComApi, callback: WeComCallback
) -> WeComApprovals:
    """Build WeCom's own approvals; they tell of what happens over the callback."""
    people = {p.wecom: p.name for p in config.people if p.wecom}
    made = WeComApprovals(
        people,
        api.tokens.state,
        lambda media: api.media.get(media) is not None,
        corp_id=config.wecom.corp_id,
    )
    made.tell, made.expire = partial(callback.deliver, "sys_approval_change"), api.tokens.expire
    return made


def _build_bot(
    config: SandboxConfig, world: World, background: Background, faults: FaultDesk, gallery: Vault
) -> tuple[WeComBotPhone | None, list[web.RouteDef]]:
    """Build WeCom's 智能机器人 if the company has one."""
    if config.wecom_bot is None:
        return None, []
    timing, cards = config.timing, BotCards(config, world)
    bot = WeComBot(config.wecom_bot, timing, world, cards, faults, background, gallery)
    files = BotFiles(world.clock, timing.wecom_bot_file_s)
    return WeComBotPhone(world, bot, files, gallery), [*bot.routes(), *files.routes()]


async def start_sandbox(config: SandboxConfig, clock: Clock = time.time) -> RunningSandbox:
    """Serve the sandbox; OSError when the port is taken."""
    app = create_app(config, clock)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_WITHIN_S)
    await runner.setup()
    try:
        listener = socket.create_server((config.host, config.port))
    except OSError:
        await runner.cleanup()
        raise
    await web.SockSite(runner, listener).start()
    host = "127.0.0.1" if config.host in {"", "0.0.0.0"} else config.host
    url = f"http://{host}:{listener.getsockname()[1]}"
    log.info("sandbox_ready", url=url)
    return RunningSandbox(url, app[WORLD], app[HANDS], runner)
