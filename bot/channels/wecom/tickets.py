"""Tickets of the JS-SDK: fetched once, kept for their life, and what is signed with them."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.channels.wecom.api import WeComApi
from bot.port import JsonObject
from core.errors import Retryable
from core.ports import Clock

TicketKind = Literal["jsapi", "wx_card"]
_MARGIN_S = 300
_DEFAULT_S = 7200


@dataclass(frozen=True, slots=True)
class _Ticket:
    value: str
    until: datetime


class Tickets:
    """The tickets of one company; however many ask at once, one request is made for each kind."""

    def __init__(self, api: WeComApi, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[TicketKind, _Ticket] = {}
        self._locks: dict[TicketKind, asyncio.Lock] = {}
        self._ask: dict[TicketKind, Callable[[], Awaitable[JsonObject]]] = {
            "jsapi": lambda: api.ask("get_jsapi_ticket"),
            "wx_card": lambda: api.ask("ticket/get", type="wx_card"),
        }

    async def get(self, kind: TicketKind) -> str:
        """Give a ticket that is good for some minutes more; errors of `core.errors`."""
        async with self._locks.setdefault(kind, asyncio.Lock()):
            known = self._known.get(kind)
            if known is None or self._clock() >= known.until:
                known = self._known[kind] = _read(await self._ask[kind](), self._clock())
            return known.value


def _read(answer: JsonObject, now: datetime) -> _Ticket:
    value, lifetime_s = answer.get("ticket"), answer.get("expires_in")
    if not isinstance(value, str) or not value:
        raise Retryable("wecom_answer", path="ticket")
    good_s = lifetime_s if isinstance(lifetime_s, int) else _DEFAULT_S
    return _Ticket(value, now + timedelta(seconds=good_s - min(_MARGIN_S, good_s / 2)))


def sign_page(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """Sign a page's address (without its fragment) for `config`."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def sign_cards(ticket: str, corp_id: str, nonce: str, timestamp: int) -> str:
    """Sign the choice of invoices: the values in order of their text, joined."""
    parts = sorted((ticket, corp_id, "INVOICE", str(timestamp), nonce))
    return hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
