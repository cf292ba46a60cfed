"""Trying a form out: a file of made-up rows, read back as a stranger would, and compared.

Nobody can be paid by it: no account in it is anybody's.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from connectors.filedrop.payment_files import PaymentFormat
from connectors.filedrop.reading import read_table
from connectors.filedrop.template import Template
from connectors.filedrop.voucher_files import VoucherFormat
from connectors.filedrop.writing import Controls
from core.company import Company
from core.errors import Refused
from core.money import format_yuan, parse_yuan
from core.payment_batch import Order, OrderList, Payer
from core.voucher import Voucher, VoucherLine
from core.voucher_building import build_reversal
from core.voucher_sheet import SheetList, one_each

DAY = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
ACCOUNTS = ("6222020000000000019", "0000000000123456")
"""Nineteen digits, and one that begins with zeros: what a number would spoil."""
PAYER = Payer("hq", "示例科技有限公司", "7559000000000000018", "招商银行深圳分行", "308584000013")


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was tried: the file, the table in it, its control totals, what is wrong."""

    data: bytes
    table: Sequence[Sequence[str]]
    controls: Controls
    faults: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The hash that lies beside the file."""
        return hashlib.sha256(self.data).hexdigest()


def sample_orders() -> OrderList:
    """Make a batch of two payments."""
    names = ("张三", "欧阳小敏")
    made = tuple(
        Order(
            id=f"P-BX-20261125-000{i}",
            claim=f"BX-20261125-000{i}",
            payee=name,
            account=account,
            bank="招商银行深圳分行",
            bank_code="308584000013",
            amount_fen=fen,
            currency="CNY",
            purpose=f"报销 BX-20261125-000{i}",
            payer=PAYER,
        )
        for i, (name, account, fen) in enumerate(
            zip(names, ACCOUNTS, (4500, 123_456), strict=True), 1
        )
    )
    return OrderList("PAY-20261125-0001", DAY, made)


def sample_sheets() -> SheetList:
    """Make a batch of a voucher with input tax, and the red one that takes it back."""
    lines = (
        VoucherLine("6601.03", "市内交通 张三", 4369, department="sales", person="zhang"),
        VoucherLine("2221.01.01", "进项税 市内交通 张三", 131),
        VoucherLine("2241", "应付 张三", credit_fen=4500, person="zhang"),
    )
    number = "BX-20261125-0001"
    made = Voucher(f"V-{number}-1", "approval", number, "hq", DAY.date(), DAY, lines, 4500)
    red = build_reversal(made, date(2026, 11, 26), DAY)
    return SheetList("VB-20261125-0001", DAY, "记", one_each((made, red)))


def try_payments(form: PaymentFormat) -> Tried:
    """Write the sample in a form and read it back; faults say what has not come through."""
    orders = sample_orders()
    unfit = [f"{o.payee}: {why}" for o in orders.orders if (why := form.find_unfit(o))]
    data = form(orders)
    controls = Controls(orders.batch, form.name, orders.count, orders.total_fen, DAY.isoformat())
    if form.template is None:
        return Tried(data, (), controls, tuple(unfit))
    table, read = _table(data)
    faults = [*unfit, *read, *_money_faults(form.template, table, "amount", orders.total_fen)]
    told = {cell for row in table for cell in row}
    if any(c.fact == "account" for c in form.template.columns):
        faults += [f"account: {a}" for a in ACCOUNTS if a not in told]
    return Tried(data, table, controls, tuple(faults))


def try_vouchers(form: VoucherFormat) -> Tried:
    """Write the sample in a form and read it back; faults say what has not come through."""
    sheets, company = sample_sheets(), Company()
    unfit = [f"{s.id}: {why}" for s in sheets.sheets if (why := form.find_unfit(s, company))]
    data = form(sheets, company)
    controls = Controls(sheets.batch, form.name, sheets.count, sheets.total_fen, DAY.isoformat())
    if form.template is None:
        return Tried(data, (), controls, tuple(unfit))
    table, read = _table(data)
    both = [f for side in ("debit", "credit") for f in _money_faults(form.template, table, side, 0)]
    return Tried(data, table, controls, (*unfit, *read, *both))


def _table(data: bytes) -> tuple[list[list[str]], list[str]]:
    try:
        return read_table(data), []
    except Refused as refused:
        return [], [f"{refused.code}: {refused.fields.get('text', '')}"]


def _money_faults(
    template: Template, table: Sequence[Sequence[str]], fact: str, total_fen: int
) -> Iterator[str]:
    """Compare the sum of a column of amounts with what it must be; red ones make it nothing."""
    places = [i for i, column in enumerate(template.columns) if column.fact == fact]
    rows = table[1:] if template.header else table
    for place in places:
        try:
            found = sum(parse_yuan(row[place]) for row in rows if row[place])
        except (ValueError, IndexError):
            yield f"{template.columns[place].title}: ?"
            continue
        if found != total_fen:
            yield f"{template.columns[place].title}: {format_yuan(found)}"


def find_other_columns(template: Template, theirs: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Give where the header of somebody's own file differs: the place, their title, and ours."""
    ours = [column.title for column in template.columns]
    named = [" ".join(title.split()) for title in theirs]
    while named and not named[-1]:
        named.pop()
    for place in range(max(len(ours), len(named))):
        left = named[place] if place < len(named) else ""
        right = ours[place] if place < len(ours) else ""
        if left != right:
            yield place + 1, left, right
