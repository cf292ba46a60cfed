"""Steps that another system decides: begun once, heard in order, cancelled, never made twice."""

import asyncio
from dataclasses import replace

import pytest

from bot.events import SystemHinted, SystemReported, to_json
from bot.handlers.reconciling import Sides
from bot.jobs.asking import Asking
from bot.jobs.outside import PARALLEL
from bot.jobs.reconcile import PAGE
from core.actions.basics import outgoing
from core.change import Change
from core.claim import State, StoredFile
from core.errors import AuthFailed, OutsideError, Rejected, ResultUnknown, Retryable
from core.notices import CallSystem, Say
from core.outside import ApprovalState, Ref
from tests.fakes.oa import FakeOa
from tests.unit.core.core_house import NUMBER, claim_of
from tests.unit.jobs.outside_stage import FILE, ONE_STEP, START, ZONE, Place


async def test_reaching_the_step_begins_the_process_once_with_files_and_budget() -> None:
    place = Place()
    await place.submit()

    await place.settle()
    await place.settle()

    (form,) = place.oa.forms
    assert (form.subject, form.initiator) == (NUMBER, "zhang")
    assert form.fields == {"je": "45.00", "ys": "99955.00"}
    assert [(f.name, f.data, f.slot) for f in form.files] == [("发票.pdf", FILE, "fj")]
    assert place.oa.started == {"1001": f"{NUMBER}/1#0"}
    (link,) = await place.links()
    assert (link.state, link.ref and link.ref.id) == ("open", "1001")
    assert (link.stamp.version, len(link.stamp.hash)) == (1, 16)
    claim = await place.claim()
    assert claim.plan is not None
    assert (claim.plan.steps[0].process, claim.plan.steps[0].process_link) == (
        "OA-1001",
        "https://oa/1001",
    )


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        ("approved", State.APPROVED, "approved"),
        ("rejected", State.REJECTED, "rejected"),
        ("returned", State.RETURNED, "returned"),
        ("withdrawn", State.WITHDRAWN, "withdrawn_outside"),
        ("void", State.VOID, "voided_outside"),
    ],
)
async def test_the_result_reaches_the_claim(status: str, state: State, code: str) -> None:
    place = Place()
    await place.submit()
    await place.settle()
    place.say(status, "看过了")

    await place.poller.poll()
    await place.settle()

    claim = await place.claim()
    assert claim.state is state
    assert code in place.told()
    assert place.oa.cancelled == []
    held = await place.storage.store.balances(["sales-q4"])
    assert held[0].reserved_fen == 0
    if status in {"approved", "rejected", "returned"}:
        assert claim.plan is not None
        (said,) = claim.plan.steps[0].decisions
        assert (said.approver, said.reason) == ("system:oa", "李经理：看过了")


async def test_an_agreement_moves_on_to_people_and_people_lead_to_the_system() -> None:
    place = Place(ONE_STEP, "{name: 财务, approvers: ['role:finance']}")
    await place.submit()
    await place.settle()
    place.say("approved")

    await place.poller.poll()
    await place.settle()

    claim = await place.claim()
    assert claim.state is State.IN_REVIEW
    assert claim.plan is not None
    assert claim.plan.waiting() == ("fin1", "fin2")


async def test_what_an_oa_turns_down_after_its_approval_is_heard_by_the_comparison() -> None:
    place = Place()
    await place.submit()
    await place.settle()
    place.say("approved")
    await place.poller.poll()
    await place.settle()
    place.say("void")
    store, links = place.storage.store, place.storage.links

    known = await Sides(store, links, ZONE).reconcile(START.date())
    asked = await Sides(store, links, ZONE, Asking({"oa": place.outlet})).reconcile(START.date())
    after = await Sides(store, links, ZONE).reconcile(START.date())

    assert known.claims[0].oa == (("oa", "approved"),)
    for found in (asked, after):
        assert found.claims[0].oa == (("oa", "void"),)
        assert "oa_against" in found.claims[0].differences
    assert (await place.claim()).state is State.APPROVED


async def test_an_oa_that_is_away_is_asked_once_and_what_it_said_last_counts() -> None:
    place = Place()
    await place.submit()
    await place.settle()
    place.say("approved")
    await place.poller.poll()
    await place.settle()
    place.oa.refused = [Retryable("unreachable")] * 2
    asking = Asking({"oa": place.outlet})
    (link,) = await place.links()

    assert await asking.anew(link) == await asking.anew(link) == link
    assert len(place.oa.refused) == 1


async def test_what_is_still_under_way_changes_nothing_and_is_told_once() -> None:
    place = Place()
    await place.submit()
    await place.settle()

    for _ in range(3):
        await place.poller.poll()
        await place.settle()

    assert (await place.claim()).state is State.IN_REVIEW
    assert (await place.links())[0].reports == 1


