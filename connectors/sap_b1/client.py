"""Calls to SAP Business One within one session, which is renewed when it is lost."""

from dataclasses import replace

import aiohttp
from yarl import URL

from connectors.kit import Kit
from connectors.kit.exchange import Call, Exchange, Reply
from connectors.kit.pace import Pace
from connectors.kit.single import Tokens
from connectors.sap_b1.wire import (
    JSON_TYPE,
    LOGIN,
    Account,
    build_login,
    parse_fault,
    parse_login,
)
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable

RATE = (10, 1.0)
"""Calls a second; the vendor publishes none, `rate` of the settings says what was agreed."""
SERVICE = "/b1s/v1"
_LOST, _FORBIDDEN, _BAD = 401, 403, 400


class SapB1Client:
    """One user of one company's database; errors are those of `core.errors`, without secrets."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        account: Account,
        kit: Kit,
        pace: Pace,
        timeout_s: float,
    ) -> None:
        url = base_url.rstrip("/")
        service = url if URL(url).path.strip("/") else url + SERVICE
        self._account = account
        self._clock = kit.clock
        self._exchange = Exchange(
            system,
            service,
            kit,
            pace=pace,
            timeout_s=timeout_s,
            cookies=aiohttp.CookieJar(unsafe=True),
        )
        self._sessions = Tokens(self._login, kit.clock)

    async def call(self, call: Call) -> Reply:
        """Call within the session, once more in a new one when it was lost; Rejected as told."""
        session = await self._sessions.get()
        call = replace(call, content_type=JSON_TYPE)
        reply = await self._exchange.send(call)
        if reply.status == _LOST:
            self._sessions.refuse(session)
            await self._sessions.get()
            reply = await self._exchange.send(call)
        if reply.status in {_LOST, _FORBIDDEN}:
            raise AuthFailed("forbidden", status=reply.status)
        if reply.status >= _BAD:
            raise Rejected("refused", text=_words(reply), status=reply.status)
        return reply

    async def close(self) -> None:
        """Give the connections back."""
        await self._sessions.close()
        await self._exchange.close()

    async def _login(self) -> tuple[str, float]:
        call = Call("login", "POST", LOGIN, body=build_login(self._account), content_type=JSON_TYPE)
        try:
            reply = await self._exchange.send(call)
            if reply.status >= _BAD:
                raise AuthFailed("login_refused", text=_words(reply))
            life_s = parse_login(reply.body)
        except (ResultUnknown, ValueError):
            raise Retryable("login_not_answered") from None
        return f"session-{self._clock().timestamp()}", life_s


def _words(reply: Reply) -> str:
    try:
        return parse_fault(reply.body)
    except ValueError:
        raise ResultUnknown("garbled", status=reply.status) from None
