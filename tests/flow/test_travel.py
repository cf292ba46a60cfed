"""A trip: the request holds the money, its claim takes the hold over and spends it.

Its allowances are drafted with it; tickets and rooms join it, what is not of its days goes
elsewhere, unless it is told.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path

from core.calendar import CHINA
from tests.flow.stage import Stage
from tests.flow.test_main_job import state_not


async def agreed(stage: Stage, prefix: str) -> str:
    """Let the manager and finance agree to a claim; gives its number."""
    card = await stage.phone("wecom", "wang").card(prefix, action="approve")
    found = re.search(r"[A-Z]{2}-\d{8}-\d{4}", card.text)
    assert found, card.text
    for person in ("wang", "zhao"):
        phone = stage.phone("wecom", person)
        await phone.card(found[0], action="approve")
        await phone.say(f"同意 {found[0]}")
        await state_not(stage, found[0], "in_review", person)
    return found[0]


async def test_a_trip_is_held_once_and_spent_once(stage: Stage, samples: Path) -> None:
    employee, desk = stage.phone("wecom", "zhang"), stage.phone("dingtalk", "zhang")
    today = datetime.now(CHINA).date()
    await employee.say(f"出差 上海 {today} 至 {today} 2000 拜访客户")
    await employee.card("CC-", action="submit")
    await employee.say("提交")
    request = await agreed(stage, "CC-")

    await employee.card("BX-", "伙食补贴 1 天 × ¥100.00", action="submit")
    held = await stage.budget("sales-2026q4")
    draft = (await stage.api("claims", state="draft"))["items"][0]  # type: ignore[index]
    number = str(draft["number"])
    await desk.send("hotel.xml", (samples / "hotel.xml").read_bytes(), "application/xml")
    await desk.card(number, "1,200.00", f"{request} 批准 ¥2,000.00", action="submit")
    await employee.say(f"打车 45 {today - timedelta(10)} 去客户现场")
    await employee.text("不在", number, f"{today:%m-%d} ~ {today:%m-%d}")
    await employee.click(await employee.card(number, "1,200.00", action="edit"), "edit")
    await employee.text("正在修改", number)
    await employee.say(f"打车 300 {today - timedelta(10)} 去机场")
    await employee.card("1,500.00", action="submit")
    await employee.say("提交")
    await stage.phone("wecom", "wang").card(number, action="approve")
    taken_over = await stage.budget("sales-2026q4")
    await agreed(stage, number)

    assert held == ("2000.00", "0.00")
    assert taken_over == ("1500.00", "0.00")
    assert await stage.budget("sales-2026q4") == ("0.00", "1500.00")
