"""The sums that analytics answer from."""

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
