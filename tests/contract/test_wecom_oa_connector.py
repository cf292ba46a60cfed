"""WeCom's own approvals against a strict stand-in: each outcome under each fault."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from bot.channels.wecom.api import WeComApi
from connectors.kit import Application
from connectors.wecom_oa.adapter import WeComOa
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable, Unsupported
from core.outside import Attachment, Form
from core.papers import Origin
from sandbox.oa.faults import Misdeed
from sandbox.oa.wecom import DELETED, PAID, REVOKED, UNDONE, WeComApprovals
from sandbox.wire import child, objects
from sandbox.world import JsonObject
from tests.contract.connector_stage import utc_now
from tests.contract.messenger_stage import FAULTS, WECOM, kit_with, sandbox
from tests.fakes.links import MemoryFacts, MemoryJournal

DAY_MS = 1_764_000_000_000
FORM = Form(
    subject="BX-20261125-0007 张三的报销",
    initiator="wx-zhang",
    fields={
        "Text-1": "BX-20261125-0007",
        "Money-1": Decimal("300.50"),
        "Textarea:Textarea-1": "去客户现场",
        "Date-1": DAY_MS,
        "DateRange-1": [DAY_MS, DAY_MS + 86_400_000],
        "Selector-1": "option-1",
        "Contact-1": "wx-li",
        "$summary": ["张三", "¥300.50"],
    },
    details={
        "Table-1": (
            {"Text-2": "打车", "Date-2": DAY_MS, "Money-2": "200.00"},
            {"Text-2": "餐费", "Date-2": None, "Money-2": "100.50"},
        )
    },
    files=(Attachment("发票 一.pdf", "ab" * 32, b"%PDF-1.7 bytes", "File-1"),),
)
TRIP = Origin("travel_request", ("Textarea-5", "DateRange-5"), "Money-5", "DateRange-5")
Act = Callable[[WeComApprovals, str], Awaitable[None]]


@dataclass(slots=True)
class Place:
    there: WeComApprovals
    shared: dict[str, Application]
    journal: MemoryJournal
    tokens: list[str]

    def port(self, key_control: str = "", timeout_s: float = 0.5) -> WeComOa:
        kit = kit_with(self.shared, MemoryFacts(), self.journal)
        return WeComOa(
            "wecom_oa",
            kit,
            template_id="TPL-CHIT",
            key_control=key_control,
            origins={"TPL-TRIP": TRIP},
            rate=200,
            timeout_s=timeout_s,
        )


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with sandbox() as running:
        there = running.hands.wecom_oa
        assert there is not None
        there.tell = None
        url = f"{running.url}/wecom"
        api = WeComApi(corp_id=WECOM.corp_id, secret=WECOM.secret, api_url=url, clock=utc_now)
        tokens: list[str] = []

        async def token(refused: str = "") -> str:
            found = await api.shared_token(refused)
            tokens.extend([found] if found not in tokens else [])
            return found

        yield Place(there, {"wecom": Application(token, url)}, MemoryJournal(), tokens)
        await api.close()


@pytest.fixture
async def port(place: Place) -> AsyncIterator[WeComOa]:
    made = place.port()
    yield made
    await made.close()
    assert place.there.violations == []


def texts(body: JsonObject) -> list[str]:
    lines = objects(body["summary_list"])
    return [str(t["text"]) for line in lines for t in objects(line["summary_info"])]


async def test_an_application_is_filed_with_every_control_and_file(
    place: Place, port: WeComOa
) -> None:
    ref = await port.start(FORM, "BX-20261125-0007/1#0")

    made = place.there.one()
    assert (ref.id, ref.number, made.creator) == (made.number, made.number, "wx-zhang")
    assert made.body["use_template_approver"] == 1
    assert made.control("Money-1") == {"new_money": "300.50"}
    assert child(made.control("Date-1"), "date") == {"type": "day", "s_timestamp": "1764000000"}
    assert child(made.control("DateRange-1"), "date_range")["new_duration"] == 86400
    assert len(objects(made.control("File-1")["files"])) == 1
    rows = objects(made.control("Table-1")["children"])
    assert [len(objects(row["list"])) for row in rows] == [3, 2]
    assert texts(made.body) == ["张三", "¥300.50"]


async def test_a_mapping_may_name_who_decides_and_who_is_told(place: Place, port: WeComOa) -> None:
    chosen = {"$approvers": "wx-li,wx-wang|wx-li", "$notifyer": "wx-zhang"}

    await port.start(replace(FORM, fields={**FORM.fields, **chosen}), "k")

    body = place.there.one().body
    assert body["use_template_approver"] == 0
    assert objects(child(body, "process")["node_list"]) == [
        {"type": 1, "apv_rel": 1, "userid": ["wx-li"]},
        {"type": 1, "apv_rel": 2, "userid": ["wx-wang", "wx-li"]},
        {"type": 2, "userid": ["wx-zhang"]},
    ]


async def test_more_files_than_wecom_takes_are_told_of(place: Place, port: WeComOa) -> None:
    await port.start(replace(FORM, files=FORM.files * 8), "k")

    made = place.there.one()
    assert len(objects(made.control("File-1")["files"])) == 6
    assert texts(made.body)[-1] == "附件共 8 份，仅附 6 份"


OUTCOMES: dict[str, tuple[Act, str]] = {
    "waiting": (lambda oa, n: oa.pass_on(n, "wx-li", "wx-wang", "请王总看"), "waiting"),
    "approved": (lambda oa, n: oa.agree(n, "wx-li", "同意"), "approved"),
    "rejected": (lambda oa, n: oa.refuse(n, "wx-li", "超标"), "rejected"),
    "revoked": (lambda oa, n: oa.move(n, REVOKED), "withdrawn"),
    "revoked after": (lambda oa, n: oa.move(n, UNDONE, 8), "withdrawn"),
    "deleted": (lambda oa, n: oa.move(n, DELETED), "void"),
    "paid": (lambda oa, n: oa.move(n, PAID), "approved"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_outcomes_and_faults(place: Place, port: WeComOa, outcome: str, fault: str) -> None:
    act, status = OUTCOMES[outcome]
    ref = await port.start(FORM, "k")
    await act(place.there, ref.id)
    misdeed = FAULTS[fault]
    if misdeed:
        place.there.faults.add(misdeed, "getapprovaldetail")

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


async def test_what_people_said_comes_with_their_names(place: Place, port: WeComOa) -> None:
    ref = await port.start(FORM, "k")
    await place.there.pass_on(ref.id, "wx-li", "wx-wang", "请王总看")
    state = await port.query(ref)
    assert state.node == "王总"

    await place.there.refuse(ref.id, "wx-wang", "超标")
    later = await port.query(ref)

    said = [(c.by, c.text, c.verdict) for c in later.comments]
    assert said == [("李经理", "请王总看", "2"), ("王总", "超标", "3")]
    assert later.version > state.version


LOST = ["fault_before", "fault_after", "silence_after", "cut_off_after", "login_page_after"]


@pytest.mark.parametrize("misdeed", LOST)
async def test_a_lost_answer_without_a_key_is_unknown_and_cannot_be_found(
    place: Place, port: WeComOa, misdeed: Misdeed
) -> None:
    place.there.faults.add(misdeed, "applyevent")

    with pytest.raises(ResultUnknown):
        await port.start(FORM, "k")
    with pytest.raises(Unsupported):
        await port.find("k")

    assert len(place.there.filed) == (0 if misdeed == "fault_before" else 1)


@pytest.mark.parametrize("misdeed", LOST)
async def test_a_lost_answer_is_found_by_a_control_with_our_key(
    place: Place, misdeed: Misdeed
) -> None:
    port = place.port("Text-9", timeout_s=0.3)
    await port.start(FORM, "another")
    place.there.faults.add(misdeed, "applyevent")

    with pytest.raises(ResultUnknown):
        await port.start(FORM, "k")
    with pytest.raises(Retryable) as early:
        await port.find("k")
    await asyncio.sleep(early.value.retry_after_s or 0)
    found = await port.find("k")

    await port.close()
    assert (found is None) is (misdeed == "fault_before")
    assert found is None or place.there.filed[found.id].control("Text-9") == {"text": "k"}
    assert place.there.violations == []


async def test_many_calls_share_the_token_and_renew_it_once(place: Place, port: WeComOa) -> None:
    ref = await port.start(FORM, "k")
    place.there.expire()

    await asyncio.gather(*(port.query(ref) for _ in range(20)))

    assert len(place.tokens) == 2


async def test_a_control_that_the_template_has_not_is_refused_with_words(place: Place) -> None:
    port = place.port()

    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, fields={**FORM.fields, "Text-7": "1"}), "k")

    await port.close()
    assert "Text-7" in str(refused.value.fields["text"])
    assert place.there.filed == {}


WRONG = [{"Date-1": "2026-11-25"}, {"DateRange-1": [1]}, {"Formula-1": "1"}, {"费用": "1"}]


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_a_control_cannot_hold_is_refused_before_anything_is_sent(
    place: Place, port: WeComOa, wrong: dict[str, str]
) -> None:
    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, fields={**FORM.fields, **wrong}), "k")

    assert refused.value.code == "mapping"
    assert place.journal.rows == []


async def test_what_wecom_cannot_take_back_is_said_in_words(place: Place, port: WeComOa) -> None:
    ref = await port.start(FORM, "k")

    with pytest.raises(Unsupported) as refused:
        await port.cancel(ref, "本人撤回")
    assert ref.number in str(refused.value.fields["text"])

    await place.there.move(ref.id, REVOKED)
    await port.cancel(ref, "本人撤回")


async def test_without_the_application_nothing_is_sent(place: Place) -> None:
    place.shared.clear()
    port = place.port()

    with pytest.raises(AuthFailed):
        await port.start(replace(FORM, files=()), "k")

    await port.close()


async def test_the_journal_keeps_calls_without_tokens(place: Place, port: WeComOa) -> None:
    ref = await port.start(FORM, "k")
    await port.query(ref)

    noted = [f"{e.request}\n{e.response}" for e in place.journal.rows]
    calls = [e.call for e in place.journal.rows]
    assert calls == ["upload", "applyevent", "getapprovaldetail", "user"]
    assert all(place.tokens[0] not in text for text in noted)


async def test_a_request_counts_once_it_is_approved(place: Place, port: WeComOa) -> None:
    span = {"type": "halfday", "new_begin": 1796054400, "new_end": 1796227200}
    contents: list[JsonObject] = [
        {"control": "Textarea", "id": "Textarea-5", "value": {"text": "去上海见客户"}},
        {"control": "Money", "id": "Money-5", "value": {"new_money": "3200.50"}},
        {"control": "DateRange", "id": "DateRange-5", "value": {"date_range": span}},
    ]
    number = await place.there.request("TPL-TRIP", "wx-zhang", contents)
    other = await place.there.request("TPL-OTHER", "wx-zhang", contents)
    await place.there.agree(other)

    assert await port.approved([other]) is None
    assert await port.approved([number]) is None
    assert await port.lately() == []
    await place.there.agree(number)
    assert await port.lately() == [(number,)]
    found = await port.approved([number])

    assert found is not None
    paper, kind = found
    assert (paper.person, paper.amount_fen, kind) == ("wx-zhang", 320050, "travel_request")
    assert (paper.title, str(paper.day)) == ("去上海见客户 2026-12-01–2026-12-03", "2026-12-01")
