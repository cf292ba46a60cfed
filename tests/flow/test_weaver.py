"""A step that 泛微 decides, as people live it: submitted in chat, decided there, heard here."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from standardwebhooks import Webhook

from bot.clock import utc_now
from core.company import Company
from core.company_file import load_company
from sandbox.oa.weaver import WeaverForm, WeaverStandIn
from tests.contract.connector_stage import serving
from tests.flow.command import Console
from tests.flow.stage import Card, Phone, Stage, free_port, on_stage, until
from tests.flow.test_main_job import number_of

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
MAPPING = """version: 1
rows:
  - {target: "@subject", from: "join(' ', [claim.number, claim.employee_name])"}
  - {target: "@initiator", from: claim.employee, convert: person(OA), required: true}
  - {target: dh, from: claim.number, required: true}
  - {target: je, from: claim.total, convert: money2, required: true}
  - {target: ys, from: "claim.budgets[0].available_after", convert: money2}
  - {target: "detail[formtable_main_194_dt1].je", each: claim.lines, from: line.amount}
  - {target: "detail[formtable_main_194_dt1].bz", each: claim.lines, from: line.description}
  - {target: "@files[fj]", from: claim.files}
tables:
  OA: {zhang: "101"}
"""


def company_with_oa() -> Company:
    text = Path("sandbox/company.yaml").read_text("utf-8")
    head = text.partition("flows:")[0]
    flows = (
        "flows:\n  - {id: oa, steps: [{name: OA审批, system: weaver},"
        " {name: 财务, approvers: ['role:finance'], when: 'total >= 5000'}]}\n"
    )
    return load_company(head + flows, "company.yaml")


@asynccontextmanager
async def weaver_stage(
    folder: Path, database: str = "", platform: str = "dingtalk"
) -> AsyncIterator[tuple[Stage, WeaverStandIn, Phone]]:
    oa = WeaverStandIn(form=WeaverForm())
    mapping = folder / "weaver.yaml"
    mapping.write_text(MAPPING, "utf-8")
    database = database or f"sqlite+aiosqlite:///{folder}/chit.db"
    async with serving(oa.routes()) as url:
        table = {
            "base_url": url,
            "mapping": str(mapping),
            "app_id": "chit",
            "user_id": "1",
            "workflow_id": "194",
            "poll_seconds": 0.2,
            "timeout_s": 1,
            "hook_secret": SECRET,
        }
        async with on_stage(
            company_with_oa(), folder, database, free_port(), connectors={"weaver": table}
        ) as stage:
            yield stage, oa, stage.phone(platform, "zhang")
    assert oa.violations == []


async def state_is(stage: Stage, number: str, state: str) -> None:
    async def look() -> bool | None:
        return (await stage.api(f"claims/{number}"))["state"] == state or None

    await until(look, f"{number} to be {state}", lambda: stage.api(f"claims/{number}"))


async def submitted(phone: Phone, samples: Path) -> tuple[str, Card]:
    """Send a voucher and submit it; WeCom's application is given pictures only."""
    name, kind = ("hotel.xml", "application/xml")
    if phone.platform == "wecom":
        name, kind = ("hotel-photo.jpg", "image/jpeg")
    await phone.send(name, (samples / name).read_bytes(), kind)
    draft = await phone.card(action="submit")
    await phone.click(draft, "submit")
    return number_of(draft), draft


def console(stage: Stage, folder: Path) -> Console:
    """The command line beside the service, with the same OA in its settings."""
    table = stage.config.connectors.systems["weaver"]
    written = (
        f'[connectors.weaver]\nbase_url = "{table.base_url}"\nmapping = "{table.mapping}"\n'
        'app_id = "chit"\nuser_id = "1"\nworkflow_id = "194"\n'
    )
    return Console.at(folder, stage.config.database.url, written)


async def typed(phone: Phone) -> str:
    await phone.say("打车 45 昨天 去客户现场")
    draft = await phone.card(action="submit")
    await phone.click(draft, "submit")
    return number_of(draft)


async def begun(oa: WeaverStandIn, count: int = 1) -> str:
    async def look() -> str | None:
        return list(oa.requests)[-1] if len(oa.requests) == count else None

    return await until(look, "a process in the OA", lambda: _calls(oa))


async def _calls(oa: WeaverStandIn) -> object:
    return [path for _, path in oa.calls], oa.violations


