"""What a company file does to budgets that are in use, said before it is put in force."""

from collections.abc import Iterator

from core.budget import Balance
from core.company import Budget, Company
from core.money import format_yuan
from core.ports import Store


async def limit_notes(store: Store, before: Company, after: Company) -> tuple[str, ...]:
    """Say where a limit replaces one that was approved since, is below what is used, or goes.

    Chinese and English, a line each; nothing where only the file's own word changes.
    """
    stated = {b.id: b for b in after.budgets}
    touched = [b for b in before.budgets if _is_touched(b, stated.get(b.id))]
    balances = await store.balances([b.id for b in touched]) if touched else ()
    known = {b.budget.id: b for b in balances}
    return tuple(
        line for b in touched if b.id in known for line in _notes(b, stated.get(b.id), known[b.id])
    )


def _is_touched(before: Budget, after: Budget | None) -> bool:
    return after is None or after.limit_fen != before.limit_fen


def _notes(before: Budget, after: Budget | None, balance: Balance) -> Iterator[str]:
    used, in_force = balance.used_fen, balance.budget.limit_fen
    if after is None:
        if used:
            yield f"{before.id}: {format_yuan(used)} is used of what is removed · 移除的预算已用"
        return
    limit = format_yuan(after.limit_fen)
    if in_force not in {before.limit_fen, after.limit_fen}:
        yield f"{before.id}: {format_yuan(in_force)} → {limit} in force · 现行额度"
    if after.limit_fen < used:
        yield f"{before.id}: {limit} is below what is used, {format_yuan(used)} · 低于已用"
