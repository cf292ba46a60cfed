"""The main job from the outside: a voucher in chat becomes money paid, on both messengers."""

import re
from pathlib import Path

from tests.flow.stage import CROSSED, STRAIGHT, Card, Phone, Stage, until

VOUCHERS = {
    "dingtalk": ("hotel.xml", "application/xml"),
    "wecom": ("hotel-photo.jpg", "image/jpeg"),
}
"""What each messenger hands over of one invoice; WeCom's application gets pictures only."""


async def settle(stage: Stage, platform: str, number: str) -> None:
    """Let everybody who is asked agree, then let the cashier pay."""
    await stage.phone(platform, "wang").card(number, action="approve")
    for person in ("wang", "zhao"):
        phone = stage.phone(platform, person)
        claim = await stage.api(f"claims/{number}")
        if claim["state"] != "in_review":
            break
        await phone.click(await phone.card(number, action="approve"), "approve")
        await state_not(stage, number, "in_review", person)
    cashier = stage.phone(platform, "qian")
    await cashier.click(await cashier.card(number, action="pay"), "pay")


async def state_not(stage: Stage, number: str, state: str, person: str) -> None:
    async def look() -> bool | None:
        claim = await stage.api(f"claims/{number}")
        waits = [a["approver"] for a in claim["approvals"] if a["decision"] is None]  # type: ignore[union-attr]
        return (claim["state"] != state or person not in waits) or None

    async def seen() -> object:
        return await stage.api(f"claims/{number}")

    await until(look, f"{number} to move on from {person}", seen)


def number_of(card: Card) -> str:
    found = re.search(r"BX-\d{8}-\d{4}", card.text)
    assert found, card.text
    return found.group()


async def draft_from(phone: Phone, samples: Path, name: str, kind: str) -> Card:
    await phone.send(name, (samples / name).read_bytes(), kind)
    return await phone.card(action="submit")


@STRAIGHT
async def test_a_photo_becomes_money_paid(stage: Stage, samples: Path, platform: str) -> None:
    employee = stage.phone(platform, "zhang")

    draft = await draft_from(employee, samples, "hotel-photo.jpg", "image/jpeg")
    number = number_of(draft)
    claim = await stage.api(f"claims/{number}")
    total = str(claim["total"])
    await employee.click(draft, "submit")
    approval = await stage.phone(platform, "wang").card(number, action="approve")
    held = await stage.budget("sales-2026q4")
    await settle(stage, platform, number)
    final = await employee.card(number, "已付款")

    assert claim["lines"][0]["invoice"]["number"] in draft.text  # type: ignore[index]
    assert f"{float(total):,.2f}" in draft.text
    assert f"{float(total):,.2f}" in approval.text
    assert held == (total, "0.00")
    assert await stage.budget("sales-2026q4") == ("0.00", total)
    assert final.buttons() == {}
    paid = (await stage.api("payments", state="paid"))["items"]
    assert [(p["claim"], p["amount"]) for p in paid] == [(number, total)]  # type: ignore[index,union-attr]


@CROSSED
async def test_only_the_right_people_are_asked(stage: Stage, platform: str) -> None:
    employee = stage.phone(platform, "zhang")
    await employee.say("打车 45 昨天 去客户现场")
    draft = await employee.card("45.00", action="submit")
    number = number_of(draft)

    await employee.say("提交")
    await stage.phone(platform, "wang").card(number, action="approve")

    for person in ("li", "zhao", "qian", "sun"):
        cards = await stage.phone(platform, person).cards()
        assert [c for c in cards if number in c.text] == []


@STRAIGHT
async def test_words_alone_do_the_whole_job(stage: Stage, platform: str) -> None:
    employee, manager = stage.phone(platform, "zhang"), stage.phone(platform, "wang")
    await employee.say("打车 三十五块五 昨天 去客户现场")
    number = number_of(await employee.card("35.50", action="submit"))

    await employee.say("修改 金额 36")
    await employee.card("36.00", action="submit")
    await employee.say("提交")
    await manager.card(number, action="approve")
    await manager.say("待办")
    await manager.text(number)
    await manager.say(f"驳回 {number} 票据不符")
    await employee.text(number, "票据不符")
    claim = await stage.api(f"claims/{number}")

    assert claim["state"] == "rejected"
    assert await stage.budget("sales-2026q4") == ("0.00", "0.00")
    assert [a["reason"] for a in claim["approvals"]] == ["票据不符"]  # type: ignore[union-attr]


@CROSSED
async def test_a_returned_claim_comes_back_as_a_new_version(stage: Stage, platform: str) -> None:
    employee, manager = stage.phone(platform, "zhang"), stage.phone(platform, "wang")
    await employee.say("打车 60 昨天 去机场")
    number = number_of(await employee.card("60.00", action="submit"))
    await employee.say("提交")
    old = await manager.card(number, action="approve")

    await manager.say(f"退回 {number} 请补充说明")
    await employee.text(number, "请补充说明")
    freed = await stage.budget("sales-2026q4")
    await employee.say(f"提交 {number}")
    await manager.card(f"{number}~2~", action="approve")
    await manager.press(old, "approve")
    await manager.text("卡片", number)
    claim = await stage.api(f"claims/{number}")

    assert freed == ("0.00", "0.00")
    assert claim["version"] == 2
    assert claim["state"] == "in_review"
    assert await stage.budget("sales-2026q4") == ("60.00", "0.00")


@STRAIGHT
async def test_a_budget_that_blocks_keeps_the_draft(stage: Stage, platform: str) -> None:
    employee = stage.phone(platform, "zhang")
    await employee.say("打车 10000.01 昨天 去客户现场")
    number = number_of(await employee.card(action="discard"))

    await employee.say("提交")
    said = await employee.text("预算")

    assert "10,000.00" in said
    assert (await stage.api(f"claims/{number}"))["state"] == "draft"
    assert await stage.budget("sales-2026q4") == ("0.00", "0.00")


@CROSSED
async def test_a_duplicate_names_the_first_claim(
    stage: Stage, samples: Path, platform: str
) -> None:
    first, second = stage.phone(platform, "zhang"), stage.phone(platform, "li")
    name, kind = VOUCHERS[platform]
    draft = await draft_from(first, samples, name, kind)
    number = number_of(draft)
    await first.click(draft, "submit")
    await stage.phone(platform, "wang").card(number, action="approve")

    await second.send(name, (samples / name).read_bytes(), kind)
    card = await second.card("重复", number)
    await second.say("提交")
    said = await second.text("重复", number)

    assert "张三" not in card.text + said
