"""致远 against a strict stand-in: each outcome under each fault, and no call breaks a rule."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from aiohttp import web

from connectors.seeyon.adapter import Habits, Seeyon
from connectors.seeyon.client import Account
from core.errors import AuthFailed, OutsideError, Rejected, ResultUnknown, Retryable, Unsupported
from core.outside import Attachment, Form, Status, Todo
from sandbox.oa.faults import Misdeed
from sandbox.oa.seeyon import CancelShape, SeeyonStandIn, TokenShape
from tests.contract.connector_stage import kit_of, serving
from tests.fakes.links import MemoryJournal

TIMEOUT_S = 0.5
PASSWORD = "rest-pass"
Act = Callable[[SeeyonStandIn, str], None]
FORM = Form(
    subject="BX-20261125-0007 张三的报销",
    initiator="zhangsan",
    fields={
        "formmain_0019": {
            "单号": "BX-20261125-0007",
            "金额": Decimal("300.50"),
            "事由": "去客户现场",
            "预算余额": None,
        }
    },
    details={
        "formson_0020": (
            {"费用类型": "1", "金额": "200.00", "日期": "2026-11-24", "说明": "打车"},
            {"费用类型": "2", "金额": "100.50", "日期": "2026-11-25", "说明": None},
        )
    },
    files=(Attachment("发票.pdf", "ab" * 32, b"%PDF-1.7 bytes"),),
)


@dataclass(slots=True)
class Place:
    there: SeeyonStandIn
    url: str
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    def port(self, habits: Habits | None = None, password: str = PASSWORD) -> Seeyon:
        return Seeyon(
            "seeyon",
            kit_of(journal=self.journal),
            base_url=self.url,
            account=Account("rest", password),
            template_code="BX_001",
            login_name="boss",
            register_code="chit",
            habits=habits,
            rate=500,
            timeout_s=TIMEOUT_S,
        )


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    there = SeeyonStandIn()
    async with serving(there.routes()) as url:
        yield Place(there, url)


@pytest.fixture
async def port(place: Place) -> AsyncIterator[Seeyon]:
    made = place.port()
    yield made
    await made.close()
    assert place.there.violations == []


@pytest.mark.parametrize("shape", ["json", "text"])
async def test_a_process_begins_as_its_initiator_with_every_field_and_file(
    place: Place, port: Seeyon, shape: TokenShape
) -> None:
    place.there.tokens_as = shape

    ref = await port.start(FORM, "BX-20261125-0007/1#0")

    made = place.there.one()
    assert (ref.id, made.sender, made.subject) == (made.summary, "zhangsan", FORM.subject)
    assert made.main["金额"] == "300.50"
    assert made.main["预算余额"] == ""
    assert [row["金额"] for row in made.rows["formson_0020"]] == ["200.00", "100.50"]
    (number,) = made.attachments
    assert place.there.files[number] == ("发票.pdf", b"%PDF-1.7 bytes")


async def test_an_address_may_end_with_the_context_path(place: Place) -> None:
    place.url += "/seeyon/"
    port = place.port()

    ref = await port.start(FORM, "k")

    await port.close()
    assert ref.id in place.there.processes


OUTCOMES: dict[str, tuple[Act, Status]] = {
    "waiting": (lambda oa, r: None, "waiting"),
    "approved": (lambda oa, r: oa.finish(r), "approved"),
    "rejected": (lambda oa, r: oa.end(r), "rejected"),
    "returned": (lambda oa, r: oa.send_back(r), "returned"),
    "revoked": (lambda oa, r: oa.revoke(r), "withdrawn"),
    "taken back": (lambda oa, r: oa.take_back(r), "withdrawn"),
    "ended": (lambda oa, r: oa.end(r), "void"),
    "deleted": (lambda oa, r: oa.forget(r), "void"),
}
SITES: dict[str, dict[int, Status]] = {"rejected": {15: "rejected"}, "deleted": {2: "void"}}
"""What a site has settled otherwise."""
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
async def test_outcomes_and_faults(place: Place, outcome: str, fault: str) -> None:
    port = place.port(Habits(SITES.get(outcome, {})))
    act, status = OUTCOMES[outcome]
    ref = await port.start(FORM, "k")
    act(place.there, ref.id)
    misdeed = FAULTS[fault]
    if misdeed:
        place.there.faults.add(misdeed, "flow/state")

    found = None
    for _ in range(3):
        try:
            found = await port.query(ref)
            break
        except (Retryable, ResultUnknown):
            continue

    await port.close()
    assert found is not None
    assert found.status == status
    assert place.there.violations == []


async def test_a_state_that_nobody_knows_decides_nothing(place: Place, port: Seeyon) -> None:
    ref = await port.start(FORM, "k")
    place.there.one().state = 99

    state = await port.query(ref)

    assert (state.status, state.node) == ("waiting", "99")


@pytest.mark.parametrize(
    "misdeed",
    ["fault_before", "fault_after", "silence_after", "cut_off_after", "login_page_after"],
)
async def test_a_lost_answer_to_a_new_process_is_unknown_and_cannot_be_found(
    place: Place, port: Seeyon, misdeed: Misdeed
) -> None:
    place.there.faults.add(misdeed, "process/start")

    with pytest.raises(ResultUnknown):
        await port.start(FORM, "k")
    with pytest.raises(Unsupported):
        await port.find("k")

    assert len(place.there.processes) == (0 if misdeed == "fault_before" else 1)


@pytest.mark.parametrize("misdeed", ["busy", "silence_after", "login_page", "fault_after"])
@pytest.mark.parametrize("path", ["/token", "/attachment"])
async def test_what_comes_before_a_process_is_tried_again(
    place: Place, port: Seeyon, path: str, misdeed: Misdeed
) -> None:
    place.there.faults.add(misdeed, path)

    with pytest.raises(Retryable):
        await port.start(FORM, "k")
    await port.start(FORM, "k")

    assert len(place.there.processes) == 1


@pytest.mark.parametrize("path", ["attachment", "process/start"])
async def test_a_token_that_ran_out_costs_one_more_call_and_no_second_process(
    place: Place, port: Seeyon, path: str
) -> None:
    await port.start(FORM, "k")
    place.there.faults.add("expired_token", path)

    await port.start(replace(FORM, subject="second"), "k2")

    assert len(place.there.processes) == 2
    assert place.there.tokens_given == 2


async def test_many_calls_fetch_one_token_for_each_person(place: Place, port: Seeyon) -> None:
    ref = await port.start(FORM, "k")
    other = replace(FORM, initiator="lisi", files=())

    await asyncio.gather(*(port.query(ref) for _ in range(20)))
    await asyncio.gather(*(port.start(other, f"k{i}") for i in range(10)))

    assert place.there.tokens_given == 3
    assert [p.sender for p in place.there.processes.values()] == ["zhangsan", *["lisi"] * 10]


async def test_a_token_that_is_always_refused_needs_a_person(place: Place, port: Seeyon) -> None:
    ref = await port.start(FORM, "k")
    place.there.faults.add("expired_token", "flow/state")
    place.there.faults.add("expired_token", "flow/state")

    with pytest.raises(AuthFailed):
        await port.query(ref)


async def test_a_wrong_password_needs_a_person_and_is_not_told(place: Place) -> None:
    port = place.port(password="wrong-pass")

    with pytest.raises(AuthFailed) as failed:
        await port.start(FORM, "k")

    await port.close()
    assert "wrong-pass" not in str(failed.value)


async def test_a_person_that_the_oa_does_not_know_is_refused(place: Place, port: Seeyon) -> None:
    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, initiator="nobody"), "k")

    assert refused.value.fields["text"] == "nobody"


async def test_binding_that_is_not_answered_is_tried_again() -> None:
    async def token(_: web.Request) -> web.Response:
        return web.Response(text="0123456789abcdef")

    async def broken(_: web.Request) -> web.Response:
        return web.Response(status=502)

    routes = [web.post("/seeyon/rest/token", token), web.put("/seeyon/rest/token", broken)]
    async with serving(routes) as url:
        port = Place(SeeyonStandIn(), url).port()
        with pytest.raises(Retryable):
            await port.start(FORM, "k")
        await port.close()


async def test_a_form_that_the_oa_does_not_know_is_refused_with_its_words(place: Place) -> None:
    port = place.port()

    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, fields={"formmain_0019": {"没有": "1"}}), "k")

    await port.close()
    assert "没有" in str(refused.value.fields["text"])
    assert place.there.processes == {}


@pytest.mark.parametrize("shape", ["true", "success", "code"])
async def test_withdrawing_here_withdraws_there_whatever_the_answer_looks_like(
    place: Place, port: Seeyon, shape: CancelShape
) -> None:
    place.there.cancels_as = shape
    ref = await port.start(FORM, "k")

    await port.cancel(ref, "本人撤回")
    await port.cancel(ref, "本人撤回")

    assert place.there.one().state == 5


@pytest.mark.parametrize("misdeed", ["busy", "fault_after", "silence_after", "login_page_after"])
async def test_a_withdrawal_whose_answer_was_lost_is_repeated(
    place: Place, port: Seeyon, misdeed: Misdeed
) -> None:
    ref = await port.start(FORM, "k")
    place.there.faults.add(misdeed, "affair/cancel")

    with pytest.raises(OutsideError):
        await port.cancel(ref, "本人撤回")
    await port.cancel(ref, "本人撤回")

    assert place.there.one().state == 5


async def test_what_the_oa_will_not_take_back_is_told(place: Place, port: Seeyon) -> None:
    ref = await port.start(FORM, "k")
    place.there.one().state = 1
    place.there.cancels_as = "code"

    with pytest.raises(Rejected) as refused:
        await port.cancel(ref, "本人撤回")

    assert refused.value.fields["text"] == "不能撤销"


async def test_what_is_over_there_needs_no_withdrawal(place: Place, port: Seeyon) -> None:
    ref = await port.start(FORM, "k")
    place.there.finish(ref.id)

    await port.cancel(ref, "本人撤回")

    assert place.there.one().state == 0


async def test_a_to_do_comes_and_goes(place: Place, port: Seeyon) -> None:
    at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    todo = Todo("BX-20261125-0007/1#0:li", "lisi", "张三的报销", "https://chit/x", "zhangsan", at)

    await port.put(todo)
    (shown,) = place.there.todos.values()
    assert (shown["state"], shown["creationDate"]) == ("0", "2026-11-25 14:00:00")

    await port.done(todo)
    assert [t["state"] for t in place.there.todos.values()] == ["1"]


async def test_a_to_do_for_somebody_unknown_is_refused(place: Place) -> None:
    port = place.port()
    at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)

    with pytest.raises(Rejected, match="todo_refused"):
        await port.put(Todo("k", "nobody", "t", "https://chit/x", "zhangsan", at))

    await port.close()


async def test_the_journal_keeps_calls_without_secrets_or_files(place: Place, port: Seeyon) -> None:
    place.there.tokens_as = "text"
    await port.start(FORM, "k")

    noted = [f"{e.request}\n{e.response}" for e in place.journal.rows]
    calls = [e.call for e in place.journal.rows]
    assert calls == ["token", "bind", "attachment", "process/start"]
    assert "BX-20261125-0007" in noted[-1]
    token = next(iter(place.there._tokens))
    for text in noted:
        assert PASSWORD not in text
        assert token not in text
        assert "%PDF-1.7" not in text
