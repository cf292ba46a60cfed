"""The page's own API: what the two phones show and do, the trail, and the planned accidents."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args
from urllib.parse import quote, unquote, urlsplit

import aiohttp
import structlog
from aiohttp import BodyPartReader, web
from aiohttp.typedefs import Handler

from sandbox.config import Platform, SandboxConfig, SandboxPerson
from sandbox.contacts import Contacts
from sandbox.dingtalk_api import DingTalkApi
from sandbox.dingtalk_phone import DingTalkPhone
from sandbox.dingtalk_stream import DingTalkStream
from sandbox.edge import Fault, FaultDesk
from sandbox.oa.dingtalk import DingTalkApprovals
from sandbox.oa.wecom import WeComApprovals
from sandbox.page_errors import PageRefused
from sandbox.wecom_bot_phone import WeComBotPhone
from sandbox.wecom_callback import WeComCallback
from sandbox.wecom_invoices import WeComInvoices
from sandbox.wecom_phone import WeComPhone
from sandbox.wire import Vault, base_of, child, parse_object, string, whole
from sandbox.world import Change, JsonObject, Listener, World

log = structlog.get_logger(__name__)

HEARTBEAT_S = 15
CHIT_TIMEOUT_S = 5
MAX_REPEAT = 50
TITLES = "samples.json"
BAD_GATEWAY, NOT_FOUND, FORBIDDEN = 502, 404, 403
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; "
    "base-uri 'none'"
)


@dataclass(frozen=True, slots=True)
class Hands:
    """Everything by which the page acts on the two platforms."""

    dingtalk: DingTalkPhone
    wecom: WeComPhone
    api: DingTalkApi
    stream: DingTalkStream
    callback: WeComCallback
    faults: FaultDesk
    invoices: WeComInvoices
    bot: WeComBotPhone | None = None
    dingtalk_oa: DingTalkApprovals | None = None
    wecom_oa: WeComApprovals | None = None
    contacts: Mapping[Platform, Contacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whose phone, and on which platform."""

    platform: Platform
    user: str
    person: SandboxPerson


