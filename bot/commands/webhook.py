"""Webhooks: try a receiver out."""

import secrets

import typer

from bot.commands.basics import (
    CHIT_TOML,
    ConfigOption,
    group,
    note,
    opened,
    read_settings,
    run_on_database,
)
from bot.settings import Config

app = typer.Typer()
webhook_app = group("事件推送 · webhooks")
app.add_typer(webhook_app, name="webhook")


@webhook_app.command("test")
def try_out(name: str, config: ConfigOption = CHIT_TOML) -> None:
    """Send a test event; one that was switched off (410) is told of events again · 测试推送."""
    settings = read_settings(config)
    if getattr(settings.connectors.systems.get(name), "kind", "") != "webhook":
        note(f"{name}? no webhook of that name in [connectors] · 没有这个 webhook 连接")
        raise typer.Exit(2)
    run_on_database(_try_out(settings, name))
    note(f"{name}: taken · 对方已接收")


async def _try_out(config: Config, name: str) -> None:
    from bot.clock import utc_now
    from bot.parts.rules import files_of
    from bot.parts.systems import build_outlets
    from connectors.webhook.adapter import Webhook

    async with opened(config) as storage:
        for outlet in build_outlets(config, storage, files_of(config), utc_now):
            if outlet.name == name and isinstance(outlet.system, Webhook):
                await outlet.system.try_out(f"chit.test:{secrets.token_hex(8)}")
            await outlet.system.close()
