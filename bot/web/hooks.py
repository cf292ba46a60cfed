"""`POST /hooks/{connector}`: signed callbacks of connected systems, durable before the answer.

A callback is a hint: it is checked, written down and acknowledged; the system is asked before
anything follows from it. Whatever does not check out is refused in one way, without detail.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog
from aiohttp import web

from bot.events import SystemHinted, to_json
from core.errors import Untrusted
from core.outside import Hint
from core.ports import Clock, Inbox

log = structlog.get_logger(__name__)

TOLERANCE_S = 300
"""How far a callback's clock may be off, either way."""
SAME_S = 60
"""For so long the same unsigned body is a repetition; later it may say the same again."""
MAX_BYTES = 256 * 1024
MAX_ID_CHARS = 256
MAX_SIGNATURES = 10
Decode = Callable[[Mapping[str, str], bytes], Hint]


@dataclass(frozen=True, slots=True)
class HookDoor:
    """The way in of one system: its secrets (none: its own signature) and how bodies are read.

    A system that signs nothing has a secret `path` instead; its word is a hint and never a state.
    """

    decode: Decode
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    path: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Hooks:
    """The doors of all systems that may call back."""

    doors: Mapping[str, HookDoor]
    inbox: Inbox
    clock: Clock
    on_refused: Callable[[str], None]

    def routes(self) -> list[web.RouteDef]:
        """Give the route, and the one with a secret at its end."""
        return [
            web.post("/hooks/{connector}", self.receive),
            web.post("/hooks/{connector}/{path}", self.receive),
        ]

    async def receive(self, request: web.Request) -> web.Response:
        """Take a callback: 200 once it is durable (also when it was before), else 403, 404, 413.

        Only who has signed it well is told what is wrong with a body.
        """
        name = request.match_info["connector"]
        door = self.doors.get(name)
        if door is None:
            return _answer(HTTPStatus.NOT_FOUND, "not_found")
        body = await _body_of(request)
        if body is None:
            return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", max_bytes=MAX_BYTES)
        signed = False
        try:
            event_id = self._trusted(door, request, body)
            signed = bool(door.keys) and "path" not in request.match_info
            hint = door.decode(request.headers, body)
        except Untrusted as error:
            log.warning("hook_refused", system=name, code=error.code)
            self.on_refused(error.code)
            if signed:
                return _answer(HTTPStatus.FORBIDDEN, error.code, detail=error.fields.get("text"))
            return _answer(HTTPStatus.FORBIDDEN, "forbidden")
        state = None if "path" in request.match_info else hint.state
        event = SystemHinted(name, hint.words, state)
        key = f"hook:{name}:{hashlib.sha256(event_id.encode()).hexdigest()}"
        new = await self.inbox.put(key, f"hook:{name}", to_json(event), self.clock())
        log.info("hook_taken", system=name, new=new)
        return web.json_response({"received": True})

    def _trusted(self, door: HookDoor, request: web.Request, body: bytes) -> str:
        """Give what tells a callback from others; Untrusted for one that does not check out."""
        now_s = int(self.clock().timestamp())
        given = request.match_info.get("path")
        if given is not None:
            if door.path is None or not hmac.compare_digest(door.path, given.encode()):
                raise Untrusted("path")
            return f"{now_s // SAME_S}:{hashlib.sha256(body).hexdigest()}"
        if door.keys:
            return verify(door.keys, request.headers, body, now_s)
        if door.path is not None:
            raise Untrusted("unsigned")
        return hashlib.sha256(body).hexdigest()


async def _body_of(request: web.Request) -> bytes | None:
    """Read a body, None when it is too large."""
    if (request.content_length or 0) > MAX_BYTES:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAX_BYTES:
            return None
    return bytes(body)


def _answer(status: HTTPStatus, code: str, **more: object) -> web.Response:
    known = {name: value for name, value in more.items() if value}
    return web.json_response({"code": code, **known}, status=status)


def verify(keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, now_s: int) -> str:
    """Check Standard Webhooks headers and give the message's id; Untrusted when they do not fit.

    A signature with any of the keys counts: one may be taking the place of another.
    """
    event_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not event_id or len(event_id) > MAX_ID_CHARS or not given:
        raise Untrusted("unsigned")
    if not stamp.isascii() or not stamp.isdecimal() or len(stamp) > 12:  # noqa: PLR2004
        raise Untrusted("timestamp")
    if abs(int(stamp) - now_s) > TOLERANCE_S:
        raise Untrusted("timestamp")
    signed = b".".join((event_id.encode("utf-8", "surrogateescape"), stamp.encode(), body))
    wanted = [hmac.digest(key, signed, "sha256") for key in keys]
    pairs = ((w, found) for w in wanted for found in _signatures(given))
    if not any(hmac.compare_digest(w, found) for w, found in pairs):
        raise Untrusted("signature")
    return event_id


def _signatures(given: str) -> list[bytes]:
    """Read the signatures of a header: a list of `v1,<base64>`; others are passed over."""
    found: list[bytes] = []
    for part in given.split(" ")[:MAX_SIGNATURES]:
        version, _, text = part.partition(",")
        if version != "v1":
            continue
        try:
            found.append(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            continue
    return found
