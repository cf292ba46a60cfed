"""A trip: the request holds the money, its claim takes the hold over and spends it.

Its allowances are drafted with it; what is not of its days goes elsewhere, unless it is told.
"""

from tests.flow.stage import Stage
from tests.flow.test_main_job import state_not


async def test_a_trip_is_held_once_and_spent_once(stage: Stage) -> None:
    employee, manager = stage.phone("wecom", "zhang"), stage.phone("wecom", "wang")
    await employee.say("出差 上海 12-01 至 12-03 900 拜访客户")
    await employee.card("CC-", action="submit")
    await employee.say("提交")
    approval = await manager.card("CC-", action="approve")
    await manager.click(approval, "approve")

    card = await employee.card("BX-", "伙食补贴 3 天 × ¥100.00", action="submit")
    held = await stage.budget("sales-2026q4")
    draft = (await stage.api("claims", state="draft"))["items"][0]  # type: ignore[index]
    number = str(draft["number"])
    await employee.say("打车 45 今天 去客户现场")
    await employee.text("不在", number, "12-01 ~ 12-03")
    await employee.click(card, "edit")
    await employee.text("正在修改", number)
    await employee.say("打车 380 今天 去机场")
    await employee.card("800.00", action="submit")
    await employee.say("提交")
    await manager.card(number, action="approve")
    taken_over = await stage.budget("sales-2026q4")
    await manager.say(f"同意 {number}")
    await state_not(stage, number, "in_review", "wang")

    assert held == ("900.00", "0.00")
    assert taken_over == ("800.00", "0.00")
    assert await stage.budget("sales-2026q4") == ("0.00", "800.00")
