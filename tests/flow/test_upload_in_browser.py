"""The upload page as a phone shows it: signed in, several files, each followed to its draft."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.flow.browsing import STEP_MS, needs_browser, on_phone
from tests.flow.stage import Stage

pytestmark = needs_browser


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with on_phone() as found:
        yield found


@pytest.mark.parametrize(
    ("messenger", "database_url"),
    [("钉钉", "sqlite"), ("企业微信", "postgres")],
    indirect=["database_url"],
)
async def test_files_from_the_page_become_lines_of_the_draft(
    stage: Stage, samples: Path, page: Page, messenger: str
) -> None:
    await page.goto(f"{stage.service.url}/app/upload")
    await page.get_by_role("link", name=messenger).click()
    await page.get_by_role("link", name="张三").click()
    await page.locator("#chooser").set_input_files(
        [samples / "hotel.xml", samples / "meal.pdf", Path("Makefile")]
    )
    placed = page.get_by_text("已放入报销单")

    await expect(placed).to_have_count(2, timeout=STEP_MS)
    await expect(page.get_by_text("没有读出票据")).to_have_count(1, timeout=STEP_MS)
    draft = (await stage.api("claims", state="draft"))["items"][0]  # type: ignore[index]
    assert draft["total"] == "1378.00"
    assert [line["invoice"]["total"] for line in draft["lines"]] == ["1060.00", "318.00"]
    platform = "dingtalk" if messenger == "钉钉" else "wecom"
    assert await stage.phone(platform, "zhang").card("1,378.00", action="submit")
