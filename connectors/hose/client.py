"""Calls to 合思: the address re-read, one token for everybody, refusals as errors."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import aiohttp
from yarl import URL

from connectors.hose.wire import (
    JSON_TYPE,
    LOCATION_PATH,
    TOKEN_PATH,
    UNAUTHORIZED,
    UPLOAD_PATH,
    build_token,
    encode,
    error_text,
    parse_token,
    parse_value,
)
from connectors.kit import Kit
from connectors.kit.answers import read_object
from connectors.kit.exchange import Call, Exchange, Reply
from connectors.kit.pace import Pace
from connectors.kit.single import Tokens
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable
from core.outside import Json

RATE = 5.0
"""Calls a second where nobody has set another rate: the only general figure published is 5."""
LEAST_LIFE_S = 60.0
HOUSES = (".ekuaibao.com", ".hosecloud.com")
"""The vendor's own hosts: only there, or at the configured host, an address may lead."""
_FORBIDDEN, _BAD = 403, 400
_NO_ACCESS = frozenset({401, _FORBIDDEN})
Found = dict[str, object]


class HoseClient:
    """One company's access; errors are those of `core.errors`, without secrets."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        app_key: str,
        app_security: str,
        corp_id: str,
        kit: Kit,
        rate: float | None,
        timeout_s: float,
    ) -> None:
        self._system = system
        self._entry = base_url.rstrip("/")
        self._base = self._entry
        self._app = (app_key, app_security)
        self._corp = corp_id
        self._kit = kit
        self._pace = Pace(rate or RATE, 1.0)
        self._timeout_s = timeout_s
        self._exchange = self._at(self._entry)
        self._left: list[Exchange] = []
        self._tokens = Tokens(self._fetch_token, kit.clock)

    def _at(self, base_url: str) -> Exchange:
        return Exchange(
            self._system, base_url, self._kit, pace=self._pace, timeout_s=self._timeout_s
        )

    async def get(
        self,
        name: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        private: bool = False,
    ) -> Found:
        """Ask something; the answer to something `private` is not journalled."""
        call = Call(name, "GET", path, query=query or {}, private=private)
        return await self._called(lambda: call)

    async def send(
        self,
        name: str,
        path: str,
        body: Json,
        query: Mapping[str, str] | None = None,
        *,
        method: str = "POST",
        private: bool = False,
    ) -> Found:
        """Send JSON; the answer to something `private` is not journalled."""
        call = Call(
            name,
            method,
            path,
            query=query or {},
            body=encode(body),
            content_type=JSON_TYPE,
            private=private,
        )
        return await self._called(lambda: call)

    async def upload(self, name: str, data: bytes) -> Found:
        """Give a file."""

        def made() -> Call:
            form = aiohttp.MultipartWriter("form-data")
            form.append(name).set_content_disposition("form-data", name="name")
            part = form.append(data, {"Content-Type": "application/octet-stream"})
            part.set_content_disposition("form-data", name="file", filename=name)
            return Call("upload", "POST", UPLOAD_PATH, body=form)

        return await self._called(made)

    async def close(self) -> None:
        """Give the connections back."""
        await self._tokens.close()
        for exchange in (*self._left, self._exchange):
            await exchange.close()

    async def _called(self, made: Callable[[], Call]) -> Found:
        """Call with the token, once more with a fresh one: 403 says that it is over, or no.

        Either way nothing was done, so that the second call makes nothing twice.
        """
        token = await self._tokens.get()
        reply = await self._sent(made(), token)
        if reply.status == _FORBIDDEN:
            self._tokens.refuse(token)
            reply = await self._sent(made(), await self._tokens.get())
        return _judged(reply)

    async def _sent(self, call: Call, token: str) -> Reply:
        query = {"accessToken": token, **call.query}
        return await self._exchange.send(replace(call, query=query))

    async def _fetch_token(self) -> tuple[str, float]:
        await self._move()
        call = Call(
            "getAccessToken",
            "POST",
            TOKEN_PATH,
            body=build_token(*self._app),
            content_type=JSON_TYPE,
        )
        found = await self._asked(self._exchange, call)
        token, until_ms, corp = parse_token(found)
        if not token:
            raise AuthFailed("token_not_given")
        if self._corp and corp and corp != self._corp:
            raise AuthFailed("another_company", text="corp_id")
        life_s = until_ms / 1000 - self._kit.clock().timestamp()
        return token, max(LEAST_LIFE_S, life_s)

    async def _move(self) -> None:
        """Re-read the address, which changes with upgrades; it must stay in the vendor's house."""
        if not self._corp:
            return
        entry = self._at(self._entry)
        try:
            query = {"corpId": self._corp}
            found = await self._asked(entry, Call("location", "GET", LOCATION_PATH, query=query))
        finally:
            await entry.close()
        base = parse_value(found).rstrip("/")
        if base and base != self._base and is_home(base, self._entry):
            self._left.append(self._exchange)
            self._base, self._exchange = base, self._at(base)

    async def _asked(self, exchange: Exchange, call: Call) -> Found:
        """Ask what may be asked again: a lost answer is no harm."""
        try:
            return _judged(await exchange.send(call))
        except ResultUnknown:
            raise Retryable("not_answered", call=call.name) from None
        except Rejected as error:
            if error.code != "refused":
                raise
            raise AuthFailed("refused", text=error.fields.get("text", "")) from None


def is_home(address: str, entry: str) -> bool:
    """Whether an address may be followed: the configured host, or one of the vendor's."""
    try:
        found, known = URL(address), URL(entry)
    except ValueError:
        return False
    if found.scheme not in {"http", "https"} or not found.host:
        return False
    same = (found.scheme, found.host) == (known.scheme, known.host)
    return same or (found.scheme == "https" and found.host.endswith(HOUSES))


def _judged(reply: Reply) -> Found:
    """Give the object of an answer, or raise what a refusal stands for."""
    if reply.status in _NO_ACCESS:
        text = error_text(reply.body)
        if text and UNAUTHORIZED not in text and "密钥" not in text:
            raise Rejected("forbidden", text=text)
        raise AuthFailed("forbidden", text=text)
    if reply.status >= _BAD:
        raise Rejected("refused", text=error_text(reply.body), status=reply.status)
    if not reply.body:
        return {}
    try:
        return read_object(reply.body)
    except ValueError:
        raise ResultUnknown("garbled", status=reply.status) from None
