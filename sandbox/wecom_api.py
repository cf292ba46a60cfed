"""What the bot may ask of WeCom: a token, messages, card updates, media."""

import json
import re
import secrets
from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from sandbox.config import SandboxConfig
from sandbox.wecom_cards import WeComCards
from sandbox.wecom_errors import WeComRefused
from sandbox.wire import (
    DETAIL,
    Blob,
    TokenDesk,
    Vault,
    Window,
    base_of,
    child,
    parse_object,
    string,
    whole,
)
from sandbox.world import Item, JsonObject, World

MAX_TEXT_BYTES = 2048
MAX_RECEIVERS = 1000
PER_MINUTE = 30
PER_HOUR = 1000
MAX_DUPLICATE_S = 4 * 3600
MIN_UPLOAD_BYTES = 5
UPLOAD_BYTES: Mapping[str, int] = {
    "image": 10 << 20,
    "voice": 2 << 20,
    "video": 10 << 20,
    "file": 20 << 20,
}
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
CONTENT_KEYS: Mapping[str, str] = {
    "text": "content",
    "markdown": "content",
    "image": "media_id",
    "file": "media_id",
    "textcard": "title",
    "template_card": "card_type",
}
"""The message types that the phones can show, and the key that none of them may lack."""

_RAW_FILENAME = re.compile(r';\s*filename="?([^";]+)"?')


