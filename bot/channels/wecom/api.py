"""Calls to WeCom's server: one token for everybody, every answer judged, no secret in any error."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp

from bot.channels.wecom.answers import (
    BUSY,
    FREQUENCY_PAUSE_S,
    STALE_TOKEN,
    Answer,
    error_for,
    parse_answer,
    parse_media,
)
from bot.port import JsonObject
from core.errors import AuthFailed, OutsideError, Rejected, ResultUnknown, Retryable
from core.ports import Clock

MEDIA_MAX_BYTES = 20 * 1024 * 1024
_ANSWER_MAX_BYTES = 8 * 1024 * 1024
"""A department of some thousand members is a few million bytes."""
_TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
_MEDIA_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5)
_KEEP_ALIVE_S = 15
_BUSY_TRIES = 3
_TOKEN_MARGIN_S = 300
_TOKEN_DEFAULT_S = 7200
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_GETTOKEN = "gettoken"
_MEDIA = "media/get"
_UPLOAD = "media/upload"
_USERINFO = "auth/getuserinfo"

Ask = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: datetime


class WeComApi:
    """One application's way to the server. Errors are those of `core.errors`, without secrets.

    `pause_s` is the first pause after "system busy"; it doubles.
    """

    def __init__(
        self, *, corp_id: str, secret: str, api_url: str, clock: Clock, pause_s: float = 0.3
    ) -> None:
        self._corp_id = corp_id
        self._secret = secret
        self._base = api_url.rstrip("/") + "/cgi-bin/"
        self._clock = clock
        self._pause_s = pause_s
        self._session: aiohttp.ClientSession | None = None
        self._token: _Token | None = None
        self._fetching: asyncio.Task[str] | None = None
        self._barred: dict[str, tuple[datetime, int]] = {}
        self.admitted = False
        """Whether the last attempt to get a token succeeded."""

    async def call(self, path: str, body: JsonObject, *, repeatable: bool) -> JsonObject:
        """POST a JSON body; gives the fields of a success.

        An answer lost on the way is Retryable when the call may be repeated, else ResultUnknown.
        """
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        answer = await self._with_token(
            path, lambda token: self._post(path, token, data, repeatable=repeatable)
        )
        return answer.fields

    async def media(self, media_id: str) -> bytes:
        """Fetch the bytes of a picture or file, at most 20 MB."""
        answer = await self._with_token(
            _MEDIA, lambda token: self._get(_MEDIA, token, media_id=media_id)
        )
        return answer.data

    async def upload_picture(self, name: str, data: bytes) -> str:
        """Put a picture into WeCom's store for three days; gives its MediaId."""

        async def send(token: str) -> Answer:
            form = aiohttp.FormData()
            form.add_field("media", data, filename=name, content_type="image/png")
            query = {"access_token": token, "type": "image"}
            lost = Retryable("wecom_network", path=_UPLOAD)
            return await self._exchange("POST", _UPLOAD, query, data=form, lost=lost)

        answer = await self._with_token(_UPLOAD, send)
        media_id = answer.fields.get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise Retryable("wecom_answer", path=_UPLOAD)
        return media_id

    async def member(self, code: str) -> JsonObject:
        """Give who is behind the code of a sign-in; outsiders come as a success too."""
        answer = await self._with_token(
            _USERINFO, lambda token: self._get(_USERINFO, token, code=code)
        )
        return answer.fields

    async def ask(self, path: str, **query: str) -> JsonObject:
        """GET; gives the fields of a success."""
        answer = await self._with_token(path, lambda token: self._get(path, token, **query))
        return answer.fields

    async def token(self) -> str:
        """Give the access token; however many ask at once, one request is made."""
        if self._token is not None and self._clock() < self._token.until:
            return self._token.value
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch_token())
            self._fetching.add_done_callback(self._fetched)
        return await asyncio.shield(self._fetching)

    async def shared_token(self, refused: str = "") -> str:
        """Give the token to somebody else, a new one when `refused` is the one that is known."""
        self._forget(refused)
        return await self.token()

    async def close(self) -> None:
        """Give the connections back."""
        self.admitted = False
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _with_token(self, path: str, ask: Callable[[str], Awaitable[Answer]]) -> Answer:
        """Ask with the token, once more with a fresh one when it was no longer good."""
        token = await self.token()
        answer = await self._patiently(path, lambda: ask(token))
        if answer.errcode in STALE_TOKEN:
            self._forget(token)
            fresh = await self.token()
            answer = await self._patiently(path, lambda: ask(fresh))
        return self._judged(path, answer)

    async def _patiently(self, path: str, ask: Ask) -> Answer:
        """Ask up to three times while WeCom says that it is busy, not at all while barred."""
        self._mind_bar(path)
        answer = await ask()
        for attempt in range(_BUSY_TRIES - 1):
            if answer.errcode != BUSY:
                break
            await asyncio.sleep(self._pause_s * 2**attempt)
            answer = await ask()
        return answer

    def _judged(self, path: str, answer: Answer) -> Answer:
        if answer.errcode == 0:
            return answer
        error = error_for(answer.errcode)
        is_frequency = isinstance(error, Retryable) and error.retry_after_s is not None
        is_wrong_secret = path == _GETTOKEN and isinstance(error, AuthFailed)
        if is_frequency or is_wrong_secret:
            until = self._clock() + timedelta(seconds=FREQUENCY_PAUSE_S)
            self._barred[path] = (until, answer.errcode)
        raise error

    def _mind_bar(self, path: str) -> None:
        """Leave a refused path alone for a while: asking on would only lengthen WeCom's block."""
        until, errcode = self._barred.get(path, (None, 0))
        if until is None:
            return
        left_s = (until - self._clock()).total_seconds()
        if left_s <= 0:
            del self._barred[path]
            return
        error = error_for(errcode)
        if isinstance(error, Retryable):
            error.retry_after_s = left_s
        raise error

    async def _fetch_token(self) -> str:
        try:
            answer = self._judged(_GETTOKEN, await self._patiently(_GETTOKEN, self._get_token))
        except AuthFailed:
            self.admitted = False
            raise
        value, lifetime_s = answer.fields.get("access_token"), answer.fields.get("expires_in")
        if not isinstance(value, str) or not value:
            raise Retryable("wecom_answer", path=_GETTOKEN)
        good_s = lifetime_s if isinstance(lifetime_s, int) else _TOKEN_DEFAULT_S
        margin_s = min(_TOKEN_MARGIN_S, good_s / 2)
        self._token = _Token(value, self._clock() + timedelta(seconds=good_s - margin_s))
        self.admitted = True
        return value

    def _fetched(self, task: "asyncio.Task[str]") -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # every asker may be gone by now; nobody else would look at it

    def _forget(self, token: str) -> None:
        if self._token is not None and self._token.value == token:
            self._token = None

    async def _get_token(self) -> Answer:
        query = {"corpid": self._corp_id, "corpsecret": self._secret}
        lost = Retryable("wecom_network", path=_GETTOKEN)
        return await self._exchange("GET", _GETTOKEN, query, lost=lost)

    async def _post(self, path: str, token: str, data: bytes, *, repeatable: bool) -> Answer:
        kind = Retryable if repeatable else ResultUnknown
        lost = kind("wecom_network", path=path)
        return await self._exchange("POST", path, {"access_token": token}, data=data, lost=lost)

    async def _get(self, path: str, token: str, **query: str) -> Answer:
        lost = Retryable("wecom_network", path=path)
        return await self._exchange("GET", path, {"access_token": token, **query}, lost=lost)

    async def _exchange(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        *,
        lost: OutsideError,
        data: bytes | aiohttp.FormData | None = None,
    ) -> Answer:
        """Make one request; `lost` is raised when the answer got lost after it was sent.

        No error is chained: aiohttp's texts hold the address with the token in it.
        """
        is_media = path == _MEDIA
        try:
            async with self._http().request(
                method,
                self._base + path,
                params=query,
                data=data,
                headers={"Content-Type": "application/json"} if isinstance(data, bytes) else None,
                timeout=_MEDIA_TIMEOUT if is_media or path == _UPLOAD else _TIMEOUT,
                allow_redirects=False,
            ) as response:
                _check_status(response.status, path, lost)
                return await (_read_media(response) if is_media else _read_answer(response))
        except _NEVER_SENT as error:
            raise Retryable("wecom_unreachable", path=path, cause=type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, ValueError, TypeError):
            raise lost from None

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=_KEEP_ALIVE_S),
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _check_status(status: int, path: str, lost: OutsideError) -> None:
    """WeCom itself always says 200; anything else is a proxy's word."""
    if status == 200:  # noqa: PLR2004
        return
    if status == 429:  # noqa: PLR2004
        raise Retryable("wecom_frequency", retry_after_s=FREQUENCY_PAUSE_S, path=path)
    if status >= 500:  # noqa: PLR2004
        raise lost
    raise Rejected("wecom_http", status=status, path=path)


async def _read_answer(response: aiohttp.ClientResponse) -> Answer:
    return parse_answer(await _read_capped(response, _ANSWER_MAX_BYTES))


async def _read_media(response: aiohttp.ClientResponse) -> Answer:
    return parse_media(
        await _read_capped(response, MEDIA_MAX_BYTES),
        content_type=response.content_type,
        attached="Content-Disposition" in response.headers,
    )


async def _read_capped(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """Read a body, counting: a header that promises less proves nothing."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > max_bytes:
            raise Rejected("media_too_large", max_bytes=max_bytes)
    return bytes(body)
