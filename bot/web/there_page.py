"""Opens a claim's document in the system that decides it, as the person who is signed in here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import web

from bot.handlers.finding import concerns
from bot.web.site import Site, away
from core.claim import Claim
from core.company import Person
from core.errors import OutsideError
from core.ports import Store

log = structlog.get_logger(__name__)

Entry = Callable[[Claim, Person], Awaitable[str | None]]
"""Gives an address that opens a claim's document as a person; None where there is neither."""


@dataclass(frozen=True, slots=True)
class TherePage:
    """The one handler; `entries` are the systems that let our people in, by their names."""

    site: Site
    store: Store
    entries: Mapping[str, Entry]

    async def open(self, request: web.Request, person: Person) -> web.Response:
        """Send a browser there, with an address that is good once; strangers find nothing."""
        entry = self.entries.get(request.match_info["system"])
        claim = await self.store.claim(request.match_info["number"]) if entry else None
        if entry is None or claim is None or not concerns(claim, person):
            raise web.HTTPNotFound
        try:
            address = await entry(claim, person)
        except OutsideError as error:
            log.warning("not_let_in", system=request.match_info["system"], error=error.code)
            return self.site.refusal(HTTPStatus.BAD_GATEWAY, "bad_request")
        if address is None:
            raise web.HTTPNotFound
        return away(address)
