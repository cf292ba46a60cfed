"""合思 as the platform beside us: documents of claims, payments, vouchers, approvals, budgets."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date

import pytest

from bot.jobs.calls import documents
from bot.jobs.calls.desk import Outlet
from bot.jobs.mirror import CURSOR, Mirror
from connectors.hose.adapter import Hose
from core.actions.decision import approve
from core.actions.submission import submit
from core.change import Change
from core.claim import State, StoredFile
from core.errors import Rejected, ResultUnknown
from core.mapping import load_mapping
from core.notices import CallSystem
from core.outside import Ref
from core.papers import Decision
from core.ports import ClaimQuery, Page
from core.voucher import Voucher, VoucherState
from sandbox.oa.hose import HoseStandIn
from sandbox.oa.hose_rules import HoseRules
from tests.contract.connector_stage import kit_of, serving
from tests.contract.test_hose_connector import BARE
from tests.fakes.links import MemoryFacts
from tests.unit.core.core_house import NUMBER, around, claim_of
from tests.unit.jobs.outside_stage import Place as Memory

GAP_S = 0.2
MAPPING = """version: 1
rows:
  - {target: "@subject", from: claim.number}
  - {target: "@initiator", from: claim.employee, convert: person(staff), required: true}
  - {target: payeeId, default: ID_payee_zhang}
  - {target: "detail[details].feeTypeId", each: claim.lines, default: "corp:taxi"}
  - target: "detail[details].specificationId"
    each: claim.lines
    default: "corp:taxi:expense:f9c757"
  - target: "detail[details].feeTypeForm.amount"
    each: claim.lines
    from: line.amount
    convert: hose_money
  - target: "detail[details].feeTypeForm.feeDate"
    each: claim.lines
    from: line.date
    convert: date_ms
  - {target: "@files", from: claim.files}
tables:
  staff: {zhang: "corp:zhang", wang: "corp:li"}
"""


@dataclass(slots=True)
class Desk:
    """A claim that people here have approved, and the platform that is told of it."""

    there: HoseStandIn
    port: Hose
    outlet: Outlet
    place: Memory

    async def call(self, name: str, event: str = "claim.approved", data: str = "{}") -> None:
        """Carry out an order about the claim."""
        at = self.place.now.isoformat()
        fields = (("event", event), ("at", at), ("data", data))
        order = CallSystem("hose", name, NUMBER, event, fields)
        call = {
            "claims.push": documents.push,
            "claims.take_back": documents.take_back,
            "payment.report": documents.report,
        }[name]
        await call(self.outlet, order, "")

    def mirror(self, memory: MemoryFacts | None = None) -> Mirror:
        return Mirror(self.outlet, self.place.lead, memory or MemoryFacts(), 60)

    async def voucher(self, number: str | None) -> None:
        """Let the books give the claim's voucher a number."""
        at = self.place.now
        known = await self.outlet.store.voucher("V1")
        voucher = known or Voucher("V1", "approval", NUMBER, "hq", at.date(), at)
        state: VoucherState = "posted" if number else "refused"
        changed = replace(voucher, state=state, number=number)
        await self.place.storage.store.commit(Change(at=at, vouchers=(changed,)))


@asynccontextmanager
async def desk_with(*steps: str) -> AsyncIterator[Desk]:
    there = HoseStandIn(HoseRules(approving_s=GAP_S))
    async with serving(there.routes()) as url:
        port = Hose(
            "hose",
            kit_of(),
            base_url=url,
            app_key="key",
            app_security="security",
            specification_id=there.rules.specification,
            rate=500,
            timeout_s=0.5,
            approving_s=GAP_S,
        )
        place = Memory(*(steps or ("{name: 主管, approvers: [manager]}",)))
        outlet = replace(place.outlet, system=port, mapping=load_mapping(MAPPING, "hose.yaml"))
        yield Desk(there, port, outlet, place)
        await port.close()
    assert there.violations == []


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A claim that zhang's manager has approved."""
    async with desk_with() as made:
        place = made.place
        store = place.storage.store
        await store.apply_company(place.company, expected_version=0, at=place.now, actor="t")
        draft = claim_of(files=(StoredFile("ab" * 32, "发票.pdf"),))
        await store.commit(submit(draft, around(place.company), place.by("zhang")))
        place.later(1)
        claim = await place.claim()
        agreed = approve(claim, place.company, place.by("wang"), "同意", around().settings)
        await store.commit(agreed)
        yield made


