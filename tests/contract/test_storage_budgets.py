"""Money: holds end once, counters equal the journal, the company decides what binds."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.budget import Charge
from core.change import Change, Consume, Move, Release
from core.company import Company
from core.errors import ChitError, Conflict, Refused
from core.ports import Page
from storage.admission import Books
from storage.ledger import Account, Ledger
from storage.undoable import Undoable
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


async def test_a_hold_is_consumed_once(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 4000)))

    await move(storage, Consume("A/1"))

    assert await figures(storage) == (0, 4000)
    for again in (Consume("A/1"), Release("A/1")):
        with pytest.raises(Refused, match="hold_ended"):
            await move(storage, again)
    assert await journal(storage) == [("reserve", 4000), ("consume", 4000)]


async def test_a_released_hold_gives_everything_back(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 4000)))

    await move(storage, Release("A/1"))

    assert await figures(storage) == (0, 0)
    assert await journal(storage) == [("reserve", 4000), ("release", 4000)]


async def test_what_is_not_consumed_is_released(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00", all="100.00"))
    await move(storage, reserving("A/1", Charge("all", 4000), Charge("sales", 4000)))

    await move(storage, Consume("A/1", (Charge("sales", 1500),)))

    assert await figures(storage) == (0, 1500)
    assert await figures(storage, "all") == (0, 0)
    assert await journal(storage) == [("reserve", 4000), ("consume", 1500), ("release", 2500)]


async def test_spending_more_than_was_held_is_judged_like_a_new_amount(
    storage: AnyStorage,
) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 4000)))

    with pytest.raises(Refused, match="budget"):
        await move(storage, Consume("A/1", (Charge("sales", 10001),)))
    await move(storage, Consume("A/1", (Charge("sales", 10000),)))

    assert await figures(storage) == (0, 10000)


async def test_a_hold_without_charges_ends_once_too(storage: AnyStorage) -> None:
    await move(storage, reserving("A/1"))

    await move(storage, Release("A/1"))

    with pytest.raises(Refused, match="hold_ended"):
        await move(storage, Release("A/1"))


async def test_the_name_of_a_hold_is_used_once(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 100)))

    with pytest.raises(Conflict, match="revision"):
        await move(storage, reserving("A/1", Charge("sales", 100)))

    assert await figures(storage) == (100, 0)


async def test_one_of_many_ends_wins(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 100)))

    answers = await asyncio.gather(
        *(move(storage, m) for m in (Consume("A/1"), Release("A/1")) * 4), return_exceptions=True
    )

    assert sum(a is None for a in answers) == 1
    assert len(await journal(storage)) == 2


async def test_a_new_version_takes_the_room_that_the_old_one_frees(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 10000)))

    await move(storage, Release("A/1"), reserving("A/2", Charge("sales", 9000)))

    assert await figures(storage) == (9000, 0)


async def test_a_refund_is_never_blocked_and_gives_back_what_was_spent(
    storage: AnyStorage,
) -> None:
    await apply(storage, company_with(sales="100.00"))
    await move(storage, reserving("A/1", Charge("sales", 10000)), Consume("A/1"))

    await move(storage, reserving("B/1", Charge("sales", -3000)))
    assert await figures(storage) == (0, 10000)
    await move(storage, Consume("B/1"))
    assert await figures(storage) == (0, 7000)

    await move(storage, reserving("C/1", Charge("sales", -9000)), Consume("C/1"))
    assert await figures(storage) == (0, 0)


async def test_an_unknown_budget_is_a_conflict(storage: AnyStorage) -> None:
    with pytest.raises(Conflict, match="revision"):
        await move(storage, reserving("A/1", Charge("nowhere", 1)))


async def test_tolerance_and_warn_let_more_through(storage: AnyStorage) -> None:
    company = company_with(sales="100.00", soft="100.00")
    strict, soft = company.budgets
    budgets = (
        strict.model_copy(update={"tolerance": Decimal(10)}),
        soft.model_copy(update={"control": "warn"}),
    )
    await apply(storage, company.model_copy(update={"budgets": budgets}))

    await move(storage, reserving("A/1", Charge("sales", 11000), Charge("soft", 99999)))

    with pytest.raises(Refused) as refused:
        await move(storage, reserving("B/1", Charge("sales", 1)))
    assert refused.value.fields["available"] == "-10.00"
    assert refused.value.fields["over"] == "10.01"


async def test_the_company_comes_back_exactly(storage: AnyStorage) -> None:
    company = company_with(sales="10000.10")
    odd = company.budgets[0].model_copy(update={"id": "odd", "tolerance": Decimal("2.5")})
    company = Company.model_validate(
        {**company.model_dump(by_alias=True), "budgets": [*company.budgets, odd]}
    )

    assert await storage.store.company() == Company()
    assert await storage.store.company_version() == 0
    assert await apply(storage, company) == 1

    found = await storage.store.company()
    assert found == company
    assert found.people[0].bank_account == "6222021234567890"
    assert [b.budget for b in await storage.store.balances()] == sorted(
        company.budgets, key=lambda b: b.id
    )
    (line,) = (await storage.store.audit(ANY)).items
    assert (line.actor, line.action, line.source) == ("admin", "apply_company", "company:1")


async def test_only_the_next_version_may_be_put_in_force(storage: AnyStorage) -> None:
    company = company_with(sales="100.00")
    await apply(storage, company)

    for stale in (0, 2):
        with pytest.raises(Conflict):
            await apply(storage, Company(), stale)

    assert await storage.store.company() == company
    assert await apply(storage, Company(), 1) == 2
    assert await storage.store.company() == Company()


async def test_a_budget_that_is_gone_keeps_its_figures_and_binds_nothing(
    storage: AnyStorage,
) -> None:
    await apply(storage, company_with(sales="100.00", rest="1.00"))
    await move(storage, reserving("A/1", Charge("sales", 4000)))

    await apply(storage, company_with(rest="1.00"), 1)
    await move(storage, Consume("A/1"), reserving("B/1", Charge("sales", 99999)))

    assert [b.budget.id for b in await storage.store.balances()] == ["rest"]
    assert await figures(storage) == (99999, 4000)
    await apply(storage, company_with(sales="200.00"), 2)
    assert await figures(storage) == (99999, 4000)


async def test_a_journal_is_read_in_slices(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00", other="100.00"))
    for i in range(5):
        await move(storage, reserving(f"A-{i}/1", Charge("other", 1), Charge("sales", i + 1)))

    first = await storage.store.entries("sales", Page(limit=2))
    rest = await storage.store.entries("sales", Page(first.next))

    assert [e.amount_fen for e in (*first.items, *rest.items)] == [1, 2, 3, 4, 5]
    assert first.items[0].claim == "A-0"
    assert first.items[0].at == NOW
    assert rest.next is None


charges = st.lists(
    st.builds(Charge, st.sampled_from(["a", "b"]), st.integers(-500, 500)), max_size=3
).map(tuple)
moves = st.one_of(
    st.builds(reserving, st.sampled_from(["x/1", "y/1", "z/1"])).flatmap(
        lambda r: charges.map(lambda c: replace(r, hold=replace(r.hold, charges=c)))
    ),
    st.builds(Consume, st.sampled_from(["x/1", "y/1", "z/1"]), st.none() | charges),
    st.builds(Release, st.sampled_from(["x/1", "y/1", "z/1"])),
)


@settings(max_examples=300)
@given(st.lists(moves, max_size=12))
def test_counters_equal_the_journal_and_never_fall_below_zero(steps: list[Move]) -> None:
    ledger = Ledger(Undoable({n: Account(n, 600, 600, "block") for n in ("a", "b")}))
    books = Books(ledger)

    for step in steps:
        with suppress(ChitError):
            books.admit(Change(at=NOW, moves=(step,)))

    for account in ledger.accounts.values():
        lines = [e for e in ledger.entries if e.budget == account.id]
        assert account.reserved_fen == sum(e.reserved_fen for e in lines)
        assert account.consumed_fen == sum(e.consumed_fen for e in lines)
        assert account.reserved_fen >= 0
        assert 0 <= account.consumed_fen <= 600
    held = [h for h in ledger.holds.values() if h.end is None]
    assert sum(a.reserved_fen for a in ledger.accounts.values()) == sum(
        max(0, c.amount_fen) for h in held for c in h.charges
    )
