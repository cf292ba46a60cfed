"""Calls to DingTalk with the token that the messenger uses, too; both of its interfaces."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from connectors.dingtalk_oa.wire import (
    JSON_TYPE,
    OLD_BUSY,
    OLD_STALE,
    STALE,
    TOKEN_HEADER,
    Answer,
    parse_answer,
    parse_old,
)
from connectors.kit import Kit
from connectors.kit.connector import application_of
from connectors.kit.exchange import Call, Exchange
from connectors.kit.pace import Pace
from core.errors import AuthFailed, ResultUnknown, Retryable

RATE = (20, 1.0)
"""Calls of an application to one interface in so many seconds."""
APPLICATION = "dingtalk"

Once = Callable[[str], Awaitable[Answer]]


class DingTalkOaClient:
    """One application of one organisation; errors are those of `core.errors`, without secrets."""

    def __init__(
        self, *, system: str, base_url: str, kit: Kit, rate: float | None, timeout_s: float
    ) -> None:
        found = application_of(kit, APPLICATION)
        pace = Pace(rate, 1.0) if rate else Pace(*RATE)
        self._pace = pace
        self._system, self._kit, self._timeout_s = system, kit, timeout_s
        self.address = base_url or found.url
        self.agent = found.agent
        self._new = Exchange(system, self.address, kit, pace=pace, timeout_s=timeout_s)
        old = found.old_url or base_url
        self._old = Exchange(system, old, kit, pace=Pace(*RATE), timeout_s=timeout_s)
        self._token = found.token

    async def call(self, call: Call) -> Answer:
        """Call the new interface, once more with a fresh token when the known one is refused."""

        async def once(token: str) -> Answer:
            headers = {**call.headers, TOKEN_HEADER: token, "Accept": JSON_TYPE}
            reply = await self._new.send(replace(call, headers=headers))
            try:
                return parse_answer(reply.status, reply.body)
            except ValueError:
                raise ResultUnknown("garbled", status=reply.status) from None

        answer = await self._renewed(once, frozenset({STALE}))
        if answer.pause_s is not None:
            self._pace.hold(min(answer.pause_s, 10.0))
            raise Retryable("throttled", retry_after_s=answer.pause_s, answer=answer.code)
        if answer.denied:
            raise AuthFailed("permission", text=answer.code, answer=answer.code)
        return answer

    async def ask_old(self, call: Call) -> Answer:
        """Ask the old interface, which takes its token in the address; questions only."""

        async def once(token: str) -> Answer:
            query = {**call.query, "access_token": token}
            try:
                return parse_old((await self._old.send(replace(call, query=query))).body)
            except (ResultUnknown, ValueError):
                raise Retryable("not_answered", call=call.name) from None

        answer = await self._renewed(once, OLD_STALE)
        if answer.code in OLD_BUSY:
            raise Retryable("throttled", retry_after_s=1, answer=answer.code)
        return answer

    async def put(self, address: str, call: Call) -> int:
        """Send bytes to DingTalk's storage, which wants no token; gives the status."""
        there = Exchange(
            self._system, address, self._kit, pace=Pace(*RATE), timeout_s=self._timeout_s
        )
        try:
            return (await there.send(call)).status
        finally:
            await there.close()

    async def _renewed(self, once: Once, stale: frozenset[str]) -> Answer:
        token = await self._token()
        answer = await once(token)
        if answer.code in stale:
            answer = await once(await self._token(token))
        if answer.code in stale:
            raise AuthFailed("token_refused", answer=answer.code)
        return answer

    async def close(self) -> None:
        """Give the connections back."""
        await self._new.close()
        await self._old.close()
