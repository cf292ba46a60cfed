"""Three processes on tight budgets, killed at random: nothing is overspent, lost or left behind."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from random import choice, uniform

from core.claim import State
from core.company import Company
from core.ports import ClaimQuery, Page
from storage.open import Storage, open_storage
from tests.contract.storage_samples import NOW, utc_now

WORKERS, KILLS = 3, 5
LIVELY = 100
"""Lines of the journal between two kills."""
LIMITS = {"all": 90000, "sales": 60000, "taxi": 30000}
COMPANY = Company.model_validate(
    {
        "people": [{"id": "zhang", "name": "张三"}],
        "budgets": [
            {"id": name, "period": "2026", "limit": f"{fen // 100}.00"}
            for name, fen in LIMITS.items()
        ],
    }
)


async def spawn(url: str, how: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.ledger_worker", url, how
    )


async def kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    await process.wait()


@contextlib.asynccontextmanager
async def workers(url: str, how: str) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    running = [await spawn(url, how) for _ in range(WORKERS)]
    try:
        yield running
    finally:
        for process in running:
            await kill(process)


async def prepared(url: str) -> Storage:
    storage = await open_storage(url, utc_now)
    await storage.store.apply_company(COMPANY, expected_version=0, at=NOW, actor="admin")
    return storage


async def find_faults(storage: Storage) -> list[str]:
    """Say everything that is wrong with the money: the checker of this suite."""
    faults = [f"{f.budget}: {f.what}" for f in await storage.store.verify_ledger()]
    faults += [
        f"{b.budget.id}: overspent"
        for b in await storage.store.balances()
        if b.used_fen > LIMITS[b.budget.id]
    ]
    live = {h.name for h in await storage.store.live_holds()}
    waiting: set[str] = set()
    page = Page(limit=500)
    while True:
        found = await storage.store.claims(ClaimQuery(state=State.IN_REVIEW), page)
        waiting |= {c.hold for c in found.items}
        if found.next is None:
            break
        page = Page(found.next, 500)
    faults += [f"{hold}: held for nobody" for hold in live - waiting]
    faults += [f"{hold}: in review and not held" for hold in waiting - live]
    if (bad := await storage.store.verify_audit()) is not None:
        faults.append(f"audit: line {bad}")
    return faults


async def moved_on(storage: Storage, line: int) -> int:
    """Wait until money has moved since a line of the journal; gives the newest line."""
    async with asyncio.timeout(60):
        while True:
            found = (await storage.store.entries("all", Page(limit=1), newest=True)).items
            if found and found[0].id > line + LIVELY:
                return found[0].id
            await asyncio.sleep(0.05)


async def test_killed_processes_overspend_nothing_and_leave_no_hold(database_url: str) -> None:
    storage = await prepared(database_url)

    async with workers(database_url, "ours") as running:
        line = 0
        for _ in range(KILLS):
            line = await moved_on(storage, line)
            await asyncio.sleep(uniform(0, 0.3))
            victim = choice(running)
            await kill(victim)
            running[running.index(victim)] = await spawn(database_url, "ours")
        await moved_on(storage, line)
    faults = await find_faults(storage)
    await storage.close()

    assert faults == []


async def test_without_locks_the_checker_finds_it(postgres_url: str) -> None:
    storage = await prepared(postgres_url)

    async with workers(postgres_url, "naive"):
        for _ in range(240):
            await asyncio.sleep(0.25)
            faults = await find_faults(storage)
            if any("reserved" in fault for fault in faults):
                break
    await storage.close()

    assert any("reserved" in fault for fault in faults)