async def test_every_open_process_is_asked_about_also_beside_those_that_cannot_be() -> None:
    class Deaf(FakeOa):
        async def query(self, ref: Ref) -> ApprovalState:
            if ref.id.startswith("deaf"):
                raise Retryable("busy")
            return await super().query(ref)

    place = Place(oa=Deaf())
    await place.submit()
    await place.settle()
    ours = (await place.links())[0]
    for number in range(PAGE * 2):
        key, ref = f"A{number:04}", Ref("oa", "process", f"deaf-{number}")
        await place.storage.links.begin(replace(ours, key=key, ref=ref, subject=key))
    place.say("approved")

    assert await place.poller.poll() == PAGE * 2 + 1
    await place.settle()

    assert (await place.claim()).state is State.APPROVED


async def test_a_repeated_or_older_word_is_ignored() -> None:
    place = Place()
    await place.submit()
    await place.settle()
    place.say("waiting", version=5)
    await place.poller.poll()
    place.say("returned", version=3)
    await place.poller.poll()
    await place.settle()
    assert (await place.claim()).state is State.IN_REVIEW

    place.say("approved", version=6)
    await place.poller.poll()
    await place.settle()
    place.say("rejected", version=7)
    assert await place.poller.poll() == 0
    late = SystemReported("oa", f"{NUMBER}/1#0", NUMBER, ApprovalState("rejected"))
    await place.storage.inbox.put("late", "x", to_json(late), place.now)
    await place.settle()

    assert (await place.claim()).state is State.APPROVED


async def test_withdrawing_here_cancels_there() -> None:
    place = Place()
    await place.submit()
    await place.settle()

    await place.withdraw()
    await place.settle()

    assert place.oa.cancelled == ["1001"]
    assert (await place.links())[0].state == "closed"
    place.say("approved")
    await place.poller.poll()
    await place.settle()
    assert (await place.claim()).state is State.WITHDRAWN


async def test_withdrawing_before_it_was_begun_begins_nothing() -> None:
    place = Place()
    await place.submit()
    await place.withdraw()

    await place.settle()

    assert place.oa.forms == []
    assert place.oa.cancelled == []


async def test_submitting_again_begins_a_new_process_and_the_old_one_counts_no_more() -> None:
    place = Place()
    await place.submit()
    await place.settle()
    place.say("returned", "补发票")
    await place.poller.poll()
    await place.settle()

    await place.submit()
    await place.settle()

    assert place.oa.started == {"1001": f"{NUMBER}/1#0", "1002": f"{NUMBER}/2#0"}
    old = SystemReported("oa", f"{NUMBER}/1#0", NUMBER, ApprovalState("approved"))
    await place.storage.inbox.put("old", "x", to_json(old), place.now)
    await place.settle()
    assert (await place.claim()).state is State.IN_REVIEW


@pytest.mark.parametrize("error", [Retryable("busy"), AuthFailed("token")])
async def test_what_was_not_done_is_tried_until_it_is(error: OutsideError) -> None:
    place = Place()
    place.oa.refused = [error] * 20
    await place.submit()

    for _ in range(21):
        await place.settle()
        place.later(601)

    assert len(place.oa.forms) == 1
    assert place.orders() == [("approval.start", "done")]


async def test_a_lost_answer_stops_for_a_person_and_makes_no_second() -> None:
    place = Place()
    place.oa.lost = [ResultUnknown("answer_lost")]
    await place.submit()

    for _ in range(5):
        await place.settle()
        place.later(3600)

    assert len(place.oa.forms) == 1
    assert place.orders() == [("approval.start", "dead")]
    assert (await place.links())[0].state == "unknown"
    assert place.told().count("system_unknown") == 1
    assert place.told().count("process_stuck") == 1
    assert (await place.claim()).state is State.IN_REVIEW


async def test_a_lost_answer_heals_where_our_key_is_known() -> None:
    place = Place(oa=FakeOa(finds=True))
    place.oa.lost = [ResultUnknown("answer_lost")]
    await place.submit()

    for _ in range(3):
        await place.settle()
        place.later(60)

    assert len(place.oa.forms) == 1
    assert (await place.links())[0].state == "open"
    assert place.told() == []


async def test_a_crash_between_mark_and_answer_is_a_lost_answer() -> None:
    place = Place()
    await place.submit()
    key = f"{NUMBER}/1#0"
    place.oa.refused = [Retryable("busy")]
    await place.settle()
    (link,) = await place.links()
    await place.storage.links.save(type(link)(**{**_fields(link), "state": "sending"}))
    place.later(60)

    await place.settle()

    assert place.oa.forms == []
    assert place.orders() == [("approval.start", "dead")]
    assert (await place.storage.links.find("oa", key)).state == "sending"  # type: ignore[union-attr]


