"""A claim that another system enters: once for its key, into review, with a wallet's card."""

import asyncio

from sandbox.wecom_invoices import CLOSURE, LOCK
from tests.flow.stage import ON_POSTGRES, ON_SQLITE, TOKEN, Json, Stage
from tests.flow.test_card_invoices import became, card
from tests.flow.test_main_job import settle


async def enter(stage: Stage, body: Json, key: str) -> tuple[int, Json]:
    url = f"{stage.service.url}/api/v1/claims"
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key}
    async with stage.session.post(url, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


def body_of(amount: str, invoice: object, *, submit: bool) -> Json:
    line = {"category": "hotel", "amount": amount, "date": "2026-11-24", "invoice": invoice}
    return {"kind": "reimbursement", "employee": "zhang", "lines": [line], "submit": submit}


@ON_SQLITE
async def test_a_card_invoice_goes_from_the_erp_to_payment(stage: Stage) -> None:
    made = card(stage, "26312000000987654401", 28000)
    reference = {"card_id": made.card_id, "encrypt_code": made.encrypt_code}
    body = body_of("280.00", reference, submit=True)

    answers = await asyncio.gather(*(enter(stage, body, "erp-1") for _ in range(4)))
    number = str(answers[0][1]["number"])
    await became(made, LOCK)
    await stage.restart()
    again = await enter(stage, body, "erp-1")
    other = await enter(stage, body_of("279.00", reference, submit=True), "erp-1")
    await settle(stage, "wecom", number)
    await became(made, CLOSURE)

    assert {status for status, _ in answers} == {201}
    assert {str(found["number"]) for _, found in answers} == {number}
    assert answers[0][1]["state"] == "in_review"
    assert (again[0], again[1]["number"]) == (201, number)
    assert (other[0], other[1]["code"]) == (409, "idempotency_key_reused")
    found = await stage.api("claims", employee="zhang")
    assert [c["number"] for c in found["items"]] == [number]  # type: ignore[attr-defined]


@ON_POSTGRES
async def test_a_draft_reaches_its_owner_who_submits_it(stage: Stage) -> None:
    employee = stage.phone("dingtalk", "zhang")
    line = {"category": "taxi", "amount": "45.00", "date": "2026-11-24"}
    body: Json = {"kind": "reimbursement", "employee": "zhang", "lines": [line]}

    status, entered = await enter(stage, body, "erp-2")
    number = str(entered["number"])
    await employee.click(await employee.card(number, action="submit"), "submit")
    await stage.phone("dingtalk", "wang").card(number, action="approve")

    assert (status, entered["state"]) == (201, "draft")
    assert (await stage.api(f"claims/{number}"))["state"] == "in_review"
