"""Calls to 蓝凌: a service account's name and password with each, forms of several parts."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import aiohttp

from connectors.kit import Kit
from connectors.kit.exchange import Call, Exchange, Reply
from connectors.kit.pace import Pace
from connectors.landray.wire import JSON_TYPE, Part
from core.errors import AuthFailed, Rejected, ResultUnknown

T = TypeVar("T")

RATE = 20.0
"""Calls a second where nobody has set another rate: no limit is published."""
_FORBIDDEN = frozenset({401, 403})
_BAD = 400


class LandrayClient:
    """One service account; errors are those of `core.errors`, without secrets."""

    def __init__(
        self,
        *,
        system: str,
        base_url: str,
        user: str,
        password: str,
        kit: Kit,
        rate: float | None,
        timeout_s: float,
    ) -> None:
        basic = aiohttp.encode_basic_auth(user, password)
        self._headers = {"Authorization": basic}
        self._exchange = Exchange(
            system, base_url, kit, pace=Pace(rate or RATE, 1.0), timeout_s=timeout_s
        )

    async def send(
        self, name: str, path: str, parts: Iterable[Part], parse: Callable[[bytes], T]
    ) -> T:
        """Send a form of several parts, also where it holds no file: the OA reads no other."""
        call = Call(name, "POST", path, headers=self._headers, body=_multipart(parts))
        return await self._read(call, parse)

    async def send_json(self, name: str, path: str, body: bytes, parse: Callable[[bytes], T]) -> T:
        """Send JSON."""
        call = Call(name, "POST", path, headers=self._headers, body=body, content_type=JSON_TYPE)
        return await self._read(call, parse)

    async def _read(self, call: Call, parse: Callable[[bytes], T]) -> T:
        reply = await self._sent(call)
        if reply.status in _FORBIDDEN:
            raise AuthFailed("account", status=reply.status)
        if reply.status >= _BAD:
            raise Rejected("refused", status=reply.status, text=f"HTTP {reply.status}")
        try:
            return parse(reply.body)
        except ValueError:
            raise ResultUnknown("garbled", status=reply.status) from None

    async def _sent(self, call: Call) -> Reply:
        """Send; a way to the login page says that the account was not let in."""
        try:
            return await self._exchange.send(call)
        except Rejected as error:
            if error.code == "redirected":
                raise AuthFailed("login_page") from None
            raise

    async def close(self) -> None:
        """Give the connections back."""
        await self._exchange.close()


def _multipart(parts: Iterable[Part]) -> aiohttp.MultipartWriter:
    """Write each part with its name; `FormData` without a file would be urlencoded."""
    writer = aiohttp.MultipartWriter("form-data")
    for part in parts:
        if isinstance(part.value, bytes):
            made = writer.append(part.value, {"Content-Type": "application/octet-stream"})
            made.set_content_disposition(
                "form-data", quote_fields=False, name=part.name, filename=part.filename
            )
        else:
            made = writer.append(part.value)
            made.set_content_disposition("form-data", quote_fields=False, name=part.name)
    return writer
