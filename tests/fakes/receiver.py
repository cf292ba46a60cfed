"""Somebody's webhook receiver: checks every signature with the reference library."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = "whsec_Y2hpdC1mbG93LXRlc3Qtc2VjcmV0LTAxMjM0NTY3ODk="
OTHER = "whsec_YW5vdGhlci1zZWNyZXQtb2Ytb3VycywgMDEyMzQ1Njc4OQ=="


@dataclass
class Receiver:
    """`answers` are the statuses (with headers) of the next requests; then it takes everything.

    `body` comes with every answer. One that does not check takes what is not signed well, too.
    """

    secrets: tuple[str, ...] = (SECRET,)
    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    tried: list[tuple[str, bytes]] = field(default_factory=list)
    taken: list[dict[str, object]] = field(default_factory=list)
    forged: int = 0
    queries: list[dict[str, str]] = field(default_factory=list)
    stamps: list[str] = field(default_factory=list)
    body: bytes = b""
    checks: bool = True

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {k.lower(): v for k, v in request.headers.items()}
        try:
            for secret in self.secrets:
                Webhook(secret).verify(body, headers)
        except WebhookVerificationError:
            self.forged += 1
            if self.checks:
                return web.Response(status=400)
        self.stamps.append(headers["webhook-timestamp"])
        self.tried.append((headers["webhook-id"], body))
        self.queries.append(dict(request.query))
        status, more = self.answers.pop(0) if self.answers else (204, {})
        if 200 <= status < 300:
            self.taken.append(json.loads(body))
        status = 200 if self.body and status == 204 else status
        return web.Response(status=status, headers=more, body=self.body or None)

    def names(self) -> list[object]:
        return [event["type"] for event in self.taken]


@asynccontextmanager
async def receiving(secrets: tuple[str, ...] = (SECRET,)) -> AsyncIterator[Receiver]:
    receiver = Receiver(secrets)
    app = web.Application()
    app.router.add_post("/hook/{path:.*}", receiver.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook/chit"
    try:
        yield receiver
    finally:
        await runner.cleanup()
