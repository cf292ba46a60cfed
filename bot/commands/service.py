"""Running the service, its schema, the company file, the audit trail, the demo."""

import asyncio
import signal
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
from bot.heap import settle_heap
from bot.logs import set_up_logs
from bot.settings import Config
from core.money import format_yuan
from core.ports import LedgerFault

if TYPE_CHECKING:
    from storage.open import Storage

app = typer.Typer()
company_app = group("公司资料 · the company file")
audit_app = group("审计链 · the audit trail")
app.add_typer(company_app, name="company")
app.add_typer(audit_app, name="audit")


@app.command()
def serve(config: ConfigOption = CHIT_TOML) -> None:
    """Run the service until SIGTERM or Ctrl-C · 启动服务."""
    settings = read_settings(config)
    set_up_logs()
    run_on_database(_serve(settings))


async def _serve(config: Config) -> None:
    from bot import app as service

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    async with service.running(config) as running:
        settle_heap()
        note(f"serving: {running.url}/")
        await stopping.wait()


@app.command()
def migrate(config: ConfigOption = CHIT_TOML) -> None:
    """Create or upgrade the schema · 建立或升级数据库结构."""
    from storage.migrate import migrate as upgrade_schema

    settings = read_settings(config)
    run_on_database(upgrade_schema(settings.database.url))
    note("schema is up to date · 数据库结构已是最新")


@company_app.command("apply")
def company_apply(
    file: Path,
    config: ConfigOption = CHIT_TOML,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示差异 · only show")] = False,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="以文件为准，不再以通讯录为准 · the file owns all")
    ] = False,
) -> None:
    """Put a company.yaml in force, all or nothing · 应用公司资料."""
    settings = read_settings(config)
    run_on_database(_apply(settings, file, dry_run=dry_run, take_over=take_over))


async def _apply(config: Config, file: Path, *, dry_run: bool, take_over: bool) -> None:
    from bot.clock import utc_now
    from bot.desk.company import apply_company, read_company
    from bot.parts.rules import settings_of

    company = read_company(file)
    async with opened(config) as storage:
        applied = await apply_company(
            storage.store,
            company,
            utc_now,
            dry_run=dry_run,
            settings=settings_of(config),
            take_over=take_over,
        )
        made = 0 if dry_run else await _rebuilt(config, storage)
    for line in applied.lines:
        print(line)
    for line in applied.notes:
        note(line)
    done = "would change · 将变更" if dry_run else "applied · 已应用"
    note(f"{done}: {len(applied.lines)}, version {applied.version}")
    if applied.moved:
        note(f"approvals moved · 改派待办: {applied.moved}")
    if made:
        note(f"vouchers made · 补做凭证: {made}")


async def _rebuilt(config: Config, storage: "Storage") -> int:
    """Make the vouchers that waited for an account which the file names now."""
    from bot.clock import utc_now
    from bot.desk.vouchers import VoucherDesk

    company = await storage.store.company()
    return (await VoucherDesk(storage.store, utc_now, config.zone).rebuild(company)).made


@audit_app.command("verify")
def audit_verify(config: ConfigOption = CHIT_TOML) -> None:
    """Recompute the hash chain, and every budget from its journal · 校验审计链和预算."""
    bad, faults = run_on_database(_verify(read_settings(config)))
    if bad is not None:
        note(f"the chain breaks at entry {bad} · 审计链在第 {bad} 条断裂")
    for fault in faults:
        note(
            f"budget {fault.budget}: {fault.what} is {format_yuan(fault.has_fen)}, its record says"
            f" {format_yuan(fault.wants_fen)} · 预算与流水不符"
        )
    if bad is not None or faults:
        raise typer.Exit(1)
    note("the chain is whole · 审计链完整")
    note("every budget equals its journal · 预算与流水一致")


async def _verify(config: Config) -> tuple[int | None, tuple[LedgerFault, ...]]:
    async with opened(config) as storage:
        return await storage.store.verify_audit(), await storage.store.verify_ledger()


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="按脚本演示一遍 · play the main job and exit")
    ] = False,
) -> None:
    """Run the sandbox and the service with a sample company · 本机演示."""
    from bot.demo import run_demo

    raise typer.Exit(run_on_database(run_demo(headless=headless)))
