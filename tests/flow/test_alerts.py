"""Alerts about budgets: told once on both messengers, whatever is restarted, run or scheduled."""

from pathlib import Path

from tests.flow.command import Console
from tests.flow.stage import ON_POSTGRES, Card, Phone, Stage, until
from tests.flow.test_main_job import number_of

PLATFORMS = ("dingtalk", "wecom")


async def alerts_of(phone: Phone) -> list[Card]:
    return [card for card in await phone.cards() if "预警线" in card.text or "超支" in card.text]


async def spend(stage: Stage, yuan: int) -> str:
    """Submit a claim and have it approved; gives its number."""
    employee, manager = stage.phone("dingtalk", "zhang"), stage.phone("dingtalk", "wang")
    await employee.say(f"打车 {yuan} 昨天 去客户现场")
    draft = await employee.card(f"¥{yuan:,}.00", action="submit")
    number = number_of(draft)
    await employee.click(draft, "submit")
    await manager.click(await manager.card(number, action="approve"), "approve")
    return number


@ON_POSTGRES
async def test_an_alert_comes_once_and_asks_for_more(stage: Stage, tmp_path: Path) -> None:
    owner = {name: stage.phone(name, "wang") for name in PLATFORMS}
    await spend(stage, 8500)
    cards = [await phone.card("sales-2026q4", "85%", "80%") for phone in owner.values()]

    for phone in owner.values():
        await phone.picture()

    await stage.restart()
    beside = Console.at(tmp_path, stage.config.database.url)
    scanned = await beside.run("run", "overspend_scan")
    await spend(stage, 100)
    for phone in owner.values():
        await phone.say("待办")
        await phone.text("没有待你审批")

    assert (scanned.code, "预算 6 个" in scanned.err) == (0, True)
    assert [len(await alerts_of(phone)) for phone in owner.values()] == [1, 1]
    async with stage.session.get(f"{stage.service.url}/metrics") as metrics:
        assert 'chit_job_last_run_timestamp_seconds{job="overspend_scan"}' in await metrics.text()
    await ask_for_more(stage, owner["dingtalk"], cards[0])
    await ask_to_freeze(stage, owner["wecom"])


async def ask_for_more(stage: Stage, owner: Phone, card: Card) -> None:
    """Ask from the alert, and let a second person agree."""
    await owner.click(card, "request_more")
    await owner.text("追加多少")
    await owner.say("5000 年底客户活动")
    second = stage.phone("dingtalk", "zhao")
    await second.click(await second.card("年底客户活动", "5,000.00", action="approve"), "approve")

    async def raised() -> bool | None:
        return (await stage.api("budgets/sales-2026q4"))["limit"] == "15000.00" or None

    await until(raised, "a raised limit", lambda: stage.api("budgets/sales-2026q4"))


async def ask_to_freeze(stage: Stage, owner: Phone) -> None:
    """Ask for a stop from the alert, and let a second person agree."""
    await owner.click(await owner.card("sales-2026q4", action="freeze_budget"), "freeze_budget")
    await owner.text("为什么要暂停")
    await owner.say("先核对一下")
    second = stage.phone("wecom", "zhao")
    await second.click(await second.card("先核对一下", action="approve"), "approve")

    async def frozen() -> bool | None:
        return (await stage.api("budgets/sales-2026q4"))["frozen"] is True or None

    await until(frozen, "a frozen budget", lambda: stage.api("budgets/sales-2026q4"))
