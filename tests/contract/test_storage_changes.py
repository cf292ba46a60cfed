"""A change becomes true wholly or not at all, whatever keeps it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.budget import Charge
from core.change import (
    CardCode,
    Change,
    Consume,
    Dialog,
    FreeIdentities,
    InboxRef,
    Release,
    StoredInvoice,
    TakeIdentity,
)
from core.claim import State
from core.errors import ChitError, Conflict, Refused
from core.invoice import Item, Reading, ReadingFinding
from core.payment import Payment
from core.ports import ClaimQuery, Page
from tests.contract.storage_samples import (
    ANY,
    NOW,
    AnyStorage,
    apply,
    claim,
    company_with,
    figures,
    held_back,
    in_review,
    journal,
    note,
    notice,
    reserving,
    submission,
)


async def test_a_claim_comes_back_as_it_was_with_the_next_revision(storage: AnyStorage) -> None:
    draft = in_review(claim(), "wang", "li")

    await storage.store.commit(Change(at=NOW, claims=(draft,)))

    assert await storage.store.claim(draft.number) == replace(draft, revision=1)
    assert await storage.store.claim("BX-0") is None


async def test_a_stale_revision_is_a_conflict_and_changes_nothing(storage: AnyStorage) -> None:
    draft = claim()
    await storage.store.commit(Change(at=NOW, claims=(draft,)))
    stored = replace(draft, revision=1)
    await storage.store.commit(Change(at=NOW, claims=(replace(stored, purpose="first"),)))

    for stale in (stored, draft, replace(stored, revision=7)):
        with pytest.raises(Conflict, match="revision"):
            await storage.store.commit(
                Change(at=NOW, claims=(replace(stale, purpose="second"),), audit=(note(),))
            )

    found = await storage.store.claim(draft.number)
    assert found is not None
    assert (found.purpose, found.revision) == ("first", 2)
    assert (await storage.store.audit(ANY)).items == ()


async def test_a_refused_part_takes_the_whole_change_with_it(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    change = submission(1, "sales", 10001)
    change = replace(
        change,
        payments=(Payment("P-1", change.claims[0].number, "zhang", "张三", 1, "", ""),),
        dialogs=(Dialog("zhang", "reason"),),
    )

    with pytest.raises(Refused) as refused:
        await storage.store.commit(change)

    assert refused.value.code == "budget"
    assert refused.value.fields == {
        "budget": "sales",
        "limit": "100.00",
        "available": "100.00",
        "amount": "100.01",
        "over": "0.01",
    }
    assert await storage.store.claim("BX-20261125-0001") is None
    assert await storage.store.holder("invoice-1") is None
    assert await storage.store.payment("P-1") is None
    assert await storage.store.dialog("zhang") is None
    assert await storage.outbox.lease(10, NOW, 60) == ()
    assert await figures(storage) == (0, 0)
    assert await journal(storage) == []


async def test_the_second_of_two_budgets_refuses_both(storage: AnyStorage) -> None:
    await apply(storage, company_with(all="1000.00", sales="50.00"))
    move = reserving("A/1", Charge("all", 6000), Charge("sales", 6000))

    with pytest.raises(Refused, match="sales"):
        await storage.store.commit(Change(at=NOW, moves=(move,)))

    assert await figures(storage, "all") == (0, 0)


async def test_a_refused_change_does_not_stop_its_neighbours(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    changes = [submission(i, "sales", 6000 if i == 2 else 5000) for i in (1, 2, 3)]

    answers = await asyncio.gather(
        *(storage.store.commit(c) for c in changes), return_exceptions=True
    )

    assert [type(a) for a in answers] == [type(None), Refused, type(None)]
    assert await figures(storage) == (10000, 0)


async def test_what_is_there_already_fails_alone_beside_what_is_new(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="100.00"))
    old, taken = submission(1, "sales", 100), submission(2, "sales", 100)
    for change in (old, taken):
        await storage.store.commit(change)
    revised = replace(old.claims[0], revision=1, purpose="revised")
    other = replace(submission(3, "sales", 100), moves=taken.moves)
    told = replace(submission(4, "sales", 100), outbox=taken.outbox)

    answers = await asyncio.gather(
        *(
            storage.store.commit(change)
            for change in (
                submission(5, "sales", 100),
                taken,
                Change(at=NOW, claims=(revised,)),
                other,
                told,
                submission(6, "sales", 100),
            )
        ),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers] == [
        type(None),
        Conflict,
        type(None),
        Conflict,
        type(None),
        type(None),
    ]
    kept = {c.number: c for c in (await storage.store.claims(ClaimQuery(), Page())).items}
    assert len(kept) == 5
    assert kept[revised.number] == replace(revised, revision=2)
    assert (await figures(storage, "sales"))[0] == 500


async def test_forty_at_once_against_room_for_ten(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="1000.00"))

    answers = await asyncio.gather(
        *(storage.store.commit(submission(i, "sales", 10000)) for i in range(40)),
        return_exceptions=True,
    )

    refused = held_back(answers)
    assert len(refused) == 30
    assert all(isinstance(r, Refused) and r.code == "budget" for r in refused)
    assert await figures(storage) == (100000, 0)
    assert len((await storage.store.claims(ClaimQuery(), ANY)).items) == 10
    assert len((await storage.store.audit(ANY)).items) == 11
    assert await storage.store.verify_audit() is None


async def test_one_of_many_equal_changes_wins(storage: AnyStorage) -> None:
    draft = claim()
    await storage.store.commit(Change(at=NOW, claims=(draft,)))
    change = Change(at=NOW, claims=(in_review(replace(draft, revision=1), "wang"),))

    answers = await asyncio.gather(
        *(storage.store.commit(change) for _ in range(5)), return_exceptions=True
    )

    assert sum(answer is None for answer in answers) == 1
    assert all(isinstance(a, Conflict) for a in held_back(answers))


async def test_an_invoice_has_one_live_claim(storage: AnyStorage) -> None:
    first = Change(at=NOW, identities=(TakeIdentity("2631", "BX-1"),))
    second = Change(at=NOW, identities=(TakeIdentity("2631", "BX-2"),))
    await storage.store.commit(first)

    await storage.store.commit(first)
    with pytest.raises(Refused) as refused:
        await storage.store.commit(second)

    assert refused.value.code == "duplicate_invoice"
    assert refused.value.fields == {"identity": "2631", "claim": "BX-1"}
    assert await storage.store.holder("2631") == "BX-1"


async def test_a_freed_invoice_may_be_taken_again(storage: AnyStorage) -> None:
    await storage.store.commit(Change(at=NOW, identities=(TakeIdentity("2631", "BX-1"),)))
    free = Change(at=NOW, identities=(FreeIdentities("BX-1"),))
    retake = Change(at=NOW, identities=(TakeIdentity("2631", "BX-2"),))

    await asyncio.gather(storage.store.commit(free), storage.store.commit(retake))

    assert await storage.store.holder("2631") == "BX-2"


async def test_two_claims_at_once_want_one_invoice(storage: AnyStorage) -> None:
    changes = [Change(at=NOW, identities=(TakeIdentity("2631", f"BX-{i}"),)) for i in range(8)]

    answers = await asyncio.gather(
        *(storage.store.commit(c) for c in changes), return_exceptions=True
    )

    assert len(held_back(answers)) == 7
    assert await storage.store.holder("2631") == f"BX-{answers.index(None)}"


async def test_a_notice_key_tells_once(storage: AnyStorage) -> None:
    change = Change(at=NOW, outbox=(notice("m1#0"), notice("m1#0"), notice("m1#1")))

    await asyncio.gather(storage.store.commit(change), storage.store.commit(change))
    await storage.store.commit(change)

    keys = []
    while leased := await storage.outbox.lease(10, NOW, 60):
        keys += [item.key for item in leased]
        await storage.outbox.finish(leased[0], NOW)
    assert keys == ["m1#0", "m1#1"]


async def test_a_change_finishes_the_message_behind_it(storage: AnyStorage) -> None:
    await storage.inbox.put("m1", "zhang", "{}", NOW)
    (item,) = await storage.inbox.lease(10, NOW, 60)

    await storage.store.commit(Change(at=NOW, inbox=InboxRef(item.id, item.fence)))

    assert await storage.inbox.oldest_waiting() is None
    with pytest.raises(Conflict, match="lease"):
        await storage.store.commit(Change(at=NOW, inbox=InboxRef(item.id, item.fence)))


async def test_a_lost_lease_refuses_the_change(storage: AnyStorage) -> None:
    await storage.inbox.put("m1", "zhang", "{}", NOW)
    (slow,) = await storage.inbox.lease(10, NOW, 60)
    (quick,) = await storage.inbox.lease(10, NOW + timedelta(seconds=61), 60)
    late = Change(at=NOW, claims=(claim(),), inbox=InboxRef(slow.id, slow.fence))

    with pytest.raises(Conflict, match="lease"):
        await storage.store.commit(late)

    assert quick.fence > slow.fence
    assert await storage.store.claim("BX-20261125-0001") is None
    await storage.store.commit(replace(late, inbox=InboxRef(quick.id, quick.fence)))


async def test_a_message_that_nobody_leased_finishes_nothing(storage: AnyStorage) -> None:
    await storage.inbox.put("m1", "zhang", "{}", NOW)

    for ref in (InboxRef(1, 0), InboxRef(1, 1), InboxRef(99, 0)):
        with pytest.raises(Conflict, match="lease"):
            await storage.store.commit(Change(at=NOW, inbox=ref))

    assert await storage.inbox.oldest_waiting() == NOW


async def test_claims_are_listed_newest_first_in_slices(storage: AnyStorage) -> None:
    drafts = [claim(f"BX-{i}", minute=i // 2) for i in range(7)]
    await storage.store.commit(Change(at=NOW, claims=tuple(drafts)))

    seen: list[str] = []
    page = Page(limit=3)
    while True:
        cut = await storage.store.claims(ClaimQuery(), page)
        seen += [c.number for c in cut.items]
        if len(seen) == 3:
            await storage.store.commit(Change(at=NOW, claims=(claim("BX-9", minute=99),)))
        if cut.next is None:
            break
        page = Page(cut.next, 3)

    assert seen == [f"BX-{i}" for i in range(6, -1, -1)]
    named = ClaimQuery(numbers=frozenset({"BX-1", "BX-4", "BX-5", "BX-77"}))
    first = await storage.store.claims(named, Page(limit=2))
    rest = await storage.store.claims(named, Page(first.next, 2))
    assert [c.number for c in (*first.items, *rest.items)] == ["BX-5", "BX-4", "BX-1"]
    assert rest.next is None
    assert not (await storage.store.claims(ClaimQuery(numbers=frozenset()), ANY)).items


async def test_claims_are_found_by_state_person_kind_and_day(storage: AnyStorage) -> None:
    drafts = (
        claim("BX-1"),
        replace(claim("BX-2"), employee="li"),
        replace(in_review(claim("CC-3"), "wang"), kind="travel_request"),
        replace(in_review(claim("BX-4"), "wang"), state=State.REJECTED),
    )
    await storage.store.commit(Change(at=NOW, claims=drafts))

    async def found(query: ClaimQuery) -> set[str]:
        return {c.number for c in (await storage.store.claims(query, ANY)).items}

    assert await found(ClaimQuery(state=State.DRAFT)) == {"BX-1", "BX-2"}
    assert await found(ClaimQuery(employee="li")) == {"BX-2"}
    assert await found(ClaimQuery(kind="travel_request")) == {"CC-3"}
    assert await found(ClaimQuery(waiting_for="wang")) == {"CC-3"}
    assert await found(ClaimQuery(submitted_from=NOW.date())) == {"CC-3", "BX-4"}
    assert await found(ClaimQuery(submitted_from=NOW.date() + timedelta(days=1))) == set()


async def test_a_claim_stops_waiting_for_whoever_has_decided(storage: AnyStorage) -> None:
    draft = in_review(claim(), "wang")
    await storage.store.commit(Change(at=NOW, claims=(draft,)))

    await storage.store.commit(
        Change(at=NOW, claims=(in_review(replace(draft, revision=1), "li"),))
    )

    waits = [await storage.store.claims(ClaimQuery(waiting_for=p), ANY) for p in ("wang", "li")]
    assert [len(w.items) for w in waits] == [0, 1]


async def test_a_foreign_cursor_is_a_value_error(storage: AnyStorage) -> None:
    for cursor in ("x", "", "bm8=", "5", "-1~a", "1~", "1~a\0", "1~\ud800", "9" * 17 + "~a", "٣~a"):
        with pytest.raises(ValueError, match="cursor"):
            await storage.store.claims(ClaimQuery(), Page(cursor))
    for cursor in ("", "-1", "1~a", "1.5", "9" * 19, "٣"):
        with pytest.raises(ValueError, match="cursor"):
            await storage.store.audit(Page(cursor))


async def test_whatever_looks_like_a_cursor_can_be_asked_for(storage: AnyStorage) -> None:
    await storage.store.commit(Change(at=NOW, claims=(claim(),)))

    for cursor, length in (("0~A", 0), ("9" * 16 + "~z", 1)):
        found = await storage.store.claims(ClaimQuery(), Page(cursor))
        assert len(found.items) == length
    for cursor in ("0", "9" * 18):
        await storage.store.audit(Page(cursor))


async def test_vouchers_are_found_by_their_number(storage: AnyStorage) -> None:
    reading = Reading(
        "a.pdf",
        ok=True,
        kind="digital_general",
        number="2631",
        date=NOW.date(),
        total_fen=10000,
        items=(Item("*运输服务*客运", amount_fen=9901, rate="1%"),),
        source=(("number", "pdf"),),
        findings=(ReadingFinding("doubt", "text", ("date",)),),
    )
    stored = StoredInvoice("v1", "2631", "ab" * 32, "zhang", "BX-1", NOW, reading)
    other = replace(stored, id="v0", received_at=NOW + timedelta(seconds=1))

    await storage.store.commit(Change(at=NOW, invoices=(other, stored)))

    assert await storage.store.invoices("2631") == (stored, other)
    assert await storage.store.invoices("9") == ()


async def test_payments_are_listed_oldest_first_and_move_on(storage: AnyStorage) -> None:
    owed = [
        Payment(f"P-{i}", f"BX-{i}", "zhang", "张三", 100, "6222", "招商银行") for i in range(3)
    ]
    for i, payment in enumerate(reversed(owed)):
        await storage.store.commit(Change(at=NOW + timedelta(minutes=i), payments=(payment,)))

    paid = replace(owed[2], state="paid", reference="r")
    await storage.store.commit(Change(at=NOW + timedelta(hours=1), payments=(paid,)))

    first = await storage.store.payments(None, Page(limit=2))
    rest = await storage.store.payments(None, Page(first.next, 2))
    assert (*first.items, *rest.items) == (paid, owed[1], owed[0])
    assert (await storage.store.payments("pending", ANY)).items == (owed[1], owed[0])
    assert await storage.store.payment("P-2") == paid


async def test_a_dialog_is_replaced_and_ended(storage: AnyStorage) -> None:
    asked = Dialog("wang", "reject_reason", (("number", "BX-1"),), NOW + timedelta(minutes=5))
    await storage.store.commit(Change(at=NOW, dialogs=(Dialog("wang", "amount"),)))

    await storage.store.commit(Change(at=NOW, dialogs=(asked,)))
    assert await storage.store.dialog("wang") == asked

    await storage.store.commit(Change(at=NOW, dialogs=(Dialog("wang", None),)))
    assert await storage.store.dialog("wang") is None


async def test_numbers_of_a_day_are_each_given_once(storage: AnyStorage) -> None:
    day = NOW.date()

    given = await asyncio.gather(*(storage.store.next_number("BX", day) for _ in range(10)))

    assert sorted(given) == list(range(1, 11))
    assert await storage.store.next_number("CC", day) == 1
    assert await storage.store.next_number("BX", day + timedelta(days=1)) == 1


async def test_codes_for_a_card_that_is_not_known_yet_wait_for_it(storage: AnyStorage) -> None:
    await storage.store.commit(Change(at=NOW, codes=(CardCode("c1", "early"),)))

    assert await storage.store.card("c1") is None


async def test_an_audit_line_without_a_source_is_refused(storage: AnyStorage) -> None:
    with pytest.raises(ValueError, match="source"):
        await storage.store.commit(Change(at=NOW, claims=(claim(),), audit=(note(source=""),)))

    assert await storage.store.claim("BX-20261125-0001") is None


async def test_the_audit_trail_keeps_order_and_facts(storage: AnyStorage) -> None:
    lines = [note(f"step {i}", source=f"m{i}") for i in range(5)]
    await storage.store.commit(Change(at=NOW, audit=tuple(lines[:3])))
    await storage.store.commit(Change(at=NOW, audit=tuple(lines[3:])))

    first = await storage.store.audit(Page(limit=4))
    rest = await storage.store.audit(Page(first.next))

    found = (*first.items, *rest.items)
    assert [(r.seq, r.action, r.source, r.fields) for r in found] == [
        (i + 1, line.action, line.source, line.fields) for i, line in enumerate(lines)
    ]
    assert len({r.hash for r in found}) == 5
    assert await storage.store.verify_audit() is None


async def test_a_cancelled_waiter_leaves_its_batch_alone(storage: AnyStorage) -> None:
    await apply(storage, company_with(sales="1000.00"))
    waiting = [
        asyncio.create_task(storage.store.commit(submission(i, "sales", 100))) for i in range(9)
    ]

    await asyncio.sleep(0)
    waiting[4].cancel()
    answers = await asyncio.gather(*waiting, return_exceptions=True)

    assert [a for i, a in enumerate(answers) if i != 4] == [None] * 8
    reserved, _ = await figures(storage)
    assert reserved == 100 * len((await storage.store.claims(ClaimQuery(), ANY)).items)


async def test_release_of_a_hold_that_never_was_is_refused(storage: AnyStorage) -> None:
    for move in (Release("BX-1/1"), Consume("BX-1/1")):
        with pytest.raises(ChitError, match="hold_ended"):
            await storage.store.commit(Change(at=NOW, moves=(move,)))


async def test_the_history_of_one_thing_is_its_latest_lines(storage: AnyStorage) -> None:
    for i, action in enumerate(("enter", "submit", "approve", "pay")):
        lines = (note(action, source=f"m{i}"), note(action, "BX-20261125-0002", f"o{i}"))
        await storage.store.commit(Change(at=NOW + timedelta(minutes=i), audit=lines))

    found = await storage.store.history("BX-20261125-0001", 3)

    assert [r.action for r in found] == ["submit", "approve", "pay"]
    assert [r.source for r in found] == ["m1", "m2", "m3"]
    assert found[0].at == NOW + timedelta(minutes=1)
    assert await storage.store.history("BX-0", 3) == ()
