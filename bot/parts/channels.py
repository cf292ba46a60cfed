"""The messengers: which are enabled, how each is built, how it draws."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
from bot.events import ChannelName, MediaRef, to_json
from bot.jobs.drawing import Render
from bot.parts.directories import stir_for
from bot.parts.messenger_oas import heed_for
from bot.port import Accept, Channel, Fetched, Heed, Inbound, Stir
from bot.settings import Config
from bot.texts import say
from bot.web.health import Metrics
from core.errors import Rejected
from core.ports import Clock
from storage.open import Storage


@dataclass(frozen=True, slots=True)
class Media:
    """Fetches through whichever channel a message came from."""

    channels: Mapping[ChannelName, Channel]

    async def download(self, channel: ChannelName, media: MediaRef) -> Fetched:
        """Give the bytes; Rejected `channel_off` when the messenger is not enabled any more."""
        found = self.channels.get(channel)
        if found is None:
            raise Rejected("channel_off", channel=channel)
        return await found.download(media)


def accepting(storage: Storage, metrics: Metrics, clock: Clock) -> Accept:
    """Make what puts an event into the inbox, counted."""

    async def accept(inbound: Inbound) -> bool:
        new = await storage.inbox.put(inbound.key, inbound.lane, to_json(inbound.event), clock())
        metrics.accepted(inbound.event.sender.channel, inbound.event.kind, new=new)
        return new

    return accept


def build_channels(
    config: Config, storage: Storage, metrics: Metrics, clock: Clock, accept: Accept
) -> dict[ChannelName, Channel]:
    """Build the enabled channels; each makes what it receives durable before it acknowledges."""
    channels: dict[ChannelName, Channel] = {}
    stir = stir_for(config, storage.slots, storage.inbox, clock)
    if config.dingtalk.enabled:
        heed = heed_for("dingtalk", config, storage.inbox, clock)
        refuse = metrics.refuse("dingtalk")
        channels["dingtalk"] = _dingtalk(config, clock, accept, refuse, heed, stir)
    if config.wecom.enabled:
        heed = heed_for("wecom", config, storage.inbox, clock)
        refuse = metrics.refuse("wecom")
        channels["wecom"] = _application(config, clock, accept, refuse, heed, stir)
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


def build_probes(config: Config, clock: Clock) -> dict[str, DingTalkChannel | WeComChannel]:
    """Build the messengers that can be asked whether they know us; they receive nothing."""

    async def accept(_: Inbound) -> bool:
        raise Rejected("channel_off")

    def ignore(_: str) -> None:
        """Count nothing: nothing is received."""

    probes: dict[str, DingTalkChannel | WeComChannel] = {}
    if config.dingtalk.enabled:
        probes["dingtalk"] = _dingtalk(config, clock, accept, ignore)
    if config.wecom.enabled:
        probes["wecom"] = _application(config, clock, accept, ignore)
    return probes


def _dingtalk(
    config: Config,
    clock: Clock,
    accept: Accept,
    on_refused: Callable[[str], None],
    heed: Heed | None = None,
    stir: Stir | None = None,
) -> DingTalkChannel:
    ding = config.dingtalk
    return DingTalkChannel(
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
        on_refused=on_refused,
        heed=heed,
        stir=stir,
    )


def _application(
    config: Config,
    clock: Clock,
    accept: Accept,
    on_refused: Callable[[str], None],
    heed: Heed | None = None,
    stir: Stir | None = None,
) -> WeComChannel:
    wecom = config.wecom
    return WeComChannel(
        corp_id=wecom.corp_id,
        agent_id=wecom.agent_id,
        secret=wecom.secret.get_secret_value(),
        contact_secret=wecom.contact_secret.get_secret_value(),
        job_number=config.org.wecom_job_number,
        token=wecom.token.get_secret_value(),
        encoding_aes_key=wecom.encoding_aes_key.get_secret_value(),
        api_url=wecom.api_url,
        login_url=wecom.login_url,
        open_url=wecom.open_url,
        accept=accept,
        clock=clock,
        on_refused=on_refused,
        heed=heed,
        stir=stir,
    )


def wecom_of(channels: Mapping[ChannelName, Channel]) -> WeComChannel | None:
    """Give WeCom's application, if it is enabled."""
    found = channels.get("wecom")
    return found if isinstance(found, WeComChannel) else None


def has_voice(channels: Mapping[ChannelName, Channel]) -> Callable[[], bool]:
    """Say whether this replica may tell people things: with a bot only the one that leads can."""
    bot = channels.get("wecom_bot")
    return bot.leading if isinstance(bot, WeComBotChannel) else lambda: True


def renders(config: Config) -> dict[ChannelName, Render]:
    """Give each messenger's way of drawing a card."""
    ding = for_dingtalk if config.dingtalk.card_template_id else for_dingtalk_builtin
    return {"dingtalk": ding, "wecom": for_wecom, "wecom_bot": for_wecom_bot}
