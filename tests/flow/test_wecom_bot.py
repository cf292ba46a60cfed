"""The 智能机器人 of WeCom: the way in for files, alone or beside the application."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Service
from bot.channels.wecom_bot.channel import WeComBotChannel
from core.company import Company
from tests.flow.stage import (
    ON_POSTGRES,
    ON_SQLITE,
    Phone,
    Stage,
    connected,
    free_port,
    on_stage,
    started,
    until,
)
from tests.flow.test_main_job import number_of

INVOICE = "meal.pdf"
IN_PRIVATE = "收到，已在和小票的单聊里答复提问的人。没收到的话，请先在单聊里给小票发一句「你好」。"


@pytest.fixture
async def alone(
    company: Company, tmp_path: Path, port: int, database_url: str
) -> AsyncIterator[Stage]:
    place = on_stage(company, tmp_path, database_url, port, bot="alone")
    async with asyncio.timeout(300), place as found:
        yield found


@pytest.fixture
async def beside(
    company: Company, tmp_path: Path, port: int, sqlite_url: str
) -> AsyncIterator[Stage]:
    place = on_stage(company, tmp_path, sqlite_url, port, bot="beside")
    async with asyncio.timeout(300), place as found:
        yield found


async def acquainted(stage: Stage, person: str) -> Phone:
    """Give the phone of somebody who has written to the bot before."""
    phone = stage.phone("wecom_bot", person)
    await phone.say("待办")
    await phone.text("没有待你审批")
    return phone


@ON_SQLITE
async def test_an_invoice_file_becomes_money_paid(alone: Stage, samples: Path) -> None:
    employee = alone.phone("wecom_bot", "zhang")
    manager, cashier = await acquainted(alone, "wang"), await acquainted(alone, "qian")

    await employee.send(INVOICE, (samples / INVOICE).read_bytes())
    draft = await employee.card(action="submit")
    number = number_of(draft)
    claim = await alone.api(f"claims/{number}")
    await employee.click(draft, "submit")
    await manager.click(await manager.card(number, action="approve"), "approve")
    await employee.text(number, "通过")
    await cashier.click(await cashier.card(number, action="pay"), "pay")
    await employee.card(number, "已付款")
    kept = await alone.service.storage.store.claim(number)

    assert claim["lines"][0]["invoice"]["number"] in draft.text  # type: ignore[index]
    assert (await alone.api(f"claims/{number}"))["state"] == "paid"
    assert kept
    assert [f.name for f in kept.files] == [INVOICE]


@ON_POSTGRES
async def test_a_click_redraws_the_card_that_was_clicked(alone: Stage) -> None:
    employee = alone.phone("wecom_bot", "zhang")
    await employee.say("打车 45 昨天 去客户现场")
    draft = await employee.card("45.00", action="submit")

    await employee.click(draft, "submit", repeat=2)
    redrawn = await employee.card(number_of(draft), action="withdraw")

    assert redrawn.id == draft.id
    assert (await alone.api(f"claims/{number_of(draft)}"))["state"] == "in_review"


@ON_SQLITE
async def test_who_never_wrote_to_the_bot_holds_up_nobody_else(alone: Stage) -> None:
    employee, manager = alone.phone("wecom_bot", "zhang"), alone.phone("wecom_bot", "wang")
    await employee.say("打车 45 昨天 去客户现场")
    number = number_of(await employee.card("45.00", action="submit"))

    await employee.say("提交")
    await employee.card(number, action="withdraw")
    elsewhere = await alone.phone("dingtalk", "wang").card(number, action="approve")
    unseen = await manager.cards()
    await manager.say("待办")
    await manager.text(number)
    await manager.say(f"同意 {number}")
    await employee.text(number, "通过")
    redrawn = await alone.phone("dingtalk", "wang").card(number, "已通过")

    assert unseen == []
    assert redrawn.id == elsewhere.id
    assert (await alone.api(f"claims/{number}"))["state"] != "in_review"


@ON_POSTGRES
async def test_a_photo_and_repeated_messages_count_once(alone: Stage, samples: Path) -> None:
    employee = alone.phone("wecom_bot", "zhang")

    await employee.send("hotel-photo.jpg", (samples / "hotel-photo.jpg").read_bytes())
    number = number_of(await employee.card(action="submit"))
    await employee.say("打车 45 昨天 去客户现场", repeat=3)
    await employee.card("45.00", action="submit")
    await employee.say("待办")
    await employee.text("没有待你审批")

    assert len((await alone.api(f"claims/{number}"))["lines"]) == 2  # type: ignore[arg-type]


async def said_in(stage: Stage, platform: str, group: str) -> list[str]:
    """Wait for what the bot says in a group."""

    async def look() -> list[str] | None:
        items = stage.sandbox.world.phone(platform, group).items  # type: ignore[arg-type]
        return [i.text.strip() for i in items] or None

    async def seen() -> None:
        return None

    return await until(look, f"words in {group}", seen)


@ON_SQLITE
async def test_a_group_is_listened_to_and_answered_in_private(alone: Stage) -> None:
    employee = await acquainted(alone, "zhang")

    await employee.say("打车 45 昨天 去客户现场", group="group-1")

    assert await employee.card("45.00", action="submit")
    assert await said_in(alone, "wecom_bot", "group-1") == [IN_PRIVATE]


@ON_POSTGRES
async def test_who_opens_the_chat_is_welcomed_once(alone: Stage) -> None:
    employee = alone.phone("wecom_bot", "zhang")

    await employee.enter()
    await employee.text("你好，我是小票")
    await employee.enter()
    await employee.say("待办")
    await employee.text("没有待你审批")

    assert len([t for t in await employee.texts() if "你好，我是小票" in t]) == 1


async def test_beside_the_application_the_bot_is_the_way_in_for_files(
    beside: Stage, samples: Path
) -> None:
    bot, app = beside.phone("wecom_bot", "zhang"), beside.phone("wecom", "zhang")
    photo = (samples / "taxi-photo.jpg").read_bytes()

    await bot.say("我的报销", group="group-1")
    await app.text("还没有报销单")
    await bot.speak("我的报销")
    await bot.text("还没有报销单")
    await beside.phone("wecom_bot", "li").send("taxi.jpg", photo, group="group-1")
    await beside.phone("wecom", "li").card(action="submit")
    assert await said_in(beside, "wecom_bot", "group-1") == [IN_PRIVATE, IN_PRIVATE]

    await bot.send(INVOICE, (samples / INVOICE).read_bytes())
    draft = await app.card(action="submit")
    number = number_of(draft)
    await bot.text("应用", number)
    await app.click(draft, "submit")
    await beside.phone("wecom", "wang").card(number, action="approve")

    assert await bot.cards() == []
    assert len(await app.cards()) == 1


async def test_a_standby_takes_over_and_nobody_kicks_anybody_out(
    alone: Stage, samples: Path
) -> None:
    employee = alone.phone("wecom_bot", "zhang")
    server = alone.config.server.model_copy(update={"port": free_port()})
    other = await started(alone.config.model_copy(update={"server": server}))
    try:
        await connected(other)
        await employee.say("打车 45 昨天 去客户现场")
        await employee.card("45.00", action="submit")
        trail = [line.what for line in alone.sandbox.world.trail(0)]

        await alone.service.stop()
        await until(lambda: led(other), "the standby leads", employee.items)
        await employee.send(INVOICE, (samples / INVOICE).read_bytes())
        await employee.card("318.00", action="submit")
    finally:
        await other.stop()

    assert trail.count("aibot_subscribe") == 1
    assert "disconnected_event" not in [x.what for x in alone.sandbox.world.trail(0)]


async def led(service: Service) -> bool | None:
    """Whether a service holds the bot's connection."""
    bot = service.channels["wecom_bot"]
    assert isinstance(bot, WeComBotChannel)
    return (bot.leading() and bot.connected()) or None
