"""Calls to 致远: a token for each person spoken for, renewed once when it is refused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import aiohttp

from connectors.kit import Kit
from connectors.kit.exchange import Call, Exchange, Reply
from connectors.kit.pace import Pace
from connectors.kit.single import Tokens
from connectors.seeyon.wire import (
    JSON_TYPE,
    TOKEN_PATH,
    UPLOAD_PATH,
    UPLOAD_QUERY,
    build_bind,
    build_login,
    parse_token,
    parse_upload,
)
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable
from core.outside import Attachment

T = TypeVar("T")

RATE = 20.0
"""Calls a second where nobody has set another rate: no limit is published."""
TOKEN_LIFE_S = 900.0
"""Nobody has confirmed how long a token lives; one that ended earlier is renewed when refused."""
MOST_TOKENS = 64
_STALE, _FORBIDDEN, _BAD = 401, 403, 400


@dataclass(frozen=True, slots=True)
class Account:
    """The account of the REST interface, and how long its tokens are taken to live."""

    user: str
    password: str
    token_life_s: float = TOKEN_LIFE_S


class SeeyonClient:
    """One REST account; errors are those of `core.errors`, without secrets."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        account: Account,
        kit: Kit,
        rate: float | None,
        timeout_s: float,
    ) -> None:
        self._account = account
        self._clock = kit.clock
        self._exchange = Exchange(
            system,
            base_url.rstrip("/").removesuffix("/seeyon"),
            kit,
            pace=Pace(rate or RATE, 1.0),
            timeout_s=timeout_s,
        )
        self._tokens: dict[str, Tokens] = {}

    async def call(self, build: Callable[[], Call], person: str) -> Reply:
        """Call for a person, once more with a fresh token when it was no longer good.

        The call is built anew each time: a body of several parts can be sent once only.
        """
        tokens = self._of(person)
        token = await tokens.get()
        reply = await self._exchange.send(_with(build(), token))
        if reply.status == _STALE:
            tokens.refuse(token)
            reply = await self._exchange.send(_with(build(), await tokens.get()))
        if reply.status in {_STALE, _FORBIDDEN}:
            raise AuthFailed("token_refused", status=reply.status)
        return reply

    async def read(self, call: Call, person: str, parse: Callable[[bytes], T]) -> T:
        """Call, and read the answer; ResultUnknown for a login page or anything else unreadable."""
        reply = await self.call(lambda: call, person)
        if reply.status >= _BAD:
            raise Rejected("refused", status=reply.status, text=f"HTTP {reply.status}")
        try:
            return parse(reply.body)
        except ValueError:
            raise ResultUnknown("garbled", status=reply.status) from None

    async def upload(self, file: Attachment, person: str) -> str:
        """Give a file; a lost answer only leaves a file there that nobody refers to."""
        try:
            reply = await self.call(lambda: _upload(file), person)
            return parse_upload(reply.body)
        except (ResultUnknown, ValueError):
            raise Retryable("upload_not_answered") from None

    async def close(self) -> None:
        """Give the connections back."""
        for tokens in self._tokens.values():
            await tokens.close()
        await self._exchange.close()

    def _of(self, person: str) -> Tokens:
        """Give the tokens of a person; of too many the oldest is forgotten."""
        found = self._tokens.pop(person, None)
        if found is None:

            async def fetch() -> tuple[str, float]:
                return await self._fetch(person)

            found = Tokens(fetch, self._clock)
        self._tokens[person] = found
        if len(self._tokens) > MOST_TOKENS:
            del self._tokens[next(iter(self._tokens))]
        return found

    async def _fetch(self, person: str) -> tuple[str, float]:
        account = self._account
        body = build_login(account.user, account.password, person)
        reply = await self._asked(_auth("token", "POST", body))
        if reply.status >= _BAD:
            raise AuthFailed("account", status=reply.status)
        try:
            given = parse_token(reply.body)
        except ValueError:
            raise Retryable("token_not_answered") from None
        if not given.token:
            raise AuthFailed("token_not_given")
        if person and not given.bound:
            await self._bind(person, given.token)
        return given.token, account.token_life_s

    async def _bind(self, person: str, token: str) -> None:
        """Let a token speak for a person, where asking for it has not done so."""
        call = _with(_auth("bind", "PUT", build_bind(person, token)), token)
        reply = await self._asked(call)
        if reply.status >= _BAD:
            raise Rejected("no_such_person", text=person, status=reply.status)

    async def _asked(self, call: Call) -> Reply:
        """Ask what may be asked again: a lost answer is no harm."""
        try:
            reply = await self._exchange.send(call)
        except ResultUnknown:
            raise Retryable("token_not_answered") from None
        if reply.status in {_STALE, _FORBIDDEN}:
            raise AuthFailed("account", status=reply.status)
        return reply


def _auth(name: str, method: str, body: bytes) -> Call:
    """Make a call whose answer is a secret: a token, perhaps as plain text."""
    return Call(name, method, TOKEN_PATH, body=body, content_type=JSON_TYPE, private=True)


def _with(call: Call, token: str) -> Call:
    return replace(call, headers={**call.headers, "token": token})


def _upload(file: Attachment) -> Call:
    parts = aiohttp.MultipartWriter("form-data")
    part = parts.append(file.data, {"Content-Type": "application/octet-stream"})
    part.set_content_disposition("form-data", quote_fields=False, name="file", filename=file.name)
    return Call("attachment", "POST", UPLOAD_PATH, query=UPLOAD_QUERY, body=parts)
