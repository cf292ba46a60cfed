"""What the network says: whether the messengers know us, whether they can reach us."""

from collections.abc import Awaitable, Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

import aiohttp
from yarl import URL

from bot.doctor.check import Check, found
from bot.settings import Config
from core.errors import AuthFailed, OutsideError, Rejected
from core.ports import Clock

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
MAX_SKEW = timedelta(seconds=60)
"""Signatures of callbacks and calls are refused when clocks differ by more than some minutes."""
_KNOWN = {
    "wecom_secret": "wecom_secret",
    "wecom_corp_id": "wecom_corp_id",
    "wecom_ip_not_allowed": "wecom_ip",
    "wecom_agent": "wecom_agent",
}


class Probed(Protocol):
    """A messenger that can say whether it knows us, without sending anything to anybody."""

    async def probe(self) -> None:
        """Make a harmless call; errors of `core.errors`."""

    async def stop(self) -> None:
        """Give the connections back."""


async def look_at_messenger(name: str, channel: Probed) -> Check:
    """Whether a messenger takes our credentials and lets this machine call it."""
    try:
        await channel.probe()
    except OutsideError as error:
        return _refused(name, error)
    finally:
        await channel.stop()
    return found(name, "ok", "messenger_ok")


def _refused(name: str, error: OutsideError) -> Check:
    said = " ".join([error.code, *(f"{k}={v}" for k, v in error.fields.items() if v)])[:200]
    if error.code in _KNOWN:
        return found(name, "fail", _KNOWN[error.code], error=said)
    if isinstance(error, AuthFailed | Rejected):
        return found(name, "fail", "messenger_refused", error=said)
    return found(name, "fail", "messenger_unreachable", error=said)


async def look_at_address(config: Config) -> list[Check]:
    """Whether links in cards and callbacks lead to us."""
    if not config.server.public_url:
        return []
    url = URL(config.server.public_url)
    inside = url.host in {"127.0.0.1", "localhost", "::1"}
    checks = []
    if url.scheme != "https" and not inside:
        checks.append(found("public_url", "warn", "address_plain", url=url))
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.get(url / "healthz", allow_redirects=False) as answer,
        ):
            well = answer.status == 200  # noqa: PLR2004
    except (aiohttp.ClientError, TimeoutError, OSError):
        well = False
    code = "address_ok" if well else "address_silent"
    return [*checks, found("public_url", "ok" if well else "warn", code, url=url)]


async def look_at_clock(hosts: Mapping[str, str], clock: Clock) -> Iterator[Check]:
    """Compare our clock with that of the first messenger that tells the time."""
    for url in hosts.values():
        theirs = await _time_at(url)
        if theirs is None:
            continue
        skew = abs(clock() - theirs)
        bad = skew > MAX_SKEW
        seconds = int(skew.total_seconds())
        code = "clock_off" if bad else "clock_ok"
        return iter([found("clock", "fail" if bad else "ok", code, seconds=seconds)])
    return iter([])


async def _time_at(url: str) -> datetime | None:
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.head(url, allow_redirects=False) as answer,
        ):
            return parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError):
        return None


async def gathered(*parts: Awaitable[Iterator[Check]]) -> list[Check]:
    """Join what several examinations found, in their order."""
    return [check for part in parts for check in await part]
