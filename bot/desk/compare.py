"""Our budgets beside those of another system: a report that blocks nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.budget import Balance
from core.outside import BudgetPort, OutsideBalance
from core.ports import Store


@dataclass(frozen=True, slots=True)
class Compared:
    """One of our budgets and what another system has of it; None where it has none."""

    ours: Balance
    theirs: OutsideBalance | None

    @property
    def apart_fen(self) -> int | None:
        """How much more we have left than they do."""
        return None if self.theirs is None else self.ours.available_fen - self.theirs.available_fen


async def compare_budgets(
    store: Store, there: BudgetPort, nodes: Mapping[str, str], today: date
) -> tuple[tuple[Compared, ...], tuple[str, ...]]:
    """Read each budget in both places; gives the names that are no budget of ours as well.

    `nodes` names the node of each, `PACKAGE:CODE`. Errors are those of the system.
    """
    known = {budget.id for budget in (await store.company()).budgets}
    balances = {b.budget.id: b for b in await store.balances([n for n in nodes if n in known])}
    found: list[Compared] = []
    for name, node in nodes.items():
        ours = balances.get(name)
        if ours is None:
            continue
        package, _, code = node.partition(":")
        period = ours.budget.period
        day = today if period.covers(today) else period.end
        theirs = await there.balance({"package": package, "code": code}, day)
        found.append(Compared(ours, theirs))
    return tuple(found), tuple(name for name in nodes if name not in balances)
