"""Centres of approvals follow a claim from its submission to its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.jobs.calls import centre
from core.actions.basics import Settings
from core.actions.decision import approve, reject
from core.centre import Shown, Verdict
from core.change import Change
from core.errors import ResultUnknown, Retryable
from core.notices import CallSystem
from core.outside import Capabilities, Ref
from core.subscriptions import Subscription, with_events
from tests.unit.core.core_house import NUMBER
from tests.unit.jobs.outside_stage import Place

STEPS = (
    "{name: 主管, approvers: [manager]}",
    "{name: 财务, approvers: ['role:finance'], mode: any}",
)


@dataclass(slots=True)
class Lists:
    """Remembers what was shown; `lost` answers are lost after their effect."""

    name: str = "oa"
    shown: dict[str, Shown] = field(default_factory=dict)
    ended: dict[str, Verdict] = field(default_factory=dict)
    tasks: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    settled: dict[str, Verdict] = field(default_factory=dict)
    lost: list[Exception] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities("fake", frozenset({"todo"}))

    async def show(self, shown: Shown) -> Ref:
        ref = f"P{len(self.shown) + 1}"
        self.shown[ref] = shown
        self._lose()
        return Ref(self.name, "centre", ref)

    async def ask(self, ref: Ref, node: str, people: Sequence[str], link: str) -> Mapping[str, str]:
        made = {person: f"T{len(self.tasks) + n}" for n, person in enumerate(people, 1)}
        self.tasks |= {task: (ref.id, node, person) for person, task in made.items()}
        self._lose()
        return made

    async def task_of(self, ref: Ref, node: str, person: str) -> str:
        place = (ref.id, node, person)
        return next((t for t, p in self.tasks.items() if p == place), "")

    async def settle(self, ref: Ref, verdicts: Mapping[str, Verdict]) -> None:
        self.settled |= {f"{self.tasks[t][2]}@{ref.id}": v for t, v in verdicts.items()}

    async def end(self, ref: Ref, verdict: Verdict) -> None:
        self.ended[ref.id] = verdict

    async def close(self) -> None:
        """Hold nothing open."""

    def _lose(self) -> None:
        if self.lost:
            raise self.lost.pop()


async def synced(place: Place, there: Lists) -> None:
    outlet = replace(place.outlet, system=there)
    claim = await place.claim()
    order = CallSystem("oa", "centre.sync", NUMBER, f"{claim.hold}:centre")
    await centre.sync(outlet, order, "k")


async def test_a_submission_is_shown_put_before_people_and_ended_as_here() -> None:
    place, there = Place(*STEPS), Lists()
    await place.submit()
    await synced(place, there)
    await synced(place, there)
    (shown,) = there.shown.values()
    assert (shown.originator, shown.title) == ("zhang", "张三的报销")
    assert dict(shown.facts)["单号"] == NUMBER
    assert list(there.tasks.values()) == [("P1", "0", "wang")]

    place.later(1)
    change = approve(await place.claim(), place.company, place.by("wang"), "", Settings())
    await place.storage.store.commit(change)
    await synced(place, there)
    assert there.settled == {"wang@P1": "agree"}

    place.later(1)
    change = approve(await place.claim(), place.company, place.by("fin1"), "", Settings())
    await place.storage.store.commit(change)
    await synced(place, there)
    assert there.settled == {"wang@P1": "agree", "fin1@P1": "agree", "fin2@P1": "cancel"}
    assert there.ended == {"P1": "agree"}


async def test_withdrawn_and_submitted_again_it_is_another_one_there() -> None:
    place, there = Place(*STEPS), Lists()
    await place.submit()
    await synced(place, there)

    await place.withdraw()
    await place.submit()
    await synced(place, there)
    assert (there.settled, there.ended) == ({"wang@P1": "cancel"}, {"P1": "cancel"})

    place.later(1)
    await place.storage.store.commit(reject(await place.claim(), place.by("wang"), "超标"))
    await synced(place, there)
    assert there.settled["wang@P2"] == "refuse"
    assert there.ended == {"P1": "cancel", "P2": "refuse"}


async def test_a_lost_answer_stops_and_makes_no_second() -> None:
    place, there = Place(*STEPS), Lists(lost=[ResultUnknown("answer_lost")])
    await place.submit()

    for _ in range(2):
        with pytest.raises(ResultUnknown):
            await synced(place, there)

    assert len(there.shown) == 1


async def test_people_who_were_asked_by_a_lost_answer_are_not_asked_again() -> None:
    place, there = Place(*STEPS), Lists()
    await place.submit()
    await synced(place, there)

    place.later(1)
    change = approve(await place.claim(), place.company, place.by("wang"), "", Settings())
    await place.storage.store.commit(change)
    there.lost = [Retryable("answer_lost")]
    with pytest.raises(Retryable):
        await synced(place, there)
    await synced(place, there)

    assert [p for _, _, p in there.tasks.values()] == ["wang", "fin1", "fin2"]


async def test_a_centre_is_told_by_an_order_of_its_own() -> None:
    place = Place(*STEPS)
    claim = await place.submit()
    change = Change(at=place.now, claims=(claim,))

    (order,) = with_events(change, [Subscription("oa", "todo", centre=True)]).outbox

    notice = order.notice
    assert isinstance(notice, CallSystem)
    assert (notice.call, notice.key) == ("centre.sync", f"{NUMBER}/1:centre")
