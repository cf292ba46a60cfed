"""What contract tests of the messengers' own approvals share: the sandbox and shared tokens."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.kit import Application, Kit
from sandbox.config import DingTalkTenant, SandboxConfig, SandboxPerson, WeComTenant
from sandbox.oa.faults import Misdeed
from sandbox.server import RunningSandbox, start_sandbox
from tests.contract.connector_stage import utc_now
from tests.fakes.links import MemoryFacts, MemoryJournal

PEOPLE = (
    SandboxPerson("zhang", "张三", "员工", "staff-zhang", "wx-zhang"),
    SandboxPerson("li", "李经理", "主管", "staff-li", "wx-li"),
    SandboxPerson("wang", "王总", "总经理", "staff-wang", "wx-wang"),
)
DING = DingTalkTenant("dingapp", "ding-secret", "dingapp", "dingcorp")
WECOM = WeComTenant("wwcorp", 1000002, "wecom-secret", "token", "a" * 43, "http://127.0.0.1:9/none")
FAULTS: dict[str, Misdeed | None] = {
    "none": None,
    "token": "expired_token",
    "busy": "busy",
    "5xx": "fault_before",
    "5xx after": "fault_after",
    "silence": "silence_before",
    "silence after": "silence_after",
    "cut off": "cut_off_after",
    "login page": "login_page",
}


@asynccontextmanager
async def sandbox() -> AsyncIterator[RunningSandbox]:
    config = SandboxConfig(
        host="127.0.0.1",
        port=0,
        dingtalk=DING,
        wecom=WECOM,
        people=PEOPLE,
        chit_url="http://127.0.0.1:9",
        chit_token="none",
        page_dir=Path("sandbox/page"),
        samples_dir=Path("sandbox/samples"),
    )
    running = await start_sandbox(config)
    try:
        yield running
    finally:
        await running.stop()


def kit_with(shared: Mapping[str, Application], memory: MemoryFacts, journal: MemoryJournal) -> Kit:
    return Kit(utc_now, journal, memory, ZoneInfo("Asia/Shanghai"), "chit", shared)
