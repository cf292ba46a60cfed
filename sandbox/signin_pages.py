"""Where a browser proves who it is: a page of people stands for the phone that would confirm."""

import html
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from yarl import URL

from sandbox.config import Platform, SandboxConfig
from sandbox.signin import CodeDesk

STRANGER = "stranger"
"""Somebody whom the messenger knows and the company does not."""
MAX_STATE_BYTES = 128
NAMES: Mapping[Platform, str] = {"dingtalk": "钉钉 DingTalk", "wecom": "企业微信 WeCom"}
CODE_NAMES: Mapping[Platform, str] = {"dingtalk": "authCode", "wecom": "code"}
REFUSED = 400
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name} · 沙盒登录 Sandbox sign-in</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/style.css">
<link rel="stylesheet" href="/page/signin.css"></head>
<body data-platform="{platform}"><main class="signin"><h1>{name}</h1>
<p>{words}</p><ul>{people}</ul></main></body></html>
"""


class SignInPages:
    """The three addresses to which the bot sends browsers: DingTalk's, and WeCom's two."""

    def __init__(self, config: SandboxConfig, codes: CodeDesk) -> None:
        self._config = config
        self._codes = codes

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.get("/dingtalk-login/oauth2/auth", self._dingtalk),
            web.get("/wecom-open/connect/oauth2/authorize", self._wecom_inside),
            web.get("/wecom-login/wwlogin/sso/login", self._wecom_web),
        ]

    async def _dingtalk(self, request: web.Request) -> web.Response:
        wanted = {
            "client_id": self._config.dingtalk.client_id,
            "response_type": "code",
            "prompt": "consent",
        }
        scopes = request.query.get("scope", "").split()
        return self._answer(request, "dingtalk", wanted, scopes_ok="openid" in scopes)

    async def _wecom_inside(self, request: web.Request) -> web.Response:
        wanted = {"appid": self._config.wecom.corp_id, "response_type": "code"}
        scope = request.query.get("scope", "")
        agent = request.query.get("agentid", "") == str(self._config.wecom.agent_id)
        known = scope == "snsapi_base" or (scope == "snsapi_privateinfo" and agent)
        return self._answer(request, "wecom", wanted, scopes_ok=known)

    async def _wecom_web(self, request: web.Request) -> web.Response:
        tenant = self._config.wecom
        wanted = {
            "login_type": "CorpApp",
            "appid": tenant.corp_id,
            "agentid": str(tenant.agent_id),
        }
        return self._answer(request, "wecom", wanted, scopes_ok=True)

    def _answer(
        self,
        request: web.Request,
        platform: Platform,
        wanted: Mapping[str, str],
        *,
        scopes_ok: bool,
    ) -> web.Response:
        """Show who could sign in; with `sandbox_user` (ours, not theirs) send them back."""
        query = request.query
        wrong = [key for key, value in wanted.items() if query.get(key) != value]
        redirect, state = query.get("redirect_uri", ""), query.get("state", "")
        if wrong or not scopes_ok:
            return _page(platform, f"参数错误 Wrong parameters: {', '.join(wrong) or 'scope'}")
        if not self._is_ours(redirect):
            return _page(platform, "redirect_uri 与配置的授权完成回调域名不一致 (50001)")
        if len(state.encode()) > MAX_STATE_BYTES or not (state.isascii() and state.isalnum()):
            return _page(platform, "state 无效 Invalid state")
        user = query.get("sandbox_user")
        if user is None:
            return self._people(request, platform)
        code = {CODE_NAMES[platform]: self._codes.issue(platform, user), "state": state}
        location = str(URL(redirect).update_query(code))
        return web.Response(status=302, headers={"Location": location})

    def _is_ours(self, redirect: str) -> bool:
        """Whether an address lies at Chit, whose host the administrator has registered."""
        ours, asked = urlsplit(self._config.chit_url), urlsplit(redirect)
        return (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc)

    def _people(self, request: web.Request, platform: Platform) -> web.Response:
        people = [
            (p.dingtalk if platform == "dingtalk" else p.wecom, f"{p.name} {p.title}")
            for p in self._config.people
        ]
        rows = "".join(
            _row(request, user, name) for user, name in [*people, (STRANGER, "外部联系人")] if user
        )
        return _page(platform, "你是谁？ Who are you?", rows, status=200)


def _row(request: web.Request, user: str, name: str) -> str:
    link = f"{request.path}?{urlencode({**request.query, 'sandbox_user': user})}"
    who, to = html.escape(user), html.escape(link)
    return f'<li><a data-user="{who}" href="{to}">{html.escape(name)}</a></li>'


def _page(platform: Platform, words: str, people: str = "", status: int = REFUSED) -> web.Response:
    body = PAGE.format(
        platform=platform, name=NAMES[platform], words=html.escape(words), people=people
    )
    return web.Response(text=body, status=status, content_type="text/html")
