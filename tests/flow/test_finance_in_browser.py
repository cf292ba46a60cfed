"""Finance pays from its page alone: preview, two people, files with their hash, results, books."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from core.company import Company, PaymentRules
from tests.flow.browsing import STEP_MS, needs_browser, on_phone
from tests.flow.stage import Stage, on_stage
from tests.flow.test_desks_in_browser import fits, open_as, submitted
from tests.flow.test_main_job import number_of

pytestmark = needs_browser
ACCOUNT = "6222020200112233445"


@pytest.fixture
async def stage(
    company: Company, tmp_path: Path, port: int, sqlite_url: str
) -> AsyncIterator[Stage]:
    """Let every batch above ten yuan need a second person."""
    rules = PaymentRules.model_validate({"check_above": "10.00"})
    strict = company.model_copy(update={"payments": rules})
    async with asyncio.timeout(300), on_stage(strict, tmp_path, sqlite_url, port) as found:
        yield found


async def make_batch(page: Page, form: str) -> str:
    """Preview what is owed and make a batch of it; gives its number."""
    await page.get_by_label("文件格式").select_option(form)
    await page.get_by_role("button", name="预览这一批").click()
    await expect(page.locator(".total")).to_have_text("¥45.00")
    assert await fits(page)
    await page.get_by_role("button", name="确认制单").click()
    await expect(page.get_by_text("须由另一位出纳或财务复核")).to_be_visible(timeout=STEP_MS)
    return (await page.locator(".head .number").inner_text()).strip()


def read(path: Path) -> bytes:
    return path.read_bytes()


async def download(page: Page, name: str) -> bytes:
    async with page.expect_download() as found:
        await page.get_by_role("button", name=name).click()
    return read(await (await found.value).path())


async def upload(page: Page, text: str) -> None:
    data = f"id,account,amount,result,reason\n{text}".encode()
    file: FilePayload = {"name": "results.csv", "mimeType": "text/csv", "buffer": data}
    await page.get_by_label("选择文件").set_input_files(file)
    await page.get_by_role("button", name="上传", exact=True).click()
    await expect(page.get_by_role("status")).to_be_visible(timeout=STEP_MS)


async def test_finance_pays_from_its_page(stage: Stage) -> None:
    card = await submitted(stage)
    number = number_of(card)
    employee = stage.phone("dingtalk", "zhang")
    await stage.phone("dingtalk", "wang").click(card, "approve")
    await stage.phone("dingtalk", "qian").card("45.00", action="pay")

    async with on_phone() as page:
        await open_as(page, stage, "/app/finance", "钱伟", "钉钉")
        await make_batch(page, "cmb")
        assert await page.get_by_role("button", name="下载文件").count() == 0
        await page.get_by_text("取消批次").first.click()
        await page.get_by_label("取消原因").fill("金额要再核对")
        await page.get_by_role("button", name="取消批次").click()
        await expect(page.locator(".head .pill")).to_have_text("已取消", timeout=STEP_MS)
        await page.goto(f"{stage.service.url}/app/finance")
        batch = await make_batch(page, "cmb")

    async with on_phone() as page:
        await open_as(page, stage, f"/app/finance/batches/{batch}?form=cmb", "赵敏", "企业微信")
        await expect(page.get_by_text("未经银行确认")).to_be_visible()
        assert ACCOUNT not in await page.content()
        await page.get_by_role("button", name="确认批次").click()
        await expect(page.locator(".head .pill")).to_have_text("可导出", timeout=STEP_MS)
        await page.get_by_label("文件格式").select_option("cmb")
        await page.get_by_role("button", name="查看文件").click()
        shown = await page.locator(".hash").inner_text()
        data, beside = await download(page, "下载文件"), await download(page, "哈希文件")
        assert hashlib.sha256(data).hexdigest() == shown == beside.decode().split()[0]
        assert f"{ACCOUNT},张三,45.00" in data.decode("gbk")

        row = f"P-{number},{ACCOUNT},45.00"
        await upload(page, f"{row},失败,户名不符\nP-none,,1.00,成功,\n")
        await expect(page.get_by_role("status")).to_have_text(re.compile("已登记 1 .*未登记 1"))
        await employee.text(number, "户名不符")

        await page.goto(f"{stage.service.url}/app/finance?list=payments&state=failed")
        await expect(page.get_by_text("户名不符")).to_be_visible()
        await page.locator("summary", has_text="手工登记").click()
        await page.get_by_role("button", name="已付款").click()
        await expect(page.get_by_role("status")).to_be_visible(timeout=STEP_MS)
        await employee.text(number, "已付款")

        await page.goto(f"{stage.service.url}/app/finance?list=vouchers&state=open")
        await page.get_by_role("button", name="预览凭证文件").click()
        await page.get_by_role("button", name="确认导出这一批").click()
        vouchers = await download(page, "下载文件")
        assert vouchers.decode("utf-8-sig").count(number) >= 4
        await page.goto(f"{stage.service.url}/app/finance/reconcile")
        await expect(page.get_by_text("财务软件还没有回凭证号").first).to_be_visible()
        await expect(page.locator("table tbody")).to_contain_text("¥45.00")
        assert await fits(page)

    assert (await stage.api(f"claims/{number}"))["state"] == "paid"
    acts = [r["action"] for r in (await stage.api("audit", limit="200"))["items"]]  # type: ignore[attr-defined]
    assert {"download_batch", "download_vouchers", "release_batch"} <= set(acts)
