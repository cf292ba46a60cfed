"""What the bot may ask of DingTalk: tokens, messages, cards, files, session replies."""

import secrets
import uuid
from dataclasses import dataclass
from pathlib import PurePath

from aiohttp import BodyPartReader, web

from sandbox.config import SandboxConfig
from sandbox.dingtalk_cards import DingTalkCards
from sandbox.dingtalk_errors import FORBIDDEN, NewApiRefused, OldApiRefused
from sandbox.dingtalk_rules import (
    UPLOAD_TYPES,
    check_message,
    check_receivers,
)
from sandbox.wire import (
    DETAIL,
    Blob,
    TokenDesk,
    Vault,
    Window,
    base_of,
    child,
    read_object,
    string,
)
from sandbox.world import Item, JsonObject, World

TOKEN_HEADER = "x-acs-dingtalk-access-token"
CALLS_PER_SECOND = 20
FOREVER_S = float("inf")


@dataclass(frozen=True, slots=True)
class Session:
    """A chat that can be answered through its webhook until a Unix second."""

    user: str
    until: float


class DingTalkApi:
    """The HTTP side of the tenant, new API and old."""

    def __init__(
        self, config: SandboxConfig, world: World, cards: DingTalkCards, gallery: Vault
    ) -> None:
        clock, timing = world.clock, config.timing
        self._config = config
        self._tenant = config.dingtalk
        self._world = world
        self._cards = cards
        self._gallery = gallery
        self.tokens = TokenDesk(clock, timing.token_s, renew=True)
        self.codes = Vault(clock, timing.dingtalk_code_s)
        self._links = Vault(clock, timing.dingtalk_link_s)
        self._media = Vault(clock, FOREVER_S, prefix="@")
        self._sessions: dict[str, Session] = {}
        self._window = Window(clock, CALLS_PER_SECOND, 1)

    def routes(self) -> list[web.RouteDef]:
        """Give the routes of both APIs."""
        new, old = "/dingtalk/v1.0", "/dingtalk-oapi"
        return [
            web.post(f"{new}/oauth2/accessToken", self._issue),
            web.post(f"{new}/oauth2/{{corp}}/token", self._issue_oauth),
            web.post(f"{new}/robot/oToMessages/batchSend", self._send),
            web.post(f"{new}/robot/groupMessages/send", self._say_in_group),
            web.post(f"{new}/robot/messageFiles/download", self._download),
            web.post(f"{new}/card/instances/createAndDeliver", self._create_card),
            web.put(f"{new}/card/instances", self._update_card),
            web.get("/dingtalk/files/{name}.file", self._file),
            web.get(f"{old}/gettoken", self._issue_old),
            web.post(f"{old}/media/upload", self._upload),
            web.post(f"{old}/robot/sendBySession", self._reply),
        ]

    def open_session(self, user: str) -> str:
        """Give the key of a new session webhook for a chat."""
        key = secrets.token_hex(16)
        until = self._world.clock() + self._config.timing.dingtalk_session_s
        self._sessions[key] = Session(user, until)
        return key

    # --- tokens -------------------------------------------------------------------------------

    async def _issue(self, request: web.Request) -> web.Response:
        self._throttle(request)
        body = await read_object(request) or {}
        if not self._knows(string(body, "appKey"), string(body, "appSecret")):
            raise NewApiRefused("invalidClientIdOrSecret", "无效的clientId或者clientSecret")
        token, life_s = self.tokens.issue()
        return web.json_response({"accessToken": token, "expireIn": life_s})

    async def _issue_oauth(self, request: web.Request) -> web.Response:
        self._throttle(request)
        body = await read_object(request) or {}
        if body.get("grant_type") != "client_credentials":
            raise NewApiRefused("unsupported.grant.type")
        known = self._knows(string(body, "client_id"), string(body, "client_secret"))
        if not known or request.match_info["corp"] != self._tenant.corp_id:
            raise NewApiRefused("invalid.client")
        token, life_s = self.tokens.issue()
        return web.json_response({"access_token": token, "expires_in": life_s})

    async def _issue_old(self, request: web.Request) -> web.Response:
        key, secret = request.query.get("appkey", ""), request.query.get("appsecret", "")
        if not self._knows(key, secret):
            raise OldApiRefused(40089, "不合法的corpid或corpsecret")  # number from memory
        token, life_s = self.tokens.issue()
        return web.json_response(
            {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": life_s}
        )

    def _knows(self, key: str, secret: str) -> bool:
        right = secrets.compare_digest(secret.encode(), self._tenant.client_secret.encode())
        return key == self._tenant.client_id and right

    def _throttle(self, request: web.Request) -> None:
        if not self._window.admit(f"{request.method} {request.path}"):
            code = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
            raise NewApiRefused(code, "调用频率过高", status=FORBIDDEN)

    async def _admit(self, request: web.Request) -> JsonObject:
        """Let a call of the new API in and read its body; an expired token is a 400, not a 401."""
        if self.tokens.state(request.headers.get(TOKEN_HEADER, "")) != "live":
            raise NewApiRefused("InvalidAuthentication", "不合法的access_token")
        self._throttle(request)
        body = await read_object(request)
        if request.content_type != "application/json" or body is None:
            raise NewApiRefused("invalidParameter", "body invalid")
        return body

    # --- messages -----------------------------------------------------------------------------

    async def _send(self, request: web.Request) -> web.Response:
        body = await self._admit(request)
        self._check_robot(body, "invalidParameter.robotCode.notExsit")  # sic
        users = check_receivers(body)
        kind, param = check_message(body)
        known = [u for u in users if self._config.user_of("dingtalk", u) is not None]
        unknown = [u for u in users if u not in known]
        for user in known:
            self._world.show("dingtalk", user, self._item(kind, param))
        request[DETAIL] = f"{kind} to {', '.join(known) or 'nobody'}"
        return web.json_response(
            {
                "processQueryKey": secrets.token_urlsafe(24),
                "invalidStaffIdList": unknown,
                "flowControlledStaffIdList": [],
                "filteredStaffIdList": [],
            }
        )

    async def _say_in_group(self, request: web.Request) -> web.Response:
        body = await self._admit(request)
        self._check_robot(body, "invalidParameter.robotCode.notExsit")  # sic
        group = string(body, "openConversationId")
        if not group:
            raise NewApiRefused("miss.openConversationId")
        kind, param = check_message(body)
        self._world.show("dingtalk", group, self._item(kind, param))
        request[DETAIL] = f"{kind} to a group"
        return web.json_response({"processQueryKey": secrets.token_urlsafe(24)})

    def _check_robot(self, body: JsonObject, otherwise: str) -> None:
        if not string(body, "robotCode"):
            raise NewApiRefused("invalidParameter.robotCode.empty")
        if string(body, "robotCode") != self._tenant.robot_code:
            raise NewApiRefused(otherwise)

    def _item(self, kind: str, param: JsonObject) -> Item:
        item = Item(str(uuid.uuid4()), self._world.clock(), "bot", "markdown")
        if kind == "sampleText":
            item.kind, item.text = "text", string(param, "content")
        elif kind == "sampleImageMsg":
            item.kind, item.url = "image", self._media_url(string(param, "photoURL"))
        elif kind in {"sampleFile", "sampleAudio", "sampleVideo"}:
            media = string(param, "mediaId") or string(param, "videoMediaId")
            item.kind, item.url = "file", self._media_url(media)
            item.name = string(param, "fileName") or kind
        else:
            item.name, item.text = string(param, "title"), string(param, "text")
            item.url = string(param, "messageUrl") or string(param, "singleURL")
        return item

    def _media_url(self, media: str) -> str:
        blob = self._media.get(media)
        return f"/sandbox/media/{self._gallery.put(blob.data, blob.name)}" if blob else media

    async def _reply(self, request: web.Request) -> web.Response:
        """Answer in the chat through a session webhook; no token, no cards, no files."""
        session = self._sessions.get(request.query.get("session", ""))
        if session is None or self._world.clock() >= session.until:
            raise OldApiRefused(300001, "session 不存在或已过期")  # assumed: not documented
        body = await read_object(request) or {}
        kind = string(body, "msgtype")
        content = child(body, kind)
        text = string(content, "content") or string(content, "text")
        if kind not in {"text", "markdown", "link", "actionCard"} or not text:
            raise OldApiRefused(40035, "不合法的参数")
        item = Item(str(uuid.uuid4()), self._world.clock(), "bot", "markdown", text)
        item.kind = "text" if kind == "text" else "markdown"
        item.name = string(content, "title")
        self._world.show("dingtalk", session.user, item)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    # --- cards --------------------------------------------------------------------------------

    async def _create_card(self, request: web.Request) -> web.Response:
        body = await self._admit(request)
        answer = self._cards.create(body)
        request[DETAIL] = f"{string(body, 'outTrackId')} to {string(body, 'openSpaceId')}"
        return web.json_response(answer)

    async def _update_card(self, request: web.Request) -> web.Response:
        body = await self._admit(request)
        self._cards.update(body)
        request[DETAIL] = string(body, "outTrackId")
        return web.json_response({"success": True, "result": True})

    # --- files --------------------------------------------------------------------------------

    async def _download(self, request: web.Request) -> web.Response:
        body = await self._admit(request)
        if not string(body, "downloadCode"):  # the documents give this code for both
            raise NewApiRefused("invalidParameter.robotCode.empty")
        self._check_robot(body, "invalidParameter.robotCode.auth")
        blob = self.codes.get(string(body, "downloadCode"))
        if blob is None:
            raise NewApiRefused("invalidParameter.robotCode.downloadCode")
        name = self._links.put(blob.data, blob.name)
        return web.json_response({"downloadUrl": f"{base_of(request)}/dingtalk/files/{name}.file"})

    async def _file(self, request: web.Request) -> web.Response:
        """Give the bytes of a temporary link; neither its name nor its type tells what they are."""
        blob = self._links.get(request.match_info["name"])
        if blob is None:
            raise web.HTTPForbidden
        return web.Response(body=blob.data, content_type="application/octet-stream")

    async def _upload(self, request: web.Request) -> web.Response:
        if self.tokens.state(request.query.get("access_token", "")) != "live":
            missing = "access_token" not in request.query
            raise OldApiRefused(41001 if missing else 40014, "不合法的access_token")
        if not self._window.admit(request.path):
            raise OldApiRefused(90018, "调用频率过高")
        kind, blob = await _read_upload(request)
        kind = request.query.get("type", kind)
        _check_upload(kind, blob)
        media = self._media.put(blob.data, blob.name)
        request[DETAIL] = f"{kind} of {len(blob.data)} bytes"
        created = round(self._world.clock() * 1000)
        return web.json_response(
            {"errcode": 0, "errmsg": "ok", "media_id": media, "type": kind, "created_at": created}
        )


async def _read_upload(request: web.Request) -> tuple[str, Blob]:
    if not request.content_type.startswith("multipart/"):
        raise OldApiRefused(40035, "不合法的参数")
    kind, blob = "", None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "type":
            kind = await part.text()
        elif part.name == "media" and part.filename:
            blob = Blob(bytes(await part.read(decode=False)), part.filename, FOREVER_S)
    if blob is None:
        raise OldApiRefused(40035, "缺少参数 media")
    return kind, blob


def _check_upload(kind: str, blob: Blob) -> None:
    if kind not in UPLOAD_TYPES:
        raise OldApiRefused(40004, "不合法的媒体文件类型")  # numbers here from memory
    suffixes, most = UPLOAD_TYPES[kind]
    if PurePath(blob.name).suffix.lower().lstrip(".") not in suffixes:
        raise OldApiRefused(40005, "不合法的文件类型")
    if not 0 < len(blob.data) <= most:
        raise OldApiRefused(40006, "不合法的文件大小")
