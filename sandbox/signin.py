"""What the bot asks about a person who signs in: codes that work once, and who is behind them."""

import secrets
from dataclasses import dataclass

from aiohttp import web

from sandbox.config import Clock, Platform, SandboxConfig
from sandbox.dingtalk_errors import NewApiRefused, OldApiRefused
from sandbox.wecom_errors import WeComRefused
from sandbox.wire import DETAIL, TokenDesk, read_object, string
from sandbox.world import World

TOKEN_HEADER = "x-acs-dingtalk-access-token"
USER_TOKEN_S = 7200


@dataclass(frozen=True, slots=True)
class _Ticket:
    """What stands for a person until a Unix second."""

    platform: Platform
    user: str
    until: float


class CodeDesk:
    """Codes of sign-ins: each works once and not for long."""

    def __init__(self, clock: Clock, life_s: float) -> None:
        self._clock = clock
        self._life_s = life_s
        self._codes: dict[str, _Ticket] = {}

    def issue(self, platform: Platform, user: str) -> str:
        """Give a code for a person who has agreed."""
        code = secrets.token_hex(16)
        self._codes[code] = _Ticket(platform, user, self._clock() + self._life_s)
        return code

    def spend(self, platform: Platform, code: str) -> str | None:
        """Give the person behind a code and forget it; None when it is no good."""
        ticket = self._codes.pop(code, None)
        good = ticket and ticket.platform == platform and self._clock() < ticket.until
        return ticket.user if ticket and good else None


class SignInApi:
    """The calls of both platforms that say who signed in."""

    def __init__(
        self,
        config: SandboxConfig,
        world: World,
        codes: CodeDesk,
        dingtalk_tokens: TokenDesk,
        wecom_tokens: TokenDesk,
    ) -> None:
        self._config = config
        self._world = world
        self._codes = codes
        self._dingtalk_tokens = dingtalk_tokens
        self._wecom_tokens = wecom_tokens
        self._granted: dict[str, _Ticket] = {}

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.post("/dingtalk/v1.0/oauth2/userAccessToken", self._grant),
            web.get("/dingtalk/v1.0/contact/users/{union}", self._me),
            web.post("/dingtalk-oapi/topapi/user/getbyunionid", self._by_unionid),
            web.get("/wecom/cgi-bin/auth/getuserinfo", self._member),
        ]

    # --- DingTalk -----------------------------------------------------------------------------

    async def _grant(self, request: web.Request) -> web.Response:
        body = await read_object(request) or {}
        tenant = self._config.dingtalk
        right = secrets.compare_digest(
            string(body, "clientSecret").encode(), tenant.client_secret.encode()
        )
        if string(body, "clientId") != tenant.client_id or not right:
            raise NewApiRefused("invalidClientIdOrSecret", "无效的clientId或者clientSecret")
        if body.get("grantType") != "authorization_code":
            raise NewApiRefused("unsupported.grant.type")
        user = self._codes.spend("dingtalk", string(body, "code"))
        if user is None:  # assumed: no source names the answer
            raise NewApiRefused("invalidParameter.authCode.notFound", "不合法的临时授权码")
        token = secrets.token_hex(16)
        self._granted[token] = _Ticket("dingtalk", user, self._world.clock() + USER_TOKEN_S)
        return web.json_response(
            {
                "accessToken": token,
                "refreshToken": secrets.token_hex(16),
                "expireIn": USER_TOKEN_S,
                "corpId": tenant.corp_id,
            }
        )

    async def _me(self, request: web.Request) -> web.Response:
        ticket = self._granted.get(request.headers.get(TOKEN_HEADER, ""))
        if ticket is None or self._world.clock() >= ticket.until:
            raise NewApiRefused("InvalidAuthentication", "不合法的access_token")
        if request.match_info["union"] != "me":
            raise NewApiRefused("invalidParameter", "only me is served here")
        person = self._config.person_of("dingtalk", ticket.user)
        request[DETAIL] = ticket.user
        return web.json_response(
            {
                "nick": person.name if person else "外部联系人",
                "unionId": _unionid(ticket.user),
                "openId": f"open-{ticket.user}",
                "avatarUrl": "",
            }
        )

    async def _by_unionid(self, request: web.Request) -> web.Response:
        if self._dingtalk_tokens.state(request.query.get("access_token", "")) != "live":
            missing = "access_token" not in request.query
            raise OldApiRefused(41001 if missing else 40014, "不合法的access_token")
        unionid = string(await read_object(request) or {}, "unionid")
        users = [p.dingtalk for p in self._config.people if p.dingtalk]
        user = next((u for u in users if _unionid(u) == unionid), None)
        if user is None:
            raise OldApiRefused(60121, "找不到该用户")
        request[DETAIL] = user
        result = {"contact_type": 0, "userid": user}
        return web.json_response({"errcode": 0, "errmsg": "ok", "result": result})

    # --- WeCom --------------------------------------------------------------------------------

    async def _member(self, request: web.Request) -> web.Response:
        """Say who somebody is; outsiders get a success too, without a userid."""
        token = request.query.get("access_token", "")
        state = self._wecom_tokens.state(token)
        if not token:
            raise WeComRefused(41001, "access_token missing")
        if state != "live":
            raise WeComRefused(42001 if state == "expired" else 40014, "invalid access_token")
        user = self._codes.spend("wecom", request.query.get("code", ""))
        if user is None:
            raise WeComRefused(40029, "invalid code")
        known = self._config.user_of("wecom", user)
        request[DETAIL] = known or "an outsider"
        who = {"userid": known} if known else {"openid": f"open-{user}"}
        return web.json_response({"errcode": 0, "errmsg": "ok", **who})


def _unionid(user: str) -> str:
    return f"union-{user}"
