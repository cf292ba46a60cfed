"""Thresholds of budgets: noticed with the money that crosses them, told once."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.desk.company import apply_company
from core.alerts import RunsOut, ThresholdCrossed, Watched, find_alerts
from core.budget import Charge
from core.change import Change, Consume, Release
from core.company import Company
from core.forecast import day_of_end
from core.notices import ShowAlert
from storage.open import open_storage
from tests.contract.storage_samples import (
    NOW,
    AnyStorage,
    apply,
    company_with,
    reserving,
    submission,
    utc_now,
)


async def alerts(storage: AnyStorage) -> list[tuple[str, str, int]]:
    """Send everything; gives who was told of which budget's threshold."""
    found: list[tuple[str, str, int]] = []
    while items := await storage.outbox.lease(100, NOW, 60):
        for item in items:
            await storage.outbox.finish(item, NOW)
        told = [item.notice for item in items if isinstance(item.notice, ShowAlert)]
        found += [(n.person, n.budget, n.threshold) for n in told]
    return found


def holding(name: str, fen: int, *, budget: str = "sales") -> Change:
    return Change(at=NOW, moves=(reserving(name, Charge(budget, fen)),))


async def test_a_threshold_is_told_to_the_owners_when_it_is_crossed(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))

    await storage.store.commit(holding("A/1", 7999))
    before = await alerts(storage)
    await storage.store.commit(holding("B/1", 1))

    assert (before, await alerts(storage)) == ([], [("wang", "sales", 80)])


