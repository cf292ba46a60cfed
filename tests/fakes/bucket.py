"""A bucket on this machine: takes only signed requests, checks what the signature covers."""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

_CREDENTIAL = re.compile(
    r"^AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/[a-z0-9-]+/s3/aws4_request, "
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), Signature=[0-9a-f]{64}$"
)


@dataclass
class Bucket:
    """What is in the bucket, and how it answers. `ill` makes every request fail."""

    key: str
    url: str = ""
    things: dict[str, bytes] = field(default_factory=dict)
    ill: bool = False

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.ill:
            return web.Response(status=403, text=_error("AccessDenied"))
        signed = _CREDENTIAL.match(request.headers.get("Authorization", ""))
        if not signed or signed["key"] != self.key or "host" not in signed["headers"]:
            return web.Response(status=403, text=_error("SignatureDoesNotMatch"))
        claimed = request.headers["x-amz-content-sha256"]
        if claimed not in {hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"}:
            return web.Response(status=400, text=_error("XAmzContentSHA256Mismatch"))
        return self._answer(request.method, request.path, body)

    def _answer(self, method: str, path: str, body: bytes) -> web.Response:
        if method == "PUT":
            self.things[path] = body
            return web.Response(headers={"ETag": '"1"'})
        if method == "DELETE":
            self.things.pop(path, None)
            return web.Response(status=204)
        if path not in self.things:
            return web.Response(status=404, text=_error("NoSuchKey"))
        headers = {"ETag": '"1"', "Last-Modified": "Wed, 25 Nov 2026 08:00:00 GMT"}
        return web.Response(body=self.things[path], headers=headers)


def _error(code: str) -> str:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"


@asynccontextmanager
async def running_bucket(key: str) -> AsyncIterator[Bucket]:
    bucket = Bucket(key)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", bucket.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    bucket.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield bucket
    finally:
        await runner.cleanup()
