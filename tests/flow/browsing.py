"""A phone's browser for flows; whatever its console calls an error fails the test."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, async_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"width": 390, "height": 844}
STEP_MS = 60_000

needs_browser = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="no chromium on this machine"
)


@asynccontextmanager
async def on_phone(user_agent: str | None = None) -> AsyncIterator[Page]:
    """Open a page as a phone does."""
    errors: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        found = await browser.new_page(viewport=PHONE, user_agent=user_agent)  # type: ignore[arg-type]  # a dict of the two
        found.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        found.on("pageerror", lambda error: errors.append(str(error)))
        yield found
        await browser.close()
    assert errors == []
