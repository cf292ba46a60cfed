"""Files that come in by watched folders, taken now."""

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
from core.errors import Refused

app = typer.Typer()
files_app = group("文件交换 · files in and out by folders")
app.add_typer(files_app, name="files")


@files_app.callback()
def files() -> None:
    """Take files that lie in watched folders · 文件交换."""


@files_app.command("take")
def take(config: ConfigOption = CHIT_TOML) -> None:
    """Take what lies in the folders `in` now, beside a running service · 立即收取文件."""
    counts = run_on_database(_take(read_settings(config)))
    done, apart = counts["done"], counts["quarantine"]
    note(f"taken · 已收取 {done}, quarantined · 已隔离 {apart}")
    if counts["waits"]:
        note(
            f"waiting · 等待 {counts['waits']}: for the control file, or the end of the file"
            " · 等控制文件，或等文件写完"
        )
    if apart:
        raise typer.Exit(1)


async def _take(config: Config) -> dict[str, int]:
    from bot.clock import utc_now
    from bot.parts.folders import build_watchers
    from bot.parts.rules import files_of

    counts = {"done": 0, "quarantine": 0, "waits": 0}
    async with opened(config) as storage:
        watchers = build_watchers(config, storage, files_of(config), utc_now)
        if not watchers:
            raise Refused("no_filedrop")
        for watcher in watchers:
            for end, count in (await watcher.look()).items():
                counts[end] += count
    return counts
