"""DingTalk's API, without I/O: bodies of the calls, and what their answers mean."""

import json
from collections.abc import Mapping
from typing import cast

from bot.port import JsonObject
from core.errors import AuthFailed, OutsideError, Rejected, Retryable, Unsupported

BUILT_IN_TEMPLATE = "382e4302-551d-4880-bf29-a30acfab2e71.schema"
"""The platform's own AI-markdown card: for companies that have not imported ours."""

MAX_TEXT_BYTES = 12_000
"""Below the 15,000 bytes of msgParam, with room for JSON's escapes."""

TOKEN_REFUSED = "InvalidAuthentication"  # noqa: S105 - the code of an answer
ALREADY_THERE = "param.cardAlreadyExist"
_CARD_GONE = "param.cardNotExist"
_CODE_EXPIRED = "invalidParameter.robotCode.downloadCode"
_QUOTA = "Forbidden.AccessDenied.ApiCountLimit"
_PER_MINUTE = "Forbidden.AccessDenied.QpmLimit"
_PER_SECOND = "Forbidden.AccessDenied.QpsLimit"
_DENIED = "Forbidden."
_BUSY = frozenset({"system.busy", "system.error", "ServiceUnavailable", "server.error"})
_CREDENTIALS = frozenset({"invalidClientIdOrSecret", "invalid.client", "unauthorized.client"})
_MAX_CODE_CHARS = 80


def token_body(client_id: str, client_secret: str) -> JsonObject:
    """Ask for an access token."""
    return {"appKey": client_id, "appSecret": client_secret}


def text_body(robot_code: str, user: str, text: str) -> JsonObject:
    """Send plain words to one person; too long a text is cut and says so."""
    param = json.dumps({"content": shorten(text)}, ensure_ascii=False)
    return {"robotCode": robot_code, "userIds": [user], "msgKey": "sampleText", "msgParam": param}


def image_body(robot_code: str, user: str, media_id: str) -> JsonObject:
    """Send an uploaded picture to one person."""
    param = json.dumps({"photoURL": media_id})
    return {
        "robotCode": robot_code,
        "userIds": [user],
        "msgKey": "sampleImageMsg",
        "msgParam": param,
    }


def group_body(robot_code: str, group: str, text: str) -> JsonObject:
    """Say plain words in a chat of several people."""
    param = json.dumps({"content": shorten(text)}, ensure_ascii=False)
    return {
        "robotCode": robot_code,
        "openConversationId": group,
        "msgKey": "sampleText",
        "msgParam": param,
    }


def shorten(text: str) -> str:
    """Cut a text to what one message carries."""
    data = text.encode(errors="replace")
    if len(data) <= MAX_TEXT_BYTES:
        return data.decode()
    return data[:MAX_TEXT_BYTES].decode(errors="ignore") + "…"


def card_variables(body: JsonObject) -> dict[str, str]:
    """Take the variables out of a card's body `{"cardParamMap": {name: text}}`.

    Rejected `card_body` when a value is no text: the platform draws nothing for it.
    """
    variables = body.get("cardParamMap")
    if not isinstance(variables, dict):
        raise Rejected("card_body")
    if not all(isinstance(value, str) for value in variables.values()):
        raise Rejected("card_body")
    return cast("dict[str, str]", variables)


def create_body(
    *,
    template: str,
    robot_code: str,
    user: str,
    card: str,
    variables: Mapping[str, str],
    alert: str,
) -> JsonObject:
    """Create a card and put it into one person's chat with the bot."""
    return {
        "cardTemplateId": template or BUILT_IN_TEMPLATE,
        "outTrackId": card,
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": {"cardParamMap": dict(variables)},
        "openSpaceId": f"dtv1.card//IM_ROBOT.{user}",
        "imRobotOpenSpaceModel": {
            "supportForward": False,
            "lastMessageI18n": {"ZH_CN": alert},
            "notification": {"alertContent": alert},
        },
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": robot_code},
    }


def update_body(card: str, variables: Mapping[str, str]) -> JsonObject:
    """Change these variables of a card; without the flags all others would be wiped."""
    return {
        "outTrackId": card,
        "userIdType": 1,
        "cardData": {"cardParamMap": dict(variables)},
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
    }


