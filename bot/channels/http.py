"""Outgoing HTTP that messengers share: guarded addresses, counted bytes, time limits."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.port import Fetched
from core.errors import Rejected, Retryable

MEDIA_LIMIT_BYTES = 20 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_MAX_HOPS = 3
MAX_NAME_CHARS = 200
_WIDE_NAME = re.compile(r"filename\*\s*=\s*utf-8'[^';]*'([^;\s]+)", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"filename\s*=\s*\"?([^\";]+)", re.IGNORECASE)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Origin = tuple[str, str, int]
"""Scheme, host, port."""


class ForbiddenAddress(Exception):
    """A name of the outside world resolved to an address inside our walls."""


class TooLarge(Exception):
    """A body went over its limit while being read."""


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet; mapped IPv4 is judged as IPv4."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64 or ip.sixtofour or ip.teredo:
            return False
        ip = ip.ipv4_mapped or ip
    return ip.is_global and not ip.is_multicast


def origin_of(url: URL) -> Origin:
    """Give an address's origin; ValueError when it has none (no host, unknown scheme)."""
    if url.scheme not in {"http", "https"} or not url.host or not url.port:
        raise ValueError("no origin")
    return url.scheme, url.host, url.port


class GuardedResolver(AbstractResolver):
    """Looks names up once and refuses inside addresses; what it gives is what is connected to.

    Only the hosts that an administrator configured may lie inside.
    """

    def __init__(self, trusted: Iterable[str], inner: AbstractResolver | None = None) -> None:
        self._trusted = frozenset(trusted)
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve; ForbiddenAddress when a foreign name points inside."""
        found = await self._inner.resolve(host, port, family)
        if host not in self._trusted and not all(is_public(entry["host"]) for entry in found):
            raise ForbiddenAddress(host)
        return found

    async def close(self) -> None:
        """Let go of the inner resolver."""
        await self._inner.close()


@dataclass(frozen=True, slots=True)
class Guard:
    """Which addresses that arrive in messages may be fetched (contract §2).

    `origins` are those that an administrator configured, `vendor` matches whole host names of the
    messenger's own file servers.
    """

    origins: frozenset[Origin]
    vendor: re.Pattern[str]

    def admit(self, address: str | URL) -> URL:
        """Give the address to fetch; Rejected `address_refused`.

        The vendor's servers are asked over TLS even when the link says http.
        """
        try:
            url = URL(address)
            origin = origin_of(url)
        except ValueError as error:
            raise Rejected("address_refused") from error
        if url.user is not None or url.password is not None:
            raise Rejected("address_refused")
        if origin in self.origins:
            return url
        if self.vendor.fullmatch(origin[1]) and url.is_default_port():
            return url.with_scheme("https").with_port(None)
        raise Rejected("address_refused")


class Outgoing:
    """One lazily opened session of a channel, with limits everywhere.

    A call may take `timeout_s`, a file six times that as long as its bytes keep coming.
    """

    def __init__(
        self,
        trusted_hosts: Iterable[str],
        *,
        timeout_s: float,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._trusted = tuple(trusted_hosts)
        self._resolver = resolver
        limits = {"sock_connect": timeout_s / 2, "sock_read": timeout_s}
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, **limits)
        self._media_timeout = aiohttp.ClientTimeout(total=timeout_s * 6, **limits)
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session; opened at first use, inside the running loop."""
        if self._session is None:
            # A kept-alive connection may be dead without our knowing: a send that fails on it
            # could not be told from one that arrived. A fresh one costs a handshake only.
            connector = aiohttp.TCPConnector(
                resolver=GuardedResolver(self._trusted, self._resolver), force_close=True
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=self._timeout,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def fetch_media(
        self, address: str, guard: Guard, limit_bytes: int = MEDIA_LIMIT_BYTES
    ) -> Fetched:
        """Fetch a picture or file from an admitted address, with the name that the server gives.

        Every redirect is judged like the first address. Rejected `address_refused`,
        `media_expired`, `media_too_large`; Retryable when the server cannot answer now.
        """
        try:
            return await self._follow(guard.admit(address), guard, limit_bytes)
        except ForbiddenAddress as error:
            raise Rejected("address_refused") from error
        except TooLarge as error:
            raise Rejected("media_too_large", limit_bytes=limit_bytes) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Retryable("media_unreachable") from error

    async def _follow(self, url: URL, guard: Guard, limit_bytes: int) -> Fetched:
        for _ in range(_MAX_HOPS):
            async with self.session.get(
                url, allow_redirects=False, timeout=self._media_timeout
            ) as response:
                if 300 <= response.status < 400:  # noqa: PLR2004 - the range of redirects
                    url = guard.admit(url.join(URL(response.headers.get("Location", ""))))
                    continue
                _check_status(response.status)
                name = file_name(response.headers.get("Content-Disposition", ""))
                return Fetched(await read_capped(response, limit_bytes), name)
        raise Rejected("address_refused")

    async def close(self) -> None:
        """Close the session if it was ever opened."""
        if self._session is not None:
            await self._session.close()


async def read_capped(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    """Read a body, counting decoded bytes as they come; TooLarge beyond the limit."""
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        data += chunk
        if len(data) > limit_bytes:
            raise TooLarge
    return bytes(data)


def file_name(disposition: str) -> str:
    """Read the name in a Content-Disposition, "" when there is none; never a path.

    `filename*` wins over `filename`, as RFC 6266 wants; both may be percent-encoded.
    """
    found = _WIDE_NAME.search(disposition) or _PLAIN_NAME.search(disposition)
    if found is None:
        return ""
    name = unquote(found[1].strip(), errors="replace")
    name = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in name if c.isprintable())[:MAX_NAME_CHARS]


def _check_status(status: int) -> None:
    if status == 200:  # noqa: PLR2004 - OK
        return
    if status in {400, 401, 403, 404, 410}:
        raise Rejected("media_expired")
    raise Retryable("media_unreachable", status=status)
