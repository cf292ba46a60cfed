"""Without a card template of its own a firm starts at once, on DingTalk's built-in card."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.company import Company
from tests.flow.stage import Stage, on_stage
from tests.flow.test_main_job import draft_from, number_of, settle


@pytest.fixture
async def plain_stage(
    company: Company, tmp_path: Path, port: int, sqlite_url: str
) -> AsyncIterator[Stage]:
    async with (
        asyncio.timeout(300),
        on_stage(company, tmp_path, sqlite_url, port, template="") as found,
    ):
        yield found


async def test_an_e_invoice_takes_the_employee_two_actions_and_the_approver_one(
    plain_stage: Stage, samples: Path
) -> None:
    """Send, submit; agree: nothing is typed, confirmed or looked up on the way to the money."""
    employee = plain_stage.phone("dingtalk", "zhang")
    draft = await draft_from(employee, samples, "meal.pdf", "application/pdf")
    number = number_of(draft)

    await employee.click(draft, "submit")
    await settle(plain_stage, "dingtalk", number)
    final = await employee.card(number, "已付款")

    assert "318.00" in final.text
    assert final.buttons() == {}
    assert plain_stage.acts == {"staff-zhang": 2, "staff-wang": 1, "staff-qian": 1}


async def test_a_reason_is_asked_where_the_card_has_no_input(plain_stage: Stage) -> None:
    employee = plain_stage.phone("dingtalk", "zhang")
    manager = plain_stage.phone("dingtalk", "wang")
    await employee.say("打车 45 昨天 去客户现场")
    number = number_of(await employee.card("45.00", action="submit"))
    await employee.say("提交")

    await manager.click(await manager.card(number, action="reject"), "reject")
    await manager.text("理由")
    await manager.say("不符合标准")
    await employee.text(number, "不符合标准")

    assert (await plain_stage.api(f"claims/{number}"))["state"] == "rejected"
