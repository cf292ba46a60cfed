"""The finance desk, administration and the to-do list: who sees them, and what they say."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from web_stage import AT, NUMBER, PAYMENT, Stage, claim

from bot.jobs.registry import JOBS
from bot.texts.pages import PAGES
from core.approval import Plan, Step
from core.budget import BudgetChange
from core.change import Change
from core.claim import Finding, State
from core.dealings import AdvanceBook
from core.notices import ChannelName
from core.outside import Capabilities, Exchanged, Role
from core.payment_batch import PaymentBatch
from core.ports import Page
from core.voucher import Voucher

DESK = "/app/finance"
ADMIN = "/app/admin"
LISTS = ("payments", "batches", "vouchers", "advances", "late")


@pytest.mark.parametrize(
    ("path", "seen"),
    [(DESK, {"f", "a"}), (ADMIN, {"a", "s"})],
)
async def test_only_some_roles_find_a_desk(stage: Stage, path: str, seen: set[str]) -> None:
    found = set()
    for user in ("z", "w", "f", "a", "s"):
        await stage.be(user)
        status, page, _ = await stage.get(path)
        assert status in {200, 404}
        assert (path in page) == (status == 200)
        found |= {user} if status == 200 else set()

    assert found == seen


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("user", ["f", "a"])
async def test_every_list_and_state_has_its_words(stage: Stage, name: str, user: str) -> None:
    await stage.be(user)

    for state in ("", "pending", "failed", "exported", "paid", "open", "refused", "posted", "void"):
        status, page, _ = await stage.get(f"{DESK}?list={name}&state={state}")
        assert status == 200
        assert ("这里没有记录" if user == "f" else "nothing here") in page


async def test_payments_are_listed_by_state_with_their_trouble(stage: Stage) -> None:
    failed = replace(PAYMENT, state="failed", reason="账号有误", batch="PAY-1")
    bare = replace(PAYMENT, id="P-2", claim="BX-20261125-0008", account="", bank="", paid_fen=100)
    await stage.keep(claim(state=State.APPROVED), failed, bare)
    await stage.be("f")

    _, trouble, _ = await stage.get(f"{DESK}?state=failed")
    _, owed, _ = await stage.get(DESK)

    assert all(w in trouble for w in ("张三", "¥280.00", "账号有误", "PAY-1", "••••7890"))
    assert "6222021234567890" not in trouble + owed
    assert all(w in owed for w in ("没有收款账号", "已付 ¥1.00", "¥279.00", "预览这一批"))
    assert "账号有误" not in owed


async def test_lists_go_on_by_their_cursor(stage: Stage) -> None:
    payments = [replace(PAYMENT, id=f"P-{i:03}", claim=f"BX-20261125-{i:04}") for i in range(1, 31)]
    await stage.keep(claim(state=State.APPROVED), *payments)
    await stage.be("f")

    _, first, _ = await stage.get(DESK)
    more = first.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    _, second, _ = await stage.get(more.replace("&amp;", "&"))

    assert (first.count('href="/app/claims/'), second.count('href="/app/claims/')) == (25, 5)
    assert 'rel="next"' not in second
    assert (await stage.get(f"{DESK}?cursor=nonsense"))[0] == 404


async def test_a_batch_says_what_the_bank_has_not_answered(stage: Stage) -> None:
    batch = PaymentBatch("PAY-1", "zhao", AT, "released", 2, 56000, "wang", AT)
    one = replace(PAYMENT, state="paid", batch="PAY-1")
    two = replace(PAYMENT, id="P-2", claim="BX-20261125-0008", state="exported", batch="PAY-1")
    made = Change(at=AT, claims=(claim(state=State.PAYING),), payments=(one, two), batches=(batch,))
    await stage.storage.store.commit(made)
    await stage.be("f")

    _, page, _ = await stage.get(f"{DESK}?list=batches")

    assert all(
        w in page for w in ("PAY-1", "2 笔付款", "¥560.00", "赵六 → 王五", "已付 1", "未回 1")
    )


async def test_vouchers_say_what_keeps_them_from_the_books(stage: Stage) -> None:
    refused = Voucher(
        "V-1", "approval", NUMBER, "main", AT.date(), AT, amount_fen=28000, state="refused",
        reason="account_missing", facts=(("category", "taxi"),),
    )  # fmt: skip
    posted = Voucher(
        "V-2", "payment", NUMBER, "main", AT.date(), AT, state="posted", number="记-17"
    )
    change = Change(at=AT, claims=(claim(),), vouchers=(refused, posted))
    await stage.storage.store.commit(change)
    await stage.be("f")

    _, page, _ = await stage.get(f"{DESK}?list=vouchers")
    _, books, _ = await stage.get(f"{DESK}?list=vouchers&state=posted")
    _, own, _ = await stage.get(f"/app/claims/{NUMBER}")
    await stage.be("z")
    _, employee, _ = await stage.get(f"/app/claims/{NUMBER}")

    assert all(w in page for w in ("暂未生成", "市内交通", "没有设置科目", "V-1"))
    assert all(w in books for w in ("已入账", "记-17"))
    assert all(w in own for w in ("记-17", "V-1", "没有设置科目"))
    assert "记-17" in employee
    assert "V-1" not in employee
    assert "没有设置科目" not in employee


async def test_open_advances_and_late_claims_stand_out(stage: Stage) -> None:
    book = AdvanceBook(None, paid_at=AT - timedelta(days=40))
    advance = claim(number="JK-20261001-0001", kind="advance", state=State.PAID, advance=book)
    step = Step("主管", "any", ("wang",), due=AT - timedelta(hours=1))
    await stage.keep(advance)
    await stage.keep(claim(plan=Plan((step,))))
    await stage.be("f")

    _, advances, _ = await stage.get(f"{DESK}?list=advances")
    _, late, _ = await stage.get(f"{DESK}?list=late")

    assert all(w in advances for w in ("JK-20261001-0001", "¥280.00", "逾期"))
    assert all(w in late for w in (NUMBER, "等待 王五 处理", "已超时（11-25 09:30）"))


async def test_what_is_pressing_comes_first_in_the_to_do_list(stage: Stage) -> None:
    step = Step("主管", "any", ("wang",), due=AT + timedelta(hours=2))
    late = Step("主管", "any", ("wang",), due=AT - timedelta(hours=2))
    finding = Finding("weekend", "warn", None, (("date", "2026-11-22"),))
    await stage.keep(claim(number="BX-20261125-0001", findings=(finding,)))
    await stage.keep(claim(number="BX-20261125-0002", plan=Plan((step,))))
    await stage.keep(claim(number="BX-20261125-0003", plan=Plan((late,))))
    await stage.keep(claim(number="BX-20261125-0004", urgent="客户明天到"))
    await stage.be("w")

    _, page, _ = await stage.get("/app/todo")

    places = [page.index(f"BX-20261125-000{n}") for n in (4, 3, 2, 1)]
    assert places == sorted(places)
    marks = ("加急", "已超时（11-25 08:30）", "11-25 12:30 前", "1 项提示", "无异常")
    assert all(word in page for word in marks)


async def test_wishes_and_batches_of_others_are_to_do(stage: Stage) -> None:
    wish = BudgetChange("YS-20261125-0001", "request", "q4", "wang", AT, "展会", 500000)
    mine = replace(wish, number="YS-20261125-0002", requester="zhao")
    batch = PaymentBatch("PAY-7", "wang", AT, "waiting", 3, 90000)
    own = PaymentBatch("PAY-8", "zhao", AT, "waiting", 1, 100)
    for one in (wish, mine):
        await stage.storage.store.commit(Change(at=AT, budget_changes=(one,)))
    await stage.storage.store.commit(Change(at=AT, batches=(batch, own)))
    await stage.be("f")

    _, page, _ = await stage.get("/app/todo")

    assert all(w in page for w in ("YS-20261125-0001", "¥5,000.00", "PAY-7", "3 笔付款"))
    assert "YS-20261125-0002" not in page
    assert "PAY-8" not in page


async def test_the_header_has_what_a_role_may_open(stage: Stage) -> None:
    shown = {}
    for user in ("z", "f", "a", "s"):
        await stage.be(user)
        _, page, _ = await stage.get("/app/todo")
        found = {p for p in (DESK, ADMIN, "/app/reports") if f'href="{p}"' in page}
        shown[user] = found
        assert '<a href="/app/todo" aria-current="page">' in page

    assert shown == {
        "z": set(),
        "f": {DESK, "/app/reports"},
        "a": {DESK, ADMIN, "/app/reports"},
        "s": {ADMIN, "/app/reports"},
    }


async def test_administration_shows_how_everything_is(stage: Stage) -> None:
    can = Capabilities("weaver", frozenset({"approval"}), find=True, unverified=("撤回",))
    stage.systems.update(weaver=can, webhook=replace(can, kind="webhook"), quiet=can)
    for system, status in (("weaver", 200), ("weaver", 500), ("webhook", 200)):
        call = Exchanged(system, AT, "start", status, 12, "{}", "{}")
        await stage.journal.note(call)
    await stage.slots.begin("digest", AT, AT)
    await stage.slots.finish("digest", AT, AT, "digests=3")
    await stage.slots.begin("of_old", AT, AT)
    await stage.slots.finish("of_old", AT, AT, "")
    await stage.be("s")

    _, page, _ = await stage.get(ADMIN)

    for words in (
        "已连接", "未连接", "泛微 OA", "失败 · 11-25 10:30 start：500", "最近 2 次调用失败 1 次",
        "正常 · 11-25 10:30 start", "还没有来往", "按单号查找", "未经实测：撤回", "每周汇总",
        "没有卡住的事项", "第 1 版", "Nina", "of_old",
    ):  # fmt: skip
        assert words in page, words


async def bury(stage: Stage, error: str) -> None:
    """Give a message about the claim up."""
    body = f'{{"kind": "verified", "claim": "{NUMBER}"}}'
    await stage.storage.inbox.put(f"k-{error}", "lane", body, AT)
    (row,) = await stage.storage.inbox.lease(1, stage.now, 60)
    await stage.storage.inbox.bury(row, error)


async def press(stage: Stage, **fields: str) -> tuple[int, str]:
    url = f"{ADMIN}/stuck"
    async with stage.client.post(url, data=fields, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


@pytest.mark.parametrize("what", ["retry", "drop"])
async def test_an_administrator_deals_with_what_is_stuck(stage: Stage, what: str) -> None:
    await bury(stage, "timeout")
    await stage.be("s")
    _, before, _ = await stage.get(ADMIN)

    first = await press(stage, number=NUMBER, what=what)
    again = await press(stage, number=NUMBER, what=what)
    _, after, _ = await stage.get(first[1])
    records = (await stage.storage.store.audit(Page())).items

    assert "timeout" in before
    assert (first, again) == ((303, f"{ADMIN}?done={what}"), (303, ADMIN))
    assert "没有卡住的事项" in after
    assert "已处理" in after
    done = next(r for r in records if r.action == f"stuck_{what}")
    assert (done.actor, done.subject) == ("sun", NUMBER)


async def test_an_auditor_sees_what_is_stuck_and_changes_nothing(stage: Stage) -> None:
    await bury(stage, "timeout")
    await stage.be("a")

    _, page, _ = await stage.get(ADMIN)

    assert "timeout" in page
    assert "/app/admin/stuck" not in page
    assert (await press(stage, number=NUMBER, what="drop"))[0] == 404
    await stage.be("s")
    assert (await press(stage, number=NUMBER, what="delete"))[0] == 400
    assert (await press(stage, what="drop"))[0] == 400


def test_every_job_role_and_channel_has_its_words() -> None:
    wanted = {f"job_{job.name}" for job in JOBS}
    wanted |= {f"role_{role}" for role in get_args(Role)}
    wanted |= {f"channel_{name}" for name in get_args(ChannelName)}

    assert wanted <= set(PAGES)
