"""The demo page in a real browser, against the real service behind the sandbox."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
READY_S = 90.0
STEP_MS = 60_000
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="no chromium on this machine"
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run `chit demo` in a folder of its own; gives its address."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo"],
        cwd=tmp_path_factory.mktemp("demo"),
        env={**os.environ, "DEMO_PORT": str(port), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(READY_S, process.kill)
    watchdog.start()
    assert process.stdout is not None
    ready = next((line for line in process.stdout if line.startswith("ready:")), "")
    watchdog.cancel()
    try:
        assert ready, "the demo did not become ready"
        yield ready.removeprefix("ready:").strip()
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def page(demo: str) -> Iterator[Page]:
    """Open the page; whatever the console calls an error fails the test."""
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(demo)
        yield page
        browser.close()
    assert errors == []


def _newest_card(phone: Locator, text: str | re.Pattern[str]) -> Locator:
    return phone.locator(".card").filter(has_text=text).last


def _hand_over(phone: Locator, name: str) -> None:
    phone.get_by_role("radio", name=name).check()
    expect(phone.locator(".owner")).to_contain_text(name)


def test_an_invoice_goes_from_the_employees_phone_to_paid(page: Page) -> None:
    left, right = page.locator("#left"), page.locator("#right")

    left.get_by_role("button", name="附件与样例").click()
    left.get_by_role("button", name="样例发票").click()
    left.locator('[data-sample="hotel.xml"]').click()
    draft = _newest_card(left, "1,060.00")
    submit = draft.get_by_role("button", name="提交")
    expect(submit).to_be_visible(timeout=STEP_MS)
    found = re.search(r"BX-\d{8}-\d{4}", draft.inner_text())
    assert found is not None
    number = found[0]
    submit.click()
    own = _newest_card(left, number)
    expect(own).to_contain_text("审批中", timeout=STEP_MS)
    for approver in ("王芳", "赵敏"):
        _hand_over(right, approver)
        agree = _newest_card(right, number).get_by_role("button", name="同意")
        agree.click(timeout=STEP_MS)
        expect(agree).to_be_hidden(timeout=STEP_MS)
    _hand_over(right, "钱伟")
    due = _newest_card(right, number)
    due.get_by_role("button", name="已付款").click(timeout=STEP_MS)

    expect(own.locator(".pill")).to_have_text("已付款", timeout=STEP_MS)
    expect(due.locator(".pill")).to_have_text("已付款", timeout=STEP_MS)
    expect(due.get_by_role("button")).to_have_count(0)
    expect(page.locator(f'[data-claim="{number}"]')).to_contain_text("已付款", timeout=STEP_MS)
    spent = page.locator(".budget").filter(has_text="核销 ¥1,060.00")
    expect(spent.first).to_be_visible(timeout=STEP_MS)


def test_what_people_write_stays_text(page: Page) -> None:
    left = page.locator("#left")
    words = "<img src=x onerror=alert(1)> **粗体** [点此](http://evil.example)"

    left.get_by_role("textbox", name="消息").fill(words)
    left.get_by_role("button", name="发送").click()

    expect(left.locator(".from-user .bubble").last).to_have_text(words, timeout=STEP_MS)
    expect(left.locator(".from-user img")).to_have_count(0)


def test_the_address_keeps_platform_and_people(page: Page) -> None:
    page.get_by_role("radio", name="企业微信").check()
    _hand_over(page.locator("#right"), "赵敏")

    page.reload()

    expect(page.get_by_role("radio", name="企业微信")).to_be_checked()
    expect(page.locator("#right .owner")).to_contain_text("赵敏")
