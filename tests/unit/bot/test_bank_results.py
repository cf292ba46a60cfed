"""A bank's results: every good row is noted once, every bad one is named."""

import io
from dataclasses import replace
from datetime import datetime
from itertools import count

import pytest
from openpyxl import Workbook

from bot.desk.results import ResultDesk, RowDone
from connectors.filedrop.reading import read_table
from core.actions import settlement
from core.actions.basics import Cause, Settings
from core.bank_results import find_mismatch, read_row, read_verdict
from core.change import Change
from core.claim import Claim, State
from core.errors import Refused
from core.notices import Say
from core.payment import Payment
from core.payment_batch import PaymentBatch
from tests.contract.storage_samples import NOW, apply, claim, company_with
from tests.fakes.memory import MemoryStorage

HEAD = "id,claim,account,payee,amount,result,reason"
NUMBER = "BX-20261125-0001"
ACCOUNT = "6222021234567890"


def moment() -> datetime:
    return NOW


def owed(number: str = NUMBER, **changes: object) -> Payment:
    made = Payment(
        f"P-{number}", number, "zhang", "张三", 35000, ACCOUNT, "招行", "exported", "PAY-1"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def storage_with(*payments: Payment) -> MemoryStorage:
    storage = MemoryStorage(moment)
    await apply(storage, company_with())
    claims = tuple(replace(claim(p.claim), state=State.PAYING) for p in payments)
    await storage.store.commit(Change(at=NOW, claims=claims, payments=payments))
    return storage


async def note(storage: MemoryStorage, *rows: str, head: str = HEAD) -> list[RowDone]:
    data = "\n".join([head, *rows]).encode()
    return await ResultDesk(storage.store, moment, Settings()).note(read_table(data), data)


async def payment(storage: MemoryStorage) -> Payment:
    found = await storage.store.payment(f"P-{NUMBER}")
    assert found
    return found


def refusals(done: list[RowDone]) -> list[str]:
    return [row.refusal.code for row in done if row.refusal]


def row(result: str = "paid", amount: str = "350.00", reason: str = "", **more: str) -> str:
    told = {"id": f"P-{NUMBER}", "claim": NUMBER, "account": ACCOUNT, "payee": "张三", **more}
    return ",".join([*told.values(), amount, result, reason])


async def test_a_payment_that_arrived_is_paid_once() -> None:
    storage = await storage_with(owed())

    first = await note(storage, row("成功"))
    again = await note(storage, row("成功"))
    otherwise = await note(storage, row("paid"), "")

    assert [(d.noted, d.number) for d in first] == [(True, 2)]
    assert [d.noted for d in (*again, *otherwise)] == [False, False]
    assert (await payment(storage)).state == "paid"


async def test_a_failure_puts_the_payment_back_and_tells_employee_and_payer() -> None:
    storage = await storage_with(owed())

    await note(storage, row("失败", reason="户名不符"))

    found = await payment(storage)
    assert (found.state, found.reason) == ("failed", "户名不符")
    said = [
        (r.payload.person, r.payload.code)
        for r in storage.outbox.queue.rows.values()
        if isinstance(r.payload, Say)
    ]
    assert ("zhang", "payment_failed") in said
    assert ("wang", "payment_requeued") in said


async def test_parts_add_up_and_none_counts_twice() -> None:
    storage = await storage_with(owed())

    for rows in ((row(amount="100.00"),), (row(amount="100.00"),), (row(amount="250.00"),)):
        await note(storage, *rows)

    found = await payment(storage)
    assert (found.state, found.paid_fen) == ("paid", 35000)


async def test_the_same_part_with_another_reference_is_another_part() -> None:
    storage = await storage_with(owed())
    head = HEAD.replace("reason", "reference")

    await note(storage, row(amount="100.00", reason="A1"), head=head)
    await note(storage, row(amount="100.00", reason="A2"), head=head)

    assert (await payment(storage)).paid_fen == 20000


async def test_a_part_that_another_notes_meanwhile_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storage = await storage_with(owed())
    read = storage.store.claim

    async def interrupted(number: str) -> Claim | None:
        monkeypatch.setattr(storage.store, "claim", read)
        await note(storage, row(amount="100.00"))
        return await read(number)

    monkeypatch.setattr(storage.store, "claim", interrupted)
    await note(storage, row(amount="50.00"))

    assert (await payment(storage)).paid_fen == 15000


async def test_money_that_came_back_is_owed_again_and_the_old_file_stays_old() -> None:
    storage = await storage_with(owed())
    await note(storage, row("paid"))

    await note(storage, row("退票", reason="账户已销户"))
    again = await note(storage, row("paid"))

    found = await payment(storage)
    assert (found.state, found.reason, found.owed_fen) == ("failed", "账户已销户", 35000)
    assert [d.noted for d in again] == [False]
    known = await storage.store.claim(NUMBER)
    assert known
    assert known.state is State.APPROVED


async def test_after_a_return_the_next_batch_is_paid() -> None:
    storage = await storage_with(owed())
    await note(storage, row("paid"))
    await note(storage, row("退票", reason="账户已销户"))
    known = await storage.store.claim(NUMBER)
    assert known
    change = settlement.export(known, await payment(storage), "PAY-2", Cause("c", NOW, "s"))
    await storage.store.commit(change)

    old = await note(storage, row("paid"))
    new = await note(storage, row("paid"), "")
    fresh = await note(storage, "", row("paid"))

    assert [d.noted for d in (*old, *new, *fresh)] == [False, True, False]
    assert (await payment(storage)).state == "paid"


async def exported_again(storage: MemoryStorage, *, left: bool) -> None:
    """Let a payment that failed go into another batch, whose file has left or not."""
    known = await storage.store.claim(NUMBER)
    assert known
    change = settlement.export(known, await payment(storage), "PAY-2", Cause("c", NOW, "s"))
    batches = (
        PaymentBatch("PAY-1", "qian", NOW, "released"),
        PaymentBatch("PAY-2", "qian", NOW, "released" if left else "waiting", left=left),
    )
    await storage.store.commit(replace(change, batches=batches))


def told(storage: MemoryStorage) -> list[str]:
    payloads = [r.payload for r in storage.outbox.queue.rows.values()]
    return [p.code for p in payloads if isinstance(p, Say)]


async def test_an_old_failure_does_not_put_back_what_waits_to_leave_again() -> None:
    storage = await storage_with(owed())
    await note(storage, row("失败", reason="户名不符"))
    await exported_again(storage, left=False)

    again = await note(storage, row("失败", reason="户名不符"), "")
    other = await note(storage, row("失败", reason="余额不足"))

    assert [d.noted for d in again] == [False]
    assert (refusals(again), refusals(other)) == ([], ["result_early"])
    assert (await payment(storage)).batch == "PAY-2"
    assert (await payment(storage)).state == "exported"


async def test_a_bank_that_names_the_batch_is_never_misunderstood() -> None:
    storage = await storage_with(owed())
    head = f"{HEAD},batch"
    await note(storage, row("失败", reason="户名不符") + ",PAY-1", head=head)
    await exported_again(storage, left=True)

    old = await note(storage, row("失败", reason="户名不符") + ",PAY-1", "", head=head)
    unknown = await note(storage, row("失败", reason="户名不符") + ",PAY-9", head=head)
    after = await payment(storage)
    new = await note(storage, row("失败", reason="户名不符") + ",PAY-2", head=head)

    assert ([d.noted for d in old], refusals(old)) == ([False], [])
    assert refusals(unknown) == ["no_such_batch"]
    assert after.state == "exported"
    assert [d.noted for d in new] == [True]


async def test_what_arrived_after_all_falls_out_of_what_waits_and_payers_are_told() -> None:
    storage = await storage_with(owed())
    await note(storage, row("失败", reason="户名不符"))
    await exported_again(storage, left=False)

    await note(storage, row("成功"))

    assert (await payment(storage)).state == "paid"
    assert "paid_after_all" in told(storage)


async def test_a_return_that_overtakes_the_word_of_arrival_is_not_undone_by_it() -> None:
    storage = await storage_with(owed())

    await note(storage, row("退票", reason="账户已销户"))
    late = await note(storage, row("成功"))

    found = await payment(storage)
    assert (found.state, found.reason, found.owed_fen) == ("failed", "账户已销户", 35000)
    assert refusals(late) == ["result_came_back"]


async def test_a_second_reference_may_be_a_second_payment() -> None:
    storage = await storage_with(owed())
    head = HEAD.replace("reason", "reference")

    await note(storage, row(reason="A1"), head=head)
    known = await note(storage, row(), "")
    twice = await note(storage, row(reason="A2"), head=head)

    assert (refusals(known), refusals(twice)) == ([], ["result_twice"])


@pytest.mark.parametrize("result", ["失败", "退票"])
async def test_a_suppliers_account_is_not_the_employees(result: str) -> None:
    storage = await storage_with(owed(to="supplier", payee="京东", payee_name="京东"))

    await note(storage, row(result, payee="京东", reason="户名不符"))

    assert {"supplier_failed", "supplier_requeued"} <= set(told(storage))
    assert not {"payment_failed", "payment_requeued"} & set(told(storage))


async def test_who_bought_for_the_company_is_not_told_to_look_for_money() -> None:
    storage = await storage_with(owed(to="supplier", payee="京东", payee_name="京东"))

    await note(storage, row(payee="京东"))

    assert "supplier_paid" in told(storage)
    assert "paid" not in told(storage)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (row(account="6222021234567891"), "result_mismatch"),
        (row(payee="李四"), "result_mismatch"),
        (row(claim="BX-20261125-0099"), "result_mismatch"),
        (row(amount="350.01"), "result_amount"),
        (row(amount="1e2"), "result_row"),
        (row(amount="-5"), "result_row"),
        (row("unknown"), "result_row"),
        (row("失败", amount="1.00"), "result_amount"),
        (row("退票", amount="1.00"), "result_amount"),
        (row(id="P-BX-1"), "no_such_payment"),
    ],
)
async def test_a_bad_row_is_refused_alone(bad: str, code: str) -> None:
    other = "BX-20261125-0002"
    storage = await storage_with(owed(), owed(other))

    done = await note(storage, bad, row(id=f"P-{other}", claim=other))

    assert refusals(done) == [code]
    assert (done[0].number, done[1].noted) == (2, True)
    assert (await payment(storage)).state == "exported"


