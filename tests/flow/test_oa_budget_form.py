"""The worked example of a budget check in an OA's form: typed there, asked here, shown there."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession, web
from playwright.async_api import Page, expect

from core.company_file import load_company
from tests.contract.connector_stage import serving
from tests.flow.browsing import STEP_MS, needs_browser, on_phone
from tests.flow.stage import TOKEN, free_port, on_stage

pytestmark = needs_browser

DOCS = Path("docs")
COMPANY = load_company(Path("sandbox/company.yaml").read_text("utf-8"), "company.yaml")
SCRIPT = (DOCS / "examples/oa-budget-check.js").read_text("utf-8")
FORM = """<!doctype html><html lang="zh"><meta charset="utf-8"><link rel="icon" href="data:,">
<form><input id="field_bm" value="sales"><input id="field_lx" value="taxi">
<input id="field_rq" value="2026-11-25"><input id="field_je">
<button id="submit">提交</button></form>
<script src="/oa-budget-check.js"></script><script>{glue}</script></html>"""


def glue() -> str:
    """The piece of the guide that a site puts into its form."""
    text = (DOCS / "zh/oa-budget.md").read_text("utf-8")
    (found,) = re.findall(r"```js\n(.*?)```", text, re.DOTALL)
    return str(found)


@asynccontextmanager
async def oa_with_form(service: str) -> AsyncIterator[str]:
    """An OA whose web server hands the one path on to the service, with the token."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=FORM.replace("{glue}", glue()), content_type="text/html")

    async def script(_: web.Request) -> web.Response:
        return web.Response(text=SCRIPT, content_type="text/javascript")

    async def door(request: web.Request) -> web.Response:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        url = f"{service}/api/v1/budgets/check"
        async with (
            ClientSession() as session,
            session.post(url, data=await request.read(), headers=headers) as answer,
        ):
            return web.Response(
                body=await answer.read(), status=answer.status, content_type="application/json"
            )

    routes = [
        web.get("/form", page),
        web.get("/oa-budget-check.js", script),
        web.post("/chit/budgets/check", door),
    ]
    async with serving(routes) as url:
        yield url


async def said(page: Page, words: str) -> None:
    await expect(page.locator("#chit-budget")).to_contain_text(words, timeout=STEP_MS)


async def test_the_form_shows_what_is_left_and_holds_back_what_is_too_much(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path}/chit.db"
    async with (
        on_stage(COMPANY, tmp_path, database, free_port()) as stage,
        oa_with_form(stage.service.url) as url,
        on_phone() as page,
    ):
        await page.goto(f"{url}/form")
        await page.locator("#field_je").fill("45.00")
        await said(page, "预算充足")
        await said(page, "剩余 10000.00 元")
        await expect(page.locator("#submit")).to_be_enabled()

        await page.locator("#field_je").fill("10000.01")
        await said(page, "超出预算，不能提交")
        await expect(page.locator("#submit")).to_be_disabled()

        await page.locator("#field_je").fill("100")
        await said(page, "预算充足")
        await expect(page.locator("#submit")).to_be_enabled()