class PageApi:
    """The routes under /sandbox, and the page itself."""

    def __init__(self, config: SandboxConfig, world: World, hands: Hands, gallery: Vault) -> None:
        self._config = config
        self._world = world
        self._hands = hands
        self._gallery = gallery
        self._chit: aiohttp.ClientSession | None = None

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.get("/", self._index),
            web.get("/page/{name}", self._page_file),
            web.get("/sandbox/people", self._people),
            web.get("/sandbox/messages", self._messages),
            web.get("/sandbox/stream", self._stream),
            web.get("/sandbox/trail", self._trail),
            web.get("/sandbox/media/{name}", self._media),
            web.get("/sandbox/budgets", self._proxy),
            web.get("/sandbox/claims", self._proxy),
            web.get("/sandbox/samples", self._samples),
            web.get("/sandbox/samples/{name}", self._sample),
            web.post("/sandbox/send", self._send),
            web.post("/sandbox/upload", self._upload),
            web.post("/sandbox/click", self._click),
            web.post("/sandbox/enter", self._enter),
            web.post("/sandbox/faults", self._fault),
            web.post("/sandbox/dingtalk/{accident}", self._accident),
            web.post("/sandbox/wecom/verify", self._verify),
        ]

    async def close(self) -> None:
        """Close the connections to Chit."""
        if self._chit is not None:
            await self._chit.close()

    # --- looking ------------------------------------------------------------------------------

    async def _people(self, _request: web.Request) -> web.Response:
        people = [
            {
                "id": p.id,
                "name": p.name,
                "title": p.title,
                "dingtalk": p.dingtalk,
                "wecom": p.wecom,
            }
            for p in self._config.people
        ]
        return web.json_response({"people": people})

    async def _messages(self, request: web.Request) -> web.Response:
        platform, group = request.query.get("platform", ""), request.query.get("group", "")
        if group:
            phone = self._world.phone(_platform(platform), group)
        else:
            actor = self._actor(platform, request.query.get("user", ""))
            phone = self._world.phone(actor.platform, actor.user)
        items = [item.as_json() for item in phone.items]
        return web.json_response({"rev": phone.rev, "items": items})

    async def _trail(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not (after.isascii() and after.isdigit()):
            raise PageRefused("bad_request", "after 应为数字 · after must be a number")
        lines = self._world.trail(int(after))
        return web.json_response({"items": [line.as_json() for line in lines]})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Tell of changes as server-sent events until the page goes away."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        with self._world.listen() as listener:
            await response.write(b": hello\n\n")
            while (line := await _next_line(listener)) is not None:
                try:
                    await response.write(line)
                except ConnectionError:
                    break
        return response

    async def _media(self, request: web.Request) -> web.Response:
        blob = self._gallery.get(request.match_info["name"])
        if blob is None:
            raise PageRefused("not_found", "没有这个文件 · No such file", status=NOT_FOUND)
        return blob.response()

    async def _proxy(self, request: web.Request) -> web.Response:
        """Ask Chit's REST API; the token stays here."""
        what = request.path.removeprefix("/sandbox/")
        limit = aiohttp.ClientTimeout(total=CHIT_TIMEOUT_S)
        if self._chit is None:
            self._chit = aiohttp.ClientSession()
        try:
            async with self._chit.get(
                f"{self._config.chit_url.rstrip('/')}/api/v1/{what}",
                params=request.query,
                headers={"Authorization": f"Bearer {self._config.chit_token}"},
                timeout=limit,
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
                return web.Response(
                    body=body, status=answer.status, content_type=answer.content_type
                )
        except (aiohttp.ClientError, TimeoutError) as error:
            message = "小票没有应答 · Chit does not answer"
            raise PageRefused("chit_unreachable", message, status=BAD_GATEWAY) from error

    # --- doing --------------------------------------------------------------------------------

    async def _send(self, request: web.Request) -> web.Response:
        body = await _read(request)
        actor = self._actor(string(body, "platform"), string(body, "user"))
        text = string(body, "text")
        if not text:
            raise PageRefused("empty", "没有内容 · Nothing to send")
        repeat, group, quote = _repeat(body), string(body, "group"), string(body, "quote")
        ding, voice = self._hands.dingtalk, body.get("voice") is True
        if voice and (group or actor.platform == "wecom"):
            raise PageRefused("no_voice", "这里的语音没有文字 · Voice has no words here")
        if actor.platform == "wecom_bot" and voice:
            sent = await self._bot().speak(actor.person, text)
        elif actor.platform == "wecom_bot":
            sent = await self._bot().write(actor.person, text, repeat, group, quote)
        elif actor.platform == "wecom":
            sent = self._hands.wecom.write(actor.person, text, repeat)
        elif voice:
            sent = ding.speak(actor.person, text)
        else:
            sent = ding.write(actor.person, text, repeat, group=group, quote=quote)
        return web.json_response({"id": sent})

    async def _enter(self, request: web.Request) -> web.Response:
        body = await _read(request)
        actor = self._actor("wecom_bot", string(body, "user"))
        return web.json_response({"id": await self._bot().enter(actor.person)})

    async def _upload(self, request: web.Request) -> web.Response:
        fields, name, data = await _read_upload(request)
        actor = self._actor(fields.get("platform", ""), fields.get("user", ""))
        group = fields.get("group", "")
        if actor.platform == "wecom_bot":
            sent = await self._bot().attach(actor.person, data, name, base_of(request), group)
        elif actor.platform == "wecom":
            sent = self._hands.wecom.attach(actor.person, data, name, base_of(request))
        else:
            text = fields.get("text", "")
            sent = self._hands.dingtalk.attach(actor.person, data, name, text, group)
        return web.json_response({"id": sent})

    async def _click(self, request: web.Request) -> web.Response:
        body = await _read(request)
        actor = self._actor(string(body, "platform"), string(body, "user"))
        card, action = string(body, "card"), string(body, "action")
        repeat, force = _repeat(body), body.get("force") is True
        inputs = {k: v for k, v in child(body, "inputs").items() if isinstance(v, str) and v}
        if actor.platform == "wecom_bot":
            presses = await self._bot().click(
                actor.person, card, action, inputs=inputs, repeat=repeat, force=force
            )
            return web.json_response({"answer": presses[-1], "answers": presses})
        if actor.platform == "wecom":
            replies = await self._hands.wecom.click(
                actor.person, card, action, inputs=inputs, repeat=repeat, force=force
            )
            return web.json_response({"answer": replies[-1], "answers": replies})
        token = string(body, "token") if isinstance(body.get("token"), str) else None
        answers = await self._hands.dingtalk.click(
            actor.person,
            card,
            action,
            token=token,
            inputs=inputs,
            repeat=repeat,
            force=force,
            group=string(body, "group"),
        )
        return web.json_response({"answer": answers[-1], "answers": answers})

    async def _fault(self, request: web.Request) -> web.Response:
        body = await _read(request)
        content = body.get("body")
        fault = Fault(
            platform=_platform(string(body, "platform")),
            call=string(body, "call"),
            times=_number(body, "times", 1),
            status=_number(body, "status", 500),
            body=content if isinstance(content, dict | str) else None,
            after_effect=body.get("after_effect") is True,
        )
        if not fault.call:
            raise PageRefused("bad_request", "缺少 call · call is missing")
        self._hands.faults.plan(fault)
        return web.json_response({"ok": True})

    async def _accident(self, request: web.Request) -> web.Response:
        accident = request.match_info["accident"]
        if accident == "disconnect":
            await self._hands.stream.disconnect()
        elif accident == "cut":
            self._hands.stream.cut()
        elif accident == "expire-tokens":
            self._hands.api.tokens.expire()
        else:
            raise PageRefused("not_found", "没有这种意外 · No such accident", status=NOT_FOUND)
        return web.json_response({"ok": True})

    async def _verify(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": await self._hands.callback.verify()})

    # --- files --------------------------------------------------------------------------------

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return _file(self._config.page_dir, "index.html")

    async def _page_file(self, request: web.Request) -> web.FileResponse:
        return _file(self._config.page_dir, request.match_info["name"])

    async def _samples(self, _request: web.Request) -> web.Response:
        items = await asyncio.to_thread(_list_samples, self._config.samples_dir)
        return web.json_response({"items": items})

    async def _sample(self, request: web.Request) -> web.FileResponse:
        return _file(self._config.samples_dir, request.match_info["name"])

    def _bot(self) -> WeComBotPhone:
        if self._hands.bot is None:
            raise PageRefused("unknown_platform", "没有智能机器人 · There is no 智能机器人")
        return self._hands.bot

    def _actor(self, platform_name: str, user: str) -> Actor:
        platform = _platform(platform_name)
        person = self._config.person_of(platform, user)
        known = self._config.user_of(platform, user)
        if person is None or known is None:
            raise PageRefused("unknown_user", "没有这个人 · Nobody has this id", status=NOT_FOUND)
        return Actor(platform, known, person)


@web.middleware
async def page_edge(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests from other origins, turn refusals into JSON, forbid inline scripts."""
    try:
        _check_origin(request)
        response = await handler(request)
    except PageRefused as refusal:
        log.info("page_refused", error=refusal.error, path=request.path)
        response = refusal.response()
    if not response.prepared:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _check_origin(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    ours = origin is None or urlsplit(origin).netloc == request.host
    if request.method == "POST" and request.path.startswith("/sandbox/") and not ours:
        raise PageRefused("foreign_origin", "来源不符 · Foreign origin", status=FORBIDDEN)


async def _next_line(listener: Listener) -> bytes | None:
    """Wait for a change and write it as an event; a comment when nothing happens for a while."""
    try:
        change: Change | None = await asyncio.wait_for(listener.get(), HEARTBEAT_S)
    except TimeoutError:
        return b": still here\n\n"
    if change is None:
        return None
    event = {"rev": change.rev, "platform": change.platform, "user": change.user}
    return f"data: {json.dumps(event)}\n\n".encode()


async def _read(request: web.Request) -> JsonObject:
    body = parse_object(await request.text())
    if body is None:
        raise PageRefused("bad_request", "应为 JSON 对象 · A JSON object is expected")
    return body


async def _read_upload(request: web.Request) -> tuple[dict[str, str], str, bytes]:
    if not request.content_type.startswith("multipart/"):
        raise PageRefused("bad_request", "应为 multipart · multipart is expected")
    fields: dict[str, str] = {}
    name, data = "", b""
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "file":
            name, data = _plain(part.filename or "file"), bytes(await part.read(decode=False))
        else:
            fields[part.name or ""] = await part.text()
    if not data:
        raise PageRefused("empty", "文件是空的 · The file is empty")
    return fields, name, data


def _plain(name: str) -> str:
    """Undo the percent signs of clients that write Chinese file names so; browsers do not."""
    try:
        plain = unquote(name, errors="strict")
    except UnicodeDecodeError:
        return name
    return name if plain.isascii() else plain


def _platform(name: str) -> Platform:
    for platform in get_args(Platform):
        if platform == name:
            return platform  # type: ignore[no-any-return]
    raise PageRefused("unknown_platform", "没有这个平台 · No such platform")


def _number(body: JsonObject, key: str, default: int) -> int:
    value = whole(body, key)
    return default if value is None else value


def _repeat(body: JsonObject) -> int:
    repeat = _number(body, "repeat", 1)
    if not 1 <= repeat <= MAX_REPEAT:
        raise PageRefused("bad_request", f"repeat: 1–{MAX_REPEAT}")
    return repeat


def _file(folder: Path, name: str) -> web.FileResponse:
    """Give a file that lies directly in a folder, nothing above or below it."""
    path = folder / name
    if Path(name).name != name or not path.is_file():
        raise PageRefused("not_found", "没有这个文件 · No such file", status=NOT_FOUND)
    return web.FileResponse(path)


def _list_samples(folder: Path) -> list[JsonObject]:
    """List the files that lie in a folder, in the order of samples.json, then those it misses."""
    titles_file = folder / TITLES
    text = titles_file.read_text(encoding="utf-8") if titles_file.is_file() else "{}"
    titles = parse_object(text) or {}
    names = {path.name for path in folder.glob("[!.]*") if path.is_file()} - {TITLES}
    ordered = [name for name in titles if name in names] + sorted(names - titles.keys())
    return [
        {"name": name, "title": titles.get(name, name), "url": f"/sandbox/samples/{quote(name)}"}
        for name in ordered
    ]
