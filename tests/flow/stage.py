"""A stage for flows: the sandbox and the service with real sockets, and phones to act with."""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

import aiohttp
import pytest

from bot.app import Service, build
from bot.clock import utc_now
from bot.desk.company import apply_company
from bot.settings import Config
from core.company import Company
from sandbox.config import (
    DingTalkTenant,
    SandboxConfig,
    SandboxPerson,
    Timing,
    WeComBotTenant,
    WeComTenant,
)
from sandbox.server import RunningSandbox, start_sandbox

PATIENCE_S = 90.0
TOKEN = "flow-test-token-0123456789"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
DING = DingTalkTenant("dingflow", "flow-secret", "dingflow", "dingcorp", ("chit-claim.schema",))
BOT = WeComBotTenant("aibflow", "bot-secret")

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
"""For flows in which the database shows nothing that the contracts of storage do not."""
STRAIGHT = pytest.mark.parametrize(
    ("platform", "database_url"),
    [("dingtalk", "sqlite"), ("wecom", "postgres")],
    indirect=["database_url"],
)
CROSSED = pytest.mark.parametrize(
    ("platform", "database_url"),
    [("dingtalk", "postgres"), ("wecom", "sqlite")],
    indirect=["database_url"],
)
"""Each messenger and each database once: what one has nothing to do with the other."""

Json = dict[str, object]
BotPlace = Literal["none", "alone", "beside"]
"""Whether WeCom has a 智能机器人: none, instead of the application, or beside it."""


@dataclass(slots=True)
class Card:
    """A card as a phone shows it."""

    id: str
    platform: str
    body: Json
    state: str

    @property
    def text(self) -> str:
        return json.dumps(self.body, ensure_ascii=False).replace("\\n", "\n")

    def token(self, action: str) -> str | None:
        variables: dict[str, str] = self.body.get("cardParamMap", {})  # type: ignore[assignment]
        actions = json.loads(variables.get("actions", "[]"))
        return next((a["token"] for a in actions if a["id"] == action), None)

    def buttons(self) -> dict[str, str]:
        """Map each action id to what a click sends."""
        if self.platform in {"wecom", "wecom_bot"}:
            keys = [b["key"] for b in self.body.get("button_list", [])]  # type: ignore[attr-defined]
            return {key.partition("~")[0]: key for key in keys}
        variables: dict[str, str] = self.body["cardParamMap"]  # type: ignore[assignment]
        if "actions" in variables:
            return {a["id"]: a["id"] for a in json.loads(variables["actions"])}
        full = json.loads(variables.get("sys_full_json_obj", "{}"))
        return {b["id"].partition("~")[0]: b["id"] for b in full.get("msgButtons", [])}


