"""Thresholds of budgets: noticed where money moves, and kept so that each is told once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from core.alerts import NEVER, Alert, RunsOut, ThresholdCrossed, crossed, key_of, percent_used
from storage.engine import Database, Row, own
from storage.ledger import Account, Entry
from storage.tables import alerts, budgets


async def find_crossings(
    database: Database,
    connection: AsyncConnection,
    before: Mapping[str, Account],
    after: Mapping[str, Account],
    entries: Sequence[Entry],
    at: datetime,
) -> list[ThresholdCrossed]:
    """Compare budgets before and after a batch; only those that may have crossed are read."""
    risen = {
        name: (low, high)
        for name, account in after.items()
        if (was := before.get(name)) and (low := _percent(was)) < (high := _percent(account))
    }
    if not risen:
        return []
    query = select(budgets.c.id, budgets.c.period, budgets.c.alert_at).where(
        own(budgets), budgets.c.active == true(), database.among(budgets.c.id, list(risen))
    )
    rows = (await connection.execute(query)).all()
    return [
        alert
        for row in rows
        for alert in crossings_of(
            after[row.id],
            row.period,
            crossed(read_thresholds(row.alert_at), *risen[row.id]),
            entries,
            at,
        )
    ]


def read_thresholds(text: str) -> tuple[int, ...]:
    """Read the thresholds of a budget's row."""
    return tuple(int(percent) for percent in text.split(",") if percent)


def crossings_of(
    account: Account,
    period: str,
    thresholds: Iterable[int],
    entries: Sequence[Entry],
    at: datetime,
) -> list[ThresholdCrossed]:
    """Give an alert for each threshold that a budget has crossed, with the figures after it."""
    claims = [e.claim for e in entries if e.budget == account.id]
    return [
        ThresholdCrossed(
            account.id,
            period,
            threshold,
            account.limit_fen,
            account.reserved_fen,
            account.consumed_fen,
            at,
            claims[-1] if claims else "",
        )
        for threshold in thresholds
    ]


def _percent(account: Account) -> int:
    return percent_used(account.reserved_fen + account.consumed_fen, account.limit_fen)


async def keep_new(
    database: Database, connection: AsyncConnection, found: Sequence[Alert]
) -> list[Alert]:
    """Keep alerts and give those that are new; the writer's lock makes the answer certain."""
    named = {key_of(alert): alert for alert in found}
    query = select(alerts.c.key).where(own(alerts), database.among(alerts.c.key, list(named)))
    known = set((await connection.scalars(query)).all())
    new = [alert for key, alert in named.items() if key not in known]
    if new:
        among = database.among(budgets.c.id, list({alert.budget for alert in new}))
        query = select(budgets.c.id, budgets.c.alert_at).where(own(budgets), among)
        found_at = (await connection.execute(query)).all()
        levels = {row.id: read_thresholds(row.alert_at) for row in found_at}
        rows = [alert_row(alert, levels.get(alert.budget, ())) for alert in new]
        await database.insert(connection, alerts, rows)
    return new


def alert_row(alert: Alert, thresholds: Iterable[int]) -> Row:
    """Make the row of an alert; `beyond` is the next threshold, where a scan looks again."""
    threshold = 0 if isinstance(alert, RunsOut) else alert.threshold
    higher = [percent for percent in thresholds if percent > threshold]
    return {
        "key": key_of(alert),
        "budget": alert.budget,
        "period": alert.period,
        "threshold": threshold,
        "beyond": min(higher, default=NEVER) if threshold else 0,
        "runs_out": alert.day if isinstance(alert, RunsOut) else None,
        "limit_fen": alert.limit_fen,
        "reserved_fen": alert.reserved_fen,
        "consumed_fen": alert.consumed_fen,
        "claim": "" if isinstance(alert, RunsOut) else alert.claim,
        "at": alert.at,
    }
