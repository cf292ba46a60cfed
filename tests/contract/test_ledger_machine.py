"""The ledger as a machine: whatever is done in whatever order, design.md's invariants hold.

One model in plain numbers beside memory, SQLite and PostgreSQL: each step either happens in all or
in none, no budget that blocks is exceeded, holds end once, and every figure equals its journal.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core.budget import Charge, Hold
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
from core.errors import ChitError
from core.ports import Page
from storage.open import open_storage
from tests.contract.storage_samples import NOW, AnyStorage, utc_now
from tests.fakes.memory import MemoryStorage

T = TypeVar("T")
Holding = tuple[str, tuple[Charge, ...]]
"""A hold's name and what it holds; no name for one that was refused."""
LIMITS = {"a": 600, "b": 600, "m11": 300, "m12": 300}
COMPANY = Company.model_validate(
    {
        "budgets": [
            {"id": "a", "period": "2026", "limit": "6.00"},
            {"id": "b", "period": "2026", "limit": "6.00", "control": "warn"},
            {"id": "m11", "period": "2026-11", "limit": "3.00", "cumulative": True},
            {"id": "m12", "period": "2026-12", "limit": "3.00", "cumulative": True},
        ]
    }
)
charges = st.lists(
    st.builds(Charge, st.sampled_from(sorted(LIMITS)), st.integers(-200, 400)),
    max_size=3,
    unique_by=lambda c: c.budget,
).map(tuple)


class Loop:
    """An event loop in a thread of its own, for a test that is not a coroutine."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = ThreadPoolExecutor(1)
        self._running = self._thread.submit(self._loop.run_forever)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._running.result(10)
        self._loop.close()
        self._thread.shutdown()


class LedgerMachine(RuleBasedStateMachine):
    """Works on one self.storage; every run of it on holds of its own names."""

    storage: ClassVar[AnyStorage]
    loop: ClassVar[Loop]
    runs: ClassVar[Iterator[int]] = count()

    live = Bundle("live")
    spent = Bundle("spent")

    @initialize()
    def begin(self) -> None:
        self.run_name = next(self.runs)
        self.serial = 0
        self.ended: set[str] = set()
        self.loop.run(self._reset())

    async def _reset(self) -> None:
        """Give everything back that earlier runs hold, and take bars and extras away."""
        for held in await self.storage.store.live_holds():
            await self.storage.store.commit(Change(at=NOW, moves=(Release(held.name),)))
        undo: list[Move] = []
        for balance in await self.storage.store.balances():
            name = balance.budget.id
            undo.append(Bar(name, frozen=False, closed=False))
            refund = Hold(f"{self.run_name}-{name}/0", name, (Charge(name, -(10**9)),))
            undo += [Reserve(refund), Consume(refund.name)]
        await self.storage.store.commit(Change(at=NOW, moves=tuple(undo)))
        back = [
            ShiftLimit(b.budget.id, LIMITS[b.budget.id] - b.budget.limit_fen, "adjust", "x", "x")
            for b in await self.storage.store.balances()
        ]
        await self.storage.store.commit(Change(at=NOW, moves=tuple(back)))

    def _do(self, *moves: Move) -> bool:
        before = self.loop.run(_picture(self.storage))
        try:
            self.loop.run(self.storage.store.commit(Change(at=NOW, moves=moves)))
        except ChitError:
            assert self.loop.run(_picture(self.storage)) == before
            return False
        return True

    @rule(target=live, wanted=charges)
    def reserve(self, wanted: tuple[Charge, ...]) -> Holding:
        self.serial += 1
        name = f"{self.run_name}-{self.serial}/1"
        if not self._do(Reserve(Hold(name, name.partition("/")[0], wanted))):
            return ("", ())
        for charge in wanted:
            if charge.amount_fen > 0 and charge.budget != "b":
                assert self.loop.run(_room(self.storage, charge.budget))[1] >= 0
        return (name, wanted)

    @rule(target=spent, held=consumes(live), part=st.none() | charges)
    def consume(self, held: Holding, part: tuple[Charge, ...] | None) -> str:
        if self._do(Consume(held[0], part)):
            self.ended.add(held[0])
            return held[0]
        if held[0] and part is not None:
            assert self._do(Consume(held[0]))
            self.ended.add(held[0])
        return ""

    @rule(held=consumes(live))
    def release(self, held: Holding) -> None:
        if held[0]:
            assert self._do(Release(held[0]))
            self.ended.add(held[0])

    @rule(held=consumes(live), other=charges, target=live)
    def rebook(self, held: Holding, other: tuple[Charge, ...]) -> Holding:
        if not held[0]:
            return held
        assert self._do(Rebook(held[0], other))
        return (held[0], other)

    @rule(name=consumes(spent))
    def reverse(self, name: str) -> None:
        if name:
            assert self._do(Reverse(name))
            assert not self._do(Reverse(name))

    @rule(budget=st.sampled_from(sorted(LIMITS)), by=st.integers(-400, 400))
    def shift(self, budget: str, by: int) -> None:
        left = self.loop.run(_room(self.storage, budget))
        done = self._do(ShiftLimit(budget, by, "adjust", "YS", "zhao"))
        assert done is (by >= 0 or min(left) + by >= 0)

    @rule(budget=st.sampled_from(sorted(LIMITS)), frozen=st.booleans(), closed=st.booleans())
    def bar(self, budget: str, *, frozen: bool, closed: bool) -> None:
        assert self._do(Bar(budget, frozen=frozen, closed=closed))
        if frozen or closed:
            hold = Hold("barred/1", "barred", (Charge(budget, 1),))
            assert not self._do(Reserve(hold))

    @rule()
    def nothing_ends_twice(self) -> None:
        for name in sorted(self.ended)[:2]:
            assert not self._do(Release(name))
            assert not self._do(Consume(name))
            assert self._do(Consume(name, if_live=True))

    @invariant()
    def figures_equal_the_journal(self) -> None:
        assert self.loop.run(self.storage.store.verify_ledger()) == ()


async def _picture(storage: AnyStorage) -> object:
    """Give everything that a refused change must leave as it was."""
    balances = await storage.store.balances()
    last = [(await storage.store.entries(b, Page(limit=1), newest=True)).items for b in LIMITS]
    return balances, await storage.store.live_holds(), last


async def _room(storage: AnyStorage, budget: str) -> tuple[int, int]:
    """Give a limit, and what is left of it with what other months leave."""
    (balance,) = await storage.store.balances([budget])
    return balance.budget.limit_fen, balance.available_fen + balance.carried_fen


def _machine(storage: AnyStorage, loop: Loop) -> type[LedgerMachine]:
    class Machine(LedgerMachine):
        pass

    Machine.storage, Machine.loop = storage, loop
    return Machine


EXAMPLES = {"MemoryStorage": 60, "Storage": 6}


def test_invariants_hold_in_any_order(storage_url: str) -> None:
    loop = Loop()
    try:
        storage = loop.run(_opened(storage_url))
        run_state_machine_as_test(
            _machine(storage, loop),
            settings=settings(
                max_examples=EXAMPLES[type(storage).__name__],
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        faults = loop.run(storage.store.verify_ledger())
        loop.run(storage.close())
    finally:
        loop.stop()
    assert faults == ()


async def _opened(url: str) -> AnyStorage:
    storage = MemoryStorage(utc_now) if url == "memory" else await open_storage(url, utc_now)
    await storage.store.apply_company(COMPANY, expected_version=0, at=NOW, actor="admin")
    return storage
