"""Questions, wishes and feedback as people have them, by typing, speaking and quoting."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.company import Company
from tests.flow.stage import Stage, on_stage
from tests.flow.test_main_job import number_of
from tests.flow.test_wecom_bot import IN_PRIVATE, said_in


@pytest.fixture
async def here(
    company: Company, tmp_path: Path, port: int, sqlite_url: str
) -> AsyncIterator[Stage]:
    async with asyncio.timeout(300), on_stage(company, tmp_path, sqlite_url, port) as found:
        yield found


async def test_rules_and_budgets_answer_before_and_after(here: Stage) -> None:
    employee, manager = here.phone("dingtalk", "zhang"), here.phone("dingtalk", "wang")

    await employee.say("能报吗 打车 260")
    asked = await employee.text("超出标准", "taxi-day")
    await employee.speak("打车四十五昨天去客户现场。")
    number = number_of(await employee.card("45.00", action="submit"))
    await employee.say("打车 300 昨天 去机场")
    await employee.card("345.00", action="submit")
    await employee.say("提交", quote=f"{number} 合计 345.00")
    await manager.card(number, action="approve")
    await manager.say("待办")
    todo = await manager.text(number, "共 1 张")
    await employee.say("为什么", quote=f"单号：{number}")
    why = await employee.text("依据如下", "taxi-day")
    await employee.say(f"进度 {number}")
    progress = await employee.text("等王芳", "起等待")

    assert "超出 ¥60.00" in asked
    assert "不需要发票" in asked
    assert "预算 市场部 2026-Q4（sales-2026q4）" in asked
    assert "1 项提示" in todo
    assert "依据：市内交通每天限额（taxi-day）：金额 ¥345.00，标准 ¥200.00" in why
    assert "通用流程（default）规定这一步找直属主管" in why
    assert "额度 ¥10,000.00，占用 ¥345.00" in why
    assert "从 " in progress


async def test_a_refused_submission_leaves_its_reasons(here: Stage) -> None:
    employee = here.phone("wecom", "zhang")
    await employee.say("打车 10000.01 昨天 去客户现场")
    number = number_of(await employee.card(action="discard"))

    await employee.say("提交")
    await employee.text("还不能提交")
    await employee.say(f"修改 {number} 金额 45")
    await employee.card("45.00", action="submit")
    await employee.say(f"为什么 {number}")
    why = await employee.text("上次提交没有通过")
    await employee.say("未提交")
    listed = await employee.text("还没提交的单据")

    assert "可用 ¥10,000.00" in why
    assert "现在的检查结果" in why
    assert number in listed


async def test_wishes_and_feedback_reach_those_they_concern(here: Stage) -> None:
    employee, admin = here.phone("dingtalk", "zhang"), here.phone("dingtalk", "sun")

    await employee.say("通知 关 催办")
    await employee.text("「催办」通知已关闭")
    await employee.say("通知 关 审批")
    await employee.text("不能关闭")
    await employee.say("免打扰 22:00-8:00")
    await employee.text("22:00-08:00")
    await employee.say("反馈 打车识别错了")
    await admin.text("张三 的反馈", "打车识别错了")
    await admin.say("回复 张三 已修好")
    await employee.text("孙洋 回复你", "已修好")
    await admin.say("帮助 管理员")
    await admin.text("company.yaml")
    kept = await here.service.storage.store.preferences("zhang")

    assert (kept.off, kept.quiet) == (("reminders",), "22:00-08:00")


async def test_at_night_cards_wait_and_questions_are_answered(here: Stage) -> None:
    employee, manager = here.phone("wecom", "zhang"), here.phone("wecom", "wang")
    await manager.say("免打扰 0:00-23:59")
    await manager.text("00:00-23:59")

    await employee.say("打车 45 昨天 去客户现场")
    number = number_of(await employee.card("45.00", action="submit"))
    await employee.say("提交")
    await employee.card(number, action="withdraw")
    await manager.say("待办")
    await manager.text(number, "无异常")
    await manager.say(f"同意 {number}")
    await employee.text(number, "通过")

    assert await manager.cards() == []


async def test_a_group_hears_nothing_private(here: Stage, samples: Path) -> None:
    employee, other = here.phone("dingtalk", "zhang"), here.phone("dingtalk", "li")
    photo = (samples / "taxi-photo.jpg").read_bytes()

    await employee.say("我的报销", group="cidgroup==")
    await employee.text("还没有报销单")
    await employee.say("打车 45 昨天 去客户现场", group="cidgroup==")
    draft = await employee.card("45.00", action="submit")
    await other.say("预算", group="cidgroup==")
    await other.text("预算情况", "研发部")
    await other.say(f"进度 {number_of(draft)}", group="cidgroup==")
    await other.text("没有找到")
    await other.send("taxi.jpg", photo, group="cidgroup==")
    await other.card("李雷", action="submit")

    assert await said_in(here, "dingtalk", "cidgroup==") == [IN_PRIVATE, IN_PRIVATE]


async def test_a_forwarded_card_obeys_its_owner_only_and_stays_as_it_was(here: Stage) -> None:
    employee, other = here.phone("dingtalk", "zhang"), here.phone("dingtalk", "li")
    await employee.say("打车 45 昨天 去客户现场")
    draft = await employee.card("45.00", action="submit")

    await other.click_forwarded(draft, "submit", "cidgroup==")
    await other.text("不是你的报销单")
    left = await employee.card("草稿", action="submit")
    await employee.click_forwarded(draft, "submit", "cidgroup==")
    submitted = await employee.card(number_of(draft), "审批中", action="withdraw")

    assert (left.id, submitted.id) == (draft.id, draft.id)
