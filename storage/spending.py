"""Facts of claims and their sums, kept in the writer's transaction; sums are the facts' shadow."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.claim import Claim
from core.spending import GRAINS, Cell, Fact, Grain, SpendQuery, SpendSum, facts_of
from storage.documents import CLAIMS
from storage.engine import Database, Row, own
from storage.facts import CELL, fact_rows
from storage.loading import lock_head
from storage.tables import claims, spend_facts, spend_sums

_PLACES = ("one", "two")
"""The columns of the sums that hold a grain's dimensions."""
_Key = tuple[str, str, str, str]
"""A sum: its grain, its month, its places."""
BATCH = 1000


async def write_spending(
    database: Database,
    connection: AsyncConnection,
    now: Mapping[str, Sequence[Fact]],
    before: Mapping[str, Sequence[Fact]],
) -> None:
    """Bring facts and sums of claims up to what they are now, from what they were `before`.

    What has not changed is not written.
    """
    changed = [n for n in now if now[n] != before.get(n, ())]
    gone = [n for n in changed if before.get(n)]
    if gone:
        own_facts = own(spend_facts), database.among(spend_facts.c.claim, gone)
        await connection.execute(delete(spend_facts).where(*own_facts))
    await database.insert(connection, spend_facts, fact_rows((n, now[n]) for n in changed))
    moves: dict[_Key, tuple[int, int]] = {}
    for sign, facts in ((1, now), (-1, before)):
        for fact in (f for n in changed for f in facts.get(n, ())):
            for key in _keys(fact.cell):
                fen, lines = moves.get(key, (0, 0))
                moves[key] = fen + sign * fact.amount_fen, lines + sign * fact.lines
    await database.insert(connection, spend_sums, _sum_rows(moves), "add")


def _sum_rows(moves: Mapping[_Key, tuple[int, int]]) -> list[Row]:
    return [
        {
            "grain": grain,
            "month": month,
            "one": one,
            "two": two,
            "amount_fen": fen,
            "lines": lines,
        }
        for (grain, month, one, two), (fen, lines) in sorted(moves.items())
        if fen or lines
    ]


@lru_cache(maxsize=4096)
def _keys(cell: Cell) -> tuple[_Key, ...]:
    """Name the sums that a cell is part of."""
    return tuple(_key(grain, cell) for grain in GRAINS)


def _key(grain: Grain, cell: Cell) -> _Key:
    one, two, *_ = *(str(getattr(cell, name)) for name in grain.keeps), "", ""
    return grain.name, cell.month, one, two


class SqlSpending:
    """`core.spending.Spending` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sums(self, query: SpendQuery) -> tuple[SpendSum, ...]:
        """Give sums from the smallest table that can answer."""
        width = len(query.by)
        async with self._database.reading() as connection:
            rows = (await connection.execute(self._statement(query))).all()
        found = (SpendSum(tuple(row[:width]), int(row[width]), int(row[width + 1])) for row in rows)
        return tuple(sorted((s for s in found if s.amount_fen or s.lines), key=lambda s: s.keys))

    def _statement(self, query: SpendQuery) -> Select[Any]:
        grain = query.grain()
        table = spend_facts if grain is None else spend_sums
        columns = _columns_of(grain)
        wanted: list[ColumnElement[bool]] = [own(table)]
        if grain:
            wanted.append(spend_sums.c.grain == grain.name)
        if query.from_month:
            wanted.append(table.c.month >= query.from_month)
        if query.to_month:
            wanted.append(table.c.month <= query.to_month)
        wanted += [
            self._database.among(columns[name], sorted(values)) for name, values in query.filters()
        ]
        keys = [columns[name] for name in query.by]
        sums = (func.coalesce(func.sum(table.c[name]), 0) for name in ("amount_fen", "lines"))
        return select(*keys, *sums).where(*wanted).group_by(*keys)

    async def claims(self, query: SpendQuery) -> tuple[str, ...]:
        """Give the numbers of the claims that a question sums, from the facts."""
        wanted: list[ColumnElement[bool]] = [own(spend_facts)]
        wanted += [spend_facts.c.month >= query.from_month] if query.from_month else []
        wanted += [spend_facts.c.month <= query.to_month] if query.to_month else []
        wanted += [
            self._database.among(spend_facts.c[name], sorted(values))
            for name, values in query.filters()
        ]
        numbers = select(spend_facts.c.claim).where(*wanted).distinct()
        async with self._database.reading() as connection:
            return tuple(sorted((await connection.scalars(numbers)).all()))

    async def rebuild(self) -> int:
        """Count everything anew, in one transaction that lets nobody else write."""
        async with self._database.writing() as connection:
            await lock_head(self._database, connection)
            await connection.execute(delete(spend_facts).where(own(spend_facts)))
            await connection.execute(delete(spend_sums).where(own(spend_sums)))
            last, count = "", 0
            while batch := await _claims_after(connection, last):
                facts = {c.number: facts_of(c) for c in batch}
                await write_spending(self._database, connection, facts, {})
                last, count = batch[-1].number, count + sum(map(len, facts.values()))
        return count


def _columns_of(grain: Grain | None) -> dict[str, Column[Any]]:
    """Give the column of each dimension, of the facts or of the sums of a grain."""
    if grain is None:
        return {name: spend_facts.c[name] for name in CELL}
    places = dict(zip(grain.keeps, _PLACES, strict=False))
    return {"month": spend_sums.c.month, **{n: spend_sums.c[p] for n, p in places.items()}}


async def _claims_after(connection: AsyncConnection, number: str) -> list[Claim]:
    query = (
        select(claims.c.document)
        .where(own(claims), claims.c.number > number, claims.c.submitted_at.is_not(None))
        .order_by(claims.c.number)
        .limit(BATCH)
    )
    return [CLAIMS.validate_json(text) for text in (await connection.execute(query)).scalars()]
