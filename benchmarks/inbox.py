"""Messages made durable a second: the inbox's shared transactions beside one for each message."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import text

from benchmarks.figures import Figure, beside, rate
from benchmarks.places import KINDS, database
from bot.clock import utc_now
from storage.engine import Database
from storage.open import open_storage

SECONDS = 2.0
IN_FLIGHT = (64, 1000)
BODY = '{"kind":"text","text":"打车 45 昨天 去客户现场","at":"2026-11-25T02:00:00Z"}' * 4
LANES = 200
_TABLE = "CREATE TABLE peer_inbox (key TEXT PRIMARY KEY, lane TEXT, body TEXT, at TEXT)"
_PUT = "INSERT INTO peer_inbox VALUES (:key, :lane, :body, :at) ON CONFLICT DO NOTHING"


async def run() -> AsyncIterator[Figure]:
    """Give puts a second on each database."""
    for kind in KINDS:
        async with database(kind) as url:
            if url is None:
                continue
            for in_flight in IN_FLIGHT:
                ours = await _ours(url, in_flight)
                peer = await _peer(url, in_flight)
                name = f"inbox.{kind}.{in_flight}_in_flight"
                yield beside(name, ours, "messages/s", peer, "one transaction a message")


async def _ours(url: str, in_flight: int) -> float:
    storage = await open_storage(url, utc_now)
    serial = count()

    async def put() -> None:
        number = next(serial)
        key = f"{in_flight}-{number}"
        await storage.inbox.put(key, f"person-{number % LANES}", BODY, utc_now())

    try:
        return await rate(put, in_flight, SECONDS)
    finally:
        await storage.close()


async def _peer(url: str, in_flight: int) -> float:
    """Insert as most services do: a pooled connection, one statement, one commit."""
    peer = Database(url)
    serial = count()
    statement = text(_PUT)
    at = datetime.now(UTC).isoformat()

    async def put() -> None:
        number = next(serial)
        row = {"key": str(number), "lane": f"person-{number % LANES}", "body": BODY, "at": at}
        async with peer.writing() as connection:
            await connection.execute(statement, row)

    try:
        async with peer.writing() as connection:
            await connection.execute(text("DROP TABLE IF EXISTS peer_inbox"))
            await connection.execute(text(_TABLE))
        return await rate(put, in_flight, SECONDS)
    finally:
        await peer.close()
