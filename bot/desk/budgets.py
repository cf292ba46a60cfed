"""The desk of budgets: closing periods and carrying commitments over."""

from dataclasses import dataclass

from core.actions.basics import Cause
from core.actions.budgets.closing import (
    Carried,
    budgets_of,
    carry_over,
    close,
    find_carried,
    reopen,
)
from core.company import Budget
from core.errors import Conflict, Refused
from core.ports import Clock, Store

DESK = "administrator"
TRIES = 3


@dataclass(frozen=True, slots=True)
class Closed:
    """What was closed, and the holds that moved on to the next period."""

    budgets: tuple[Budget, ...]
    carried: tuple[Carried, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetDesk:
    """What an administrator does with budgets."""

    store: Store
    clock: Clock

    async def close(self, target: str, *, carry: bool = False, dry_run: bool = False) -> Closed:
        """Close one budget or all of a period; with `carry` what is held moves to the next ones.

        Refused `no_such_budget`. Doing it again changes nothing more.
        """
        company = await self.store.company()
        budgets = budgets_of(company, target)
        holds = await self.store.live_holds() if carry else ()
        carried = find_carried(company, budgets, holds)
        if not dry_run:
            await self.store.commit(close(budgets, self._cause(f"close:{target}")))
            for one in carried:
                await self._carry(one)
        return Closed(budgets, carried)

    async def reopen(self, target: str) -> Closed:
        """Open budgets again; Refused `no_such_budget`."""
        budgets = budgets_of(await self.store.company(), target)
        await self.store.commit(reopen(budgets, self._cause(f"reopen:{target}")))
        return Closed(budgets)

    async def _carry(self, carried: Carried) -> None:
        """Move one hold; one that ended meanwhile has nothing to carry."""
        cause = self._cause(f"carry:{carried.hold}")
        for _ in range(TRIES):
            claim = await self.store.claim(carried.claim)
            try:
                await self.store.commit(carry_over(carried, claim, cause))
            except Conflict:
                continue
            except Refused as refused:
                if refused.code != "hold_ended":
                    raise
            return
        raise Conflict("revision", claim=carried.claim)

    def _cause(self, what: str) -> Cause:
        now = self.clock()
        return Cause(DESK, now, f"desk:{what}:{now.isoformat()}")
