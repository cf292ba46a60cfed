"""Calls to Odoo: every one carries an API key."""

from connectors.kit import Kit
from connectors.kit.exchange import Call, Exchange, Reply
from connectors.kit.pace import Pace
from connectors.odoo.wire import JSON_TYPE, parse_fault, path_of
from core.errors import AuthFailed, Rejected, ResultUnknown

RATE = (5, 1.0)
"""Calls a second; a database sets its own limit, `rate` of the settings says what was agreed."""
_FORBIDDEN = frozenset({401, 403})
_BAD = 400


class OdooClient:
    """One user of one database; errors are those of `core.errors`, without secrets."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        key: str,
        database: str,
        kit: Kit,
        pace: Pace,
        timeout_s: float,
    ) -> None:
        named = {"X-Odoo-Database": database} if database else {}
        self._headers = {"Authorization": f"bearer {key}", **named}
        self._exchange = Exchange(system, base_url, kit, pace=pace, timeout_s=timeout_s)

    async def call(self, model: str, method: str, body: bytes) -> Reply:
        """Call a method of a model; Rejected in the system's words."""
        path, name = path_of(model, method), f"{model}.{method}"
        call = Call(name, "POST", path, self._headers, body=body, content_type=JSON_TYPE)
        reply = await self._exchange.send(call)
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
