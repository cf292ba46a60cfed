"""`kill -9` at any moment: what was acknowledged happens, and happens once."""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from random import uniform

import aiohttp
import pytest

from bot.clock import utc_now
from bot.desk.company import apply_company, read_company
from bot.settings import Config
from core.ports import ClaimQuery, Page
from sandbox.config import SandboxConfig, WeComTenant
from sandbox.server import start_sandbox
from sandbox.wecom_callback import build_xml
from sandbox.wecom_crypto import WeComCrypto
from storage.open import open_storage
from tests.flow.stage import DING, KEY, TOKEN, config_of, free_port, people_of

MESSAGES, KILLS, RETRIES = 60, 4, 600
WECOM = ("wwflow", 1000002, "wecom-secret", "flowToken", KEY)
COMPANY = read_company(Path("sandbox/company.yaml"))


def toml_of(config: Config) -> str:
    """Write the sections that a test service needs."""
    ding, wecom, server = config.dingtalk, config.wecom, config.server
    return f"""
[server]
host = "{server.host}"
port = {server.port}
[database]
url = "{config.database.url}"
[files]
url = "{config.files.url}"
[dingtalk]
enabled = true
client_id = "{ding.client_id}"
client_secret = "{ding.client_secret.get_secret_value()}"
robot_code = "{ding.robot_code}"
card_template_id = "{ding.card_template_id}"
api_url = "{ding.api_url}"
oapi_url = "{ding.oapi_url}"
[wecom]
enabled = true
corp_id = "{wecom.corp_id}"
agent_id = {wecom.agent_id}
secret = "{wecom.secret.get_secret_value()}"
token = "{wecom.token.get_secret_value()}"
encoding_aes_key = "{KEY}"
api_url = "{wecom.api_url}"
"""


async def spawn(settings: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", "--config", str(settings)
    )


async def deliver(session: aiohttp.ClientSession, url: str, serial: int) -> bool:
    """Post one sealed message as WeCom does; true when it was acknowledged."""
    crypto = WeComCrypto("flowToken", KEY, "wwflow")
    plain = build_xml(
        {
            "ToUserName": "wwflow",
            "FromUserName": "ZhangSan" if serial % 2 else "LiLei",
            "CreateTime": int(time.time()),
            "MsgType": "text",
            "Content": f"打车 {serial + 1} 昨天 第{serial}次",
            "MsgId": str(7_300_000_000_000_000_000 + serial),
            "AgentID": 1000002,
        }
    )
    sealed = crypto.seal(plain, str(int(time.time())), str(serial))
    try:
        body = build_xml({"ToUserName": "wwflow", "AgentID": 1000002, "Encrypt": sealed.encrypt})
        async with session.post(url, params=sealed.query, data=body.encode()) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def keep_delivering(url: str, acknowledged: set[int]) -> None:
    """Send every message until it is acknowledged, every third once more."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        for serial in range(MESSAGES):
            for _ in range(RETRIES):
                if await deliver(session, url, serial):
                    acknowledged.add(serial)
                    break
                await asyncio.sleep(0.05)
            if serial % 3 == 0:
                await deliver(session, url, serial)
            await asyncio.sleep(0.02)


async def test_kill_loses_nothing_acknowledged(tmp_path: Path, database_url: str) -> None:
    port = free_port()
    tenant = WeComTenant(*WECOM, f"http://127.0.0.1:{port}/wecom/callback")
    config = SandboxConfig(
        "127.0.0.1",
        0,
        DING,
        tenant,
        people_of(COMPANY),
        "http://127.0.0.1:1",
        TOKEN,
        Path("sandbox/page"),
        Path("sandbox/samples"),
    )
    platform = await start_sandbox(config)
    settings = tmp_path / "chit.toml"
    service_config = config_of(platform.url, port, tmp_path, database_url, "chit-claim.schema")
    settings.write_text(toml_of(service_config), "utf-8")
    storage = await open_storage(database_url, utc_now)
    await apply_company(storage.store, COMPANY, utc_now, dry_run=False)
    await storage.close()

    acknowledged: set[int] = set()
    process = await spawn(settings)
    sending = asyncio.create_task(
        keep_delivering(f"http://127.0.0.1:{port}/wecom/callback", acknowledged)
    )
    try:
        for _ in range(KILLS):
            await asyncio.sleep(uniform(0.3, 1.2))
            process.send_signal(signal.SIGKILL)
            await process.wait()
            process = await spawn(settings)
        await sending
        lines = await all_lines(database_url)
    finally:
        sending.cancel()
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        stopped = await asyncio.wait_for(process.wait(), 10)
        await platform.stop()

    assert acknowledged == set(range(MESSAGES))
    assert Counter(lines) == Counter(f"第{i}次" for i in range(MESSAGES))
    assert stopped == 0


async def all_lines(database_url: str) -> list[str]:
    """Wait until every message has become a line; gives the lines' descriptions."""
    storage = await open_storage(database_url, utc_now)
    try:
        lines: list[str] = []
        for _ in range(600):
            claims = (await storage.store.claims(ClaimQuery(), Page(limit=200))).items
            lines = [line.description for claim in claims for line in claim.lines]
            if len(lines) >= MESSAGES:
                break
            await asyncio.sleep(0.1)
        return lines
    finally:
        await storage.close()


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("CHIT_") and "TEST" not in n]:
        monkeypatch.delenv(name)
