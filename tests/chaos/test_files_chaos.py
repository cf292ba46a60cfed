"""A service that watches a folder on a server and is killed: every file counts once."""

import asyncio
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import uniform

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.clock import utc_now
from core.claim import State
from core.ports import ClaimQuery, Page, VoucherQuery
from storage.open import open_storage
from tests.chaos.test_desk_chaos import owe
from tests.fakes.sftp import Server, serving_files
from tests.flow.command import Console
from tests.flow.stage import free_port

FILES, CLAIMS, OWED, KILLS = 4, 4, 12, 2
DAY = "20261102"
"""Long ago: what comes in gets numbers of today."""


def put(server: Server, name: str, rows: list[str]) -> None:
    """Put a file by the protocol: written as a draft, then renamed."""
    draft = server.root / "in" / f"{name}.tmp"
    draft.write_text("\n".join(rows) + "\n", "utf-8")
    draft.rename(server.root / "in" / name)


def claims_file(number: int) -> list[str]:
    rows = [f"K{number}-{i},zhang,taxi,{i + 1}.00,2026-11-20" for i in range(CLAIMS)]
    return ["key,employee,category,amount,date", *rows]


def results_file() -> list[str]:
    numbers = [f"BX-{DAY}-{i:04d}" for i in range(1, OWED + 1)]
    return ["id,payee,amount,result", *(f"P-{n},张三,100.00,成功" for n in numbers)]


async def pass_time(database_url: str) -> None:
    """Let the lease of whoever was killed run out."""
    engine = create_async_engine(database_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM leases"))
    await engine.dispose()


async def emptied(server: Server) -> None:
    """Wait until the service has taken everything by itself."""
    for _ in range(600):
        if not any((server.root / "in").iterdir()):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(sorted(p.name for p in (server.root / "in").iterdir()))


async def test_every_file_on_a_server_counts_once_whoever_is_killed(
    tmp_path: Path, sqlite_url: str
) -> None:
    await owe(sqlite_url, OWED, DAY)
    async with serving_files(tmp_path) as server:
        table = (
            f'[server]\nport = {free_port()}\n[connectors.filedrop]\nurl = "{server.url}/"\n'
            f'key = "{server.key}"\nknown_hosts = "{server.known_hosts}"\nwatch = true\n'
            "poll_seconds = 0.1\n"
        )
        console = Console.at(tmp_path, sqlite_url, table)
        for kill in range(KILLS):
            put(server, f"claims-{kill}.csv", claims_file(kill))
            put(server, f"claims-{kill}-again.csv", claims_file(kill))
            process = await console.start("serve")
            if kill == 0:
                put(server, "results-1.csv", results_file())
            await until_seen(server, kill)
            await asyncio.sleep(uniform(0.0, 0.4))
            process.send_signal(signal.SIGKILL)
            await process.communicate()
            await pass_time(sqlite_url)
        for number in range(KILLS, FILES):
            put(server, f"claims-{number}.csv", claims_file(number))
        put(server, "results-2.csv", [*results_file(), "P-none,张三,1.00,成功"])
        process = await console.start("serve")
        try:
            await emptied(server)
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            await process.communicate()
        apart = sorted(p.name for p in (server.root / "quarantine").iterdir())

    storage = await open_storage(sqlite_url, utc_now)
    drafts = await storage.store.claims(ClaimQuery(state=State.DRAFT), Page(limit=200))
    paid = await storage.store.claims(ClaimQuery(state=State.PAID), Page(limit=200))
    vouchers = await storage.store.vouchers(VoucherQuery(), Page(limit=200))
    await storage.close()
    assert len(drafts.items) == FILES * CLAIMS
    assert len(paid.items) == OWED
    assert Counter(v.kind for v in vouchers.items) == {"approval": OWED, "payment": OWED}
    assert [name.partition(".")[0] for name in apart] == ["results-2"] * 3


async def until_seen(server: Server, kill: int) -> None:
    """Wait until the service is about to take something: it has looked twice, or begun to end."""
    done = server.root / "done"
    for _ in range(1200):
        if done.exists() and any(p.name.startswith(f"claims-{kill}") for p in done.iterdir()):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(kill)
