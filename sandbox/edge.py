"""The edge of both platforms: planned faults, refusals in their form, the trail of calls."""

from dataclasses import dataclass

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.config import Platform
from sandbox.dingtalk_errors import NewApiRefused, OldApiRefused
from sandbox.wecom_errors import WeComRefused
from sandbox.wire import DETAIL, Refused
from sandbox.world import JsonObject, World

log = structlog.get_logger(__name__)

MOUNTS: tuple[tuple[str, Platform], ...] = (
    ("/dingtalk-oapi", "dingtalk"),
    ("/dingtalk", "dingtalk"),
    ("/wecom", "wecom"),
    ("/wecom-bot", "wecom_bot"),
)


@dataclass(slots=True)
class Fault:
    """A planned failure of the next `times` calls, such as "POST /cgi-bin/message/send".

    With `after_effect` the call does its work and then the connection is cut, so that the caller
    cannot know; otherwise `status` and `body` are answered and nothing happens.
    """

    platform: Platform
    call: str
    times: int
    status: int = 500
    body: JsonObject | str | None = None
    after_effect: bool = False

    def response(self) -> web.Response:
        """Give the planned answer."""
        if isinstance(self.body, str):
            return web.Response(text=self.body, status=self.status)
        return web.json_response(self.body or {}, status=self.status)


class FaultDesk:
    """The planned failures, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        """Take an order; `times` 0 withdraws what was planned for the call."""
        if fault.times > 0:
            self._faults.append(fault)
        else:
            self._faults = [
                f for f in self._faults if (f.platform, f.call) != (fault.platform, fault.call)
            ]

    def take(self, platform: Platform, call: str) -> Fault | None:
        """Use up one failure planned for a call."""
        for fault in self._faults:
            if (fault.platform, fault.call) == (platform, call):
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                return fault
        return None


@dataclass(frozen=True, slots=True)
class Call:
    """A call to a platform; `name` is without the mount, `path` a pattern without secrets."""

    mount: str
    platform: Platform
    name: str


def call_of(request: web.Request) -> Call | None:
    """Tell which platform is called; None for the page and its API."""
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else request.path
    for mount, platform in MOUNTS:
        if path == mount or path.startswith(mount + "/"):
            return Call(mount, platform, f"{request.method} {path.removeprefix(mount)}")
    return None


def make_edge(world: World, faults: FaultDesk) -> Middleware:
    """Build the middleware that every call passes."""

    @web.middleware
    async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
        call = call_of(request)
        if call is None:
            return await handler(request)
        fault = faults.take(call.platform, call.name)
        if fault is not None and not fault.after_effect:
            world.note(call.platform, "out", call.name, f"{fault.status} (planned fault)")
            return fault.response()
        response = await _answer(request, handler, call, world)
        if fault is not None and request.transport is not None:
            world.note(call.platform, "out", call.name, "connection cut (planned fault)")
            request.transport.abort()
        return response

    return edge


async def _answer(
    request: web.Request, handler: Handler, call: Call, world: World
) -> web.StreamResponse:
    try:
        response = await handler(request)
    except Refused as refusal:
        response = refusal.response()
        world.note(call.platform, "out", call.name, f"{response.status} {refusal.code}")
        log.info("refused", platform=call.platform, call=call.name, code=refusal.code)
        return response
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        world.note(call.platform, "out", call.name, "no such call")
        log.info("no_such_call", platform=call.platform, call=call.name)
        return _unknown(call).response()
    if not isinstance(response, web.WebSocketResponse):
        detail = request.get(DETAIL, "")
        world.note(call.platform, "out", call.name, f"{response.status} {detail}".strip())
    return response


def _unknown(call: Call) -> Refused:
    if call.mount == "/dingtalk":
        return NewApiRefused("InvalidAction.NotFound", "Specified api is not found.", status=404)
    if call.mount == "/dingtalk-oapi":
        return OldApiRefused(22, "不存在的服务")
    return WeComRefused(40066, "invalid url")  # assumed: no source names the answer
