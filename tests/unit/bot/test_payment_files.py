"""Payment files: what is owed goes out once, whole, and no cell becomes a formula."""

import csv
import io
import stat
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.desk.payments import export_batch, rewrite_batch
from connectors.filedrop.payment_files import HEADER, PAYMENT_FORMATS
from core.change import Change
from core.claim import State
from core.errors import Refused
from core.payment import Payment
from tests.contract.storage_samples import NOW, claim
from tests.fakes.memory import MemoryStorage

CSV, XLSX = PAYMENT_FORMATS["csv"].write, PAYMENT_FORMATS["xlsx"].write


def moment() -> datetime:
    return NOW


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def owed(number: str = "BX-20261125-0001", payee: str = "张三") -> Payment:
    return Payment(f"P-{number}", number, "zhang", payee, 4550, "6222021234567890", "招商银行")


async def storage_with(*payments: Payment, state: State = State.APPROVED) -> MemoryStorage:
    storage = MemoryStorage(moment)
    claims = tuple(replace(claim(p.claim), state=state) for p in payments)
    await storage.store.commit(Change(at=NOW, claims=claims, payments=payments))
    return storage


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


async def test_what_is_owed_goes_out_once(tmp_path: Path) -> None:
    storage, out = await storage_with(owed()), tmp_path / "pay.csv"

    batch = await export_batch(storage.store, moment, CSV, out)

    (row,) = rows(out.read_bytes())
    assert (batch.id, batch.total) == ("PAY-20261125-0001", "45.50")
    assert (row["account"], row["amount"], row["currency"]) == ("6222021234567890", "45.50", "CNY")
    paying = await storage.store.claim(owed().claim)
    assert paying
    assert paying.state is State.PAYING
    with pytest.raises(Refused, match="nothing_to_export"):
        await export_batch(storage.store, moment, CSV, tmp_path / "again.csv")
    assert names(tmp_path) == ["pay.csv"]


async def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    storage, out = await storage_with(owed()), tmp_path / "pay.csv"

    await export_batch(storage.store, moment, CSV, out)

    assert stat.S_IMODE(out.stat().st_mode) == 0o600


async def test_a_payment_settled_meanwhile_is_left_out(tmp_path: Path) -> None:
    storage = await storage_with(owed(), state=State.PAID)

    with pytest.raises(Refused, match="nothing_to_export"):
        await export_batch(storage.store, moment, CSV, tmp_path / "pay.csv")

    assert names(tmp_path) == []


async def test_an_earlier_batch_can_be_written_again(tmp_path: Path) -> None:
    storage = await storage_with(owed())
    batch = await export_batch(storage.store, moment, CSV, tmp_path / "pay.csv")

    again = await rewrite_batch(storage.store, batch.id, CSV, tmp_path / "again.csv")

    assert again.payments == tuple(replace(p, state="exported", batch=batch.id) for p in (owed(),))
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "pay.csv").read_bytes()
    with pytest.raises(Refused, match="no_such_batch"):
        await rewrite_batch(storage.store, "PAY-20261125-0099", CSV, tmp_path / "none.csv")


@pytest.mark.parametrize(
    "payee",
    ["=1+1", "=cmd|' /C calc'!A0", "\t=1", "\r=1", "\n=1", "{=1}", ";=1", ",=1", '"=1', "@SUM(1)"],
)
def test_no_cell_becomes_a_formula(payee: str) -> None:
    payment = owed(payee=payee)

    (row,) = rows(CSV([payment]))
    book = load_workbook(io.BytesIO(XLSX([payment])))
    cell = book.active.cell(2, HEADER.index("payee") + 1)  # type: ignore[union-attr]

    assert not row["payee"].lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "{"))
    assert set(row) == set(HEADER)
    assert cell.data_type == "s"


def test_amounts_are_numbers_in_excel_and_accounts_are_text() -> None:
    sheet = load_workbook(io.BytesIO(XLSX([owed()]))).active

    amount = sheet.cell(2, HEADER.index("amount") + 1)  # type: ignore[union-attr]
    account = sheet.cell(2, HEADER.index("account") + 1)  # type: ignore[union-attr]
    assert (amount.value, amount.data_type) == (45.5, "n")
    assert (account.value, account.data_type) == ("6222021234567890", "s")
