"""WeCom's gateway for a 智能机器人: one connection, callbacks out, commands in and answered."""

import asyncio
import itertools
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import structlog
from aiohttp import WSMsgType, web

from sandbox.background import Background
from sandbox.config import Timing, WeComBotTenant
from sandbox.edge import FaultDesk
from sandbox.wecom_bot_cards import BotCards, Click
from sandbox.wecom_bot_errors import (
    BAD_BODY,
    BAD_SECRET,
    BAD_TYPE,
    FREQUENT,
    NEVER_WROTE,
    NOT_SUBSCRIBED,
    STALE_REQ_ID,
    TOO_LONG,
    UNKNOWN_COMMAND,
    BotRefused,
)
from sandbox.wecom_bot_uploads import Uploads
from sandbox.wire import Vault, Window, base_of, child, parse_object, size, string
from sandbox.world import Direction, Item, JsonObject, World

log = structlog.get_logger(__name__)

MAX_FRAME_BYTES = 1 << 20
MAX_TEXT_BYTES = 20_480
PER_MINUTE, PER_HOUR = 30, 1000
CLOSE_WITHIN_S = 1.0
Kind = Literal["message", "enter", "click"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A callback that may be answered until a Unix second."""

    kind: Kind
    user: str
    until: float
    card: str = ""


@dataclass(slots=True, eq=False)
class Line:
    """One open socket; only the newest that has subscribed is served."""

    base: str
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    subscribed: bool = False
    heard_at: float = 0.0


class WeComBot:
    """The gateway of one bot."""

    def __init__(
        self,
        tenant: WeComBotTenant,
        timing: Timing,
        world: World,
        cards: BotCards,
        faults: FaultDesk,
        background: Background,
        gallery: Vault,
    ) -> None:
        self.tenant = tenant
        self._gallery = gallery
        self._timing = timing
        self._world = world
        self._cards = cards
        self._faults = faults
        self._background = background
        self._lines: set[Line] = set()
        self._served: Line | None = None
        self._asked: dict[str, Asked] = {}
        self._wrote: set[str] = set()
        self._minute = Window(world.clock, PER_MINUTE, 60)
        self._hour = Window(world.clock, PER_HOUR, 3600)
        self._ids = itertools.count(1)
        self._uploads = Uploads(world.clock)
        self._commands: Mapping[str, Callable[[str, JsonObject], JsonObject | None]] = {
            "ping": lambda _req_id, _body: None,
            "aibot_upload_media_init": self._uploads.begin,
            "aibot_upload_media_chunk": self._uploads.take,
            "aibot_upload_media_finish": self._uploads.finish,
            "aibot_send_msg": self._send,
            "aibot_respond_msg": self._respond,
            "aibot_respond_welcome_msg": self._welcome,
            "aibot_respond_update_msg": self._update,
        }

    def routes(self) -> list[web.RouteDef]:
        """Give the gateway's address."""
        return [web.get("/wecom-bot", self._connect)]

    @property
    def connected(self) -> bool:
        """Whether somebody would get a callback."""
        return self._served is not None

    @property
    def base(self) -> str:
        """The address under which the bot reaches us, "" while nobody is connected."""
        return self._served.base if self._served else ""

    async def push(
        self,
        user: str,
        body: JsonObject,
        *,
        kind: Kind = "message",
        chat: str = "",
        card: str = "",
        msgid: str = "",
    ) -> str:
        """Push a callback; gives its msgid. It is lost when nobody is connected (assumed)."""
        msgid = msgid or f"{next(self._ids)}.{secrets.token_hex(8)}"
        chat_id = chat or user
        if kind == "message":
            self._wrote.add(chat_id)
        where: JsonObject = (
            {"chattype": "group", "chatid": chat} if chat else {"chattype": "single"}
        )
        whole: JsonObject = {
            "msgid": msgid,
            "aibotid": self.tenant.bot_id,
            **where,
            "from": {"userid": user},
            **body,
        }
        req_id = secrets.token_urlsafe(16)
        life_s = (
            self._timing.wecom_bot_reply_s if kind == "message" else self._timing.wecom_bot_answer_s
        )
        self._asked[req_id] = Asked(kind, chat_id, self._world.clock() + life_s, card)
        cmd = "aibot_msg_callback" if kind == "message" else "aibot_event_callback"
        await self._push(cmd, req_id, whole)
        return msgid

    async def cut(self) -> None:
        """Cut every connection without a word."""
        for line in tuple(self._lines):
            if line.transport is not None:
                line.transport.abort()

    async def close(self) -> None:
        """Close every socket properly, for the end of the sandbox."""
        for line in tuple(self._lines):
            await line.socket.close(code=1001)

    # --- the socket ---------------------------------------------------------------------------

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(timeout=CLOSE_WITHIN_S, max_msg_size=MAX_FRAME_BYTES)
        await socket.prepare(request)
        line = Line(base_of(request), socket, request.transport, heard_at=self._world.clock())
        self._lines.add(line)
        self._background.spawn(self._watch(line))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    line.heard_at = self._world.clock()
                    await self._take(line, message.data)
        finally:
            self._lines.discard(line)
            if self._served is line:
                self._served = None
            self._note("out", "connect", "closed")
        return socket

    async def _watch(self, line: Line) -> None:
        """Cut a connection from which nothing has come for long, not even a ping."""
        while line in self._lines:
            await asyncio.sleep(self._timing.wecom_bot_silence_s / 3)
            silent_s = self._world.clock() - line.heard_at
            if silent_s > self._timing.wecom_bot_silence_s and line.transport is not None:
                line.transport.abort()

    async def _take(self, line: Line, text: str) -> None:
        frame = parse_object(text) or {}
        cmd, req_id = string(frame, "cmd"), string(child(frame, "headers"), "req_id")
        if not cmd or not req_id:
            self._note("out", "frame", "malformed, ignored")
            return
        fault = self._faults.take("wecom_bot", cmd)
        if fault is not None and not fault.after_effect:
            planned: JsonObject = fault.body if isinstance(fault.body, dict) else {"errcode": -1}
            await self._answer(line, cmd, req_id, planned)
            return
        try:
            said = await self._carry_out(line, cmd, req_id, child(frame, "body"))
            answer: JsonObject = {"errcode": 0, "errmsg": "ok", **({"body": said} if said else {})}
        except BotRefused as refusal:
            answer = {"errcode": refusal.errcode, "errmsg": refusal.errmsg}
        if fault is None:
            await self._answer(line, cmd, req_id, answer)

    async def _answer(self, line: Line, cmd: str, req_id: str, answer: JsonObject) -> None:
        if cmd != "ping":
            self._note("out", cmd, f"errcode {answer.get('errcode')}")
        try:
            await line.socket.send_json({"headers": {"req_id": req_id}, **answer})
        except ConnectionError:
            self._note("in", cmd, "the connection broke")

    async def _carry_out(
        self, line: Line, cmd: str, req_id: str, body: JsonObject
    ) -> JsonObject | None:
        if cmd == "aibot_subscribe":
            await self._subscribe(line, body)
            return None
        if line is not self._served:
            raise BotRefused(NOT_SUBSCRIBED, "aibot websocket not subscribed")
        command = self._commands.get(cmd)
        if command is None:
            raise BotRefused(UNKNOWN_COMMAND, "unknown cmd")
        return command(req_id, body)

    async def _subscribe(self, line: Line, body: JsonObject) -> None:
        """Serve a connection from now on; the one before is told and closed a little later."""
        right = string(body, "bot_id") == self.tenant.bot_id and secrets.compare_digest(
            string(body, "secret").encode(), self.tenant.secret.encode()
        )
        if not right:
            raise BotRefused(BAD_SECRET, "invalid bot_id or secret")
        before, self._served = self._served, line
        if before is not None and before is not line:
            self._background.spawn(self._farewell(before))

    async def _farewell(self, line: Line) -> None:
        event: JsonObject = {
            "msgid": secrets.token_hex(8),
            "create_time": int(self._world.clock()),
            "aibotid": self.tenant.bot_id,
            "msgtype": "event",
            "event": {"eventtype": "disconnected_event"},
        }
        self._note("in", "disconnected_event", "another connection has subscribed")
        try:
            await line.socket.send_json(_callback("aibot_event_callback", "farewell", event))
        except ConnectionError:
            return
        await asyncio.sleep(self._timing.wecom_bot_farewell_s)
        if line.transport is not None:
            line.transport.abort()

    async def _push(self, cmd: str, req_id: str, body: JsonObject) -> None:
        line, what = self._served, string(body, "msgtype")
        if line is None:
            self._note("in", what, "nobody is connected")
            return
        self._note("in", what, cmd)
        try:
            await line.socket.send_json(_callback(cmd, req_id, body))
        except ConnectionError:
            self._note("in", what, "the connection broke")

    # --- commands -----------------------------------------------------------------------------

    def _send(self, _req_id: str, body: JsonObject) -> None:
        chat = string(body, "chatid")
        if body.get("chat_type", 0) not in (0, 1, 2):
            raise BotRefused(BAD_BODY, "invalid chat_type")
        if chat not in self._wrote:
            raise BotRefused(NEVER_WROTE, "nobody has written to the bot in this chat")
        if string(body, "msgtype") == "image":
            self._picture(chat, child(body, "image"))
            return
        self._say(chat, body, ("markdown", "template_card"))

    def _picture(self, chat: str, image: JsonObject) -> None:
        blob = self._uploads.get(string(image, "media_id"))
        if blob is None:
            raise BotRefused(BAD_BODY, "invalid media_id")
        self._count(chat)
        item = Item(secrets.token_urlsafe(12), self._world.clock(), "bot", "image", name=blob.name)
        item.url = f"/sandbox/media/{self._gallery.put(blob.data, blob.name)}"
        self._world.show("wecom_bot", chat, item)

    def _respond(self, req_id: str, body: JsonObject) -> None:
        asked = self._answerable(req_id, "message")
        self._say(asked.user, body, ("stream", "markdown", "template_card"))

    def _welcome(self, req_id: str, body: JsonObject) -> None:
        asked = self._answerable(req_id, "enter")
        self._say(asked.user, body, ("text", "template_card"))
        del self._asked[req_id]

    def _update(self, req_id: str, body: JsonObject) -> None:
        asked = self._answerable(req_id, "click")
        self._count(asked.user)
        self._cards.update(Click(asked.user, asked.card), body)
        del self._asked[req_id]

    def _answerable(self, req_id: str, kind: Kind) -> Asked:
        asked = self._asked.get(req_id)
        if asked is None or asked.kind != kind or self._world.clock() >= asked.until:
            raise BotRefused(STALE_REQ_ID, "invalid req_id")
        return asked

    def _say(self, chat: str, body: JsonObject, kinds: tuple[str, ...]) -> None:
        kind = string(body, "msgtype")
        if kind not in kinds:
            raise BotRefused(BAD_TYPE, "invalid message type")
        if kind == "template_card":
            self._count(chat)
            self._cards.send(child(body, kind), chat)
            return
        content = string(child(body, kind), "content")
        if not content or size(content) > MAX_TEXT_BYTES:
            raise BotRefused(TOO_LONG, "content empty or too long")
        self._count(chat)
        item = Item(secrets.token_urlsafe(12), self._world.clock(), "bot", "markdown", text=content)
        self._world.show("wecom_bot", chat, item)

    def _count(self, chat: str) -> None:
        """Count a message to a chat: replies and pushes together, 30 a minute, 1,000 an hour."""
        if not (self._minute.admit(chat) and self._hour.admit(chat)):
            raise BotRefused(FREQUENT, "api freq out of limit")

    def _note(self, direction: Direction, what: str, detail: str) -> None:
        self._world.note("wecom_bot", direction, what, detail)


def _callback(cmd: str, req_id: str, body: JsonObject) -> JsonObject:
    return {"cmd": cmd, "headers": {"req_id": req_id}, "body": body}
