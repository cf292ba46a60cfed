"""Calls to 金蝶云·星空: signed one by one, or within a session that is renewed when it is lost."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, TypeVar

import aiohttp
from yarl import URL

from connectors.kingdee.wire import (
    JSON_TYPE,
    SESSION_LOST,
    Account,
    Answer,
    Booked,
    build_login,
    build_query,
    parse_answer,
    parse_login,
    parse_rows,
    path_of,
    sign,
)
from connectors.kit import Kit
from connectors.kit.exchange import Call, Exchange, Reply
from connectors.kit.pace import Pace
from connectors.kit.single import Tokens
from core.errors import AuthFailed, ResultUnknown, Retryable

Login = Literal["signature", "session"]
T = TypeVar("T")
RATE = (10, 1.0)
"""Calls a second; the vendor publishes none, `rate` of the settings says what was agreed."""
IDLE_S = 1200.0
SITE = "/K3Cloud"
_FORBIDDEN = frozenset({401, 403})


class KingdeeClient:
    """One user of one data centre; errors are those of `core.errors`, without secrets."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        account: Account,
        login: Login,
        kit: Kit,
        pace: Pace,
        timeout_s: float,
    ) -> None:
        url = base_url.rstrip("/")
        site = url if URL(url).path.strip("/") else url + SITE
        self._account = account
        self._clock = kit.clock
        self._at = URL(site).raw_path.rstrip("/")
        jar = aiohttp.CookieJar(unsafe=True) if login == "session" else None
        self._exchange = Exchange(system, site, kit, pace=pace, timeout_s=timeout_s, cookies=jar)
        self._sessions = Tokens(self._login, kit.clock) if login == "session" else None

    async def operate(self, operation: str, body: bytes) -> Answer:
        """Carry out an operation; it is repeated once when the session was lost before it."""
        for last in (False, True):
            session = await self._session()
            reply = await self._send(f"DynamicFormService.{operation}", body)
            try:
                answer = parse_answer(reply.body)
            except ValueError:
                raise ResultUnknown("garbled", status=reply.status) from None
            if answer.code != SESSION_LOST or answer.good:
                return answer
            self._lost(session, last=last)
        raise AuthFailed("session_refused")

    async def find(self, key: str) -> tuple[Booked, ...] | Answer:
        """Ask for vouchers by our key."""
        return await self.ask(build_query(key), lambda body: parse_rows(body, key))

    async def ask(self, query: bytes, parse: Callable[[bytes], T | Answer]) -> T | Answer:
        """Ask for rows; once more when the session was lost before it."""
        for last in (False, True):
            session = await self._session()
            reply = await self._send("DynamicFormService.ExecuteBillQuery", query)
            try:
                found = parse(reply.body)
            except ValueError:
                raise ResultUnknown("garbled", status=reply.status) from None
            if not isinstance(found, Answer) or found.code != SESSION_LOST:
                return found
            self._lost(session, last=last)
        raise AuthFailed("session_refused")

    async def close(self) -> None:
        """Give the connections back."""
        if self._sessions is not None:
            await self._sessions.close()
        await self._exchange.close()

    async def _session(self) -> str:
        return "" if self._sessions is None else await self._sessions.get()

    def _lost(self, session: str, *, last: bool) -> None:
        """Forget a session that is not known any more; AuthFailed when a new one is not, either."""
        if self._sessions is None or last:
            raise AuthFailed("not_logged_in")
        self._sessions.refuse(session)

    async def _send(self, service: str, body: bytes) -> Reply:
        path = path_of(service)
        call = Call(service, "POST", path, body=body, content_type=JSON_TYPE)
        if self._sessions is None:
            stamp = int(self._clock().timestamp())
            call = replace(call, headers=sign(self._account, self._at + path, stamp))
        reply = await self._exchange.send(call)
        if reply.status in _FORBIDDEN:
            raise AuthFailed("forbidden", status=reply.status)
        return reply

    async def _login(self) -> tuple[str, float]:
        path = path_of("AuthService.LoginByAppSecret")
        call = Call("login", "POST", path, body=build_login(self._account), content_type=JSON_TYPE)
        try:
            good, words = parse_login((await self._exchange.send(call)).body)
        except (ResultUnknown, ValueError):
            raise Retryable("login_not_answered") from None
        if not good:
            raise AuthFailed("login_refused", text=words)
        return f"session-{self._clock().timestamp()}", IDLE_S
