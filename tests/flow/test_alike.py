"""Vouchers that look alike are explained, and itineraries find their invoices, in the chat."""

from dataclasses import replace
from datetime import UTC, datetime

from sandbox.invoices import build_xml, sample_invoice
from sandbox.paper import Invoice, draw_itinerary
from tests.flow.stage import CROSSED, ON_POSTGRES, ON_SQLITE, Phone, Stage
from tests.flow.test_claim_page import AGENTS, browser, sign_in
from tests.flow.test_main_job import number_of
from tests.flow.test_upload import upload


def bought(serial: int, name: str = "hotel.xml") -> Invoice:
    return sample_invoice(name, datetime.now(UTC).date(), serial)


def ride(serial: int) -> Invoice:
    """Make the invoice of a ride for 45 yuan."""
    return replace(bought(serial), item="*运输服务*客运服务费", quantity=1, price_fen=4369, rate=3)


def trips() -> bytes:
    return draw_itinerary(datetime.now(UTC).date(), 4500)


async def send(phone: Phone, invoice: Invoice) -> None:
    await phone.send(f"{invoice.number}.xml", build_xml(invoice), "application/xml")


async def hand_in(stage: Stage, phone: Phone, invoice: Invoice) -> None:
    """Send a file in DingTalk; WeCom's application takes none, so there the page does."""
    if phone.platform == "dingtalk":
        await send(phone, invoice)
        return
    page = f"{stage.service.url}/app/upload"
    async with browser(AGENTS["wecom"]) as session:
        await sign_in(session, page, phone.user)
        await upload(session, page, "hotel.xml", build_xml(invoice), "11112222")


@CROSSED
async def test_two_alike_invoices_are_explained_and_the_approver_sees_why(
    stage: Stage, platform: str
) -> None:
    first, second = stage.phone("dingtalk", "zhang"), stage.phone(platform, "li")
    manager, other = stage.phone("dingtalk", "wang"), stage.phone(platform, "sun")
    await send(first, bought(1))
    draft = await first.card(action="submit")
    earlier = number_of(draft)
    await first.click(draft, "submit")
    await manager.card(earlier, action="approve")

    await hand_in(stage, second, bought(2))
    doubtful = await second.card("疑似重复", earlier, action="confirm_not_duplicate")
    await second.click(doubtful, "confirm_not_duplicate")
    await second.text("理由")
    await second.say("两个人各住一晚")
    explained = await second.card("确认非重复", "两个人各住一晚", action="submit")
    number = number_of(explained)
    await second.click(explained, "submit")
    approval = await other.card(number, "两个人各住一晚", action="approve")
    claim = await stage.api(f"claims/{number}")

    assert "confirm_not_duplicate" not in explained.buttons()
    assert "张三" not in doubtful.text + explained.text
    assert "张三" in approval.text
    assert [f["severity"] for f in claim["findings"] if f["code"] == "duplicate_similar"] == [  # type: ignore[index,union-attr]
        "info"
    ]


@ON_SQLITE
async def test_a_reason_may_come_with_the_words(stage: Stage) -> None:
    first, second = stage.phone("dingtalk", "zhang"), stage.phone("dingtalk", "li")
    await send(first, bought(1))
    draft = await first.card(action="submit")
    await first.click(draft, "submit")
    await stage.phone("dingtalk", "wang").card(number_of(draft), action="approve")
    await send(second, bought(2))
    number = number_of(await second.card("疑似重复", action="confirm_not_duplicate"))

    await second.say(f"确认非重复 {number} 两个房间")

    assert await second.card("确认非重复", "两个房间", action="submit")


@ON_POSTGRES
async def test_an_itinerary_joins_its_invoice_and_is_asked_about_between_two(stage: Stage) -> None:
    employee = stage.phone("dingtalk", "zhang")
    await employee.send("xingcheng.pdf", trips(), "application/pdf")
    await employee.card("行程单", "45.00", action="discard")
    await send(employee, ride(1))
    single = await employee.card(ride(1).number, action="submit")
    number = number_of(single)
    one = await stage.api(f"claims/{number}")

    await employee.say("删除")
    await send(employee, ride(2))
    await employee.card(ride(2).number, "45.00", action="submit")
    await send(employee, ride(3))
    await employee.card("90.00", action="submit")
    await employee.send("xingcheng2.pdf", trips() + b"\n", "application/pdf")
    await employee.text("哪一行")
    await employee.say("2")
    joined = await employee.card("90.00", action="submit")
    two = await stage.api(f"claims/{number_of(joined)}")

    assert (one["total"], len(one["lines"])) == ("45.00", 1)  # type: ignore[arg-type]
    assert (two["total"], len(two["lines"])) == ("90.00", 2)  # type: ignore[arg-type]
