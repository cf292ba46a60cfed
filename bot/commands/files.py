"""Files that come in by watched folders, taken now."""

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
from core.errors import Refused
from core.table_columns import TableKind

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


@files_app.command("template")
def template(
    kind: Annotated[
        TableKind, typer.Argument(help="哪种表 · which table: claims, results, people, budgets")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="写到哪里，.xlsx 或 .csv · where, xlsx or csv")
    ] = None,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Write a table to fill in, with rows of this company to begin with · 生成空白表格."""
    from bot.desk.blank_tables import NAMES

    path = out or Path(f"{NAMES[kind]}.xlsx")
    if path.suffix.lower() not in {".xlsx", ".csv"}:
        note(f"{path}: .xlsx, .csv")
        raise typer.Exit(2)
    if path.exists():
        note(f"{path}: already there, nothing written · 已经存在，没有写")
        raise typer.Exit(1)
    data = run_on_database(_template(read_settings(config), kind, path))
    try:
        path.write_bytes(data)
    except OSError as error:
        note(f"{path}: cannot be written · 无法写入: {error.strerror}")
        raise typer.Exit(1) from None
    note(f"{path}: written, fill it in · 已写好，请填写")


async def _template(config: Config, kind: TableKind, path: Path) -> bytes:
    from bot.clock import utc_now
    from bot.desk.blank_tables import blank_csv, blank_workbook
    from core.ports import Page

    async with opened(config) as storage:
        company = await storage.store.company()
        page = await storage.store.payments("exported", Page(limit=200))
    write = blank_csv if path.suffix.lower() == ".csv" else blank_workbook
    owed = page.items if kind == "results" else ()
    return write(kind, company, utc_now().astimezone(config.zone).date(), owed)


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
