"""What finance does on its pages: who may, what leaves, what comes back, and nothing twice."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from web_stage import AT, NUMBER, PAYMENT, Stage, claim

from bot.desk.results import ResultDesk
from bot.events import DeskOrdered, from_json
from connectors.filedrop.reading import read_table
from core.actions.basics import Settings
from core.change import Change
from core.claim import State
from core.payment_batch import PaymentBatch
from core.ports import Page
from core.voucher import Voucher, VoucherLine

DESK = "/app/finance"
CASHIER, AUDITOR, EMPLOYEE = "f", "a", "z"
ENTRIES = (VoucherLine("6601", "车费", 28000), VoucherLine("2241", "车费", credit_fen=28000))


async def post(
    stage: Stage, form: str, fields: dict[str, str], headers: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """Send a form as a browser does; gives status, page and where it leads."""
    async with stage.client.post(
        f"{DESK}/do/{form}", data=fields, headers=headers, allow_redirects=False
    ) as answer:
        body = (await answer.read()).decode("utf-8", "replace")
        return answer.status, body, answer.headers.get("Location", "")


async def upload(stage: Stage, what: str, data: str) -> tuple[int, str, str]:
    form = aiohttp.FormData()
    form.add_field("file", data.encode(), filename="results.csv")
    async with stage.client.post(f"{DESK}/do/{what}", data=form, allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers.get("Location", "")


async def owe(stage: Stage, count: int = 1) -> None:
    for i in range(count):
        number = f"BX-20261125-{i + 7:04d}"
        made = claim(number=number, state=State.APPROVED)
        await stage.keep(made, replace(PAYMENT, id=f"P-{number}", claim=number))


async def test_who_only_looks_finds_nothing_to_do(stage: Stage) -> None:
    await owe(stage)
    await stage.be(AUDITOR)

    _, desk, _ = await stage.get(DESK)
    _, preview, _ = await stage.get(f"{DESK}/preview")
    tried = [
        (await post(stage, what, {"form": "csv", "batch": "PAY-1"}))[0]
        for what in ("batch", "file", "vouchers")
    ]
    uploaded = [(await upload(stage, what, "id\n"))[0] for what in ("results", "numbers")]

    assert "by_hand" not in desk
    assert 'name="pick"' not in desk
    assert "do/batch" not in preview
    assert tried + uploaded == [404] * 5


@pytest.mark.parametrize(
    "path", ["preview", "batches/PAY-1", "vouchers/next", "reconcile", "reconcile.xlsx"]
)
async def test_an_employee_finds_no_page(stage: Stage, path: str) -> None:
    await stage.be(EMPLOYEE)

    assert (await stage.get(f"{DESK}/{path}"))[0] == 404


async def test_another_site_can_order_nothing(stage: Stage) -> None:
    await owe(stage)
    await stage.be(CASHIER)

    foreign = {"Origin": "https://evil.example"}
    status, _, _ = await post(stage, "batch", {"form": "csv"}, foreign)

    assert status == 403
    assert not (await stage.storage.store.payment_batches(Page())).items


async def test_a_batch_is_previewed_made_once_and_handed_out_with_its_hash(stage: Stage) -> None:
    await owe(stage, 2)
    await stage.be(CASHIER)

    _, preview, _ = await stage.get(f"{DESK}/preview?form=cmb")
    made, _, there = await post(stage, "batch", {"form": "cmb"})
    again, refused, _ = await post(stage, "batch", {"form": "cmb"})
    _, page, _ = await stage.get(there)
    batch = there.partition("batches/")[2].partition("?")[0]
    form = {"batch": batch, "form": "cmb"}
    async with stage.client.post(f"{DESK}/do/file", data=form) as answer:
        data, name = await answer.read(), answer.headers["Content-Disposition"]
    _, control, _ = await post(stage, "file", {**form, "what": "control.json"})

    assert "¥560.00" in preview
    assert "6222••••7890" in preview
    assert PAYMENT.account not in preview + page
    assert (made, again) == (303, 409)
    assert "没有待付" in refused
    assert f'filename="{batch}.csv"' in name
    assert PAYMENT.account.encode() in data
    digest = hashlib.sha256(data).hexdigest()
    assert digest in page
    assert digest in control
    trail = (await stage.storage.store.audit(Page(limit=100))).items
    assert [r.actor for r in trail if r.action == "download_batch"] == ["zhao"] * 2


async def test_only_what_was_picked_goes_into_a_batch(stage: Stage) -> None:
    await owe(stage, 3)
    await stage.be(CASHIER)

    await post(stage, "batch", {"form": "csv", "pick": "P-BX-20261125-0008"})

    (batch,) = (await stage.storage.store.payment_batches(Page())).items
    inside = await stage.storage.store.payments_in(batch.id)
    assert [p.id for p in inside] == ["P-BX-20261125-0008"]


async def test_a_batch_has_what_was_seen_and_nothing_that_came_since(stage: Stage) -> None:
    await owe(stage, 2)
    await stage.be(CASHIER)

    _, preview, _ = await stage.get(f"{DESK}/preview")
    seen = re.findall(r'name="pick" value="(P-[^"]+)"', preview)

    assert seen == ["P-BX-20261125-0007", "P-BX-20261125-0008"]


async def test_a_form_that_a_batch_does_not_fit_gives_no_file(stage: Stage) -> None:
    made = claim(state=State.PAYING)
    odd = replace(PAYMENT, payee_name="𠮷田", state="exported", batch="PAY-20261125-0001")
    batch = PaymentBatch("PAY-20261125-0001", "zhao", AT, "released", 1, 28000)
    change = Change(at=AT, claims=(made,), payments=(odd,), batches=(batch,))
    await stage.storage.store.commit(change)
    await stage.be(CASHIER)

    _, page, _ = await stage.get(f"{DESK}/batches/{batch.id}?form=cmb")
    status, why, _ = await post(stage, "file", {"batch": batch.id, "form": "cmb"})

    assert "这种格式写不下" in page
    assert status == 409
    assert "这种格式写不下" in why


async def test_orders_go_into_the_inbox_as_the_chat_has_them(stage: Stage) -> None:
    await stage.be(CASHIER)
    batch, back = "PAY-20261125-0001", f"{DESK}/batches/PAY-20261125-0001"
    once = "0123456789abcdef"
    form = {"act": "confirm_batch", "subject": batch, "back": back, "once": once}

    status, _, there = await post(stage, "order", form)
    await post(stage, "order", form)
    wordless = await post(stage, "order", {**form, "act": "cancel_batch"})
    foreign = await post(stage, "order", {**form, "back": "https://evil.example"})
    unknown = await post(stage, "order", {**form, "act": "void"})
    strange = await post(stage, "order", {**form, "subject": "x\ny"})

    assert status == 303
    assert there.startswith(f"{back}?sent=")
    assert wordless[2].endswith("note=words_missing")
    assert [foreign[0], unknown[0], strange[0]] == [400, 400, 400]
    items = await stage.storage.inbox.lease(10, AT, 60)
    events = [from_json(item.body) for item in items]
    assert [e.act for e in events if isinstance(e, DeskOrdered)] == ["confirm_batch"]


async def test_results_are_noted_row_by_row_and_never_ones_own(stage: Stage) -> None:
    await owe(stage)
    own = claim(number="BX-20261125-0050", employee="zhao", state=State.APPROVED)
    mine = replace(PAYMENT, id=f"P-{own.number}", claim=own.number, payee="zhao")
    await stage.keep(own, mine)
    await stage.be(CASHIER)
    rows = f"P-{NUMBER},280.00,成功\n{mine.id},280.00,成功\nP-none,1.00,成功\n"

    _, first, _ = await upload(stage, "results", f"id,amount,result\n{rows}")
    _, second, _ = await upload(stage, "results", f"id,amount,result\n{rows}")
    bad, why, _ = await upload(stage, "results", "a,b\n1,2\n")

    assert "已登记 1" in first
    assert "银行：已付" in first
    assert "未登记 2" in first
    assert "此前已有 1" in second
    paid = await stage.storage.store.payment(f"P-{NUMBER}")
    unpaid = await stage.storage.store.payment(mine.id)
    assert paid is not None
    assert unpaid is not None
    assert (paid.state, unpaid.state) == ("paid", "pending")
    assert (bad, "缺少列" in why) == (409, True)


async def test_vouchers_are_previewed_taken_and_numbered(stage: Stage) -> None:
    voucher = Voucher("V-1", "approval", NUMBER, "main", AT.date(), AT, ENTRIES, 28000)
    await stage.storage.store.commit(Change(at=AT, claims=(claim(),), vouchers=(voucher,)))
    await stage.be(CASHIER)

    _, shown, _ = await stage.get(f"{DESK}/vouchers/next?form=u8&by=day")
    _, preview, _ = await post(stage, "voucher-file", {"batch": "next", "form": "csv"})
    before = await stage.storage.store.voucher("V-1")
    _, _, there = await post(stage, "vouchers", {"form": "csv", "by": "claim"})
    _, page, _ = await stage.get(there)
    _, _, noted = await upload(stage, "numbers", "id,number\nV-1,记-17\n")

    assert "未经厂商确认" in shown
    assert "V-1" in preview
    assert before is not None
    assert before.state == "open"
    assert "/vouchers/VB-" in there
    assert "V-1" in page
    assert noted.endswith("noted=1")
    assert "登记了 1 个凭证号" in (await stage.get(noted))[1]


async def test_all_sides_are_compared_with_differences_first(stage: Stage) -> None:
    made = claim(state=State.PAID, submitted_at=AT)
    await stage.keep(made, replace(PAYMENT, state="failed"))
    await stage.be(AUDITOR)

    said = b"id,amount,result\nP-BX-20990101-0001,9.99,paid\n"
    bank = ResultDesk(stage.storage.store, lambda: AT, Settings())
    await bank.note(read_table(said), said)

    _, page, _ = await stage.get(f"{DESK}/reconcile?since=2026-11-01&day=2026-11-30")
    status, _, headers = await stage.get(f"{DESK}/reconcile.xlsx?since=2026-11-01&day=nonsense")
    ends = [
        (await stage.get(f"{DESK}/reconcile?since={since}&day={day}"))[0]
        for since, day in (("0001-01-01", "9999-12-31"), ("9999-12-31", "0001-01-01"))
    ]

    assert ends == [200, 200]
    assert "P-BX-20990101-0001 bank paid ¥9.99: Chit has no such payment" in page
    assert page.index("P-BX-20990101-0001") < page.index(NUMBER)
    assert NUMBER in page
    assert "2026-11" in page
    assert status == 200
    assert "reconcile-20261101" in headers["Content-Disposition"]


async def test_a_browser_that_has_signed_in_meanwhile_comes_to_the_desk(stage: Stage) -> None:
    await stage.be(CASHIER)

    status, _, headers = await stage.get(f"{DESK}/do/batch")

    assert (status, headers["Location"]) == (303, DESK)


async def test_a_broken_form_in_the_firms_folder_is_said_and_stops_no_page(
    stage: Stage, tmp_path: Path
) -> None:
    (tmp_path / "bad.yaml").write_text("name: bad\nuse: payments\n", "utf-8")
    await owe(stage)
    finance = stage.pages.finance
    broken = replace(finance.clerk, templates=tmp_path)  # type: ignore[type-var]  # a dataclass
    pages = replace(finance, clerk=broken, batches=replace(finance.batches, clerk=broken))
    stage.pages = replace(stage.pages, finance=pages)
    async with TestClient(TestServer(stage.app())) as client:
        stage.client = client
        await stage.be(CASHIER)
        desk, _, _ = await stage.get(DESK)
        preview, said, _ = await stage.get(f"{DESK}/preview")

    assert (desk, preview) == (200, 409)
    assert "bad.yaml" in said


async def test_a_voucher_that_a_form_cannot_say_waits_with_its_reason(stage: Stage) -> None:
    odd = (replace(ENTRIES[0], summary="𠮷野家"), ENTRIES[1])
    vouchers = (
        Voucher("V-1", "approval", NUMBER, "main", AT.date(), AT, ENTRIES, 28000),
        Voucher("V-2", "approval", NUMBER, "main", AT.date(), AT, odd, 28000),
    )
    await stage.storage.store.commit(Change(at=AT, claims=(claim(),), vouchers=vouchers))
    await stage.be(CASHIER)

    _, page, _ = await stage.get(f"{DESK}/vouchers/next?form=u8")
    file, why = page.split("不进这一批的")

    assert "V-1" in file
    assert "V-2" not in file
    assert "V-2" in why


async def test_what_waits_for_its_checker_is_not_called_exported(stage: Stage) -> None:
    await owe(stage)
    await stage.be(CASHIER)
    sent = replace(PAYMENT, id=f"P-{NUMBER}", state="exported", batch="PAY-1")
    paid = replace(sent, payee="zhao", payee_name="赵敏")
    batch = PaymentBatch("PAY-1", "qian", AT, "waiting", 1, 28000, left=False)
    await stage.storage.store.commit(Change(at=AT, payments=(sent,), batches=(batch,)))

    _, listed, _ = await stage.get(f"{DESK}?list=payments&state=exported")
    _, shown, _ = await stage.get(f"{DESK}/batches/PAY-1")
    await stage.storage.store.commit(Change(at=AT, payments=(paid,)))
    _, own, _ = await stage.get(f"{DESK}/batches/PAY-1")

    assert "在批次中，待复核" in listed
    assert "在批次中，待复核" in shown
    assert 'value="confirm_batch"' in shown
    assert 'value="confirm_batch"' not in own
    assert "这一批里有付给你本人的款" in own
