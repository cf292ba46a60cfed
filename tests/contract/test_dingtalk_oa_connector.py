"""DingTalk's own approvals against a strict stand-in: each outcome under each fault."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.dingtalk_oa.adapter import DingTalkOa
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable, Unsupported
from core.outside import Attachment, Form, Todo
from sandbox.oa.dingtalk import DingTalkApprovals
from sandbox.oa.faults import Misdeed
from tests.contract.dingtalk_oa_stage import LINK, Place, place, port
from tests.contract.messenger_stage import FAULTS

__all__ = ["place", "port"]

FORM = Form(
    subject="BX-20261125-0007 张三的报销",
    initiator="staff-zhang",
    fields={
        "单号": "BX-20261125-0007",
        "金额": Decimal("300.50"),
        "事由": "去客户现场",
        "预算余额": None,
        "开始时间~结束时间": ["2026-11-24", "2026-11-25"],
    },
    details={
        "明细": (
            {"费用类型": "打车", "日期": "2026-11-24", "金额": "200.00", "说明": None},
            {"费用类型": "餐费", "日期": "2026-11-25", "金额": "100.50", "说明": "客户"},
        )
    },
    files=(Attachment("发票.pdf", "ab" * 32, b"%PDF-1.7 bytes", "附件", LINK),),
)
Act = Callable[[DingTalkApprovals, str], Awaitable[None]]


async def test_a_process_begins_as_its_applicant_with_every_component_as_text(
    place: Place, port: DingTalkOa
) -> None:
    ref = await port.start(FORM, "BX-20261125-0007/1#0")

    made = place.there.one()
    assert (ref.id, made.originator) == (made.id, "staff-zhang")
    assert made.values["金额"] == "300.50"
    assert "预算余额" not in made.values
    assert json.loads(made.values['["开始时间","结束时间"]']) == ["2026-11-24", "2026-11-25"]
    assert made.values["附件"] == f"发票.pdf\n{LINK}"
    rows = json.loads(made.values["明细"])
    assert rows[0] == [
        {"name": "费用类型", "value": "打车"},
        {"name": "日期", "value": "2026-11-24"},
        {"name": "金额", "value": "200.00"},
    ]


async def test_a_mapping_may_name_who_decides(place: Place, port: DingTalkOa) -> None:
    chosen = {"$approvers": "staff-li,staff-wang|staff-li", "$cc": ["staff-zhang"]}

    await port.start(replace(FORM, fields={**FORM.fields, **chosen}), "k")

    assert place.there.one().approvers == ("staff-li", "staff-wang", "staff-li")


async def test_files_may_lie_in_dingtalks_own_space(place: Place) -> None:
    port = place.port(files_in="space")
    files = (
        Attachment("发票?.pdf", "ab" * 32, b"%PDF-1.7 bytes", "原件", LINK),
        Attachment("行程单.ofd", "cd" * 32, b"PK bytes", "原件", LINK),
    )

    place.there.faults.add("cut_off_after", "files/commit")
    with pytest.raises(Retryable):
        await port.start(replace(FORM, files=files), "k")
    await port.start(replace(FORM, files=files), "k")

    await port.close()
    assert place.there.violations == []
    stored = json.loads(place.there.one().values["原件"])
    assert [f["fileName"] for f in stored] == ["发票_.pdf", "行程单.ofd"]
    kept = [place.there.space.files[f["fileId"]][1] for f in stored]
    assert kept == [b"%PDF-1.7 bytes", b"PK bytes"]


async def test_bytes_go_to_dingtalks_own_storage_only(place: Place) -> None:
    port = place.port(files_in="space")
    place.there.space.elsewhere = "https://evil.example"
    file = Attachment("发票.pdf", "ab" * 32, b"%PDF-1.7 bytes", "原件", LINK)

    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, files=(file,)), "k")

    await port.close()
    assert refused.value.code == "not_dingtalks_host"
    assert place.there.processes == {}


async def _deleted(oa: DingTalkApprovals, process: str) -> None:
    oa.delete(process)


OUTCOMES: dict[str, tuple[Act, str]] = {
    "waiting": (lambda oa, p: oa.pass_on(p, "staff-li", "staff-wang", "请王总看"), "waiting"),
    "approved": (lambda oa, p: oa.agree(p, "staff-li", "同意"), "approved"),
    "rejected": (lambda oa, p: oa.refuse(p, "staff-li", "超标"), "rejected"),
    "withdrawn": (lambda oa, p: oa.take_back(p), "withdrawn"),
    "deleted": (_deleted, "void"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_outcomes_and_faults(
    place: Place, port: DingTalkOa, outcome: str, fault: str
) -> None:
    act, status = OUTCOMES[outcome]
    ref = await port.start(FORM, "k")
    await act(place.there, ref.id)
    misdeed = FAULTS[fault]
    if misdeed:
        place.there.faults.add(misdeed, "processInstances")

    found = None
    for _ in range(2):
        try:
            found = await port.query(ref)
            break
        except Retryable:
            continue

    assert found is not None
    assert found.status == status
    assert len(place.tokens) == (2 if fault == "token" else 1)


async def test_what_people_said_comes_with_their_names(place: Place, port: DingTalkOa) -> None:
    ref = await port.start(FORM, "k")
    await place.there.pass_on(ref.id, "staff-li", "staff-wang", "请王总看")
    state = await port.query(ref)
    assert state.node == "王总"

    await place.there.refuse(ref.id, "staff-wang", "超标")
    later = await port.query(ref)

    said = [(c.by, c.text, c.verdict) for c in later.comments]
    assert said == [("李经理", "请王总看", "AGREE"), ("王总", "超标", "REFUSE")]
    assert later.version > state.version


async def test_completed_without_an_agreement_is_never_approved(
    place: Place, port: DingTalkOa
) -> None:
    ref = await port.start(FORM, "k")
    made = place.there.one()
    made.status, made.result = "COMPLETED", ""

    with pytest.raises(Rejected) as refused:
        await port.query(ref)

    assert refused.value.code == "unknown_state"


@pytest.mark.parametrize(
    "misdeed",
    ["fault_before", "fault_after", "silence_after", "cut_off_after", "login_page_after"],
)
async def test_a_lost_answer_to_a_new_process_is_unknown_and_cannot_be_found(
    place: Place, port: DingTalkOa, misdeed: Misdeed
) -> None:
    place.there.faults.add(misdeed, "processInstances")

    with pytest.raises(ResultUnknown):
        await port.start(FORM, "k")
    with pytest.raises(Unsupported):
        await port.find("k")

    assert len(place.there.processes) == (0 if misdeed == "fault_before" else 1)


async def test_many_calls_share_the_token_and_renew_it_once(place: Place, port: DingTalkOa) -> None:
    ref = await port.start(FORM, "k")
    place.there.expire()

    await asyncio.gather(*(port.query(ref) for _ in range(20)))

    assert len(place.tokens) == 2


async def test_a_form_that_dingtalk_does_not_know_is_refused_with_its_words(place: Place) -> None:
    port = place.port()

    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, fields={**FORM.fields, "没有": "1"}), "k")

    await port.close()
    assert (refused.value.code, refused.value.fields["text"]) == ("illegalComponent", "没有")
    assert place.there.processes == {}


async def test_a_process_wants_an_applicant(port: DingTalkOa) -> None:
    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, initiator=""), "k")

    assert refused.value.code == "mapping"


async def test_withdrawing_here_terminates_there_once(place: Place, port: DingTalkOa) -> None:
    ref = await port.start(FORM, "k")

    await port.cancel(ref, "本人撤回")
    await port.cancel(ref, "本人撤回")

    assert place.there.one().status == "TERMINATED"


async def test_a_young_process_is_left_until_it_may_be_terminated(place: Place) -> None:
    port = place.port(too_early_s=15)
    ref = await port.start(FORM, "k")

    with pytest.raises(Retryable) as waits:
        await port.cancel(ref, "本人撤回")

    await port.close()
    assert 10 < (waits.value.retry_after_s or 0) <= 15
    assert place.there.one().status == "RUNNING"
    assert place.there.violations == []


async def test_what_is_over_there_needs_no_withdrawal(place: Place, port: DingTalkOa) -> None:
    ref = await port.start(FORM, "k")
    await place.there.agree(ref.id)

    await port.cancel(ref, "本人撤回")

    assert place.there.one().status == "COMPLETED"


async def test_a_to_do_comes_and_goes_once(place: Place, port: DingTalkOa) -> None:
    todo = Todo("BX-20261125-0007/1#0:li", "staff-li", "张三的报销", LINK, "staff-zhang")

    await port.put(todo)
    await port.put(todo)
    (shown,) = place.there.todos.values()
    assert (shown["executorIds"], shown["creatorId"]) == (["union-staff-li"], "union-staff-zhang")
    assert (shown["sourceId"], shown["done"]) == (todo.key, False)

    await port.done(todo)
    await port.done(todo)
    assert shown["done"] is True


async def test_nobody_of_the_organisation_gets_no_to_do(port: DingTalkOa) -> None:
    with pytest.raises(Rejected) as refused:
        await port.put(Todo("k", "nobody", "张三的报销", LINK))

    assert refused.value.code == "no_such_person"


async def test_without_the_application_nothing_is_sent(place: Place) -> None:
    place.shared.clear()
    port = place.port()

    with pytest.raises(AuthFailed):
        await port.start(FORM, "k")

    await port.close()


async def test_the_journal_keeps_calls_without_tokens(place: Place, port: DingTalkOa) -> None:
    ref = await port.start(FORM, "k")
    await place.there.agree(ref.id, "staff-li", "同意")
    await port.query(ref)

    noted = [f"{e.request}\n{e.response}" for e in place.journal.rows]
    assert [e.call for e in place.journal.rows] == ["startProcess", "getProcess", "getUser"]
    assert all(place.tokens[0] not in text for text in noted)


async def test_a_request_counts_once_it_is_approved(place: Place, port: DingTalkOa) -> None:
    values = {
        "事由": "去上海见客户",
        "预计费用": "3,200.50",
        '["开始时间","结束时间"]': '["2026-12-01","2026-12-03"]',
    }
    process = await place.there.request("PROC-TRIP", "staff-zhang", values)

    assert await port.approved([process, "PROC-OTHER"]) is None
    assert await port.approved([process, "PROC-TRIP"]) is None
    await place.there.agree(process, "staff-li")
    found = await port.approved([process, "PROC-TRIP"])

    assert found is not None
    paper, kind = found
    assert (paper.person, paper.amount_fen, kind) == ("staff-zhang", 320050, "travel_request")
    assert (paper.title, str(paper.day)) == ("去上海见客户 2026-12-01–2026-12-03", "2026-12-01")


async def test_requests_whose_events_were_missed_are_listed(place: Place, port: DingTalkOa) -> None:
    made = [await place.there.request("PROC-TRIP", "staff-zhang", {}) for _ in range(45)]
    await place.there.request("PROC-OTHER", "staff-zhang", {})
    for process in made[1:]:
        await place.there.agree(process)

    listed = await port.lately()

    assert listed == [(process, "PROC-TRIP") for process in made[1:]]


async def test_a_request_without_a_readable_amount_is_left_to_people(
    place: Place, port: DingTalkOa
) -> None:
    process = await place.there.request("PROC-TRIP", "staff-zhang", {"预计费用": "三千"})
    await place.there.agree(process)

    with pytest.raises(Rejected) as refused:
        await port.approved([process, "PROC-TRIP"])

    assert refused.value.code == "unreadable_amount"
