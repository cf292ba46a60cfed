"""The two handlers behind the callback URL: every malformed request is one refusal."""

import asyncio
from collections.abc import Callable

import aiohttp
import structlog
from aiohttp import web

from bot.channels.wecom.crypto import CallbackKeys
from bot.channels.wecom.wire import Moved, Stirred, open_any, open_echo
from bot.port import Accept, Heed, Inbound, Stir
from core.errors import Untrusted
from core.ports import Clock

BODY_MAX_BYTES = 1024 * 1024
_BODY_TIMEOUT_S = 5.0
"""WeCom itself hangs up after five seconds."""

_log = structlog.get_logger(__name__)


class Callback:
    """Checks, makes durable, acknowledges; nothing else happens while WeCom waits."""

    def __init__(
        self,
        keys: CallbackKeys,
        *,
        accept: Accept,
        clock: Clock,
        on_refused: Callable[[str], None],
        heed: Heed | None = None,
        stir: Stir | None = None,
    ) -> None:
        self._keys = keys
        self._accept = accept
        self._clock = clock
        self._on_refused = on_refused
        self._heed = heed
        self._stir = stir

    def routes(self, path: str) -> list[web.RouteDef]:
        """Give both methods of the callback for the service's application."""
        return [
            web.get(path, self.check_url, allow_head=False),
            web.post(path, self.receive),
        ]

    async def check_url(self, request: web.Request) -> web.Response:
        """Answer WeCom's URL check with the plaintext bytes and nothing else."""
        try:
            echo = open_echo(self._keys, request.query.items(), self._clock())
        except Untrusted as error:
            return self._refuse(error)
        return web.Response(body=echo, content_type="text/plain")

    async def receive(self, request: web.Request) -> web.Response:
        """Take a message: 200 once it is durable, 503 when it could not be made so."""
        try:
            body = await _read_capped(request)
            inbound = open_any(self._keys, request.query.items(), body, self._clock())
        except Untrusted as error:
            return self._refuse(error)
        if inbound is None:
            return web.Response()
        try:
            await self._keep(inbound)
        except Exception as error:  # noqa: BLE001  (the channel's edge: WeCom sends it again)
            _log.error("wecom_message_not_durable", key=inbound.key, error=type(error).__name__)
            return web.Response(status=503)
        return web.Response()

    async def _keep(self, inbound: Inbound | Moved | Stirred) -> None:
        if isinstance(inbound, Inbound):
            await self._accept(inbound)
        elif isinstance(inbound, Stirred) and self._stir:
            await self._stir(inbound.renamed)
        elif isinstance(inbound, Moved) and self._heed:
            await self._heed(inbound.key, [inbound.number])

    def _refuse(self, error: Untrusted) -> web.Response:
        _log.warning("wecom_callback_refused", reason=error.code)
        self._on_refused(error.code)
        return web.Response(status=403, text="Forbidden")


async def _read_capped(request: web.Request) -> bytes:
    """Read at most the cap whatever Content-Length says, unpacked size counted."""
    try:
        async with asyncio.timeout(_BODY_TIMEOUT_S):
            return await _read_counted(request)
    except (TimeoutError, web.RequestPayloadError, aiohttp.ClientPayloadError):
        raise Untrusted("body") from None


async def _read_counted(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            raise Untrusted("size")
    return bytes(body)
