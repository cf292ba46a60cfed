"""The connected systems: how each is built from its settings, and what keeps them going."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import structlog

from bot.channels.dingtalk.channel import DingTalkChannel
from bot.channels.wecom.channel import WeComChannel
from bot.clock import utc_now
from bot.connections import (
    FiledropSettings,
    HoseSettings,
    SystemSettings,
    WeaverSettings,
    WebhookSettings,
    hook_key,
)
from bot.jobs.calls.desk import Outlet
from bot.jobs.mirror import Mirror
from bot.jobs.outside import PARALLEL, Deliverer, Lead
from bot.jobs.pump import Pump
from bot.jobs.reconcile import Reconciler
from bot.parts.books import BOOKS, voucher_mapping
from bot.parts.messenger_oas import MESSENGER_OAS, shared_of
from bot.parts.oas import OAS
from bot.parts.rules import files_of, public_url
from bot.settings import Config
from bot.web.health import Metrics
from bot.web.hooks import HookDoor, Hooks
from connectors.hose.adapter import Hose
from connectors.kit import Application, Kit
from connectors.kit.answers import hint_in
from connectors.weaver.adapter import Weaver, Words
from connectors.weaver.wire import Registered
from connectors.webhook.adapter import Webhook
from core.mapping import FieldMapping, load_mapping
from core.outside import Capabilities, Exchanged, Hint, HintPort, System
from core.ports import Clock, Files, OutboxItem
from storage.open import Storage

log = structlog.get_logger(__name__)

Builder = Callable[[str, SystemSettings, Kit], System]
NOTHING_SHARED: Mapping[str, Application] = MappingProxyType({})


def _weaver(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, WeaverSettings):
        raise TypeError(name)
    secret = settings.secret.get_secret_value()
    return Weaver(
        name,
        kit,
        base_url=settings.base_url,
        app_id=settings.app_id,
        user_id=settings.user_id,
        workflow_id=settings.workflow_id,
        registered=Registered(secret, settings.spk) if secret and settings.spk else None,
        syscode=settings.syscode or settings.app_id,
        words=Words(
            settings.returned_words,
            settings.rejected_words,
            settings.withdrawn_words,
            settings.void_words,
        ),
        lets_in="sso" in settings.active,
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


def _hose(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, HoseSettings):
        raise TypeError(name)
    return Hose(
        name,
        kit,
        base_url=settings.base_url,
        app_key=settings.app_key,
        app_security=settings.app_security.get_secret_value(),
        corp_id=settings.corp_id,
        specification_id=settings.specification_id,
        rejection=settings.rejection,
        planned=settings.planned,
        rate=settings.rate,
        timeout_s=settings.timeout_s,
        lets_in="sso" in settings.active,
    )


def _webhook(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, WebhookSettings):
        raise TypeError(name)
    return Webhook(
        name,
        kit,
        url=settings.url,
        keys=[hook_key(secret.get_secret_value()) for secret in settings.secret],
        source=kit.source,
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


BUILDERS: Mapping[str, Builder] = {
    "hose": _hose,
    **BOOKS,
    **MESSENGER_OAS,
    **OAS,
    "webhook": _webhook,
    "weaver": _weaver,
}
"""How each kind of `[connectors.NAME]` is built."""


@dataclass(frozen=True, slots=True)
class Systems:
    """The connected systems of a running service."""

    outlets: Sequence[Outlet]
    leads: Sequence[Lead]
    pumps: Sequence[Pump[OutboxItem]]
    polls: Sequence[Reconciler]
    mirrors: Sequence[Mirror] = ()

    def start(self) -> None:
        """Begin to deliver and to poll."""
        for pump in self.pumps:
            pump.start()
        for poll in self.polls:
            poll.start()
        for mirror in self.mirrors:
            mirror.start()

    async def stop(self, grace_s: float) -> None:
        """Take nothing new, let what is in hand finish, let others take over."""
        for poll in self.polls:
            await poll.stop()
        for mirror in self.mirrors:
            await mirror.stop()
        await asyncio.gather(*(pump.stop(grace_s) for pump in self.pumps))
        for lead in self.leads:
            await lead.leave()
        for outlet in self.outlets:
            await outlet.system.close()


def build_hooks(config: Config, systems: Systems, storage: Storage, metrics: Metrics) -> Hooks:
    """Build the doors of the systems that may call back."""
    doors: dict[str, HookDoor] = {}
    for outlet in systems.outlets:
        table = config.connectors.systems[outlet.name]
        keys, path = table.hook_keys, table.hook_path.get_secret_value()
        system = outlet.system
        if not keys and not path and not system.capabilities.signs_hooks:
            continue
        decode = system.decode if isinstance(system, HintPort) else _any_words
        doors[outlet.name] = HookDoor(decode, keys, path.encode() or None)
    clock = systems.outlets[0].clock if systems.outlets else utc_now
    return Hooks(doors, storage.inbox, clock, metrics.refuse("hooks"))


def _any_words(_: Mapping[str, str], body: bytes) -> Hint:
    return hint_in(body)


def mapping_of(settings: SystemSettings) -> FieldMapping | None:
    """Load a system's mapping, which was checked when the settings were read.

    Systems of accounts have one of their own, for those that set none.
    """
    if not settings.mapping:
        return voucher_mapping(settings.kind) if settings.posts else None
    path = Path(settings.mapping)
    return load_mapping(path.read_text("utf-8"), str(path))


def build_outlets(
    config: Config,
    storage: Storage,
    files: Files,
    clock: Clock,
    shared: Mapping[str, Application] = NOTHING_SHARED,
) -> tuple[Outlet, ...]:
    """Build every connected system that there is a connector for.

    `shared` are the applications of the messengers, by the names of their tables.
    """
    source = public_url(config)
    kit = Kit(clock, storage.journal, storage.memory, config.zone, source, shared)
    built: list[Outlet] = []
    for name, settings in config.connectors.systems.items():
        builder = BUILDERS.get(settings.kind)
        if builder is None:
            # Files come and go by watchers and jobs; nothing is called.
            if not isinstance(settings, FiledropSettings):
                log.warning("connector_not_built", system=name, kind=settings.kind)
            continue
        system = builder(name, settings, kit)
        outlet = Outlet(
            system=system,
            mapping=mapping_of(settings),
            store=storage.store,
            files=files,
            links=storage.links,
            inbox=storage.inbox,
            clock=clock,
            zone=config.zone,
            public_url=public_url(config),
        )
        built.append(outlet)
    return tuple(built)


@asynccontextmanager
async def asked_outlets(
    config: Config, storage: Storage, channels: Mapping[str, DingTalkChannel | WeComChannel]
) -> AsyncIterator[Sequence[Outlet]]:
    """Build the connected systems for a command that asks them, and close them afterwards."""
    shared = shared_of(config, channels)
    outlets = build_outlets(config, storage, files_of(config), utc_now, shared)
    try:
        yield outlets
    finally:
        for outlet in outlets:
            await outlet.system.close()


def capabilities_of(config: Config) -> Mapping[str, Capabilities]:
    """Give what each configured system can do; nothing is called, and nothing is kept."""
    return {name: system.capabilities for name, system in systems_alone(config).items()}


def systems_alone(config: Config) -> Mapping[str, System]:
    """Build every configured system by itself, to be looked at; what they do is not kept."""
    kit = Kit(utc_now, Nothing(), Nothing(), config.zone, public_url(config))
    tables = config.connectors.systems
    known = {n: t for n, t in tables.items() if t.kind in BUILDERS}
    return {n: BUILDERS[t.kind](n, t, kit) for n, t in known.items()}


class Nothing:
    """A journal and a memory for connectors that are only looked at."""

    async def note(self, exchanged: Exchanged) -> None:
        """Keep nothing."""

    async def last(self, system: str, limit: int) -> tuple[Exchanged, ...]:
        """Give nothing."""
        del system, limit
        return ()

    async def get(self, system: str, name: str) -> str | None:
        """Give nothing."""
        del system, name
        return None

    async def put(self, system: str, name: str, value: str) -> None:
        """Keep nothing."""

    async def add(self, system: str, name: str, value: str) -> str:
        """Give what would have been kept."""
        del system, name
        return value


def build_systems(
    config: Config,
    storage: Storage,
    files: Files,
    clock: Clock,
    shared: Mapping[str, Application] = NOTHING_SHARED,
) -> Systems:
    """Build the connected systems with a pump and a poll each."""
    outlets = build_outlets(config, storage, files, clock, shared)
    leads = [Lead(storage.leaders, outlet) for outlet in outlets]
    pumps = [
        _pump(Deliverer(outlet, storage.outbox, lead), storage)
        for outlet, lead in zip(outlets, leads, strict=True)
    ]
    tables = config.connectors.systems
    polls = [
        Reconciler(outlet, lead, tables[outlet.name].poll_seconds)
        for outlet, lead in zip(outlets, leads, strict=True)
    ]
    mirrors = [
        _mirror(outlet, lead, table, storage)
        for outlet, lead in zip(outlets, leads, strict=True)
        if isinstance(table := tables[outlet.name], HoseSettings)
    ]
    return Systems(outlets, leads, pumps, polls, mirrors)


def _mirror(outlet: Outlet, lead: Lead, table: HoseSettings, storage: Storage) -> Mirror:
    return Mirror(
        outlet,
        lead,
        storage.memory,
        table.mirror_seconds,
        writes="voucher" in table.active,
        decides=table.approve_there and "claims" in table.active,
        origins=table.origins if "claims" in table.active else {},
    )


def _pump(deliverer: Deliverer, storage: Storage) -> Pump[OutboxItem]:
    return Pump(
        f"system-{deliverer.outlet.name}",
        lease=deliverer.lease,
        handle=deliverer.handle,
        renew=deliverer.renew,
        wait=storage.wait_outbox,
        parallel=PARALLEL,
    )
