"""The writer's twin with an ORM: the same rows in the same tables, one transaction for each claim.

It keeps the same promises, so it takes the head's lock first, as the audit lines form one chain,
then the budget's FOR UPDATE. What it leaves behind is as valid as ours.
"""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry

from core.budget import Charge
from core.change import Change, Reserve
from core.spending import GRAINS, Fact
from storage.chain import Link, seal
from storage.facts import fact_rows
from storage.sheets import Sheet, sheet_of
from storage.tables import (
    TENANT,
    audit,
    budgets,
    claims,
    entries,
    heads,
    holds,
    outbox,
    spend_facts,
    spend_sums,
    waiting,
)

CONNECTIONS = 32
Job = Callable[[], Awaitable[object]]


def _mapped(table: Table) -> Any:  # noqa: ANN401 a class made at run time has no type
    """Make a class whose instances are a table's rows."""
    made = type(table.name, (), {})
    _REGISTRY.map_imperatively(made, table)
    return made


_REGISTRY = registry()
_Head, _Budget, _Claim, _Waiting, _Fact, _Sum, _Hold, _Entry, _Audit, _Outbox = map(
    _mapped,
    (
        heads,
        budgets,
        claims,
        waiting,
        spend_facts,
        spend_sums,
        holds,
        entries,
        audit,
        outbox,
    ),
)


class OrmTwin:
    """A session for each claim: lock, look, change the objects, add the new ones, commit."""

    name = "SQLAlchemy ORM, the same rows, FOR UPDATE"

    def __init__(self, url: str, make: Callable[[str, int], Change]) -> None:
        """Take what makes a submission of a number on a chosen budget."""
        self._engine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._make = make
        self._serial = count()

    async def prepare(self, budgets: int) -> None:
        """Do nothing: the tables are ours, and so are the budgets in them."""

    def job(self, pick: Callable[[], int]) -> Job:
        """Make a job that submits a claim on a chosen budget."""

        async def submit() -> None:
            sheet = sheet_of(self._make(f"TW-{next(self._serial)}", pick()))
            async with self._sessions.begin() as session:
                await _submit(session, sheet)

        return submit

    async def close(self) -> None:
        """Close the connections; the next job opens others."""
        await self._engine.dispose()


async def _submit(session: AsyncSession, sheet: Sheet) -> None:
    head = (await session.scalars(select(_Head).with_for_update())).one()
    (move,) = sheet.change.moves
    if not isinstance(move, Reserve):
        raise TypeError("a submission reserves")
    for charge in move.hold.charges:
        await _reserve(session, charge)
        head.entry_id += 1
        _add(
            session,
            _Entry,
            id=head.entry_id,
            budget=charge.budget,
            hold=move.hold.name,
            claim=move.hold.claim,
            kind="reserve",
            amount_fen=charge.amount_fen,
            reserved_fen=charge.amount_fen,
            consumed_fen=0,
            at=sheet.change.at,
        )
    (charges,), at = sheet.charges.values(), sheet.change.at
    _add(session, _Hold, name=move.hold.name, claim=move.hold.claim, charges=charges, at=at)
    for claim in sheet.claims:
        _add(session, _Claim, **claim.row)
        for person, due in claim.waiting:
            _add(session, _Waiting, person=person, claim=claim.number, due_at=due)
        for row in fact_rows([(claim.number, claim.facts)]):
            _add(session, _Fact, **row)
        for fact in claim.facts:
            await _sum(session, fact)
    for line in sheet.audit:
        end = seal(Link(head.audit_seq, head.audit_hash), line.text)
        head.audit_seq, head.audit_hash = end.seq, end.hash
        _add(session, _Audit, **{**line.row, "seq": end.seq, "hash": end.hash})
    for told in sheet.outbox:
        head.outbox_id += 1
        _add(session, _Outbox, **{**told, "id": head.outbox_id})


def _add(session: AsyncSession, row: Any, /, **values: object) -> None:  # noqa: ANN401 see `_mapped`
    session.add(row(company=TENANT, **values))


async def _reserve(session: AsyncSession, charge: Charge) -> None:
    wanted = select(_Budget).where(_Budget.company == TENANT, _Budget.id == charge.budget)
    budget = (await session.scalars(wanted.with_for_update())).one()
    if budget.reserved_fen + budget.consumed_fen + charge.amount_fen > budget.ceiling_fen:
        raise ValueError("the budget is used up")
    budget.reserved_fen += charge.amount_fen


async def _sum(session: AsyncSession, fact: Fact) -> None:
    for grain in GRAINS:
        places = [str(getattr(fact.cell, name)) for name in grain.keeps]
        one, two = (*places, "")[:2]
        key = (TENANT, grain.name, fact.cell.month, one, two)
        found = await session.get(_Sum, key, with_for_update=True)
        if found is None:
            _add(
                session,
                _Sum,
                grain=grain.name,
                month=fact.cell.month,
                one=one,
                two=two,
                amount_fen=fact.amount_fen,
                lines=fact.lines,
            )
        else:
            found.amount_fen += fact.amount_fen
            found.lines += fact.lines
