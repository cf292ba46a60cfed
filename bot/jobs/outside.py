"""Delivery to connected systems: a pump for each, so that a slow one delays nobody else."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import structlog

from bot.events import SystemFailed
from bot.jobs.calls import CALLS
from bot.jobs.calls.desk import Call, Outlet, is_early
from bot.jobs.pump import LEASE_S
from bot.jobs.retries import MAX_ATTEMPTS, pause
from core.errors import (
    AuthFailed,
    ChitError,
    Conflict,
    OutsideError,
    Rejected,
    Resting,
    ResultUnknown,
    Retryable,
    Unsupported,
    named,
)
from core.notices import CallSystem
from core.outside import EventPort
from core.ports import Leaders, Outbox, OutboxItem
from core.subscriptions import POST_VOUCHER, SEND

log = structlog.get_logger(__name__)

PARALLEL = 32
"""Calls to one system in hand at once; its pace says how many are made."""
LEAD_S = 30.0
"""For so long a replica alone speaks to a system: rates and tokens hold over all replicas."""
LEADER = "system:"
REST = timedelta(minutes=10)
"""So long an event waits before it is seen whether its receiver wants to hear again."""
TROUBLED = 3
"""After so many attempts before this one administrators hear that a receiver takes no events."""


REFUSED_US, AWAY = 2, 9
"""After so many attempts before this one people hear that vouchers wait: our credentials are not
taken, or the books have been away for a quarter of an hour."""


Fate = Literal["refused", "unknown", "gone", "failing", "unsent"]
"""What is told of an order that was not carried out."""


@dataclass(slots=True)
class Lead:
    """Whether this replica is the one that speaks to a system."""

    leaders: Leaders
    outlet: Outlet
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _until: float = 0.0
    _leads: bool = False

    async def mine(self) -> bool:
        """Ask for the lease, or renew it, when a third of it has passed."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if now < self._until:
                return self._leads
            moment = self.outlet.clock()
            until = moment + timedelta(seconds=LEAD_S)
            name = f"{LEADER}{self.outlet.name}"
            fence = await self.leaders.take(name, self.holder, moment, until)
            self._leads = fence is not None
            self._until = now + (LEAD_S / 3 if self._leads else 1.0)
            return self._leads

    async def leave(self) -> None:
        """Let another replica take over at once."""
        if self._leads:
            name = f"{LEADER}{self.outlet.name}"
            await self.leaders.leave(name, self.holder, self.outlet.clock())
            self._leads = False


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Carries out the orders to one system."""

    outlet: Outlet
    outbox: Outbox
    lead: Lead
    calls: Mapping[str, Call] = field(default_factory=lambda: CALLS)

    async def lease(self, room: int) -> tuple[OutboxItem, ...]:
        """Take due orders, if this replica is the one that speaks to the system."""
        if not await self.lead.mine():
            return ()
        now = self.outlet.clock()
        return await self.outbox.lease(room, now, LEASE_S, system=self.outlet.name)

    async def renew(self, item: OutboxItem) -> None:
        """Go on holding an order that takes long, and the right to speak to the system."""
        await self.lead.mine()
        await self.outbox.renew(item, self.outlet.clock(), LEASE_S)

    async def handle(self, item: OutboxItem) -> None:
        """Carry out one order; the edge where a refusal is written down."""
        order = item.notice
        if not isinstance(order, CallSystem):
            await self.outbox.bury(item, "not_an_order")
            return
        if is_early(order, self.outlet.clock()) and order.not_before is not None:
            await self.outbox.retry(item, order.not_before, "not_yet")
            return
        try:
            await self._carry_out(item, order)
        except Exception as error:  # noqa: BLE001 the relay's edge (design §8)
            await self._failed(item, order, error)
        else:
            await self.outbox.finish(item, self.outlet.clock())

    async def _carry_out(self, item: OutboxItem, order: CallSystem) -> None:
        call = self.calls.get(order.call)
        if call is None:
            raise Unsupported("no_such_call", call=order.call)
        try:
            await call.run(self.outlet, order, item.key)
        except ResultUnknown as error:
            if call.creates and not self.outlet.system.capabilities.find:
                raise
            raise Retryable(error.code) from error

    async def _failed(self, item: OutboxItem, order: CallSystem, error: Exception) -> None:
        kind = error.code if isinstance(error, ChitError) else type(error).__name__
        log.warning(
            "system_call_failed",
            system=self.outlet.name,
            call=order.call,
            claim=order.subject,
            attempts=item.attempts,
            error=kind,
        )
        if isinstance(error, Resting):
            await self._rest(item, order, error)
        elif isinstance(error, ResultUnknown):
            await self._stop(item, order, error, "unknown")
        elif isinstance(error, Rejected | Unsupported):
            await self._stop(item, order, error, "refused")
        elif (wait := self._wait(item, order, error)) is not None:
            if _is_trouble(order, error, item.attempts):
                await self._tell_once_a_day(order, error, "failing")
            await self.outbox.retry(item, self.outlet.clock() + wait, kind)
        elif order.call == SEND and isinstance(error, Retryable):
            await self._stop(item, order, error, "unsent")
        else:
            log.error("system_call_broken", system=self.outlet.name, exc_info=error)
            await self._stop(item, order, ChitError(kind), "refused")

    def _wait(self, item: OutboxItem, order: CallSystem, error: Exception) -> timedelta | None:
        """Give how long to wait before the next attempt, None when there is to be none.

        Who is told of events has pauses of its own, and its own last attempt; what somebody waits
        for is tried more often.
        """
        system = self.outlet.system
        is_event = order.call == SEND
        if is_event and isinstance(system, EventPort) and isinstance(error, Retryable):
            if item.attempts >= len(system.pauses_s):
                return None
            planned = timedelta(seconds=system.pauses_s[item.attempts])
            return max(planned, timedelta(seconds=error.retry_after_s or 0))
        return pause(item.attempts, error) if self._may_go_on(item, error) else None

    def _may_go_on(self, item: OutboxItem, error: Exception) -> bool:
        """A system that is away comes back some day; a fault of ours hardly does."""
        patient = isinstance(error, AuthFailed | OutsideError | Conflict)
        return patient or item.attempts + 1 < MAX_ATTEMPTS

    async def _rest(self, item: OutboxItem, order: CallSystem, error: Resting) -> None:
        """Let an event wait, however long, for a receiver that wants no more for now."""
        if error.news:
            await self._accept(f"gone:{item.key}:{item.fence}", order, error, "gone")
        await self.outbox.finish(item, self.outlet.clock() + REST, again=True)

    async def _tell_once_a_day(self, order: CallSystem, error: Exception, state: Fate) -> None:
        if isinstance(error, ChitError):
            day = self.outlet.clock().astimezone(self.outlet.zone).date()
            await self._accept(f"{state}:{self.outlet.name}:{day}", order, error, state)

    async def _accept(self, key: str, order: CallSystem, error: ChitError, state: Fate) -> None:
        code = named(error) if order.call == SEND else error.code
        said = str(error.fields.get("text", "") or code)[:300]
        await self.outlet.accept(key, order.subject, SystemFailed(order, state, error.code, said))

    async def _stop(
        self, item: OutboxItem, order: CallSystem, error: ChitError, state: Fate
    ) -> None:
        """Leave an order to a person: it is told, and waits in `chit stuck list`."""
        await self._accept(f"failed:{item.key}:{item.attempts}", order, error, state)
        await self.outbox.bury(item, f"{state}:{error.code}")


def _is_trouble(order: CallSystem, error: Exception, attempts: int) -> bool:
    """Whether somebody is to know by now of what goes on failing."""
    if order.call == SEND:
        return attempts == TROUBLED
    most = REFUSED_US if isinstance(error, AuthFailed) else AWAY
    return order.call == POST_VOUCHER and attempts >= most
