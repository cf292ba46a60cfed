"""Budgets changed by chat: asked by the owner, agreed to by a second person, by button or words."""

import asyncio
from pathlib import Path

import pytest

from core.company import Company
from core.ports import Page
from tests.flow.stage import ON_POSTGRES, ON_SQLITE, Stage, on_stage, until


async def limit_is(stage: Stage, budget: str, limit: str) -> None:
    async def look() -> bool | None:
        return (await stage.api(f"budgets/{budget}"))["limit"] == limit or None

    async def seen() -> object:
        return await stage.api(f"budgets/{budget}")

    await until(look, f"{budget} at {limit}", seen)


async def actions(stage: Stage) -> list[str]:
    found = await stage.service.storage.store.audit(Page(limit=500))
    return [r.action for r in found.items]


@pytest.mark.parametrize(
    ("asking", "deciding", "database_url"),
    [("wecom", "dingtalk", "sqlite"), ("dingtalk", "wecom", "postgres")],
    indirect=["database_url"],
)
async def test_an_owner_asks_and_a_second_person_agrees_by_button(
    stage: Stage, asking: str, deciding: str
) -> None:
    owner, keeper = stage.phone(asking, "wang"), stage.phone(deciding, "zhao")

    await owner.say("申请追加 市场部 5000 年底客户活动")
    card = await keeper.card("YS-", "年底客户活动", "¥15,000.00", action="approve")
    await keeper.click(card, "approve")

    await limit_is(stage, "sales-2026q4", "15000.00")
    await owner.text("YS-", "已生效")
    await owner.card("YS-", "已生效")
    await keeper.say("预算 历史 市场部")
    history = await keeper.text("¥10,000.00", "¥15,000.00", "赵敏")
    assert history.index("¥10,000.00") < history.index("¥15,000.00")


@ON_SQLITE
async def test_nobody_agrees_to_their_own_wish_and_plain_people_may_not_ask(stage: Stage) -> None:
    owner, plain = stage.phone("wecom", "wang"), stage.phone("wecom", "zhang")

    await plain.say("/预算 设置 市场部 20000")
    await plain.text("没有", "权限")
    await owner.say("预算 调整 市场部 20000 扩编")
    card = await owner.card("YS-", "扩编")
    number = card.text[card.text.index("YS-") :][:16]
    await owner.say(f"同意 {number}")
    await owner.text("不能同意自己提出的预算变更")

    await limit_is(stage, "sales-2026q4", "10000.00")
    done = await actions(stage)
    assert "refused_change_budget" in done
    assert "refused_decide_budget_change" in done


@ON_POSTGRES
async def test_money_moves_between_budgets_and_a_frozen_one_takes_nothing(stage: Stage) -> None:
    owner, keeper = stage.phone("wecom", "wang"), stage.phone("wecom", "zhao")

    await owner.say("预算 调拨 sales-2026q4 sales-meal-2026q4 3000 招待增加")
    await keeper.card("YS-", "招待增加", action="approve")
    await keeper.say("同意")
    await limit_is(stage, "sales-meal-2026q4", "5000.00")
    await limit_is(stage, "sales-2026q4", "7000.00")
    await owner.say("预算 冻结 sales-2026q4 超支调查")
    card = await keeper.card("超支调查", action="approve")
    await keeper.click(card, "approve")
    await owner.text("YS-", "0002", "已生效")
    employee = stage.phone("wecom", "zhang")
    await employee.say("打车 45 今天 去客户现场")
    await employee.card("45.00", "已冻结")
    await employee.say("提交")
    await employee.text("预算", "已冻结")
    await keeper.say("预算 市场部")
    await keeper.text("¥7,000.00", "░", "（已冻结）")
    assert await stage.budget("sales-2026q4") == ("0.00", "0.00")


async def test_an_exception_submits_above_the_limit_with_its_reason_on_record(
    tmp_path: Path, port: int, sqlite_url: str, company: Company
) -> None:
    rows = tuple(
        b.model_copy(update={"exceptions": ("person:zhang",), "limit_fen": 3000})
        if b.id == "sales-2026q4"
        else b
        for b in company.budgets
    )
    tight = company.model_copy(update={"budgets": rows})
    async with asyncio.timeout(300), on_stage(tight, tmp_path, sqlite_url, port) as stage:
        employee, manager = stage.phone("wecom", "zhang"), stage.phone("wecom", "wang")
        await employee.say("打车 45 今天 去客户现场")
        await employee.card("45.00", "例外提交")
        await employee.say("提交")
        await employee.text("预算", "不足")

        await employee.say("例外提交 客户临时到访")
        await manager.card("按例外超出预算", "客户临时到访", action="approve")

        assert await stage.budget("sales-2026q4") == ("45.00", "0.00")
        assert "budget_exception" in await actions(stage)
