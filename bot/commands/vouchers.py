"""Vouchers to the books, and their numbers back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
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
from bot.commands.payments import (
    DropOption,
    FormatOption,
    own_templates,
    read_bytes,
    unconfirmed,
)
from bot.settings import Config
from core.errors import Refused

if TYPE_CHECKING:
    from bot.desk.vouchers import By, Exported, Outlet
    from bot.jobs.booking_now import Posting
    from connectors.filedrop.voucher_files import VoucherFormat
    from core.company import Company
    from core.voucher import Voucher
    from core.voucher_sheet import Sheet, SheetList

POSTED = frozenset({"kingdee", "yonyou", "sap_b1", "erpnext", "odoo"})
"""Kinds of systems that take vouchers by calls, not by files."""

app = typer.Typer()
vouchers_app = group("会计凭证 · accounting vouchers")
app.add_typer(vouchers_app, name="vouchers")


@vouchers_app.command("export")
def vouchers_export(
    voucher_format: FormatOption = "",
    out: Annotated[Path | None, typer.Option("--out", help="输出文件 · the file")] = None,
    batch: Annotated[
        str | None, typer.Option("--batch", help="重写某批 · write an earlier batch again")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="claim 每单一张 | day 按日汇总 · one each, or a day")
    ] = None,
    entity: Annotated[
        str | None, typer.Option("--company", help="公司 id · one legal entity")
    ] = None,
    drop: DropOption = False,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Write vouchers that have not gone out yet, or post them now · 导出会计凭证，或立即入账."""
    from connectors.filedrop.voucher_files import voucher_formats

    if voucher_format == "help":
        for known in voucher_formats(own_templates(config)).values():
            print(known.name)
            note(f"  {known.about}{unconfirmed(known.unconfirmed)}")
        return
    if by not in {None, "claim", "day"}:
        note("--by: claim, day")
        raise typer.Exit(2)
    settings = read_settings(config)
    if _is_posted(settings, voucher_format):
        if batch or drop or by == "day":
            note(f"--format {voucher_format}: posts one by one · 逐张入账")
            raise typer.Exit(2)
        _post_now(settings, voucher_format, out, entity)
        return
    form = run_on_database(_form(settings, voucher_format, drop=drop))
    if form is None:
        note(f"--format: {voucher_format}? {', '.join(voucher_formats(own_templates(config)))}")
        raise typer.Exit(2)
    if out is None and not drop:
        note("--out: name the file to write · 请指明输出文件")
        raise typer.Exit(2)
    way: By | None = None if by is None else "day" if by == "day" else "claim"
    work = _Export(settings, form, out, batch, way, entity)
    _say_done(*run_on_database(work.run()), str(out or "filedrop"))
    if form.unconfirmed:
        note(f"未确认 · not confirmed: {form.unconfirmed}")


def _is_posted(config: Config, name: str) -> bool:
    """Whether a name is that of a system to post to; Exit 1 when that one is not connected."""
    from bot.parts.posting import find_books

    if find_books(config, name) is not None:
        return True
    if name in POSTED:
        note(
            f"{name} is not connected, or more than once: name the table [connectors.…] · "
            f"chit.toml 里没有连接 {name}，或者连接了不止一个，请写明名字"
        )
        raise typer.Exit(1)
    return False


def _post_now(config: Config, name: str, out: Path | None, entity: str | None) -> None:
    """Post, say what came of it, and fail when something waits."""
    done, unmade = run_on_database(_posting(config, name, entity))
    rows = "".join(f"{voucher}\t{number}\n" for voucher, number in done.posted)
    if out is None or str(out) == "-":
        print(rows, end="")
    else:
        out.write_text(rows, "utf-8")
    for voucher, why in done.waiting:
        note(f"waits · 未入账 {voucher}: {why}")
    for row in unmade:
        note(f"waits · 未入账 {row}")
    note(f"posted · 已入账: {len(done.posted)}")
    if done.waiting or unmade:
        raise typer.Exit(1)


