"""Results of systems that cannot be asked: what was signed counts, early and late ones too."""

import pytest

from bot.events import SystemHinted, to_json
from core.claim import State
from core.outside import ApprovalState, Comment, Link
from tests.fakes.oa import FakeOa
from tests.unit.core.core_house import NUMBER
from tests.unit.jobs.outside_stage import Place


async def tell(place: Place, status: str, key: str = "1", document: str = "1001") -> None:
    state = ApprovalState(status, comments=(Comment("", "看过了"),))  # type: ignore[arg-type]
    hint = SystemHinted("oa", (document,), state)
    await place.storage.inbox.put(f"hook:{key}", "hook:oa", to_json(hint), place.now)


OUTCOMES = {
    "approved": State.APPROVED,
    "rejected": State.REJECTED,
    "returned": State.RETURNED,
    "withdrawn": State.WITHDRAWN,
    "void": State.VOID,
}
TIMES: dict[str, tuple[str, ...]] = {
    "once": ("{}",),
    "repeated": ("{}", "{}"),
    "after a word of waiting": ("waiting", "{}"),
    "before a late word of waiting": ("{}", "waiting"),
    "before a late approval": ("{}", "approved"),
    "before a late rejection": ("{}", "rejected"),
}


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_the_first_result_counts_however_often_and_late_others_come(
    outcome: str, times: str
) -> None:
    place = Place(oa=FakeOa(asks=False))
    await place.submit()
    await place.settle()

    for number, status in enumerate(TIMES[times]):
        await tell(place, status.format(outcome), str(number))
        await place.settle()

    assert (await place.claim()).state is OUTCOMES[outcome]
    assert place.oa.queries == 0
    held = await place.storage.store.balances(["sales-q4"])
    assert held[0].reserved_fen == 0
    assert held[0].consumed_fen == (4500 if outcome == "approved" else 0)


async def test_a_result_closes_no_to_do_of_the_same_claim() -> None:
    place = Place(oa=FakeOa(asks=False))
    await place.submit()
    await place.settle()
    todo = Link("oa", f"{NUMBER}/1#0:li", NUMBER, "todo", "open", place.now)
    await place.storage.links.begin(todo)
    await tell(place, "approved", document=NUMBER)

    await place.settle()

    assert (await place.claim()).state is State.APPROVED
    assert await place.storage.links.find("oa", todo.key) == todo


async def test_what_was_said_with_a_result_stands_on_the_claim() -> None:
    place = Place(oa=FakeOa(asks=False))
    await place.submit()
    await place.settle()
    await tell(place, "rejected")

    await place.settle()

    claim = await place.claim()
    assert claim.state is State.REJECTED
    assert claim.plan is not None
    assert [d.reason for d in claim.plan.steps[0].decisions] == ["看过了"]


async def test_a_result_that_is_faster_than_the_answer_waits_for_it() -> None:
    place = Place(oa=FakeOa(asks=False))
    await tell(place, "approved")
    await place.settle()
    await place.submit()
    await place.settle()
    assert (await place.claim()).state is State.IN_REVIEW

    place.later(10)
    await place.settle()

    assert (await place.claim()).state is State.APPROVED


async def test_a_result_about_nothing_of_ours_is_let_go_after_an_hour() -> None:
    place = Place(oa=FakeOa(asks=False))
    await place.submit()
    await place.settle()
    await tell(place, "approved", document="9999")
    await place.settle()
    assert ("approval.hint", "done") not in place.orders()

    place.later(3601)
    await place.settle()

    assert ("approval.hint", "done") in place.orders()
    assert (await place.claim()).state is State.IN_REVIEW


async def test_results_after_the_first_change_nothing() -> None:
    place = Place(oa=FakeOa(asks=False))
    await place.submit()
    await place.settle()
    await tell(place, "approved", "1")
    await place.settle()
    await tell(place, "rejected", "2")
    await tell(place, "void", "3")

    for _ in range(8):
        await place.settle()
        place.later(601)

    assert (await place.claim()).state is State.APPROVED
