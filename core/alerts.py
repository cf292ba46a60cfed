"""Alerts about budgets: which thresholds an amount crosses, and who is to be told."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from core.budget import Balance
from core.company import Budget, Company
from core.forecast import day_of_end

ENDLESS = 10**6
"""Percent of a limit of nothing that something is charged to: above every threshold."""
NEVER = 10_000
"""A threshold, in percent, that stands for none where the database compares."""


@dataclass(frozen=True, slots=True)
class ThresholdCrossed:
    """(reserved + consumed) / limit of a budget has reached a threshold, in percent.

    Told once for each budget, period, threshold and limit: a limit that was raised arms its
    thresholds again. `claim` is the one whose money crossed it, "" when a scan has found it.
    """

    budget: str
    period: str
    threshold: int
    limit_fen: int
    reserved_fen: int
    consumed_fen: int
    at: datetime
    claim: str = ""


@dataclass(frozen=True, slots=True)
class RunsOut:
    """At its present pace a budget will be used up on `day`, before its period ends."""

    budget: str
    period: str
    day: date
    limit_fen: int
    reserved_fen: int
    consumed_fen: int
    at: datetime


Alert = ThresholdCrossed | RunsOut


def key_of(alert: Alert) -> str:
    """Name an alert; what has the same name is told once."""
    what = f"{alert.threshold}" if isinstance(alert, ThresholdCrossed) else "forecast"
    return f"alert:{alert.budget}:{alert.period}:{what}:{alert.limit_fen}"


def percent_used(used_fen: int, limit_fen: int) -> int:
    """Give how much of a limit is used, in whole percent, rounded down."""
    if limit_fen > 0:
        return used_fen * 100 // limit_fen
    return ENDLESS if used_fen > 0 else 0


def crossed(thresholds: Iterable[int], before: int, after: int) -> tuple[int, ...]:
    """Give the thresholds that lie above one percentage and not above another, in order."""
    return tuple(sorted({t for t in thresholds if before < t <= after}))


@dataclass(frozen=True, slots=True)
class Watched:
    """A budget that a scan looks at: its figures, its thresholds, and what was told of it.

    `told` is the highest threshold that was told in its period, 0 for none; `forecast` says that
    it was forecast already. A frozen budget is not forecast.
    """

    budget: str
    period: str
    starts: date
    ends: date
    thresholds: tuple[int, ...]
    limit_fen: int
    reserved_fen: int
    consumed_fen: int
    told: int = 0
    forecast: bool = False
    frozen: bool = False


class Watches(Protocol):
    """All budgets in force, for a scan."""

    async def count(self) -> int:
        """Count them."""
        ...

    def remarkable(self, today: date) -> AsyncIterator[tuple[Watched, ...]]:
        """Walk through those whose period is not over and that may want an alert, in portions."""
        ...


def find_alerts(watched: Watched, today: date, at: datetime) -> tuple[Alert, ...]:
    """Give what is to be told of a budget and has not been: thresholds, else a forecast."""
    figures = (watched.limit_fen, watched.reserved_fen, watched.consumed_fen)
    percent = percent_used(watched.reserved_fen + watched.consumed_fen, watched.limit_fen)
    over = crossed(watched.thresholds, watched.told, percent)
    if over:
        return tuple(
            ThresholdCrossed(watched.budget, watched.period, t, *figures, at) for t in over
        )
    if watched.forecast or watched.frozen:
        return ()
    day = day_of_end(*figures, (watched.starts, watched.ends), today)
    return (RunsOut(watched.budget, watched.period, day, *figures, at),) if day else ()


def restated(before: Company, after: Company) -> tuple[str, ...]:
    """Name the budgets whose limit or thresholds a new company file states anew."""
    said = {b.id: (b.limit_fen, b.alerts) for b in before.budgets}
    return tuple(b.id for b in after.budgets if said.get(b.id) != (b.limit_fen, b.alerts))


def find_lowered(
    before: Iterable[Balance], after: Iterable[Balance], today: date, at: datetime
) -> tuple[ThresholdCrossed, ...]:
    """Give the thresholds that budgets have reached because a limit fell, or a threshold is new.

    What is over or closed is told no more.
    """
    known = {b.budget.id: b for b in before}
    found: list[ThresholdCrossed] = []
    for now in after:
        if now.closed or now.budget.period.end < today:
            continue
        was = known.get(now.budget.id)
        low = percent_used(was.used_fen, was.budget.limit_fen) if was else 0
        high = percent_used(now.used_fen, now.budget.limit_fen)
        new = set(now.budget.alerts) - set(was.budget.alerts if was else ())
        over = {*crossed(now.budget.alerts, low, high), *crossed(new, 0, high)}
        figures = (now.budget.limit_fen, now.reserved_fen, now.consumed_fen)
        found += [
            ThresholdCrossed(now.budget.id, now.budget.period.text, t, *figures, at)
            for t in sorted(over)
        ]
    return tuple(found)


def audience(company: Company, budget: Budget) -> tuple[str, ...]:
    """Give who is told of a budget's alerts: its owners, else who stands in for them.

    That is the head of its department or of the nearest one above, else the budget administrators,
    else finance; only people who are active.
    """
    owners = _active(company, budget.owners)
    if owners:
        return owners
    above = company.ancestry(budget.department) if budget.department else ()
    heads = (row.head for i in above if (row := company.department(i)) and row.head)
    return (
        _active(company, heads)[:1]
        or tuple(p.id for p in company.with_role("budget_admin"))
        or tuple(p.id for p in company.with_role("finance"))
    )


def _active(company: Company, people: Iterable[str]) -> tuple[str, ...]:
    known = (company.person(i) for i in dict.fromkeys(people))
    return tuple(p.id for p in known if p and p.active)


def loudest(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Give what is told of alerts that have come at once: of each budget its highest threshold."""
    highest: dict[tuple[str, str], Alert] = {}
    for alert in alerts:
        known = highest.get((alert.budget, alert.period))
        if known is None or _weight(alert) > _weight(known):
            highest[alert.budget, alert.period] = alert
    return tuple(highest.values())


def _weight(alert: Alert) -> int:
    return alert.threshold if isinstance(alert, ThresholdCrossed) else 0
