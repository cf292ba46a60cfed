"""Payment files: what is owed goes out once, whole, and no cell becomes a formula."""

import contextlib
import csv
import hashlib
import io
import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.desk.outlets import FileOutlet
from bot.desk.payments import Batch, PaymentDesk
from bot.texts.accounting import left_text
from connectors.filedrop.checking import sample_orders
from connectors.filedrop.payment_files import PaymentFormat, payment_format, payment_formats
from core.actions import settlement
from core.actions.basics import Cause, Settings
from core.change import Change
from core.claim import Claim, State
from core.company import Company
from core.errors import Refused
from core.payment import Payment
from core.payment_batch import Order, OrderList, Payer, find_unfit
from core.ports import ClaimQuery, Page, Sliced
from tests.contract.storage_samples import NOW, apply, claim
from tests.fakes.memory import MemoryStorage

CSV, XLSX = payment_formats()["csv"], payment_formats()["xlsx"]
PAYER = Payer("hq", "示例科技有限公司", "755900000000001", "招商银行深圳分行", "308584000013")
COMPANY = Company.model_validate(
    {
        "companies": [
            {
                "id": "main",
                "name": "示例科技有限公司",
                "bank_account": "755900000000001",
                "bank": "招行",
            }
        ],
        "people": [
            {"id": "zhang", "name": "张三", "bank_account": "6222021234567890", "bank": "招商银行"},
            {"id": "li", "name": "李出纳", "roles": ["cashier"]},
            {"id": "wang", "name": "王五", "roles": ["finance"]},
        ],
        "payments": {"check_above": "1000.00"},
    }
)


def moment() -> datetime:
    return NOW


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def owed(number: str = "BX-20261125-0001", payee: str = "张三", fen: int = 4550) -> Payment:
    return Payment(f"P-{number}", number, "zhang", payee, fen, "6222021234567890", "招商银行")


def order(payee: str = "张三", account: str = "6222021234567890123", fen: int = 4550) -> Order:
    number = "BX-20261125-0001"
    return Order(f"P-{number}", number, payee, account, "招行", "", fen, "CNY", "报销", PAYER)


def listed(*orders: Order) -> OrderList:
    return OrderList("PAY-20261125-0001", datetime(2026, 11, 25, 10, tzinfo=UTC), orders)


def by(person: str) -> Cause:
    return Cause(person, NOW, f"msg-{person}")


async def storage_with(*payments: Payment, state: State = State.APPROVED) -> MemoryStorage:
    storage = MemoryStorage(moment)
    claims = tuple(replace(claim(p.claim), state=state) for p in payments)
    await storage.store.commit(Change(at=NOW, claims=claims, payments=payments))
    return storage


async def export(
    storage: MemoryStorage, out: Path, form: PaymentFormat = CSV, maker: str | None = None
) -> Batch:
    desk = PaymentDesk(storage.store, moment, UTC)
    return await desk.export(form, FileOutlet(out, form.name), maker)


async def rewrite(storage: MemoryStorage, batch: str, out: Path) -> Batch:
    desk = PaymentDesk(storage.store, moment, UTC)
    return await desk.rewrite(batch, CSV, FileOutlet(out, "csv"))


def rows(data: bytes, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(encoding))))


async def test_what_is_owed_goes_out_once(tmp_path: Path) -> None:
    storage, out = await storage_with(owed()), tmp_path / "pay.csv"

    batch = await export(storage, out)

    (row,) = rows(out.read_bytes())
    assert (batch.id, batch.total) == ("PAY-20261125-0001", "45.50")
    assert (row["account"], row["amount"], row["currency"]) == ("6222021234567890", "45.50", "CNY")
    paying = await storage.store.claim(owed().claim)
    assert paying
    assert paying.state is State.PAYING
    with pytest.raises(Refused, match="nothing_to_export"):
        await export(storage, tmp_path / "again.csv")
    assert names(tmp_path) == ["pay.csv", "pay.csv.control.json", "pay.csv.sha256"]


async def test_control_totals_and_the_hash_lie_beside_the_file(tmp_path: Path) -> None:
    storage = await storage_with(owed(), owed("BX-20261125-0002", fen=1))

    await export(storage, tmp_path / "pay.csv")

    control = json.loads((tmp_path / "pay.csv.control.json").read_text())
    digest = hashlib.sha256((tmp_path / "pay.csv").read_bytes()).hexdigest()
    assert (control["count"], control["total"], control["sha256"]) == (2, "45.51", digest)
    assert (tmp_path / "pay.csv.sha256").read_text() == f"{digest}  pay.csv\n"


async def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    storage, out = await storage_with(owed()), tmp_path / "pay.csv"

    await export(storage, out)

    assert stat.S_IMODE(out.stat().st_mode) == 0o600


async def test_a_payment_settled_meanwhile_is_left_out(tmp_path: Path) -> None:
    storage = await storage_with(owed(), state=State.PAID)

    with pytest.raises(Refused, match="nothing_to_export"):
        await export(storage, tmp_path / "pay.csv")

    assert names(tmp_path) == []


