"""Links, journal, facts, dead letters and lanes of systems, alike on every kind of storage."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.actions.basics import Cause, outgoing
from core.change import Change
from core.errors import Conflict
from core.notices import CallSystem, Say
from core.outside import Exchanged, Link, Ref, Stamp
from tests.contract.storage_samples import NOW, AnyStorage

LINK = Link("weaver", "BX-1/1#0", "BX-1", "approval", "new", NOW)
REF = Ref("weaver", "request", "2966060", "2966060", "https://oa/1", (("user", "101"),))


def link(number: int, system: str = "weaver", state: str = "open") -> Link:
    made = replace(LINK, system=system, key=f"BX-{number}/1#0", subject=f"BX-{number}")
    ref = replace(REF, system=system, id=str(number))
    return replace(made, state=state, ref=ref)  # type: ignore[arg-type]


async def test_a_link_begins_once_and_is_read_as_written(storage: AnyStorage) -> None:
    first = await storage.links.begin(LINK)
    second = await storage.links.begin(replace(LINK, at=NOW + timedelta(hours=1)))

    full = replace(
        LINK, state="open", ref=REF, initiator="101", seen="3:ab", reports=2, stamp=Stamp(1, "ff")
    )
    await storage.links.save(full)

    assert first == second == LINK
    assert await storage.links.find("weaver", LINK.key) == full
    assert await storage.links.find("hose", LINK.key) is None


async def test_of_all_who_begin_at_once_there_is_one(storage: AnyStorage) -> None:
    later = [replace(LINK, at=NOW + timedelta(seconds=i)) for i in range(8)]

    begun = await asyncio.gather(*(storage.links.begin(item) for item in later))

    assert len({item.at for item in begun}) == 1


async def test_a_reference_belongs_to_one_link(storage: AnyStorage) -> None:
    await storage.links.begin(link(1))
    other = replace(link(2), ref=None, state="new")
    await storage.links.begin(other)

    with pytest.raises(Conflict, match="ref_taken"):
        await storage.links.save(replace(link(2), ref=link(1).ref))

    assert await storage.links.find("weaver", other.key) == other
    await storage.links.begin(replace(link(3, "hose"), ref=replace(REF, system="hose", id="1")))


async def test_links_are_found_by_claim_by_words_and_page_by_page(storage: AnyStorage) -> None:
    for made in (link(1), link(2), link(3), link(4, state="closed"), link(5, "hose")):
        await storage.links.begin(made)

    assert [found.key for found in await storage.links.of("BX-2")] == ["BX-2/1#0"]
    several = await storage.links.of_all(["BX-3", "BX-5", "BX-9"])
    assert sorted(found.key for found in several) == ["BX-3/1#0", "BX-5/1#0"]
    assert await storage.links.of_all([]) == ()
    matching = await storage.links.matching("weaver", ["1", "BX-3", "4", "5", "x"])
    assert [found.subject for found in matching] == ["BX-1", "BX-3"]
    first = await storage.links.open("weaver", "approval", "", 2)
    rest = await storage.links.open("weaver", "approval", first[-1].key, 2)
    assert [found.subject for found in (*first, *rest)] == ["BX-1", "BX-2", "BX-3"]
    assert await storage.links.open("weaver", "voucher", "", 9) == ()


async def test_facts_are_kept_and_added_once(storage: AnyStorage) -> None:
    await storage.memory.put("weaver", "spk", "a")
    await storage.memory.put("weaver", "spk", "b")

    assert await storage.memory.add("weaver", "spk", "c") == "b"
    assert await storage.memory.add("weaver", "secret", "d") == "d"
    assert await storage.memory.get("weaver", "secret") == "d"
    assert await storage.memory.get("hose", "spk") is None


async def test_the_journal_gives_the_last_calls_of_a_system(storage: AnyStorage) -> None:
    for number in range(5):
        call = Exchanged("weaver", NOW, f"c{number}", 200, 12, "GET /x", "{}")
        await storage.journal.note(call)
    await storage.journal.note(Exchanged("hose", NOW, "other", 0, 0, "", "", "unreachable"))

    found = await storage.journal.last("weaver", 2)

    assert [call.call for call in found] == ["c4", "c3"]


async def told(storage: AnyStorage) -> None:
    orders = [CallSystem(s, "approval.start", "BX-1", "BX-1/1#0") for s in ("weaver", "weaver_2")]
    notices = outgoing(Cause("zhang", NOW, "m1"), [*orders, Say("zhang", "approved")])
    await storage.store.commit(Change(at=NOW, outbox=notices))


async def test_people_and_each_system_have_lanes_of_their_own(storage: AnyStorage) -> None:
    await told(storage)

    people = await storage.outbox.lease(10, NOW, 15)
    one = await storage.outbox.lease(10, NOW, 15, system="weaver")
    other = await storage.outbox.lease(10, NOW, 15, system="weaver_2")

    assert [type(item.notice) for item in people] == [Say]
    assert [item.lane for item in one] == ["system:weaver:BX-1"]
    assert [item.lane for item in other] == ["system:weaver_2:BX-1"]
    assert await storage.outbox.lease(10, NOW, 15, system="weaverX2") == ()


async def test_dead_letters_are_listed_revived_once_and_dropped(storage: AnyStorage) -> None:
    await told(storage)
    (item,) = await storage.outbox.lease(10, NOW, 15, system="weaver")
    await storage.outbox.bury(item, "refused:param_error")
    await storage.inbox.put("hook:1", "hook:weaver", '{"kind": "x"}', NOW)
    (message,) = await storage.inbox.lease(10, NOW, 15)
    await storage.inbox.bury(message, "unreadable")

    letters = await storage.dead.all(10)
    by_queue = {letter.queue: letter for letter in letters}
    assert {q: (x.number, x.error) for q, x in by_queue.items()} == {
        "outbox": ("BX-1", "refused:param_error"),
        "inbox": ("hook:1", "unreadable"),
    }

    assert await storage.dead.drop(by_queue["inbox"], "by administrator")
    assert await storage.dead.revive(by_queue["outbox"])
    assert not await storage.dead.revive(by_queue["outbox"])
    assert not await storage.dead.revive(by_queue["inbox"])
    assert await storage.dead.all(10) == ()
    (again,) = await storage.outbox.lease(10, NOW, 15, system="weaver")
    assert (again.id, again.attempts) == (item.id, 0)
