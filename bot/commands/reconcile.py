"""What Chit, the OA, the books and the bank each say of every claim."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.basics import (
    CHIT_TOML,
    ConfigOption,
    note,
    opened,
    read_settings,
    run_on_database,
)
from bot.settings import Config

if TYPE_CHECKING:
    from datetime import date

    from bot.handlers.reconciling import Reconciliation

app = typer.Typer()
_DAY = ["%Y-%m-%d"]


@app.command("reconcile")
def reconcile(
    day: Annotated[
        datetime | None,
        typer.Option("--day", formats=_DAY, help="到哪天提交的，默认今天 · until"),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=_DAY, help="从哪天提交的，默认去年 1 月 · from"),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="写成 xlsx · a workbook")] = None,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Compare all sides, differences first; exit 0 also where they differ · 对账."""
    from bot.desk.reconciliation import lines, workbook
    from bot.texts.differences import line_of, unnoted_text

    settings = read_settings(config)
    first = since.date() if since else None
    found = run_on_database(_reconcile(settings, day.date() if day else None, first))
    for line in lines(found):
        print(line)
    if out is not None:
        out.write_bytes(workbook(found))
    for row in found.unnoted[:20]:
        note(unnoted_text(row, "zh"))
        note(unnoted_text(row, "en"))
    for one in found.differing[:20]:
        note(line_of(one, "zh"))
        note(line_of(one, "en"))
    note(f"compared · 已核对 {len(found.claims)}, differ · 不一致 {len(found.differing)}")


async def _reconcile(config: Config, day: "date | None", since: "date | None") -> "Reconciliation":
    from bot.clock import utc_now
    from bot.handlers.reconciling import Sides
    from bot.jobs.asking import Asking
    from bot.parts.channels import build_probes
    from bot.parts.systems import asked_outlets

    until = day or utc_now().astimezone(config.zone).date()
    channels = build_probes(config, utc_now)
    try:
        async with opened(config) as storage, asked_outlets(config, storage, channels) as outlets:
            ask = Asking({outlet.name: outlet for outlet in outlets})
            sides = Sides(storage.store, storage.links, config.zone, ask)
            return await sides.reconcile(until, since)
    finally:
        for channel in channels.values():
            await channel.stop()
