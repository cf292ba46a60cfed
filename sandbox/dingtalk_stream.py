"""DingTalk's stream: a ticket, a socket, frames pushed to one random connection, and their acks."""

import asyncio
import json
import random
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from aiohttp import WSMsgType, web

from sandbox.background import Background
from sandbox.config import DingTalkTenant, Timing
from sandbox.dingtalk_errors import NewApiRefused
from sandbox.dingtalk_rules import check_subscription
from sandbox.wire import base_of, child, parse_object, read_object, string, whole
from sandbox.world import Direction, JsonObject, World

log = structlog.get_logger(__name__)

BOT_TOPIC = "/v1.0/im/bot/messages/get"
CARD_TOPIC = "/v1.0/card/instances/callback"
UNAUTHORIZED = 401
EVENTS = "*"
EVENT_S = 5.0
MAX_FRAME_BYTES = 1 << 20
CLOSE_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Ack:
    """A client's answer to a frame; `data` is the JSON object that it wrote as a string."""

    code: int
    data: JsonObject


@dataclass(frozen=True, slots=True)
class Ticket:
    """The permission to open one connection, once, until a Unix second."""

    topics: frozenset[str]
    until: float


@dataclass(slots=True, eq=False)
class Connection:
    """One open socket; a draining one was told to leave and gets nothing more."""

    id: str
    topics: frozenset[str]
    base: str
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    draining: bool = False
    waiting: dict[str, asyncio.Future[Ack]] = field(default_factory=dict)

    def cut(self) -> None:
        """End the TCP connection without a word."""
        if self.transport is not None:
            self.transport.abort()