async def _posting(config: Config, name: str, entity: str | None) -> "tuple[Posting, list[str]]":
    """Post; gives what came of it, and what cannot be made yet."""
    from bot.clock import utc_now
    from bot.desk.vouchers import VoucherDesk
    from bot.parts.posting import build_booker, find_books

    async with opened(config) as storage:
        desk = VoucherDesk(storage.store, utc_now, config.zone)
        company = await storage.store.company()
        unmade = (await desk.rebuild(company)).waiting
        booker = build_booker(config, storage, find_books(config, name) or name)
        try:
            done = await booker.post(entity)
        finally:
            await booker.outlet.system.close()
        from bot.texts.waiting import waiting_rows

        return done, waiting_rows(unmade, company)


async def _form(config: Config, name: str, *, drop: bool) -> "VoucherFormat | None":
    from bot.parts.filedrop import find_filedrop, templates_of
    from connectors.filedrop.voucher_files import voucher_format

    found = find_filedrop(config, "voucher") if drop and not name else None
    return voucher_format(found.voucher_format if found else name, templates_of(config))


def _say_done(done: "Exported", company: "Company", where: str) -> None:
    from bot.texts.waiting import waiting_rows
    from core.money import format_yuan

    for row in waiting_rows(done.waiting, company):
        note(f"waits · 未导出 {row}")
    sheets = done.sheets
    total = format_yuan(sheets.total_fen)
    note(f"{sheets.batch}: {sheets.count} vouchers · 张, {total} yuan · 元 → {where}")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A format that shows how far it is."""

    form: "VoucherFormat"

    @property
    def name(self) -> str:
        return self.form.name

    @property
    def find_unfit(self) -> "Callable[[Sheet, Company], str | None]":
        return self.form.find_unfit

    def __call__(self, sheets: "SheetList", company: "Company") -> bytes:
        from bot.commands.progress import shown

        total = sum(len(sheet.lines) for sheet in sheets.sheets)
        return self.form(sheets, company, lambda rows: shown(rows, total, self.form.name))


@dataclass(frozen=True, slots=True)
class _Export:
    config: Config
    form: "VoucherFormat"
    out: Path | None
    batch: str | None
    by: "By | None"
    entity: str | None

    async def run(self) -> "tuple[Exported, Company]":
        """Export; gives what went out, and the company by whose names the rest is told."""
        from bot.clock import utc_now
        from bot.desk.vouchers import VoucherDesk
        from bot.heap import settle_heap

        settle_heap()
        outlet = self._outlet()
        async with opened(self.config) as storage:
            desk = VoucherDesk(storage.store, utc_now, self.config.zone)
            form, company = _Shown(self.form), await storage.store.company()
            if self.batch:
                return await desk.rewrite(self.batch, form, outlet), company
            return await desk.export(form, outlet, self.by, self.entity), company

    def _outlet(self) -> "Outlet":
        from bot.desk.outlets import FileOutlet, PlaceOutlet
        from bot.parts.filedrop import find_filedrop, place_of

        if self.out is not None:
            return FileOutlet(self.out, self.form.name)
        found = find_filedrop(self.config, "voucher")
        if found is None:
            raise Refused("no_filedrop", role="voucher")
        return PlaceOutlet(place_of(found), self.form.name, self.form.extension)


@vouchers_app.command("batches")
def vouchers_batches(config: ConfigOption = CHIT_TOML) -> None:
    """List the batches of vouchers: number, vouchers, total · 列出已导出的凭证批次."""
    run_on_database(_batches(read_settings(config)))


async def _batches(config: Config) -> None:
    from bot.clock import utc_now
    from bot.desk.vouchers import VoucherDesk
    from core.money import format_yuan

    async with opened(config) as storage:
        found = await VoucherDesk(storage.store, utc_now, config.zone).batches()
    for name, (count, total_fen) in found.items():
        print(f"{name}\t{count}\t{format_yuan(total_fen)}")


@vouchers_app.command("preview")
def vouchers_preview(
    claim: Annotated[str, typer.Argument(help="单号 · the claim's number")],
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Show a claim's vouchers, or the one that its approval would make · 预览凭证."""
    vouchers, company = run_on_database(_preview(read_settings(config), claim))
    for voucher in vouchers:
        _print(voucher, company)


async def _preview(config: Config, claim: str) -> "tuple[tuple[Voucher, ...], Company]":
    from bot.clock import utc_now
    from bot.desk.vouchers import VoucherDesk

    async with opened(config) as storage:
        desk = VoucherDesk(storage.store, utc_now, config.zone)
        return await desk.preview(claim), await storage.store.company()