async def test_a_claim_is_decided_in_the_oa_withdrawn_and_tried_again(
    tmp_path: Path, samples: Path
) -> None:
    async with weaver_stage(tmp_path) as (stage, oa, phone):
        number, _ = await submitted(phone, samples)
        first = await begun(oa)
        made = oa.requests[first]
        assert (made.creator, made.main["dh"]) == ("101", number)
        (file,) = made.main["fj"]  # type: ignore[misc]
        sent = base64.b64decode(file["filePath"].removeprefix("base64:"))
        assert sent == (samples / "hotel.xml").read_bytes()
        await phone.card("泛微 OA审批中", first)

        await phone.say(f"撤回 {number}")
        await state_is(stage, number, "withdrawn")
        await until(lambda: _status(oa, first, "撤回"), "the withdrawal", lambda: _calls(oa))

        await phone.say(f"提交 {number}")
        second = await begun(oa, 2)
        oa.send_back(second, "李经理", "请补附件")
        await state_is(stage, number, "returned")
        await phone.card("请补附件")

        await phone.say(f"提交 {number}")
        third = await begun(oa, 3)
        oa.approve(third, "李经理", "同意")
        await state_is(stage, number, "approved")
        claim = await stage.api(f"claims/{number}")
        approvals = claim["approvals"]
        assert [(a["approver"], a["decision"], a["reason"]) for a in approvals] == [  # type: ignore[union-attr]
            ("system:weaver", "approve", "李经理：同意")
        ]


async def _status(oa: WeaverStandIn, request: str, status: str) -> bool | None:
    return oa.requests[request].status == status or None


async def test_a_signed_callback_is_asked_about_and_a_forged_one_is_refused(
    tmp_path: Path, postgres_url: str
) -> None:
    async with weaver_stage(tmp_path, postgres_url, "wecom") as (stage, oa, phone):
        number = await typed(phone)
        request = await begun(oa)
        body = f'{{"requestid": "{request}", "status": "archived"}}'
        signed = Webhook(SECRET).sign("msg-1", utc_now(), body)
        headers = {
            "webhook-id": "msg-1",
            "webhook-timestamp": str(int(utc_now().timestamp())),
            "webhook-signature": signed,
        }
        forged = {**headers, "webhook-signature": "v1,AAAA"}

        assert await _call(stage, forged, body) == 403
        assert await _call(stage, headers, body) == 200
        assert await _call(stage, headers, body) == 200
        assert (await stage.api(f"claims/{number}"))["state"] == "in_review"

        oa.approve(request)
        await state_is(stage, number, "approved")


async def _call(stage: Stage, headers: dict[str, str], body: str) -> int:
    url = f"{stage.service.url}/hooks/weaver"
    async with stage.session.post(url, data=body, headers=headers) as answer:
        return answer.status


async def test_a_lost_answer_is_a_visible_stop_that_a_person_ends(tmp_path: Path) -> None:
    async with weaver_stage(tmp_path) as (stage, oa, phone):
        oa.faults.add("cut_off_after", "doCreateRequest")
        number = await typed(phone)
        await phone.text("还没有送达", number)
        await stage.phone("dingtalk", "sun").text("没有收到回应", number)
        await stage.restart()
        assert len(oa.requests) == 1
        (request,) = oa.requests
        chit = console(stage, tmp_path)

        listed = await chit.run("stuck", "list")
        assert (listed.code, number in listed.out, "approval.start" in listed.out) == (
            0,
            True,
            True,
        )
        assert (await chit.run("stuck", "retry", "BX-20200101-0001")).code == 1
        preview = await chit.run("replay", number, "--dry-run")
        assert json.loads(preview.out)["fields"]["dh"] == number
        done = await chit.run("stuck", "retry", number, "--found", request)
        assert done.code == 0, done.err

        oa.approve(request, remark="同意")
        await state_is(stage, number, "approved")
        assert len(oa.requests) == 1


async def test_what_is_dropped_goes_back_to_its_owner(tmp_path: Path) -> None:
    async with weaver_stage(tmp_path) as (stage, oa, phone):
        oa.form = WeaverForm(required=frozenset({"dh", "je", "bm"}))
        number = await typed(phone)
        await phone.text("还没有送达", number)
        oa.violations.clear()

        done = await console(stage, tmp_path).run("stuck", "drop", number)

        assert done.code == 0, done.err
        await state_is(stage, number, "returned")
        assert oa.requests == {}
