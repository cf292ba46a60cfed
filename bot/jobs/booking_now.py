"""Vouchers posted now, by whichever process speaks to the books: this one or a service."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.jobs.calls.desk import Outlet
from bot.jobs.outside import LEAD_S, Lead
from bot.jobs.pump import Pump
from core.actions.basics import Cause
from core.actions.booking import post
from core.approval import OUTSIDE
from core.change import Change, Outgoing
from core.errors import Conflict
from core.notices import SYSTEM_LANES, CallSystem, from_json
from core.outside import Link
from core.ports import OutboxItem, Page, VoucherQuery
from core.stuck import DeadLetter, DeadLetters, Waiting
from core.subscriptions import POST_VOUCHER
from core.voucher import PEOPLE, Voucher

LOOK_S = 0.2
PAGE = 500
LETTERS = 10_000
TRIES = 5
GRACE_S = 10.0


@dataclass(frozen=True, slots=True)
class Posting:
    """What came of it: vouchers with their numbers, and those that wait with the reason."""

    posted: tuple[tuple[str, str], ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Booker:
    """Has open vouchers of some companies posted to one system, each once.

    What waits for its next attempt after a failure is tried at once: somebody has asked for it.
    The orders are those that a service carries out, too; a lease says who does it, so that both may
    be at it at once. It gives up after `patience_s` in which nothing moved.
    """

    outlet: Outlet
    pump: Pump[OutboxItem]
    lead: Lead
    dead: DeadLetters
    held: Waiting
    companies: frozenset[str]
    patience_s: float
    _began: datetime | None = field(default=None, init=False)

    async def post(self, entity: str | None = None) -> Posting:
        """Post what is open, that of one company if it is named; waits until it is done."""
        self._began = self.outlet.clock()
        wanted = await self._wanted(entity)
        if not wanted:
            return Posting()
        await self._order(wanted)
        await self.held.hasten(self.outlet.name)
        self.pump.start()
        try:
            await self._wait(wanted)
        finally:
            await self.pump.stop(GRACE_S)
            await self.lead.leave()
        return await self._outcome(wanted)

    async def _wanted(self, entity: str | None) -> list[Voucher]:
        query, store = VoucherQuery(state="open", company=entity), self.outlet.store
        page = await store.vouchers(query, Page(limit=PAGE))
        found = list(page.items)
        while page.next:
            page = await store.vouchers(query, Page(page.next, PAGE))
            found += page.items
        free = {"", PEOPLE, self.outlet.name}
        return [
            v
            for v in found
            if v.taken_by in free and (not self.companies or v.company in self.companies)
        ]

    async def _order(self, wanted: Sequence[Voucher]) -> None:
        """Order what has not been ordered; what was given up is tried again.

        What the system has taken is under way: its order is there.
        """
        stopped = await self._stopped()
        fresh: list[Outgoing] = []
        for voucher in wanted:
            letter = stopped.get(voucher.id)
            if letter is not None:
                await self.dead.revive(letter)
            elif voucher.taken_by != self.outlet.name:
                fresh.append(self._outgoing(voucher))
        if fresh:
            change = Change(at=self.outlet.clock(), outbox=tuple(fresh))
            await self.outlet.store.commit(change)

    def _outgoing(self, voucher: Voucher) -> Outgoing:
        """Make the order that its creation made, if it did: one key is one order."""
        name = self.outlet.name
        order = CallSystem(name, POST_VOUCHER, voucher.claim, voucher.id)
        made = f"voucher.created:{voucher.id}@{voucher.revision - 1}"
        again = f"now:{voucher.id}@{voucher.revision}"
        key = f"{POST_VOUCHER}:{name}:{again if voucher.taken_by else made}"
        return Outgoing(key, f"{SYSTEM_LANES}{name}:{voucher.claim}", order)

    async def _stopped(self) -> Mapping[str, DeadLetter]:
        """Give the dead letters of this system's vouchers by their keys."""
        found: dict[str, DeadLetter] = {}
        for letter in await self.dead.all(LETTERS):
            order = from_json(letter.body) if letter.queue == "outbox" else None
            if not isinstance(order, CallSystem) or order.system != self.outlet.name:
                continue
            if order.call == POST_VOUCHER:
                found[order.key] = letter
        return found

    async def _wait(self, wanted: Sequence[Voucher]) -> None:
        """Wait until every voucher is posted or has been given up, or nothing moves any more."""
        loop = asyncio.get_running_loop()
        left, until = list(wanted), loop.time() + LEAD_S + self.patience_s
        while left and loop.time() < until:
            await asyncio.sleep(LOOK_S)
            stopped = await self._stopped()
            links = {v.id: await self._link(v) for v in left if v.id not in stopped}
            still = [v for v in left if v.id in links and not _is_there(links[v.id])]
            if still and all(self._failed(links[v.id]) for v in still):
                return
            if len(still) < len(left):
                until = loop.time() + LEAD_S + self.patience_s
            left = still

    async def _link(self, voucher: Voucher) -> Link | None:
        return await self.outlet.links.find(self.outlet.name, voucher.id)

    def _failed(self, link: Link | None) -> bool:
        """Whether an attempt of now has failed: it will be tried again, but not by us."""
        if link is None or self._began is None:
            return False
        return link.state == "new" and bool(link.error) and link.at >= self._began

    async def _outcome(self, wanted: Sequence[Voucher]) -> Posting:
        posted: list[tuple[str, str]] = []
        waiting: list[tuple[str, str]] = []
        for voucher in wanted:
            link = await self._link(voucher)
            if link is not None and _is_there(link) and link.ref is not None:
                number = link.ref.number or link.ref.id
                await self._note(voucher.id, number)
                posted.append((voucher.id, number))
            else:
                why = link.error if link is not None else ""
                waiting.append((voucher.id, why or "not_answered"))
        return Posting(tuple(posted), tuple(waiting))

    async def _note(self, name: str, number: str) -> None:
        """Keep a number, as the answer in the inbox would; who comes second changes nothing."""
        for _ in range(TRIES):
            voucher = await self.outlet.store.voucher(name)
            if voucher is None or voucher.number:
                return
            now = self.outlet.clock()
            actor = f"{OUTSIDE}{self.outlet.name}"
            cause = Cause(actor, now, f"posted:{self.outlet.name}:{name}")
            change = post(voucher, number, cause, now.astimezone(self.outlet.zone).date())
            if change is None:
                return
            try:
                await self.outlet.store.commit(change)
            except Conflict:
                continue
            return
        raise Conflict("revision", voucher=name)


def _is_there(link: Link | None) -> bool:
    return link is not None and link.state in {"open", "closed"}
