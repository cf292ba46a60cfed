"""Steps that the messengers' own approvals decide, as people live them: over their own events."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.company import Company
from core.company_file import load_company
from sandbox.oa.dingtalk import DingTalkApprovals
from sandbox.oa.wecom import PENDING, REVOKED, WeComApprovals
from sandbox.wire import objects
from tests.flow.stage import Json, Phone, Stage, free_port, on_stage, until
from tests.flow.test_main_job import number_of
from tests.flow.test_weaver import state_is, submitted, typed

NEVER_S = 3600.0
"""Nothing is polled: what is heard came as an event."""
DINGTALK = """version: 1
rows:
  - {target: "@subject", from: "join(' ', [claim.number, claim.employee_name])"}
  - {target: "@initiator", from: claim.employee, convert: person(dingtalk), required: true}
  - {target: 单号, from: claim.number, required: true}
  - {target: 金额, from: claim.total, convert: money2, required: true}
  - {target: 预算余额, from: "claim.budgets[0].available_after", convert: money2}
  - {target: "detail[明细].金额", each: claim.lines, from: line.amount}
  - {target: "detail[明细].日期", each: claim.lines, from: line.date}
  - {target: "@files[附件]", from: claim.files}
"""
WECOM = """version: 1
rows:
  - {target: "@subject", from: "join(' ', [claim.number, claim.employee_name])"}
  - {target: "@initiator", from: claim.employee, convert: person(wecom), required: true}
  - {target: Text-1, from: claim.number, required: true}
  - {target: Money-1, from: claim.total, convert: money2, required: true}
  - {target: "detail[Table-1].Money-2", each: claim.lines, from: line.amount, convert: money2}
  - {target: "@files[File-1]", from: claim.files}
