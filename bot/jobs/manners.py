"""When people are told: not what they switched off, not at night, not one by one when it is much.

An answer to somebody's own message, and a card that is only drawn again, never wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.jobs.verifying import NotYet
from bot.texts.names import person_name
from bot.texts.preferences import row
from core.actions.alerting import QUIET_LANES, quiet_lane
from core.change import Change, Outgoing
from core.claim import Claim, State
from core.company import Company, Person
from core.money import format_cny
from core.notices import Reply, Say, ShowCard, Told
from core.pace import hours_between, waiting_since
from core.ports import ClaimQuery, OutboxItem, Page, Store
from core.preferences import is_unwanted, kind_of, waits_until
from core.quiet import QuietHours

log = structlog.get_logger(__name__)

MANY = "many_waiting"
"""The text that lists what came together."""
HOUR = timedelta(hours=1)
NAMED = 10
"""Claims that a list names."""


@dataclass(frozen=True, slots=True)
class Manners:
    """The wishes of people and of the company about notices.

    More than `digest_above` approvals of one person within an hour come as one text at its end; 0
    never gathers any. `link` is the page of what waits.
    """

    store: Store
    zone: ZoneInfo
    quiet: QuietHours | None = None
    digest_above: int = 0
    link: str = ""

    async def weigh(self, item: OutboxItem, notice: Told, now: datetime) -> Told | None:
        """Give what is to be told now; None when nothing is. Raises NotYet for what waits here.

        What waits leaves its person's lane, so that it holds up nothing that does not.
        """
        if isinstance(notice, Reply) or kind_of(notice) is None:
            self._keep_quiet(item, now)
            return notice
        wishes = await self.store.preferences(notice.person)
        if is_unwanted(notice, wishes):
            log.info("notice_unwanted", key=item.key)
            return None
        aside = item.lane.startswith(QUIET_LANES)
        until = waits_until(notice, wishes, self.quiet, now, self.zone)
        if until and aside:
            raise NotYet(until)
        if until:
            later = Outgoing(f"{item.key}~quiet", quiet_lane(notice.person), notice)
            await self.store.commit(Change(at=now, outbox=(later,)))
            return None
        if isinstance(notice, ShowCard) and notice.purpose == "approval":
            return await self._approval(notice, now, aside=aside)
        return await self._gathered(notice, now) if isinstance(notice, Say) else notice

    def _keep_quiet(self, item: OutboxItem, now: datetime) -> None:
        """Let wait what was put into a quiet lane, of whatever kind it is."""
        aside = item.lane.startswith(QUIET_LANES) and not isinstance(item.notice, Reply)
        until = self.quiet.over(now, self.zone) if self.quiet and aside else None
        if until:
            raise NotYet(until)

    async def _approval(self, notice: ShowCard, now: datetime, *, aside: bool) -> ShowCard | None:
        """Give a card, unless it is one of very many, or waits for nobody any more."""
        if aside and not await self._is_asked(notice):
            return None
        if not self.digest_above:
            return notice
        query = ClaimQuery(state=State.IN_REVIEW, waiting_for=notice.person)
        found = await self.store.claims(query, Page(limit=self.digest_above + 1))
        fresh = [c for c in found.items if (waiting_since(c) or c.created_at) > now - HOUR]
        if len(fresh) <= self.digest_above:
            return notice
        ends = now.replace(minute=0, second=0, microsecond=0) + HOUR
        said = Say(notice.person, MANY, (("due", ends.isoformat()),))
        key = f"{MANY}:{notice.person}:{ends:%Y%m%d%H}"
        gathered = Outgoing(key, f"{quiet_lane(notice.person)}:{ends:%H}", said)
        await self.store.commit(Change(at=now, outbox=(gathered,)))
        return None

    async def _is_asked(self, notice: ShowCard) -> bool:
        claim = await self.store.claim(notice.claim)
        plan = claim.plan if claim and claim.state is State.IN_REVIEW else None
        return plan is not None and notice.person in plan.waiting()

    async def _gathered(self, notice: Say, now: datetime) -> Say | None:
        """Fill the list of what came together, as it stands at the end of the hour."""
        due = dict(notice.fields).get("due") if notice.code == MANY else None
        if due is None:
            return notice
        if now < datetime.fromisoformat(due):
            raise NotYet(datetime.fromisoformat(due))
        query = ClaimQuery(state=State.IN_REVIEW, waiting_for=notice.person)
        found = await self.store.claims(query, Page(limit=200))
        company = await self.store.company()
        reader = company.person(notice.person)
        if not found.items or reader is None:
            return None
        rows = waiting_rows(found.items, company, reader, now)
        fields = {"count": str(len(found.items)), "rows": "\n".join(rows), "link": self.link}
        return replace(notice, fields=tuple(fields.items()))


def waiting_rows(
    claims: Sequence[Claim], company: Company, reader: Person, now: datetime
) -> list[str]:
    """Write what waits for somebody, the urgent and the oldest first, as many as a list names."""
    oldest = sorted(claims, key=lambda c: (not c.urgent, waiting_since(c) or c.created_at))
    return [
        row(
            "waits_since",
            reader.language,
            number=claim.number,
            name=person_name(company, claim.employee),
            amount=format_cny(claim.total_fen),
            hours=str(hours_between(waiting_since(claim), now)),
        )
        for claim in oldest[:NAMED]
    ]