async def test_what_was_told_is_not_told_again(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await storage.store.commit(holding("A/1", 8500))
    first = await alerts(storage)

    await storage.store.commit(Change(at=NOW, moves=(Release("A/1"),)))
    await storage.store.commit(holding("B/1", 8500))
    await storage.store.commit(holding("C/1", 100))
    await storage.store.commit(Change(at=NOW, moves=(Consume("B/1"),)))

    assert (first, await alerts(storage)) == ([("wang", "sales", 80)], [])


async def test_each_threshold_has_its_turn_and_a_leap_is_one_alert(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00", other="100.00"))

    for i, fen in enumerate((8000, 1000, 1000)):
        await storage.store.commit(holding(f"A{i}/1", fen))
    await storage.store.commit(holding("B/1", 9500, budget="other"))

    assert await alerts(storage) == [
        ("wang", "sales", 80),
        ("wang", "sales", 90),
        ("wang", "sales", 100),
        ("wang", "other", 90),
    ]


async def test_spending_more_than_was_held_counts_too(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await storage.store.commit(holding("A/1", 7000))

    await storage.store.commit(Change(at=NOW, moves=(Consume("A/1", (Charge("sales", 8100),)),)))

    assert await alerts(storage) == [("wang", "sales", 80)]


async def test_a_limit_that_falls_is_told_as_the_file_is_applied(storage: AnyStorage) -> None:
    await apply_company(storage.store, company_with(sales="100.00"), lambda: NOW, dry_run=False)
    await storage.store.commit(holding("A/1", 7000))
    lower = company_with(sales="80.00")

    await apply_company(storage.store, lower, lambda: NOW, dry_run=False)
    told = await alerts(storage)
    await apply_company(storage.store, lower, lambda: NOW, dry_run=False)
    await apply_company(storage.store, company_with(sales="90.00"), lambda: NOW, dry_run=False)

    assert (told, await alerts(storage)) == ([("wang", "sales", 80)], [])


async def test_a_threshold_that_is_new_is_told_as_the_file_is_applied(storage: AnyStorage) -> None:
    company = company_with(sales="100.00")
    await apply_company(storage.store, company, lambda: NOW, dry_run=False)
    await storage.store.commit(holding("A/1", 7000))
    (budget,) = company.budgets
    earlier = budget.model_copy(update={"alerts": (60, 80)})

    await apply_company(
        storage.store,
        company.model_copy(update={"budgets": (earlier,)}),
        lambda: NOW,
        dry_run=False,
    )

    assert await alerts(storage) == [("wang", "sales", 60)]


async def test_a_raised_limit_arms_its_thresholds_again(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await storage.store.commit(holding("A/1", 8500))

    await apply(storage, company_with(sales="200.00"), 1)
    await storage.store.commit(holding("B/1", 7500))

    assert await alerts(storage) == [("wang", "sales", 80), ("wang", "sales", 80)]


async def test_a_refused_change_alerts_nobody(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))

    with pytest.raises(Exception, match="budget"):
        await storage.store.commit(holding("A/1", 10001))

    assert await alerts(storage) == []


async def test_own_thresholds_and_those_who_stand_in(storage: AnyStorage) -> None:
    company = company_with(sales="100.00")
    budget = replace_budget(company, alerts=(50,), owners=("gone",))
    await apply(storage, budget)

    await storage.store.commit(holding("A/1", 5000))

    assert await alerts(storage) == [("wang", "sales", 50)]


def replace_budget(company: Company, **changed: object) -> Company:
    budget = company.budgets[0].model_copy(update=changed)
    return company.model_copy(update={"budgets": (budget,)})


async def test_alerts_of_a_scan_are_told_once(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    found = ThresholdCrossed("sales", "2026-Q4", 80, 10000, 8500, 0, NOW)
    forecast = RunsOut("sales", "2026-Q4", date(2026, 12, 14), 10000, 5000, 0, NOW)

    await storage.store.commit(Change(at=NOW, alerts=(found, forecast)))
    later = replace(forecast, day=date(2026, 12, 10))
    await storage.store.commit(Change(at=NOW, alerts=(found, later)))
    await storage.store.commit(Change(at=NOW, alerts=(replace(found, limit_fen=20000),)))

    assert await alerts(storage) == [("wang", "sales", 80), ("wang", "sales", 80)]


async def test_a_forecast_says_its_day(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    day = date(2026, 12, 14)

    await storage.store.commit(
        Change(at=NOW, alerts=(RunsOut("sales", "2026-Q4", day, 10000, 5000, 0, NOW),))
    )
    (item,) = await storage.outbox.lease(10, NOW, 60)

    assert item.notice == ShowAlert("wang", "sales", 0, day)
    assert item.lane == "quiet:wang"


async def test_crossings_of_many_writers_are_told_once(database_url: str) -> None:
    one, two = await open_storage(database_url, utc_now), await open_storage(database_url, utc_now)
    try:
        await apply(one, company_with(sales="100.00"))
        changes = [submission(i, "sales", 100) for i in range(1, 101)]
        await asyncio.gather(
            *((one, two)[i % 2].store.commit(change) for i, change in enumerate(changes))
        )

        told = await alerts(one)
    finally:
        await one.close()
        await two.close()

    assert len(set(told)) == len(told)
    assert ("wang", "sales", 100) in told


async def watched(storage: AnyStorage, today: date) -> list[Watched]:
    """Give what a scan would tell something about."""
    portions = [portion async for portion in storage.watches.remarkable(today)]
    return [w for portion in portions for w in portion if find_alerts(w, today, NOW)]


TODAY = date(2026, 11, 25)


async def test_a_scan_finds_what_the_writer_could_not_see(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="200.00", other="100.00", idle="100.00"))
    await storage.store.commit(holding("A/1", 9000))
    await storage.store.commit(holding("B/1", 8000, budget="other"))

    await apply(storage, company_with(sales="100.00", other="100.00", idle="100.00"), 1)
    (found,) = await watched(storage, TODAY)

    assert (found.budget, found.period, found.told, found.forecast) == (
        "sales",
        "2026-Q4",
        0,
        False,
    )
    assert [a.threshold for a in find_alerts(found, TODAY, NOW)] == [80, 90]  # type: ignore[union-attr]
    assert (found.limit_fen, found.reserved_fen, found.consumed_fen) == (10000, 9000, 0)


async def test_a_scan_leaves_what_was_told(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await storage.store.commit(holding("A/1", 9500))

    assert await watched(storage, TODAY) == []


async def test_a_scan_leaves_budgets_whose_period_is_over(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="200.00"))
    await storage.store.commit(holding("A/1", 9000))
    await apply(storage, company_with(sales="100.00"), 1)

    assert len(await watched(storage, date(2026, 12, 31))) == 1
    assert await watched(storage, date(2027, 1, 1)) == []


async def test_the_database_forecasts_like_the_core(storage: AnyStorage) -> None:
    spending = {f"b{spent}": spent for spent in (0, 100, 2000, 4000, 6000, 6031, 6032, 6100, 7900)}
    period = (date(2026, 10, 1), date(2026, 12, 31))
    await apply(storage, company_with(**dict.fromkeys(spending, "100.00")))
    for name, spent in spending.items():
        await storage.store.commit(holding(f"{name}/1", 50, budget=name))
        await storage.store.commit(holding(f"{name}/2", spent, budget=name))
        await storage.store.commit(Change(at=NOW, moves=(Consume(f"{name}/2"),)))

    for today in (date(2026, 10, 2), TODAY, date(2026, 12, 30)):
        found = [a for w in await watched(storage, today) for a in find_alerts(w, today, NOW)]
        days = {a.budget: a.day for a in found if isinstance(a, RunsOut)}
        ends = {n: day_of_end(10000, 50, fen, period, today) for n, fen in spending.items()}
        assert days == {name: day for name, day in ends.items() if day}


async def test_a_forecast_is_made_once(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await storage.store.commit(holding("A/1", 7000))
    await storage.store.commit(Change(at=NOW, moves=(Consume("A/1"),)))
    (first,) = await watched(storage, TODAY)

    await storage.store.commit(Change(at=NOW, alerts=find_alerts(first, TODAY, NOW)))

    assert await watched(storage, TODAY) == []
    assert await storage.watches.count() == 1


async def test_a_budgets_use_is_told_by_claim_day_and_line(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00", other="100.00"))
    await storage.store.commit(submission(1, "sales", 1000))
    await storage.store.commit(submission(2, "sales", 3000))
    await storage.store.commit(submission(3, "other", 9000))
    late = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
    await storage.store.commit(Change(at=late, moves=(Release("BX-20261125-0001/1"),)))

    uses = await storage.usages.largest("sales")
    days = await storage.usages.by_day("sales")
    recent = await storage.usages.recent("sales", 2)

    assert [(u.claim.number, u.used_fen) for u in uses] == [("BX-20261125-0002", 3000)]
    assert days == ((date(2026, 11, 25), 4000), (date(2026, 11, 26), -1000))
    assert [(e.kind, e.amount_fen) for e in recent] == [("release", 1000), ("reserve", 3000)]
