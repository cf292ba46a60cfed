"""The company in force, its earlier versions, and the budgets that it brings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy import Row as Found
from sqlalchemy.ext.asyncio import AsyncConnection

from core.alerts import NEVER
from core.budget import Balance, LimitVersion, carried_over, ceiling_of, rolling_key
from core.change import AuditEntry
from core.company import Budget, Company
from core.errors import Conflict
from storage.budgeting import write_limits
from storage.chain import forge
from storage.effects import audit_row
from storage.engine import Database, Row, own
from storage.loading import lock_head
from storage.tables import TENANT, audit, budgets, companies, heads


@dataclass(frozen=True, slots=True)
class AppliedBy:
    """Which version of the company states a limit, who put it in force and when."""

    source: str
    actor: str
    at: datetime

    def limit(self, budget: str, version: int, limit_fen: int) -> LimitVersion:
        """Make the line of a budget's history."""
        return LimitVersion(budget, version, limit_fen, "file", self.source, self.actor, self.at)


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
            return await self.seen_by(connection)

    async def seen_by(self, connection: AsyncConnection) -> Company:
        """Give the company that is in force for a transaction."""
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
            cause = AppliedBy(f"company:{version}", actor, at)
            await _replace_budgets(self._database, connection, company.budgets, cause)
            entry = apply_entry(version, actor, company)
            record = forge(head.chain, at, entry)
            await self._database.insert(connection, audit, [audit_row(record)])
            end = update(heads).where(heads.c.company == TENANT)
            await connection.execute(end.values(audit_seq=record.seq, audit_hash=record.hash))
        return version

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
            groups = {r.rolls for r in rows if r.rolls and r.active}
            months = await self._months(connection, groups) if groups else {}
        found = [_balance(r, months.get(r.rolls or "", ())) for r in rows]
        return tuple(sorted(found, key=lambda b: b.budget.id))

    async def _months(
        self, connection: AsyncConnection, groups: set[str]
    ) -> dict[str, tuple[Row, ...]]:
        """Give limit and use of the months of cumulative budgets, in order."""
        query = (
            select(
                budgets.c.id,
                budgets.c.rolls,
                budgets.c.limit_fen,
                (budgets.c.reserved_fen + budgets.c.consumed_fen).label("used_fen"),
            )
            .where(own(budgets), budgets.c.active, self._database.among(budgets.c.rolls, groups))
            .order_by(budgets.c.rolls, budgets.c.starts, budgets.c.id)
        )
        found: dict[str, tuple[Row, ...]] = {}
        for row in (await connection.execute(query)).mappings():
            found[row["rolls"]] = (*found.get(row["rolls"], ()), dict(row))
        return found


async def _replace_budgets(
    database: Database, connection: AsyncConnection, listed: Sequence[Budget], cause: AppliedBy
) -> None:
    """Take over the file's budgets; one that is gone keeps its counters and binds nothing.

    A limit that the file states anew is in force; one that it only repeats leaves what was
    approved since as it is.
    """
    query = select(budgets).where(own(budgets))
    before = {r.id: r for r in (await connection.execute(query)).all()}
    await connection.execute(update(budgets).where(own(budgets)).values(active=False))
    rows: list[Row] = []
    versions: list[LimitVersion] = []
    for budget in sorted(listed, key=lambda b: b.id):
        known = before.get(budget.id)
        repeats = known is not None and known.base_fen == budget.limit_fen
        limit = known.limit_fen if known is not None and repeats else budget.limit_fen
        version = known.limit_version if known is not None else 0
        if not repeats:
            version += 1
            versions.append(cause.limit(budget.id, version, limit))
        rows.append(_budget_row(budget, limit, version))
    await database.insert(connection, budgets, rows, "replace")
    await write_limits(database, connection, versions)


def _budget_row(budget: Budget, limit_fen: int, version: int) -> Row:
    return {
        "id": budget.id,
        "document": budget.model_dump_json(by_alias=True),
        "limit_fen": limit_fen,
        "ceiling_fen": ceiling_of(limit_fen, budget.tolerance),
        "control": budget.control,
        "active": True,
        "base_fen": budget.limit_fen,
        "tolerance": str(budget.tolerance),
        "rolls": rolling_key(budget),
        "starts": budget.period.start,
        "limit_version": version,
        "ends": budget.period.end,
        "period": budget.period.text,
        "alert_at": ",".join(map(str, sorted(budget.alerts))),
        "alert_from": min(budget.alerts, default=NEVER),
    }


def _balance(row: Found[Any], months: Sequence[Row]) -> Balance:
    budget = Budget.model_validate_json(row.document)
    chain = [(int(str(m["limit_fen"])), int(str(m["used_fen"]))) for m in months]
    place = next((i for i, m in enumerate(months) if m["id"] == row.id), None)
    return Balance(
        budget.model_copy(update={"limit_fen": row.limit_fen}),
        row.reserved_fen,
        row.consumed_fen,
        row.frozen,
        row.closed,
        changed_fen=row.limit_fen - budget.limit_fen,
        carried_fen=0 if place is None else carried_over(chain, place),
    )


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
