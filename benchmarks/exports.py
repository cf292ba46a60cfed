"""Exports: the commands as they are typed, with 50,000 rows, beside Excel's cells written plainly.

Seconds are those of the processor, since what else runs on the machine is none of the command's.
"""

import asyncio
import io
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter

from benchmarks.figures import Figure, beside
from benchmarks.places import KINDS, ROOT, database, folder
from bot.clock import utc_now
from core.approval import Plan, Step
from core.change import Change
from core.claim import Claim, Line, State
from core.company import Company
from core.payment import Payment
from storage.open import open_storage

ROWS, TOGETHER, PEOPLE = 50_000, 500, 500
MB = 1024
"""The system counts memory in kilobytes."""
EXPORTS = (("vouchers", 0, ROWS // 2), ("payments", ROWS // 2, ROWS))
"""What is exported after which claims: a voucher is two rows, a payment is one."""
AT = datetime(2026, 11, 25, 2, tzinfo=UTC)
COMPANY = Company.model_validate(
    {
        "companies": [
            {
                "id": "hq",
                "name": "示例科技有限公司",
                "bank_account": "755900000000001",
                "bank": "招商银行",
                "bank_code": "308584000013",
            }
        ],
        "people": [
            {
                "id": f"p{i:03d}",
                "name": f"员工{i}",
                "bank_account": "6222021234567890123",
                "bank": "招商银行",
            }
            for i in range(PEOPLE)
        ],
        "categories": [{"id": "taxi", "name": "市内交通", "account": "6601.03"}],
    }
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took: seconds of the processor, and memory at its peak."""

    seconds: float
    peak_mb: float


async def fill(url: str, first: int, after: int) -> None:
    """Approve claims of these numbers, each owed to its employee and booked with two entries."""
    storage = await open_storage(url, utc_now)
    if not await storage.store.company_version():
        await storage.store.apply_company(COMPANY, expected_version=0, at=AT, actor="bench")
    for start in range(first, after, TOGETHER):
        claims = tuple(_claim(i) for i in range(start, min(after, start + TOGETHER)))
        owed = tuple(_payment(claim) for claim in claims)
        await storage.store.commit(Change(at=AT, claims=claims, payments=owed))
    await storage.close()


def _claim(index: int) -> Claim:
    employee = f"p{index % PEOPLE:03d}"
    return Claim(
        number=f"BX-20261125-{index:05d}",
        company="hq",
        kind="reimbursement",
        state=State.APPROVED,
        employee=employee,
        department="sales",
        created_at=AT,
        submitted_at=AT,
        plan=Plan((Step("直属主管", "any", ("p000",)),)),
        lines=(Line("taxi", 100 + index, date(2026, 11, 24), "去客户现场"),),
    )


def _payment(claim: Claim) -> Payment:
    person = COMPANY.person(claim.employee)
    name = person.name if person else claim.employee
    fen = claim.lines[0].amount_fen
    return Payment(f"P-{claim.number}", claim.number, claim.employee, name, fen, "", "")


def plainly() -> float:
    """Write the cells of as many payments with nothing around them; gives the seconds."""
    begin = time.process_time()
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(ROWS):
        payment = replace(_payment(_claim(row)), account="6222021234567890123", bank="招商银行")
        texts = (payment.id, payment.claim, payment.account, payment.payee_name, payment.bank)
        for column, text in enumerate((*texts, "CNY", f"报销 {payment.claim}")):
            sheet.write_string(row, column, text)
        sheet.write_number(row, 7, payment.amount_fen / 100)
    book.close()
    return time.process_time() - begin


def typed(place: Path, *arguments: str) -> Spent:
    """Run a command to its end and see what it took; RuntimeError when it fails."""
    log = place / "bench.log"
    with log.open("wb") as said:
        command = [sys.executable, "-m", "bot", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)  # noqa: S603 our own command
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(log.read_text("utf-8")[-500:])
    return Spent(used.ru_utime + used.ru_stime, used.ru_maxrss / MB)


async def _exports(kind: str, url: str, plain: float) -> AsyncIterator[Figure]:
    with folder() as place:
        config = place / "chit.toml"
        config.write_text(f'[database]\nurl = "{url}"\n', "utf-8")
        for noun, first, after in EXPORTS:
            await fill(url, first, after)
            out = ("--out", str(place / f"{noun}.xlsx"), "--config", str(config))
            spent = await asyncio.to_thread(typed, place, noun, "export", "--format", "xlsx", *out)
            name = f"export_{noun}_{ROWS}_xlsx_{kind}"
            yield beside(name, spent.seconds, "s", plain, "xlsxwriter alone")
            yield beside(f"{name}_peak", spent.peak_mb, "MB", 300, "the bar")


async def run() -> AsyncIterator[Figure]:
    """Export payments and vouchers on each database; the bars are ten seconds and 300 MB."""
    plain = plainly()
    for kind in KINDS:
        async with database(kind) as url:
            if url is None:
                continue
            async for figure in _exports(kind, url, plain):
                yield figure
