"""预算 in the chat: of what, of when, and whether an amount would fit."""

import pytest
from chat_stage import Chat, company_with

from bot.cards.budget_change import ChangeScene, build_change
from core.company import Company
from core.notices import Reply, ShowCard
from core.ports import ChangeQuery, Page

BUDGETS = [
    {"id": "all", "period": "2026", "limit": "50000.00", "control": "warn"},
    {
        "id": "sales-q4",
        "department": "sales",
        "period": "2026-Q4",
        "limit": "10000.00",
        "tolerance": "2.5",
    },
    {"id": "sales-q3", "department": "sales", "period": "2026-Q3", "limit": "7000.00"},
    {"id": "wang-only", "person": "wang", "period": "2026", "limit": "10.00"},
    {"id": "tech-q4", "department": "tech", "period": "2026-Q4", "limit": "8000.00"},
]


async def stage() -> Chat:
    raw = company_with().model_dump(by_alias=True, mode="json")
    tech = {"id": "tech", "name": "研发部"}
    departments = [*raw["departments"], tech]
    found = {**raw, "budgets": BUDGETS, "departments": departments}
    return await Chat().found(Company.model_validate(found))


@pytest.mark.parametrize(
    ("said", "there", "not_there"),
    [
        ("预算", ["2026-Q4", "¥10,000.00", "¥50,000.00"], ["2026-Q3", "王五"]),
        ("预算 市场部", ["2026-Q4"], ["2026-Q3", "¥50,000.00"]),
        ("预算 市场部 8月", ["2026-Q3", "¥7,000.00"], ["2026-Q4"]),
        ("预算 上个季度", ["2026-Q3", "¥50,000.00"], ["2026-Q4"]),
        ("预算 市场部 去年", ["这段时间没有「市场部」的预算"], ["¥"]),
        (
            "预算 市场部 3000",
            ["再花 ¥3,000.00：够，之后剩余 ¥7,000.00", "剩余 ¥47,000.00"],
            ["2026-Q3", "拦截"],
        ),
        (
            "预算 市场部 60000",
            ["不够，超出 ¥50,000.00，会被拦截", "会超出 ¥10,000.00，提醒但不拦截"],
            ["够，之后"],
        ),
        ("预算 3000 够吗", ["够，之后剩余 ¥7,000.00"], ["哪个预算"]),
        ("预算 市场部 10200", ["够，但会超出额度 ¥200.00，在允许的 2.5% 以内"], ["拦截"]),
        ("预算 市场", ["是不是要找：市场部？"], ["研发部"]),
        ("预算 市厂部", ["是不是要找：市场部？"], ["¥"]),
        ("预算 市场部 2026-Q3", ["2026-Q3", "¥7,000.00"], ["2026-Q4"]),
        ("预算 王五", ["没有找到你可以查看的预算"], ["¥10.00"]),
    ],
)
async def test_a_question_about_budgets(said: str, there: list[str], not_there: list[str]) -> None:
    chat = await stage()

    answer = await chat.say("zhang", said)

    assert [t for t in there if t not in answer] == []
    assert [t for t in not_there if t in answer] == []


async def test_the_bars_of_just_what_was_answered_go_with_it() -> None:
    chat = await stage()
    await chat.say("zhang", "预算 市场部")

    (reply,) = [n for n in chat.notices() if isinstance(n, Reply)]
    assert reply.budgets == ("sales-q4",)


