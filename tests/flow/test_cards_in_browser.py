"""The page of card invoices in WeCom's browser: the wallet opens, what is picked counts."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.flow.browsing import STEP_MS, needs_browser, on_phone
from tests.flow.stage import ON_POSTGRES, Stage
from tests.flow.test_card_invoices import card
from tests.flow.test_claim_page import AGENTS

pytestmark = needs_browser


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with on_phone(AGENTS["wecom"]) as found:
        yield found


@ON_POSTGRES
async def test_picked_cards_become_lines_of_the_draft(stage: Stage, page: Page) -> None:
    card(stage, "26312000000987654501", 28000)
    card(stage, "26312000000987654502", 9000)
    await page.goto(f"{stage.service.url}/app/invoices/cards")
    await page.get_by_role("link", name="张三").click()

    await page.locator("#choose").click()
    await page.get_by_role("button", name="取消").click()
    await page.locator("#choose").click()
    await page.get_by_label("¥280.00").check()
    await page.get_by_role("button", name="确定").click()

    await expect(page.get_by_text("已放入报销单")).to_have_count(1, timeout=STEP_MS)
    await expect(page.locator("#told li")).to_have_count(1)
    (draft,) = (await stage.api("claims", state="draft"))["items"]  # type: ignore[misc]
    assert draft["total"] == "280.00"
    assert await stage.phone("wecom", "zhang").card("280.00", action="submit")
