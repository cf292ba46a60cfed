"""What the long connection answers: each errcode means one thing here; errmsg is never looked at.

Sources: WeCom documents 101463 and 90313; 853000, 846609 and 45009 as seen in public reports.
"""

from bot.channels.wecom_bot.frames import Frame
from core.errors import AuthFailed, OutsideError, Rejected, Retryable

NOT_SUBSCRIBED = 846609
STALE_REQ_ID = "stale_req_id"
CARD_EXISTS = "card_exists"
FREQUENCY_PAUSE_S = 30.0
_BUSY = -1
_FREQUENCY = frozenset({45009, 45033})
_SECRET = frozenset({853000, 40001})
_STALE = frozenset({846605, 846608})
_CARD_EXISTS = 42014


def check(answer: Frame) -> Frame:
    """Give an answer that says yes; else raise what its errcode stands for."""
    if answer.errcode:
        raise error_for(answer.errcode)
    return answer


def error_for(errcode: int) -> OutsideError:
    """Give the error that an errcode stands for; one that is not listed is a plain Rejected.

    Which one a push to somebody who never wrote to the bot gets is not documented: it is one of
    those that are not listed.
    """
    if errcode in _FREQUENCY:
        return Retryable("wecom_bot_frequency", retry_after_s=FREQUENCY_PAUSE_S, errcode=errcode)
    if errcode in {_BUSY, NOT_SUBSCRIBED}:
        return Retryable("wecom_bot_busy", errcode=errcode)
    if errcode in _SECRET:
        return AuthFailed("wecom_bot_secret", errcode=errcode)
    if errcode in _STALE:
        return Rejected(STALE_REQ_ID, errcode=errcode)
    code = CARD_EXISTS if errcode == _CARD_EXISTS else "wecom_bot_refused"
    return Rejected(code, errcode=errcode)
