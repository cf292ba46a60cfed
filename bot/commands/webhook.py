"""Webhooks: try a receiver out."""

import base64
import contextlib
import json
import os
import re
import secrets
import stat
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
from bot.config import NAME, ConfigError, parse_config
from bot.settings import Config
from bot.texts.systems import reason_text
from bot.texts.template import Language
from core.errors import OutsideError, named

LANGUAGES: tuple[Language, ...] = ("zh", "en")
app = typer.Typer()
webhook_app = group("事件推送 · webhooks")
app.add_typer(webhook_app, name="webhook")


@webhook_app.command("test")
def try_out(name: str, config: ConfigOption = CHIT_TOML) -> None:
    """Send a test event; once it is taken, send all that the receiver has missed · 测试推送."""
    settings = read_settings(config)
    if getattr(settings.connectors.systems.get(name), "kind", "") != "webhook":
        note(f"{name}? no webhook of that name in [connectors] · 没有这个 webhook 连接")
        raise typer.Exit(2)
    left = run_on_database(_try_out(settings, name))
    said = f", sent now · 马上补发 {left}" if left else ""
    note(f"{name}: taken · 对方已接收{said}")


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
    taken = name in {*settings.connectors.systems, "verify"}
    if taken or not re.fullmatch(NAME, name):
        rule = "letters, digits, - and _ · 请用没用过的名字，只含字母、数字、- 和 _"
        note(f"{name}: {'taken already, ' if taken else ''}a new name of {rule}")
        raise typer.Exit(2)
    key = secret or new_secret()
    table: dict[str, object] = {
        "kind": "webhook",
        "url": url,
        "secret": key,
        "events": events or [],
    }
    whole = _with(config, name, table)
    tried = _checked(whole, config, name)
    if not secret:
        note(
            "the receiver must know the secret before it can check the test · 请先把密钥交给接收方:"
        )
        print(key)
        typer.confirm("已经配置好 · the receiver has it", abort=True, err=True)
    run_on_database(_try_out(tried, name))
    _keep(config, whole)
    note(f"{name}: taken and saved, restart the service · 对方已接收，已写入配置，重启后生效")


def new_secret() -> str:
    """Make a secret of 32 bytes as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _with(config: Path, name: str, table: dict[str, object]) -> str:
    """Write the settings with one table more."""
    head = config.read_text("utf-8").rstrip("\n") if config.is_file() else ""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()]
    return "\n".join([head, "", f"[connectors.{name}]", *lines, ""]).lstrip("\n")


def _checked(whole: str, config: Path, name: str) -> Config:
    """Read the settings as they are to be; Exit 2 says what is wrong with them."""
    try:
        found = parse_config(whole, config)
    except ConfigError as error:
        note(str(error))
        raise typer.Exit(2) from None
    only = {name: found.connectors.systems[name]}
    return found.model_copy(update={"connectors": found.connectors.with_systems(only)})


def _keep(config: Path, whole: str) -> None:
    """Put the settings in their place, whole or not at all; whose file it is stays."""
    from connectors.filedrop.drop import draft_file

    place = config.resolve()
    draft = draft_file(place, whole.encode())
    if place.exists():
        before = place.stat()
        draft.chmod(stat.S_IMODE(before.st_mode))
        with contextlib.suppress(PermissionError):
            os.chown(draft, before.st_uid, before.st_gid)
    draft.replace(place)


async def _try_out(config: Config, name: str) -> int:
    """Send the test; gives how many missed events follow it. Exit 1 says why it was not taken."""
    from bot.clock import utc_now
    from bot.desk.resuming import resume
    from bot.parts.rules import files_of
    from bot.parts.systems import build_outlets
    from connectors.webhook.adapter import Webhook

    async with opened(config) as storage, AsyncExitStack() as ends:
        outlets = build_outlets(config, storage, files_of(config), utc_now)
        for outlet in outlets:
            ends.push_async_callback(outlet.system.close)
        hooks = [o.system for o in outlets if o.name == name and isinstance(o.system, Webhook)]
        try:
            await hooks[0].try_out(f"chit.test:{secrets.token_hex(8)}")
        except OutsideError as error:
            said = " · ".join(reason_text(named(error), x) for x in LANGUAGES)
            note(f"{name}: not taken · 没有收下: {said}")
            raise typer.Exit(1) from None
        return await resume(name, storage.outbox, storage.dead)