async def test_an_earlier_batch_can_be_written_again(tmp_path: Path) -> None:
    storage = await storage_with(owed())
    batch = await export(storage, tmp_path / "pay.csv")

    again = await rewrite(storage, batch.id, tmp_path / "again.csv")

    assert again.orders == batch.orders
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "pay.csv").read_bytes()
    with pytest.raises(Refused, match="no_such_batch"):
        await rewrite(storage, "PAY-20261125-0099", tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("payee", "reason"),
    [
        ("张\u2028三", "line_break"),
        ("张\u0085三", "line_break"),
        ("张\u202e三", "hidden_letters"),
        ("张\u200b三", "hidden_letters"),
        ("张\x07三", "hidden_letters"),
        ("张\t三", "hidden_letters"),
        ("علی\u200cرضا", None),
    ],
)
def test_what_a_name_hides_keeps_it_out_of_every_file(payee: str, reason: str | None) -> None:
    order = replace(sample_orders().orders[0], payee=payee)

    assert find_unfit(order) == reason
    assert "看不见的字符" in left_text("hidden_letters")


async def test_a_name_with_a_line_break_stays_behind(tmp_path: Path) -> None:
    storage = await storage_with(owed(), owed("BX-20261125-0002", payee="张\n三,1,1"))

    batch = await export(storage, tmp_path / "pay.csv")

    assert [o.claim for o in batch.orders] == ["BX-20261125-0001"]
    assert [(x.payment, x.reason) for x in batch.left] == [("P-BX-20261125-0002", "line_break")]
    still = await storage.store.payment("P-BX-20261125-0002")
    assert still
    assert still.state == "pending"


async def test_the_rest_of_a_part_is_what_goes_out(tmp_path: Path) -> None:
    storage = await storage_with(replace(owed(fen=35000), paid_fen=10000))

    batch = await export(storage, tmp_path / "pay.csv")
    again = await rewrite(storage, batch.id, tmp_path / "again.csv")

    assert (batch.total, again.total) == ("250.00", "250.00")


async def test_a_corrected_account_is_used_for_the_next_try(tmp_path: Path) -> None:
    bounced = replace(owed(), state="failed", reason="户名不符", account="6222000000000000")
    storage = await storage_with(bounced)
    await apply(storage, COMPANY)

    await export(storage, tmp_path / "pay.csv")

    (row,) = rows((tmp_path / "pay.csv").read_bytes())
    assert row["account"] == "6222021234567890"


async def test_what_is_paid_in_part_meanwhile_is_not_paid_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = await storage_with(owed(fen=10000))
    read = storage.store.claims

    async def interrupted(query: ClaimQuery, page: Page) -> Sliced[Claim]:
        monkeypatch.setattr(storage.store, "claims", read)
        known = await storage.store.claim(owed().claim)
        payment = await storage.store.payment(owed().id)
        assert known
        assert payment
        part = settlement.pay(known, payment, by("wang"), Settings(), amount_fen=4000)
        assert part
        await storage.store.commit(part)
        return await read(query, page)

    monkeypatch.setattr(storage.store, "claims", interrupted)
    with contextlib.suppress(Refused):
        await export(storage, tmp_path / "pay.csv")

    kept = await storage.store.payment(owed().id)
    assert kept
    assert kept.paid_fen == 4000


async def test_the_makers_own_claims_stay_behind(tmp_path: Path) -> None:
    mine, filed = owed("BX-20261125-0002"), owed("BX-20261125-0003")
    storage = await storage_with(owed(), mine, filed)
    for number, own in ((mine.claim, {"employee": "li"}), (filed.claim, {"filed_by": "li"})):
        known = await storage.store.claim(number)
        assert known
        await storage.store.commit(Change(at=NOW, claims=(replace(known, **own),)))  # type: ignore[arg-type]
    await apply(storage, COMPANY)

    batch = await export(storage, tmp_path / "pay.csv", maker="li")

    assert [o.id for o in batch.orders] == [owed().id]
    assert {(x.payment, x.reason) for x in batch.left} == {
        (mine.id, "own_claim"), (filed.id, "own_claim"),
    }  # fmt: skip
    assert len((await export(storage, tmp_path / "two.csv", maker="wang")).orders) == 2


async def test_a_batch_that_a_crash_left_open_is_finished(tmp_path: Path) -> None:
    storage = await storage_with(owed())
    desk = PaymentDesk(storage.store, moment, UTC)
    batch = await desk._open("cashier")
    paying = await storage.store.claim(owed().claim)
    assert paying
    await storage.store.commit(settlement.export(paying, owed(), batch.id, by("li")))

    done = await rewrite(storage, batch.id, tmp_path / "pay.csv")

    closed = await storage.store.payment_batch(batch.id)
    assert done.total == "45.50"
    assert closed
    assert (closed.state, closed.count, closed.total_fen) == ("released", 1, 4550)


