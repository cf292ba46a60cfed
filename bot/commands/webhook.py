"""Webhooks: try a receiver out."""

import base64
import re
import secrets
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

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


@webhook_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="连接的名字 · what it is called")],
    url: Annotated[str, typer.Argument(help="接收地址 · where events are taken")],
    events: Annotated[
        list[str] | None, typer.Option("--event", help="要哪些事件，默认全部 · all by default")
    ] = None,
    secret: Annotated[
        str, typer.Option("--secret", help="whsec_…，不写就生成 · made where it is not given")
    ] = "",
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Try a receiver out; once it has taken the test, keep it in the settings · 测试并保存."""
    settings = read_settings(config)
    if name in settings.connectors.systems or not _NAME.fullmatch(name):
        note(f"{name}: a new name of letters, digits, _ · 请换一个没用过的名字（字母、数字、_）")
        raise typer.Exit(2)
    key = secret or new_secret()
    table: dict[str, object] = {
        "kind": "webhook",
        "url": url,
        "secret": key,
        "events": events or [],
    }
    tried = _with(settings, name, table)
    if not secret:
        note(
            "the receiver must know the secret before it can check the test · 请先把密钥交给接收方:"
        )
        print(key)
        typer.confirm("已经配置好 · the receiver has it", abort=True, err=True)
    run_on_database(_try_out(tried, name))
    _append(config, name, table)
    note(f"{name}: taken and saved, restart the service · 对方已接收，已写入配置，重启后生效")


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


def new_secret() -> str:
    """Make a secret of 32 bytes as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _with(settings: Config, name: str, table: dict[str, object]) -> Config:
    """Give the settings with one more webhook; Exit 2 names what is wrong with it."""
    from pydantic import ValidationError

    from bot.connections import WebhookSettings

    try:
        made = WebhookSettings.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        note(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        raise typer.Exit(2) from None
    only = settings.connectors.with_systems({name: made})
    return settings.model_copy(update={"connectors": only})


def _append(config: Path, name: str, table: dict[str, object]) -> None:
    """Write the table behind the settings that are there, whole or not at all."""
    import json

    from connectors.filedrop.drop import draft_file

    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()]
    text = config.read_text("utf-8").rstrip("\n")
    whole = "\n".join([text, "", f"[connectors.{name}]", *lines, ""]).lstrip("\n")
    draft_file(config, whole.encode()).replace(config)


async def _try_out(config: Config, name: str) -> None:
    from bot.clock import utc_now
    from bot.parts.rules import files_of
    from bot.parts.systems import build_outlets
    from connectors.webhook.adapter import Webhook

    async with opened(config) as storage, AsyncExitStack() as ends:
        outlets = build_outlets(config, storage, files_of(config), utc_now)
        for outlet in outlets:
            ends.push_async_callback(outlet.system.close)
        for outlet in outlets:
            if outlet.name == name and isinstance(outlet.system, Webhook):
                await outlet.system.try_out(f"chit.test:{secrets.token_hex(8)}")
