"""Voucher files: each voucher goes out once, in the forms that accounting programs import."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.desk.outlets import FileOutlet
from bot.desk.vouchers import Exported, VoucherDesk
from bot.texts.refusals import refusal_text
from connectors.filedrop.checking import sample_sheets
from connectors.filedrop.template import Row
from connectors.filedrop.voucher_files import VoucherFormat, voucher_format, voucher_formats
from core.actions import settlement
from core.actions.basics import Cause, Settings
from core.change import Change
from core.claim import Line, State
from core.company import Company
from core.errors import Refused
from core.outside import Link
from core.payment import Payment
from core.ports import Page, VoucherQuery
from tests.contract.storage_samples import NOW, apply, claim
from tests.fakes.memory import MemoryStorage

NUMBER = "BX-20261125-0001"
FORMS = voucher_formats()


def company(account: str = "6601.03", by: str = "claim") -> Company:
    return Company.model_validate(
        {
            "companies": [{"id": "hq", "name": "示例科技有限公司"}],
            "departments": [{"id": "sales", "name": "市场部"}],
            "people": [{"id": "zhang", "name": "张三"}],
            "categories": [{"id": "taxi", "name": "市内交通", "account": account}],
            "vouchers": {"by": by},
        }
    )


def moment() -> datetime:
    return NOW


async def storage_with(*numbers: str, known: Company | None = None) -> MemoryStorage:
    storage = MemoryStorage(moment)
    await apply(storage, known or company())
    for number in numbers or (NUMBER,):
        made = claim(number)
        lines = tuple(Line("taxi", x.amount_fen, x.date, x.description) for x in made.lines)
        payment = Payment(f"P-{number}", number, "zhang", "张三", 10000, "6222", "招行")
        approved = replace(made, state=State.APPROVED, lines=lines)
        await storage.store.commit(Change(at=NOW, claims=(approved,), payments=(payment,)))
    return storage


def desk(storage: MemoryStorage) -> VoucherDesk:
    return VoucherDesk(storage.store, moment, UTC)


async def export(storage: MemoryStorage, out: Path, form: VoucherFormat = FORMS["csv"]) -> Exported:
    return await desk(storage).export(form, FileOutlet(out, form.name))


async def states(storage: MemoryStorage) -> list[str]:
    found = await storage.store.vouchers(VoucherQuery(), Page())
    return [v.state for v in found.items]


async def test_vouchers_go_out_once(tmp_path: Path) -> None:
    storage = await storage_with()

    done = await export(storage, tmp_path / "v.csv")

    rows = list(csv.DictReader(io.StringIO((tmp_path / "v.csv").read_text("utf-8-sig"))))
    assert [(r["account"], r["debit"], r["credit"]) for r in rows] == [
        ("6601.03", "100.00", ""),
        ("2241", "", "100.00"),
    ]
    assert {r["department_name"] for r in rows} == {"市场部"}
    assert done.sheets.batch == "VB-20261125-0001"
    assert await states(storage) == ["exported"]
    assert json.loads((tmp_path / "v.csv.control.json").read_text())["total"] == "100.00"
    with pytest.raises(Refused, match="nothing_to_export_vouchers"):
        await export(storage, tmp_path / "again.csv")
    assert not (tmp_path / "again.csv").exists()


async def test_an_earlier_batch_can_be_written_again(tmp_path: Path) -> None:
    storage = await storage_with()
    done = await export(storage, tmp_path / "v.csv")

    out = FileOutlet(tmp_path / "again.csv", "csv")
    await desk(storage).rewrite(done.sheets.batch, FORMS["csv"], out)

    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "v.csv").read_bytes()
    assert await desk(storage).batches() == {done.sheets.batch: (1, 10000)}
    with pytest.raises(Refused, match="no_such_batch"):
        await desk(storage).rewrite("VB-1", FORMS["csv"], out)


async def test_a_missing_account_is_named_and_the_voucher_made_once_it_is_there(
    tmp_path: Path,
) -> None:
    storage = await storage_with(known=company(account=""))
    with pytest.raises(Refused) as refused:
        await export(storage, tmp_path / "v.csv")
    await apply(storage, company(), version=1)

    done = await export(storage, tmp_path / "v.csv")

    said = refusal_text(refused.value, "zh", company())
    assert f"V-{NUMBER}-1: {NUMBER} 的会计凭证暂未生成：类别「市内交通」没有设置科目" in said
    assert done.sheets.count == 1


async def test_the_vouchers_of_a_day_are_one(tmp_path: Path) -> None:
    storage = await storage_with(NUMBER, "BX-20261125-0002", known=company(by="day"))

    done = await export(storage, tmp_path / "v.csv")
    noted = await desk(storage).number([(f"{done.sheets.batch}-001", "记-12")])
    again = await desk(storage).number([(f"{done.sheets.batch}-001", "记-12")])

    (sheet,) = done.sheets.sheets
    assert [(x.debit_fen, x.credit_fen) for x in sheet.lines] == [(20000, 0), (0, 20000)]
    assert (noted, again) == (2, 0)
    assert await states(storage) == ["posted", "posted"]


async def test_the_number_of_the_books_comes_back(tmp_path: Path) -> None:
    storage = await storage_with()
    done = await export(storage, tmp_path / "v.csv")
    name = done.sheets.sheets[0].id

    assert await desk(storage).number([(name, "记-7")]) == 1

    (voucher,) = await storage.store.vouchers_of([NUMBER])
    assert voucher.number == "记-7"


async def test_rows_that_cannot_be_noted_are_named_and_keep_no_other_back(tmp_path: Path) -> None:
    storage = await storage_with(NUMBER, "BX-20261125-0002")
    await export(storage, tmp_path / "v.csv")
    await desk(storage).number([(f"V-{NUMBER}-1", "记-7")])
    rows = [(f"V-{NUMBER}-1", "记-8"), ("V-none", "记-9"), ("V-BX-20261125-0002-1", "记-10")]

    with pytest.raises(Refused, match="numbers_left") as refused:
        await desk(storage).number(rows)

    said = refusal_text(refused.value, "zh", company())
    assert "登记了 1 张" in said
    assert f"V-{NUMBER}-1: 凭证 V-{NUMBER}-1 已登记为 记-7" in said
    assert "V-none: 没有凭证 V-none" in said
    assert await states(storage) == ["posted", "posted"]


async def test_books_that_were_numbered_anew_give_other_numbers(tmp_path: Path) -> None:
    storage = await storage_with()
    await export(storage, tmp_path / "v.csv")
    name = f"V-{NUMBER}-1"
    await desk(storage).number([(name, "记-7")])

    noted = await desk(storage).number([(name, "记-5")], renumbered=True)
    again = await desk(storage).number([(name, "记-5")], renumbered=True)

    (voucher,) = await storage.store.vouchers_of([NUMBER])
    assert (noted, again, voucher.number, voucher.state) == (1, 0, "记-5", "posted")
    told = (await storage.store.audit(Page(limit=100))).items
    (entry,) = [r for r in told if r.action == "renumber_voucher"]
    assert dict(entry.fields) == {"number": "记-5", "was": "记-7", "claim": NUMBER}


async def test_a_voucher_of_a_closed_period_moves_to_the_open_one(tmp_path: Path) -> None:
    storage = await storage_with()
    name, day = f"V-{NUMBER}-1", date(2026, 12, 1)

    (before,) = await desk(storage).redate([name], day, storage.links)
    done = await export(storage, tmp_path / "v.csv")

    assert before.day == date(2026, 11, 25)
    assert done.sheets.sheets[0].day == day
    with pytest.raises(Refused, match="wrong_voucher_state"):
        await desk(storage).redate([name], day, storage.links)
    with pytest.raises(Refused, match="no_such_voucher"):
        await desk(storage).redate(["V-none"], day, storage.links)


async def test_a_voucher_that_the_books_may_have_keeps_its_day() -> None:
    storage = await storage_with()
    (voucher,) = await storage.store.vouchers_of([NUMBER])
    taken = replace(voucher, taken_by="kingdee")
    await storage.store.commit(Change(at=NOW, vouchers=(taken,)))
    await storage.links.begin(Link("kingdee", voucher.id, NUMBER, "voucher", "unknown", NOW))

    with pytest.raises(Refused, match="voucher_under_way"):
        await desk(storage).redate([voucher.id], date(2026, 12, 1), storage.links)


async def test_what_would_be_booked_can_be_seen_before() -> None:
    storage = await storage_with()
    draft = replace(claim("BX-20261125-0009"), lines=(Line("taxi", 4500, NOW.date()),))
    await storage.store.commit(Change(at=NOW, claims=(draft,)))

    (shown,) = await desk(storage).preview("BX-20261125-0009")
    (known,) = await desk(storage).preview(NUMBER)

    assert [x.debit_fen for x in shown.lines] == [4500, 0]
    assert known.id == f"V-{NUMBER}-1"
    assert await storage.store.vouchers_of(["BX-20261125-0009"]) == ()
    with pytest.raises(Refused, match="no_such_claim"):
        await desk(storage).preview("BX-20261125-0099")


async def test_u8_text_has_adjacent_rows_in_gbk_and_one_side_each(tmp_path: Path) -> None:
    storage = await storage_with(NUMBER, "BX-20261125-0002")

    await export(storage, tmp_path / "v.txt", FORMS["u8"])

    lines = (tmp_path / "v.txt").read_bytes().decode("gbk").splitlines()
    rows = [line.split(",") for line in lines]
    assert all(len(row) == 15 for row in rows)
    assert [row[:3] for row in rows[:2]] == [["2026-11-25", "记", f"V-{NUMBER}-1"]] * 2
    assert all(bool(row[6]) != bool(row[7]) for row in rows)
    assert [row[2] for row in rows] == sorted(row[2] for row in rows)
    assert all(len(row[4]) <= 60 and len(row[5]) <= 15 and len(row[2]) <= 30 for row in rows)


async def test_kis_has_numbered_vouchers_in_excel(tmp_path: Path) -> None:
    storage = await storage_with(NUMBER, "BX-20261125-0002")

    await export(storage, tmp_path / "v.xlsx", FORMS["kis"])

    sheet = load_workbook(tmp_path / "v.xlsx").active
    rows = list(sheet.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[0][:4] == ("日期", "凭证字", "凭证号", "附单据数")
    assert [row[2] for row in rows[1:]] == [1, 1, 2, 2]
    assert [(row[7], row[8]) for row in rows[1:3]] == [(100, None), (None, 100)]


def test_one_bar_tells_how_far_a_json_file_is() -> None:
    seen: list[list[Row]] = []

    def through(rows: Iterable[Row]) -> Iterable[Row]:
        seen.append(list(rows))
        return seen[-1]

    data = FORMS["json"](sample_sheets(), Company(), through)

    assert [len(rows) for rows in seen] == [6]
    assert [v["lines"] for v in json.loads(data)["vouchers"]] == [seen[0][:3], seen[0][3:]]


async def test_json_has_every_voucher_whole(tmp_path: Path) -> None:
    storage = await storage_with()

    await export(storage, tmp_path / "v.json", FORMS["json"])

    (voucher,) = json.loads((tmp_path / "v.json").read_text())["vouchers"]
    assert voucher["claims"] == [NUMBER]
    assert [line["account"] for line in voucher["lines"]] == ["6601.03", "2241"]


async def test_a_voucher_that_a_form_cannot_say_waits(tmp_path: Path) -> None:
    storage = await storage_with(known=company(account="6601.03.01.01.01.01"))

    with pytest.raises(Refused) as refused:
        await export(storage, tmp_path / "v.txt", FORMS["u8"])

    assert f"V-{NUMBER}-1: 科目编码 太长" in refusal_text(refused.value, "zh", company())
    assert await states(storage) == ["open"]


async def test_a_summary_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    storage = MemoryStorage(moment)
    known = company()
    category = known.categories[0].model_copy(update={"name": "=cmd|' /C calc'!A0"})
    await apply(storage, known.model_copy(update={"categories": (category,)}))
    approved = replace(claim(), state=State.APPROVED, lines=(Line("taxi", 10000, NOW.date()),))
    payment = Payment(f"P-{NUMBER}", NUMBER, "zhang", "张三", 10000, "6222", "招行")
    await storage.store.commit(Change(at=NOW, claims=(approved,), payments=(payment,)))

    await export(storage, tmp_path / "v.csv")

    rows = list(csv.DictReader(io.StringIO((tmp_path / "v.csv").read_text("utf-8-sig"))))
    assert rows[0]["summary"].startswith("'=cmd")


async def test_a_paid_claim_has_both_vouchers(tmp_path: Path) -> None:
    storage = await storage_with()
    owed = await storage.store.payment(f"P-{NUMBER}")
    known = await storage.store.claim(NUMBER)
    assert owed
    assert known
    change = settlement.pay(known, owed, Cause("cash", NOW, "msg"), Settings())
    assert change
    await storage.store.commit(change)

    done = await export(storage, tmp_path / "v.csv")

    assert [s.of[0].kind for s in done.sheets.sheets] == ["approval", "payment"]


def test_formats_by_name() -> None:
    assert list(FORMS) == ["csv", "xlsx", "u8", "kis", "json"]
    assert voucher_format("nonsense") is None
