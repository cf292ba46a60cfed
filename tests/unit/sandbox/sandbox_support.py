"""The two ends that talk to a sandbox in tests: the bot's callback URL and an HTTP caller."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TEMPLATE = "chit-approval.schema"
Json = dict[str, Any]


class TestClock:
    """Time that passes only when told to."""

    __test__ = False

    def __init__(self) -> None:
        self.now = 1_796_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Bot:
    """The bot's callback URL: keeps what arrives and answers what it is told to."""

    received: list[tuple[dict[str, str], str]] = field(default_factory=list)
    answer: Callable[[web.Request], Awaitable[web.Response]] | None = None
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.received.append((dict(request.query), await request.text()))
        return await self.answer(request) if self.answer else web.Response()


class Caller:
    """Speaks HTTP with the sandbox, as the bot and as the page."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url
        self.token = ""

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any]:  # noqa: ANN401
        async with self.session.request(method, self.url + path, **more) as answer:
            kind = answer.content_type
            return answer.status, await (
                answer.json() if kind == "application/json" else answer.read()
            )

    async def new(self, method: str, path: str, body: object) -> tuple[int, Any]:
        """Call DingTalk's new API with the token."""
        headers = {"x-acs-dingtalk-access-token": self.token}
        return await self.call(method, f"/dingtalk/v1.0{path}", json=body, headers=headers)

    async def dingtalk_token(self) -> str:
        body = {"appKey": "dingapp", "appSecret": "app-secret"}
        _, answer = await self.call("POST", "/dingtalk/v1.0/oauth2/accessToken", json=body)
        self.token = answer["accessToken"]
        return self.token

    async def wecom(self, path: str, body: object) -> Json:
        """Call WeCom with the token; every answer is an HTTP 200."""
        query = {"access_token": self.token}
        status, answer = await self.call("POST", f"/wecom/cgi-bin{path}", json=body, params=query)
        assert status == 200
        return answer

    async def wecom_token(self) -> str:
        query = {"corpid": "wwsimcorp000000001", "corpsecret": "wecom-secret"}
        _, answer = await self.call("GET", "/wecom/cgi-bin/gettoken", params=query)
        self.token = answer["access_token"]
        return self.token

    async def page(self, path: str, body: object) -> Json:
        """Call the page's API; it must work."""
        status, answer = await self.call("POST", f"/sandbox{path}", json=body)
        assert status == 200, answer
        return answer

    async def items(self, platform: str, user: str) -> list[Json]:
        query = {"platform": platform, "user": user}
        _, answer = await self.call("GET", "/sandbox/messages", params=query)
        return answer["items"]
