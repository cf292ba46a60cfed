"""泛微 against a strict stand-in: each outcome under each fault, and no call breaks a rule."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import pytest

from connectors.weaver.adapter import Weaver
from connectors.weaver.wire import Registered
from core.errors import AuthFailed, OutsideError, Rejected, ResultUnknown, Retryable, Unsupported
from core.outside import Ref, Todo
from sandbox.oa.faults import Misdeed
from sandbox.oa.weaver import WeaverStandIn
from tests.contract.connector_stage import FORM, kit_of, serving
from tests.fakes.links import MemoryFacts, MemoryJournal

TIMEOUT_S = 0.5
Act = Callable[[WeaverStandIn, str], None]


@dataclass(slots=True)
class Place:
    there: WeaverStandIn
    url: str
    memory: MemoryFacts
    journal: MemoryJournal

    def port(self, registered: Registered | None = None, app_id: str = "chit") -> Weaver:
        return Weaver(
            "weaver",
            kit_of(self.memory, self.journal),
            base_url=self.url,
            app_id=app_id,
            user_id="1",
            workflow_id="194",
            registered=registered,
            syscode="chit",
            rate=200,
            timeout_s=TIMEOUT_S,
        )


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    there = WeaverStandIn()
    async with serving(there.routes()) as url:
        yield Place(there, url, MemoryFacts(), MemoryJournal())


@pytest.fixture
async def port(place: Place) -> AsyncIterator[Weaver]:
    """An OA that has known the application for long."""
    made = place.port(Registered(*place.there.know()))
    yield made
    await made.close()
    assert place.there.violations == []


@pytest.fixture
async def stranger(place: Place) -> AsyncIterator[Weaver]:
    """An OA that the application has to be registered at."""
    made = place.port()
    yield made
    await made.close()
    assert place.there.violations == []


@pytest.mark.parametrize("outcome", ["waiting", "approved", "returned", "deleted"])
async def test_newer_answers_write_their_code_as_an_object(
    place: Place, port: Weaver, outcome: str
) -> None:
    place.there.shape = "object"
    ref = await port.start(FORM, "k")
    act, status = OUTCOMES[outcome]
    act(place.there, ref.id)

    assert (await port.query(ref)).status == status


async def test_a_process_begins_as_its_initiator_with_every_field_and_file(
    place: Place, port: Weaver
) -> None:
    ref = await port.start(FORM, "BX-20261125-0007/1#0")

    made = place.there.one()
    assert (ref.id, ref.number, made.creator) == (made.id, made.id, "101")
    assert ref.link.endswith(f"requestid={made.id}")
    assert made.main["je"] == "300.50"
    assert made.main["fj"][0]["fileName"] == "发票.pdf"  # type: ignore[index]
    sent = made.main["fj"][0]["filePath"].removeprefix("base64:")  # type: ignore[index]
    assert base64.b64decode(sent) == b"%PDF-1.7 bytes"
    rows = made.details["formtable_main_194_dt1"]
    assert [row["je"] for row in rows] == ["200.00", "100.50"]
    assert rows[1]["bz"] == ""


OUTCOMES: dict[str, tuple[Act, str]] = {
    "waiting": (lambda oa, r: oa.pass_on(r, remark="请财务看"), "waiting"),
    "approved": (lambda oa, r: oa.approve(r, remark="同意"), "approved"),
    "rejected": (lambda oa, r: oa.end_with_no(r, remark="超标"), "rejected"),
    "returned": (lambda oa, r: oa.send_back(r, remark="请补发票"), "returned"),
    "withdrawn": (lambda oa, r: oa.take_back(r), "withdrawn"),
    "deleted": (lambda oa, r: oa.delete(r), "void"),
    "forced": (lambda oa, r: oa.force_over(r), "void"),
}
FAULTS: dict[str, Misdeed | None] = {
    "none": None,
    "token": "expired_token",
    "busy": "busy",
    "5xx": "fault_before",
    "5xx after": "fault_after",
    "silence": "silence_before",
    "silence after": "silence_after",
    "cut off": "cut_off_after",
    "login page": "login_page",
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_outcomes_and_faults(place: Place, port: Weaver, outcome: str, fault: str) -> None:
    act, status = OUTCOMES[outcome]
    ref = await port.start(FORM, "k")
    act(place.there, ref.id)
    misdeed = FAULTS[fault]
    if misdeed:
        place.there.faults.add(misdeed, "getRequestStatus")

    found = None
    for _ in range(3):
        try:
            found = await port.query(ref)
            break
        except (Retryable, ResultUnknown):
            continue

    assert found is not None
    assert found.status == status
    assert place.there.tokens_given == (2 if fault == "token" else 1)


async def test_opinions_are_kept_without_their_markup(place: Place, port: Weaver) -> None:
    ref = await port.start(FORM, "k")
    place.there.pass_on(ref.id, "王总", "先看预算")
    place.there.send_back(ref.id, "李经理", "请补发票")

    state = await port.query(ref)

    assert [(c.by, c.text, c.verdict) for c in state.comments] == [
        ("王总", "先看预算", "批准"),
        ("李经理", "请补发票", "退回"),
    ]
    assert state.version == 3


async def test_a_process_that_has_only_begun_is_not_returned(place: Place, port: Weaver) -> None:
    ref = await port.start(FORM, "k")
    made = place.there.one()
    made.node, made.node_name, made.status = "0", "创建", "创建"

    assert (await port.query(ref)).status == "waiting"


Lost = Literal["fault_before", "fault_after", "silence_after", "cut_off_after", "login_page_after"]


@pytest.mark.parametrize(
    "misdeed",
    ["fault_before", "fault_after", "silence_after", "cut_off_after", "login_page_after"],
)
async def test_a_lost_answer_to_a_new_process_is_unknown_and_cannot_be_found(
    place: Place, port: Weaver, misdeed: Misdeed
) -> None:
    place.there.faults.add(misdeed, "doCreateRequest")

    with pytest.raises(ResultUnknown):
        await port.start(FORM, "k")
    with pytest.raises(Unsupported):
        await port.find("k")

    assert len(place.there.requests) == (0 if misdeed == "fault_before" else 1)


async def test_a_token_that_ran_out_costs_one_more_call_and_no_second_process(
    place: Place, port: Weaver
) -> None:
    await port.start(FORM, "k")
    place.there.expire_tokens()

    await port.start(replace(FORM, subject="second"), "k2")

    assert len(place.there.requests) == 2
    assert place.there.tokens_given == 2


async def test_many_calls_fetch_one_token_and_register_once(place: Place, stranger: Weaver) -> None:
    ref = await stranger.start(FORM, "k")
    place.there.expire_tokens()

    await asyncio.gather(*(stranger.query(ref) for _ in range(20)))

    assert (place.there.registrations, place.there.tokens_given) == (1, 2)


async def test_a_restart_does_not_register_again(place: Place, stranger: Weaver) -> None:
    ref = await stranger.start(FORM, "k")
    second = place.port()

    assert (await second.query(ref)).status == "waiting"

    await second.close()
    assert place.there.registrations == 1


async def test_keys_of_the_settings_are_used_instead_of_registering(
    place: Place, stranger: Weaver
) -> None:
    await stranger.start(FORM, "k")
    known = Registered(place.memory.facts["weaver", "secret"], place.memory.facts["weaver", "spk"])
    place.memory.facts.clear()
    second = place.port(known)

    await second.start(FORM, "k2")

    await second.close()
    assert place.there.registrations == 1


async def test_a_form_that_the_oa_does_not_know_is_refused_with_its_words(place: Place) -> None:
    port = place.port()

    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, fields={**FORM.fields, "xx": "1"}), "k")

    await port.close()
    assert "xx" in str(refused.value.fields["text"])
    assert place.there.requests == {}


async def test_an_unknown_person_of_the_oa_is_refused(place: Place, port: Weaver) -> None:
    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, initiator="999"), "k")

    assert "账号" in str(refused.value.fields["text"])


async def test_a_wrong_application_needs_a_person_and_no_secret_is_told(place: Place) -> None:
    port = place.port(app_id="nobody")

    with pytest.raises(AuthFailed) as failed:
        await port.start(FORM, "k")

    await port.close()
    assert "secret" not in str(failed.value)


async def test_withdrawing_here_withdraws_there(place: Place, port: Weaver) -> None:
    ref = await port.start(FORM, "k")

    await port.cancel(ref, "本人撤回")
    await port.cancel(ref, "本人撤回")

    assert (place.there.one().node, place.there.one().status) == ("0", "撤回")


async def test_what_is_over_there_needs_no_withdrawal(place: Place, port: Weaver) -> None:
    ref = await port.start(FORM, "k")
    place.there.approve(ref.id)

    await port.cancel(ref, "本人撤回")

    assert place.there.one().node == "3"


async def test_a_to_do_comes_and_goes_once(place: Place, port: Weaver) -> None:
    at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    todo = Todo("BX-20261125-0007/1", "101", "张三的报销", "https://chit/app/x", "102", at)

    await port.put(todo)
    await port.put(todo)
    assert [t["isremark"] for t in place.there.todos.values()] == ["0"]
    assert [t["createdatetime"] for t in place.there.todos.values()] == ["2026-11-25 14:00:00"]

    await port.done(todo)
    assert [t["isremark"] for t in place.there.todos.values()] == ["4"]


async def test_the_journal_keeps_calls_without_secrets_or_files(
    place: Place, stranger: Weaver
) -> None:
    await stranger.start(FORM, "k")

    noted = [f"{e.request}\n{e.response}" for e in place.journal.rows]
    secret, spk = place.memory.facts["weaver", "secret"], place.memory.facts["weaver", "spk"]
    assert [e.call for e in place.journal.rows] == ["regist", "applytoken", "doCreateRequest"]
    assert "BX-20261125-0007" in noted[-1]
    for text in noted:
        assert secret not in text
        assert spk not in text
        assert base64.b64encode(b"%PDF-1.7 bytes").decode() not in text
    assert json.loads(place.journal.rows[0].response)["secrit"] == "***"


@pytest.mark.parametrize("misdeed", ["busy", "silence_before", "login_page"])
async def test_a_registration_that_is_not_answered_is_tried_again(
    place: Place, misdeed: Misdeed
) -> None:
    place.there.faults.add(misdeed, "regist")
    port = place.port()

    with pytest.raises(OutsideError):
        await port.start(FORM, "k")
    ref: Ref = await port.start(FORM, "k")

    await port.close()
    assert ref.id in place.there.requests


async def test_somebody_is_let_in_by_their_login_name(place: Place, port: Weaver) -> None:
    ref = await port.start(FORM, "BX-20261125-0007/1#0")

    address = await port.link("zhangsan", f"form:{ref.id}", 300)

    (token,) = place.there.let_in
    assert f"index.html?ssoToken={token}#/main/workflow/req?requestid={ref.id}" in address
    assert all(token not in e.response for e in place.journal.rows)


@pytest.mark.parametrize("fault", ["silence_before", "cut_off_after", "login_page", "fault_after"])
async def test_a_way_in_that_is_not_answered_may_be_asked_for_again(
    place: Place, port: Weaver, fault: Misdeed
) -> None:
    place.there.faults.add(fault, "ssologin")

    with pytest.raises(Retryable):
        await port.link("zhangsan", "form:1", 300)


@pytest.mark.parametrize(
    ("login", "target", "code"),
    [("nobody", "form:1", "not_let_in"), ("zhangsan", "home", "no_such_page")],
)
async def test_strangers_and_strange_pages_are_refused(
    port: Weaver, login: str, target: str, code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        await port.link(login, target, 300)

    assert refused.value.code == code
