"""Vouchers posted by processes that race and are killed: each is in the books once."""

import asyncio
import json
import signal
from collections import Counter
from decimal import Decimal
from pathlib import Path

from bot.clock import utc_now
from core.ports import Page, VoucherQuery
from sandbox.erp.kingdee import KingdeeStandIn
from storage.open import open_storage
from tests.chaos.test_desk_chaos import owe
from tests.contract.connector_stage import serving
from tests.flow.command import Console
from tests.flow.stage import until

OWED = 60
POST = ("vouchers", "export", "--format", "kingdee", "--out", "-")


def console(folder: Path, database: str, there: KingdeeStandIn, url: str) -> Console:
    own = there.tenant
    table = {
        "base_url": url,
        "acct_id": own.acct_id,
        "user": own.user,
        "app_id": own.app_id,
        "app_secret": own.app_secret,
        "account_book": own.book,
        "timeout_s": 2,
        "rate": 1000,
    }
    rows = [f"{name} = {json.dumps(value)}" for name, value in table.items()]
    return Console.at(folder, database, "\n".join(["[connectors.kingdee]", *rows, ""]))


async def some(there: KingdeeStandIn) -> bool | None:
    """Say whether a part of the vouchers is there."""
    return len(there.vouchers) >= OWED / 3 or None


async def test_posting_that_races_and_is_killed_books_everything_once(tmp_path: Path) -> None:
    database_url = f"sqlite+aiosqlite:///{tmp_path}/chit.db"
    await owe(database_url, OWED)
    there = KingdeeStandIn()
    async with serving(there.routes()) as url:
        chit = console(tmp_path, database_url, there, url)
        killed = await chit.start(*POST)
        await until(lambda: some(there), "some vouchers", lambda: some(there))
        killed.send_signal(signal.SIGKILL)
        await killed.wait()
        ended = await asyncio.gather(chit.run_apart(*POST), chit.run_apart(*POST))

    assert [e.code for e in ended] == [0, 0], [e.err for e in ended]
    marks = Counter(str(v.entries[0]["FEXPLANATION"]).split()[-1] for v in there.vouchers)
    assert len(marks) == OWED
    assert set(marks.values()) == {1}
    assert {v.sides for v in there.vouchers} == {(Decimal(100), Decimal(100))}
    await numbers_are_noted(database_url, there)


async def numbers_are_noted(database_url: str, there: KingdeeStandIn) -> None:
    storage = await open_storage(database_url, utc_now)
    found = await storage.store.vouchers(VoucherQuery(state="posted"), Page(limit=OWED + 1))
    await storage.close()
    assert {v.number for v in found.items} == {v.number for v in there.vouchers}
