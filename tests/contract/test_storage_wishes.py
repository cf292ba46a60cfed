"""What people want to be told is kept alike everywhere."""

from core.change import Change
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
