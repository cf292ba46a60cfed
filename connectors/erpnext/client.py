"""Calls to ERPNext: every one carries the key of a user."""

from dataclasses import replace

from connectors.erpnext.wire import JSON_TYPE, parse_fault
from connectors.kit import Kit
from connectors.kit.exchange import Call, Exchange, Reply
from connectors.kit.pace import Pace
from core.errors import AuthFailed, Rejected, ResultUnknown

RATE = (5, 1.0)
"""Calls a second; a site sets its own limit, `rate` of the settings says what was agreed."""
_FORBIDDEN = frozenset({401, 403})
_BAD = 400


class ErpNextClient:
    """One user of one site; errors are those of `core.errors`, without secrets."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        key: str,
        secret: str,
        kit: Kit,
        pace: Pace,
        timeout_s: float,
    ) -> None:
        self._headers = {"Authorization": f"token {key}:{secret}", "Accept": JSON_TYPE}
        self._exchange = Exchange(system, base_url, kit, pace=pace, timeout_s=timeout_s)

    async def call(self, call: Call) -> Reply:
        """Call; Rejected in the system's words."""
        reply = await self._exchange.send(
            replace(call, headers=self._headers, content_type=JSON_TYPE if call.body else "")
        )
        if reply.status in _FORBIDDEN:
            raise AuthFailed("forbidden", status=reply.status)
        if reply.status >= _BAD:
            raise Rejected("refused", text=_words(reply), status=reply.status)
        return reply

    async def close(self) -> None:
        """Give the connections back."""
        await self._exchange.close()


def _words(reply: Reply) -> str:
    try:
        return parse_fault(reply.body)
    except ValueError:
        raise ResultUnknown("garbled", status=reply.status) from None
