"""Sums of spending: always those of the claims as they are, whichever table answers."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.change import Change
from core.claim import Claim, Line, State
from core.dealings import Supplier
from core.spending import Dimension, SpendQuery, answer, facts_of
from storage.open import Storage, open_storage
from tests.contract.storage_samples import NOW, AnyStorage, claim, utc_now
from tests.fakes.memory import MemoryStorage

DIMENSIONS: tuple[Dimension, ...] = (
    "month",
    "department",
    "category",
    "project",
    "employee",
    "supplier",
)
QUERIES = [
    *(SpendQuery(by) for n in (0, 1, 2) for by in permutations(DIMENSIONS, n)),
    SpendQuery(DIMENSIONS),
    SpendQuery(("month",), from_month="2026-11", to_month="2026-11"),
    SpendQuery(("category",), departments=frozenset({"sales", "rd"})),
    SpendQuery(("employee",), to_month="2026-10", projects=frozenset({"apollo", ""})),
    SpendQuery(("month", "employee"), employees=frozenset()),
    SpendQuery((), categories=frozenset({"taxi"})),
]


async def keep(storage: AnyStorage, *claims: Claim) -> None:
    await storage.store.commit(Change(at=NOW, claims=claims))


async def now(storage: AnyStorage, number: str) -> Claim:
    found = await storage.store.claim(number)
    assert found
    return found


def submitted(number: str, *lines: Line, **changes: object) -> Claim:
    made = replace(claim(number), state=State.IN_REVIEW, submitted_at=NOW, lines=lines)
    return replace(made, **changes)  # type: ignore[arg-type]


def line(fen: int, category: str | None = "taxi", day: str = "2026-11-24") -> Line:
    return Line(category, fen, date.fromisoformat(day))


async def total(storage: AnyStorage) -> int:
    return sum(s.amount_fen for s in await storage.spending.sums(SpendQuery(())))


async def test_a_claim_counts_from_its_submission_until_it_is_given_up(storage: AnyStorage) -> None:
    await keep(storage, replace(claim("BX-1"), lines=(line(100),)))
    seen = [await total(storage)]

    for state in (
        State.IN_REVIEW,
        State.APPROVED,
        State.PAID,
        State.VOID,
        State.RETURNED,
        State.IN_REVIEW,
        State.REJECTED,
    ):
        found = await now(storage, "BX-1")
        await keep(storage, replace(found, state=state, submitted_at=NOW))
        seen.append(await total(storage))

    assert seen == [0, 100, 100, 100, 0, 0, 100, 0]


async def test_what_changes_in_review_moves_over(storage: AnyStorage) -> None:
    await keep(storage, submitted("BX-1", line(100), line(50, "hotel", "2026-10-31")))
    found = await now(storage, "BX-1")
    await keep(storage, replace(found, lines=(line(70), line(50, None, "2026-10-31"))))

    rows = await storage.spending.sums(SpendQuery(("month", "category")))

    assert [(r.keys, r.amount_fen, r.lines) for r in rows] == [
        (("2026-10", ""), 50, 1),
        (("2026-11", "taxi"), 70, 1),
    ]


async def test_requests_and_advances_are_not_spent_twice(storage: AnyStorage) -> None:
    await keep(
        storage,
        submitted("CC-1", line(1000), kind="travel_request"),
        submitted("JK-1", line(1000), kind="advance"),
        submitted("CG-1", line(1000), kind="purchase_request"),
        submitted("CG-2", line(300), kind="purchase_request", supplier=Supplier("京东", "6222")),
    )

    rows = await storage.spending.sums(SpendQuery(("supplier",)))

    assert [(r.keys, r.amount_fen) for r in rows] == [(("京东",), 300)]


async def test_a_line_of_another_department_counts_there(storage: AnyStorage) -> None:
    await keep(storage, submitted("BX-1", line(60), replace(line(40), department="rd")))

    rows = await storage.spending.sums(SpendQuery(("department",)))

    assert [(r.keys, r.amount_fen) for r in rows] == [(("rd",), 40), (("sales",), 60)]


@st.composite
def histories(draw: st.DrawFn) -> list[Claim]:
    lines = st.builds(
        Line,
        category=st.sampled_from(["taxi", "hotel", None]),
        amount_fen=st.integers(-500, 5000),
        date=st.sampled_from([date(2026, 9, 30), date(2026, 10, 1), date(2026, 11, 24)]),
        project=st.sampled_from(["apollo", None]),
        department=st.sampled_from(["rd", None]),
    )
    claims = st.builds(
        submitted_as,
        st.sampled_from(["BX-1", "BX-2", "BX-3"]),
        st.lists(lines, max_size=4),
        st.sampled_from(list(State)),
        st.sampled_from(["zhang", "li"]),
    )
    return draw(st.lists(claims, max_size=8))


def submitted_as(number: str, lines: Sequence[Line], state: State, employee: str) -> Claim:
    return submitted(number, *lines, state=state, employee=employee)


async def play(storage: AnyStorage, history: list[Claim]) -> list[Claim]:
    """Write the claims one after another, each as a change of what is there."""
    last: dict[str, Claim] = {}
    for wanted in history:
        known = last.get(wanted.number)
        revision = known.revision if known else 0
        await keep(storage, replace(wanted, revision=revision))
        last[wanted.number] = replace(wanted, revision=revision + 1)
    return list(last.values())


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=histories())
def test_every_question_is_answered_alike(
    history: list[Claim], empty_file: Path, tmp_path: Path
) -> None:
    async def check(storage: Storage | MemoryStorage) -> None:
        facts = [f for c in await play(storage, history) for f in facts_of(c)]
        wanted = [answer(facts, query) for query in QUERIES]
        assert [await storage.spending.sums(query) for query in QUERIES] == wanted
        assert await storage.spending.rebuild() == len(facts)
        assert [await storage.spending.sums(query) for query in QUERIES] == wanted

    copy = shutil.copy(empty_file, tmp_path / "chit.db")

    async def both() -> None:
        opened = await open_storage(f"sqlite+aiosqlite:///{copy}", utc_now)
        try:
            await check(opened)
        finally:
            await opened.close()
        await check(MemoryStorage(utc_now))

    asyncio.run(both())


async def test_sums_on_every_storage_are_those_of_the_claims(storage: AnyStorage) -> None:
    history = [
        submitted("BX-1", line(100), line(-30, "hotel", "2026-10-01")),
        submitted("BX-2", line(7, None), project="apollo", employee="li"),
        submitted("BX-1", line(100), state=State.PAID),
        submitted("BX-3", line(9), state=State.WITHDRAWN),
    ]
    facts = [f for c in await play(storage, history) for f in facts_of(c)]

    for query in QUERIES:
        assert await storage.spending.sums(query) == answer(facts, query), query
    assert await storage.spending.rebuild() == len(facts)
    assert await total(storage) == 107


@pytest.mark.parametrize("count", [40])
async def test_many_at_once_lose_nothing(storage: AnyStorage, count: int) -> None:
    await asyncio.gather(*(keep(storage, submitted(f"BX-{i}", line(100))) for i in range(count)))

    assert await total(storage) == count * 100
