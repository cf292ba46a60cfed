"""预算 in the chat: of what, of when, and whether an amount would fit."""

import pytest
from chat_stage import Chat, company_with

from core.company import Company
from core.notices import Reply

BUDGETS = [
    {"id": "all", "period": "2026", "limit": "50000.00", "control": "warn"},
    {"id": "sales-q4", "department": "sales", "period": "2026-Q4", "limit": "10000.00"},
    {"id": "sales-q3", "department": "sales", "period": "2026-Q3", "limit": "7000.00"},
    {"id": "wang-only", "person": "wang", "period": "2026", "limit": "10.00"},
]


async def stage() -> Chat:
    raw = company_with().model_dump(by_alias=True, mode="json")
    return await Chat().found(Company.model_validate({**raw, "budgets": BUDGETS}))


@pytest.mark.parametrize(
    ("said", "there", "not_there"),
    [
        ("预算", ["2026-Q4", "¥10,000.00", "¥50,000.00"], ["2026-Q3", "王五"]),
        ("预算 市场部", ["2026-Q4"], ["2026-Q3", "¥50,000.00"]),
        ("预算 市场部 8月", ["2026-Q3", "¥7,000.00"], ["2026-Q4"]),
        ("预算 上个季度", ["2026-Q3", "¥50,000.00"], ["2026-Q4"]),
        ("预算 市场部 去年", ["这段时间没有预算"], ["¥"]),
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
