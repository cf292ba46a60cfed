"""To-do lists of other systems follow whom a claim waits for."""

from dataclasses import dataclass, field, replace

from bot.jobs.calls import todo as todos
from core.actions.basics import Settings
from core.actions.decision import approve
from core.actions.submission import withdraw
from core.change import Change
from core.notices import CallSystem
from core.outside import Capabilities, Todo
from core.subscriptions import Subscription, with_events
from tests.unit.core.core_house import NUMBER
from tests.unit.jobs.outside_stage import Place

STEPS = ("{name: 主管, approvers: [manager]}", "{name: 财务, approvers: ['role:finance']}")


@dataclass(slots=True)
class List:
    name: str = "oa"
    there: dict[str, Todo] = field(default_factory=dict)
    calls: int = 0

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities("fake", frozenset({"todo"}))

    async def put(self, todo: Todo) -> None:
        self.calls += 1
        self.there[todo.key] = todo

    async def done(self, todo: Todo) -> None:
        self.calls += 1
        self.there.pop(todo.key, None)

    async def close(self) -> None:
        """Hold nothing open."""


async def synced(place: Place, there: List) -> list[str]:
    outlet = replace(place.outlet, system=there)
    await todos.sync(outlet, CallSystem("oa", "todo.sync", NUMBER, NUMBER), "k")
    return sorted(todo.person for todo in there.there.values())


async def test_the_list_follows_the_plan_to_its_end() -> None:
    place, there = Place(*STEPS), List()
    await place.submit()

    assert await synced(place, there) == ["wang"]
    assert await synced(place, there) == ["wang"]
    assert there.calls == 1
    (shown,) = there.there.values()
    assert "张三的报销" in shown.title
    assert shown.link == f"http://chit/app/claims/{NUMBER}"

    place.later(1)
    change = approve(await place.claim(), place.company, place.by("wang"), "", Settings())
    await place.storage.store.commit(change)
    assert await synced(place, there) == ["fin1", "fin2"]

    place.later(1)
    await place.storage.store.commit(withdraw(await place.claim(), place.by("zhang")))
    assert await synced(place, there) == []


async def test_every_change_of_a_planned_claim_asks_lists_to_follow() -> None:
    place = Place(*STEPS)
    claim = await place.submit()
    change = Change(at=place.now, claims=(claim, replace(claim, number="BX-2", plan=None)))

    orders = with_events(change, [Subscription("oa", "todo"), Subscription("k3", "voucher")]).outbox

    assert [(o.notice.call, o.notice.subject) for o in orders] == [("todo.sync", NUMBER)]  # type: ignore[union-attr]
    assert orders[0].lane == f"system:oa:{NUMBER}"
