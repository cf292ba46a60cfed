"""Payment files."""

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
payments_app = group("付款文件 · payment files")
app.add_typer(payments_app, name="payments")


@payments_app.command("export")
def payments_export(
    payment_format: Annotated[
        str, typer.Option("--format", help="格式，help 列出全部 · format; `help` lists them")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="输出文件 · the file")] = None,
    batch: Annotated[
        str | None, typer.Option("--batch", help="重写某批 · write an earlier batch again")
    ] = None,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Write what is owed to a payment file · 导出付款文件."""
    from connectors.filedrop.payment_files import PAYMENT_FORMATS

    if payment_format == "help":
        for known in PAYMENT_FORMATS.values():
            print(known.name)
            note(f"  {known.about}")
        return
    if payment_format not in PAYMENT_FORMATS:
        note(f"--format: {payment_format}? {', '.join(PAYMENT_FORMATS)}")
        raise typer.Exit(2)
    if out is None:
        note("--out: name the file to write · 请指明输出文件")
        raise typer.Exit(2)
    run_on_database(_export(read_settings(config), payment_format, out, batch))


async def _export(config: Config, name: str, out: Path, batch: str | None) -> None:
    from bot.clock import utc_now
    from bot.desk.payments import export_batch, rewrite_batch
    from connectors.filedrop.payment_files import PAYMENT_FORMATS

    write = PAYMENT_FORMATS[name].write
    async with opened(config) as storage:
        done = (
            await rewrite_batch(storage.store, batch, write, out)
            if batch
            else await export_batch(storage.store, utc_now, write, out)
        )
    note(f"{done.id}: {len(done.payments)} payments · 笔, {done.total} yuan · 元 → {out}")