class WeComApi:
    """The HTTP side of the tenant; every refusal is an HTTP 200."""

    def __init__(
        self, config: SandboxConfig, world: World, cards: WeComCards, gallery: Vault
    ) -> None:
        clock, timing = world.clock, config.timing
        self._config = config
        self._tenant = config.wecom
        self._world = world
        self._cards = cards
        self._gallery = gallery
        self.tokens = TokenDesk(clock, timing.token_s, renew=False)
        self.contact_tokens = TokenDesk(clock, timing.token_s, renew=False)
        self.media = Vault(clock, timing.wecom_media_s)
        self.base = ""
        """The address under which the bot reaches us; pictures are offered there."""
        self._minute = Window(clock, PER_MINUTE, 60)
        self._hour = Window(clock, PER_HOUR, 3600)
        self._recent: dict[str, tuple[float, JsonObject]] = {}

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        root = "/wecom/cgi-bin"
        return [
            web.get(f"{root}/gettoken", self._issue),
            web.get(f"{root}/get_api_domain_ip", self._addresses),
            web.post(f"{root}/message/send", self._send),
            web.post(f"{root}/message/update_template_card", self._update),
            web.post(f"{root}/media/upload", self._upload),
            web.get(f"{root}/media/get", self._get_media),
            web.get("/wecom/pic/{name}", self._picture),
        ]

    # --- token --------------------------------------------------------------------------------

    async def _issue(self, request: web.Request) -> web.Response:
        corp, secret = request.query.get("corpid", ""), request.query.get("corpsecret", "")
        for value, errcode in ((corp, 41002), (secret, 41004)):
            if not value:
                raise WeComRefused(errcode, "parameter missing")
        if corp != self._tenant.corp_id:
            raise WeComRefused(40013, "invalid corpid")
        self.base = base_of(request)
        token, life_s = self._desk_of(secret).issue()
        return web.json_response(
            {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": life_s}
        )

    def _desk_of(self, secret: str) -> TokenDesk:
        """Give what issues tokens for a secret: each secret has its own."""
        known = {self._tenant.secret: self.tokens, self._tenant.contact_secret: self.contact_tokens}
        for right, desk in known.items():
            if right and secrets.compare_digest(secret.encode(), right.encode()):
                return desk
        raise WeComRefused(40001, "invalid credential")

    async def _addresses(self, request: web.Request) -> web.Response:
        self._admit(request)
        return web.json_response({"errcode": 0, "errmsg": "ok", "ip_list": ["127.0.0.1"]})

    def _admit(self, request: web.Request) -> None:
        token = request.query.get("access_token", "")
        if not token:
            raise WeComRefused(41001, "access_token missing")
        state = self.tokens.state(token)
        if state != "live":
            raise WeComRefused(42001 if state == "expired" else 40014, "invalid access_token")

    async def _read(self, request: web.Request) -> JsonObject:
        self._admit(request)
        body = parse_object(await request.text())
        if body is None:
            raise WeComRefused(47001, "Warning: wrong json format.")  # number from memory
        self._check_agent(body)
        return body

    def _check_agent(self, body: JsonObject) -> None:
        if "agentid" not in body:
            raise WeComRefused(41011, "missing agentid")
        agent = whole(body, "agentid")
        if agent is None:
            raise WeComRefused(40056, "invalid agentid")
        if agent != self._tenant.agent_id:
            raise WeComRefused(301002, "not allow operate another agent with this accesstoken")

    # --- messages -----------------------------------------------------------------------------

    async def _send(self, request: web.Request) -> web.Response:
        body = await self._read(request)
        kind = string(body, "msgtype")
        content = self._check_content(kind, body)
        users, strangers = self._receivers(body)
        request[DETAIL] = f"{kind} to {', '.join(users)}"
        answer = self._repeated(body)
        if answer is None:
            answer = self._deliver(kind, content, users)
            self._remember(body, answer)
        answer = {**answer, "invaliduser": "|".join(strangers)}
        return web.json_response({"errcode": 0, "errmsg": "ok", **answer})

    def _check_content(self, kind: str, body: JsonObject) -> JsonObject:
        content = child(body, kind)
        if kind not in CONTENT_KEYS:
            raise WeComRefused(40008, "invalid message type")
        if kind == "template_card":
            self._cards.check(content)
        elif not string(content, CONTENT_KEYS[kind]):
            raise WeComRefused(44004, "empty content")
        if kind == "markdown" and len(string(content, "content").encode()) > MAX_TEXT_BYTES:
            raise WeComRefused(45002, "content too long")
        if kind in {"image", "file"} and self.media.get(string(content, "media_id")) is None:
            raise WeComRefused(40007, "invalid media_id")
        return content

    def _receivers(self, body: JsonObject) -> tuple[list[str], list[str]]:
        """Split `touser` into members and strangers; unknown ones are named inside a success."""
        text = string(body, "touser")
        if text == "@all":
            return [p.wecom for p in self._config.people if p.wecom], []
        asked = [user for user in text.split("|") if user]
        if not asked:
            raise WeComRefused(82001, "no receivers")
        if len(asked) > MAX_RECEIVERS:
            raise WeComRefused(40032, "too many users")
        found = {user: self._config.user_of("wecom", user) for user in asked}
        users = [user for user in found.values() if user is not None]
        if not users:
            raise WeComRefused(81013, "user & party & tag all invalid")
        return users, [user for user, known in found.items() if known is None]

    def _deliver(self, kind: str, content: JsonObject, users: list[str]) -> JsonObject:
        """Show a message; beyond 30 a minute or 1,000 an hour a member silently gets nothing."""
        shown = [u for u in users if self._minute.admit(u) and self._hour.admit(u)]
        answer: JsonObject = {"msgid": secrets.token_urlsafe(24)}
        for user in sorted(set(users) - set(shown)):
            self._world.note("wecom", "out", "message dropped", f"too many to {user}")
        if kind == "template_card":
            code = self._cards.send(content, users, shown)
            return {**answer, "response_code": code} if code else answer
        for user in shown:
            self._world.show("wecom", user, self._item(kind, content))
        return answer

    def _item(self, kind: str, content: JsonObject) -> Item:
        item = Item(secrets.token_urlsafe(12), self._world.clock(), "bot", "text")
        if kind in {"image", "file"}:
            blob = self.media.get(string(content, "media_id"))
            item.kind = "image" if kind == "image" else "file"
            item.name = blob.name if blob else ""
            item.url = f"/sandbox/media/{self._gallery.put(blob.data, blob.name)}" if blob else ""
        elif kind == "textcard":
            item.kind, item.name = "markdown", string(content, "title")
            item.text, item.url = string(content, "description"), string(content, "url")
        else:
            item.kind = "markdown" if kind == "markdown" else "text"
            cut = string(content, "content").encode()[:MAX_TEXT_BYTES]
            item.text = cut.decode(errors="ignore")  # the platform cuts without a word
        return item

    def _repeated(self, body: JsonObject) -> JsonObject | None:
        """Find the answer to the same message if the caller asked for the check of repeats."""
        if body.get("enable_duplicate_check") != 1:
            return None
        until, answer = self._recent.get(_canonical(body), (0.0, {}))
        return answer if self._world.clock() < until else None

    def _remember(self, body: JsonObject, answer: JsonObject) -> None:
        if body.get("enable_duplicate_check") == 1:
            interval_s = min(whole(body, "duplicate_check_interval") or 1800, MAX_DUPLICATE_S)
            self._recent[_canonical(body)] = (self._world.clock() + interval_s, answer)

    async def _update(self, request: web.Request) -> web.Response:
        body = await self._read(request)
        strangers = self._cards.update(body)
        request[DETAIL] = f"to {body.get('userids')}"
        return web.json_response({"errcode": 0, "errmsg": "ok", "invaliduser": strangers})

    # --- media --------------------------------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.Response:
        self._admit(request)
        kind = request.query.get("type", "")
        if kind not in UPLOAD_BYTES:
            raise WeComRefused(40004, "invalid media type")
        blob = await _read_media(request)
        if kind == "image" and not blob.name.lower().endswith(IMAGE_SUFFIXES):
            raise WeComRefused(40005, "invalid file type")
        if len(blob.data) <= MIN_UPLOAD_BYTES:
            raise WeComRefused(40006, "invalid file size")
        if len(blob.data) > UPLOAD_BYTES[kind]:
            raise WeComRefused(40009 if kind == "image" else 45001, "file too large")
        media = self.media.put(blob.data, blob.name)
        request[DETAIL] = f"{kind} of {len(blob.data)} bytes"
        created = str(round(self._world.clock()))
        answer = {"type": kind, "media_id": media, "created_at": created}
        return web.json_response({"errcode": 0, "errmsg": "ok", **answer})

    async def _get_media(self, request: web.Request) -> web.Response:
        self._admit(request)
        blob = self.media.get(request.query.get("media_id", ""))
        if blob is None:
            raise WeComRefused(40007, "invalid media_id")
        response = blob.response()
        name = f"attachment; filename*=UTF-8''{quote(blob.name)}"
        response.headers["Content-Disposition"] = name
        return response

    async def _picture(self, request: web.Request) -> web.Response:
        blob = self.media.get(request.match_info["name"])
        if blob is None:
            raise web.HTTPForbidden
        return blob.response()


def _canonical(body: JsonObject) -> str:
    return json.dumps(body, sort_keys=True)


async def _read_media(request: web.Request) -> Blob:
    """Read the part `media`; it must carry a plain filename, `filename*` alone is not seen."""
    if not request.content_type.startswith("multipart/"):
        raise WeComRefused(44001, "empty media data")
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name != "media":
            continue
        name = _RAW_FILENAME.search(part.headers.get("Content-Disposition", ""))
        data = bytes(await part.read(decode=False))
        if name is not None:
            return Blob(data, name[1], float("inf"))
    raise WeComRefused(44001, "empty media data")