class DingTalkStream:
    """The gateway: who is connected, and what is pushed to them."""

    def __init__(
        self, tenant: DingTalkTenant, timing: Timing, world: World, background: Background
    ) -> None:
        self._tenant = tenant
        self._timing = timing
        self._world = world
        self._background = background
        self._tickets: dict[str, Ticket] = {}
        self._connections: set[Connection] = set()
        self._app_id = str(uuid.uuid4())

    def routes(self) -> list[web.RouteDef]:
        """Give the gateway's routes."""
        return [
            web.post("/dingtalk/v1.0/gateway/connections/open", self._open),
            web.get("/dingtalk/connect", self._connect),
        ]

    @property
    def connected(self) -> int:
        """How many connections may get frames."""
        return len(self._live())

    async def push(
        self, topic: str, build: Callable[[str], JsonObject], timeout_s: float
    ) -> Ack | None:
        """Push a frame to one random connection; None when no usable ack came in time.

        `build` gives the data for the address under which that client reaches the platform.
        """
        candidates = [c for c in self._live() if topic in c.topics]
        if not candidates:
            self._note("in", topic, "nobody is connected")
            return None
        connection = random.choice(candidates)  # noqa: S311 - as the platform does, no secret
        return await self._send(connection, "CALLBACK", topic, build(connection.base), timeout_s)

    async def push_event(self, name: str, data: JsonObject, repeat: int = 1) -> None:
        """Push an event, the same one again if asked; what is not acknowledged is left."""
        told = {
            "eventType": name,
            "eventId": uuid.uuid4().hex,
            "eventCorpId": self._tenant.corp_id,
            "eventBornTime": str(round(self._world.clock() * 1000)),
            "eventUnifiedAppId": self._app_id,
        }
        candidates = [c for c in self._live() if EVENTS in c.topics]
        if not candidates:
            self._note("in", name, "nobody is connected")
            return
        for _ in range(repeat):
            connection = random.choice(candidates)  # noqa: S311 - as the platform does, no secret
            await self._send(connection, "EVENT", EVENTS, data, EVENT_S, told)

    async def disconnect(self) -> None:
        """Tell every client that its connection is expired; the socket closes after a silence."""
        for connection in self._live():
            connection.draining = True
            self._background.spawn(self._farewell(connection))

    def cut(self) -> None:
        """Cut every connection at once."""
        for connection in self._connections:
            connection.cut()

    async def close(self) -> None:
        """Close every socket properly, for the end of the sandbox."""
        for connection in tuple(self._connections):
            await connection.socket.close(code=1001)

    def _live(self) -> list[Connection]:
        return [c for c in self._connections if not c.draining]

    async def _open(self, request: web.Request) -> web.Response:
        if "application/json" not in request.headers.get("Accept", ""):
            # Seen in the field: without this header the gateway answers XML.
            return web.Response(text="<OpenConnectionResponse/>", content_type="text/xml")
        body = await read_object(request)
        if request.content_type != "application/json" or body is None:
            raise NewApiRefused("invalidParameter", "body invalid")
        self._check_credentials(body)
        ticket = str(uuid.uuid4())
        until = self._world.clock() + self._timing.dingtalk_ticket_s
        self._tickets[ticket] = Ticket(check_subscription(body), until)
        endpoint = f"{base_of(request).replace('http', 'ws', 1)}/dingtalk/connect"
        return web.json_response({"endpoint": endpoint, "ticket": ticket})

    def _check_credentials(self, body: JsonObject) -> None:
        right = string(body, "clientId") == self._tenant.client_id and secrets.compare_digest(
            string(body, "clientSecret").encode(), self._tenant.client_secret.encode()
        )
        if not right:  # assumed: the documents do not show this answer
            raise NewApiRefused("authFailed", "鉴权失败", status=UNAUTHORIZED)

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = self._tickets.pop(request.query.get("ticket", ""), None)
        if ticket is None or self._world.clock() >= ticket.until:
            raise NewApiRefused("authFailed", "ticket invalid", status=UNAUTHORIZED)
        socket = web.WebSocketResponse(timeout=CLOSE_WITHIN_S, max_msg_size=MAX_FRAME_BYTES)
        await socket.prepare(request)
        connection = Connection(
            str(uuid.uuid4()), ticket.topics, base_of(request), socket, request.transport
        )
        self._connections.add(connection)
        self._note("out", "connect", f"subscribed to {', '.join(sorted(ticket.topics))}")
        self._background.spawn(self._ping(connection))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take(connection, message.data)
        finally:
            self._leave(connection)
        return socket

    def _leave(self, connection: Connection) -> None:
        self._connections.discard(connection)
        for answer in connection.waiting.values():
            answer.cancel()
        self._note("out", "connect", "closed")

    def _take(self, connection: Connection, text: str) -> None:
        """Match an ack with the frame that was sent on this very socket."""
        ack, message_id = _read_ack(text)
        answer = connection.waiting.get(message_id)
        if ack is None:
            self._note("out", "ack", "malformed, ignored")
            log.info("malformed_ack", bytes=len(text))
        elif answer is None or answer.done():
            self._note("out", "ack", f"{ack.code} for no waiting frame, ignored")
        else:
            answer.set_result(ack)

    async def _send(
        self,
        connection: Connection,
        kind: str,
        topic: str,
        data: JsonObject,
        timeout_s: float,
        told: Mapping[str, str] | None = None,
    ) -> Ack | None:
        message_id = uuid.uuid4().hex
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        connection.waiting[message_id] = answer
        frame = self._frame(connection, kind, topic, data, message_id)
        child(frame, "headers").update(told or {})
        started = self._world.clock()
        try:
            await connection.socket.send_json(frame)
            await asyncio.wait([answer], timeout=timeout_s)
        except ConnectionError:
            self._note("in", topic, "the connection broke")
        finally:
            connection.waiting.pop(message_id, None)
        ack = answer.result() if answer.done() and not answer.cancelled() else None
        took_ms = round((self._world.clock() - started) * 1000)
        self._note("in", topic, f"ack {ack.code} after {took_ms} ms" if ack else "no ack")
        return ack

    def _frame(
        self, connection: Connection, kind: str, topic: str, data: JsonObject, message_id: str
    ) -> JsonObject:
        return {
            "specVersion": "1.0",
            "type": kind,
            "headers": {
                "appId": self._app_id,
                "connectionId": connection.id,
                "contentType": "application/json",
                "messageId": message_id,
                "time": str(round(self._world.clock() * 1000)),
                "topic": topic,
            },
            "data": json.dumps(data, ensure_ascii=False),
        }

    async def _ping(self, connection: Connection) -> None:
        """Ask now and then whether the client lives; the answer echoes the opaque."""
        pause_s = self._timing.dingtalk_ping_s
        while connection in self._connections and not connection.draining:
            await asyncio.sleep(pause_s)
            opaque = str(uuid.uuid4())
            ack = await self._send(connection, "SYSTEM", "ping", {"opaque": opaque}, pause_s)
            if ack is not None and ack.data.get("opaque") != opaque:
                self._note("out", "ping", "wrong opaque")

    async def _farewell(self, connection: Connection) -> None:
        reason: JsonObject = {"reason": "connection is expired"}
        loop = asyncio.get_running_loop()
        silence_s = self._timing.dingtalk_farewell_s
        ends = loop.time() + silence_s
        await self._send(connection, "SYSTEM", "disconnect", reason, silence_s)
        await asyncio.sleep(ends - loop.time())
        connection.cut()

    def _note(self, direction: Direction, what: str, detail: str) -> None:
        self._world.note("dingtalk", direction, what, detail)


def _read_ack(text: str) -> tuple[Ack | None, str]:
    """Read a client's frame strictly: code, headers with messageId, data as a JSON string."""
    frame = parse_object(text) or {}
    headers = child(frame, "headers")
    code, message_id = whole(frame, "code"), string(headers, "messageId")
    data = parse_object(string(frame, "data"))
    if code is None or data is None or string(headers, "contentType") != "application/json":
        return None, message_id
    return Ack(code, data), message_id
