"""One HTTP exchange with a system: paced, timed, counted, journalled, no secret in any error."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import aiohttp
from yarl import URL

from connectors.kit import Kit
from connectors.kit.pace import Pace
from connectors.kit.redact import redact_body, redact_headers, redact_url
from core.errors import Rejected, ResultUnknown, Retryable
from core.outside import Exchanged

MAX_BYTES = 8 * 1024 * 1024
BUSY_PAUSE_S = 10.0
LONGEST_PAUSE_S = 86400.0
"""However long a system asks to be left alone, it is tried again after a day."""
_CHUNK_BYTES = 64 * 1024
_BRIEF_BYTES, _BRIEF_S = 4096, 1.0
"""What is read of a body that does not matter, and for how long."""
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_BUSY = frozenset({429, 503})
_READY = frozenset("%[")
"""Paths with these are sent as they are written."""
_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `name` is what the journal calls it; `body` has its own content type.

    The answer to a `private` one is not journalled: it is a secret itself. `stamp` gives headers
    that hold the moment of sending: it is asked when the request's turn has come. Of a `brief` one
    only the answer's status counts, and little of its body is read.
    """

    name: str
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | aiohttp.MultipartWriter | None = None
    content_type: str = ""
    private: bool = False
    stamp: Callable[[], Mapping[str, str]] | None = None
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: whatever its status below 500, bodies are the wire's to judge."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Exchange:
    """Speaks with one system at one address, at most as often as it allows.

    Errors: Retryable when nothing was sent or the system said that it is too busy; ResultUnknown
    when the answer was lost, broken off, or a server fault; Rejected for a redirect (a login page)
    and for an answer that is larger than any.
    """

    def __init__(
        self,
        system: str,
        base_url: str,
        kit: Kit,
        *,
        pace: Pace,
        timeout_s: float = 30,
        cookies: aiohttp.abc.AbstractCookieJar | None = None,
    ) -> None:
        self._system = system
        self._base = base_url.rstrip("/")
        self._kit = kit
        self._pace = pace
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(10.0, timeout_s))
        self._cookies = cookies
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: Call) -> Reply:
        """Make one request."""
        return self._checked(await self.exchanged(call))

    async def exchanged(self, call: Call) -> Reply:
        """Make one request; its answer is the caller's to judge, whatever its status."""
        await self._pace.take()
        if call.stamp:
            call = replace(call, headers={**call.headers, **call.stamp()})
        begun = time.monotonic()
        try:
            reply = await self._sent(call)
        except (Rejected, ResultUnknown, Retryable) as error:
            await self._note(call, begun, None, error.code)
            raise
        await self._note(call, begun, reply, "")
        return reply

    def hold(self, pause_s: float) -> None:
        """Leave the system alone for a while, ten seconds at most: it has said that it is busy."""
        self._pace.hold(min(pause_s, BUSY_PAUSE_S))

    async def _sent(self, call: Call) -> Reply:
        headers = dict(call.headers)
        if call.content_type:
            headers["Content-Type"] = call.content_type
        url = (
            URL(self._base + call.path, encoded=True)
            if _READY.intersection(call.path)
            else self._base + call.path
        )
        try:
            async with self._http().request(
                call.method,
                url,
                data=call.body,
                headers=headers,
                params=dict(call.query) or None,
                allow_redirects=False,
            ) as response:
                read = _read_little if call.brief else _read
                return Reply(response.status, await read(response), dict(response.headers))
        except _NEVER_SENT as error:
            raise Retryable("unreachable", cause=type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ResultUnknown("answer_lost", cause=type(error).__name__) from None

    def _checked(self, reply: Reply) -> Reply:
        if reply.status in _BUSY:
            asked = retry_after(reply.headers)
            pause_s = BUSY_PAUSE_S if asked is None else asked
            self.hold(pause_s)
            raise Retryable("busy", retry_after_s=pause_s, status=reply.status)
        if 300 <= reply.status < 400:  # noqa: PLR2004 - the range of redirects
            raise Rejected("redirected", status=reply.status)
        if reply.status >= _SERVER_FAULT:
            raise ResultUnknown("server_fault", status=reply.status)
        return reply

    async def _note(self, call: Call, begun: float, reply: Reply | None, error: str) -> None:
        request = (
            f"{call.method} {redact_url(call.path, call.query)}\n{redact_headers(call.headers)}"
        )
        if isinstance(call.body, bytes):
            request += "\n\n" + redact_body(call.body, call.content_type)
        elif call.body is not None:
            request += "\n\n(multipart)"
        kind = "" if reply is None else reply.headers.get("Content-Type", "")
        shown = "(private)" if call.private else redact_body(reply.body, kind) if reply else ""
        await self._kit.journal.note(
            Exchanged(
                system=self._system,
                at=self._kit.clock(),
                call=call.name,
                status=0 if reply is None else reply.status,
                took_ms=int((time.monotonic() - begun) * 1000),
                request=request,
                response=shown,
                error=error,
            )
        )

    async def close(self) -> None:
        """Close the session if it was ever opened."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A kept-alive connection may be dead without our knowing: a send that fails on it
            # could not be told from one that arrived. A fresh one costs a handshake only.
            # An empty jar counts as false.
            jar = aiohttp.DummyCookieJar() if self._cookies is None else self._cookies
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),
                timeout=self._timeout,
                trust_env=False,
                cookie_jar=jar,
            )
        return self._session


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Give the seconds that a system asks to wait, a day at most; dates and nonsense are none."""
    given = next((v for k, v in headers.items() if k.lower() == "retry-after"), "")
    return min(float(given), LONGEST_PAUSE_S) if given.isascii() and given.isdecimal() else None


async def _read_little(response: aiohttp.ClientResponse) -> bytes:
    try:
        async with asyncio.timeout(_BRIEF_S):
            return await response.content.read(_BRIEF_BYTES)
    except (aiohttp.ClientError, TimeoutError):
        return b""


async def _read(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        data += chunk
        if len(data) > MAX_BYTES:
            raise Rejected("answer_too_large", max_bytes=MAX_BYTES)
    return bytes(data)
