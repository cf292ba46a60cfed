"""A step that 合思 decides, as people live it: submitted in chat, decided there, heard here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.clock import utc_now
from core.company import Company
from core.company_file import load_company
from sandbox.oa.hose import HoseStandIn
from tests.contract.connector_stage import serving
from tests.flow.stage import Phone, Stage, free_port, on_stage, until
from tests.flow.test_claim_page import AGENTS, browser, sign_in
from tests.flow.test_main_job import number_of
from tests.flow.test_weaver import state_is

HOOK = "unguessable-path-0123456789"


def company_with_hose() -> Company:
    head = Path("sandbox/company.yaml").read_text("utf-8").partition("flows:")[0]
    flows = "flows:\n  - {id: hose, steps: [{name: 合思审批, system: hose}]}\n"
    return load_company(head + flows, "company.yaml")


@asynccontextmanager
async def hose_stage(
    folder: Path, poll_s: float = 0.2, company: Company | None = None, **more: object
) -> AsyncIterator[tuple[Stage, HoseStandIn, Phone]]:
    there = HoseStandIn()
    database = f"sqlite+aiosqlite:///{folder}/chit.db"
    async with serving(there.routes()) as url:
        table = {
            "base_url": url,
            "mapping": "mappings/hose.yaml",
            "app_key": "key",
            "app_security": "security",
            "corp_id": "corp",
            "specification_id": there.rules.specification,
            "poll_seconds": poll_s,
            "timeout_s": 1,
            "rate": 100,
            "hook_path": HOOK,
            **more,
        }
        found = company or company_with_hose()
        async with on_stage(
            found, folder, database, free_port(), connectors={"hose": table}
        ) as stage:
            yield stage, there, stage.phone("dingtalk", "zhang")
    assert there.violations == []


async def begun(there: HoseStandIn, count: int = 1) -> str:
    async def look() -> str | None:
        every = [d for d in there.documents.values() if d.state == "approving"]
        return every[-1].id if len(there.documents) == count and every else None

    async def seen() -> object:
        return [path for _, path in there.calls], there.violations

    return await until(look, "a document in 合思", seen)


async def submitted(phone: Phone, samples: Path) -> str:
    await phone.send("hotel.xml", (samples / "hotel.xml").read_bytes(), "application/xml")
    draft = await phone.card(action="submit")
    await phone.click(draft, "submit")
    return number_of(draft)


async def test_a_claim_is_withdrawn_here_and_approved_there(tmp_path: Path, samples: Path) -> None:
    async with hose_stage(tmp_path) as (stage, there, phone):
        there.faults.add("cut_off_after", "v2.2/flow/data")
        number = await submitted(phone, samples)
        first = await begun(there)
        made = there.documents[first]
        assert (made.form["submitterId"], made.form["outerCode"]) == (
            "corp:zhang",
            f"{number}/1#0",
        )
        ((_, sent),) = there.files.values()
        assert sent == (samples / "hotel.xml").read_bytes()
        await phone.card("合思审批中", made.code)

        await phone.say(f"撤回 {number}")
        await state_is(stage, number, "withdrawn")
        await until(lambda: _gone(there, first), "the withdrawal", lambda: _nothing(there))

        await phone.say(f"提交 {number}")
        second = await begun(there, 2)
        there.reject(second, "corp:li", "请补行程单")
        await state_is(stage, number, "returned")
        await phone.card("李经理：请补行程单")

        await phone.say(f"提交 {number}")
        third = await begun(there, 3)
        there.agree(third, "corp:li", "同意")
        await state_is(stage, number, "approved")
        claim = await stage.api(f"claims/{number}")
        said = [(a["approver"], a["reason"]) for a in claim["approvals"]]  # type: ignore[union-attr]
        assert said == [("system:hose", "李经理：同意")]


async def _gone(there: HoseStandIn, flow: str) -> bool | None:
    return None if there.documents[flow].active else True


async def _nothing(there: HoseStandIn) -> object:
    return [(d.id, d.state, d.active) for d in there.documents.values()]


async def test_an_outbound_message_is_a_hint_behind_a_secret_path(tmp_path: Path) -> None:
    roles = ["approval", "sso"]
    async with hose_stage(tmp_path, 3600, None, roles=roles) as (stage, there, phone):
        await phone.say("打车 45 昨天 去客户现场")
        draft = await phone.card(action="submit")
        await phone.click(draft, "submit")
        number = number_of(draft)
        flow = await begun(there)
        await phone.card("合思审批中", there.documents[flow].code)
        await see_that_the_page_leads_there(stage, number, phone)
        there.agree(flow)
        body = {"action": "flow.paid", "actionName": "已支付", "flowId": flow, "state": "paid"}

        assert await _post(stage, "hose", body) == 403
        assert await _post(stage, "hose/another-path-0123456789", body) == 403
        assert (await stage.api(f"claims/{number}"))["state"] == "in_review"
        assert await _post(stage, f"hose/{HOOK}", body) == 200
        await state_is(stage, number, "approved")


async def see_that_the_page_leads_there(stage: Stage, number: str, phone: Phone) -> None:
    page = f"{stage.service.url}/app/claims/{number}"
    way = f"{page}/in/hose"
    async with browser(AGENTS["dingtalk"]) as session:
        status, text, _ = await sign_in(session, page, phone.user)
        assert status == 200
        assert way in text
        async with session.get(way, allow_redirects=False) as answer:
            assert answer.status == 302
            assert answer.headers["Location"].startswith("https://app.ekuaibao.com/web/app.html")
        async with session.get(f"{page}/in/elsewhere", allow_redirects=False) as answer:
            assert answer.status == 404
    async with browser(AGENTS["dingtalk"]) as session:
        status, _, _ = await sign_in(session, way, stage.phone("dingtalk", "li").user)
        assert status == 404


async def _post(stage: Stage, path: str, body: dict[str, str]) -> int:
    async with stage.session.post(f"{stage.service.url}/hooks/{path}", json=body) as answer:
        return answer.status


REQUEST: dict[str, object] = {
    "submitterId": "corp:zhang",
    "title": "上海出差 拜访客户",
    "specificationId": "ID_trip:0c7a731",
    "requisitionMoney": {"standard": "3000.00"},
}


async def test_the_platform_is_told_of_claims_agreements_and_payments(
    company: Company, tmp_path: Path
) -> None:
    roles = {
        "roles": ["claims", "payment"],
        "approve_there": True,
        "mirror_seconds": 0.2,
        "origins": {"ID_trip": "travel_request"},
    }
    async with hose_stage(tmp_path, 3600, company, **roles) as (stage, there, zhang):
        there.approver = "corp:wang"
        await zhang.say("打车 45 昨天 去客户现场")
        await zhang.click(await zhang.card(action="submit"), "submit")
        wang = stage.phone("wecom", "wang")
        await wang.click(await wang.card("45.00", action="approve"), "approve")

        async def agreed() -> str | None:
            return next((d.id for d in there.documents.values() if d.state == "paying"), None)

        flow = await until(agreed, "wang to agree in 合思", lambda: _nothing(there))
        made = there.documents[flow]
        assert str(made.form["outerCode"]).endswith("/1")
        assert [x["operatorId"] for x in made.logs][-1] == "corp:wang"

        there.pay(flow, "PROCESSING")
        qian = stage.phone("dingtalk", "qian")
        await qian.click(await qian.card("45.00", action="pay"), "pay")

        async def paid() -> bool | None:
            return made.state == "paid" or None

        await until(paid, "合思 to hear of the payment", lambda: _nothing(there))

        there.later(max(0, int(utc_now().timestamp() * 1000) - made.updated) // 1000 + 60)
        there.request("S26000001", REQUEST)
        await zhang.text("S26000001", "报销草稿")
        found = await stage.api("claims", state="draft", employee="zhang")
        (draft,) = found["items"]  # type: ignore[misc]
        assert str(draft["origin"]).startswith("CC-")
        assert await stage.budget("sales-2026") == ("3000.00", "45.00")
