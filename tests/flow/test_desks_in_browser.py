"""The pages that decide and watch, as a phone shows them: light and dark, by finger and by key."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from bot.clock import utc_now
from tests.flow.browsing import STEP_MS, needs_browser, on_phone
from tests.flow.stage import ON_POSTGRES, ON_SQLITE, Card, Stage, until
from tests.flow.test_main_job import number_of

pytestmark = needs_browser


async def submitted(stage: Stage, platform: str = "dingtalk") -> Card:
    """Let an employee submit something; gives the approver's card."""
    phone = stage.phone(platform, "zhang")
    await phone.say("打车 45 昨天 去客户现场")
    await phone.card("45.00", action="submit")
    await phone.say("提交")
    return await stage.phone(platform, "wang").card("45.00", action="approve")


async def open_as(page: Page, stage: Stage, path: str, person: str, messenger: str) -> None:
    await page.goto(f"{stage.service.url}{path}")
    await page.get_by_role("link", name=messenger).click()
    await page.get_by_role("link", name=person).first.click()
    await page.wait_for_url(re.compile(re.escape(path)))


async def fits(page: Page) -> bool:
    """Whether nothing sticks out of a phone's width."""
    shown: int = await page.evaluate("document.documentElement.scrollWidth")
    return shown <= 390


async def tab_to(page: Page, target: Locator) -> None:
    """Go to a field or button as who has no mouse does."""
    for _ in range(9):
        await page.keyboard.press("Tab")
        if await target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{target} is not among the next fields")


@pytest.mark.parametrize(
    ("platform", "messenger", "database_url"),
    [("dingtalk", "钉钉", "postgres"), ("wecom", "企业微信", "sqlite")],
    indirect=["database_url"],
)
async def test_an_approver_rejects_on_the_page_with_keys_alone(
    stage: Stage, platform: str, messenger: str
) -> None:
    number = number_of(await submitted(stage, platform))
    async with on_phone() as page:
        await open_as(page, stage, f"/app/claims/{number}", "王芳", messenger)
        assert await fits(page)
        await page.get_by_text("驳回或退回").focus()
        await page.keyboard.press("Enter")
        await tab_to(page, page.get_by_role("textbox", name="理由").first)
        await page.keyboard.type("缺少客户名称")
        await tab_to(page, page.get_by_role("button", name="驳回", exact=True))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_be_visible(timeout=STEP_MS)
        await expect(page.locator("blockquote")).to_have_text("缺少客户名称")

    claim = await stage.api(f"claims/{number}")
    assert claim["state"] == "rejected"
    assert await stage.phone(platform, "zhang").card(number, "缺少客户名称")
    closed = await stage.phone(platform, "wang").card(number)
    assert "approve" not in closed.buttons()


@ON_SQLITE
async def test_approval_on_the_page_reaches_the_finance_desk(stage: Stage) -> None:
    number = number_of(await submitted(stage))
    async with on_phone() as page:
        await open_as(page, stage, "/app/todo", "王芳", "钉钉")
        await page.get_by_role("link", name=number).click()
        await page.get_by_role("link", name="处理这张单据").click()
        await page.get_by_label("意见").fill("同意，注意标准")
        await page.get_by_role("button", name="同意", exact=True).click()
        await expect(page.get_by_role("status")).to_be_visible(timeout=STEP_MS)
    await stage.phone("dingtalk", "qian").card("45.00", action="pay")

    async with on_phone() as page:
        await page.emulate_media(color_scheme="dark")
        await open_as(page, stage, "/app/finance", "钱伟", "钉钉")
        await expect(page.get_by_role("link", name=number)).to_contain_text("¥45.00")
        for name in ("批次", "凭证", "借款", "审批超时"):
            await page.get_by_role("link", name=name, exact=True).click()
            await expect(page.locator(".tabs [aria-current]")).to_have_text(name)
            assert await fits(page)
        ground: str = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(17, 20, 24)"


@ON_POSTGRES
async def test_an_administrator_drops_what_is_stuck(stage: Stage) -> None:
    storage = stage.service.storage
    body = '{"kind": "nothing", "claim": "BX-20261125-0099"}'
    await storage.inbox.put("unreadable", "elsewhere", body, utc_now())

    async def look() -> bool | None:
        return bool(await storage.dead.all(1)) or None

    await until(look, "a dead letter", stage.phone("dingtalk", "sun").items)
    async with on_phone() as page:
        await open_as(page, stage, "/app/admin", "孙洋", "钉钉")
        await expect(page.get_by_text("已连接")).to_have_count(2)
        await expect(page.get_by_text("BX-20261125-0099")).to_be_visible()
        assert await fits(page)
        await page.get_by_role("button", name="放弃").click()
        await expect(page.get_by_text("没有卡住的事项")).to_be_visible(timeout=STEP_MS)
