"""The messengers' own approvals: how they are built, what application they share, who is told."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from bot.channels.dingtalk.channel import DingTalkChannel
from bot.channels.wecom.channel import WeComChannel
from bot.connections import (
    DingTalkOaSettings,
    OriginSettings,
    SystemSettings,
    WeComOaSettings,
)
from bot.events import ChannelName, SystemHinted, to_json
from bot.port import Channel, Heed
from bot.settings import Config
from connectors.dingtalk_oa.adapter import DingTalkOa
from connectors.kit import Application, Kit
from connectors.wecom_oa.adapter import WeComOa
from core.outside import System
from core.papers import Origin
from core.ports import Clock, Inbox


def _dingtalk(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, DingTalkOaSettings):
        raise TypeError(name)
    return DingTalkOa(
        name,
        kit,
        process_code=settings.process_code,
        base_url=settings.base_url,
        department=settings.department,
        gone=settings.gone_codes,
        too_early_s=settings.too_early_s,
        centre_name=settings.centre_name,
        files_in=settings.attachments,
        origins=_origins(settings.origins),
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


def _wecom(name: str, settings: SystemSettings, kit: Kit) -> System:
    if not isinstance(settings, WeComOaSettings):
        raise TypeError(name)
    return WeComOa(
        name,
        kit,
        template_id=settings.template_id,
        base_url=settings.base_url,
        key_control=settings.key_control,
        origins=_origins(settings.origins),
        rate=settings.rate,
        timeout_s=settings.timeout_s,
    )


def _origins(tables: Mapping[str, OriginSettings]) -> Mapping[str, Origin]:
    return {
        template: Origin(table.kind, table.title, table.amount, table.day)
        for template, table in tables.items()
    }


MESSENGER_OAS: Mapping[str, Callable[[str, SystemSettings, Kit], System]] = {
    "dingtalk_oa": _dingtalk,
    "wecom_oa": _wecom,
}
"""How each is built."""


def shared_of(
    config: Config,
    channels: Mapping[ChannelName, Channel] | Mapping[str, DingTalkChannel | WeComChannel],
) -> Mapping[str, Application]:
    """Give the applications of the messengers, whose tokens their approvals share."""
    shared: dict[str, Application] = {}
    for channel in channels.values():
        if isinstance(channel, DingTalkChannel):
            ding = config.dingtalk
            shared["dingtalk"] = Application(
                channel.token, ding.api_url, ding.oapi_url, ding.agent_id
            )
        elif isinstance(channel, WeComChannel):
            shared["wecom"] = Application(channel.token, config.wecom.api_url)
    return shared


def heed_for(application: str, config: Config, inbox: Inbox, clock: Clock) -> Heed | None:
    """Make what turns a messenger's word into a hint for the systems that use its application.

    None when there is none: then its events are nobody's business.
    """
    tables = config.connectors.systems
    systems = [name for name, table in tables.items() if table.application == application]

    async def heed(key: str, words: Sequence[str]) -> None:
        digest = hashlib.sha256(key.encode()).hexdigest()
        for name in systems:
            hint = SystemHinted(name, tuple(words))
            await inbox.put(f"hook:{name}:{digest}", f"hook:{name}", to_json(hint), clock())

    return heed if systems else None
