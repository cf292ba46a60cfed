"""A sandbox on a real port, its clock, and the two ends that talk to it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from sandbox_support import AES_KEY, TEMPLATE, Bot, Caller, TestClock

from sandbox.config import DingTalkTenant, SandboxConfig, SandboxPerson, Timing, WeComTenant
from sandbox.server import RunningSandbox, start_sandbox


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    bot = Bot()
    app = web.Application()
    app.router.add_route("*", "/wecom/callback", bot.handle)
    app.router.add_get("/api/v1/budgets", _budgets)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    bot.url = f"http://{host}:{port}"
    yield bot
    await runner.cleanup()


async def _budgets(request: web.Request) -> web.Response:
    if request.headers.get("Authorization") != "Bearer chit-token":
        return web.json_response({"code": "unauthorised"}, status=401)
    return web.json_response({"items": [{"id": "sales"}], "next": None})


@pytest.fixture
def config(bot: Bot, tmp_path: Path) -> SandboxConfig:
    page, samples = tmp_path / "page", tmp_path / "samples"
    page.mkdir()
    samples.mkdir()
    (page / "index.html").write_text("<!doctype html><title>Sandbox</title>")
    (page / "app.js").write_text("export {};")
    (samples / "meal.pdf").write_bytes(b"%PDF-1.7")
    (samples / "other.xml").write_text("<x/>")
    (samples / "samples.json").write_text(json.dumps({"meal.pdf": "餐费", "gone.pdf": "没有"}))
    return SandboxConfig(
        host="127.0.0.1",
        port=0,
        dingtalk=DingTalkTenant("dingapp", "app-secret", "dingapp", "dingcorp", (TEMPLATE,)),
        wecom=WeComTenant(
            "wwsimcorp000000001",
            1000002,
            "wecom-secret",
            "simToken2024",
            AES_KEY,
            f"{bot.url}/wecom/callback",
        ),
        people=(
            SandboxPerson("zhang", "张三", "员工", "staff-zhang", "ZhangSan"),
            SandboxPerson("wang", "王芳", "主管", "staff-wang", "WangFang"),
        ),
        chit_url=bot.url,
        chit_token="chit-token",
        page_dir=page,
        samples_dir=samples,
        timing=Timing(
            dingtalk_click_s=0.6,
            dingtalk_redeliver_s=0.6,
            dingtalk_farewell_s=0.2,
            wecom_answer_s=0.6,
            wecom_retry_pause_s=0.01,
        ),
    )


@pytest.fixture
async def sandbox(config: SandboxConfig, clock: TestClock) -> AsyncIterator[RunningSandbox]:
    running = await start_sandbox(config, clock)
    yield running
    await running.stop()


@pytest.fixture
async def caller(sandbox: RunningSandbox) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        yield Caller(session, sandbox.url)
