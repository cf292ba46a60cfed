"""The monthly report: told to finance once a month by schedule, and again when asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.jobs.monthly import monthly
from bot.jobs.running import Office, Run
from bot.texts import say
from core.actions.basics import Settings
from core.change import Change
from core.claim import Line, State
from core.company import Company
from core.notices import Say
from tests.contract.storage_samples import claim
from tests.fakes.memory import MemoryStorage

AT = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
COMPANY = Company.model_validate(
    {
        "people": [
            {"id": "zhang", "name": "张三"},
            {"id": "zhao", "name": "赵敏", "roles": ["finance", "budget_admin"]},
            {"id": "ann", "name": "Ann", "roles": ["finance"], "language": "en"},
        ]
    }
)


@pytest.fixture
async def storage() -> MemoryStorage:
    found = MemoryStorage(lambda: AT)
    await found.store.apply_company(COMPANY, expected_version=0, at=AT, actor="t")
    lines = (Line("taxi", 123400, date(2026, 11, 24)), Line("taxi", 100000, date(2026, 10, 2)))
    made = replace(
        claim("BX-1"),
        state=State.PAID,
        submitted_at=datetime(2026, 11, 25, tzinfo=UTC),
        lines=lines,
    )
    await found.store.commit(Change(at=AT, claims=(made,)))
    return found


def office_of(storage: MemoryStorage) -> Office:
    return Office(
        storage.store,
        storage.watches,
        Settings("approved", "allow"),
        ZoneInfo("Asia/Shanghai"),
        "https://chit.example",
        lambda: AT,
        storage.spending,
    )


def run(key: str, *, asked: bool = False) -> Run:
    return Run("monthly", key, AT, AT, date(2026, 12, 1), asked)


async def told(storage: MemoryStorage) -> list[Say]:
    items = await storage.outbox.lease(50, AT, 60)
    return [i.notice for i in items if isinstance(i.notice, Say)]


async def test_finance_hears_of_the_month_before(storage: MemoryStorage) -> None:
    counts = await monthly(run("job:monthly:1"), office_of(storage))

    said = {n.person: n for n in await told(storage)}
    chinese = say("month_report", "zh", dict(said["zhao"].fields), COMPANY)
    english = say("month_report", "en", dict(said["ann"].fields), COMPANY)
    assert counts == {"reports": 2}
    assert set(said) == {"zhao", "ann"}
    assert "2026-11 费用月报：支出 ¥1,234.00，比上月多 23%，当月提交 1 张单据" in chinese
    assert "https://chit.example/app/reports/2026-11" in chinese
    assert "23% more than the month before" in english


async def test_a_repeated_slot_tells_nothing_twice(storage: MemoryStorage) -> None:
    await monthly(run("job:monthly:1"), office_of(storage))

    await monthly(run("job:monthly:1"), office_of(storage))

    assert len(await told(storage)) == 2


async def test_by_hand_it_is_told_again(storage: MemoryStorage) -> None:
    await monthly(run("job:monthly:1"), office_of(storage))
    await told(storage)

    assert await monthly(run("run:monthly:2", asked=True), office_of(storage)) == {"reports": 2}
