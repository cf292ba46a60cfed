"""The archive of originals."""

import contextlib
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.basics import (
    CHIT_TOML,
    ConfigOption,
    OutOption,
    group,
    note,
    opened,
    read_settings,
    run_on_database,
)
from bot.settings import Config
from core.errors import Refused

if TYPE_CHECKING:
    from bot.desk.archive import Archive

app = typer.Typer()
archive_app = group("档案 · the archive")
app.add_typer(archive_app, name="archive")


@archive_app.command("export")
def archive_export(
    month: Annotated[str, typer.Option("--month", help="月份 2026-11 · the month")],
    out: OutOption,
    company: Annotated[
        str | None, typer.Option("--company", help="公司 id · one legal entity")
    ] = None,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Pack a month's originals and records, with hashes · 导出某月的档案包."""
    missing = run_on_database(_export_archive(read_settings(config), month, out, company))
    if missing:
        note(f"missing or damaged · 缺失或损坏: {' '.join(missing)}")
        raise typer.Exit(1)


async def _export_archive(
    config: Config, month: str, out: Path, company: str | None
) -> tuple[str, ...]:
    from connectors.filedrop.long_table import write_xlsx

    async with _archive(config) as archive:
        done = await archive.export(month, out, write_xlsx, company)
    note(f"{month}: {done.claims} claims · 单, {done.files} files · 件 → {out}")
    note(f"manifest.json SHA-256 {done.manifest}")
    return done.missing


@archive_app.command("purge")
def archive_purge(
    before: Annotated[str, typer.Option("--before", help="此日之前 2026-01-01 · before this day")],
    yes: Annotated[bool, typer.Option("--yes", help="真的删除 · really delete")] = False,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Show, or with --yes delete, originals past their time of keeping · 清理过期原件."""
    try:
        day = date.fromisoformat(before)
    except ValueError:
        note(f"--before: {before}? 2026-01-01")
        raise typer.Exit(2) from None
    run_on_database(_purge(read_settings(config), day, yes=yes))


async def _purge(config: Config, before: date, *, yes: bool) -> None:
    async with _archive(config) as archive:
        due = await archive.due(before, config.archive.keep_years)
        for sha256, number in due.items():
            print(f"{sha256} {number}")
        if not yes:
            note(f"would delete · 将删除: {len(due)}（--yes）")
            return
        note(f"deleted · 已删除: {await archive.delete(tuple(due), before)}")


@archive_app.command("sheet")
def archive_sheet(
    claim: Annotated[str, typer.Option("--claim", help="单号 · the claim's number")],
    out: OutOption,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Lay a claim's originals out for printing, two on each A4 · 打印粘贴单."""
    run_on_database(_sheet(read_settings(config), claim, out))


async def _sheet(config: Config, number: str, out: Path) -> None:
    from bot.desk.sheet import print_sheet
    from recognition.printing import make_sheets
    from recognition.process import Failed

    async with _archive(config) as archive:
        try:
            done = await print_sheet(archive.store, archive.files, number, out, make_sheets)
        except Failed as error:
            raise Refused("nothing_to_print", number=number) from error
    note(f"{number}: {done.pages} sheets · 张 → {out}")
    if done.skipped:
        note(f"print in their own program · 请用原软件打印: {' '.join(done.skipped)}")


@contextlib.asynccontextmanager
async def _archive(config: Config) -> "AsyncIterator[Archive]":
    from bot.clock import utc_now
    from bot.desk.archive import Archive
    from bot.parts.rules import files_of

    async with opened(config) as storage:
        yield Archive(storage.store, files_of(config), utc_now, config.zone)
