"""WeCom's sign-in, without I/O: the addresses, and who an answer names.

Source: WeCom documents 91022 (inside WeCom) and 98152 (any browser).
"""

from urllib.parse import quote, urlencode

from bot.port import JsonObject
from core.errors import Rejected


def inside_url(open_url: str, corp_id: str, agent_id: int, redirect: str, state: str) -> str:
    """Give the address for WeCom's own browser, where nobody needs to do anything."""
    query = {
        "appid": corp_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
        "agentid": str(agent_id),
    }
    return _address(open_url, "/connect/oauth2/authorize", query) + "#wechat_redirect"


def web_url(login_url: str, corp_id: str, agent_id: int, redirect: str, state: str) -> str:
    """Give the address for any other browser: a code to scan."""
    query = {
        "login_type": "CorpApp",
        "appid": corp_id,
        "agentid": str(agent_id),
        "redirect_uri": redirect,
        "state": state,
    }
    return _address(login_url, "/wwlogin/sso/login", query)


def _address(base: str, path: str, query: dict[str, str]) -> str:
    return f"{base.rstrip('/')}{path}?{urlencode(query, quote_via=quote)}"


def read_member(body: JsonObject) -> str:
    """Give a member's user id; outsiders have only an openid: Rejected `stranger`."""
    user = body.get("userid")
    if not isinstance(user, str) or not user:
        raise Rejected("stranger")
    return user
