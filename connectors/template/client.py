"""Calls to the made-up OA: one token for everybody, renewed when it is refused."""

from dataclasses import replace

from connectors.kit import Kit
from connectors.kit.exchange import Call, Exchange
from connectors.kit.pace import Pace
from connectors.kit.single import Tokens
from connectors.template.wire import (
    JSON_TYPE,
    TOKEN_PATH,
    Answer,
    build_token,
    parse_answer,
    parse_token,
)
from core.errors import AuthFailed, ResultUnknown, Retryable

RATE = (50, 1.0)
"""Calls in so many seconds that the OA allows."""
_STALE = 401


class TemplateClient:
    """One application; errors are those of `core.errors`, without secrets."""

    def __init__(
        self, *, system: str, base_url: str, app: str, secret: str, kit: Kit, timeout_s: float
    ) -> None:
        self._app = app
        self._secret = secret
        self._exchange = Exchange(system, base_url, kit, pace=Pace(*RATE), timeout_s=timeout_s)
        self._tokens = Tokens(self._fetch_token, kit.clock)

    async def call(self, call: Call) -> Answer:
        """Call with the token, once more with a fresh one when it was no longer good."""
        token = await self._tokens.get()
        reply = await self._exchange.send(_with(call, token))
        if reply.status == _STALE:
            self._tokens.refuse(token)
            reply = await self._exchange.send(_with(call, await self._tokens.get()))
        if reply.status == _STALE:
            raise AuthFailed("token_refused")
        try:
            return parse_answer(reply.body)
        except ValueError:
            raise ResultUnknown("garbled", status=reply.status) from None

    async def close(self) -> None:
        """Give the connections back."""
        await self._tokens.close()
        await self._exchange.close()

    async def _fetch_token(self) -> tuple[str, float]:
        body = build_token(self._app, self._secret)
        call = Call("token", "POST", TOKEN_PATH, body=body, content_type=JSON_TYPE)
        try:
            token, life_s = parse_token((await self._exchange.send(call)).body)
        except (ResultUnknown, ValueError):
            raise Retryable("token_not_answered") from None
        if not token:
            raise AuthFailed("token_not_given")
        return token, life_s


def _with(call: Call, token: str) -> Call:
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token}"})
