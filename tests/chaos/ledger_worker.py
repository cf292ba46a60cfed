"""A process that moves money as fast as it can until it is killed: with our writer, or naively."""

import asyncio
import os
import random
import sys
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from core.budget import Charge, Hold
from core.change import AuditEntry, Change, Consume, Release, Reserve
from core.claim import Claim, Event, Line, State
from core.errors import ChitError
from storage.engine import Database, own
from storage.open import open_storage
from storage.tables import budgets, entries

BUDGETS = ("all", "sales", "taxi")
IN_FLIGHT = 6
PAUSE_S = 0.01
"""Leaves processor time to those who start anew."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def submitted(number: str, dice: random.Random) -> Change:
    """Submit a claim that several tight budgets bind, as `core.actions.submission` does."""
    at, fen = utc_now(), dice.randint(1, 4000)
    names = sorted(dice.sample(BUDGETS, dice.randint(1, len(BUDGETS))))
    held = tuple(Charge(name, fen) for name in names)
    claim = Claim(
        number=number,
        company="hq",
        kind="reimbursement",
        state=State.IN_REVIEW,
        employee="zhang",
        department="root",
        created_at=at,
        submitted_at=at,
        lines=(Line("taxi", fen, at.date()),),
        held=tuple((c.budget, c.amount_fen) for c in held),
    )
    return Change(
        at=at,
        claims=(claim,),
        moves=(Reserve(Hold(claim.hold, number, held)),),
        audit=(AuditEntry("zhang", "submit", number, f"m:{number}"),),
    )


async def work(url: str) -> None:
    """Submit claims, and let half of them go again: approved or withdrawn."""
    dice = random.Random()
    storage = await open_storage(url, utc_now)
    serial = iter(range(1_000_000))

    async def one() -> None:
        while True:
            await asyncio.sleep(PAUSE_S)
            number = f"BX-{os.getpid()}-{next(serial)}"
            try:
                await storage.store.commit(submitted(number, dice))
            except ChitError:
                continue
            if dice.random() < 0.9:
                await finished(number, approved=dice.random() < 0.1)

    async def finished(number: str, *, approved: bool) -> None:
        claim = await storage.store.claim(number)
        if claim is None:
            raise RuntimeError(f"what was committed is not there: {number}")
        event = Event.APPROVE if approved else Event.WITHDRAW
        move = Consume(claim.hold) if approved else Release(claim.hold)
        await storage.store.commit(
            Change(at=utc_now(), claims=(claim.after(event),), moves=(move,))
        )

    await asyncio.gather(*(one() for _ in range(IN_FLIGHT)))


async def work_naively(url: str) -> None:
    """Read, decide, write back, without any lock: what our writer must never be like."""
    dice = random.Random()
    database = Database(url)
    for serial in range(1_000_000):
        name = dice.choice(BUDGETS)
        hold, fen = f"BX-{os.getpid()}-{serial}/1", dice.randint(1, 4000)
        look = select(budgets.c.reserved_fen, budgets.c.limit_fen).where(
            own(budgets), budgets.c.id == name
        )
        async with database.reading() as connection:
            reserved, limit = (await connection.execute(look)).one()
        if reserved + fen > limit:
            fen = -reserved
        entry = {
            "id": dice.getrandbits(60),
            "budget": name,
            "hold": hold,
            "claim": hold.partition("/")[0],
            "kind": "reserve" if fen > 0 else "release",
            "amount_fen": abs(fen),
            "reserved_fen": fen,
            "consumed_fen": 0,
            "at": utc_now(),
        }
        async with database.writing() as connection:
            changed = update(budgets).where(own(budgets), budgets.c.id == name)
            await connection.execute(changed.values(reserved_fen=reserved + fen))
            await connection.execute(insert(entries).values(entry))


if __name__ == "__main__":
    asyncio.run((work_naively if sys.argv[2] == "naive" else work)(sys.argv[1]))
