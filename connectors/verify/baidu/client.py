"""Calls to Baidu: one token for everybody, renewed before it ends or when it is refused."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.verify.answers import Answer
from connectors.verify.baidu.wire import (
    FORM_TYPE,
    TOKEN_PATH,
    VERIFY_PATH,
    parse_answer,
    parse_token,
    token_query,
)
from connectors.verify.exchange import Exchange, is_broken
from core.errors import AuthFailed, ResultUnknown, Retryable
from core.ports import Clock

BASE_URL = "https://aip.baidubce.com"
PER_SECOND = 2.0
"""What an account has without paying for more."""
STALE_TOKEN = frozenset({"error 110", "error 111"})
"""Access token invalid or no longer valid, expired."""
_MARGIN = timedelta(hours=1)
_HEADERS: Mapping[str, str] = {"Content-Type": FORM_TYPE}


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: datetime


class BaiduClient:
    """One application at Baidu; errors are those of `core.errors`, without secrets."""

    def __init__(
        self, *, key: str, secret: str, base_url: str, per_second: float, clock: Clock
    ) -> None:
        self._key = key
        self._secret = secret
        self._base = base_url.rstrip("/")
        self._clock = clock
        self._exchange = Exchange(per_second)
        self._token: _Token | None = None
        self._fetching: asyncio.Task[str] | None = None

    async def ask(self, question: bytes) -> Answer:
        """Ask with the token, once more with a fresh one when it was no longer good."""
        token = await self._good_token()
        answer = await self._ask(token, question)
        if answer.code not in STALE_TOKEN:
            return answer
        if self._token is not None and self._token.value == token:
            self._token = None
        return await self._ask(await self._good_token(), question)

    async def close(self) -> None:
        """Give the connections back."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])
        await self._exchange.close()

    async def _ask(self, token: str, question: bytes) -> Answer:
        url, query = self._base + VERIFY_PATH, {"access_token": token}
        status, body = await self._exchange.post(url, question, _HEADERS, query)
        try:
            return parse_answer(body)
        except ValueError:
            raise ResultUnknown("verify_garbled", status=status) from None

    async def _good_token(self) -> str:
        """Give the token; however many ask at once, one request is made."""
        if self._token is not None and self._clock() < self._token.until:
            return self._token.value
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch_token())
            self._fetching.add_done_callback(self._fetched)
        return await asyncio.shield(self._fetching)

    def _fetched(self, task: "asyncio.Task[str]") -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # every asker may be gone by now; nobody else would look at it

    async def _fetch_token(self) -> str:
        query = token_query(self._key, self._secret)
        try:
            status, body = await self._exchange.post(self._base + TOKEN_PATH, b"", _HEADERS, query)
            found = None if is_broken(status) else parse_token(body)
        except (ResultUnknown, ValueError):
            raise Retryable("verify_token") from None
        if is_broken(status):
            raise Retryable("verify_token", status=status)
        if found is None:
            raise AuthFailed("verify_credentials", status=status)
        value, life_s = found
        margin = min(_MARGIN, timedelta(seconds=life_s / 2))
        self._token = _Token(value, self._clock() + timedelta(seconds=life_s) - margin)
        return value
