"""Inbox and outbox: durable, in order, taken by one at a time."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.change import CardCode, Change, Outgoing
from core.notices import Reply, Say, ShowAlert, ShowCard
from core.ports import CardRecord
from tests.contract.storage_samples import NOW, AnyStorage, notice

SOON = NOW + timedelta(seconds=30)
LATER = NOW + timedelta(seconds=61)


async def tell(storage: AnyStorage, *keys: str, lane: str = "zhang") -> None:
    await storage.store.commit(Change(at=NOW, outbox=tuple(notice(k, lane) for k in keys)))


async def test_a_message_is_kept_once(storage: AnyStorage) -> None:
    assert await storage.inbox.put("m1", "zhang", "一", NOW)
    assert not await storage.inbox.put("m1", "zhang", "二", NOW)

    (item,) = await storage.inbox.lease(10, NOW, 60)
    assert (item.key, item.lane, item.body, item.attempts) == ("m1", "zhang", "一", 0)
    assert item.received_at == NOW


async def test_one_of_many_equal_messages_is_new(storage: AnyStorage) -> None:
    puts = [storage.inbox.put(f"m{i % 5}", "zhang", str(i), NOW) for i in range(25)]

    new = await asyncio.gather(*puts)

    assert sum(new) == 5


async def test_lanes_keep_their_order_and_run_side_by_side(storage: AnyStorage) -> None:
    for key, lane in (("a1", "a"), ("a2", "a"), ("b1", "b"), ("a3", "a")):
        await storage.inbox.put(key, lane, "", NOW)

    first = await storage.inbox.lease(10, NOW, 60)
    assert [i.key for i in first] == ["a1", "b1"]
    assert await storage.inbox.lease(10, NOW, 60) == ()

    await storage.inbox.finish(first[0])
    (second,) = await storage.inbox.lease(10, NOW, 60)
    assert second.key == "a2"
    await storage.inbox.bury(second, "broken")
    assert [i.key for i in await storage.inbox.lease(10, NOW, 60)] == ["a3"]


async def test_a_lease_takes_no_more_than_asked(storage: AnyStorage) -> None:
    for i in range(5):
        await storage.inbox.put(f"m{i}", f"lane{i}", "", NOW)

    taken = await storage.inbox.lease(2, NOW, 60)
    rest = await storage.inbox.lease(10, NOW, 60)

    assert [i.key for i in (*taken, *rest)] == [f"m{i}" for i in range(5)]


async def test_a_retried_message_holds_its_lane_until_it_is_due(storage: AnyStorage) -> None:
    await storage.inbox.put("m1", "zhang", "", NOW)
    await storage.inbox.put("m2", "zhang", "", NOW)
    (item,) = await storage.inbox.lease(10, NOW, 60)

    await storage.inbox.retry(item, SOON, "Timeout")

    assert await storage.inbox.lease(10, NOW, 60) == ()
    (again,) = await storage.inbox.lease(10, SOON, 60)
    assert (again.key, again.attempts) == ("m1", 1)
    assert again.fence > item.fence


async def test_a_renewed_lease_runs_on(storage: AnyStorage) -> None:
    await storage.inbox.put("m1", "zhang", "", NOW)
    (item,) = await storage.inbox.lease(10, NOW, 60)

    await storage.inbox.renew(item, SOON, 60)

    assert await storage.inbox.lease(10, LATER, 60) == ()


async def test_a_lost_lease_is_not_renewed(storage: AnyStorage) -> None:
    await storage.inbox.put("m1", "zhang", "", NOW)
    (lost,) = await storage.inbox.lease(10, NOW, 60)
    await storage.inbox.lease(10, LATER, 1)

    await storage.inbox.renew(lost, LATER, 600)

    (taken,) = await storage.inbox.lease(10, LATER + timedelta(seconds=2), 60)
    assert taken.fence == lost.fence + 2


async def test_an_expired_lease_is_taken_again_and_the_old_one_is_worth_nothing(
    storage: AnyStorage,
) -> None:
    await storage.inbox.put("m1", "zhang", "", NOW)
    (slow,) = await storage.inbox.lease(10, NOW, 60)
    assert await storage.inbox.lease(10, NOW, 60) == ()
    (quick,) = await storage.inbox.lease(10, LATER, 60)

    await storage.inbox.finish(slow)
    await storage.inbox.bury(slow, "late")
    await storage.inbox.retry(slow, NOW, "late")

    assert await storage.inbox.oldest_waiting() == NOW
    await storage.inbox.finish(quick)
    assert await storage.inbox.oldest_waiting() is None


async def test_the_oldest_message_is_known(storage: AnyStorage) -> None:
    assert await storage.inbox.oldest_waiting() is None
    await storage.inbox.put("m1", "a", "", NOW)
    await storage.inbox.put("m2", "b", "", SOON)
    items = await storage.inbox.lease(10, NOW, 60)

    await storage.inbox.finish(items[0])

    assert await storage.inbox.oldest_waiting() == SOON


async def test_nobody_gets_what_another_has(storage: AnyStorage) -> None:
    for i in range(20):
        await storage.inbox.put(f"m{i}", f"lane{i}", "", NOW)

    taken = await asyncio.gather(*(storage.inbox.lease(5, NOW, 60) for _ in range(6)))

    keys = [item.key for items in taken for item in items]
    assert sorted(keys) == sorted(f"m{i}" for i in range(20))


async def test_notices_of_a_lane_go_out_in_order(storage: AnyStorage) -> None:
    await tell(storage, "n1", "n2")
    await tell(storage, "x1", lane="wang")

    first = await storage.outbox.lease(10, NOW, 60)
    assert [i.key for i in first] == ["n1", "x1"]
    assert first[0].notice == Say("zhang", "paid", (("number", "n1"),))

    await storage.outbox.finish(first[0], NOW)
    assert [i.key for i in await storage.outbox.lease(10, NOW, 60)] == ["n2"]


async def test_a_notice_is_retried_buried_or_told_again(storage: AnyStorage) -> None:
    await tell(storage, "n1", "n2")
    (item,) = await storage.outbox.lease(10, NOW, 60)

    await storage.outbox.retry(item, SOON, "Timeout")
    assert await storage.outbox.lease(10, NOW, 60) == ()
    (item,) = await storage.outbox.lease(10, SOON, 60)
    assert item.attempts == 1

    await storage.outbox.finish(item, SOON, again=True)
    (item,) = await storage.outbox.lease(10, SOON, 60)
    assert (item.key, item.attempts) == ("n1", 0)

    await storage.outbox.bury(item, "gone")
    assert [i.key for i in await storage.outbox.lease(10, SOON, 60)] == ["n2"]


async def test_calls_that_wait_for_their_time_are_hastened_and_no_others(
    storage: AnyStorage,
) -> None:
    await tell(storage, "n1", lane="system:erp:BX-1")
    await tell(storage, "n2", lane="system:erp:BX-2")
    await tell(storage, "n3", lane="system:erp2:BX-1")
    await tell(storage, "n4", lane="zhang")
    for system in ("erp", "erp2", None):
        for item in await storage.outbox.lease(10, NOW, 60, system=system):
            await storage.outbox.retry(item, LATER, "busy")
    (held, _) = await storage.outbox.lease(10, LATER, 60, system="erp")
    assert held.key == "n1"

    assert await storage.outbox.hasten("erp") == 0
    (again, other) = await storage.outbox.lease(10, LATER + timedelta(seconds=61), 60, system="erp")
    await storage.outbox.retry(again, LATER + timedelta(days=1), "busy")
    await storage.outbox.finish(other, LATER)
    assert await storage.outbox.hasten("erp") == 1

    (item,) = await storage.outbox.lease(10, NOW, 60, system="erp")
    assert (item.key, item.attempts) == ("n1", 0)
    assert await storage.outbox.lease(10, NOW, 60, system="erp2") == ()
    assert await storage.outbox.lease(10, NOW, 60) == ()


async def test_sent_messages_are_counted_over_the_lanes_of_a_person(storage: AnyStorage) -> None:
    await tell(storage, "n1", "n2", lane="zhang")
    await tell(storage, "n3", lane="zhang2")
    await tell(storage, "n4", lane="quiet:zhang")
    await tell(storage, "n5", lane="quiet:zhang:09")
    redraw = Outgoing("n6", "zhang", ShowCard("zhang", "BX-1", "claim", only_open=True))
    alert = Outgoing("n7", "quiet:zhang", ShowAlert("zhang", "sales", 80))
    pictured = Reply("wecom", "Zhang", "budgets", budgets=("sales",))
    answer = Outgoing("n8", "wecom:Zhang", pictured)
    await storage.store.commit(Change(at=NOW, outbox=(redraw, alert, answer)))
    for i in range(3):
        for item in await storage.outbox.lease(10, NOW, 60):
            await storage.outbox.finish(item, NOW + timedelta(seconds=i))

    async def sent(*lanes: str, since: datetime = NOW) -> int:
        return await storage.outbox.sent_since(lanes, since)

    assert await storage.outbox.lease(10, NOW, 60) == ()
    assert await sent("zhang") == 2
    assert await sent("zhang", since=NOW + timedelta(seconds=1)) == 1
    assert await sent("zhang", "quiet:zhang", "wecom:Zhang") == 8
    assert await sent("wang", "quiet:wang") == 0


async def test_a_notice_is_overtaken_by_the_very_same_one_behind_it(storage: AnyStorage) -> None:
    card, other = ShowCard("zhang", "BX-1", "claim", fresh=True), ShowCard("zhang", "BX-1", "claim")
    rows = [("a", "zhang", card), ("b", "zhang", other), ("c", "zhang", card), ("d", "li", card)]
    await storage.store.commit(Change(at=NOW, outbox=tuple(Outgoing(*r) for r in rows)))
    told = []
    for _ in rows:
        for item in await storage.outbox.lease(1, NOW, 15):
            told.append((item.key, await storage.outbox.overtaken(item)))
            await storage.outbox.finish(item, NOW)

    assert sorted(told) == [("a", True), ("b", False), ("c", False), ("d", False)]


def card(name: str, *codes: str) -> CardRecord:
    return CardRecord(name, "BX-1", "approval", "wang", "wecom", "WangWu", 1, codes, "msg")


async def test_cards_are_kept_with_the_notice_that_drew_them(storage: AnyStorage) -> None:
    await tell(storage, "n1", "n2")
    (item,) = await storage.outbox.lease(10, NOW, 60)
    await storage.outbox.finish(item, NOW, [card("z", "code0"), card("a")])
    (item,) = await storage.outbox.lease(10, NOW, 60)

    moved = replace(card("z", "code1"), drawn=4, open=False)
    known = await storage.store.card("z")
    assert known == card("z", "code0")
    await storage.outbox.finish(item, SOON, [replace(moved, seen=known.seen), card("b")])

    assert await storage.store.cards("BX-1") == (moved, card("a"), card("b"))
    assert await storage.store.cards("BX-2") == ()
    assert await storage.store.card("nowhere") is None


async def test_a_code_that_comes_while_a_card_is_redrawn_is_not_lost(storage: AnyStorage) -> None:
    await tell(storage, "n1", "n2")
    (item,) = await storage.outbox.lease(10, NOW, 60)
    await storage.outbox.finish(item, NOW, [card("z", "old")])
    (item,) = await storage.outbox.lease(10, NOW, 60)
    read = await storage.store.card("z")
    assert read is not None

    await storage.store.commit(Change(at=NOW, codes=(CardCode("z", "fresh"),)))
    await storage.outbox.finish(item, NOW, [replace(read, codes=())])

    assert await storage.store.card("z") == card("z", "fresh")


async def test_a_lost_lease_keeps_no_cards(storage: AnyStorage) -> None:
    await tell(storage, "n1")
    (slow,) = await storage.outbox.lease(10, NOW, 60)
    (quick,) = await storage.outbox.lease(10, LATER, 60)

    await storage.outbox.finish(slow, LATER, [card("z")])

    assert quick.fence > slow.fence
    assert await storage.store.card("z") is None


@pytest.mark.parametrize("queue", ["inbox", "outbox"])
async def test_who_waits_is_woken_by_work(storage: AnyStorage, queue: str) -> None:
    wait = storage.wait_inbox if queue == "inbox" else storage.wait_outbox
    await wait(0.01)
    waiter = asyncio.create_task(wait(30))
    await asyncio.sleep(0)

    if queue == "inbox":
        await storage.inbox.put("m1", "zhang", "", NOW)
    else:
        await tell(storage, "n1")

    async with asyncio.timeout(60):
        await waiter
    assert waiter.done()


async def test_waiting_ends_with_its_time(storage: AnyStorage) -> None:
    await storage.wait_inbox(0.01)

    await storage.wait_inbox(0.01)

    assert await storage.inbox.lease(1, NOW, 60) == ()


async def test_it_answers_a_ping(storage: AnyStorage) -> None:
    assert await storage.ping() is None  # type: ignore[func-returns-value]
