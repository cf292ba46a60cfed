"""What contract tests of DingTalk's approvals share: the sandbox, and the connector beside it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

import pytest

from bot.channels.dingtalk.api import DingTalkApi
from bot.channels.http import Outgoing
from connectors.dingtalk_oa.adapter import DingTalkOa
from connectors.kit import Application
from core.papers import Origin
from sandbox.oa.dingtalk import DingTalkApprovals
from tests.contract.connector_stage import utc_now
from tests.contract.messenger_stage import DING, kit_with, sandbox
from tests.fakes.links import MemoryFacts, MemoryJournal

LINK = "https://chit.example/app/claims/BX-20261125-0007"
TRIP = Origin("travel_request", ("事由", "开始时间~结束时间"), "预计费用", "开始时间~结束时间")


@dataclass(slots=True)
class Place:
    there: DingTalkApprovals
    url: str
    shared: dict[str, Application]
    memory: MemoryFacts
    journal: MemoryJournal
    tokens: list[str]

    def port(
        self, *, too_early_s: float = 0, files_in: Literal["link", "space"] = "link"
    ) -> DingTalkOa:
        kit = kit_with(self.shared, self.memory, self.journal)
        return DingTalkOa(
            "dingtalk_oa",
            kit,
            process_code="PROC-CHIT",
            too_early_s=too_early_s,
            files_in=files_in,
            origins={"PROC-TRIP": TRIP},
            rate=200,
            timeout_s=0.5,
        )


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with sandbox() as running:
        there = running.hands.dingtalk_oa
        assert there is not None
        there.too_early_s = 0
        outgoing = Outgoing(["127.0.0.1"], timeout_s=5)
        new, old = f"{running.url}/dingtalk", f"{running.url}/dingtalk-oapi"
        api = DingTalkApi(
            outgoing,
            api_url=new,
            oapi_url=old,
            client_id=DING.client_id,
            client_secret=DING.client_secret,
            robot_code=DING.robot_code,
            clock=utc_now,
        )
        tokens: list[str] = []

        async def token(refused: str = "") -> str:
            found = await api.token(refused)
            tokens.extend([found] if found not in tokens else [])
            return found

        shared = {"dingtalk": Application(token, new, old)}
        yield Place(there, running.url, shared, MemoryFacts(), MemoryJournal(), tokens)
        await outgoing.close()


@pytest.fixture
async def port(place: Place) -> AsyncIterator[DingTalkOa]:
    made = place.port()
    yield made
    await made.close()
    assert place.there.violations == []
