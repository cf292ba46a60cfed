"""A stage with an OA that decides: the service, the sandbox, a stand-in, and callbacks to sign."""

import base64
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from standardwebhooks import Webhook

from bot.clock import utc_now
from core.company import Company
from core.company_file import load_company
from tests.contract.connector_stage import serving
from tests.flow.command import Console
from tests.flow.stage import Phone, Stage, free_port, on_stage, until
from tests.flow.test_main_job import number_of

MAPPINGS = Path("mappings").absolute()
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


def company_with(system: str, *, people: str = "") -> Company:
    """The sample company whose claims an OA decides, or people where `people` names some."""
    text = Path("sandbox/company.yaml").read_text("utf-8")
    head = text.partition("flows:")[0]
    step = f"approvers: ['{people}']" if people else f"system: {system}"
    flows = f"flows:\n  - {{id: oa, steps: [{{name: OA审批, {step}}}]}}\n"
    return load_company(head + flows, "company.yaml")


@dataclass(slots=True)
class OaStage:
    """The stage, and what a test of an OA does there."""

    stage: Stage
    system: str
    folder: Path

    @property
    def phone(self) -> Phone:
        """The employee's phone."""
        return self.stage.phone("dingtalk", "zhang")

    async def submitted(self) -> str:
        """Type a line and submit; gives the claim's number."""
        await self.phone.say("打车 45 昨天 去客户现场")
        draft = await self.phone.card(action="submit")
        await self.phone.click(draft, "submit")
        return number_of(draft)

    async def state_is(self, number: str, state: str) -> None:
        """Wait until a claim is in a state."""

        async def look() -> bool | None:
            return (await self.stage.api(f"claims/{number}"))["state"] == state or None

        await until(look, f"{number} to be {state}", lambda: self.stage.api(f"claims/{number}"))

    async def call_back(
        self, body: str, message: str = "msg-1", *, secret: str = SECRET, signed: str = ""
    ) -> int:
        """Call the service as the OA does, over what was signed; gives the answer's status."""
        now = utc_now()
        headers = {
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message, now, signed or body),
        }
        return await self.post(body, headers)

    async def post(self, body: str, headers: Mapping[str, str]) -> int:
        """Call the service with whatever headers."""
        url = f"{self.stage.service.url}/hooks/{self.system}"
        async with self.stage.session.post(
            url, data=body.encode(), headers=dict(headers)
        ) as answer:
            return answer.status

    async def all_is_done(self) -> None:
        """Wait until nothing waits to be worked on."""
        inbox = self.stage.service.storage.inbox

        async def look() -> bool | None:
            return await inbox.oldest_waiting() is None or None

        async def seen() -> str:
            return f"the oldest is of {await inbox.oldest_waiting()}"

        await until(look, "an empty inbox", seen)

    def console(self) -> Console:
        """The command line beside the service."""
        return Console.at(self.folder, self.stage.config.database.url, "")


@asynccontextmanager
async def oa_stage(
    system: str,
    folder: Path,
    routes: Iterable[web.RouteDef],
    table: Mapping[str, object],
    *,
    people: str = "",
    context: str = "",
) -> AsyncIterator[OaStage]:
    """Serve an OA, and a service that is connected to it by the worked mapping."""
    database = f"sqlite+aiosqlite:///{folder}/chit.db"
    async with serving(routes) as url:
        settings = {
            "base_url": url + context,
            "mapping": str(MAPPINGS / f"{system}.yaml"),
            "poll_seconds": 0.2,
            "timeout_s": 1,
            "hook_secret": SECRET,
            **table,
        }
        company = company_with(system, people=people)
        async with on_stage(
            company, folder, database, free_port(), connectors={system: settings}
        ) as stage:
            yield OaStage(stage, system, folder)


async def seen(look: Callable[[], object], what: str) -> object:
    """Wait until something there is true; gives it."""

    async def ask() -> object | None:
        return look() or None

    return await until(ask, what, ask)