def _print(voucher: "Voucher", company: "Company") -> None:
    from bot.texts.waiting import waiting_rows
    from core.money import format_yuan
    from core.voucher import Waiting

    print(f"{voucher.id}\t{voucher.day}\t{voucher.kind}\t{voucher.state}\t{voucher.number or ''}")
    if voucher.state == "refused":
        waits = Waiting(voucher.id, voucher.claim, voucher.reason, voucher.facts)
        print("\n".join(f"  {row}" for row in waiting_rows([waits], company)))
    for line in voucher.lines:
        debit = format_yuan(line.debit_fen) if line.debit_fen else ""
        credit = format_yuan(line.credit_fen) if line.credit_fen else ""
        about = (line.department, line.project, line.person, line.supplier)
        print(
            f"  {line.account}\t{debit}\t{credit}\t{line.summary}\t{'/'.join(filter(None, about))}"
        )


@vouchers_app.command("numbers")
def vouchers_numbers(
    file: Annotated[Path, typer.Argument(help="两列 id, number 的 csv 或 xlsx · id and number")],
    renumbered: Annotated[
        bool,
        typer.Option("--renumbered", help="账里整理过凭证号 · the books were numbered anew"),
    ] = False,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Note the numbers that the books gave · 回写凭证号."""
    settings, data = read_settings(config), read_bytes(file)
    noted = run_on_database(_numbers(settings, data, renumbered=renumbered))
    note(f"noted · 已登记 {noted}")


async def _numbers(config: Config, data: bytes, *, renumbered: bool) -> int:
    from bot.clock import utc_now
    from bot.desk.clerk import numbers_in
    from bot.desk.vouchers import VoucherDesk
    from connectors.filedrop.reading import read_table

    given = numbers_in(read_table(data))
    async with opened(config) as storage:
        desk = VoucherDesk(storage.store, utc_now, config.zone)
        return await desk.number(given, renumbered=renumbered)


@vouchers_app.command("redate")
def vouchers_redate(
    day: Annotated[str, typer.Argument(help="新日期 · the new day, e.g. 2026-12-01")],
    names: Annotated[list[str], typer.Argument(help="凭证编号 · ids of vouchers")],
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Move vouchers that have not gone out, as from a closed period · 改未出去的凭证的日期."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        note(f"{day}: 2026-12-01")
        raise typer.Exit(2) from None
    for voucher in run_on_database(_redate(read_settings(config), wanted, names)):
        print(f"{voucher.id}\t{voucher.day} → {wanted}")
        if voucher.taken_by:
            note(f"chit stuck retry {voucher.claim} → {voucher.taken_by}")


async def _redate(config: Config, day: date, names: list[str]) -> "tuple[Voucher, ...]":
    from bot.clock import utc_now
    from bot.desk.vouchers import VoucherDesk

    async with opened(config) as storage:
        desk = VoucherDesk(storage.store, utc_now, config.zone)
        return await desk.redate(names, day, storage.links)


@vouchers_app.command("table")
def vouchers_table(
    system: Annotated[str, typer.Argument(help="连接的名字 · the connected system")],
    form: Annotated[str, typer.Argument(help="对方的基础资料 · its list, e.g. BD_Department")],
    code: Annotated[str, typer.Option("--code", help="编码字段 · field of codes")] = "FNumber",
    name: Annotated[str, typer.Option("--name", help="名称字段 · field of names")] = "FName",
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Read codes from the books and print a table for the mapping · 读取对方编码，生成映射表."""
    settings = read_settings(config)
    for line in run_on_database(_table(settings, system, (form, code, name))):
        print(line)


async def _table(config: Config, name: str, asked: tuple[str, str, str]) -> list[str]:
    from bot.desk.tables import lines_of
    from bot.parts.posting import build_booker, find_books
    from core.outside import TablePort

    found = find_books(config, name)
    async with opened(config) as storage:
        if found is None:
            raise Refused("no_tables", system=name[:40])
        system = build_booker(config, storage, found).outlet.system
        try:
            if not isinstance(system, TablePort):
                raise Refused("no_tables", system=name[:40])
            theirs = await system.table(*asked)
        finally:
            await system.close()
        return list(lines_of(await storage.store.company(), asked[0], theirs))
