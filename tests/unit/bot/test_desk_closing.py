"""Closing a period at the desk: what moves on with its claims, what stays, what is exceeded."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.desk.budgets import BudgetDesk
from bot.desk.company import apply_company
from core.budget import Charge, Hold, charges_of
from core.change import Change, Reserve
from core.claim import Claim, Line, State
from core.company import Company
from core.dealings import Clearing
from tests.fakes.memory import MemoryStorage

NOW = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
DAY = date(2026, 12, 30)
COMPANY = Company.model_validate(
    {
        "people": [{"id": "zhang", "name": "张三"}],
        "budgets": [
            {"id": "q4", "period": "2026-Q4", "limit": "100.00"},
            {"id": "q1", "period": "2027-Q1", "limit": "50.00"},
            {"id": "h2", "period": "2026-H2", "limit": "100.00"},
        ],
    }
)


def clock() -> datetime:
    return NOW


def claim_of(number: str, fen: int, **values: object) -> Claim:
    made = Claim(
        number, "hq", "reimbursement", State.IN_REVIEW, "zhang", "root", NOW,
        lines=(Line("taxi", fen, DAY, "x"),),
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]


def hold_of(claim: Claim) -> Reserve:
    charges = tuple(Charge(budget, fen) for budget, fen in claim.held)
    return Reserve(Hold(claim.hold, claim.number, charges))


async def stage() -> MemoryStorage:
    made = MemoryStorage(clock)
    await apply_company(made.store, COMPANY, clock, dry_run=False)
    held = {"held": (("h2", 6000), ("q4", 6000))}
    trip = claim_of("CC-1", 6000, kind="travel_request", state=State.APPROVED, **held)
    draft = claim_of(
        "BX-1", 2000, state=State.DRAFT, origin="CC-1", carries=trip.hold, carried=trip.held
    )
    other = claim_of("BX-2", 1000, clears=(Clearing("JK-9", 5, (("q4", 5),)),))
    claims = (trip, draft, other)
    await made.store.commit(Change(at=NOW, claims=claims, moves=(hold_of(trip),)))
    return made


async def test_a_closing_takes_a_trip_and_its_draft_along() -> None:
    made = await stage()
    desk = BudgetDesk(made.store, clock)

    preview = await desk.close("2026-Q4", carry=True, dry_run=True)
    closed = await desk.close("2026-Q4", carry=True)
    again = await desk.close("2026-Q4", carry=True)

    assert [c.hold for c in preview.carried] == [c.hold for c in closed.carried] == ["CC-1/1"]
    assert again.carried == ()
    assert closed.staying == {}
    assert closed.exceeded == {"q1": 1000}
    trip, draft, other = [await made.store.claim(n) for n in ("CC-1", "BX-1", "BX-2")]
    assert trip
    assert draft
    assert other
    assert trip.held == draft.carried == (("h2", 6000), ("q1", 6000))
    assert [c.budget for c in charges_of(COMPANY, draft)] == ["h2", "q1"]
    assert other.moved == ()


async def test_what_has_no_next_budget_stays_and_is_said() -> None:
    made = await stage()

    closed = await BudgetDesk(made.store, clock).close("h2", carry=True)

    assert closed.carried == ()
    assert closed.staying == {"h2": 6000}
