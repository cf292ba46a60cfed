"""What a company file would do to budgets in use is said before it does."""

from datetime import UTC, datetime

from bot.desk.company import apply_company
from bot.desk.imports import import_budgets
from core.budget import Charge, Hold
from core.change import Change, Reserve, ShiftLimit
from core.company import Company
from tests.fakes.memory import MemoryStorage

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def company_of(**limits: str) -> Company:
    rows = [{"id": i, "period": "2026", "limit": limit} for i, limit in limits.items()]
    return Company.model_validate({"budgets": rows})


async def test_a_file_says_which_limit_it_replaces_and_what_is_used_of_it() -> None:
    made = MemoryStorage(clock)
    before = company_of(a="10.00", b="10.00", c="10.00", d="10.00")
    await apply_company(made.store, before, clock, dry_run=False)
    used = Reserve(Hold("BX-1/1", "BX-1", (Charge("a", 900), Charge("c", 100))))
    more = ShiftLimit("a", 500, "request", "YS-1", "fin")
    await made.store.commit(Change(at=NOW, moves=(used, more)))
    after = company_of(a="8.00", b="8.00", d="10.00")

    preview = await apply_company(made.store, after, clock, dry_run=True)
    done = await apply_company(made.store, after, clock, dry_run=False)
    again = await apply_company(made.store, after, clock, dry_run=False)

    assert (
        preview.notes
        == done.notes
        == (
            "a: 15.00 → 8.00 in force · 现行额度",
            "a: 8.00 is below what is used, 9.00 · 低于已用",
            "c: 1.00 is used of what is removed · 移除的预算已用",
        )
    )
    assert again.notes == ()


async def test_a_table_says_so_too() -> None:
    made = MemoryStorage(clock)
    await apply_company(made.store, company_of(a="10.00"), clock, dry_run=False)
    used = Reserve(Hold("BX-1/1", "BX-1", (Charge("a", 900),)))
    await made.store.commit(Change(at=NOW, moves=(used,)))

    table = [["id", "period", "limit"], ["a", "2026", "8.00"]]
    done = await import_budgets(made.store, table, "b.csv", clock, dry_run=True)

    assert done.notes == ("a: 8.00 is below what is used, 9.00 · 低于已用",)
