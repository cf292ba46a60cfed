"""The messengers' address books: which are read, how, and what begins a pull."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import get_args

from bot.channels.dingtalk.channel import DingTalkChannel
from bot.channels.wecom.channel import WeComChannel
from bot.clock import utc_now
from bot.events import ChannelName, JobDue, UserRenamed, to_json
from bot.handlers.directory import Directories, Pulled, read_all
from bot.jobs.running import key_of
from bot.parts.rules import files_of
from bot.parts.systems import build_outlets
from bot.port import Channel, Rename, Stir
from bot.settings import Config
from core.company import Messenger
from core.directory import OrgRules
from core.errors import Refused
from core.outside import OrgPort
from core.ports import Clock, Inbox
from core.schedule import Slots
from storage.open import Storage

JOB = "sync_org"
WINDOW_S = 5
"""Changes of so many seconds are pulled together."""


def directories_of(
    config: Config,
    channels: Mapping[ChannelName, Channel] | Mapping[str, DingTalkChannel | WeComChannel],
    only: Messenger | None = None,
) -> Directories:
    """Give the address books of the enabled messengers, or one; they share the channels' tokens."""
    found: dict[Messenger, OrgPort] = {}
    for channel in channels.values():
        if isinstance(channel, DingTalkChannel | WeComChannel):
            found[channel.directory.name] = channel.directory
    order = sorted(found, key=lambda m: m != config.org.primary)
    rules = OrgRules(
        order=tuple(order),
        match=config.org.match,
        companies=config.org.companies,
        max_leavers=config.org.max_leavers,
    )
    return Directories({m: found[m] for m in order if only in {None, m}}, rules)


async def read_directory(config: Config, storage: Storage, name: str) -> Pulled:
    """Read the directory of a connected system that has the role `org`; Refused `no_directory`."""
    table = config.connectors.systems.get(name)
    if table is None or "org" not in table.active:
        raise Refused("no_directory", system=name[:40])
    only = config.connectors.with_systems({name: table})
    alone = config.model_copy(update={"connectors": only})
    (outlet,) = build_outlets(alone, storage, files_of(config), utc_now)
    try:
        if not isinstance(outlet.system, OrgPort):
            raise Refused("no_directory", system=name[:40])
        return await read_all(outlet.system)
    finally:
        await outlet.system.close()


def messenger_named(name: str) -> Messenger | None:
    """Give a messenger by its name, None when it is none."""
    return next((m for m in get_args(Messenger) if m == name), None)


def stir_for(config: Config, slots: Slots, inbox: Inbox, clock: Clock) -> Stir:
    """Make what follows when the address book has changed: a pull soon after, if it is wanted.

    The pull begins after its window has passed, so that it sees every change of it. Somebody whom
    WeCom has renamed stays who they are, also where nothing is pulled.
    """

    async def stir(renamed: Rename | None) -> None:
        now = clock()
        if renamed:
            event = UserRenamed("wecom", *renamed)
            key = f"renamed:wecom:{renamed[0]}:{renamed[1]}:{now.timestamp():.0f}"
            await inbox.put(key, "wecom:directory", to_json(event), now)
        if not config.org.follow:
            return
        passed = int(now.timestamp()) // WINDOW_S * WINDOW_S
        due = datetime.fromtimestamp(passed, UTC) + timedelta(seconds=WINDOW_S)
        await slots.take(JOB, due, key_of(JOB, due), to_json(JobDue(JOB, due)), now)

    return stir
