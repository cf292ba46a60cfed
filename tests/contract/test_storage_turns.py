"""The writer's turns: what goes through packed columns, and what a broken turn leaves behind."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from core.change import AuditEntry, Change
from storage.engine import Database
from storage.loading import HEAD_LOCK
from tests.contract.storage_samples import ANY, NOW, AnyStorage, claim

ODD = ("\x1f", "\x1e", "a\x1fb", '"', "\\x1f", "{NULL,}", "é 小票 \u2028", "plain")


async def test_signs_that_separate_columns_are_words_like_any(storage: AnyStorage) -> None:
    lines = [AuditEntry(odd, "say", odd, odd, ((odd, odd),)) for odd in ODD]
    claims = [replace(claim(f"BX-{odd}"), project=odd, employee=odd) for odd in ODD]

    for i, line in enumerate(lines):
        await storage.store.commit(Change(at=NOW, claims=(claims[i],), audit=(line,)))

    found = (await storage.store.audit(ANY)).items
    assert [(r.actor, r.subject, r.source, r.fields) for r in found] == [
        (line.actor, line.subject, line.source, line.fields) for line in lines
    ]
    for made in claims:
        assert await storage.store.claim(made.number) == replace(made, revision=1)
    assert await storage.store.verify_audit() is None


async def test_a_broken_turn_leaves_neither_lock_nor_transaction(postgres_url: str) -> None:
    database = Database(postgres_url)
    pids: set[int] = set()
    try:
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await _break(database, pids)
        async with database.turn(HEAD_LOCK) as connection:
            seq = (await connection.scalars(text("SELECT audit_seq FROM heads"))).one()
    finally:
        await database.close()

    assert seq == 0
    assert len(pids) == 1


async def _break(database: Database, pids: set[int]) -> None:
    async with database.turn(HEAD_LOCK) as connection:
        pids.add((await connection.scalars(text("SELECT pg_backend_pid()"))).one())
        await connection.execute(text("UPDATE heads SET audit_seq = 7"))
        raise ZeroDivisionError


async def test_who_is_cancelled_waiting_for_the_lock_lets_the_others_go_on(
    postgres_url: str,
) -> None:
    database = Database(postgres_url)

    async def turn() -> int:
        async with database.turn(HEAD_LOCK) as connection:
            return int((await connection.scalars(text("SELECT audit_seq FROM heads"))).one())

    try:
        async with database.turn(HEAD_LOCK) as connection:
            waiting = asyncio.create_task(turn())
            await asyncio.sleep(0.05)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await connection.execute(text("UPDATE heads SET audit_seq = 7"))
        seen = await asyncio.wait_for(turn(), 10)
    finally:
        await database.close()

    assert waiting.cancelled()
    assert seen == 7
