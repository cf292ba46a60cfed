"""Exports: 50,000 payments into Excel, beside the same cells written plainly."""

import io
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import xlsxwriter

from benchmarks.figures import Figure, beside
from connectors.filedrop.payment_files import payment_formats
from core.payment_batch import Order, OrderList, Payer

ROWS = 50_000
PAYER = Payer("hq", "示例科技有限公司", "755900000000001", "招商银行", "308584000013")


def orders() -> OrderList:
    """Make a batch of payments to 50,000 people."""
    made = tuple(
        Order(
            id=f"P-BX-20261125-{i:05d}",
            claim=f"BX-20261125-{i:05d}",
            payee=f"员工{i}",
            account="6222021234567890123",
            bank="招商银行",
            bank_code="",
            amount_fen=i + 1,
            currency="CNY",
            purpose=f"报销 BX-20261125-{i:05d}",
            payer=PAYER,
        )
        for i in range(ROWS)
    )
    return OrderList("PAY-20261125-0001", datetime(2026, 11, 25, tzinfo=UTC), made)


def plainly(listed: OrderList) -> None:
    """Write the same cells with nothing around them."""
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
    sheet = book.add_worksheet()
    for row, order in enumerate(listed.orders):
        texts = (order.id, order.claim, order.account, order.payee, order.bank, order.currency)
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text)
        sheet.write_string(row, len(texts), order.purpose)
        sheet.write_number(row, len(texts) + 1, order.amount_fen / 100)
    book.close()


async def run() -> AsyncIterator[Figure]:
    """Write the list both ways; the bar is ten seconds."""
    listed = orders()
    begin = time.perf_counter()
    plainly(listed)
    plain = time.perf_counter() - begin
    begin = time.perf_counter()
    payment_formats()["xlsx"](listed)
    yield beside("export_50000_xlsx", time.perf_counter() - begin, "s", plain, "xlsxwriter alone")
