"""The outbox: what must be told, and the cards that telling has left behind."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.notices import SYSTEM_LANES, from_json
from core.ports import CardRecord, Clock, OutboxItem
from storage.documents import write
from storage.engine import Database, Row, own
from storage.leases import Leases
from storage.tables import card_codes, cards, outbox
from storage.wakeups import Signal


class SqlOutbox:
    """`core.ports.Outbox` on SQL."""

    def __init__(self, database: Database, clock: Clock, signal: Signal) -> None:
        self._database = database
        self._clock = clock
        self._signal = signal
        self._leases = Leases(database, outbox)

    async def lease(
        self, limit: int, now: datetime, lease_s: float, system: str | None = None
    ) -> tuple[OutboxItem, ...]:
        """Take due notices: per lane only the oldest unfinished one.

        They are those to people, or the calls to one connected system.
        """
        lanes = outbox.c.lane.not_like(f"{SYSTEM_LANES}%") if system is None else _lanes_of(system)
        rows = await self._leases.take(limit, now, lease_s, lanes)
        return tuple(
            OutboxItem(
                id=r.id,
                fence=r.fence,
                key=r.key,
                lane=r.lane,
                notice=from_json(r.notice),
                attempts=r.attempts,
            )
            for r in rows
        )

    async def renew(self, item: OutboxItem, now: datetime, lease_s: float) -> None:
        """Go on holding a notice that takes long; a lost lease stays lost."""
        await self._leases.renew(item, now, lease_s)

    async def finish(
        self,
        item: OutboxItem,
        at: datetime,
        cards: Sequence[CardRecord] = (),
        *,
        again: bool = False,
    ) -> None:
        """Mark a notice sent and keep the cards drawn by it, in one transaction.

        `again` keeps the row due instead: the claim moved on while the card was being drawn.
        """
        done = {"due_at": at, "attempts": 0} if again else {"state": "done", "finished_at": at}
        async with self._database.writing() as connection:
            if await self._leases.settle(connection, item, **done):
                await self._keep(connection, cards, at)
        self._signal.give()

    async def _keep(
        self, connection: AsyncConnection, drawn: Sequence[CardRecord], at: datetime
    ) -> None:
        rows: dict[str, Row] = {
            record.card: {
                "card": record.card,
                "claim": record.claim,
                "delivered_at": at,
                "place": place,
                "document": write(replace(record, codes=(), seen=0)),
            }
            for place, record in enumerate(drawn)
        }
        ordered = [rows[card] for card in sorted(rows)]
        keep = ("delivered_at", "place")
        await self._database.insert(connection, cards, ordered, "replace", keep)
        for record in drawn:
            await self._keep_codes(connection, record)

    async def _keep_codes(self, connection: AsyncConnection, record: CardRecord) -> None:
        """Drop the codes that the record's reader knew and used; later ones stay."""
        query = select(card_codes.c.id, card_codes.c.code).where(
            own(card_codes), card_codes.c.card == record.card
        )
        stored = (await connection.execute(query)).all()
        used = [r.id for r in stored if r.id <= record.seen and r.code not in record.codes]
        if used:
            gone = delete(card_codes).where(self._database.among(card_codes.c.id, used))
            await connection.execute(gone)
        known = {r.code for r in stored}
        fresh = [{"card": record.card, "code": c} for c in record.codes if c not in known]
        await self._database.insert(connection, card_codes, fresh)

    async def retry(self, item: OutboxItem, at: datetime, error: str) -> None:
        """Try again at `at`; the lane waits behind it."""
        await self._leases.retry(item, at, error)

    async def bury(self, item: OutboxItem, error: str) -> None:
        """Give a notice up as a dead letter; its lane goes on."""
        await self._leases.bury(item, self._clock(), error)
        self._signal.give()

    async def hasten(self, system: str) -> int:
        """Let the calls to a system that wait be made at once, as if never tried."""
        query = (
            update(outbox)
            .where(
                own(outbox),
                _lanes_of(system),
                outbox.c.state == "waiting",
                outbox.c.lease_until.is_(None),
            )
            .values(due_at=None, attempts=0)
        )
        async with self._database.writing() as connection:
            count = (await connection.execute(query)).rowcount
        self._signal.give()
        return count

    async def overtaken(self, item: OutboxItem) -> bool:
        """Whether the very same notice waits behind this one in its lane."""
        this = outbox.alias()
        query = (
            select(outbox.c.id)
            .join(this, (this.c.id == item.id) & (this.c.notice == outbox.c.notice))
            .where(
                own(outbox),
                outbox.c.state == "waiting",
                outbox.c.lane == item.lane,
                outbox.c.id > item.id,
            )
            .limit(1)
        )
        async with self._database.reading() as connection:
            return (await connection.scalar(query)) is not None

    async def sent_since(self, lanes: Collection[str], since: datetime) -> int:
        """Count the messages of lanes and of those below them, quiet:wang and quiet:wang:09."""
        pictured = or_(*(outbox.c.notice.like(f"%{part}%") for part in _PICTURED))
        query = select(func.coalesce(func.sum(case((pictured, 2), else_=1)), 0)).where(
            own(outbox),
            outbox.c.state == "done",
            outbox.c.finished_at >= since,
            or_(*(outbox.c.lane == lane for lane in lanes), *map(_below, lanes)),
            outbox.c.notice.not_like('%"only_open":true%'),
        )
        async with self._database.reading() as connection:
            return int(await connection.scalar(query) or 0)


_PICTURED = ('"kind":"alert"', '"budgets":["')
"""How what is sent with a picture is written down."""


def _below(lane: str) -> ColumnElement[bool]:
    return outbox.c.lane.startswith(f"{lane}:", autoescape=True)


def _lanes_of(system: str) -> ColumnElement[bool]:
    return outbox.c.lane.startswith(f"{SYSTEM_LANES}{system}:", autoescape=True)
