"""Calls to WeCom with the token that the messenger uses, too; every refusal is an HTTP 200."""

from collections.abc import Callable
from dataclasses import replace

import aiohttp

from connectors.kit import Kit
from connectors.kit.connector import application_of
from connectors.kit.exchange import Call, Exchange
from connectors.kit.pace import Pace
from connectors.wecom_oa.wire import (
    BUSY,
    NOT_OURS,
    STALE,
    SYSTEM_BUSY,
    UPLOAD_PATH,
    Answer,
    parse_answer,
)
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable

RATE = (600, 60.0)
"""Calls to approvals in so many seconds."""
APPLICATION = "wecom"
PAUSE_S = 60.0
"""How long WeCom counts calls, at least."""
_GOOD = 200


class WeComOaClient:
    """One application of one company; errors are those of `core.errors`, without secrets."""

    def __init__(
        self, *, system: str, base_url: str, kit: Kit, rate: float | None, timeout_s: float
    ) -> None:
        found = application_of(kit, APPLICATION)
        pace = Pace(rate, 1.0) if rate else Pace(*RATE)
        self._exchange = Exchange(
            system, base_url or found.url, kit, pace=pace, timeout_s=timeout_s
        )
        self._token = found.token

    async def call(self, call: Call) -> Answer:
        """Call, once more with a fresh token when the known one is refused."""
        return await self._called(lambda: call)

    async def upload(self, name: str, data: bytes) -> Answer:
        """Put a file into WeCom's store for three days."""

        def fresh() -> Call:
            body = _part(name, data)
            query = {"type": "file"}
            return Call("upload", "POST", UPLOAD_PATH, query=query, body=body)

        return await self._called(fresh)

    async def _called(self, make: Callable[[], Call]) -> Answer:
        token = await self._token()
        answer = await self._once(make(), token)
        if answer.code in STALE:
            answer = await self._once(make(), await self._token(token))
        if answer.code in STALE or answer.code in NOT_OURS:
            raise AuthFailed("permission", text=answer.text, errcode=answer.code)
        if answer.code in BUSY:
            raise Retryable("frequency", retry_after_s=PAUSE_S, errcode=answer.code)
        if answer.code == SYSTEM_BUSY:
            raise ResultUnknown("system_busy")
        return answer

    async def _once(self, call: Call, token: str) -> Answer:
        query = {**call.query, "access_token": token}
        reply = await self._exchange.send(replace(call, query=query))
        if reply.status != _GOOD:
            raise Rejected("http", status=reply.status)
        try:
            return parse_answer(reply.body)
        except ValueError:
            raise ResultUnknown("garbled") from None

    async def close(self) -> None:
        """Give the connections back."""
        await self._exchange.close()


def _part(name: str, data: bytes) -> aiohttp.MultipartWriter:
    """Write the part `media` with its name as it is: WeCom does not read `filename*`."""
    body = aiohttp.MultipartWriter("form-data")
    part = body.append(data, {"Content-Type": "application/octet-stream"})
    safe = name.replace("\\", "_").replace('"', "_").replace("\r", "_").replace("\n", "_")
    part.headers["Content-Disposition"] = f'form-data; name="media"; filename="{safe}"'
    return body
