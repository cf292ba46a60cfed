"""What was spent: the sums that answers come from, and the month's report."""

import re
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

if TYPE_CHECKING:
    from bot.texts.template import Language

app = typer.Typer()
analytics_app = group("费用分析 · analytics")
app.add_typer(analytics_app, name="analytics")


@analytics_app.command("rebuild")
def rebuild(config: ConfigOption = CHIT_TOML) -> None:
    """Count all spending anew from the claims · 按单据重算费用汇总."""
    count = run_on_database(_rebuild(read_settings(config)))
    note(f"counted anew · 已重算: {count}")


async def _rebuild(config: Config) -> int:
    async with opened(config) as storage:
        return await storage.spending.rebuild()


@analytics_app.command("report")
def report(
    month: Annotated[str, typer.Option("--month", help="月份 2026-11 · the month")],
    out: OutOption,
    english: Annotated[bool, typer.Option("--english", help="in English")] = False,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Write a month's report as .xlsx, .pdf or .png · 导出费用月报."""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        note(f"--month: {month}? 2026-11")
        raise typer.Exit(2)
    if out.suffix not in {".xlsx", ".pdf", ".png"}:
        note(f"--out: {out}? .xlsx, .pdf, .png")
        raise typer.Exit(2)
    language: Language = "en" if english else "zh"
    out.write_bytes(run_on_database(_report(read_settings(config), month, out.suffix, language)))
    note(f"{month} → {out}")


async def _report(config: Config, month: str, kind: str, language: "Language") -> bytes:
    from bot.handlers.reporting import collect_month
    from bot.pictures.charts import paint
    from bot.pictures.pdf import print_pages
    from bot.reports.month import Writer
    from connectors.filedrop.workbook import workbook_bytes

    async with opened(config) as storage:
        found = await collect_month(storage.store, storage.spending, month, config.zone)
        writer = Writer(found, await storage.store.company(), language)
    if kind == ".xlsx":
        return workbook_bytes(writer.tables())
    if kind == ".pdf":
        return print_pages(writer.pages(), writer.title(), language)
    return paint(writer.picture())
