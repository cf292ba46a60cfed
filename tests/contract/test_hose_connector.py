"""合思 against a strict stand-in: each outcome under each fault, and no call breaks a rule."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import pytest

from connectors.hose.adapter import Hose, Rejection
from connectors.hose.client import is_home
from core.errors import AuthFailed, OutsideError, Rejected, ResultUnknown, Retryable
from core.outside import Attachment, Form, Json, Ref
from sandbox.oa.faults import Misdeed
from sandbox.oa.hose import HoseStandIn
from sandbox.oa.hose_rules import HoseRules
from tests.contract.connector_stage import kit_of, serving
from tests.fakes.links import MemoryFacts, MemoryJournal

TIMEOUT_S = 0.5
KEY = "BX-20261125-0007/1#0"
Act = Callable[[HoseStandIn, str], None]


def money(yuan: str) -> Json:
    return {
        "standard": yuan,
        "standardStrCode": "CNY",
        "standardNumCode": "156",
        "standardSymbol": "¥",
        "standardUnit": "元",
        "standardScale": 2,
    }


def row(fee: str, yuan: str) -> dict[str, Json]:
    templates = HoseRules().fee_types
    inner: dict[str, Json] = {"amount": money(yuan), "feeDate": 1_763_900_000_000}
    inner |= {"consumptionReasons": None}
    return {"feeTypeId": fee, "specificationId": templates[fee], "feeTypeForm": inner}


FORM = Form(
    subject="BX-20261125-0007 张三的报销",
    initiator="corp:zhang",
    fields={"payeeId": "ID_payee_zhang", "u_预算余额": "99955.00", "description": None},
    details={"details": (row("corp:taxi", "200.00"), row("corp:hotel", "100.50"))},
    files=(
        Attachment("发票:1.pdf", "ab" * 32, b"%PDF-1.7 bytes"),
        Attachment("行程.pdf", "cd" * 32, b"%PDF-1.7 trip", "u_附件"),
    ),
)
BARE = replace(FORM, files=())


@dataclass(slots=True)
class Place:
    there: HoseStandIn
    url: str
    journal: MemoryJournal

    def port(
        self,
        security: str = "security",
        corp_id: str = "corp",
        rejection: Rejection = "returned",
        *,
        planned: bool = False,
    ) -> Hose:
        return Hose(
            "hose",
            kit_of(MemoryFacts(), self.journal),
            base_url=self.url,
            app_key="key",
            app_security=security,
            corp_id=corp_id,
            specification_id=self.there.rules.specification,
            rejection=rejection,
            planned=planned,
            rate=200,
            timeout_s=TIMEOUT_S,
            approving_s=0.2,
        )


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    there = HoseStandIn(HoseRules(approving_s=0.2))
    async with serving(there.routes()) as url:
        yield Place(there, url, MemoryJournal())


@pytest.fixture
async def port(place: Place) -> AsyncIterator[Hose]:
    made = place.port()
    yield made
    await made.close()
    assert place.there.violations == []


async def test_a_document_begins_as_its_submitter_with_every_field_and_file(
    place: Place, port: Hose
) -> None:
    ref = await port.start(FORM, KEY)

    made = place.there.one()
    assert (ref.id, ref.number) == (made.id, made.code)
    assert made.state == "approving"
    assert made.form["outerCode"] == KEY
    assert made.form["u_预算余额"] == "99955.00"
    assert "description" not in made.form
    first, second = made.form["details"]  # type: ignore[misc]
    (file,) = first["feeTypeForm"]["invoiceForm"]["attachments"]
    assert place.there.files[file["fileId"]] == ("发票_1.pdf", b"%PDF-1.7 bytes")
    (file,) = made.form["u_附件"]  # type: ignore[misc]
    assert place.there.files[file["fileId"]] == ("行程.pdf", b"%PDF-1.7 trip")
    assert first["feeTypeForm"]["invoiceForm"]["type"] == "exist"
    assert "invoiceForm" not in second["feeTypeForm"]


OUTCOMES: dict[str, tuple[Act, str]] = {
    "waiting": (lambda p, d: p.agree(d, comment="请财务看", last=False), "waiting"),
    "approved": (lambda p, d: p.agree(d, comment="同意"), "approved"),
    "being paid": (lambda p, d: p.pay(d, "PROCESSING"), "approved"),
    "paid": (lambda p, d: p.pay(d), "approved"),
    "rejected": (lambda p, d: p.reject(d, comment="请补发票"), "returned"),
    "withdrawn": (lambda p, d: p.take_back(d), "withdrawn"),
    "void": (lambda p, d: p.nullify(d), "void"),
    "deleted": (lambda p, d: p.delete(d), "void"),
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
async def test_outcomes_and_faults(place: Place, port: Hose, outcome: str, fault: str) -> None:
    act, status = OUTCOMES[outcome]
    ref = await port.start(BARE, KEY)
    act(place.there, ref.id)
    misdeed = FAULTS[fault]
    if misdeed:
        place.there.faults.add(misdeed, "flowDetails")

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


@pytest.mark.parametrize(
    "misdeed",
    [
        "expired_token",
        "busy",
        "fault_before",
        "fault_after",
        "silence_before",
        "silence_after",
        "cut_off_after",
        "login_page",
        "login_page_after",
    ],
)
async def test_a_lost_answer_never_makes_a_second_document(
    place: Place, port: Hose, misdeed: Misdeed
) -> None:
    place.there.faults.add(misdeed, "v2.2/flow/data")

    ref: Ref | None = None
    for _ in range(3):
        try:
            ref = await port.find(KEY) or await port.start(BARE, KEY)
            break
        except (Retryable, ResultUnknown):
            continue

    assert ref is not None
    assert ref.id == place.there.one().id
    assert len(place.there.documents) == 1


async def test_starting_twice_under_one_key_gives_the_document_that_is_there(
    place: Place, port: Hose
) -> None:
    first = await port.start(BARE, KEY)

    assert await port.start(BARE, KEY) == first
    assert await port.find(KEY) == first
    assert await port.find("another") is None
    assert len(place.there.documents) == 1


async def test_the_check_of_standards_rejects_after_the_submission(
    place: Place, port: Hose
) -> None:
    place.there.checks, place.there.pending = "预算不足：市场部 4 季度", True
    ref = await port.start(BARE, KEY)
    assert (await port.query(ref)).status == "waiting"

    place.there.settle(ref.id)
    state = await port.query(ref)

    assert state.status == "returned"
    assert [(c.by, c.text) for c in state.comments] == [("费用标准检查", "预算不足：市场部 4 季度")]


async def test_what_people_said_comes_with_their_names_and_grows_in_version(
    place: Place, port: Hose
) -> None:
    ref = await port.start(BARE, KEY)
    before = await port.query(ref)
    place.there.agree(ref.id, "corp:cfo", "先看预算", last=False)
    place.there.reject(ref.id, "corp:li", "请补发票")

    state = await port.query(ref)

    said = [(c.by, c.text, c.verdict) for c in state.comments]
    assert said == [("王总", "先看预算", "同意"), ("李经理", "请补发票", "驳回")]
    assert state.version > before.version
    assert before.node == "主管审批"


async def test_a_company_may_take_a_rejection_for_the_last_word(place: Place) -> None:
    port = place.port(rejection="rejected")
    ref = await port.start(BARE, KEY)
    place.there.reject(ref.id)

    assert (await port.query(ref)).status == "rejected"
    await port.close()


async def test_withdrawing_here_retracts_there_and_leaves_no_draft(
    place: Place, port: Hose
) -> None:
    ref = await port.start(BARE, KEY)

    await port.cancel(ref, "本人撤回")
    await port.cancel(ref, "本人撤回")

    assert not place.there.documents[ref.id].active


async def test_what_is_over_there_needs_no_withdrawal(place: Place, port: Hose) -> None:
    ref = await port.start(BARE, KEY)
    place.there.agree(ref.id)

    await port.cancel(ref, "本人撤回")

    assert place.there.one().state == "paying"


async def test_a_flow_that_forbids_retracting_is_told(place: Place, port: Hose) -> None:
    ref = await port.start(BARE, KEY)
    place.there.retractable = False

    with pytest.raises(Rejected) as refused:
        await port.cancel(ref, "本人撤回")

    assert "没有权限" in str(refused.value.fields["text"])


async def test_a_pending_document_is_withdrawn_a_little_later(place: Place, port: Hose) -> None:
    place.there.pending = True
    ref = await port.start(BARE, KEY)

    with pytest.raises(Retryable):
        await port.cancel(ref, "本人撤回")
    place.there.settle(ref.id)
    await port.cancel(ref, "本人撤回")

    assert not place.there.documents[ref.id].active


PLAN: tuple[dict[str, object], ...] = (
    {"configNodeId": "n1", "name": "费用标准检查", "type": "ebot", "staffIds": None},
    {"configNodeId": "n2", "name": "主管", "type": "countersign", "staffIds": ["corp:li"]},
    {"configNodeId": "n3", "name": "财务", "type": "normal", "staffIds": ["corp:cfo"]},
)


async def test_a_planned_document_is_submitted_along_its_nodes_also_when_it_is_found(
    place: Place,
) -> None:
    place.there.rules = replace(
        place.there.rules, plan=tuple({**n, "staffIds": n["staffIds"] or []} for n in PLAN)
    )
    port = place.port(planned=True)
    place.there.faults.add("cut_off_after", "v2.2/flow/data")
    with pytest.raises(ResultUnknown):
        await port.start(BARE, KEY)
    assert place.there.one().state == "draft"

    ref = await port.find(KEY)

    await port.close()
    assert ref is not None
    assert place.there.one().state == "approving"
    assert place.there.violations == []


async def test_a_node_without_approver_is_told_by_its_name(place: Place) -> None:
    place.there.rules = replace(
        place.there.rules,
        plan=({"configNodeId": "n", "name": "总经理审批", "type": "normal", "staffIds": []},),
    )
    port = place.port(planned=True)

    with pytest.raises(Rejected) as refused:
        await port.start(BARE, KEY)

    await port.close()
    assert "总经理审批" in str(refused.value.fields["text"])


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (replace(BARE, initiator=""), "submitterId"),
        (replace(BARE, details={"明细": ()}), "details"),
        (replace(BARE, details={"details": ({"feeTypeId": "x"},)}), "feeTypeForm.amount"),
        (replace(FORM, details={}), "files"),
    ],
)
async def test_a_form_that_lacks_something_is_refused_before_anything_is_sent(
    place: Place, port: Hose, form: Form, words: str
) -> None:
    with pytest.raises(Rejected) as refused:
        await port.start(form, KEY)

    assert words in str(refused.value.fields["text"])
    assert place.there.documents == {}


async def test_an_old_template_is_refused_with_the_platforms_words(place: Place) -> None:
    place.there.rules = replace(place.there.rules, specification="ID_spec:newer")
    port = place.port()
    place.there.rules = replace(place.there.rules, specification="ID_spec:newest")

    with pytest.raises(Rejected) as refused:
        await port.start(BARE, KEY)

    await port.close()
    assert "单据模板已删除" in str(refused.value.fields["text"])


async def test_a_file_above_30_mb_is_refused_by_its_name(place: Place, port: Hose) -> None:
    big = Attachment("大.pdf", "ef" * 32, bytes(30 * 1024 * 1024 + 1))

    with pytest.raises(Rejected) as refused:
        await port.start(replace(FORM, files=(big,)), KEY)

    assert "大.pdf" in str(refused.value.fields["text"])
    assert place.there.files == {}


async def test_many_calls_fetch_one_token(place: Place, port: Hose) -> None:
    ref = await port.start(BARE, KEY)
    place.there.expire_tokens()

    await asyncio.gather(*(port.query(ref) for _ in range(20)))

    assert place.there.tokens_given == 2


async def test_a_wrong_key_needs_a_person_and_no_secret_is_told(place: Place) -> None:
    port = place.port(security="wrong-security")

    with pytest.raises(AuthFailed) as failed:
        await port.start(BARE, KEY)

    await port.close()
    assert "wrong-security" not in str(failed.value)
    assert all("wrong-security" not in e.request for e in place.journal.rows)


@pytest.mark.parametrize("misdeed", ["busy", "silence_before", "login_page"])
async def test_a_token_that_is_not_given_is_asked_for_again(place: Place, misdeed: Misdeed) -> None:
    place.there.faults.add(misdeed, "getAccessToken")
    port = place.port()

    with pytest.raises(OutsideError):
        await port.start(BARE, KEY)
    ref = await port.start(BARE, KEY)

    await port.close()
    assert ref.id in place.there.documents


async def test_the_address_is_re_read_and_followed(place: Place) -> None:
    there = HoseStandIn()
    async with serving(there.routes()) as moved:
        place.there.moved_to = f"{moved}/"
        port = place.port()
        await port.start(BARE, KEY)
        await port.close()

    assert len(there.documents) == 1
    assert place.there.documents == {}


@pytest.mark.parametrize(
    "address",
    [
        "http://app.ekuaibao.com",
        "https://evil.example",
        "https://evilhosecloud.com",
        "ftp://x.ekuaibao.com",
        "nonsense",
    ],
)
def test_an_address_outside_the_vendors_house_is_not_followed(address: str) -> None:
    assert not is_home(address, "https://wx2.ekuaibao.com")
    assert is_home("https://dd2.hosecloud.com", "https://wx2.ekuaibao.com")


async def test_the_journal_keeps_calls_without_secrets_or_files(place: Place, port: Hose) -> None:
    await port.start(FORM, KEY)

    noted = [f"{e.request}\n{e.response}" for e in place.journal.rows]
    calls = [e.call for e in place.journal.rows]
    assert calls == ["location", "getAccessToken", "upload", "upload", "createFlow"]
    assert "BX-20261125-0007" in noted[-1]
    for text in noted:
        assert "ID_tok" not in text
        assert "security" not in text.replace("appSecurity", "")
        assert "%PDF" not in text
