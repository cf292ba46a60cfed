"""People and departments as the messengers' address books have them."""

from typing import TYPE_CHECKING, Annotated

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
from core.company import Messenger

if TYPE_CHECKING:
    from bot.handlers.directory import Synced

app = typer.Typer()
sync_app = group("同步通讯录 · pull address books")
app.add_typer(sync_app, name="sync")


@sync_app.callback()
def sync() -> None:
    """Pull what another system keeps · 从别处拉取."""


@sync_app.command("org")
def sync_org(
    messenger: Annotated[str, typer.Argument(help="dingtalk | wecom")] = "",
    config: ConfigOption = CHIT_TOML,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示差异 · only show")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="允许大量停用 · let many people leave")
    ] = False,
) -> None:
    """Put people and departments of the address book in force, all or nothing · 同步通讯录."""
    from bot.parts.directories import messenger_named
    from bot.texts.org import clash_text
    from bot.texts.refusals import refusal_text
    from core.company import Company

    only = messenger_named(messenger)
    if messenger and only is None:
        note(f"{messenger}? dingtalk, wecom")
        raise typer.Exit(2)
    synced = run_on_database(_sync(read_settings(config), only, dry_run=dry_run, force=force))
    for line in synced.lines:
        print(line)
    for clash in synced.clashes:
        note(f"! {clash_text(clash, 'zh')} · {clash_text(clash, 'en')}")
    if synced.held:
        note(" · ".join(refusal_text(synced.held, lang, Company()) for lang in ("zh", "en")))
    done = "would change · 将变更" if dry_run else "applied · 已应用"
    moved = f", moved · 转交待办: {synced.moved}" if synced.moved else ""
    clashes = f", conflicts · 冲突: {len(synced.clashes)}" if synced.clashes else ""
    note(f"{done}: {len(synced.lines)}, version {synced.version}{moved}{clashes}")


async def _sync(config: Config, only: Messenger | None, *, dry_run: bool, force: bool) -> "Synced":
    from bot.clock import utc_now
    from bot.handlers.directory import sync_directories
    from bot.parts.channels import build_probes
    from bot.parts.directories import directories_of
    from bot.parts.rules import settings_of
    from bot.texts.org import fault_text
    from core.errors import OutsideError

    channels = build_probes(config, utc_now)
    directories = directories_of(config, channels, only)
    if not directories.ports:
        note(f"[{only or 'dingtalk'}] is not enabled · 没有启用")
        raise typer.Exit(1)
    try:
        async with opened(config) as storage:
            return await sync_directories(
                storage.store,
                directories,
                utc_now(),
                settings=settings_of(config),
                dry_run=dry_run,
                force=force,
            )
    except OutsideError as error:
        note(f"nothing changed · 没有改动: {fault_text(error)}")
        raise typer.Exit(1) from None
    finally:
        for channel in channels.values():
            await channel.stop()


@sync_app.command("tables")
def sync_tables(
    system: Annotated[str, typer.Argument(help="连接的名字 · the connected system")],
    table: Annotated[
        str, typer.Option("--table", help="人员表的名字 · name of the table of people")
    ] = "staff",
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Print a mapping's tables of people and departments · 按对方通讯录生成映射表."""
    for line in run_on_database(_tables(read_settings(config), system, table)):
        print(line)


async def _tables(config: Config, system: str, table: str) -> list[str]:
    from bot.desk.tables import directory_lines
    from bot.parts.directories import read_directory
    from bot.texts.org import fault_text
    from core.errors import OutsideError

    async with opened(config) as storage:
        try:
            departments, people = await read_directory(config, storage, system)
        except OutsideError as error:
            note(f"nothing read · 没有读到: {fault_text(error)}")
            raise typer.Exit(1) from None
        company = await storage.store.company()
    return list(directory_lines(company, people, departments, table))