def read_answer(status: int, raw: bytes) -> JsonObject:
    """Give the JSON object of a good answer; else raise what it means (see `failure`)."""
    body = _object(raw)
    if body is None:
        # A gateway's page: an address that was banned for asking too often gets HTML.
        raise Retryable("not_json", status=status, retry_after_s=60)
    if body.get("source") == "x5":
        wait = body.get("wait")
        minutes = wait if isinstance(wait, int) and 0 < wait <= 60 else 5  # noqa: PLR2004 - an hour
        raise Retryable("address_banned", status=status, retry_after_s=minutes * 60)
    if status == 200:  # noqa: PLR2004 - OK
        return body
    raise failure(status, body)


def failure(status: int, body: JsonObject) -> OutsideError:
    """Say what an error of the API means; throttling is 403 with a code, an old token 400."""
    code = code_of(body)
    return _throttled(status, code) or _refused(status, code, body)


def code_of(body: JsonObject) -> str:
    """Give an answer's error code; words of people never come along."""
    code = body.get("code")
    return code[:_MAX_CODE_CHARS] if isinstance(code, str) else ""


def _throttled(status: int, code: str) -> Retryable | None:
    if code.startswith(_QUOTA):
        return Retryable(code, retry_after_s=3600)
    if code.startswith(_PER_MINUTE):
        return Retryable(code, retry_after_s=60)
    if code.startswith(_PER_SECOND):
        return Retryable(code, retry_after_s=1)
    if code == "send.too.fast":
        return Retryable(code, retry_after_s=10)
    if code in _BUSY or status in {408, 429} or status >= 500:  # noqa: PLR2004 - server errors
        return Retryable(code or "unavailable", status=status, retry_after_s=2)
    return None


def _refused(status: int, code: str, body: JsonObject) -> OutsideError:
    if code == TOKEN_REFUSED or code in _CREDENTIALS or status == 401:  # noqa: PLR2004
        return AuthFailed(code or "unauthorized")
    if code.startswith(_DENIED):
        return AuthFailed(code, scopes=_scopes(body))
    if code == _CARD_GONE:
        return Unsupported("card_gone")
    if code == _CODE_EXPIRED:
        return Rejected("media_expired")
    if 300 <= status < 400:  # noqa: PLR2004 - redirects are never followed with a token
        return Retryable("redirected", status=status, retry_after_s=60)
    return Rejected(code or "refused", status=status)


def _scopes(body: JsonObject) -> tuple[str, ...]:
    detail = body.get("accessdenieddetail")
    scopes = detail.get("requiredScopes") if isinstance(detail, dict) else None
    return tuple(str(scope) for scope in scopes) if isinstance(scopes, list) else ()


def read_token(body: JsonObject) -> tuple[str, int]:
    """Give token and life in seconds; Retryable when the answer has none."""
    token, life_s = body.get("accessToken"), body.get("expireIn")
    if not isinstance(token, str) or not token or not isinstance(life_s, int):
        raise Retryable("token_missing", retry_after_s=10)
    return token, life_s


def check_sent(body: JsonObject) -> None:
    """Look into a good answer to a text for the failure that it may carry."""
    if body.get("flowControlledStaffIdList"):
        raise Retryable("flow_controlled", retry_after_s=60)
    if body.get("invalidStaffIdList"):
        raise Rejected("user_unknown")
    if body.get("filteredStaffIdList"):
        raise Rejected("user_filtered")


def check_delivered(body: JsonObject) -> None:
    """Look into a good answer to a new card: every space must have taken it."""
    result = body.get("result")
    spaces = result.get("deliverResults") if isinstance(result, dict) else None
    delivered = isinstance(spaces, list) and bool(spaces) and all(map(_taken, spaces))
    if body.get("success") is not True or not delivered:
        raise Rejected("card_not_delivered", reason=_reason(spaces))


def _taken(space: object) -> bool:
    return isinstance(space, dict) and space.get("success") is True


def _reason(spaces: object) -> str:
    entries = spaces if isinstance(spaces, list) else []
    words = (str(entry.get("errorMsg")) for entry in entries if not _taken(entry) and _known(entry))
    return next(words, "")[:_MAX_CODE_CHARS]


def _known(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("errorMsg"), str)


def check_updated(body: JsonObject) -> None:
    """Look into a good answer to a change of a card."""
    if body.get("success") is not True:
        raise Rejected(code_of(body) or "card_not_updated")


def _object(raw: bytes) -> JsonObject | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return cast("JsonObject", body) if isinstance(body, dict) else None
