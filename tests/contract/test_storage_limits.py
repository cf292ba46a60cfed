"""Limits that change, budgets that freeze, close and roll, holds that are undone or carried."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.budget import BudgetChange, Charge
from core.change import (
    Bar,
    Change,
    Consume,
    Move,
    Rebook,
    Release,
    Reserve,
    Reverse,
    ShiftLimit,
)
from core.company import Company
from core.errors import Conflict, Refused
from core.ports import ChangeQuery, Page
from tests.contract.storage_samples import (
    ANY,
    NOW,
    AnyStorage,
    apply,
    company_with,
    figures,
    journal,
    reserving,
)


async def move(storage: AnyStorage, *moves: Move) -> None:
    await storage.store.commit(Change(at=NOW, moves=moves))


def shift(budget: str, by_fen: int, source: str = "YS-20261125-0001") -> ShiftLimit:
    return ShiftLimit(budget, by_fen, "adjust", source, "zhao")


async def limit_of(storage: AnyStorage, budget: str = "sales") -> int:
    (balance,) = await storage.store.balances([budget])
    return balance.budget.limit_fen


async def test_a_limit_moves_with_its_ceiling_and_keeps_its_history(storage: AnyStorage) -> None:
    company = company_with(sales="100.00")
    row = company.budgets[0].model_copy(update={"tolerance": Decimal(10)})
    await apply(storage, company.model_copy(update={"budgets": (row,)}))

    await move(storage, shift("sales", 10000))
    await move(storage, reserving("A/1", Charge("sales", 22000)))

    with pytest.raises(Refused, match="budget"):
        await move(storage, reserving("B/1", Charge("sales", 1)))
    (balance,) = await storage.store.balances(["sales"])
    assert (balance.budget.limit_fen, balance.changed_fen) == (20000, 10000)
    assert [
        (v.version, v.limit_fen, v.kind, v.source, v.actor)
        for v in await storage.store.limits("sales")
    ] == [
        (1, 10000, "file", "company:1", "admin"),
        (2, 20000, "adjust", "YS-20261125-0001", "zhao"),
    ]
    assert await storage.store.verify_ledger() == ()


async def test_a_limit_loses_at_most_what_is_left(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 4000)))

    with pytest.raises(Refused, match="budget"):
        await move(storage, shift("sales", -6001))
    await move(storage, shift("sales", -6000))

    assert await limit_of(storage) == 4000


async def test_what_was_approved_survives_the_same_file_and_yields_to_another_limit(
    storage: AnyStorage,
) -> None:
    company = company_with(sales="100.00", other="5.00")
    await apply(storage, company)
    await move(storage, shift("sales", 5000), Bar("sales", frozen=True))

    await apply(storage, company, 1)
    repeated = await limit_of(storage)
    await apply(storage, company_with(sales="120.00", other="5.00"), 2)

    assert repeated == 15000
    (balance,) = await storage.store.balances(["sales"])
    assert (balance.budget.limit_fen, balance.changed_fen) == (12000, 0)
    assert balance.frozen
    assert [v.limit_fen for v in await storage.store.limits("sales")] == [10000, 15000, 12000]
    assert [v.limit_fen for v in await storage.store.limits("other")] == [500]


@pytest.mark.parametrize("bar", [Bar("sales", frozen=True), Bar("sales", closed=True)])
async def test_a_barred_budget_takes_nothing_new_and_lets_the_rest_end(
    storage: AnyStorage, bar: Bar
) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 100)), bar)

    with pytest.raises(Refused, match="budget"):
        await move(storage, reserving("B/1", Charge("sales", 1)))
    await move(storage, Consume("A/1"))
    await move(storage, reserving("C/1", Charge("sales", -50)), Consume("C/1"))

    (balance,) = await storage.store.balances(["sales"])
    assert (balance.frozen, balance.closed) == (bar.frozen is True, bar.closed is True)
    assert await figures(storage) == (0, 50)
    await move(storage, Bar("sales", frozen=False, closed=False))
    await move(storage, reserving("D/1", Charge("sales", 1)))


async def test_an_exception_exceeds_its_own_budget_only(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00", all="100.00"))
    hold = reserving("A/1", Charge("all", 10001), Charge("sales", 10001)).hold

    with pytest.raises(Refused) as refused:
        await move(storage, Reserve(hold, exempt=("sales",)))
    await move(storage, Reserve(hold, exempt=("sales", "all")))
    await move(storage, Bar("sales", frozen=True))

    assert refused.value.fields["budget"] == "all"
    assert await figures(storage) == (10001, 0)
    later = reserving("B/1", Charge("sales", 1)).hold
    with pytest.raises(Refused):
        await move(storage, Reserve(later, exempt=("sales",)))


async def test_a_spent_hold_is_refunded_once_by_what_was_spent(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 4000)))
    await move(storage, Consume("A/1", (Charge("sales", 1500),)))

    await move(storage, Reverse("A/1"))

    assert await figures(storage) == (0, 0)
    assert (await journal(storage))[-1] == ("consume", -1500)
    with pytest.raises(Refused, match="hold_ended"):
        await move(storage, Reverse("A/1"))
    assert await storage.store.verify_ledger() == ()


async def test_undoing_a_live_hold_releases_it_and_a_released_one_is_over(
    storage: AnyStorage,
) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 4000)))

    await move(storage, Reverse("A/1"))

    assert await journal(storage) == [("reserve", 4000), ("release", 4000)]
    for name in ("A/1", "never/1"):
        with pytest.raises(Refused, match="hold_ended"):
            await move(storage, Reverse(name))


async def test_spending_what_has_ended_may_be_left_as_it_is(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 4000)), Consume("A/1"))
    await move(storage, reserving("B/1", Charge("sales", 10)))

    await move(storage, Consume("A/1", if_live=True), Consume("never/1", if_live=True))
    await move(storage, Consume("B/1", if_live=True))

    assert await figures(storage) == (0, 4010)


async def test_a_commitment_is_carried_over_without_asking(storage: AnyStorage) -> None:
    await apply(storage, company_with(old="100.00", new="10.00"))
    await move(storage, reserving("A/1", Charge("old", 4000)), Bar("old", closed=True))

    await move(storage, Rebook("A/1", (Charge("new", 4000),)))

    assert await figures(storage, "old") == (0, 0)
    assert await figures(storage, "new") == (4000, 0)
    (held,) = await storage.store.live_holds()
    assert held.charges == (Charge("new", 4000),)
    await move(storage, Consume("A/1"))
    assert await figures(storage, "new") == (0, 4000)
    assert await storage.store.live_holds() == ()
    assert await storage.store.verify_ledger() == ()


async def test_live_holds_are_listed_oldest_first(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    for i, name in enumerate(("B/1", "A/1", "C/1")):
        change = Change(at=NOW + timedelta(days=i), moves=(reserving(name, Charge("sales", 1)),))
        await storage.store.commit(change)
    await move(storage, Release("A/1"))

    assert [h.name for h in await storage.store.live_holds()] == ["B/1", "C/1"]
    assert [h.name for h in await storage.store.live_holds(NOW + timedelta(days=1))] == ["B/1"]


def rolling(*limits: str) -> Company:
    rows = [
        {"id": f"m{i:02}", "period": f"2026-{i:02}", "limit": limit, "cumulative": True}
        for i, limit in enumerate(limits, 1)
    ]
    return Company.model_validate({"budgets": rows})


async def test_months_roll_and_a_late_charge_takes_nothing_twice(storage: AnyStorage) -> None:
    await apply(storage, rolling("100.00", "100.00", "100.00"))
    await move(storage, reserving("A/1", Charge("m01", 4000)), Consume("A/1"))

    with pytest.raises(Refused) as refused:
        await move(storage, reserving("B/1", Charge("m02", 16001)))
    await move(storage, reserving("B/1", Charge("m02", 16000)))

    assert refused.value.fields["available"] == "160.00"
    with pytest.raises(Refused):
        await move(storage, reserving("C/1", Charge("m01", 1)))
    first, second, third = await storage.store.balances()
    assert [b.carried_fen for b in (first, second, third)] == [-6000, 6000, 0]
    assert [b.usable_fen for b in (first, second, third)] == [0, 0, 10000]


async def test_a_month_that_left_the_file_rolls_no_longer(storage: AnyStorage) -> None:
    await apply(storage, rolling("100.00", "100.00"))
    company = rolling("100.00", "100.00")
    await apply(storage, company.model_copy(update={"budgets": company.budgets[1:]}), 1)

    with pytest.raises(Refused):
        await move(storage, reserving("A/1", Charge("m02", 10001)))


def wish(number: str = "YS-20261125-0001", minute: int = 0) -> BudgetChange:
    at = NOW + timedelta(minutes=minute)
    return BudgetChange(number, "request", "sales", "wang", at, "加开活动", 5000, asked=("zhao",))


async def test_a_wish_is_kept_once_and_decided_once(storage: AnyStorage) -> None:
    await storage.store.commit(Change(at=NOW, budget_changes=(wish(),)))
    found = await storage.store.budget_change(wish().number)
    assert found == replace(wish(), revision=1)

    done = replace(found, state="approved", decider="zhao", decided_at=NOW)
    await storage.store.commit(Change(at=NOW, budget_changes=(done,)))

    for stale in (wish(), done):
        with pytest.raises(Conflict, match="revision"):
            await storage.store.commit(Change(at=NOW, budget_changes=(stale,)))
    assert await storage.store.budget_change("YS-20261125-0009") is None


async def test_wishes_are_listed_newest_first(storage: AnyStorage) -> None:
    for i in range(3):
        one = wish(f"YS-20261125-000{i}", i)
        await storage.store.commit(Change(at=NOW, budget_changes=(one,)))

    first = await storage.store.budget_changes(ChangeQuery("waiting", "sales"), Page(limit=2))
    rest = await storage.store.budget_changes(ChangeQuery("waiting"), Page(first.next))

    assert [b.number[-1] for b in (*first.items, *rest.items)] == ["2", "1", "0"]
    assert (await storage.store.budget_changes(ChangeQuery("approved"), ANY)).items == ()
