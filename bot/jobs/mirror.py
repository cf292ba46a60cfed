"""Keeps in line with a platform beside us: voucher numbers, decisions, requests approved there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from bot.jobs.calls.desk import Outlet
from bot.jobs.calls.documents import PEOPLE, PURPOSE
from bot.jobs.calls.origins import offer
from bot.jobs.outside import Lead
from core.claim import Claim
from core.errors import ChitError
from core.outside import Link, Memory
from core.papers import Decision, DecisionPort, Paper, PapersPort, RequestKind, WriteBackPort

log = structlog.get_logger(__name__)

PAGE = 100
AGREED = "已在小票中同意"
CURSOR, REQUESTS = "settled_since", "requests_since"
LONGEST = timedelta(days=60)
"""For so long a paid document waits for its voucher's number."""


@dataclass(slots=True)
class Mirror:
    """Looks over one platform every `every_s` seconds, on the replica that speaks to it.

    With `writes` the numbers of posted vouchers go to documents that are paid there; with
    `decides` people agree there to what they agreed to here; `origins` are the templates of
    requests that become drafts here once they are approved there.
    """

    outlet: Outlet
    lead: Lead
    memory: Memory
    every_s: float
    writes: bool = False
    decides: bool = False
    origins: Mapping[str, RequestKind] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin in the background, if there is something to do."""
        if self.writes or self.decides or self.origins:
            self._task = asyncio.create_task(self._run(), name=f"mirror-{self.outlet.name}")

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.every_s)
            try:
                if await self.lead.mine():
                    await self.look()
            except ChitError as error:
                log.warning("mirror_not_answered", system=self.outlet.name, error=error.code)
            except Exception:
                log.exception("mirror_failed", system=self.outlet.name)

    async def look(self) -> None:
        """Look once over everything."""
        if self.writes:
            await self.write_vouchers()
        if self.decides:
            await self.decide()
        if self.origins:
            await self.take_requests()

    async def take_requests(self) -> int:
        """Offer newly approved requests, once each; gives how many there were.

        The first look only notes the moment: what was approved before is not ours to begin.
        """
        there = self.outlet.system
        if not isinstance(there, PapersPort):
            raise self.outlet.lacks("claims")
        known = await self.memory.get(self.outlet.name, REQUESTS)
        if known is None:
            now_ms = int(self.outlet.clock().timestamp() * 1000)
            await self.memory.put(self.outlet.name, REQUESTS, str(now_ms))
            return 0
        papers, until = await there.papers("requests", int(known))
        offered = [p for p in papers if p.template in self.origins and await self._offer(p)]
        await self.memory.put(self.outlet.name, REQUESTS, str(until))
        return len(offered)

    async def _offer(self, paper: Paper) -> bool:
        kind, person = self.origins[paper.template], self._person(paper.person)
        return await offer(self.outlet, paper, kind, person)

    def _person(self, staff: str) -> str:
        """Give our id of somebody there, or theirs when the mapping does not know them."""
        mapping = self.outlet.mapping
        known = mapping.tables.get(PEOPLE, {}) if mapping else {}
        return next((ours for ours, theirs in known.items() if theirs == staff), staff)

    async def write_vouchers(self) -> int:
        """Write numbers to paid documents of ours that lack them; gives how many were written.

        The next look begins at the oldest that still lacks one, for its voucher may come late.
        """
        there = self.outlet.system
        if not isinstance(there, PapersPort) or not isinstance(there, WriteBackPort):
            raise self.outlet.lacks("voucher")
        first = int((self.outlet.clock() - LONGEST).timestamp() * 1000)
        since = max(first, int(await self.memory.get(self.outlet.name, CURSOR) or 0))
        waiting: list[int] = []
        written = 0
        while True:
            papers, until = await there.papers("settled", since)
            for paper in papers:
                number = await self._number_for(paper)
                if number and number != paper.voucher:
                    await there.write_back(paper.ref, number, self.outlet.clock())
                    written += 1
                elif number == "":
                    waiting.append(paper.changed)
            if until == since:
                break
            since = until
        await self.memory.put(self.outlet.name, CURSOR, str(min([since, *waiting])))
        return written

    async def _number_for(self, paper: Paper) -> str | None:
        """Give the numbers of a document's vouchers, "" while there is none, None if not ours."""
        number = paper.key.partition("/")[0]
        claim = await self.outlet.store.claim(number) if number else None
        if claim is None:
            return None
        vouchers = await self.outlet.store.vouchers_of([claim.number])
        known = [v.number for v in vouchers if v.state == "posted" and v.number]
        return "、".join(dict.fromkeys(known))

    async def decide(self) -> int:
        """Agree there in the names of those who agreed here; gives how many were asked for."""
        there = self.outlet.system
        if not isinstance(there, PapersPort) or not isinstance(there, DecisionPort):
            raise self.outlet.lacks("claims")
        decisions: list[Decision] = []
        after = ""
        while True:
            links = await self.outlet.links.open(self.outlet.name, PURPOSE, after, PAGE)
            for link in links:
                decisions += await self._decisions(there, link)
            if len(links) < PAGE:
                break
            after = links[-1].key
        refused = await there.decide(decisions) if decisions else {}
        for flow, text in refused.items():
            log.warning("decision_refused", system=self.outlet.name, document=flow, text=text)
        return len(decisions)

    async def _decisions(self, there: PapersPort, link: Link) -> Sequence[Decision]:
        """Give what is to be said about a document now; one that is over is closed."""
        paper = await there.paper(link.ref) if link.ref else None
        if paper is None or paper.over:
            await self.outlet.links.save(replace(link, state="closed"))
            return ()
        claim = await self.outlet.store.claim(link.subject)
        said = self._agreed(claim) if claim else {}
        person = next((p for p in paper.waits_for if p in said), None)
        return (Decision(paper.ref, person, agrees=True, comment=said[person]),) if person else ()

    def _agreed(self, claim: Claim) -> dict[str, str]:
        """Give who agreed here, by the platform's ids, with their words."""
        mapping = self.outlet.mapping
        known = mapping.tables.get(PEOPLE, {}) if mapping else {}
        decided = [d for step in claim.plan.steps for d in step.decisions] if claim.plan else []
        return {
            str(known[d.approver]): d.reason or AGREED
            for d in decided
            if d.decision == "approve" and d.approver in known
        }