async def test_an_approved_claim_is_pushed_once_whatever_is_lost(desk: Desk) -> None:
    desk.there.faults.add("cut_off_after", "v2.2/flow/data")
    with pytest.raises(ResultUnknown):
        await desk.call("claims.push")
    await desk.call("claims.push")
    await desk.call("claims.push")

    made = desk.there.one()
    assert made.form["outerCode"] == f"{NUMBER}/1"
    (link,) = await desk.place.links()
    assert (link.purpose, link.state, link.ref and link.ref.id) == ("claim", "open", made.id)


async def test_a_voided_claim_is_taken_back_there(desk: Desk) -> None:
    await desk.call("claims.push")
    await desk.call("claims.take_back", "claim.voided")
    await desk.call("claims.take_back", "claim.voided")

    assert [d.active for d in desk.there.documents.values()] == [False]
    assert await documents.documents(desk.outlet, NUMBER) == []


@pytest.mark.parametrize(
    ("event", "code", "state"),
    [("claim.paid", "P00001", "paid"), ("payment.failed", "P00002", "paying")],
)
async def test_a_payment_here_is_told_there(desk: Desk, event: str, code: str, state: str) -> None:
    await desk.call("claims.push")
    flow = desk.there.one()
    desk.there.pay(flow.id, "PROCESSING")

    await desk.call("payment.report", event, '{"reason": "账号有误"}')
    await desk.call("payment.report", event, '{"reason": "账号有误"}')

    assert flow.state == state
    assert desk.there.payments[0]["code"] == code


async def test_a_payment_that_the_platform_is_not_at_yet_waits_for_a_person(desk: Desk) -> None:
    await desk.call("claims.push")

    with pytest.raises(Rejected) as refused:
        await desk.call("payment.report", "claim.paid")

    assert refused.value.fields["text"] == "单据不在支付中"


async def test_a_claim_without_document_needs_no_report(desk: Desk) -> None:
    await desk.call("payment.report", "claim.paid")

    assert desk.there.payments == []


async def test_who_agreed_here_agrees_there_and_what_is_over_is_closed(desk: Desk) -> None:
    await desk.call("claims.push")
    flow = desk.there.one()
    mirror = desk.mirror()

    assert await mirror.decide() == 1
    assert flow.state == "paying"
    assert flow.logs[-1]["operatorId"] == "corp:li"
    assert flow.logs[-1]["attributes"]["comment"] == "同意"  # type: ignore[index]
    assert await mirror.decide() == 0
    (link,) = await desk.place.links()
    assert link.state == "closed"


async def test_nobody_agrees_there_who_has_not_here(desk: Desk) -> None:
    await desk.call("claims.push")
    desk.there.one().waits_for = ["corp:cfo"]
    desk.there.one().logs[-1]["nextOperatorId"] = "corp:cfo"

    assert await desk.mirror().decide() == 0
    assert desk.there.approvals == []


async def test_a_voucher_number_is_written_once_the_document_is_paid_there(desk: Desk) -> None:
    memory = MemoryFacts()
    mirror = desk.mirror(memory)
    await desk.call("claims.push")
    flow = desk.there.one()
    await desk.voucher("记-12")
    assert await mirror.write_vouchers() == 0
    desk.there.pay(flow.id)
    await desk.voucher(None)
    assert await mirror.write_vouchers() == 0
    assert int(memory.facts["hose", CURSOR]) == flow.updated

    await desk.voucher("记-12")
    assert await mirror.write_vouchers() == 1
    assert await mirror.write_vouchers() == 0

    assert desk.there.vouchers == {flow.id: "记-12"}


async def test_approvals_go_ten_a_call_with_a_pause_between(desk: Desk) -> None:
    refs = [await desk.port.start(BARE, f"k{n}") for n in range(23)]
    stranger = Ref("hose", "flow", "ID_nobody", "x")
    decisions = [Decision(ref, "corp:li", agrees=True) for ref in [*refs, stranger]]

    refused = await desk.port.decide(decisions)

    assert refused == {"ID_nobody": "您没有权限处理该待办事项"}
    assert [len(ids) for _, ids, _ in desk.there.approvals] == [10, 10, 4]
    times = [at for at, _, _ in desk.there.approvals]
    assert all(later - at >= GAP_S for at, later in itertools.pairwise(times))
    assert {d.state for d in desk.there.documents.values()} == {"paying"}