async def test_where_there_is_no_room_nothing_is_taken(tmp_path: Path) -> None:
    storage = await storage_with(owed())

    with pytest.raises(Refused, match="not_written"):
        await export(storage, tmp_path / "none" / "pay.csv")

    kept = await storage.store.payment(owed().id)
    (batch,) = (await storage.store.payment_batches(Page())).items
    assert kept
    assert (kept.state, batch.state) == ("pending", "cancelled")
    assert (await export(storage, tmp_path / "pay.csv")).total == "45.50"


async def test_what_was_paid_is_written_again_as_it_was(tmp_path: Path) -> None:
    storage = await storage_with(owed())
    batch = await export(storage, tmp_path / "pay.csv")
    payment = await storage.store.payment(owed().id)
    paying = await storage.store.claim(owed().claim)
    assert payment
    assert paying
    change = settlement.pay(paying, payment, by("li"), Settings())
    assert change
    await storage.store.commit(change)

    again = await rewrite(storage, batch.id, tmp_path / "again.csv")

    assert again.total == "45.50"


@pytest.mark.parametrize(
    "payee",
    ["=1+1", "=cmd|' /C calc'!A0", "\t=1", "\r=1", "\n=1", "{=1}", ";=1", ",=1", '"=1', "@SUM(1)"],
)
def test_no_cell_becomes_a_formula(payee: str) -> None:
    found = listed(order(payee=payee))

    (row,) = rows(CSV(found))
    sheet = load_workbook(io.BytesIO(XLSX(found))).active
    cell = sheet.cell(2, 4)  # type: ignore[union-attr]

    assert not row["payee"].lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "{"))
    assert len(row) == 10
    assert cell.data_type in {"s", "inlineStr"}


def test_links_stay_text_in_excel() -> None:
    sheet = load_workbook(io.BytesIO(XLSX(listed(order(payee="https://evil.example"))))).active

    assert sheet.cell(2, 4).hyperlink is None  # type: ignore[union-attr]


def test_amounts_are_numbers_in_excel_and_accounts_are_text() -> None:
    sheet = load_workbook(io.BytesIO(XLSX(listed(order())))).active

    amount, account = sheet.cell(2, 6), sheet.cell(2, 3)  # type: ignore[union-attr]
    assert (amount.value, amount.data_type) == (45.5, "n")
    assert account.value == "6222021234567890123"
    assert account.number_format == "@"


@pytest.mark.parametrize(("bank", "encoding"), [("cmb", "gbk"), ("ccb", "utf-8-sig")])
def test_a_banks_file_has_its_columns(bank: str, encoding: str) -> None:
    form = payment_formats()[bank]

    (row,) = rows(form(listed(order())), encoding)

    assert row["收款账号"] == "6222021234567890123"
    assert (row["收款户名"], row["金额"]) == ("张三", "45.50")


def test_a_batch_for_icbc_is_excel_with_its_payer() -> None:
    sheet = load_workbook(io.BytesIO(payment_formats()["icbc"](listed(order())))).active
    titles = [c.value for c in next(iter(sheet.rows))]  # type: ignore[union-attr]
    values = {t: sheet.cell(2, i).value for i, t in enumerate(titles, 1)}  # type: ignore[union-attr]

    assert (values["付款账号"], values["收款账号"]) == (PAYER.account, "6222021234567890123")
    assert (values["金额"], values["备注"]) == (45.5, "P-BX-20261125-0001")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (order(account=""), "lacks:收款账号"),
        (order(payee="张" * 61), "too_long:收款户名"),
        (order(payee="张𠮷"), "letters:收款户名"),
    ],
)
def test_what_a_banks_form_cannot_say_is_refused(wrong: Order, reason: str) -> None:
    assert payment_formats()["cmb"].find_unfit(wrong) == reason
    assert payment_formats()["cmb"].find_unfit(order()) is None


def test_separators_in_names_make_no_new_column_without_quotes() -> None:
    data = payment_formats()["cmb"](listed(order(payee='甲,"=1'))).decode("gbk")

    assert data.splitlines()[1].count(",") == 3


def test_a_firm_brings_its_own_template(tmp_path: Path) -> None:
    own = tmp_path / "my-bank.yaml"
    own.write_text(
        "{name: my-bank, about: own, use: payments, encoding: gbk, separator: '|', quote: none,"
        " header: false, columns: [{title: a, from: account}, {title: b, from: amount}]}"
    )

    form = payment_format(str(own))

    assert form
    assert form(listed(order())) == b"6222021234567890123|45.50\r\n"


@pytest.mark.parametrize(
    "text",
    ["columns: []", "[", "{name: x, about: x, use: payments, columns: [{title: a, from: b}]}"],
)
def test_a_template_that_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text)

    with pytest.raises(Refused, match="bad_template"):
        payment_format(str(own))
    assert payment_format("nonsense") is None
