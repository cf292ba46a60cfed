"""The inbox worker: takes what is durable, lets a handler decide, and commits the outcome."""

import hashlib
from zoneinfo import ZoneInfo

import structlog

from bot.events import Answer, CardClicked, Event, JobDue, from_json
from bot.handlers.clicks import card_of_another
from bot.handlers.refusals import refusal
from bot.handlers.verifying import Desk
from bot.handlers.work import Rooms, Work
from bot.jobs.pump import LEASE_S
from bot.jobs.retries import MAX_ATTEMPTS, pause
from bot.jobs.running import Runner
from bot.router import dispatch, take_answer
from core.actions.basics import lane_of
from core.change import Change, InboxRef, Outgoing
from core.company import Company, Person
from core.errors import Conflict, Refused
from core.notices import Notice, Reply
from core.ports import Clock, Inbox, InboxItem

log = structlog.get_logger(__name__)

PARALLEL = 16
"""People served at once; one person's messages are handled one after another."""
CONFLICT_TRIES = 8


class InboxWorker:
    """Handles one leased message after another of each person, many people side by side."""

    def __init__(
        self, inbox: Inbox, rooms: Rooms, runner: Runner, *, clock: Clock, zone: ZoneInfo
    ) -> None:
        self._inbox = inbox
        self._rooms = rooms
        self._runner = runner
        self._clock = clock
        self._zone = zone

    async def lease(self, room: int) -> tuple[InboxItem, ...]:
        """Take waiting messages."""
        return await self._inbox.lease(room, self._clock(), LEASE_S)

    async def renew(self, item: InboxItem) -> None:
        """Go on holding a message that takes long."""
        await self._inbox.renew(item, self._clock(), LEASE_S)

    async def handle(self, item: InboxItem) -> None:
        """Handle one message; the edge where whatever went wrong is written down."""
        try:
            event = from_json(item.body)
        except ValueError:
            log.warning("inbox_unreadable", item=item.id)
            await self._inbox.bury(item, "unreadable")
            return
        try:
            await self._attempt(event, item)
        except Exception as error:  # noqa: BLE001 the worker's edge (design §8)
            await self._failed(event, item, error)

    async def _attempt(self, event: Event | Answer | JobDue, item: InboxItem) -> None:
        for _ in range(CONFLICT_TRIES):
            try:
                await self._once(event, item)
            except Conflict as conflict:
                if conflict.code == "lease":
                    log.warning("inbox_lease_lost", item=item.id)
                    return
            else:
                return
        raise Conflict("revision")

    async def _once(self, event: Event | Answer | JobDue, item: InboxItem) -> None:
        if isinstance(event, JobDue):
            if event.slot > self._clock():  # what is to be seen together has not all happened yet
                await self._inbox.retry(item, event.slot, "not due")
                return
            await self._runner.run_due(event)
            await self._inbox.finish(item)
            return
        company = await self._rooms.store.company()
        if isinstance(event, Answer):
            ref = InboxRef(item.id, item.fence)
            rooms = self._rooms
            desk = Desk(rooms.store, company, self._clock(), item.key, ref, rooms.settings)
            await take_answer(event, desk)
            return
        person = company.person_by_user(event.sender.channel, event.sender.user)
        if person is None:
            await self._stranger(event, item)
            return
        work = self._work(event, item, company, person)
        try:
            await dispatch(event, work)
        except Refused as refused:
            await work.tell(*refusal(work, refused))
        if not work.committed:
            await self._inbox.finish(item)

    def _work(self, event: Event, item: InboxItem, company: Company, person: Person) -> Work:
        now = self._clock()
        return Work(
            rooms=self._rooms,
            company=company,
            sender=event.sender,
            person=person,
            now=now,
            today=now.astimezone(self._zone).date(),
            source=item.key,
            inbox=InboxRef(item.id, item.fence),
        )

    async def _stranger(self, event: Event, item: InboxItem) -> None:
        """Tell somebody whom the company does not know how to be let in."""
        sender = event.sender
        notice = Reply(sender.channel, sender.user, "unknown_sender")
        again: tuple[Notice, ...] = ()
        if isinstance(event, CardClicked):
            again = await card_of_another(self._rooms.store, event, "")
        await self._say(item, notice, *again)

    async def _say(self, item: InboxItem, notice: Reply, *again: Notice) -> None:
        lane = f"{notice.channel}:{notice.user}"
        others = (Outgoing(f"{item.key}!holder", lane_of(n), n) for n in again)
        said = (Outgoing(f"{item.key}!end", lane, notice), *others)
        ref = InboxRef(item.id, item.fence)
        await self._rooms.store.commit(Change(at=self._clock(), outbox=said, inbox=ref))

    async def _failed(
        self, event: Event | Answer | JobDue, item: InboxItem, error: Exception
    ) -> None:
        incident = hashlib.sha256(item.key.encode()).hexdigest()[:8]
        log.error(
            "message_failed",
            incident=incident,
            attempts=item.attempts,
            kind=event.kind,
            exc_info=error,
        )
        if item.attempts + 1 < MAX_ATTEMPTS:
            at = self._clock() + pause(item.attempts, error)
            await self._inbox.retry(item, at, type(error).__name__)
            return
        if isinstance(event, Answer | JobDue):
            await self._inbox.bury(item, type(error).__name__)
            return
        sender = event.sender
        notice = Reply(sender.channel, sender.user, "incident", (("id", incident),))
        await self._say(item, notice)
