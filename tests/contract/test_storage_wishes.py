"""What people want to be told is kept alike everywhere."""

from datetime import timedelta

from core.actions.alerting import quiet_lane
from core.change import Change, Outgoing
from core.notices import Say
from core.preferences import Preferences
from tests.contract.storage_samples import NOW, AnyStorage


async def test_wishes_are_kept_and_replaced(storage: AnyStorage) -> None:
    before = await storage.store.preferences("zhang")
    first = Preferences("zhang", ("reminders",), "22:00-08:00")
    last = Preferences("zhang", ("digest",))

    await storage.store.commit(Change(at=NOW, preferences=(first,)))
    kept = await storage.store.preferences("zhang")
    await storage.store.commit(Change(at=NOW, preferences=(Preferences("li"), last)))

    assert before == Preferences("zhang")
    assert kept == first
    assert await storage.store.preferences("zhang") == last


async def test_what_waits_for_quiet_hours_is_weighed_anew_when_they_change(
    storage: AnyStorage,
) -> None:
    hushed = [Outgoing(f"{p}~quiet", quiet_lane(p), Say(p, "drafts_left")) for p in ("zhang", "li")]
    await storage.store.commit(Change(at=NOW, outbox=tuple(hushed)))
    for item in await storage.outbox.lease(9, NOW, 15):
        await storage.outbox.retry(item, NOW + timedelta(hours=8), "not_yet")
    soon = NOW + timedelta(minutes=1)

    assert await storage.outbox.lease(9, soon, 15) == ()
    await storage.store.commit(Change(at=soon, preferences=(Preferences("zhang", (), "off"),)))

    assert [i.key for i in await storage.outbox.lease(9, soon, 15)] == ["zhang~quiet"]