async def test_a_failure_after_success_is_for_a_person() -> None:
    storage = await storage_with(owed())
    await note(storage, row("paid"))

    done = await note(storage, row("失败", reason="余额不足"))

    assert refusals(done) == ["result_against"]
    assert (await payment(storage)).state == "paid"


async def test_a_file_without_the_columns_notes_nothing() -> None:
    storage = await storage_with(owed())

    with pytest.raises(Refused, match="results_header"):
        await note(storage, "1,2", head="a,b")


async def test_a_banks_own_words_in_gbk_are_understood() -> None:
    storage = await storage_with(owed())
    head = "备注,收款账号,收款户名,金额,处理结果,失败原因"
    data = f"{head}\nP-{NUMBER},6222***7890,张三,350.00,交易成功,\n".encode("gbk")

    done = await ResultDesk(storage.store, moment, Settings()).note(read_table(data), data)

    assert [d.noted for d in done] == [True]


async def test_a_bank_that_gives_back_the_purpose_alone_is_understood() -> None:
    storage = await storage_with(owed())
    head = "收款账号,收款户名,金额,用途,处理结果,失败原因"

    done = await note(storage, f"{ACCOUNT},张三,350.00,报销 {NUMBER},成功,", head=head)
    none = await note(storage, f"{ACCOUNT},张三,350.00,工资,成功,", head=head)

    assert [d.noted for d in done] == [True]
    assert refusals(none) == ["result_row"]


