"""Budgets by the table and by the period; people by the table."""

from collections.abc import Mapping
from pathlib import Path
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
from core.errors import Unsupported
from core.money import format_yuan

if TYPE_CHECKING:
    from bot.desk.budgets import Closed
    from bot.desk.company import Applied
    from bot.desk.compare import Compared

app = typer.Typer()
import_app = group("导入表格 · bulk tables")
budgets_app = group("预算期间 · periods of budgets")
app.add_typer(import_app, name="import")
app.add_typer(budgets_app, name="budgets")

DryRun = Annotated[bool, typer.Option("--dry-run", help="只显示差异 · only show")]


@import_app.command("budgets")
def import_budgets(file: Path, config: ConfigOption = CHIT_TOML, dry_run: DryRun = False) -> None:
    """Put the budgets of an xlsx or csv in force, all or nothing · 导入预算."""
    _report(
        run_on_database(
            _import(read_settings(config), _bytes(file), (str(file), "budgets"), dry_run)
        ),
        dry_run,
    )


@import_app.command("people")
def import_people(file: Path, config: ConfigOption = CHIT_TOML, dry_run: DryRun = False) -> None:
    """Put the people of an xlsx or csv in force, all or nothing · 导入人员."""
    _report(
        run_on_database(
            _import(read_settings(config), _bytes(file), (str(file), "people"), dry_run)
        ),
        dry_run,
    )


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        note(f"{file}: cannot be read · 无法读取: {type(error).__name__}")
        raise typer.Exit(1) from None


async def _import(config: Config, data: bytes, what: tuple[str, str], dry_run: bool) -> "Applied":
    from bot.clock import utc_now
    from bot.desk import imports
    from connectors.filedrop.reading import read_table

    file, section = what
    table = read_table(data)
    act = imports.import_budgets if section == "budgets" else imports.import_people
    async with opened(config) as storage:
        return await act(storage.store, table, file, utc_now, dry_run=dry_run)


def _report(applied: "Applied", dry_run: bool) -> None:
    for line in applied.lines:
        print(line)
    for line in applied.notes:
        note(line)
    done = "would change · 将变更" if dry_run else "applied · 已应用"
    note(f"{done}: {len(applied.lines)}, version {applied.version}")


@budgets_app.command("close")
def close(
    target: Annotated[str, typer.Argument(help="预算编号或期间 · id or period, e.g. 2026-Q4")],
    config: ConfigOption = CHIT_TOML,
    carry: Annotated[
        bool, typer.Option("--carry", help="占用结转到下一期 · move holds to the next period")
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Close budgets: nothing new is charged to them · 关账."""
    done = run_on_database(_close(read_settings(config), target, carry, dry_run))
    for budget in done.budgets:
        print(budget.id)
    for one in done.carried:
        print(f"{one.hold} → {' '.join(c.budget for c in one.charges)}")
    for name, fen in done.staying.items():
        note(f"{name}: still held · 仍占用 {format_yuan(fen)}")
    for name, fen in done.exceeded.items():
        note(f"{name}: above its limit by · 超出额度 {format_yuan(fen)}")
    word = "would close · 将关账" if dry_run else "closed · 已关账"
    note(f"{word}: {len(done.budgets)}; carried over · 结转占用: {len(done.carried)}")


async def _close(config: Config, target: str, carry: bool, dry_run: bool) -> "Closed":
    from bot.clock import utc_now
    from bot.desk.budgets import BudgetDesk

    async with opened(config) as storage:
        desk = BudgetDesk(storage.store, utc_now)
        return await desk.close(target, carry=carry, dry_run=dry_run)


@budgets_app.command("reopen")
def reopen(
    target: Annotated[str, typer.Argument(help="预算编号或期间 · id or period, e.g. 2026-Q4")],
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Open budgets again that were closed too early · 反关账."""
    done = run_on_database(_reopen(read_settings(config), target))
    note(f"open · 已打开: {len(done.budgets)}")


async def _reopen(config: Config, target: str) -> "Closed":
    from bot.clock import utc_now
    from bot.desk.budgets import BudgetDesk

    async with opened(config) as storage:
        return await BudgetDesk(storage.store, utc_now).reopen(target)


@budgets_app.command("compare")
def compare(
    system: Annotated[str, typer.Argument(help="连接的名字 · name of the connector, e.g. hose")],
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Show budgets beside those of another system; nothing is changed · 与另一系统对比预算."""
    settings = read_settings(config)
    nodes = getattr(settings.connectors.systems.get(system), "budgets", {})
    if not nodes:
        note(f"{system}? [connectors.{system}.budgets] names no budget · 没有配置要对比的预算")
        raise typer.Exit(2)
    found, unknown = run_on_database(_compare(settings, system, nodes))
    for one in found:
        theirs = format_yuan(one.theirs.available_fen) if one.theirs else "-"
        apart = "-" if one.apart_fen is None else format_yuan(one.apart_fen)
        print(f"{one.ours.budget.id}\t{format_yuan(one.ours.available_fen)}\t{theirs}\t{apart}")
    for name in unknown:
        note(f"{name}? no such budget · 没有这个预算")
    differ = sum(1 for one in found if one.apart_fen != 0)
    note(f"id, 小票可用 · left here, {system}, 相差 · apart; 不一致 · differ: {differ}")


async def _compare(
    config: Config, system: str, nodes: Mapping[str, str]
) -> "tuple[tuple[Compared, ...], tuple[str, ...]]":
    from bot.clock import utc_now
    from bot.desk.compare import compare_budgets
    from bot.parts.rules import files_of
    from bot.parts.systems import build_outlets
    from core.outside import BudgetPort

    today = utc_now().astimezone(config.zone).date()
    async with opened(config) as storage:
        outlets = build_outlets(config, storage, files_of(config), utc_now)
        try:
            there = next((o.system for o in outlets if o.name == system), None)
            if not isinstance(there, BudgetPort):
                raise Unsupported("no_budgets_there", system=system)
            return await compare_budgets(storage.store, there, nodes, today)
        finally:
            for outlet in outlets:
                await outlet.system.close()
