"""Events to a receiver that fails: tried on its schedule, told in time, kept while it rests."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from bot.desk.resuming import resume
from connectors.webhook.wire import SCHEDULE_S
from core.actions.submission import submit
from core.change import Change, Outgoing
from core.errors import OutsideError, Resting, Retryable
from core.notices import CallSystem, Say
from core.subscriptions import SEND
from tests.fakes.oa import FakeOa
from tests.unit.core.core_house import around, claim_of
from tests.unit.jobs.outside_stage import START, Place


@dataclass(slots=True)
class FakeReceiver(FakeOa):
    """Fails as a test says, for good where `fails` is set; else takes everything."""

    fails: OutsideError | None = None
    taken: list[str] = field(default_factory=list)
    tried: list[datetime] = field(default_factory=list)
    place: Place | None = None

    @property
    def pauses_s(self) -> tuple[int, ...]:
        return SCHEDULE_S

    async def send(self, event: str, key: str, subject: str, at: datetime, data: str) -> None:
        assert self.place is not None
        self.tried.append(self.place.now)
        if self.fails:
            error = self.fails
            if isinstance(error, Resting):
                self.fails = Resting(error.code)
            raise error
        self.taken.append(key)


async def stage(fails: OutsideError | None, *keys: str) -> tuple[Place, FakeReceiver]:
    receiver = FakeReceiver(fails=fails)
    place = Place(oa=receiver)
    receiver.place = place
    store = place.storage.store
    await store.apply_company(place.company, expected_version=0, at=START, actor="t")
    await order(place, *keys)
    return place, receiver


async def order(place: Place, *keys: str) -> None:
    """Have events sent; what stands before the dot names the claim."""
    fields = (("event", "claim.paid"), ("at", START.isoformat()), ("data", "{}"))
    made = []
    for key in keys:
        claim = key.partition(".")[0]
        told = CallSystem("oa", SEND, claim, key, fields)
        made.append(Outgoing(f"{SEND}:oa:{key}", f"system:oa:{claim}", told))
    await place.storage.store.commit(Change(at=place.now, outbox=tuple(made)))


def reasons(place: Place, code: str) -> list[str]:
    rows = place.storage.outbox.queue.rows.values()
    says = [r.payload for r in rows if isinstance(r.payload, Say) and r.payload.code == code]
    return [dict(s.fields)["reason"] for s in says]


async def until_dead(place: Place) -> None:
    for pause_s in (0, *SCHEDULE_S):
        place.later(pause_s)
        await place.settle()


async def test_the_schedule_reaches_a_day_and_a_person_hears_in_time_and_at_the_end() -> None:
    place, receiver = await stage(Retryable("server_fault", status=502), "BX-1.a", "BX-1.b")

    await until_dead(place)
    gaps = [
        (b - a).total_seconds() for a, b in zip(receiver.tried, receiver.tried[1:], strict=False)
    ]

    assert gaps[: len(SCHEDULE_S)] == list(SCHEDULE_S)
    assert place.orders()[0] == (SEND, "dead")
    assert reasons(place, "system_failing") == ["对方内部出错 (HTTP 502)"]
    assert reasons(place, "system_unsent") == ["对方内部出错 (HTTP 502)"]


async def test_a_receiver_that_rests_is_told_once_and_misses_nothing() -> None:
    place, receiver = await stage(Resting("gone", news=True), "BX-1.a", "BX-2.a", "BX-1.b")

    for _ in range(30):
        await place.settle()
        place.later(86400)
    receiver.fails = None
    await place.settle()

    assert place.told().count("system_gone") == 1
    assert receiver.taken == ["BX-1.a", "BX-2.a", "BX-1.b"]


@pytest.mark.parametrize("error", [Retryable("unreachable"), Resting("gone", news=True)])
async def test_who_is_back_is_sent_at_once_what_waits_and_what_was_given_up(
    error: OutsideError,
) -> None:
    place, receiver = await stage(error, "BX-1.a", "BX-1.b")
    await until_dead(place)
    await order(place, "BX-1.c")
    await place.settle()

    receiver.fails = None
    count = await resume("oa", place.storage.outbox, place.storage.dead)
    await place.settle()

    assert count >= 2
    assert receiver.taken == ["BX-1.a", "BX-1.b", "BX-1.c"]
    assert await resume("oa", place.storage.outbox, place.storage.dead) == 0


async def test_what_somebody_waits_for_is_tried_more_often_than_events() -> None:
    place, receiver = await stage(None)
    receiver.refused = [Retryable("unreachable")] * 20
    await place.storage.store.commit(submit(claim_of(), around(place.company), place.by("zhang")))

    for _ in range(21):
        await place.settle()
        place.later(601)

    assert place.orders() == [("approval.start", "done")]
