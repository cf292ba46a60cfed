"""Asks approval systems anew for the daily comparison; one that does not answer is left alone."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from bot.jobs.calls.approval import ask_anew
from bot.jobs.calls.desk import Outlet
from core.errors import ChitError, Rejected
from core.outside import ApprovalPort, Link

log = structlog.get_logger(__name__)

HANDS = 4
"""Questions to one system at once; its pace says how many are made."""


@dataclass(slots=True)
class Asking:
    """`bot.handlers.reconciling.Asker` over the connected systems, for one comparison."""

    outlets: Mapping[str, Outlet]
    _hands: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)

    async def anew(self, link: Link) -> Link:
        """Give a process as its system says it is now; as it was known where nothing is heard."""
        outlet = self.outlets.get(link.system)
        if outlet is None or not isinstance(outlet.system, ApprovalPort):
            return link
        async with self._hands.setdefault(link.system, asyncio.Semaphore(HANDS)):
            return link if link.system in self._silent else await self._heard(outlet, link)

    async def _heard(self, outlet: Outlet, link: Link) -> Link:
        try:
            return await ask_anew(outlet, link)
        except ChitError as error:
            log.warning("not_asked_anew", system=outlet.name, key=link.key, error=error.code)
            if not isinstance(error, Rejected):
                self._silent.add(outlet.name)
            return link