"""


def company_with(system: str) -> Company:
    """The sample company, its claims decided by a system where one is named."""
    if not system:
        return load_company(Path("sandbox/company.yaml").read_text("utf-8"), "company.yaml")
    head = Path("sandbox/company.yaml").read_text("utf-8").partition("flows:")[0]
    flows = f"flows:\n  - {{id: oa, steps: [{{name: OA审批, system: {system}}}]}}\n"
    return load_company(head + flows, "company.yaml")


@asynccontextmanager
async def oa_stage(folder: Path, kind: str, mapping: str, **table: object) -> AsyncIterator[Stage]:
    path = folder / f"{kind}.yaml"
    path.write_text(mapping, "utf-8")
    settings: Json = {"mapping": str(path), "poll_seconds": NEVER_S, "timeout_s": 2, **table}
    database = f"sqlite+aiosqlite:///{folder}/chit.db"
    async with on_stage(
        company_with(kind), folder, database, free_port(), connectors={kind: settings}
    ) as stage:
        yield stage


async def begun(there: DingTalkApprovals | WeComApprovals, count: int = 1) -> str:
    made = there.processes if isinstance(there, DingTalkApprovals) else there.filed

    async def look() -> str | None:
        return list(made)[-1] if len(made) == count else None

    async def seen() -> list[str]:
        return there.violations

    return await until(look, f"process {count}", seen)


async def withdrawn(phone: Phone, stage: Stage, number: str) -> None:
    await phone.say(f"撤回 {number}")
    await state_is(stage, number, "withdrawn")


async def test_dingtalk_decides_and_its_events_reach_the_chat(
    tmp_path: Path, samples: Path
) -> None:
    table = {"process_code": "PROC-CHIT", "too_early_s": 0}
    async with oa_stage(tmp_path, "dingtalk_oa", DINGTALK, **table) as stage:
        there = stage.sandbox.hands.dingtalk_oa
        assert there is not None
        there.too_early_s = 0
        phone = stage.phone("dingtalk", "zhang")
        number, _ = await submitted(phone, samples)
        first = await begun(there)
        made = there.processes[first]
        assert (made.originator, made.values["单号"]) == (phone.user, number)
        assert f"/app/claims/{number}" in made.values["附件"]
        assert len(json.loads(made.values["明细"])) == 1

        await withdrawn(phone, stage, number)
        await until(lambda: _is(made.status, "TERMINATED"), "its end there", lambda: _seen(there))

        await phone.say(f"提交 {number}")
        second = await begun(there, 2)
        await phone.card("钉钉审批", "审批中", number)
        await there.agree(second, remark="同意")
        await state_is(stage, number, "approved")

        other = await typed(phone)
        third = await begun(there, 3)
        await phone.card("钉钉审批", "审批中", other)
        await there.refuse(third, remark="超过标准")
        await state_is(stage, other, "rejected")
        await phone.card("超过标准")
        assert there.violations == []


async def _is(found: object, wanted: object) -> bool | None:
    return found == wanted or None


async def _seen(there: DingTalkApprovals | WeComApprovals) -> object:
    return there.violations


async def test_wecom_decides_and_what_it_cannot_take_back_is_said(
    tmp_path: Path, samples: Path
) -> None:
    table = {"template_id": "TPL-CHIT", "key_control": "Text-9"}
    async with oa_stage(tmp_path, "wecom_oa", WECOM, **table) as stage:
        there = stage.sandbox.hands.wecom_oa
        assert there is not None
        phone = stage.phone("wecom", "zhang")
        number, _ = await submitted(phone, samples)
        first = await begun(there)
        made = there.filed[first]
        assert (made.creator, made.control("Text-1")) == (phone.user, {"text": number})
        assert len(objects(made.control("File-1")["files"])) == 1

        await withdrawn(phone, stage, number)
        await phone.text("已在小票中撤回", "没有撤销审批的接口", first)
        assert made.status == PENDING
        await there.move(first, REVOKED)

        await phone.say(f"提交 {number}")
        second = await begun(there, 2)
        await phone.card("企业微信审批", second)
        await there.agree(second, speech="同意")
        await state_is(stage, number, "approved")

        there.faults.add("cut_off_after", "applyevent")
        await phone.say("打车 45 昨天 去客户现场")
        draft = await phone.card("45.00", action="submit")
        await phone.click(draft, "submit")
        other, third = number_of(draft), await begun(there, 3)
        await phone.card("企业微信审批", third)
        await there.refuse(third, speech="超过标准")
        await state_is(stage, other, "rejected")
        await phone.card("超过标准")
        assert there.violations == []


async def test_what_waits_for_somebody_stands_in_dingtalks_list(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path}/chit.db"
    table: Json = {
        "dingtalk_oa": {"roles": ["todo"], "timeout_s": 2},
        "centre": {
            "kind": "dingtalk_oa",
            "roles": ["todo"],
            "todo_in": "approvals",
            "timeout_s": 2,
        },
    }
    async with on_stage(
        company_with(""), tmp_path, database, free_port(), connectors=table
    ) as stage:
        there = stage.sandbox.hands.dingtalk_oa
        assert there is not None
        number = await typed(stage.phone("dingtalk", "zhang"))
        boss = stage.phone("dingtalk", "wang")

        async def shown() -> Json | None:
            return next((t for t in there.todos.values() if number in str(t["subject"])), None)

        todo = await until(shown, "a to-do", lambda: _seen(there))
        assert todo["executorIds"] == [f"union-{boss.user}"]

        async def asked() -> bool | None:
            return bool(there.centre.waits_for(boss.user)) or None

        await until(asked, "a task in the centre of approvals", lambda: _seen(there))
        shown = there.centre.one()
        assert (shown.title, shown.values["单号"]) == ("张三的报销", number)
        assert f"/app/claims/{number}" in there.centre.waits_for(boss.user)[0].url

        card = await boss.card(number, action="approve")
        await boss.click(card, "approve")
        await until(lambda: _is(str(todo["done"]), "True"), "its end", lambda: _seen(there))
        await until(lambda: _is(there.centre.tasks[0].end, "AGREE"), "yes", lambda: _seen(there))
        assert there.violations == []


async def test_a_trip_that_dingtalk_approved_becomes_a_draft_that_wants_invoices(
    tmp_path: Path,
) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path}/chit.db"
    origin = {"kind": "travel_request", "title": ["事由"], "amount": "预计费用", "day": "出发"}
    table: Json = {"dingtalk_oa": {"roles": ["todo"], "origins": {"PROC-TRIP": origin}}}
    async with on_stage(
        company_with(""), tmp_path, database, free_port(), connectors=table
    ) as stage:
        there = stage.sandbox.hands.dingtalk_oa
        assert there is not None
        phone = stage.phone("dingtalk", "zhang")
        before = await stage.budget("sales-2026")
        values = {"事由": "去上海见客户", "预计费用": "3200.00", "出发": "2026-12-01"}
        trip = await there.request("PROC-TRIP", phone.user, values)
        await there.agree(trip, remark="同意")

        said = await phone.text("已通过", "发票")
        draft = await phone.card("去上海见客户", action="submit")

        assert number_of(draft) in said
        assert before[0] == "0.00"
        assert (await stage.budget("sales-2026"))[0] == "3200.00"
        assert len([t for t in await phone.texts() if "已通过" in t]) == 1
