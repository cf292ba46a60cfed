"""What WeCom answers: every error is HTTP 200 with an errcode, and each code means one thing here.

Codes are those of WeCom document 90313; errmsg is never looked at, its wording changes.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from bot.port import JsonObject
from core.errors import AuthFailed, OutsideError, Rejected, Retryable

BUSY = -1
STALE_TOKEN = frozenset({41001, 40014, 42001})
FREQUENCY_PAUSE_S = 60.0
"""WeCom's windows are a minute, an hour or a day; the shortest is waited for."""

CARD_STATUS = "card_status"
"""A card invoice is in a state from which there is no way to the wanted one."""
CARD_TAKEN = "card_taken"
"""Somebody else has locked a card invoice."""

Failure = Callable[[int], OutsideError]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `fields` of a JSON one, `data` of a download."""

    errcode: int
    fields: JsonObject
    data: bytes = b""


def parse_answer(body: bytes) -> Answer:
    """Read a JSON answer; ValueError when it is none or has no errcode."""
    fields = json.loads(body)
    if not isinstance(fields, dict):
        raise TypeError("not an object")
    errcode = fields.get("errcode")
    if type(errcode) is not int:
        raise TypeError("no errcode")
    return Answer(errcode, fields)


def parse_media(body: bytes, *, content_type: str, attached: bool) -> Answer:
    """Tell a downloaded file from an error by its headers.

    An attachment is a file even when its bytes are JSON; only a bare JSON answer can be an error.
    """
    if not attached and content_type in {"application/json", "text/plain"}:
        try:
            return parse_answer(body)
        except (ValueError, TypeError):
            pass
    return Answer(0, {}, body)


def error_for(errcode: int) -> OutsideError:
    """Give the error that an errcode stands for; one that is not listed is a plain Rejected."""
    make = _FAILURES.get(errcode)
    return make(errcode) if make else Rejected("wecom_refused", errcode=errcode)


def _auth(code: str) -> Failure:
    return lambda errcode: AuthFailed(code, errcode=errcode)


def _rejected(code: str) -> Failure:
    return lambda errcode: Rejected(code, errcode=errcode)


def _frequency(errcode: int) -> OutsideError:
    return Retryable("wecom_frequency", retry_after_s=FREQUENCY_PAUSE_S, errcode=errcode)


def _busy(errcode: int) -> OutsideError:
    return Retryable("wecom_busy", errcode=errcode)


_FAILURES: dict[int, Failure] = {
    BUSY: _busy,
    **dict.fromkeys((45009, 45033), _frequency),
    **dict.fromkeys((40001, 40091), _auth("wecom_secret")),
    **dict.fromkeys((40013, 41002, 41004), _auth("wecom_corp_id")),
    **dict.fromkeys(STALE_TOKEN, _auth("wecom_token")),
    60020: _auth("wecom_ip_not_allowed"),
    **dict.fromkeys((48002, 301002, 40056, 41011), _auth("wecom_agent")),
    **dict.fromkeys((81013, 60111, 82001, 60011, 60123), _rejected("unknown_user")),
    40007: _rejected("media_expired"),
    830002: _rejected("media_too_large"),
    42014: _rejected("card_exists"),
    72023: _rejected(CARD_TAKEN),
    72024: _rejected(CARD_STATUS),
    72037: _rejected("card_owner"),
    **dict.fromkeys((40029, 42003), _rejected("code_refused")),
}
