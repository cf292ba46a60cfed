"""From approval to the bank and the books: files out, results in, a second person in between."""

import csv
import io
import re
from pathlib import Path

import pytest

from core.company import Company, PaymentRules
from tests.flow.command import Console, Ended
from tests.flow.stage import Stage
from tests.flow.test_main_job import number_of

HEAD = "id,claim,account,payee,amount,result,reason\n"
ACCOUNT = "6222020200112233445"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Use one database: the chaos tests of the desks do the same on both."""
    return sqlite_url


@pytest.fixture
def company(company: Company) -> Company:
    """Let every batch above ten yuan need a second person."""
    return company.model_copy(
        update={"payments": PaymentRules.model_validate({"check_above": "10.00"})}
    )


@pytest.fixture
def desk(stage: Stage, tmp_path: Path) -> Console:
    return Console.at(tmp_path, stage.config.database.url)


async def approved(stage: Stage) -> str:
    employee, manager = stage.phone("dingtalk", "zhang"), stage.phone("dingtalk", "wang")
    await employee.say("打车 45 昨天 去客户现场")
    draft = await employee.card("45.00", action="submit")
    number = number_of(draft)
    await employee.click(draft, "submit")
    await manager.click(await manager.card(number, action="approve"), "approve")
    await employee.text(number, "通过")
    return number


def batch_of(ended: Ended) -> str:
    found = re.search(r"PAY-\d{8}-\d{4}", ended.err)
    assert found, ended.err
    return found.group()


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


async def test_a_claim_is_paid_once_and_booked_once(
    stage: Stage, desk: Console, tmp_path: Path
) -> None:
    number = await approved(stage)
    employee, cashier = stage.phone("dingtalk", "zhang"), stage.phone("dingtalk", "qian")
    finance = stage.phone("dingtalk", "zhao")
    out, results = tmp_path / "pay.csv", tmp_path / "results.csv"

    unnamed = await desk.run("payments", "export", "--format", "csv", "--out", out)
    made = await desk.run("payments", "export", "--format", "csv", "--out", out, "--maker", "qian")
    batch = batch_of(made)
    await finance.text(batch, "等待复核", "45.00")
    await cashier.say(f"确认批次 {batch}")
    await cashier.text(batch, "须由另一人复核")
    early = await desk.run("payments", "export", "--format", "csv", "--out", out, "--batch", batch)
    await finance.say(f"确认批次 {batch}")
    await cashier.text(batch, "已复核")
    late = await desk.run("payments", "export", "--format", "csv", "--out", out, "--batch", batch)

    assert [c.code for c in (unnamed, made, early, late)] == [1, 1, 1, 0]
    assert "--maker" in unnamed.err
    (row,) = rows(out)
    assert (row["claim"], row["account"], row["amount"]) == (number, ACCOUNT, "45.00")
    assert (await stage.api(f"claims/{number}"))["state"] == "paying"

    results.write_text(f"{HEAD}P-{number},{number},{ACCOUNT},张三,45.00,失败,户名不符\n")
    failed = await desk.run("payments", "result", results)
    await employee.text(number, "户名不符", "付款没有成功")
    await cashier.text(number, "户名不符", "待付款")
    again = await desk.run(
        "payments", "export", "--format", "cmb", "--out", tmp_path / "cmb.csv", "--maker", "zhao"
    )
    second = batch_of(again)
    await cashier.text(second, "等待复核")
    await cashier.say(f"确认批次 {second}")
    await finance.text(second, "已复核")
    sent = await desk.run(
        "payments", "export", "--format", "cmb", "--out", tmp_path / "cmb.csv", "--batch", second
    )
    results.write_text(f"{HEAD}P-{number},{number},{ACCOUNT},张三,45.00,成功,\n")
    paid = await desk.run("payments", "result", results)
    repeated = await desk.run("payments", "result", results)
    await employee.text(number, "已付款")

    assert [c.code for c in (failed, sent, paid, repeated)] == [0, 0, 0, 0]
    assert "已登记 1" in paid.err
    assert "此前已有 1" in repeated.err
    assert "张三,45.00" in (tmp_path / "cmb.csv").read_bytes().decode("gbk")
    assert (await stage.api(f"claims/{number}"))["state"] == "paid"

    books = await desk.run("vouchers", "export", "--format", "csv", "--out", tmp_path / "v.csv")
    nothing = await desk.run("vouchers", "export", "--format", "u8", "--out", tmp_path / "v.txt")
    listed = (await stage.api("vouchers", claim=number))["items"]

    assert (books.code, nothing.code) == (0, 1)
    assert [v["kind"] for v in listed] == ["approval", "payment"]  # type: ignore[attr-defined]
    assert {v["state"] for v in listed} == {"exported"}  # type: ignore[attr-defined]
    entries = rows(tmp_path / "v.csv")
    assert [r["account"] for r in entries] == ["6601.03", "2241", "2241", "1002"]
    assert sum(float(r["debit"] or 0) for r in entries) == sum(
        float(r["credit"] or 0) for r in entries
    )
