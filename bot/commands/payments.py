"""Payment files out, bank results in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
from core.errors import ChitError, Refused

if TYPE_CHECKING:
    from bot.desk.payments import Batch, Outlet
    from bot.desk.results import RowDone
    from connectors.filedrop.payment_files import PaymentFormat
    from core.payment_batch import Order, OrderList

app = typer.Typer()
payments_app = group("付款文件 · payment files")
app.add_typer(payments_app, name="payments")

FormatOption = Annotated[
    str,
    typer.Option(
        "--format", help="格式，help 列出全部；或自己的模板 .yaml · format; `help` lists them"
    ),
]
DropOption = Annotated[
    bool, typer.Option("--drop", help="投放到 [connectors.filedrop] · put where it is set up")
]


@payments_app.command("export")
def payments_export(
    payment_format: FormatOption = "",
    out: Annotated[Path | None, typer.Option("--out", help="输出文件 · the file")] = None,
    batch: Annotated[
        str | None, typer.Option("--batch", help="重写某批 · write an earlier batch again")
    ] = None,
    maker: Annotated[
        str | None,
        typer.Option(
            "--maker", help="制单人的 id，大额批次必填 · who makes it", envvar="CHIT_MAKER"
        ),
    ] = None,
    drop: DropOption = False,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Write what is owed to a payment file · 导出付款文件."""
    from connectors.filedrop.payment_files import payment_format as find_format
    from connectors.filedrop.payment_files import payment_formats

    if payment_format == "help":
        for known in payment_formats(own_templates(config)).values():
            print(known.name)
            note(f"  {known.about}{unconfirmed(known.unconfirmed)}")
        return
    settings = read_settings(config) if drop and not payment_format else None
    name = payment_format or (_dropped_format(settings) if settings else "")
    form = run_on_database(_found(lambda: find_format(name, own_templates(config))))
    if form is None:
        note(f"--format: {name}? {', '.join(payment_formats(own_templates(config)))}")
        raise typer.Exit(2)
    if out is None and not drop:
        note("--out: name the file to write · 请指明输出文件")
        raise typer.Exit(2)
    work = _Export(settings or read_settings(config), form, out, batch, maker)
    done = run_on_database(work.run())
    _say_done(done, str(out or "filedrop"))
    if form.unconfirmed:
        note(f"未确认 · not confirmed: {form.unconfirmed}")
    if done.waits:
        note(
            f"{done.id}: waits for somebody else to send “confirm batch {done.id}” · "
            f"等待另一人发送「确认批次 {done.id}」，之后用 --batch {done.id} 导出"
        )
        raise typer.Exit(1)


def own_templates(config: Path) -> Path | None:
    """Give the folder of the firm's own forms, where there are settings that name one."""
    from bot.parts.filedrop import templates_of

    return templates_of(read_settings(config)) if config.is_file() else None


def unconfirmed(what: str) -> str:
    """Write what nobody has confirmed of a form behind what it is."""
    return f"\n  ⚠ {what}" if what else ""


async def _found(find: "Callable[[], PaymentFormat | None]") -> "PaymentFormat | None":
    return find()


def _dropped_format(config: Config) -> str:
    from bot.parts.filedrop import find_filedrop

    found = find_filedrop(config, "payment")
    return found.payment_format if found else ""


