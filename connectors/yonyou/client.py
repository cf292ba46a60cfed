"""Calls to 用友 YonBIP: its data centre is found once, one token serves everybody."""

from collections.abc import Mapping

from yarl import URL

from connectors.kit import Kit
from connectors.kit.exchange import Call, Exchange
from connectors.kit.pace import Pace
from connectors.kit.single import Tokens
from connectors.yonyou.wire import (
    CENTRE,
    JSON_TYPE,
    OWN_HOSTS,
    TOKEN,
    Answer,
    Centre,
    parse_answer,
    parse_centre,
    parse_token,
    sign,
)
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable

RATE = (5, 1.0)
"""Calls a second; limits differ by tenant, `rate` of the settings says what was agreed."""
_STALE = 401
_MISSING = 404


class YonyouClient:
    """One application of one tenant; errors are those of `core.errors`, without secrets."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        tenant: str,
        app_key: str,
        app_secret: str,
        kit: Kit,
        pace: Pace,
        timeout_s: float,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._tenant = tenant
        self._app = (app_key, app_secret)
        self._clock = kit.clock
        self._system, self._kit = system, kit
        self._pace, self._timeout_s = pace, timeout_s
        self._exchanges: dict[str, Exchange] = {}
        self._centre: Centre | None = None
        self._tokens = Tokens(self._fetch_token, kit.clock)

    async def call(self, name: str, path: str, body: bytes) -> Answer:
        """Call with the token, once more with a fresh one when it was no longer good."""
        for _ in range(2):
            token = await self._tokens.get()
            centre = await self._where()
            query = {"access_token": token}
            call = Call(name, "POST", path, query=query, body=body, content_type=JSON_TYPE)
            reply = await self._exchange(centre.gateway).send(call)
            try:
                answer = parse_answer(reply.body)
            except ValueError:
                if reply.status != _STALE:
                    raise ResultUnknown("garbled", status=reply.status) from None
                answer = Answer(str(_STALE), "token", {})
            if not answer.stale:
                return answer
            self._tokens.refuse(token)
        raise AuthFailed("token_refused")

    async def close(self) -> None:
        """Give the connections back."""
        await self._tokens.close()
        for exchange in self._exchanges.values():
            await exchange.close()

    def _exchange(self, url: str) -> Exchange:
        if url not in self._exchanges:
            self._exchanges[url] = Exchange(
                self._system, url, self._kit, pace=self._pace, timeout_s=self._timeout_s
            )
        return self._exchanges[url]

    async def _where(self) -> Centre:
        """Find the data centre, once; a gateway that knows none serves everything itself."""
        if self._centre is None:
            query = {"yhtTenantId": self._tenant} if self._tenant else {}
            self._centre = await self._found(Call("centre", "GET", CENTRE, query=query))
        return self._centre

    async def _found(self, call: Call) -> Centre:
        here = Centre(self._base, self._base)
        try:
            reply = await self._exchange(self._base).send(call)
            if reply.status == _MISSING and not self._tenant:
                return here
            answer = parse_answer(reply.body)
        except (ResultUnknown, ValueError):
            raise Retryable("centre_not_answered") from None
        found = parse_centre(answer) if answer.good else None
        if found is None and self._tenant:
            raise AuthFailed("no_data_centre", text=answer.text)
        for url in () if found is None else (found.gateway, found.tokens):
            self._require_own(url)
        return found or here

    def _require_own(self, url: str) -> None:
        """Send no secret to an address that is neither the vendor's nor the one of the settings."""
        host = URL(url).host or ""
        if host != URL(self._base).host and not host.endswith(OWN_HOSTS):
            raise Rejected("foreign_gateway", text=host)

    async def _fetch_token(self) -> tuple[str, float]:
        centre = await self._where()
        stamp = int(self._clock().timestamp() * 1000)
        query: Mapping[str, str] = sign(*self._app, stamp)
        call = Call("token", "GET", TOKEN, query=query, private=True)
        try:
            answer = parse_answer((await self._exchange(centre.tokens).send(call)).body)
        except (ResultUnknown, ValueError):
            raise Retryable("token_not_answered") from None
        token, life_s = parse_token(answer)
        if not answer.good or not token:
            raise AuthFailed("token_not_given", text=answer.text)
        return token, life_s
