"""Events reach a receiver: those that it wants, in order, through its failures, as documented."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import jsonschema
import pytest

from core.company import Company
from tests.fakes.receiver import SECRET, Receiver, receiving
from tests.flow.stage import ON_POSTGRES, Stage, on_stage, until

EVENTS = Path("docs/events")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture
async def stage(
    company: Company, tmp_path: Path, port: int, database_url: str, receiver: Receiver
) -> AsyncIterator[Stage]:
    table = {"url": receiver.url, "secret": SECRET, "kind": "webhook"}
    connectors = {"erp": {**table, "rate": 1000}}
    async with on_stage(company, tmp_path, database_url, port, connectors=connectors) as found:
        yield found


async def names(receiver: Receiver, count: int) -> list[object]:
    async def look() -> list[object] | None:
        return receiver.names() if len(receiver.taken) >= count else None

    async def seen() -> list[object]:
        return receiver.names()

    return await until(look, f"{count} events", seen)


@ON_POSTGRES
async def test_a_claims_life_is_told_in_order(stage: Stage, receiver: Receiver) -> None:
    receiver.answers = [(503, {"Retry-After": "1"})]
    zhang, wang = stage.phone("dingtalk", "zhang"), stage.phone("wecom", "wang")
    await zhang.say("打车 8500 今天 去客户现场")
    card = await zhang.card("8,500.00", action="submit")
    await zhang.click(card, "submit")
    await wang.click(await wang.card("8,500.00", action="approve"), "approve")
    zhao = stage.phone("dingtalk", "zhao")
    await zhao.click(await zhao.card("8,500.00", action="approve"), "approve")
    qian = stage.phone("dingtalk", "qian")
    await qian.click(await qian.card("8,500.00", action="pay"), "pay")

    told = await names(receiver, 8)

    order = [n for n in told if str(n).startswith(("claim.", "payment."))]
    assert receiver.forged == 0
    assert "budget.threshold" in told
    assert [n for n in order if n != "payment.created"] == [
        "claim.submitted",
        "claim.approved",
        "claim.paid",
        "payment.paid",
    ]
    for event in receiver.taken:
        schema = json.loads((EVENTS / f"{event['type']}.json").read_text("utf-8"))
        jsonschema.validate(event, schema)
    assert "6222" not in str(receiver.taken)
