"""A step that a middle platform decides: CloudEvents out, a signed CloudEvent back."""

import json
from pathlib import Path

import jsonschema
from standardwebhooks.webhooks import Webhook

from bot.clock import utc_now
from core.company import Company
from core.company_file import load_company
from tests.fakes.receiver import OTHER, SECRET, Receiver, receiving
from tests.flow.stage import Stage, free_port, on_stage, until
from tests.flow.test_main_job import number_of
from tests.flow.test_weaver import state_is

EVENTS = Path("docs/events")
FLOWS = "flows:\n  - {id: hub, steps: [{name: 中台审批, system: hub}]}\n"


async def requested(receiver: Receiver, count: int, kind: str) -> str:
    async def look() -> str | None:
        found = [e for e in receiver.taken if e["type"] == kind]
        return str(found[-1]["subject"]) if len(found) == count else None

    async def seen() -> object:
        return receiver.names()

    return await until(look, f"{count} {kind}", seen)


async def send(stage: Stage, key: str, status: str, remark: str = "", secret: str = OTHER) -> int:
    event = {
        "specversion": "1.0",
        "id": f"hub-{key}-{status}",
        "source": "https://hub.example.com",
        "type": f"approval.{status}",
        "subject": key,
        "data": {"by": "周总", "remark": remark},
    }
    body = json.dumps(event, ensure_ascii=False)
    headers = {
        "webhook-id": str(event["id"]),
        "webhook-timestamp": str(int(utc_now().timestamp())),
        "webhook-signature": Webhook(secret).sign(str(event["id"]), utc_now(), body),
        "Content-Type": "application/cloudevents+json",
    }
    url = f"{stage.service.url}/hooks/hub"
    async with stage.session.post(url, data=body.encode(), headers=headers) as answer:
        return answer.status


def company_with_hub() -> Company:
    head = Path("sandbox/company.yaml").read_text("utf-8").partition("flows:")[0]
    return load_company(head + FLOWS, "company.yaml")


async def test_a_hub_decides_by_its_signed_word(tmp_path: Path) -> None:
    company = company_with_hub()
    database = f"sqlite+aiosqlite:///{tmp_path}/chit.db"
    async with receiving() as receiver:
        table = {
            "kind": "webhook",
            "url": receiver.url,
            "secret": SECRET,
            "hook_secret": OTHER,
            "roles": ["approval"],
            "mapping": "mappings/hub.yaml",
        }
        async with on_stage(
            company, tmp_path, database, free_port(), connectors={"hub": table}
        ) as stage:
            phone = stage.phone("dingtalk", "zhang")
            await phone.say("打车 45 昨天 去客户现场")
            draft = await phone.card(action="submit")
            await phone.click(draft, "submit")
            number = number_of(draft)
            first = await requested(receiver, 1, "approval.requested")
            assert first == f"{number}/1#0"
            data = receiver.taken[0]["data"]
            assert data["fields"]["total"] == "45.00"  # type: ignore[index]

            await phone.say(f"撤回 {number}")
            assert await requested(receiver, 1, "approval.cancelled") == first
            await phone.say(f"提交 {number}")
            second = await requested(receiver, 2, "approval.requested")

            assert await send(stage, second, "approved", secret=SECRET) == 403
            assert await send(stage, number, "approved") == 403
            assert await send(stage, first, "approved") == 200
            assert await send(stage, second, "returned", "请补说明") == 200
            await state_is(stage, number, "returned")
            await phone.card("周总：请补说明")

            await phone.say(f"提交 {number}")
            third = await requested(receiver, 3, "approval.requested")
            assert await send(stage, third, "approved", "同意") == 200
            assert await send(stage, third, "approved", "同意") == 200
            await state_is(stage, number, "approved")
            for event in receiver.taken:
                schema = json.loads((EVENTS / f"{event['type']}.json").read_text("utf-8"))
                jsonschema.validate(event, schema)
