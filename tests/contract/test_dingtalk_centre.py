"""Our own approvals in DingTalk's centre of approvals, against a strict stand-in."""

import pytest

from bot.jobs.calls.centre import AMOUNT, NUMBER, WHAT
from connectors.dingtalk_oa.adapter import DingTalkOa
from core.centre import Shown, Verdict
from core.errors import Rejected, ResultUnknown, Retryable
from sandbox.oa.faults import Misdeed
from tests.contract.dingtalk_oa_stage import LINK, Place, place, port

SHOWN = Shown(
    "staff-zhang",
    "张三的报销",
    LINK,
    ((NUMBER, "BX-20261125-0007"), (AMOUNT, "¥300.50"), (WHAT, "打车；客户")),
)
__all__ = ["place", "port"]


async def test_a_submission_stands_in_the_lists_until_everybody_has_spoken(
    place: Place,
    port: DingTalkOa,
) -> None:
    centre = place.there.centre
    ref = await port.show(SHOWN)
    tasks = await port.ask(ref, "0", ["staff-li", "staff-wang"], LINK)

    made = centre.one()
    assert (made.id, made.originator, made.title) == (ref.id, "staff-zhang", "张三的报销")
    assert list(made.values.values()) == ["BX-20261125-0007", "¥300.50", "打车；客户"]
    assert [t.url for t in centre.waits_for("staff-wang")] == [LINK]

    await port.settle(ref, {tasks["staff-li"]: "agree", tasks["staff-wang"]: "cancel"})
    await port.end(ref, "agree")
    assert [t.end for t in centre.tasks] == ["AGREE", "CANCELED"]
    assert (made.status, made.result) == ("COMPLETED", "agree")


@pytest.mark.parametrize(
    ("verdict", "end"),
    [("refuse", ("COMPLETED", "refuse")), ("cancel", ("TERMINATED", "refuse"))],
)
async def test_a_submission_ends_as_it_ended_here(
    place: Place,
    port: DingTalkOa,
    verdict: Verdict,
    end: tuple[str, str],
) -> None:
    ref = await port.show(SHOWN)

    await port.end(ref, verdict)
    await port.end(ref, verdict)

    made = place.there.centre.one()
    assert (made.status, made.result) == end


async def test_the_template_is_made_once_and_found_again_by_its_name(
    place: Place,
    port: DingTalkOa,
) -> None:
    place.there.faults.add("cut_off_after", "schemas")
    with pytest.raises(Retryable):
        await port.show(SHOWN)
    first = await port.show(SHOWN)
    place.memory.facts.clear()
    second = await port.show(SHOWN)

    centre = place.there.centre
    assert list(centre.templates) == ["小票审批"]
    assert first.id != second.id


@pytest.mark.parametrize("misdeed", ["fault_before", "fault_after", "silence_after", "login_page"])
async def test_a_lost_answer_shows_nothing_twice_by_itself(
    place: Place,
    port: DingTalkOa,
    misdeed: Misdeed,
) -> None:
    await port.show(SHOWN)
    shown = len(place.there.centre.processes)
    place.there.faults.add(misdeed, "instances")

    with pytest.raises(ResultUnknown):
        await port.show(SHOWN)

    assert len(place.there.centre.processes) - shown == (
        1 if misdeed in {"fault_after", "silence_after"} else 0
    )


@pytest.mark.parametrize("misdeed", ["fault_before", "fault_after", "cut_off_after", "busy"])
async def test_whom_a_lost_answer_asked_is_found(
    place: Place,
    port: DingTalkOa,
    misdeed: Misdeed,
) -> None:
    ref = await port.show(SHOWN)
    place.there.faults.add(misdeed, "processCentres/tasks")

    with pytest.raises(Retryable):
        await port.ask(ref, "0", ["staff-li"], LINK)

    there = await port.task_of(ref, "0", "staff-li")
    assert bool(there) is (misdeed in {"fault_after", "cut_off_after"})
    assert await port.task_of(ref, "1", "staff-li") == ""


async def test_somebody_whom_dingtalk_does_not_know_is_refused_with_its_words(
    place: Place,
) -> None:
    port = place.port()
    nobody = Shown("nobody", "x", LINK, ())

    with pytest.raises(Rejected) as refused:
        await port.show(nobody)

    await port.close()
    assert (refused.value.code, refused.value.fields["text"]) == ("userNotExist", "用户不存在")
