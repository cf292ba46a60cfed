"""Budget reservations a second: the writer's shared transactions beside one for each claim."""

from collections.abc import AsyncIterator
from itertools import count

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from benchmarks.figures import Figure, beside, rate
from benchmarks.places import KINDS, database
from bot.clock import utc_now
from core.budget import Charge, Hold
from core.change import Change, Reserve
from core.company import Company
from storage.engine import Database
from storage.open import Storage, open_storage

SECONDS = 2.0
BUDGETS = (1, 1000)
IN_FLIGHT = (64, 1000)
LIMIT = "100000000.00"
FEN = 100


async def run() -> AsyncIterator[Figure]:
    """Give reservations a second on each database, on one hot budget and on many."""
    for kind in KINDS:
        async with database(kind) as url:
            if url is None:
                continue
            async for figure in _on(url, kind):
                yield figure


async def _on(url: str, kind: str) -> AsyncIterator[Figure]:
    storage = await open_storage(url, utc_now)
    peer = Peer(url)
    try:
        await _apply(storage)
        await peer.prepare(max(BUDGETS))
        await _analyze(url)
        for budgets in BUDGETS:
            for in_flight in IN_FLIGHT:
                ours = await _ours(storage, budgets, in_flight)
                theirs = await peer.measure(budgets, in_flight)
                name = f"ledger.{kind}.{budgets}_budgets.{in_flight}_in_flight"
                yield beside(name, ours, "reservations/s", theirs, peer.name)
    finally:
        await storage.close()
        await peer.close()


async def _apply(storage: Storage) -> None:
    rows = [
        {"id": f"b{i}", "period": "2026", "limit": LIMIT, "owners": ["wang"]}
        for i in range(max(BUDGETS))
    ]
    company = Company.model_validate({"people": [{"id": "wang", "name": "王芳"}], "budgets": rows})
    at = utc_now()
    await storage.store.apply_company(company, expected_version=0, at=at, actor="bench")


async def _analyze(url: str) -> None:
    """Do what PostgreSQL does by itself within a minute: count what is in the tables."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("ANALYZE"))
    await engine.dispose()


async def _ours(storage: Storage, budgets: int, in_flight: int) -> float:
    serial, run_name = count(), f"{budgets}-{in_flight}"

    async def reserve() -> None:
        number = next(serial)
        claim = f"BX-{run_name}-{number}"
        hold = Hold(f"{claim}/1", claim, (Charge(f"b{number % budgets}", FEN),))
        await storage.store.commit(Change(at=utc_now(), moves=(Reserve(hold),)))

    return await rate(reserve, in_flight, SECONDS)


class Peer:
    """One transaction for each claim: lock the budget's row, look, update, write hold and entry.

    The usual design, through the same SQLAlchemy Core, drivers, pool and durability; on SQLite,
    which cannot lock a row, BEGIN IMMEDIATE.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        lock = " FOR UPDATE" if self._database.postgres else ""
        self.name = f"one transaction a claim, {lock.strip() or 'BEGIN IMMEDIATE'}"
        self._look = text(
            f"SELECT limit_fen, reserved_fen FROM peer_budgets WHERE id = :id{lock}"  # noqa: S608 our own words
        )
        self._update = text(
            "UPDATE peer_budgets SET reserved_fen = reserved_fen + :fen WHERE id = :id"
        )
        self._hold = text("INSERT INTO peer_holds VALUES (:name, :id, :fen)")
        self._entry = text("INSERT INTO peer_entries (hold, budget, fen) VALUES (:name, :id, :fen)")

    async def prepare(self, budgets: int) -> None:
        """Make the tables."""
        big = "BIGSERIAL" if self._database.postgres else "INTEGER"
        async with self._database.writing() as connection:
            for table in (
                "peer_budgets (id TEXT PRIMARY KEY, limit_fen BIGINT, reserved_fen BIGINT)",
                "peer_holds (name TEXT PRIMARY KEY, budget TEXT, fen BIGINT)",
                f"peer_entries (id {big} PRIMARY KEY, hold TEXT, budget TEXT, fen BIGINT)",
            ):
                await connection.execute(text(f"CREATE TABLE {table}"))
            row = text("INSERT INTO peer_budgets VALUES (:id, 10000000000, 0)")
            await connection.execute(row, [{"id": f"b{i}"} for i in range(budgets)])

    async def measure(self, budgets: int, in_flight: int) -> float:
        """Give reservations a second."""
        serial, run_name = count(), f"{budgets}-{in_flight}"

        async def reserve() -> None:
            number = next(serial)
            row = {"name": f"{run_name}-{number}", "id": f"b{number % budgets}", "fen": FEN}
            async with self._database.writing() as connection:
                await self._reserve(connection, row)

        return await rate(reserve, in_flight, SECONDS)

    async def _reserve(self, connection: AsyncConnection, row: dict[str, object]) -> None:
        limit, reserved = (await connection.execute(self._look, {"id": row["id"]})).one()
        if reserved + FEN > limit:
            raise ValueError("the budget is used up")
        await connection.execute(self._update, {"id": row["id"], "fen": FEN})
        await connection.execute(self._hold, row)
        await connection.execute(self._entry, row)

    async def close(self) -> None:
        """Close the connections."""
        await self._database.close()