@dataclass(slots=True)
class Phone:
    """One person's phone on one platform; `acts` counts what people send and press."""

    session: aiohttp.ClientSession
    url: str
    platform: str
    user: str
    acts: Counter[str] = field(default_factory=Counter)

    async def say(self, text: str, repeat: int = 1, group: str = "", quote: str = "") -> None:
        body: Json = {"text": text, "repeat": repeat, "group": group, "quote": quote}
        await self._post("send", body)

    async def speak(self, text: str) -> None:
        """Send a voice message, as the platform hears it."""
        await self._post("send", {"text": text, "voice": True})

    async def enter(self) -> None:
        await self._post("enter", {})

    async def send(
        self, name: str, data: bytes, kind: str = "application/octet-stream", group: str = ""
    ) -> None:
        form = aiohttp.FormData()
        form.add_field("group", group)
        form.add_field("platform", self.platform)
        form.add_field("user", self.user)
        form.add_field("file", data, filename=name, content_type=kind)
        self.acts[self.user] += 1
        async with self.session.post(f"{self.url}/sandbox/upload", data=form) as answer:
            assert answer.status == 200, await answer.text()

    async def click_forwarded(self, card: Card, action: str, group: str) -> Json:
        """Click a button of somebody's card that was forwarded to a group."""
        keys = {"action": card.buttons()[action], "token": card.token(action)}
        return await self._post(
            "click", {"card": card.id, "inputs": {}, "group": group, "force": True, **keys}
        )

    async def click(self, card: Card, action: str, repeat: int = 1, **inputs: str) -> Json:
        body = {"card": card.id, "action": card.buttons()[action], "inputs": inputs}
        return await self._post("click", {**body, "repeat": repeat})

    async def press(self, card: Card, action: str) -> Json:
        """Click a button as it stood on a card that may have been drawn again since."""
        keys = {"action": card.buttons()[action], "token": card.token(action)}
        return await self._post("click", {"card": card.id, "inputs": {}, "force": True, **keys})

    async def _post(self, what: str, body: Json) -> Json:
        body = {"platform": self.platform, "user": self.user, **body}
        self.acts[self.user] += 1
        async with self.session.post(f"{self.url}/sandbox/{what}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()  # type: ignore[no-any-return]

    async def items(self) -> list[Json]:
        query = {"platform": self.platform, "user": self.user}
        async with self.session.get(f"{self.url}/sandbox/messages", params=query) as answer:
            return (await answer.json())["items"]  # type: ignore[no-any-return]

    async def cards(self) -> list[Card]:
        found = [i["card"] for i in await self.items() if i["kind"] == "card"]
        return [Card(c["id"], c["platform"], c["body"], c["state"]) for c in found]  # type: ignore[index]

    async def texts(self) -> list[str]:
        return [str(i["text"]) for i in await self.items() if i["from"] == "bot" and i["text"]]

    async def card(self, *words: str, action: str | None = None) -> Card:
        """Wait for a card that shows all words (and offers an action); the newest counts."""

        async def look() -> Card | None:
            fitting = [
                c
                for c in await self.cards()
                if all(w in c.text for w in words) and (action is None or action in c.buttons())
            ]
            return fitting[-1] if fitting else None

        return await until(look, f"{self.user}: a card with {words} {action}", self.items)

    async def picture(self) -> Json:
        """Wait for a picture from the bot."""

        async def look() -> Json | None:
            found = [i for i in await self.items() if i["kind"] == "image" and i["from"] == "bot"]
            return found[-1] if found else None

        return await until(look, f"{self.user}: a picture", self.items)

    async def text(self, *words: str) -> str:
        """Wait for a message that holds all words."""

        async def look() -> str | None:
            return next((t for t in await self.texts() if all(w in t for w in words)), None)

        return await until(look, f"{self.user}: a text with {words}", self.items)


T = TypeVar("T")


async def until(
    look: Callable[[], Awaitable[T | None]], what: str, seen: Callable[[], Awaitable[object]]
) -> T:
    """Look again until something is there; AssertionError with what was seen instead."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while asyncio.get_running_loop().time() < deadline:
        found = await look()
        if found is not None:
            return found
        await asyncio.sleep(0.02)
    there = json.dumps(await seen(), ensure_ascii=False)
    raise AssertionError(f"waited in vain for {what}; there is {there[-3000:]}")


@dataclass(slots=True)
class Stage:
    """Everything that a flow needs."""

    sandbox: RunningSandbox
    service: Service
    config: Config
    people: tuple[SandboxPerson, ...]
    session: aiohttp.ClientSession
    acts: Counter[str] = field(default_factory=Counter)

    def phone(self, platform: str, person: str) -> Phone:
        found = next(p for p in self.people if p.id == person)
        user = found.dingtalk if platform == "dingtalk" else found.wecom
        return Phone(self.session, self.sandbox.url, platform, user or "", self.acts)

    async def api(self, path: str, **query: str) -> Json:
        url = f"{self.service.url}/api/v1/{path}"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.session.get(url, params=query, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()  # type: ignore[no-any-return]

    async def budget(self, name: str) -> tuple[str, str]:
        """Give what is reserved and consumed."""
        found = await self.api(f"budgets/{name}")
        return str(found["reserved"]), str(found["consumed"])

    async def restart(self) -> None:
        """Stop the service as an update would, and start it anew on the same data."""
        await self.service.stop()
        self.service = await started(self.config)
        await connected(self.service)

    async def fault(self, **fault: object) -> None:
        async with self.session.post(f"{self.sandbox.url}/sandbox/faults", json=fault) as answer:
            assert answer.status == 200, await answer.text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def people_of(company: Company) -> tuple[SandboxPerson, ...]:
    return tuple(
        SandboxPerson(
            p.id,
            p.name,
            "",
            p.dingtalk or "",
            p.wecom or "",
            department=next((d.name for d in company.departments if d.id == p.department), ""),
            manager=p.manager or "",
            leads=next((d.name for d in company.departments if d.head == p.id), ""),
        )
        for p in company.people
    )


def config_of(
    sandbox_url: str,
    port: int,
    folder: Path,
    database: str,
    template: str,
    bot: BotPlace = "none",
    connectors: Json | None = None,
    org: Json | None = None,
) -> Config:
    scopes = ["claims:read", "claims:write", "budgets:read", "invoices:read", "payments:read"]
    scopes += ["analytics:read", "vouchers:read"]
    scopes += ["payments:write", "vouchers:read", "audit:read", "analytics:read"]
    return Config.model_validate(
        {
            "server": {"host": "127.0.0.1", "port": port},
            "database": {"url": database},
            "files": {"url": f"file:{folder}/files"},
            "dingtalk": {
                "enabled": True,
                "client_id": DING.client_id,
                "client_secret": DING.client_secret,
                "robot_code": DING.robot_code,
                "corp_id": DING.corp_id,
                "card_template_id": template,
                "api_url": f"{sandbox_url}/dingtalk",
                "oapi_url": f"{sandbox_url}/dingtalk-oapi",
                "login_url": f"{sandbox_url}/dingtalk-login",
            },
            "wecom_bot": {
                "enabled": bot != "none",
                "bot_id": BOT.bot_id,
                "secret": BOT.secret,
                "ws_url": f"{sandbox_url}/wecom-bot".replace("http", "ws", 1),
            },
            "wecom": {
                "enabled": bot != "alone",
                "corp_id": "wwflow",
                "agent_id": 1000002,
                "secret": "wecom-secret",
                "token": "flowToken",
                "encoding_aes_key": KEY,
                "api_url": f"{sandbox_url}/wecom",
                "login_url": f"{sandbox_url}/wecom-login",
                "open_url": f"{sandbox_url}/wecom-open",
                "sdk_url": f"{sandbox_url}/wecom-sdk/wecom-jssdk.js",
            },
            "api": {"tokens": [{"name": "flow", "token": TOKEN, "scopes": scopes}]},
            "connectors": connectors or {},
            "org": org or {},
        }
    )


@asynccontextmanager
async def on_stage(
    company: Company,
    folder: Path,
    database: str,
    port: int,
    *,
    template: str = "chit-claim.schema",
    bot: BotPlace = "none",
    connectors: Json | None = None,
    org: Json | None = None,
    newcomers: tuple[SandboxPerson, ...] = (),
) -> AsyncIterator[Stage]:
    """Run sandbox and service for the length of a block."""
    config = SandboxConfig(
        host="127.0.0.1",
        port=0,
        dingtalk=DING,
        wecom=WeComTenant(
            "wwflow",
            1000002,
            "wecom-secret",
            "flowToken",
            KEY,
            f"http://127.0.0.1:{port}/wecom/callback",
        ),
        people=(*people_of(company), *newcomers),
        chit_url=f"http://127.0.0.1:{port}",
        chit_token=TOKEN,
        page_dir=Path("sandbox/page"),
        samples_dir=Path("sandbox/samples"),
        timing=Timing(dingtalk_redeliver_s=2),
        wecom_bot=None if bot == "none" else BOT,
    )
    platform = await start_sandbox(config)
    settings = config_of(platform.url, port, folder, database, template, bot, connectors, org)
    try:
        async with aiohttp.ClientSession() as session:
            service = await started(settings)
            stage = Stage(platform, service, settings, config.people, session)
            try:
                await apply_company(service.storage.store, company, utc_now, dry_run=False)
                await connected(service)
                yield stage
            finally:
                await stage.service.stop()
    finally:
        await platform.stop()


async def started(settings: Config) -> Service:
    service = await build(settings)
    await service.start(warm=False)
    return service


async def connected(service: Service) -> None:
    async def look() -> bool | None:
        return all(c.connected() for c in service.channels.values()) or None

    async def seen() -> list[str]:
        return [n for n, c in service.channels.items() if not c.connected()]

    await until(look, "both channels connected", seen)
