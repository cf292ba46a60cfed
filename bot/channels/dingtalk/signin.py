"""DingTalk's web sign-in, without I/O: the address, the bodies, and what the answers mean.

Source: DingTalk's pages "obtain-identity-credentials" and "query-a-user-by-the-union-id".
"""

from urllib.parse import quote, urlencode

from bot.port import JsonObject
from core.errors import AuthFailed, OutsideError, Rejected, Retryable

_STALE = frozenset({40014, 42001})
_STRANGERS = frozenset({60121, 33012, 50002, 50004})
"""Not in this organisation, or outside what the application may see."""
_DENIED = frozenset({60011, 60020, 41001})
_BUSY = frozenset({-1, 15, 90002, 90018, 90020})
_WRAPPED = 88
"""Some calls put their errcode inside this one, as text."""
_MEMBER = 0


def sign_in_url(login_url: str, client_id: str, redirect: str, state: str) -> str:
    """Give the address at which a person agrees; `corpid` lets them choose the organisation."""
    query = {
        "client_id": client_id,
        "redirect_uri": redirect,
        "state": state,
        "response_type": "code",
        "prompt": "consent",
        "scope": "openid corpid",
    }
    return f"{login_url.rstrip('/')}/oauth2/auth?{urlencode(query, quote_via=quote)}"


def code_body(client_id: str, client_secret: str, code: str) -> JsonObject:
    """Exchange a code for a token of the person."""
    return {
        "clientId": client_id,
        "clientSecret": client_secret,
        "code": code,
        "grantType": "authorization_code",
    }


def read_grant(body: JsonObject, corp_id: str) -> str:
    """Give the person's token; Rejected `stranger` when they chose another organisation."""
    token = body.get("accessToken")
    if not isinstance(token, str) or not token:
        raise Retryable("token_missing", retry_after_s=10)
    if corp_id and body.get("corpId") != corp_id:
        raise Rejected("stranger")
    return token


def read_unionid(body: JsonObject) -> str:
    """Give the id that a person has across organisations; there is no user id here."""
    unionid = body.get("unionId")
    if not isinstance(unionid, str) or not unionid:
        raise Rejected("stranger")
    return unionid


def refusal(error: Rejected) -> Rejected:
    """Say that a code is no good, whatever DingTalk calls it; a stranger stays one."""
    return error if error.code == "stranger" else Rejected("code_refused", said=error.code)


def is_stale(body: JsonObject) -> bool:
    """Whether the old API did not like the application's token."""
    return errcode_of(body) in _STALE


def read_user(body: JsonObject) -> str:
    """Give the user id of a member; Rejected `stranger` for anybody else."""
    errcode = errcode_of(body)
    if errcode != 0:
        raise failure_of(errcode)
    result = body.get("result")
    found = result if isinstance(result, dict) else {}
    user = found.get("userid")
    if not isinstance(user, str) or not user or found.get("contact_type", _MEMBER) != _MEMBER:
        raise Rejected("stranger")
    return user


def errcode_of(body: JsonObject) -> int:
    """Give the errcode of an answer of the old API, also one that is wrapped in another."""
    errcode = body.get("errcode")
    inner = body.get("sub_code")
    if errcode == _WRAPPED and isinstance(inner, str) and inner.isdecimal():
        return int(inner)
    return errcode if isinstance(errcode, int) else -1


def failure_of(errcode: int) -> OutsideError:
    """Say what an errcode of the old API means."""
    if errcode in _STRANGERS:
        return Rejected("stranger")
    if errcode in _BUSY or errcode == _WRAPPED:
        return Retryable("busy", errcode=errcode, retry_after_s=2)
    if errcode in _DENIED or errcode in _STALE:
        return AuthFailed("denied", errcode=errcode)
    return Rejected("refused", errcode=errcode)
