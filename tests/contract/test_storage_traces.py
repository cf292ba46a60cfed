"""What became of a message: nothing known, waiting, done with its notices, given up."""

from core.change import Change, InboxRef, Outgoing
from core.notices import Reply, ShowCard
from core.ports import Outcome
from tests.contract.storage_samples import NOW, AnyStorage


async def test_an_unknown_message_has_no_outcome(storage: AnyStorage) -> None:
    assert await storage.traces.outcome("upload:zhang:1") is None


async def test_the_outcome_is_what_its_handling_committed(storage: AnyStorage) -> None:
    await storage.inbox.put("m1", "l", "{}", NOW)
    await storage.inbox.put("m10", "other", "{}", NOW)
    waiting = await storage.traces.outcome("m1")
    (item, _) = await storage.inbox.lease(2, NOW, 60)
    notices = (Reply("wecom", "Z", "already_on_draft"), ShowCard("zhang", "BX-1", "claim"))
    keyed = tuple(Outgoing(f"m1!{i}", "zhang", n) for i, n in enumerate(notices))
    foreign = Outgoing("m10!0", "li", Reply("wecom", "L", "help"))

    await storage.store.commit(
        Change(at=NOW, outbox=(*keyed, foreign), inbox=InboxRef(item.id, item.fence))
    )

    assert waiting == Outcome("waiting")
    assert await storage.traces.outcome("m1") == Outcome("done", notices)
    assert await storage.traces.outcome("m10") == Outcome("waiting")


async def test_a_message_that_was_given_up_is_dead(storage: AnyStorage) -> None:
    await storage.inbox.put("m1", "l", "{}", NOW)
    (item,) = await storage.inbox.lease(1, NOW, 60)

    await storage.inbox.bury(item, "unreadable")

    assert await storage.traces.outcome("m1") == Outcome("dead")
