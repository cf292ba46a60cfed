"""The command line: thin, one function a command.

Each command imports what it needs: reading an invoice loads neither the service nor a database.
"""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.config import Config, ConfigError, load_config
from bot.logs import redact, set_up_logs
from core.company_file import CompanyFileError
from core.errors import ChitError, Refused

if TYPE_CHECKING:
    from bot.desk.archive import Archive
    from storage.open import Storage

T = TypeVar("T")

app = typer.Typer(
    help="Chit（小票）: 费用管控机器人 · expense control inside DingTalk and WeCom",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
company_app = typer.Typer(help="公司资料 · the company file", no_args_is_help=True)
payments_app = typer.Typer(help="付款文件 · payment files", no_args_is_help=True)
archive_app = typer.Typer(help="档案 · the archive", no_args_is_help=True)
audit_app = typer.Typer(help="审计链 · the audit trail", no_args_is_help=True)
app.add_typer(company_app, name="company")
app.add_typer(payments_app, name="payments")
app.add_typer(archive_app, name="archive")
app.add_typer(audit_app, name="audit")

ConfigOption = Annotated[
    Path, typer.Option("--config", help="配置文件 · settings file", show_default=True)
]
CHIT_TOML = Path("chit.toml")


def _note(text: str) -> None:
    print(text, file=sys.stderr)


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; a failure is one clear line on stderr and exit code 1."""
    try:
        return asyncio.run(work)
    except (ConfigError, CompanyFileError) as error:
        _note(str(error))
    except Refused as error:
        _note(_refusal(error))
    except ChitError as error:
        _note(f"failed · 失败: {error}")
    except OSError as error:
        _note(f"failed · 失败: {redact(str(error))}")
    raise typer.Exit(1)


def _refusal(error: Refused) -> str:
    from bot.texts.refusals import refusal_text
    from core.company import Company

    return " · ".join(refusal_text(error, language, Company()) for language in ("zh", "en"))


def _run_on_database(work: Coroutine[Any, Any, T]) -> T:
    """Run what needs a database: its refusal is one clear line, too."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return _run(work)
    except SQLAlchemyError as error:
        _note(f"the database refused · 数据库拒绝: {redact(str(error.args[0])[:300])}")
    raise typer.Exit(1)


@contextlib.asynccontextmanager
async def _storage(config: Config) -> "AsyncIterator[Storage]":
    from bot.app import utc_now
    from storage.open import open_storage

    storage = await open_storage(config.database.url, utc_now)
    try:
        yield storage
    finally:
        await storage.close()


def _config(path: Path) -> Config:
    try:
        return load_config(path)
    except ConfigError as error:
        _note(str(error))
        raise typer.Exit(1) from None


@app.command()
def serve(config: ConfigOption = CHIT_TOML) -> None:
    """Run the service until SIGTERM or Ctrl-C · 启动服务."""
    settings = _config(config)
    set_up_logs()
    _run_on_database(_serve(settings))


async def _serve(config: Config) -> None:
    from bot import app as service

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    async with service.running(config) as running:
        _note(f"serving: {running.url}/")
        await stopping.wait()


@app.command()
def migrate(config: ConfigOption = CHIT_TOML) -> None:
    """Create or upgrade the schema · 建立或升级数据库结构."""
    from storage.migrate import migrate as upgrade_schema

    settings = _config(config)
    _run_on_database(upgrade_schema(settings.database.url))
    _note("schema is up to date · 数据库结构已是最新")


@company_app.command("apply")
def company_apply(
    file: Path,
    config: ConfigOption = CHIT_TOML,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示差异 · only show")] = False,
) -> None:
    """Put a company.yaml in force, all or nothing · 应用公司资料."""
    settings = _config(config)
    _run_on_database(_apply(settings, file, dry_run=dry_run))


async def _apply(config: Config, file: Path, *, dry_run: bool) -> None:
    from bot.app import utc_now
    from bot.desk.company import apply_company, read_company

    company = read_company(file)
    async with _storage(config) as storage:
        applied = await apply_company(storage.store, company, utc_now, dry_run=dry_run)
    for line in applied.lines:
        print(line)
    done = "would change · 将变更" if dry_run else "applied · 已应用"
    _note(f"{done}: {len(applied.lines)}, version {applied.version}")


@app.command()
def recognise(
    files: Annotated[list[str], typer.Argument(help="发票文件 · invoice files")],
    as_json: Annotated[bool, typer.Option("--json", help="一行一个 JSON · JSON lines")] = False,
) -> None:
    """Read invoices from files · 识别发票文件."""
    set_up_logs()
    _run(_recognise(files, as_json=as_json))


async def _recognise(files: list[str], *, as_json: bool) -> None:
    from recognition.files import recognise_paths
    from recognition.reader import Recogniser

    recogniser = Recogniser()
    await recogniser.start()
    try:
        async for reading in recognise_paths(files, recogniser):
            print(json.dumps(reading, ensure_ascii=False) if as_json else _line(reading))
    finally:
        await recogniser.stop()


def _line(reading: dict[str, object]) -> str:
    """Write a reading for people: a line of what matters, then its doubts."""
    if not reading["ok"]:
        return f"{reading['file']}: {reading['reason']}"
    names = ("kind", "number", "date", "total", "seller")
    facts = " · ".join(str(reading[n]) for n in names if reading[n])
    findings = reading["findings"]
    doubts = [f"\n  ? {f['message']}" for f in findings] if isinstance(findings, list) else []
    return f"{reading['file']}: {facts}{''.join(doubts)}"


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
            _note(f"  {known.about}")
        return
    if payment_format not in PAYMENT_FORMATS:
        _note(f"--format: {payment_format}? {', '.join(PAYMENT_FORMATS)}")
        raise typer.Exit(2)
    if out is None:
        _note("--out: name the file to write · 请指明输出文件")
        raise typer.Exit(2)
    _run_on_database(_export(_config(config), payment_format, out, batch))


async def _export(config: Config, name: str, out: Path, batch: str | None) -> None:
    from bot.app import utc_now
    from bot.desk.payments import export_batch, rewrite_batch
    from connectors.filedrop.payment_files import PAYMENT_FORMATS

    write = PAYMENT_FORMATS[name].write
    async with _storage(config) as storage:
        done = (
            await rewrite_batch(storage.store, batch, write, out)
            if batch
            else await export_batch(storage.store, utc_now, write, out)
        )
    _note(f"{done.id}: {len(done.payments)} payments · 笔, {done.total} yuan · 元 → {out}")


OutOption = Annotated[Path, typer.Option("--out", help="输出文件 · the file to write")]


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
    missing = _run_on_database(_export_archive(_config(config), month, out, company))
    if missing:
        _note(f"missing or damaged · 缺失或损坏: {' '.join(missing)}")
        raise typer.Exit(1)


async def _export_archive(
    config: Config, month: str, out: Path, company: str | None
) -> tuple[str, ...]:
    from connectors.filedrop.tables import write_xlsx

    async with _archive(config) as archive:
        done = await archive.export(month, out, write_xlsx, company)
    _note(f"{month}: {done.claims} claims · 单, {done.files} files · 件 → {out}")
    _note(f"manifest.json SHA-256 {done.manifest}")
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
        _note(f"--before: {before}? 2026-01-01")
        raise typer.Exit(2) from None
    _run_on_database(_purge(_config(config), day, yes=yes))


async def _purge(config: Config, before: date, *, yes: bool) -> None:
    async with _archive(config) as archive:
        due = await archive.due(before, config.archive.keep_years)
        for sha256, number in due.items():
            print(f"{sha256} {number}")
        if not yes:
            _note(f"would delete · 将删除: {len(due)}（--yes）")
            return
        _note(f"deleted · 已删除: {await archive.delete(tuple(due), before)}")


@archive_app.command("sheet")
def archive_sheet(
    claim: Annotated[str, typer.Option("--claim", help="单号 · the claim's number")],
    out: OutOption,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Lay a claim's originals out for printing, two on each A4 · 打印粘贴单."""
    _run_on_database(_sheet(_config(config), claim, out))


async def _sheet(config: Config, number: str, out: Path) -> None:
    from bot.desk.sheet import print_sheet
    from recognition.printing import make_sheets
    from recognition.process import Failed

    async with _archive(config) as archive:
        try:
            done = await print_sheet(archive.store, archive.files, number, out, make_sheets)
        except Failed as error:
            raise Refused("nothing_to_print", number=number) from error
    _note(f"{number}: {done.pages} sheets · 张 → {out}")
    if done.skipped:
        _note(f"print in their own program · 请用原软件打印: {' '.join(done.skipped)}")


@contextlib.asynccontextmanager
async def _archive(config: Config) -> "AsyncIterator[Archive]":
    from bot.app import utc_now
    from bot.desk.archive import Archive
    from storage.files import open_files

    async with _storage(config) as storage:
        yield Archive(storage.store, open_files(config.files.url), utc_now, config.zone)


@audit_app.command("verify")
def audit_verify(config: ConfigOption = CHIT_TOML) -> None:
    """Recompute the hash chain · 校验审计链."""
    bad = _run_on_database(_verify(_config(config)))
    if bad is not None:
        _note(f"the chain breaks at entry {bad} · 审计链在第 {bad} 条断裂")
        raise typer.Exit(1)
    _note("the chain is whole · 审计链完整")


async def _verify(config: Config) -> int | None:
    async with _storage(config) as storage:
        return await storage.store.verify_audit()


@app.command()
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="按脚本演示一遍 · play the main job and exit")
    ] = False,
) -> None:
    """Run the sandbox and the service with a sample company · 本机演示."""
    from bot.demo import run_demo

    raise typer.Exit(_run_on_database(run_demo(headless=headless)))


def main() -> None:
    """Run the command line."""
    with contextlib.suppress(KeyboardInterrupt):
        app()


if __name__ == "__main__":
    main()
