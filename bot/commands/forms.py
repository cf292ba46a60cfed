"""The forms of payment and voucher files: copied, changed and tried without touching anybody."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.commands.basics import CHIT_TOML, ConfigOption, note, run
from bot.commands.payments import own_templates, payments_app, read_bytes
from bot.commands.vouchers import vouchers_app

if TYPE_CHECKING:
    from connectors.filedrop.checking import Tried
    from connectors.filedrop.payment_files import PaymentFormat
    from connectors.filedrop.template import Template, Use
    from connectors.filedrop.voucher_files import VoucherFormat

app = typer.Typer()
FormArgument = Annotated[
    str, typer.Argument(metavar="FORMAT", help="格式名，或自己的 .yaml · a name or a file")
]
AgainstOption = Annotated[
    Path | None,
    typer.Option("--against", help="银行或软件给的空白模板，逐列对照 · compare with their form"),
]
SampleOption = Annotated[
    Path | None, typer.Option("--out", help="把样例写成文件 · write the sample file")
]


@payments_app.command("template")
def payment_template(name: FormArgument) -> None:
    """Print a built-in form to copy and change · 打印内置模板，复制后修改."""
    _print_template("payments", name)


@vouchers_app.command("template")
def voucher_template(name: FormArgument) -> None:
    """Print a built-in form to copy and change · 打印内置模板，复制后修改."""
    _print_template("vouchers", name)


def _print_template(use: "Use", name: str) -> None:
    from connectors.filedrop.template import text_of

    text = text_of(use, name)
    if text is None:
        note(f"{name}? · 没有这个模板")
        raise typer.Exit(2)
    print(text, end="")


@payments_app.command("check")
def check_payments(
    name: FormArgument,
    against: AgainstOption = None,
    out: SampleOption = None,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Try a form with made-up payments, and read the file back · 用样例检查付款文件格式."""
    from connectors.filedrop.checking import try_payments
    from connectors.filedrop.payment_files import payment_format, payment_formats

    async def work() -> "tuple[PaymentFormat | None, list[str]]":
        folder = own_templates(config)
        return payment_format(name, folder), list(payment_formats(folder))

    form, known = run(work())
    if form is None:
        _unknown(name, known)
    _say(form, try_payments(form), against, out)


@vouchers_app.command("check")
def check_vouchers(
    name: FormArgument,
    against: AgainstOption = None,
    out: SampleOption = None,
    config: ConfigOption = CHIT_TOML,
) -> None:
    """Try a form with made-up vouchers, and read the file back · 用样例检查凭证文件格式."""
    from connectors.filedrop.checking import try_vouchers
    from connectors.filedrop.voucher_files import voucher_format, voucher_formats

    async def work() -> "tuple[VoucherFormat | None, list[str]]":
        folder = own_templates(config)
        return voucher_format(name, folder), list(voucher_formats(folder))

    form, known = run(work())
    if form is None:
        _unknown(name, known)
    _say(form, try_vouchers(form), against, out)


def _unknown(name: str, known: list[str]) -> NoReturn:
    note(f"{name}? {', '.join(known)}")
    raise typer.Exit(2)


def _say(
    form: "PaymentFormat | VoucherFormat", tried: "Tried", against: Path | None, out: Path | None
) -> None:
    """Say what the form is, what came of the sample, and where another form differs."""
    note(f"{form.name}: {form.about}")
    if form.unconfirmed:
        note(f"未确认 · not confirmed: {form.unconfirmed}")
    if form.template:
        _say_columns(form.template)
    for row in tried.table:
        print("\t".join(row))
    if not tried.table:
        sys.stdout.write(tried.data.decode("utf-8"))
    total = tried.controls
    note(f"笔数 · count {total.count}, 合计 · total {total.total_fen / 100:.2f}")
    note(f"sha256 {tried.sha256}")
    if out is not None:
        out.write_bytes(tried.data)
    for fault in tried.faults:
        note(f"不对 · wrong: {fault}")
    differs = form.template is not None and against is not None and _differs(form.template, against)
    if tried.faults or differs:
        raise typer.Exit(1)
    note("通过：编码、文本账号、金额、合计都原样读回 · passed: everything is read back as written")


def _say_columns(template: "Template") -> None:
    shape = f"{template.form}, {template.encoding}" if template.form == "csv" else template.form
    header = "" if template.header else ", 无表头 · no header"
    note(f"{shape}{header}, {len(template.columns)} 列 · columns:")
    for number, column in enumerate(template.columns, 1):
        source = column.fact or (repr(column.value) if column.value else "（空 · empty）")
        marks = [
            *(["必填 · required"] if column.required else []),
            *([f"≤ {column.most}"] if column.most else []),
        ]
        note(f"  {number} {column.title} ← {source}{' ' if marks else ''}{', '.join(marks)}")


def _differs(template: "Template", against: Path) -> bool:
    """Say where the header of their form is another one."""
    from connectors.filedrop.checking import find_other_columns
    from connectors.filedrop.reading import read_table

    async def work() -> list[list[str]]:
        return read_table(read_bytes(against))

    table = run(work())
    found = list(find_other_columns(template, table[0] if table else []))
    for place, theirs, ours in found:
        note(f"第 {place} 列 · column {place}: 对方 · theirs「{theirs}」, 模板 · ours「{ours}」")
    return bool(found)
