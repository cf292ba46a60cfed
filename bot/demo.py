"""The demo: the sandbox and a real service process beside it, on SQLite, with a sample company."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import string
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

import sandbox
from bot.config import load_config
from bot.desk.company import apply_company, read_company
from core.company import Company
from sandbox.config import DingTalkTenant, SandboxConfig, SandboxPerson, WeComTenant
from sandbox.invoices import write_samples
from sandbox.script import ScriptFailed, play
from sandbox.server import start_sandbox
from sandbox.wallet_samples import sample_cards
from storage.open import open_storage

DEFAULT_PORT = 8600
READY_S = 60.0
STOP_S = 12.0
SANDBOX = Path(sandbox.__file__).parent
_KEY_CHARS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where the demo plays: its folder, ports and made-up credentials."""

    folder: Path
    port: int
    chit_port: int
    dingtalk: DingTalkTenant
    wecom: WeComTenant
    api_token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def chit_url(self) -> str:
        return f"http://127.0.0.1:{self.chit_port}"


def _stage(folder: Path, port: int) -> _Stage:
    chit_port = _free_port()
    return _Stage(
        folder=folder,
        port=port,
        chit_port=chit_port,
        dingtalk=DingTalkTenant(
            client_id="dingdemo",
            client_secret=secrets.token_urlsafe(32),
            robot_code="dingdemo",
            corp_id="dingdemocorp",
            card_templates=("chit-claim.schema",),
        ),
        wecom=WeComTenant(
            corp_id="wwdemocorp",
            agent_id=1000002,
            secret=secrets.token_urlsafe(32),
            token=secrets.token_hex(12),
            encoding_aes_key="".join(secrets.choice(_KEY_CHARS) for _ in range(43)),
            callback_url=f"http://127.0.0.1:{chit_port}/wecom/callback",
        ),
        api_token=secrets.token_urlsafe(24),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _chit_toml(stage: _Stage) -> str:
    ding, wecom, data = stage.dingtalk, stage.wecom, stage.folder / "data"
    return f"""\
[server]
host = "127.0.0.1"
port = {stage.chit_port}
public_url = "{stage.chit_url}"
[database]
url = "sqlite+aiosqlite:///{data.as_posix()}/chit.db"
[files]
url = "file:{data.as_posix()}/files"
[dingtalk]
enabled = true
client_id = "{ding.client_id}"
client_secret = "{ding.client_secret}"
robot_code = "{ding.robot_code}"
corp_id = "{ding.corp_id}"
card_template_id = "{ding.card_templates[0]}"
api_url = "{stage.url}/dingtalk"
oapi_url = "{stage.url}/dingtalk-oapi"
login_url = "{stage.url}/dingtalk-login"
[wecom]
enabled = true
corp_id = "{wecom.corp_id}"
agent_id = {wecom.agent_id}
secret = "{wecom.secret}"
token = "{wecom.token}"
encoding_aes_key = "{wecom.encoding_aes_key}"
api_url = "{stage.url}/wecom"
login_url = "{stage.url}/wecom-login"
open_url = "{stage.url}/wecom-open"
sdk_url = "{stage.url}/wecom-sdk/wecom-jssdk.js"
[[api.tokens]]
name = "sandbox"
token = "{stage.api_token}"
scopes = ["claims:read", "budgets:read", "payments:read"]
"""


def _people(company: Company) -> tuple[SandboxPerson, ...]:
    heads = {d.head for d in company.departments}
    names = {d.id: d.name for d in company.departments}
    titles = {"finance": "财务", "cashier": "出纳", "admin": "管理员"}

    def title(person_id: str, roles: tuple[str, ...]) -> str:
        special = next((titles[r] for r in roles if r in titles), None)
        return special or ("主管" if person_id in heads else "员工")

    return tuple(
        SandboxPerson(
            p.id,
            p.name,
            title(p.id, p.roles),
            p.dingtalk or "",
            p.wecom or "",
            department=names.get(p.department, ""),
            manager=p.manager or "",
            leads=next((d.name for d in company.departments if d.head == p.id), ""),
        )
        for p in company.people
    )


async def run_demo(*, headless: bool) -> int:
    """Run until Ctrl-C, or play the main job once; gives the exit code."""
    if headless:
        with tempfile.TemporaryDirectory(prefix="chit-demo-") as scratch:
            return await _play(_stage(Path(scratch), _free_port()))
    folder = Path(".demo")
    shutil.rmtree(folder, ignore_errors=True)
    return await _show(_stage(folder, int(os.environ.get("DEMO_PORT", str(DEFAULT_PORT)))))


async def _show(stage: _Stage) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    async with _running(stage):
        print(f"ready: {stage.url}/", flush=True)
        await stopping.wait()
    return 0


async def _play(stage: _Stage) -> int:
    async with _running(stage):
        try:
            await play(stage.url, lambda step: print(step, flush=True))
        except ScriptFailed as failed:
            print(f"failed: {failed}", file=sys.stderr)
            return 1
    return 0


@contextlib.asynccontextmanager
async def _running(stage: _Stage) -> AsyncIterator[None]:
    """Run the sandbox here and the service in a process of its own.

    What the newcomer needs besides is prepared while the service starts.
    """
    stage.folder.mkdir(parents=True, exist_ok=True)
    samples = stage.folder / "samples"
    company = read_company(SANDBOX / "company.yaml")
    settings = stage.folder / "chit.toml"
    settings.touch(mode=0o600)
    settings.write_text(_chit_toml(stage), "utf-8")
    config = SandboxConfig(
        host="127.0.0.1",
        port=stage.port,
        dingtalk=stage.dingtalk,
        wecom=stage.wecom,
        people=_people(company),
        chit_url=stage.chit_url,
        chit_token=stage.api_token,
        page_dir=SANDBOX / "page",
        samples_dir=samples,
    )
    platform = await start_sandbox(config)
    try:
        async with _service(settings, stage) as process:
            now = datetime.now(UTC)
            for card in sample_cards(platform.url, now.date(), int(now.timestamp())):
                platform.hands.invoices.put(card)
            await asyncio.gather(
                asyncio.to_thread(write_samples, samples, now.date(), int(now.timestamp())),
                _load(settings, company),
                _ready(process, stage),
            )
            yield
    finally:
        await platform.stop()


async def _load(settings: Path, company: Company) -> None:
    def clock() -> datetime:
        return datetime.now(UTC)

    storage = await open_storage(load_config(settings, {}).database.url, clock)
    try:
        await apply_company(storage.store, company, clock, dry_run=False)
    finally:
        await storage.close()


@contextlib.asynccontextmanager
async def _service(settings: Path, stage: _Stage) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `chit serve` as its own process, with its log in the demo's folder."""
    with (stage.folder / "chit.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", "--config", str(settings), stderr=log
        )
        try:
            yield process
        finally:
            await _stop(process)


async def _ready(process: asyncio.subprocess.Process, stage: _Stage) -> None:
    """Wait until the service has its database and both channels."""
    deadline = asyncio.get_running_loop().time() + READY_S
    async with aiohttp.ClientSession(trust_env=False) as session:
        while process.returncode is None and asyncio.get_running_loop().time() < deadline:
            if await _answers(session, f"{stage.chit_url}/readyz"):
                return
            await asyncio.sleep(0.1)
    tail = (stage.folder / "chit.log").read_text("utf-8", "replace")[-2000:]
    raise OSError(f"the service did not become ready · 服务没有就绪:\n{tail}")


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.ok
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()
