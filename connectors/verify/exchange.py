"""One HTTP exchange with a provider: paced, timed, counted, and without secrets in any error."""

from collections.abc import Mapping

import aiohttp
from aiolimiter import AsyncLimiter

from core.errors import Rejected, ResultUnknown, Retryable

TIMEOUT_S = 15.0
"""The bureau itself may take ten seconds to answer a provider."""
MAX_BYTES = 1024 * 1024
BUSY_PAUSE_S = 30.0
_CHUNK_BYTES = 64 * 1024
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_TOO_MANY, _SERVER_FAULT = 429, 500


class Exchange:
    """Posts bodies to one provider, at most `per_second` of them.

    Errors: Retryable before anything was sent or when there is too much of it; ResultUnknown when
    the answer was lost or came from a broken server; Rejected when it is larger than any answer.
    """

    def __init__(self, per_second: float, timeout_s: float = TIMEOUT_S) -> None:
        self._limiter = AsyncLimiter(1, 1 / per_second)
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(5.0, timeout_s))
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self,
        url: str,
        data: bytes,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Make one request; gives status and body. Addresses with their secrets are never told."""
        async with self._limiter:
            try:
                async with self._http().post(
                    url, data=data, headers=headers, params=query, allow_redirects=False
                ) as response:
                    _check(response.status)
                    return response.status, await _read(response)
            except _NEVER_SENT as error:
                raise Retryable("verify_unreachable", cause=type(error).__name__) from None
            except (aiohttp.ClientError, TimeoutError) as error:
                raise ResultUnknown("verify_lost", cause=type(error).__name__) from None

    async def close(self) -> None:
        """Close the session if it was ever opened."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),
                timeout=self._timeout,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _check(status: int) -> None:
    if status == _TOO_MANY:
        raise Retryable("verify_busy", retry_after_s=BUSY_PAUSE_S)
    if 300 <= status < 400:  # noqa: PLR2004 - the range of redirects
        raise Rejected("verify_redirect", status=status)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        data += chunk
        if len(data) > MAX_BYTES:
            raise Rejected("verify_too_large", max_bytes=MAX_BYTES)
    return bytes(data)


def is_broken(status: int) -> bool:
    """Whether a server says that it failed itself."""
    return status >= _SERVER_FAULT
