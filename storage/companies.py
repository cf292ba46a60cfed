"""The company in force, its earlier versions, and the budgets that it brings."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.budget import Balance, ceiling_fen
from core.change import AuditEntry
from core.company import Budget, Company
from core.errors import Conflict
from storage.chain import forge
from storage.effects import audit_row
from storage.engine import Database, Row, own
from storage.loading import lock_head
from storage.tables import TENANT, audit, budgets, companies, heads


class Companies:
    """Reads and replaces the company; what was read stays in memory until the version moves."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: tuple[int, Company] = (0, Company())

    async def version(self) -> int:
        """Give the version in force, 0 before the first."""
        async with self._database.reading() as connection:
            return await _version(connection)

    async def current(self) -> Company:
        """Give the company in force; empty before the first."""
        async with self._database.reading() as connection:
            version = await _version(connection)
            if version != self._known[0]:
                query = select(companies.c.document).where(
                    own(companies), companies.c.version == version
                )
                text = (await connection.scalars(query)).one()
                self._known = (version, Company.model_validate_json(text))
        return self._known[1]

    async def apply(
        self, company: Company, *, expected_version: int, at: datetime, actor: str
    ) -> int:
        """Put a company in force; Conflict `revision` when another version came first."""
        async with self._database.writing() as connection:
            head = await lock_head(self._database, connection)
            version = await _version(connection)
            if version != expected_version:
                raise Conflict("revision", company=version)
            version += 1
            row: Row = {
                "version": version,
                "document": company.model_dump_json(by_alias=True),
                "applied_at": at,
                "actor": actor,
            }
            await self._database.insert(connection, companies, [row])
            await self._replace_budgets(connection, company.budgets)
            entry = apply_entry(version, actor, company)
            record = forge(head.chain, at, entry)
            await self._database.insert(connection, audit, [audit_row(record)])
            end = update(heads).where(heads.c.company == TENANT)
            await connection.execute(end.values(audit_seq=record.seq, audit_hash=record.hash))
        return version

    async def _replace_budgets(self, connection: AsyncConnection, listed: Sequence[Budget]) -> None:
        """Take over limits; a budget that is gone keeps its counters and binds nothing."""
        await connection.execute(update(budgets).where(own(budgets)).values(active=False))
        rows: list[Row] = [
            {
                "id": budget.id,
                "document": budget.model_dump_json(by_alias=True),
                "limit_fen": budget.limit_fen,
                "ceiling_fen": ceiling_fen(budget),
                "control": budget.control,
                "active": True,
            }
            for budget in sorted(listed, key=lambda b: b.id)
        ]
        await self._database.insert(connection, budgets, rows, "replace")

    async def balances(self, ids: Sequence[str] | None) -> tuple[Balance, ...]:
        """Give budgets in id order: the asked ones, or all of the company in force."""
        wanted: ColumnElement[bool] = (
            budgets.c.active == true()
            if ids is None
            else self._database.among(budgets.c.id, list(ids))
        )
        query = select(budgets).where(own(budgets), wanted).order_by(budgets.c.id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        found = [
            Balance(
                Budget.model_validate_json(r.document), r.reserved_fen, r.consumed_fen, r.frozen
            )
            for r in rows
        ]
        return tuple(sorted(found, key=lambda b: b.budget.id))


def apply_entry(version: int, actor: str, company: Company) -> AuditEntry:
    """Make the audit line of a company that is put in force."""
    fields = (
        ("version", str(version)),
        ("people", str(len(company.people))),
        ("budgets", str(len(company.budgets))),
    )
    return AuditEntry(actor, "apply_company", "company", f"company:{version}", fields)


async def _version(connection: AsyncConnection) -> int:
    latest = await connection.scalar(select(func.max(companies.c.version)).where(own(companies)))
    return latest or 0
