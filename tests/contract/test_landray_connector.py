"""蓝凌 against a strict stand-in: each result under each fault, and no call breaks a rule."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.landray.adapter import Habits, Landray
from connectors.landray.wire import PersonKey, Rules, TodoRules
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable, Unsupported, Untrusted
from core.outside import Attachment, Form, Ref, Status, Todo
from sandbox.oa.faults import Misdeed
from sandbox.oa.landray import LandrayForm, LandrayStandIn
from tests.contract.connector_stage import kit_of, serving
from tests.fakes.links import MemoryJournal

TIMEOUT_S = 0.5
PASSWORD = "rest-pass"
TEMPLATE = LandrayForm().template
FORM = Form(
    subject="BX-20261125-0007 张三的报销",
    initiator="zhangsan",
    fields={"fd_no": "BX-20261125-0007", "fd_amount": Decimal("300.50"), "fd_left": None},
    details={
        "fd_items": (
            {"fd_kind": "打车", "fd_amount": "200.00"},
            {"fd_items": {"fd_kind": "住宿", "fd_amount": "100.50"}},
        )
    },
    files=(
        Attachment("发票 一.pdf", "ab" * 32, b"%PDF-1.7 bytes"),
        Attachment("b.xml", "cd" * 32, b"<a/>", "fd_invoices"),
    ),
)


@dataclass(slots=True)
class Place:
    there: LandrayStandIn
    url: str
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    def port(
        self,
        habits: Habits | None = None,
        password: str = PASSWORD,
        person_key: PersonKey = "LoginName",
    ) -> Landray:
        return Landray(
            "landray",
            kit_of(journal=self.journal),
            base_url=f"{self.url}/ekp",
            user="rest",
            password=password,
            rules=Rules(TEMPLATE, person_key),
            creator="",
            habits=habits,
            rate=500,
            timeout_s=TIMEOUT_S,
        )


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    there = LandrayStandIn()
    async with serving(there.routes()) as url:
        yield Place(there, url)


@pytest.fixture
async def port(place: Place) -> AsyncIterator[Landray]:
    made = place.port()
    yield made
    await made.close()
    assert place.there.violations == []


@pytest.mark.parametrize("newer", [False, True])
async def test_a_process_begins_as_its_initiator_with_every_field_and_file(
    place: Place, port: Landray, *, newer: bool
) -> None:
    place.there.newer = newer

    ref = await port.start(FORM, "BX-20261125-0007/1#0")

    made = place.there.one()
    assert (ref.id, made.creator, made.subject) == (made.id, "zhangsan", FORM.subject)
    assert made.values["fd_amount"] == "300.50"
    assert made.values["fd_left"] == ""
    assert made.values["fd_items"] == [
        {"fd_items.fd_kind": "打车", "fd_items.fd_amount": "200.00"},
        {"fd_items.fd_kind": "住宿", "fd_items.fd_amount": "100.50"},
    ]
    assert made.files == [
        ("fdAttachment", "发票 一.pdf", b"%PDF-1.7 bytes"),
        ("fd_invoices", "b.xml", b"<a/>"),
    ]


async def test_a_form_without_a_file_has_several_parts_too(place: Place, port: Landray) -> None:
    await port.start(replace(FORM, files=()), "k")

    assert place.there.one().files == []


async def test_people_may_be_known_by_their_number(place: Place) -> None:
    place.there.person_key = "PersonNo"
    port = place.port(person_key="PersonNo")

    await port.start(FORM, "k")

    await port.close()
    assert place.there.one().creator == "zhangsan"


async def test_nobody_begins_no_process(place: Place, port: Landray) -> None:
    with pytest.raises(Rejected, match="no_initiator"):
        await port.start(replace(FORM, initiator=""), "k")

    assert place.there.calls == []


async def test_a_form_that_the_oa_does_not_know_is_refused_with_its_words(place: Place) -> None:
    port = place.port()

    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, fields={**FORM.fields, "fd_xx": "1"}), "k")

    await port.close()
    assert "fd_xx" in str(refused.value.fields["text"])
    assert place.there.reviews == {}


OUTCOMES: dict[str, tuple[str, Status]] = {
    "approved": ("approved", "approved"),
    "rejected": ("rejected", "rejected"),
    "returned": ("rejected", "returned"),
    "withdrawn": ("withdrawn", "withdrawn"),
    "deleted": ("void", "void"),
}
SITES: dict[str, dict[str, Status]] = {"returned": {"1": "returned"}}
"""Where a no sends the document back to whoever began it."""


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_what_a_signed_result_means(place: Place, outcome: str) -> None:
    port = place.port(Habits(results=SITES.get(outcome, {})))
    ref = await port.start(FORM, "k")
    said, status = OUTCOMES[outcome]
    body = place.there.result(ref.id, said, "超标").encode()

    hint = port.decode({}, body)

    await port.close()
    assert hint.words == (ref.id,)
    assert hint.state is not None
    assert hint.state.status == status
    assert [c.text for c in hint.state.comments] == ["超标"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"[]",
        b'{"oaId":"1"}',
        b'{"status":0}',
        b'{"oaId":"","status":0}',
        b'{"oaId":"1","status":true}',
        b'{"oaId":"1","status":9}',
        b'{"oaId":{"a":1},"status":0}',
        b"[" * 100_000,
    ],
)
async def test_what_is_no_result_is_refused(port: Landray, body: bytes) -> None:
    with pytest.raises(Untrusted):
        port.decode({}, body)


STARTS: dict[str, tuple[Misdeed | None, type[Exception] | None, int]] = {
    "none": (None, None, 1),
    "busy": ("busy", Retryable, 0),
    "5xx": ("fault_before", ResultUnknown, 0),
    "5xx after": ("fault_after", ResultUnknown, 1),
    "silence": ("silence_before", ResultUnknown, 0),
    "silence after": ("silence_after", ResultUnknown, 1),
    "cut off": ("cut_off_after", ResultUnknown, 1),
    "login page": ("login_page", ResultUnknown, 0),
    "login page after": ("login_page_after", ResultUnknown, 1),
}


@pytest.mark.parametrize("fault", STARTS)
async def test_a_lost_answer_is_unknown_and_nothing_can_be_asked(
    place: Place, port: Landray, fault: str
) -> None:
    misdeed, error, made = STARTS[fault]
    if misdeed:
        place.there.faults.add(misdeed, "addReview")

    if error:
        with pytest.raises(error):
            await port.start(FORM, "k")
    else:
        await port.start(FORM, "k")

    assert len(place.there.reviews) == made
    with pytest.raises(Unsupported):
        await port.find("k")
    with pytest.raises(Unsupported):
        await port.query(Ref("landray", "review", "1"))


@pytest.mark.parametrize("redirects", [False, True])
async def test_a_wrong_password_needs_a_person_and_is_not_told(
    place: Place, *, redirects: bool
) -> None:
    place.there.redirects = redirects
    port = place.port(password="wrong-pass")

    with pytest.raises(AuthFailed) as failed:
        await port.start(FORM, "k")

    await port.close()
    assert "wrong-pass" not in str(failed.value)
    assert place.there.reviews == {}


@pytest.mark.parametrize("operation", ["handler_abandon", "drafter_abandon"])
async def test_withdrawing_here_takes_back_there(place: Place, operation: str) -> None:
    port = place.port(Habits(cancel_operation=operation))
    ref = await port.start(FORM, "k")

    await port.cancel(ref, "本人撤回")

    await port.close()
    assert place.there.acts == [{"operationType": operation, "auditNote": "本人撤回"}]
    assert place.there.violations == []


async def test_what_the_oa_will_not_take_back_is_told(place: Place, port: Landray) -> None:
    ref = await port.start(FORM, "k")
    place.there.result(ref.id, "approved")

    with pytest.raises(Rejected) as refused:
        await port.cancel(ref, "本人撤回")

    assert refused.value.fields["text"] == "流程已结束"


async def test_where_a_site_allows_no_taking_back_a_person_must_look(place: Place) -> None:
    port = place.port(Habits(cancel_operation=""))
    ref = await port.start(FORM, "k")

    assert not port.capabilities.cancel
    with pytest.raises(Unsupported):
        await port.cancel(ref, "本人撤回")
    await port.close()


async def test_a_process_that_a_person_has_found_is_taken_back_by_a_person(port: Landray) -> None:
    with pytest.raises(Rejected, match="no_initiator"):
        await port.cancel(Ref("landray", "found", "1"), "本人撤回")


async def test_a_to_do_comes_and_goes_once(place: Place) -> None:
    port = place.port(Habits(todo=TodoRules("expense")))
    at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    todo = Todo("BX-20261125-0007/1#0:li", "lisi", "张三的报销", "https://chit/x", "zhangsan", at)

    await port.put(todo)
    (shown,) = place.there.todos.values()
    assert (shown["modelName"], shown["createTime"]) == ("expense", "2026-11-25 14:00:00")
    assert json.loads(str(shown["targets"])) == {"LoginName": "lisi"}

    await port.done(todo)
    await port.done(todo)
    await port.close()
    assert place.there.todos == {}
    assert place.there.violations == []


async def test_a_to_do_that_was_refused_says_why(place: Place) -> None:
    port = place.port()
    at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)

    with pytest.raises(Rejected) as refused:
        await port.put(Todo("k", "nobody", "t", "https://chit/x", "zhangsan", at))

    await port.close()
    assert refused.value.fields["text"] == "参数错误"


async def test_the_journal_keeps_calls_without_secrets_or_files(
    place: Place, port: Landray
) -> None:
    await port.start(FORM, "k")
    await port.cancel(
        Ref("landray", "review", place.there.one().id, extra=(("creator", "zhangsan"),)), "x"
    )

    noted = [f"{e.request}\n{e.response}" for e in place.journal.rows]
    assert [e.call for e in place.journal.rows] == ["addReview", "approveProcess"]
    for text in noted:
        assert PASSWORD not in text
        assert "cmVzdDpyZXN0LXBhc3M" not in text
        assert "%PDF-1.7" not in text