def _fields(link: object) -> dict[str, object]:
    return {name: getattr(link, name) for name in type(link).__dataclass_fields__}  # type: ignore[attr-defined]


async def test_a_refusal_stops_and_tells_what_was_said() -> None:
    place = Place()
    place.oa.refused = [Rejected("param_error", text="字段 xx 不存在")]
    await place.submit()

    await place.settle()

    assert place.orders() == [("approval.start", "dead")]
    assert "system_refused" in place.told()
    assert (await place.links())[0].state == "new"


async def test_a_form_that_cannot_be_made_is_refused_before_anything_is_sent() -> None:
    place = Place()
    await place.submit(claim_of(files=(StoredFile("00" * 32, "gone.pdf"),)))

    await place.settle()

    assert place.oa.forms == []
    assert place.orders() == [("approval.start", "dead")]


async def test_a_hint_is_asked_about_before_it_counts() -> None:
    place = Place()
    await place.submit()
    await place.settle()
    forged = SystemHinted("oa", ("1001", "approved"), ApprovalState("approved"))
    await place.storage.inbox.put("hook:1", "hook:oa", to_json(forged), place.now)

    await place.settle()
    assert (await place.claim()).state is State.IN_REVIEW

    place.say("approved")
    hint = SystemHinted("oa", ("nobody", NUMBER))
    await place.storage.inbox.put("hook:2", "hook:oa", to_json(hint), place.now)
    await place.settle()
    assert (await place.claim()).state is State.APPROVED


async def test_where_nothing_can_be_asked_the_signed_word_counts() -> None:
    place = Place(oa=FakeOa(asks=False))
    await place.submit()
    await place.settle()
    signed = SystemHinted("oa", ("1001",), ApprovalState("returned", "补材料"))
    await place.storage.inbox.put("hook:1", "hook:oa", to_json(signed), place.now)

    await place.settle()

    assert place.oa.queries == 0
    assert (await place.claim()).state is State.RETURNED


async def test_a_hint_about_nothing_of_ours_asks_nothing() -> None:
    place = Place()
    await place.submit()
    await place.settle()
    hint = SystemHinted("oa", ("9999",))
    await place.storage.inbox.put("hook:1", "hook:oa", to_json(hint), place.now)

    await place.settle()

    assert place.oa.queries == 0


async def test_a_poll_and_a_callback_at_once_lose_nothing() -> None:
    place = Place()
    await place.submit()
    await place.settle()
    place.oa.hold = asyncio.Event()
    polling = asyncio.create_task(place.poller.poll())
    await asyncio.sleep(0)
    hint = SystemHinted("oa", ("1001",))
    await place.storage.inbox.put("hook:1", "hook:oa", to_json(hint), place.now)
    settling = asyncio.create_task(place.settle())
    await asyncio.sleep(0.01)

    place.say("approved")
    place.oa.hold.set()
    await asyncio.gather(polling, settling)
    await place.settle()

    assert (await place.claim()).state is State.APPROVED
    assert (await place.links())[0].state == "closed"
    assert place.oa.cancelled == []


async def test_only_one_replica_speaks_to_a_system() -> None:
    place = Place()
    await place.submit()
    other = type(place.deliverer)(
        place.outlet, place.storage.outbox, type(place.lead)(place.storage.leaders, place.outlet)
    )

    assert len(await place.deliverer.lease(10)) == 1
    place.later(16)
    assert await other.lease(10) == ()

    await place.lead.leave()
    other.lead._until = 0.0
    assert len(await other.lease(10)) == 1


async def test_calls_to_a_system_are_not_for_the_relay() -> None:
    place = Place()
    await place.submit()

    people = await place.storage.outbox.lease(10, place.now, 15)
    others = await place.storage.outbox.lease(10, place.now, 15, system="o")

    assert all(not item.lane.startswith("system:") for item in people)
    assert others == ()


async def test_a_slow_system_keeps_neither_another_nor_the_chat_waiting() -> None:
    place = Place()
    orders = [CallSystem("slow", "approval.query", f"BX-{n}", f"k{n}") for n in range(200)]
    told = [*orders, CallSystem("oa", "approval.query", NUMBER, "k"), Say("zhang", "approved")]
    change = Change(at=place.now, outbox=outgoing(place.by("zhang"), told))
    await place.storage.store.commit(change)

    in_hand = await place.storage.outbox.lease(PARALLEL, place.now, 60, system="slow")
    fast = await place.storage.outbox.lease(PARALLEL, place.now, 60, system="oa")
    chat = await place.storage.outbox.lease(PARALLEL, place.now, 60)

    assert len(in_hand) == PARALLEL
    assert [item.notice for item in (*fast, *chat)] == told[-2:]