async def test_a_head_gives_to_a_department_whose_budget_stays_unseen() -> None:
    chat = await stage()

    hidden = await chat.say("wang", "预算 研发部")
    refused = await chat.say("wang", "申请追加 研发部 3000 支援")
    said = await chat.say("wang", "预算 调拨 市场部 研发部 3000 支援")

    assert "没有找到" in hidden
    assert "没有找到" in refused
    assert said == ""
    (wish,) = (await chat.storage.store.budget_changes(ChangeQuery("waiting"), Page(limit=5))).items
    assert (wish.budget, wish.to) == ("sales-q4", "tech-q4")
    assert any(
        isinstance(n, ShowCard) and n.person == "fin1" and n.claim == wish.number
        for n in chat.notices()
    )
    balances = {b.budget.id: b for b in await chat.storage.store.balances(None)}
    company = await chat.storage.store.company()
    (wang,) = company.people_named("wang")
    card = build_change(ChangeScene(wish, company, balances, "claim", wang, "", 1))
    shown = " ".join(f.value for f in card.facts)
    assert "研发部 2026-Q4：+¥3,000.00" in shown
    assert "8,000" not in shown


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("申请追加 市场布 100 年底", "是不是要找：市场部？"),
        ("申请追加 市场部 0 年底", "要大于 0"),
        ("申请追加 市场部 明年 100 提前", "没有找到预算「市场部 明年」"),
        ("申请追加 市场部 2026-Q3 100 补记", ""),
        ("申请追加 市场部 第三季度 100 补记", ""),
    ],
)
async def test_a_wish_names_its_budget_by_place_and_period(said: str, answered: str) -> None:
    chat = await stage()

    answer = await chat.say("wang", said)

    assert answered in answer
    found = await chat.storage.store.budget_changes(ChangeQuery("waiting"), Page(limit=5))
    assert [w.budget for w in found.items] == ([] if answered else ["sales-q3"])


async def test_who_is_no_exception_and_tries_is_on_the_record() -> None:
    chat = await stage()
    await chat.say("zhang", "打车 45 今天")

    answer = await chat.say("zhang", "例外提交 客户临时到访")

    assert "没有预算把你列为例外人" in answer
    trail = (await chat.storage.store.audit(Page(limit=50))).items
    (entry,) = [e for e in trail if e.action == "refused_exception"]
    assert dict(entry.fields)["reason"] == "客户临时到访"


async def wishes(chat: Chat) -> list[str]:
    found = await chat.storage.store.budget_changes(ChangeQuery(), Page(limit=9))
    return [w.number for w in found.items]


async def test_the_same_wish_waits_once() -> None:
    chat = await stage()

    await chat.say("wang", "申请追加 市场部 5000 年底超支")
    again = await chat.say("wang", "申请追加 市场部 5000 年底超支")
    other = await chat.say("wang", "申请追加 市场部 6000 年底超支")

    assert "还在等同意" in again
    assert "YS-20261125-0001" in again
    assert other == ""
    assert len(await wishes(chat)) == 2


async def test_a_decision_in_words_is_answered_and_leaves_its_trace() -> None:
    chat = await stage()
    await chat.say("wang", "预算 冻结 市场部 超支调查")

    stranger = await chat.say("zhang", "同意 YS-20261125-0001")
    said = await chat.say("fin1", "同意 YS-20261125-0001")
    history = await chat.say("fin1", "预算 历史 市场部")

    assert "同意或驳回预算变更" in stranger
    assert "YS-20261125-0001 已生效（方方 同意）" in said
    assert "11-25 冻结预算 YS-20261125-0001（方方）" in history
    assert "（公司资料，" in history


async def test_what_was_used_up_meanwhile_is_not_taken() -> None:
    chat = await stage()
    await chat.say("wang", "预算 调整 市场部 -9980 缩减")
    await chat.say("zhang", "打车 45 今天")
    await chat.say("zhang", "提交")

    said = await chat.say("fin1", "同意 YS-20261125-0001")

    assert "现在不能生效：可用只有 ¥9,955.00，拿不出 ¥9,980.00" in said
    assert "没有提交" not in said


async def test_who_may_not_change_a_budget_hears_who_may() -> None:
    chat = await stage()

    said = await chat.say("zhang", "申请追加 市场部 100 x")
    unseen = await chat.say("zhang", "申请追加 研发部 100 x")

    assert "你没有修改这个预算的权限，没有提交。可以请预算负责人（王五）" in said
    assert "（" not in unseen