def _say_done(done: "Batch", where: str) -> None:
    from bot.texts.accounting import left_text

    for left in done.left:
        note(f"left out · 未导出 {left.payment}: {left_text(left.reason)}")
    if not done.waits:
        note(f"{done.id}: {len(done.orders)} payments · 笔, {done.total} yuan · 元 → {where}")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A format that shows how far it is."""

    form: "PaymentFormat"

    @property
    def name(self) -> str:
        return self.form.name

    @property
    def extension(self) -> str:
        return self.form.extension

    @property
    def one_payer(self) -> bool:
        return self.form.one_payer

    @property
    def find_unfit(self) -> "Callable[[Order], str | None]":
        return self.form.find_unfit

    def __call__(self, orders: "OrderList") -> bytes:
        from bot.commands.progress import shown

        return self.form(orders, lambda rows: shown(rows, orders.count, self.form.name))


def _noting(lots: range) -> Iterable[int]:
    from bot.commands.progress import lots_shown

    return lots_shown(lots, "登记 · noted")


@dataclass(frozen=True, slots=True)
class _Export:
    config: Config
    form: "PaymentFormat"
    out: Path | None
    batch: str | None
    maker: str | None

    async def run(self) -> "Batch":
        from bot.clock import utc_now
        from bot.desk.payments import PaymentDesk
        from bot.heap import settle_heap

        settle_heap()
        outlet = self._outlet()
        async with opened(self.config) as storage:
            desk = PaymentDesk(storage.store, utc_now, self.config.zone, _noting)
            try:
                if self.batch:
                    return await desk.rewrite(self.batch, _Shown(self.form), outlet)
                return await desk.export(_Shown(self.form), outlet, self.maker)
            except (ChitError, OSError) as error:
                if not isinstance(error, Refused):
                    note("see · 请查看 `chit payments batches`, then · 再用 --batch")
                raise

    def _outlet(self) -> "Outlet":
        from bot.desk.outlets import FileOutlet, PlaceOutlet
        from bot.parts.filedrop import find_filedrop, place_of

        if self.out is not None:
            return FileOutlet(self.out, self.form.name)
        found = find_filedrop(self.config, "payment")
        if found is None:
            raise Refused("no_filedrop", role="payment")
        return PlaceOutlet(place_of(found), self.form.name, self.form.extension)


@payments_app.command("batches")
def payments_batches(
    config: ConfigOption = CHIT_TOML,
    count: Annotated[int, typer.Option("--count", help="最近几批 · how many", min=1)] = 20,
) -> None:
    """List the latest batches: number, state, payments, total, maker, checker · 列出付款批次."""
    run_on_database(_batches(read_settings(config), count))


async def _batches(config: Config, count: int) -> None:
    from core.money import format_yuan
    from core.ports import Page

    async with opened(config) as storage:
        found = await storage.store.payment_batches(Page(limit=count))
    for batch in found.items:
        total = format_yuan(batch.total_fen)
        row = (batch.id, batch.state, str(batch.count), total, batch.maker, batch.checker or "")
        print("\t".join(row))


@payments_app.command("result")
def payments_result(
    file: Annotated[Path, typer.Argument(help="银行结果 csv 或 xlsx · the bank's results")],
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Note what the bank says of payments, row by row · 导入银行付款结果."""
    settings = read_settings(config)
    done = run_on_database(_result(settings, read_bytes(file)))
    bad = [row for row in done if row.refusal]
    for row in bad:
        note(f"row {row.number} · 第 {row.number} 行 {row.payment}: {_why(row.refusal)}")
    noted = sum(row.noted for row in done)
    known = len(done) - noted - len(bad)
    note(f"noted · 已登记 {noted}, known before · 此前已有 {known}, refused · 未登记 {len(bad)}")
    if bad:
        raise typer.Exit(1)


def _why(refusal: Refused | None) -> str:
    from bot.texts.refusals import refusal_text
    from core.company import Company

    if refusal is None:
        return ""
    return " · ".join(refusal_text(refusal, language, Company()) for language in ("zh", "en"))


def read_bytes(file: Path) -> bytes:
    """Read a file, or say why it cannot be read and stop."""
    try:
        return file.read_bytes()
    except OSError as error:
        note(f"{file}: {type(error).__name__}")
        raise typer.Exit(1) from None


async def _result(config: Config, data: bytes) -> "list[RowDone]":
    from bot.clock import utc_now
    from bot.desk.results import ResultDesk
    from bot.parts.rules import settings_of
    from connectors.filedrop.reading import read_table

    table = read_table(data)
    async with opened(config) as storage:
        desk = ResultDesk(storage.store, utc_now, settings_of(config))
        return await desk.note(table, data)