async def test_excel_is_read_with_amounts_as_numbers() -> None:
    storage = await storage_with(owed())
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet
    sheet.append(HEAD.split(","))
    sheet.append([f"P-{NUMBER}", NUMBER, ACCOUNT, "张三", 350, "paid", None])
    book.save(out)
    data = out.getvalue()

    done = await ResultDesk(storage.store, moment, Settings()).note(read_table(data), data)

    assert [d.noted for d in done] == [True]


def test_an_account_that_excel_has_made_a_number_is_refused() -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet
    sheet.append(["id", "account"])
    sheet.append(["P-1", 6222021234567890123])
    book.save(out)

    with pytest.raises(Refused, match="table_digits"):
        read_table(out.getvalue())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a,b\n1,\x00", "table_letters"),
        (b"PK\x03\x04broken", "table_broken"),
        (b"a\n" + b"x" * 5000, "table_cell"),
        (b"\xff\xfe\x80\x81\xff", "table_letters"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refused, match=code):
        read_table(data)


@pytest.mark.parametrize(
    ("result", "reason", "verdict"),
    [
        ("Paid", "", "paid"),
        ("付款成功", "", "paid"),
        ("已付款", "", "paid"),
        ("交易失败", "户名不符", "failed"),
        ("失败", "收款行退票", "returned"),
        ("已退票", "", "returned"),
        ("处理中", "", None),
        ("", "", None),
    ],
)
def test_words_of_banks(result: str, reason: str, verdict: str | None) -> None:
    assert read_verdict(result, reason) == verdict


@pytest.mark.parametrize(
    ("told", "fits"),
    [("6222021234567890", True), ("6222 0212 3456 7890", True), ("'6222021234567890", True),
     ("6222********7890", True), ("****7890", True), ("****7891", False), ("****", False)],
)  # fmt: skip
def test_accounts_as_banks_print_them(told: str, fits: bool) -> None:  # noqa: FBT001 a table
    numbers = count(2)
    cells = {"id": "P-1", "amount": "1.00", "result": "paid", "account": told}
    found = find_mismatch(read_row(next(numbers), cells), owed())

    assert (found is None) is fits
