"""Which replica holds the bot's connection: a second connection would kick out the first.

The lease lasts 15 s and is renewed every 5 s, so a standby takes over within 20 s of a crash, and
at once when its holder stops properly.
"""

import asyncio
import contextlib
from datetime import datetime, timedelta

import structlog

from core.ports import Clock, Leaders

log = structlog.get_logger(__name__)

LEASE_S = 15.0
RENEW_S = 5.0
GIVE_BACK_S = 1.0


class Leader:
    """One replica's wish to lead; `holder` tells it from the others and from its earlier lives."""

    def __init__(
        self,
        leaders: Leaders,
        *,
        name: str,
        holder: str,
        clock: Clock,
        lease_s: float = LEASE_S,
        renew_s: float = RENEW_S,
    ) -> None:
        self._leaders = leaders
        self._name = name
        self._holder = holder
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)
        self._renew_s = renew_s
        self._until: datetime | None = None
        self._away_until: datetime | None = None
        self._leads = asyncio.Event()
        self._follows = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.followed = False
        """Whether another replica held the lease when it was last asked for."""

    @property
    def leading(self) -> bool:
        """Whether this replica may hold the connection now."""
        return self._leads.is_set()

    def launch(self) -> None:
        """Begin to ask for the lease in the background."""
        self._follows.set()
        self._task = asyncio.create_task(self._run(), name="wecom-bot-leader")

    async def stop(self) -> None:
        """Ask no more and give the lease back, so that a standby need not wait for its end."""
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        self._follow()
        await self._give_back()

    async def led(self) -> None:
        """Wait until this replica leads."""
        await self._leads.wait()

    async def deposed(self) -> None:
        """Wait until it leads no longer."""
        await self._follows.wait()

    async def confirm(self) -> bool:
        """Ask at once whether this replica still leads."""
        await self._ask()
        return self.leading

    async def step_aside(self) -> None:
        """Let another replica try, for the length of a lease."""
        self._away_until = self._clock() + self._lease
        self._follow()
        await self._give_back()

    async def _run(self) -> None:
        while True:
            await self._ask()
            await asyncio.sleep(self._renew_s)

    async def _ask(self) -> None:
        now = self._clock()
        if self._away_until is not None and now < self._away_until:
            return
        try:
            async with asyncio.timeout(self._renew_s):
                fence = await self._leaders.take(self._name, self._holder, now, now + self._lease)
        except Exception as error:  # noqa: BLE001 - the channel is an edge; it must survive storage
            log.warning("lease_not_asked", error=type(error).__name__)
            self._mind_the_end()
            return
        self.followed = fence is None
        if fence is None:
            self._follow()
        else:
            self._lead(now + self._lease, fence)

    def _mind_the_end(self) -> None:
        """Step down before the lease ends: from then on another replica may have it."""
        margin = timedelta(seconds=self._renew_s)
        if self._until is not None and self._clock() >= self._until - margin:
            self._follow()

    def _lead(self, until: datetime, fence: int) -> None:
        self._until = until
        if not self.leading:
            log.info("wecom_bot_leading", fence=fence)
        self._leads.set()
        self._follows.clear()

    def _follow(self) -> None:
        if self.leading:
            log.info("wecom_bot_following")
        self._until = None
        self._leads.clear()
        self._follows.set()

    async def _give_back(self) -> None:
        try:
            async with asyncio.timeout(GIVE_BACK_S):
                await self._leaders.leave(self._name, self._holder, self._clock())
        except Exception as error:  # noqa: BLE001 - it ends by itself then
            log.warning("lease_not_given_back", error=type(error).__name__)
