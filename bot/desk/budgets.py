"""The desk of budgets: closing periods and carrying commitments over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.actions.basics import Cause
from core.actions.budgets.closing import (
    Carried,
    budgets_of,
    carry_over,
    close,
    find_carried,
    lives_on,
    reopen,
)
from core.actions.following import follows
from core.claim import EDITABLE, Claim, State
from core.company import Budget, Company
from core.errors import Conflict, Refused
from core.ports import ClaimQuery, Clock, Page, Store

DESK = "administrator"
TRIES = 3
MANY = Page(limit=200)


@dataclass(frozen=True, slots=True)
class Closed:
    """What was closed, and the holds that moved on to the next period.

    `staying` is what is still held on the closed budgets, in fen: they have no next one, or
    nothing was to be carried over. `exceeded` is by how much the next ones are above their limits.
    """

    budgets: tuple[Budget, ...]
    carried: tuple[Carried, ...] = ()
    staying: Mapping[str, int] = field(default_factory=dict)
    exceeded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BudgetDesk:
    """What an administrator does with budgets."""

    store: Store
    clock: Clock

    async def close(self, target: str, *, carry: bool = False, dry_run: bool = False) -> Closed:
        """Close one budget or all of a period; with `carry` what is held moves to the next ones.

        Refused `no_such_budget`, `which_period`. Doing it again changes nothing more.
        """
        company = await self.store.company()
        budgets = budgets_of(company, target)
        if not dry_run:
            await self.store.commit(close(budgets, self._cause(f"close:{target}")))
        carried = await self._carried(company, budgets) if carry else ()
        for one in () if dry_run else carried:
            await self._carry(one, company)
        staying = await self._staying(budgets, carried if dry_run else ())
        return Closed(budgets, carried, staying, await self._exceeded(carried))

    async def _exceeded(self, carried: Sequence[Carried]) -> dict[str, int]:
        """Say which of the next budgets are above their limits, as nothing is judged there."""
        heirs = sorted({name for one in carried for name in one.following.values()})
        balances = await self.store.balances(heirs) if heirs else ()
        return {b.budget.id: -b.left_fen for b in balances if b.left_fen < 0}

    async def _carried(self, company: Company, budgets: Sequence[Budget]) -> tuple[Carried, ...]:
        closed = frozenset(b.budget.id for b in await self.store.balances() if b.closed)
        return find_carried(company, budgets, await self.store.live_holds(), closed)

    async def _staying(
        self, budgets: Sequence[Budget], carried: Sequence[Carried]
    ) -> dict[str, int]:
        """Say what the closed budgets go on holding, without what would be `carried` over."""
        ending = {b.id for b in budgets}
        leaving = {name for one in carried for name in one.following}
        sums: dict[str, int] = {}
        for hold in await self.store.live_holds():
            for charge in hold.charges:
                if charge.budget in ending - leaving and charge.amount_fen > 0:
                    sums[charge.budget] = sums.get(charge.budget, 0) + charge.amount_fen
        return dict(sorted(sums.items()))

    async def reopen(self, target: str) -> Closed:
        """Open budgets again; Refused `no_such_budget`, `which_period`."""
        budgets = budgets_of(await self.store.company(), target)
        await self.store.commit(reopen(budgets, self._cause(f"reopen:{target}")))
        return Closed(budgets)

    async def _carry(self, carried: Carried, company: Company) -> None:
        """Move one hold; one that ended meanwhile has nothing to carry."""
        cause = self._cause(f"carry:{carried.hold}")
        for _ in range(TRIES):
            claim = await self.store.claim(carried.claim)
            others = await self._others(claim, carried) if claim else ()
            try:
                await self.store.commit(carry_over(carried, claim, company, cause, others))
            except Conflict:
                continue
            except Refused as refused:
                if refused.code != "hold_ended":
                    raise
            return
        raise Conflict("revision", claim=carried.claim)

    async def _others(self, claim: Claim, carried: Carried) -> tuple[Claim, ...]:
        """Find the claims of the same person that live on a hold of a request or an advance."""
        if claim.kind != "advance" and not follows(claim):
            return ()
        found: list[Claim] = []
        for state in sorted({*EDITABLE, State.IN_REVIEW}):
            query = ClaimQuery(state=state, employee=claim.employee, kind="reimbursement")
            page = await self.store.claims(query, MANY)
            found += page.items
            while page.next is not None:
                page = await self.store.claims(query, replace(MANY, cursor=page.next))
                found += page.items
        return tuple(c for c in found if lives_on(c, carried))

    def _cause(self, what: str) -> Cause:
        now = self.clock()
        return Cause(DESK, now, f"desk:{what}:{now.isoformat()}")
