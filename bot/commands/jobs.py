"""Scheduled jobs, run by hand."""

from typing import Annotated

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

app = typer.Typer()


@app.command("run")
def run_job(
    job: Annotated[str, typer.Argument(help="overspend_scan | digest | reminders")],
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Run a scheduled job now, beside a running service · 立即运行一次定时任务."""
    from bot.jobs.registry import JOBS
    from bot.texts.jobs import counts_text

    names = [known.name for known in JOBS]
    if job not in names:
        note(f"{job}? {', '.join(names)}")
        raise typer.Exit(2)
    counts = run_on_database(_run_now(read_settings(config), job))
    note(f"{job}: {counts_text(counts, 'zh')} · {counts_text(counts, 'en')}")


async def _run_now(config: Config, job: str) -> dict[str, int]:
    from bot.clock import utc_now
    from bot.parts.channels import build_probes
    from bot.parts.directories import directories_of
    from bot.parts.jobs import build_runner
    from bot.parts.systems import asked_outlets

    channels = build_probes(config, utc_now)
    directories = directories_of(config, channels)
    try:
        async with opened(config) as storage, asked_outlets(config, storage, channels) as outlets:
            runner = build_runner(config, storage, utc_now, directories, outlets)
            return dict(await runner.run_now(job))
    finally:
        for channel in channels.values():
            await channel.stop()
