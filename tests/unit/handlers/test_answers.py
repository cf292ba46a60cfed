"""Answers in the chat: what may be claimed, why, how far, what is left, who may do what."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.events import Sender
from bot.handlers import allowed, helping, listing, preferences, progress, why
from bot.handlers.refusals import refusal
from bot.handlers.work import Rooms, Work
from bot.texts import say
from bot.texts.help import PAGES
from core.actions.basics import Settings
from core.approval import Decision, Plan, Step
from core.change import Change
from core.claim import Claim, Finding, Line, State
from core.company import Company
from core.dealings import AdvanceBook, Settled
from core.errors import Refused
from core.notices import Reply, Say, ShowCard
from core.phrases import intents
from core.quiet import parse_quiet
from tests.fakes.memory import MemoryStorage

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
COMPANY = Company.model_validate(
    {
        "companies": [{"id": "hq", "name": "示例科技有限公司", "tax_id": "91310115MA1K4DEM3E"}],
        "departments": [{"id": "sales", "name": "市场部", "head": "wang", "company": "hq"}],
        "people": [
            {"id": "zhang", "name": "张三", "department": "sales", "manager": "wang",
             "grade": "P5", "dingtalk": "z"},
            {"id": "wang", "name": "王芳", "department": "sales", "dingtalk": "w"},
            {"id": "sun", "name": "孙洋", "roles": ["employee", "admin"], "dingtalk": "s"},
            {"id": "qian", "name": "钱伟", "roles": ["cashier"], "dingtalk": "q"},
        ],
        "categories": [
            {"id": "hotel", "name": "住宿", "keywords": ["酒店"]},
            {"id": "taxi", "name": "市内交通", "keywords": ["打车"], "requires_invoice": False},
            {"id": "car", "name": "自驾", "requires_invoice": False},
            {"id": "food", "name": "补贴", "requires_invoice": False},
        ],
        "city_tiers": [{"id": "first", "name": "一线", "cities": ["上海", "北京"]}],
        "budgets": [
            {"id": "q4", "department": "sales", "period": "2026-Q4", "limit": "1000.00"}
        ],
        "policies": [
            {"id": "std", "kind": "travel_standard", "category": "hotel", "per": "night",
             "standards": [{"tier": "first", "grade": "P5", "limit": "500.00"},
                           {"limit": "300.00"}]},
            {"id": "folio", "kind": "proof_above", "category": "hotel", "limit": "550.00",
             "proof": "水单"},
            {"id": "hard", "kind": "amount_limit", "category": "taxi", "per": "line",
             "limit": "100.00", "action": "block"},
            {"id": "km", "kind": "mileage", "category": "car", "rate": "1.20"},
            {"id": "private", "kind": "private_words"},
            {"id": "food", "kind": "per_diem", "category": "food",
             "standards": [{"tier": "first", "limit": "100.00"}]},
        ],
        "flows": [{"id": "main", "steps": [
            {"name": "主管", "approvers": ["manager"], "when": "total >= 10"}]}],
    }
)  # fmt: skip
USERS = {"zhang": "z", "wang": "w", "sun": "s", "qian": "q"}
FINDING = Finding(
    "amount_limit",
    "warn",
    0,
    (("policy", "hard"), ("limit", "100.00"), ("amount", "160.00"), ("per", "0")),
)


def claim(number: str, state: State = State.DRAFT, hours: int = 5, **values: object) -> Claim:
    at = NOW - timedelta(hours=hours)
    lines = (Line("taxi", 16000, at.date(), "去客户"),)
    made = Claim(number, "hq", "reimbursement", state, "zhang", "sales", at, lines=lines)
    return replace(made, **values)  # type: ignore[arg-type]


def waiting(number: str, hours: int = 5, **values: object) -> Claim:
    since = NOW - timedelta(hours=hours)
    plan = Plan(
        (Step("主管", "any", ("wang",), since=since), Step("财务", "any", ("sun",))), flow="main"
    )
    return claim(number, State.IN_REVIEW, hours, plan=plan, submitted_at=since, **values)


Handler = Callable[[object, Work], Awaitable[None]]


class Chat:
    """One storage in which people ask."""

    def __init__(self, *claims: Claim) -> None:
        self.storage = MemoryStorage(lambda: NOW)
        self.claims = claims
        self.count = 0

    async def ask(self, person: str, handler: object, command: object) -> str:
        """Give what the person is answered, in Chinese."""
        if not self.count:
            store = self.storage.store
            await store.apply_company(COMPANY, expected_version=0, at=NOW, actor="t")
            await store.commit(Change(at=NOW, claims=self.claims))
        self.count += 1
        found = COMPANY.person(person)
        assert found
        rooms = Rooms(
            store=self.storage.store,
            files=None,  # type: ignore[arg-type]  # never asked here
            media=None,  # type: ignore[arg-type]
            reader=None,  # type: ignore[arg-type]
            settings=Settings(),
            spending=None,  # type: ignore[arg-type]
            quiet=parse_quiet("21:00-07:00"),
        )
        sender = Sender("dingtalk", USERS[person])
        work = Work(rooms, COMPANY, sender, found, NOW, NOW.date(), f"m{self.count}", None)
        try:
            await handler(command, work)  # type: ignore[operator]
        except Refused as refused:
            await work.tell(*refusal(work, refused))
        return await self._answer(USERS[person])

    async def _answer(self, user: str) -> str:
        items = await self.storage.outbox.lease(50, NOW, 15)
        for item in items:
            await self.storage.outbox.finish(item, NOW)
        self.told = [i.notice for i in items]
        said = [n for n in self.told if isinstance(n, Reply) and n.user == user]
        return say(said[0].code, "zh", dict(said[0].fields), COMPANY) if said else ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("住宿 500 上海", ["可以报销：住宿 ¥500.00", "住宿差旅标准（std）：上海 P5 每晚 ¥500.00",
                          "报销后剩余 ¥500.00", "示例科技有限公司，税号 91310115MA1K4DEM3E"]),
        ("住宿 600 上海", ["超出标准：住宿 ¥600.00", "超出 ¥100.00", "需要附件：水单"]),
        ("住宿 600 上海 2晚", ["可以报销：住宿 ¥600.00", "每晚 ¥500.00，2 晚共 ¥1,000.00"]),
        ("住宿 301", ["超出标准", "超出 ¥1.00"]),
        ("住宿 上海", ["报销标准：住宿", "住宿差旅标准（std）：上海 P5 每晚 ¥500.00",
                      "剩余 ¥1,000.00"]),
        ("打车 101", ["不能报销：市内交通 ¥101.00", "市内交通每笔限额（hard）：每笔 ¥100.00",
                      "不需要发票"]),
        ("住宿 1200 上海 3晚", ["不能报销", "预算「市场部 2026-Q4（q4）"]),
        ("自驾 36公里 50", ["超出标准：自驾 ¥50.00", "自驾里程标准（km）：每公里 ¥1.20",
                            "= ¥43.20"]),
        ("补贴 上海", ["报销标准：补贴", "补贴标准（food）：上海 P5 每天 ¥100.00"]),
        ("补贴 101 上海", ["超出标准：补贴 ¥101.00", "不需要发票"]),
        ("打车 40 2027-02-01", ["可以报销", "没有匹配的预算"]),
        ("香烟 50", ["一般不能报销：香烟 50", "个人消费（private）：疑似个人消费（香烟）"]),
        ("吃饭 45", ["请说明是什么费用", "住宿、市内交通、自驾、补贴"]),
        ("打车 1e9", ["金额"]),
    ],
)  # fmt: skip
async def test_what_may_be_claimed(text: str, words: list[str]) -> None:
    said = await Chat().ask("zhang", allowed.on_may_claim, intents.MayClaim(text))

    assert [w for w in words if w not in said] == [], said


async def test_what_may_be_claimed_says_everything_once() -> None:
    above = await Chat().ask("zhang", allowed.on_may_claim, intents.MayClaim("打车 101"))
    much = await Chat().ask("zhang", allowed.on_may_claim, intents.MayClaim("住宿 1200 上海 3晚"))

    assert above.count("每笔限额") == 1
    assert "超过标准" not in above, "the row of the limit says it"
    assert much.count("市场部 2026-Q4（q4）") == 1, "what a budget lacks is said once"


async def test_asking_leaves_no_draft_and_holds_no_money() -> None:
    chat = Chat()

    await chat.ask("zhang", allowed.on_may_claim, intents.MayClaim("住宿 500 上海"))

    listed = await chat.ask("zhang", listing.on_my_claims, intents.MyClaims())
    assert "还没有报销单" in listed
    assert (await chat.storage.store.balances())[0].reserved_fen == 0


async def test_a_drive_is_worth_its_kilometres() -> None:
    chat = Chat()
    command = intents.Mileage(Decimal("36.5"), NOW.date(), "自驾 36.5 公里 去机场")

    await chat.ask("zhang", allowed.on_mileage, command)

    (card,) = [n for n in chat.told if isinstance(n, ShowCard)]
    kept = await chat.storage.store.claim(card.claim)
    assert kept
    assert [(x.category, x.amount_fen) for x in kept.lines] == [("car", 4380)]


async def test_why_names_rule_inputs_route_and_budgets() -> None:
    chat = Chat(waiting("BX-20261125-0001", findings=(FINDING,)))

    said = await chat.ask("zhang", why.on_why, intents.Why("BX-20261125-0001"))

    assert "依据：市内交通每笔限额（hard）：金额 ¥160.00，标准 ¥100.00\n" in said
    assert "「主管」由王芳审批：通用流程（main）规定这一步找直属主管，条件是金额达到 ¥10.00" in said
    assert "额度 ¥1,000.00，占用 ¥0.00，核销 ¥0.00，可用 ¥1,000.00，本单 ¥160.00" in said


async def test_why_of_a_refused_submission_has_the_checks_of_then_and_now() -> None:
    kept = replace(FINDING, severity="block")
    fixed = (Line("taxi", 4500, NOW.date(), "去客户"),)
    chat = Chat(claim("BX-20261125-0001", findings=(kept,), lines=fixed))

    said = await chat.ask("zhang", why.on_why, intents.Why("BX-20261125-0001"))

    assert (
        said.index("上次提交没有通过")
        < said.index("市内交通每笔限额（hard）")
        < said.index("现在的检查结果")
    )


async def test_an_approver_without_claims_asks_about_the_one_that_waits() -> None:
    chat = Chat(waiting("BX-20261125-0001", findings=(FINDING,)))

    said = await chat.ask("wang", why.on_why, intents.Why(None))

    assert "BX-20261125-0001 · 张三" in said
    assert "没有可以这样操作" in await chat.ask("qian", why.on_why, intents.Why(None))


async def test_strangers_learn_nothing() -> None:
    chat = Chat(waiting("BX-20261125-0001"))
    wages = Chat(replace(waiting("BX-20261125-0001"), employee="wang", plan=None))

    assert "没有找到" in await wages.ask("zhang", why.on_why, intents.Why("BX-20261125-0001"))
    assert "主管" in await chat.ask(
        "qian", progress.on_progress, intents.Progress("BX-20261125-0001")
    )


async def test_progress_says_who_since_when_and_what_is_next() -> None:
    done = Decision("wang", "approve", "", NOW - timedelta(hours=96), "m")
    before = Plan((Step("主管", "any", ("wang",), (done,)),), current=1)
    paid = claim("BX-20261120-0001", State.PAID, 100, plan=before,
                 submitted_at=NOW - timedelta(hours=100))  # fmt: skip
    chat = Chat(waiting("BX-20261125-0001"), paid)

    said = await chat.ask("zhang", progress.on_progress, intents.Progress("BX-20261125-0001"))

    assert "▶ 主管：等王芳" in said
    assert "从 11-25 07:00 起等待，已 5 小时" in said
    assert "一般 4 小时审完" in said
    assert "下一步：财务（孙洋）" in said


async def test_progress_of_an_advance_says_what_is_owed_and_a_new_wait_is_not_zero_hours() -> None:
    book = AdvanceBook(None, settled=(Settled(6000, NOW, "qian", "return"),))
    lent = claim("JK-20261125-0001", State.PAID, kind="advance", advance=book)
    chat = Chat(lent, waiting("BX-20261125-0001", 0))

    owes = await chat.ask("zhang", progress.on_progress, intents.Progress("JK-20261125-0001"))
    waits = await chat.ask("zhang", progress.on_progress, intents.Progress("BX-20261125-0001"))

    assert "还有 ¥100.00 待报销冲抵或归还" in owes
    assert "流程结束" not in owes
    assert "起等待，不到 1 小时" in waits


async def test_my_claims_are_grouped_with_sums() -> None:
    drafts = [claim(f"BX-20261125-000{i}", hours=i) for i in range(1, 8)]
    chat = Chat(*drafts, waiting("BX-20261125-0011"))

    said = await chat.ask("zhang", listing.on_my_claims, intents.MyClaims())

    assert "【草稿】7 张，共 ¥1,120.00" in said
    assert "… 还有 2 张" in said
    assert "【审批中】1 张，共 ¥160.00" in said
    assert said.index("BX-20261125-0001") < said.index("BX-20261125-0005")


async def test_requests_are_not_summed_with_the_claims_that_follow_them() -> None:
    trip = claim("CC-20261125-0001", State.APPROVED, 3, kind="travel_request", purpose="上海")
    lent = claim("JK-20261125-0001", State.APPROVED, 2, kind="advance")
    follows = claim("BX-20261125-0002", State.APPROVED, origin=trip.number)
    chat = Chat(trip, lent, follows)

    said = await chat.ask("zhang", listing.on_my_claims, intents.MyClaims())

    assert said.count("【已通过】1 张，共 ¥160.00") == 3
    assert said.index("—— 报销 ——") < said.index("BX-20261125-0002")
    assert said.index("—— 申请（金额不并入报销）——") < said.index("CC-20261125-0001")
    assert said.index("—— 借款 ——") < said.index("JK-20261125-0001")


async def test_the_todo_has_urgent_and_old_ones_first_and_marks_clean_ones() -> None:
    chat = Chat(
        waiting("BX-20261125-0001", 2),
        waiting("BX-20261125-0002", 9, findings=(FINDING,)),
        waiting("BX-20261125-0003", 1, urgent="明天出发"),
    )

    said = await chat.ask("wang", listing.on_todo, intents.Todo())

    order = [said.index(f"BX-20261125-000{i}") for i in (3, 2, 1)]
    assert order == sorted(order)
    assert "1 项提示 · 已等 9 小时" in said
    assert "无异常 · 已等 2 小时" in said
    assert "共 3 张，¥480.00" in said
    assert "发「全部同意」，一次同意其中 2 张无异常的" in said
    one = await Chat(waiting("BX-20261125-0001")).ask("wang", listing.on_todo, intents.Todo())
    assert "全部同意" not in one


async def test_what_is_not_submitted_is_listed() -> None:
    chat = Chat(
        claim("BX-20261125-0001"),
        claim("BX-20261125-0002", State.RETURNED),
        waiting("BX-20261125-0003"),
    )

    said = await chat.ask("zhang", listing.on_unsubmitted, intents.Unsubmitted())

    assert said.index("0002 · ¥160.00 · 去客户 · 已退回") < said.index("0001")
    assert "0003" not in said


@pytest.mark.parametrize(
    ("person", "pages", "not_pages"),
    [
        ("zhang", ["报销", "查询", "通知"], ["审批", "财务", "管理员"]),
        ("wang", ["审批", "主管"], ["管理员"]),
        ("qian", ["财务", "审批"], ["主管"]),
        ("sun", ["管理员"], ["财务"]),
    ],
)
async def test_help_shows_the_pages_of_a_role(
    person: str, pages: list[str], not_pages: list[str]
) -> None:
    said = await Chat().ask(person, helping.on_help, intents.Help())

    more = said.partition("页名有：")[2].split("、")
    assert set(pages) <= set(more)
    assert not set(not_pages) & set(more)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_help_is_one_message(page: str) -> None:
    for language in ("zh", "en"):
        text = say(f"help_{page}", language, {})

        assert len(text.encode()) < 2000
        assert not text.endswith("查看")


async def test_feedback_goes_to_every_administrator_and_comes_back_answered() -> None:
    chat = Chat()

    await chat.ask("zhang", helping.on_feedback, intents.Feedback("打车识别错了"))
    told = [n for n in chat.told if isinstance(n, Say)]
    await chat.ask("sun", helping.on_answer, intents.Answer("张三", "已修好"))
    answered = [n for n in chat.told if isinstance(n, Say)]
    refused = await chat.ask("zhang", helping.on_answer, intents.Answer("王芳", "x"))

    assert [(n.person, n.code) for n in told] == [("sun", "feedback_from")]
    assert ("at", "2026-11-25 12:00") in told[0].fields
    assert [(n.person, n.code) for n in answered] == [("zhang", "feedback_answer")]
    assert "权限" in refused


async def test_switches_and_quiet_hours() -> None:
    chat = Chat()
    notify, quiet = preferences.on_notify, preferences.on_quiet

    assert "免打扰：21:00-07:00" in await chat.ask("zhang", notify, intents.Notify("", None))
    assert "没有「天气」" in await chat.ask("zhang", notify, intents.Notify("天气", on=False))
    assert "不能关闭" in await chat.ask("zhang", notify, intents.Notify("付款", on=False))
    await chat.ask("zhang", notify, intents.Notify("催办", on=False))
    await chat.ask("zhang", notify, intents.Notify("催办", on=False))
    shown = await chat.ask("zhang", notify, intents.Notify("", None))
    assert "催办：关闭" in shown
    assert "审批：总是打开" in shown
    await chat.ask("zhang", notify, intents.Notify("reminders", on=True))
    assert "没看懂时间" in await chat.ask("zhang", quiet, intents.Quiet("晚上"))
    await chat.ask("zhang", quiet, intents.Quiet("22:00至8:00"))
    kept = await chat.storage.store.preferences("zhang")
    await chat.ask("zhang", quiet, intents.Quiet("关"))
    off = await chat.storage.store.preferences("zhang")
    told = await chat.ask("zhang", quiet, intents.Quiet("开"))
    again = await chat.storage.store.preferences("zhang")

    assert (kept.off, kept.quiet) == ((), "22:00-08:00")
    assert (off.quiet, again.quiet) == ("off", None)
    assert "21:00-07:00" in told
