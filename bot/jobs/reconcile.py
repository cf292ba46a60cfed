"""Asks connected systems about everything that is open there: whatever was missed is found."""

import asyncio
from dataclasses import dataclass, field

import structlog

from bot.jobs.calls.approval import PURPOSE, look
from bot.jobs.calls.desk import Outlet
from bot.jobs.calls.origins import catch_up
from bot.jobs.outside import Lead
from core.errors import ChitError
from core.outside import ApprovalPort, Link

log = structlog.get_logger(__name__)

PAGE = 100
HANDS = 4
"""Questions to one system at once; its pace says how many are made."""


@dataclass(slots=True)
class Reconciler:
    """Polls one system every `every_s` seconds, on the replica that speaks to it."""

    outlet: Outlet
    lead: Lead
    every_s: float
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin to poll in the background."""
        asks = self.outlet.system.capabilities
        if asks.query and isinstance(self.outlet.system, ApprovalPort):
            self._task = asyncio.create_task(self._run(), name=f"poll-{self.outlet.name}")

    async def stop(self) -> None:
        """Stop polling."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.every_s)
            try:
                if await self.lead.mine():
                    await self.poll()
                    await catch_up(self.outlet)
            except Exception:
                log.exception("poll_failed", system=self.outlet.name)

    async def poll(self) -> int:
        """Ask about every open process once; gives how many there were."""
        asked, after = 0, ""
        while True:
            links = await self.outlet.links.open(self.outlet.name, PURPOSE, after, PAGE)
            for first in range(0, len(links), HANDS):
                hands = [self._look(link) for link in links[first : first + HANDS]]
                await asyncio.gather(*hands)
            asked += len(links)
            if len(links) < PAGE:
                return asked
            after = links[-1].key

    async def _look(self, link: Link) -> None:
        """Ask about one process; a system that cannot answer now is asked in the next round."""
        try:
            await look(self.outlet, link.key)
        except ChitError as error:
            log.warning(
                "poll_not_answered", system=self.outlet.name, key=link.key, error=error.code
            )