async def test_a_rejection_begins_the_flow_anew(desk: Desk) -> None:
    ref = await desk.port.start(BARE, "k")

    assert await desk.port.decide([Decision(ref, "corp:li", agrees=False, comment="补")]) == {}

    assert desk.there.one().state == "rejected"


async def test_documents_are_listed_page_by_page_from_where_the_last_list_ended(desk: Desk) -> None:
    forms = [{"submitterId": "corp:zhang", "title": f"出差 {n}"} for n in range(150)]
    made = [desk.there.request(f"S{n}", form) for n, form in enumerate(forms)]
    desk.there.request("S-waits", {"submitterId": "corp:zhang"}, "approving")

    papers, until = await desk.port.papers("requests", 0)
    again, _ = await desk.port.papers("requests", until)

    assert [p.title for p in papers] == [f["title"] for f in forms]
    assert until == made[-1].updated
    assert [p.title for p in again] == ["出差 149"]


async def test_a_budget_there_is_read_by_its_code_and_day(desk: Desk) -> None:
    desk.there.packages = [
        {
            "id": "ID_3D$8",
            "version": 3,
            "active": True,
            "delete": False,
            "period": {"annual": "2026", "period": "SEASON"},
        }
    ]
    money = {"budgetMoney": 400.35, "occupiedMoney": 100.1, "confirmedMoney": 50.05}
    desk.there.nodes["ID_3D$8"] = [{"code": "市场部", "moneyExts": [{"periodTime": "4", **money}]}]
    where = {"package": "ID_3D$8", "code": "市场部"}

    balance = await desk.port.balance(where, date(2026, 11, 25))

    assert balance is not None
    assert balance.available_fen == 25020
    assert await desk.port.balance(where, date(2025, 11, 25)) is None
    assert await desk.port.balance({**where, "package": "other"}, date(2026, 11, 25)) is None


async def test_a_link_in_opens_a_page_once_and_is_in_no_journal(desk: Desk) -> None:
    link = await desk.port.link("corp:zhang", "home", 600)

    assert link.startswith("https://app.ekuaibao.com/")
    with pytest.raises(Rejected):
        await desk.port.link("corp:nobody", "home", 600)
    with pytest.raises(Rejected):
        await desk.port.link("corp:zhang", "nowhere", 600)


def request_form(yuan: str, person: str = "corp:zhang") -> dict[str, object]:
    return {
        "submitterId": person,
        "title": "上海出差 拜访客户",
        "specificationId": "ID_trip:0c7a731",
        "requisitionDate": 1_795_597_200_000,
        "requisitionMoney": {"standard": yuan},
    }


async def test_an_approved_request_becomes_a_draft_with_its_money_held(desk: Desk) -> None:
    mirror = desk.mirror()
    mirror.origins = {"ID_trip": "travel_request"}
    desk.there.request("S-old", request_form("1.00"))
    desk.place.later(3600)
    assert await mirror.take_requests() == 0
    desk.there.later(7200)
    desk.there.request("S22000002", request_form("300.00"))
    desk.there.request("S-other", {**request_form("5.00"), "specificationId": "ID_else:1"})
    desk.there.request("S-waits", request_form("7.00"), "approving")

    assert await mirror.take_requests() == 1
    assert await mirror.take_requests() == 0
    await desk.place.settle()

    store = desk.place.storage.store
    found = await store.claims(ClaimQuery(employee="zhang"), Page())
    request, draft = sorted((c for c in found.items if c.number != NUMBER), key=lambda c: c.kind)[
        ::-1
    ]
    assert (request.kind, request.state, request.total_fen) == (
        "travel_request",
        State.APPROVED,
        30000,
    )
    assert (draft.state, draft.origin, draft.carries) == (State.DRAFT, request.number, request.hold)
    assert draft.purpose == "上海出差 拜访客户"
    (balance,) = await store.balances(["sales-q4"])
    assert balance.reserved_fen == 30000
    assert "bring_invoices" in desk.place.told()


async def test_a_request_of_nobody_here_is_told_to_administrators(desk: Desk) -> None:
    mirror = desk.mirror()
    mirror.origins = {"ID_trip": "travel_request"}
    await mirror.take_requests()
    desk.there.later(7200)
    desk.there.request("S1", request_form("300.00", "corp:nobody"))

    assert await mirror.take_requests() == 1
    await desk.place.settle()

    assert desk.place.told()[-1] == "request_left"
