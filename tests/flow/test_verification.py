"""A voucher and the tax bureau, from the outside: void ones are neither submitted nor paid."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from core.company import Company
from sandbox.invoices import sample_invoice
from sandbox.verify import Registered, VerifyStandIn
from tests.flow.stage import Stage, on_stage, until
from tests.flow.test_main_job import number_of

SERIAL = 20261125
SECRET = "verify-flow-secret"


@dataclass(slots=True)
class Checked:
    """A stage whose service asks the stand-in, and the sample invoice as the bureau has it."""

    stage: Stage
    bureau: VerifyStandIn
    invoice: Registered


@pytest.fixture(params=["baidu", "tencent", "aliyun"])
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def checked(
    company: Company, tmp_path: Path, port: int, sqlite_url: str, provider: str
) -> AsyncIterator[Checked]:
    there = VerifyStandIn("flow-key", SECRET)
    app = web.Application()
    app.add_routes(there.routes())
    async with asyncio.timeout(300), TestServer(app) as server:
        base = f"{str(server.make_url('')).rstrip('/')}/verify/{provider}"
        verify = {"provider": provider, "key": "flow-key", "secret": SECRET, "base_url": base}
        connectors: dict[str, object] = {"verify": {**verify, "per_second": 100}}
        stage = on_stage(company, tmp_path, sqlite_url, port, connectors=connectors)
        async with stage as found:
            made = registered()
            there.bureau.register(made)
            yield Checked(found, there, made)


def registered() -> Registered:
    invoice = sample_invoice("hotel.xml", datetime.now(UTC).date(), SERIAL)
    text = (invoice.total_fen, invoice.amount_fen)
    incl, excl = (f"{fen // 100}.{fen % 100:02d}" for fen in text)
    return Registered(
        number=invoice.number,
        date=f"{invoice.issued:%Y%m%d}",
        excl=excl,
        incl=incl,
        seller=invoice.seller.name,
    )


async def send_hotel(checked: Checked, samples: Path) -> None:
    employee = checked.stage.phone("dingtalk", "zhang")
    data = (samples / "hotel.xml").read_bytes()
    await employee.send("hotel.xml", data, "application/xml")


async def test_a_void_invoice_is_not_submitted(checked: Checked, samples: Path) -> None:
    checked.bureau.bureau.register(replace(checked.invoice, state="void"))
    employee = checked.stage.phone("dingtalk", "zhang")

    await send_hotel(checked, samples)
    draft = await employee.card("作废", checked.invoice.number)
    await employee.say("提交")
    said = await employee.text("作废", "还不能提交")

    assert checked.invoice.number in said
    claim = await checked.stage.api(f"claims/{number_of(draft)}")
    assert claim["state"] == "draft"
    assert [f["code"] for f in claim["findings"]] == ["verify_void"]  # type: ignore[attr-defined]
    assert len(checked.bureau.bureau.asked) == 1


async def test_an_invoice_that_dies_before_payment_is_not_paid(
    checked: Checked, samples: Path
) -> None:
    stage = checked.stage
    employee = stage.phone("dingtalk", "zhang")
    await send_hotel(checked, samples)
    draft = await employee.card(checked.invoice.number, action="submit")
    number = number_of(draft)
    await until(lambda: asked(checked, 1), "the first question", lambda: seen(checked))
    await employee.click(draft, "submit")
    await stage.phone("dingtalk", "wang").card(number, action="approve")
    checked.bureau.bureau.register(replace(checked.invoice, state="red"))

    for person in ("wang", "zhao"):
        if (await stage.api(f"claims/{number}"))["state"] != "in_review":
            break
        phone = stage.phone("dingtalk", person)
        await phone.click(await phone.card(number, action="approve"), "approve")
        await until(lambda p=person: moved(stage, number, p), "a decision", lambda: seen(checked))
    cashier = stage.phone("dingtalk", "qian")
    card = await cashier.card(number, "红字", action="pay")
    await cashier.click(card, "pay")
    said = await cashier.text("不能付款", "红字")

    assert re.search(r"BX-\d{8}-\d{4}", said)
    assert (await stage.api(f"claims/{number}"))["state"] == "approved"
    assert len(checked.bureau.bureau.asked) == 2


@pytest.mark.parametrize("provider", ["baidu"], indirect=True)
async def test_money_waits_until_the_bureau_has_answered(checked: Checked, samples: Path) -> None:
    stage = checked.stage
    employee, cashier = stage.phone("dingtalk", "zhang"), stage.phone("dingtalk", "qian")
    await send_hotel(checked, samples)
    draft = await employee.card(checked.invoice.number, action="submit")
    number = number_of(draft)
    await until(lambda: asked(checked, 1), "the first question", lambda: seen(checked))
    await employee.click(draft, "submit")
    checked.bureau.faults += [web.Response(status=500) for _ in range(2)]

    for person in ("wang", "zhao"):
        phone = stage.phone("dingtalk", person)
        await phone.click(await phone.card(number, action="approve"), "approve")
        await until(lambda p=person: moved(stage, number, p), "a decision", lambda: seen(checked))
    await cashier.click(await cashier.card(number, action="pay"), "pay")
    said = await cashier.text("还不能付款", number)
    held = await stage.api(f"claims/{number}")
    await until(lambda: answered(stage, number), "the answer", lambda: seen(checked))
    await cashier.say(f"已付款 {number}")
    await employee.text(number, "已付款")

    assert "24" in said
    assert held["state"] == "approved"
    assert (await stage.api(f"claims/{number}"))["state"] == "paid"


async def answered(stage: Stage, number: str) -> bool | None:
    claim = await stage.service.storage.store.claim(number)
    return (claim is not None and claim.recheck is None) or None


async def asked(checked: Checked, times: int) -> bool | None:
    return len(checked.bureau.bureau.asked) >= times or None


async def seen(checked: Checked) -> list[str]:
    return [str(q) for q in checked.bureau.bureau.asked]


async def moved(stage: Stage, number: str, person: str) -> bool | None:
    claim = await stage.api(f"claims/{number}")
    waits = [a["approver"] for a in claim["approvals"] if a["decision"] is None]  # type: ignore[attr-defined]
    return (claim["state"] != "in_review" or person not in waits) or None
