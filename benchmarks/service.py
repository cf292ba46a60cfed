"""A real `chit serve` in its own process, with the sandbox as both messengers beside it."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.places import ROOT, folder
from bot.clock import utc_now
from bot.desk.company import apply_company, read_company
from sandbox.config import SandboxConfig, WeComTenant
from sandbox.server import RunningSandbox, start_sandbox
from storage.open import open_storage
from tests.flow.stage import DING, KEY, Phone, free_port, people_of

COMPANY = read_company(ROOT / "sandbox" / "company.yaml")
CORP, AGENT, TOKEN = "wwbench", 1000002, "benchToken"
READY_S, STOP_S = 60.0, 12.0


@dataclass(slots=True)
class Running:
    """The service, the sandbox and a session to talk to both."""

    platform: RunningSandbox
    http: aiohttp.ClientSession
    settings: Path
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where the service listens."""
        return f"http://127.0.0.1:{self.port}"

    def phone(self, platform: str, person: str) -> Phone:
        """Take somebody's phone."""
        found = COMPANY.person(person)
        user = found and (found.dingtalk if platform == "dingtalk" else found.wecom)
        return Phone(self.http, self.platform.url, platform, user or "")

    async def start(self) -> float:
        """Start the service; gives the seconds until it is ready, both channels connected."""
        begin = time.perf_counter()
        with (self.settings.parent / "chit.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", "--config", str(self.settings), stderr=log
            )
        while not await self._ready():
            if self.process.returncode is not None or time.perf_counter() - begin > READY_S:
                raise OSError((self.settings.parent / "chit.log").read_text("utf-8")[-2000:])
            await asyncio.sleep(0.02)
        return time.perf_counter() - begin

    async def _ready(self) -> bool:
        try:
            async with self.http.get(f"{self.url}/readyz") as answer:
                return answer.ok
        except aiohttp.ClientError:
            return False

    async def end(self, how: signal.Signals = signal.SIGTERM) -> float:
        """End the service; gives the seconds until its process is gone."""
        if self.process is None or self.process.returncode is not None:
            return 0.0
        begin = time.perf_counter()
        self.process.send_signal(how)
        await asyncio.wait_for(self.process.wait(), STOP_S)
        return time.perf_counter() - begin


@asynccontextmanager
async def prepared(database: str) -> AsyncIterator[Running]:
    """Load the sample company and run the sandbox; the service is not started yet."""
    storage = await open_storage(database, utc_now)
    await apply_company(storage.store, COMPANY, utc_now, dry_run=False)
    await storage.close()
    port = free_port()
    with folder() as place:
        platform = await start_sandbox(_sandbox(port))
        settings = place / "chit.toml"
        settings.write_text(_toml(platform.url, port, place, database), "utf-8")
        async with aiohttp.ClientSession(trust_env=False) as http:
            running = Running(platform, http, settings, port)
            try:
                yield running
            finally:
                await running.end()
                await platform.stop()


@asynccontextmanager
async def serving(database: str) -> AsyncIterator[Running]:
    """Do the same with the service started and ready."""
    async with prepared(database) as running:
        await running.start()
        yield running


def _sandbox(port: int) -> SandboxConfig:
    callback = f"http://127.0.0.1:{port}/wecom/callback"
    return SandboxConfig(
        host="127.0.0.1",
        port=0,
        dingtalk=DING,
        wecom=WeComTenant(CORP, AGENT, "wecom-secret", TOKEN, KEY, callback),
        people=people_of(COMPANY),
        chit_url=f"http://127.0.0.1:{port}",
        chit_token=TOKEN,
        page_dir=ROOT / "sandbox" / "page",
        samples_dir=ROOT / "sandbox" / "samples",
    )


def _toml(sandbox: str, port: int, place: Path, database: str) -> str:
    return f"""\
[server]
host = "127.0.0.1"
port = {port}
[database]
url = "{database}"
[files]
url = "file:{place}/files"
[dingtalk]
enabled = true
client_id = "{DING.client_id}"
client_secret = "{DING.client_secret}"
robot_code = "{DING.robot_code}"
corp_id = "{DING.corp_id}"
card_template_id = "chit-claim.schema"
api_url = "{sandbox}/dingtalk"
oapi_url = "{sandbox}/dingtalk-oapi"
[wecom]
enabled = true
corp_id = "{CORP}"
agent_id = {AGENT}
secret = "wecom-secret"
token = "{TOKEN}"
encoding_aes_key = "{KEY}"
api_url = "{sandbox}/wecom"
"""
