"""What was spent, asked in chat: any days, beside another time, and never more than one may see."""

import pytest

from tests.unit.handlers.chat_stage import STEPS, Chat, company_with

REFUSED = "没有权限看"


async def asked(person: str, *questions: str) -> list[str]:
    """Ask after 张三 of 市场部 has spent 45 yuan yesterday and 60 today."""
    chat = await Chat().found(company_with(*STEPS))
    await chat.submitted(45)
    await chat.say("zhang", "打车 60 今天 去机场")
    await chat.say("zhang", "提交")
    return [await chat.say(person, question) for question in questions]


async def test_days_are_summed_from_the_claims_themselves() -> None:
    today, yesterday, week, month = await asked(
        "zhang", "今天花了多少", "昨天花了多少", "最近7天花了多少", "本月花了多少"
    )

    assert "支出 ¥60.00（1 笔），比 2026-11-24 的 ¥45.00 多 ¥15.00（33%）" in today
    assert "2026-11-24 支出 ¥45.00（1 笔）" in yesterday
    assert "2026-11-19 至 2026-11-25 支出 ¥105.00（2 笔）" in week
    assert "2026-11 截至 11-25 支出 ¥105.00（2 笔）" in month


async def test_a_comparison_says_by_how_much() -> None:
    (answer,) = await asked("zhang", "比上个月多了多少")

    assert "比 2026-10 的 ¥0.00 多 ¥105.00" in answer


@pytest.mark.parametrize(
    "question",
    ["全公司本月花了多少", "谁花得最多", "各部门支出", "我们部门花了多少", "王五本月花了多少"],
)
async def test_who_asks_for_more_than_they_may_see_is_told_so(question: str) -> None:
    (answer,) = await asked("zhang", question)

    assert REFUSED in answer
    assert "¥" not in answer


async def test_a_word_that_nobody_knows_gives_no_sum() -> None:
    unknown, exceeded = await asked("zhang", "采购部本月花了多少", "哪个预算超支了")

    assert "没有看懂「采购部」" in unknown
    assert "¥" not in unknown
    assert "预算" in exceeded


async def test_a_category_counts_what_lies_below_it() -> None:
    company = company_with(*STEPS)
    kinds = [{"id": "travel", "name": "差旅费"}, {"id": "taxi", "name": "交通", "parent": "travel"}]
    taxi = company.categories[0].model_dump()
    chat = await Chat().found(
        company.model_validate(
            {**company.model_dump(mode="json"), "categories": [kinds[0], {**taxi, **kinds[1]}]}
        )
    )
    await chat.submitted(45)

    assert "差旅费 2026-11 截至 11-25 支出 ¥45.00（1 笔）" in await chat.say(
        "wang", "差旅费本月花了多少"
    )
