"""The daily comparison: finance hears once of what differs, and of nothing else."""

from dataclasses import replace
from datetime import date, datetime

from bot.handlers.reconciling import Sides
from bot.jobs.reconciliation import reconcile
from bot.jobs.running import Run
from core.change import Change
from core.claim import State
from core.company import Company
from core.notices import Say
from tests.contract.storage_samples import NOW, apply, claim
from tests.fakes.links import MemoryLinks
from tests.fakes.memory import MemoryStorage
from tests.fakes.office import SHANGHAI, office_of

COMPANY = Company.model_validate(
    {
        "people": [
            {"id": "zhang", "name": "张三"},
            {"id": "zhao", "name": "赵六", "roles": ["finance"]},
        ]
    }
)
RUN = Run("reconcile", "job:reconcile:x", NOW, NOW, NOW.date())


def moment() -> datetime:
    return NOW


async def storage_with(state: State) -> MemoryStorage:
    storage = MemoryStorage(moment)
    await apply(storage, COMPANY)
    made = replace(claim(), state=state, submitted_at=NOW)
    await storage.store.commit(Change(at=NOW, claims=(made,)))
    return storage


def told(storage: MemoryStorage) -> list[tuple[str, str]]:
    rows = storage.outbox.queue.rows.values()
    says = [r.payload for r in rows if isinstance(r.payload, Say)]
    return [(s.person, dict(s.fields)["rows"]) for s in says if s.code == "reconciled"]


async def test_finance_hears_of_what_differs_once() -> None:
    storage = await storage_with(State.PAYING)
    office = replace(office_of(storage, moment), links=MemoryLinks())

    counts = await reconcile(RUN, office)
    await reconcile(RUN, office)

    assert dict(counts) == {"compared": 1, "differing": 1}
    ((person, rows),) = told(storage)
    assert person == "zhao"
    assert "没有付款记录" in rows


async def test_what_fits_is_told_to_nobody() -> None:
    storage = await storage_with(State.IN_REVIEW)
    office = replace(office_of(storage, moment), links=MemoryLinks())

    assert dict(await reconcile(RUN, office)) == {"compared": 1, "differing": 0}
    assert told(storage) == []


async def test_what_was_submitted_after_the_day_is_left_out() -> None:
    storage = await storage_with(State.IN_REVIEW)
    found = await Sides(storage.store, MemoryLinks(), SHANGHAI).reconcile(date(2026, 11, 1))

    assert (found.claims, found.totals) == ((), ())
