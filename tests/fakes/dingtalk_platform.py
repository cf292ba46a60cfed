"""A small DingTalk that speaks real bytes: tickets, sockets, tokens, calls, files."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

Script = Callable[[web.Request], Awaitable[web.StreamResponse]]
OPEN = "/v1.0/gateway/connections/open"
TOKEN = "/v1.0/oauth2/accessToken"
SEND = "/v1.0/robot/oToMessages/batchSend"
CREATE = "/v1.0/card/instances/createAndDeliver"
UPDATE = "/v1.0/card/instances"
MEDIA = "/v1.0/robot/messageFiles/download"
MESSAGES = "/v1.0/im/bot/messages/get"
CLICKS = "/v1.0/card/instances/callback"
WAIT_S = 10


def answer(body: object, status: int = 200) -> Script:
    async def give(_request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status)

    return give


def error(code: str, status: int = 400) -> Script:
    return answer({"code": code, "requestid": "R-1", "message": "不行"}, status)


async def hang_up(request: web.Request) -> web.StreamResponse:
    await request.read()
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@dataclass
class Call:
    path: str
    body: dict[str, Any]
    token: str | None
    headers: dict[str, str]


@dataclass
class Connection:
    """The platform's end of one socket."""

    socket: web.WebSocketResponse
    acks: "asyncio.Queue[dict[str, Any]]" = field(default_factory=asyncio.Queue)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    ids: "count[int]" = field(default_factory=lambda: count(1))

    async def push(self, kind: str, topic: str, data: object, message: str | None = None) -> str:
        message = message or f"{id(self)}-{next(self.ids)}"
        headers = {
            "appId": "app",
            "connectionId": "c",
            "contentType": "application/json",
            "messageId": message,
            "time": "1708327204136",
            "topic": topic,
        }
        frame = {"specVersion": "1.0", "type": kind, "headers": headers, "data": json.dumps(data)}
        await self.socket.send_str(json.dumps(frame))
        return message

    async def ack(self) -> dict[str, Any]:
        async with asyncio.timeout(WAIT_S):
            return await self.acks.get()

    async def ended(self) -> None:
        async with asyncio.timeout(WAIT_S):
            await self.gone.wait()


class DingTalkPlatform:
    """Serves one test; `scripts[path]` are the next answers, `calls` what was asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.scripts: defaultdict[str, deque[Script]] = defaultdict(deque)
        self.files: dict[str, Script] = {}
        self.connections: asyncio.Queue[Connection] = asyncio.Queue()
        self.autoping = True
        self.url = ""
        self._tickets: set[str] = set()
        self._numbers = count(1)
        self._runner: web.AppRunner | None = None
        self._open: list[Connection] = []

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/connect", self._connect)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_route("*", "/{path:.*}", self._call)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        for connection in self._open:
            await connection.socket.close()
        if self._runner:
            await self._runner.cleanup()

    async def connection(self) -> Connection:
        async with asyncio.timeout(WAIT_S):
            return await self.connections.get()

    def asked(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        token = request.headers.get("x-acs-dingtalk-access-token")
        body = json.loads(raw) if raw else {}
        self.calls.append(Call(request.path, body, token, dict(request.headers)))
        if self.scripts[request.path]:
            return await self.scripts[request.path].popleft()(request)
        return web.json_response(self._usual(request.path))

    def _usual(self, path: str) -> dict[str, Any]:
        number = next(self._numbers)
        if path == OPEN:
            self._tickets.add(f"ticket+{number}/=")
            endpoint = self.url.replace("http", "ws") + "/connect"
            return {"endpoint": endpoint, "ticket": f"ticket+{number}/="}
        if path == TOKEN:
            return {"accessToken": f"token-{number}", "expireIn": 7200}
        if path == CREATE:
            spaces = [{"spaceType": "IM_ROBOT", "spaceId": "u", "success": True, "errorMsg": ""}]
            return {"success": True, "result": {"outTrackId": "c", "deliverResults": spaces}}
        if path == MEDIA:
            return {"downloadUrl": f"{self.url}/files/a.file"}
        if path == SEND:
            return {"processQueryKey": "k", "invalidStaffIdList": []}
        return {"success": True, "result": True}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return await self.files[request.match_info["name"]](request)

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query["ticket"]
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=self.autoping, timeout=0.1)
        await socket.prepare(request)
        connection = Connection(socket)
        self._open.append(connection)
        self.connections.put_nowait(connection)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                connection.acks.put_nowait(json.loads(message.data))
        connection.gone.set()
        return socket
