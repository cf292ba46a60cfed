"""Invoices in a WeChat wallet, with their claim from choice to payment: locked, freed, closed."""

from datetime import UTC, datetime, timedelta

import aiohttp

from sandbox.wecom_invoices import CLOSURE, INIT, LOCK, Invoice, WeComInvoices
from tests.flow.stage import ON_POSTGRES, ON_SQLITE, Card, Json, Stage, until
from tests.flow.test_claim_page import AGENTS, browser, sign_in
from tests.flow.test_main_job import number_of, settle

PDF = b"%PDF-1.4 a card's own paper"


def wallet(stage: Stage) -> WeComInvoices:
    return stage.sandbox.hands.invoices


def card(stage: Stage, number: str, fen: int, **changes: object) -> Invoice:
    """Put an invoice into the wallet of the person who claims."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    info: Json = {
        "fee": fen,
        "tax": 0,
        "fee_without_tax": fen,
        "title": "示例科技有限公司",
        "buyer_number": "91310115MA1K4DEM3E",
        "seller_number": "91310101MA1FL4XT5C",
        "billing_time": int(yesterday.timestamp()),
        "billing_no": number,
        "billing_code": "",
        "pdf_url": f"{stage.sandbox.url}/wecom/invoice/card-{number}.pdf",
        "info": [{"name": "*住宿服务*住宿费", "num": 1, "unit": "天", "fee": fen, "price": fen}],
        **changes,
    }
    made = Invoice("openid-zhang", f"card-{number}", f"code-{number}", info, "和平饭店", pdf=PDF)
    wallet(stage).put(made)
    return made


async def choose(stage: Stage, *cards: Invoice, choice: str = "choice-1") -> Json:
    """Open the page in WeCom, pick cards, and wait for what becomes of them."""
    page = f"{stage.service.url}/app/invoices/cards"
    body = {
        "id": choice,
        "cards": [
            {"card_id": c.card_id, "encrypt_code": c.encrypt_code, "app_id": "wx1"} for c in cards
        ],
    }
    async with browser(AGENTS["wecom"]) as session:
        status, html, _ = await sign_in(session, page, stage.phone("wecom", "zhang").user)
        assert status == 200, html
        assert 'data-corp="wwflow"' in html
        for _ in range(2):
            async with session.post(page, json=body) as answer:
                assert answer.status == 202, await answer.text()
        return await settled(session, f"{page}/{choice}")


async def settled(session: aiohttp.ClientSession, url: str) -> Json:
    async def ask() -> Json:
        async with session.get(url) as answer:
            return await answer.json()  # type: ignore[no-any-return]

    async def look() -> Json | None:
        told = await ask()
        return told if told["state"] != "waiting" else None

    return await until(look, "an outcome", ask)


async def became(made: Invoice, status: str) -> None:
    async def look() -> bool | None:
        return made.status == status or None

    async def seen() -> str:
        return made.status

    await until(look, f"{made.card_id} to become {status}", seen)


async def drafted(stage: Stage, *cards: Invoice, choice: str = "choice-1") -> Card:
    told = await choose(stage, *cards, choice=choice)
    assert told["state"] == "on_draft", told
    return await stage.phone("wecom", "zhang").card(str(told["claim"]), action="submit")


@ON_SQLITE
async def test_a_card_is_locked_with_its_claim_and_closed_when_paid(stage: Stage) -> None:
    first, second = card(stage, "26312000000987654321", 28000), card(stage, "12345678", 12050)
    second.info["billing_no"], second.info["billing_code"] = "031002600111", "12345678"
    await stage.fault(
        platform="wecom",
        call="POST /cgi-bin/card/invoice/reimburse/updatestatusbatch",
        times=1,
        after_effect=True,
    )

    draft = await drafted(stage, first, second)
    number = number_of(draft)
    claim = await stage.api(f"claims/{number}")
    untouched = list(wallet(stage).history)
    await stage.phone("wecom", "zhang").click(draft, "submit")
    await became(first, LOCK)
    await settle(stage, "wecom", number)
    await became(first, CLOSURE)
    await became(second, CLOSURE)

    found = [line["invoice"] for line in claim["lines"]]  # type: ignore[attr-defined]
    assert str(claim["total"]) == "400.50"
    assert [(i["number"], i["code"]) for i in found] == [
        ("26312000000987654321", None),
        ("12345678", "031002600111"),
    ]
    assert {line["category"] for line in claim["lines"]} == {"hotel"}  # type: ignore[attr-defined]
    assert untouched == []
    states = [status for name, status in wallet(stage).history if name == first.card_id]
    assert states == [LOCK, CLOSURE]
    stored = await stage.service.storage.store.claim(number)
    assert stored
    assert stored.files[0].name == "26312000000987654321.pdf"


@ON_POSTGRES
async def test_a_card_is_free_again_after_a_no(stage: Stage) -> None:
    made = card(stage, "26312000000987654322", 9000)
    employee, manager = stage.phone("wecom", "zhang"), stage.phone("wecom", "wang")
    number = number_of(await drafted(stage, made))

    await employee.say("提交")
    await became(made, LOCK)
    await employee.say(f"撤回 {number}")
    await became(made, INIT)
    await employee.say(f"提交 {number}")
    await became(made, LOCK)
    await manager.card(f"{number}~2~", action="reject")
    await manager.say(f"驳回 {number} 票据不符")
    await became(made, INIT)

    assert [status for _, status in wallet(stage).history] == [LOCK, INIT, LOCK, INIT]


@ON_SQLITE
async def test_what_another_company_locked_blocks_the_draft(stage: Stage) -> None:
    made = card(stage, "26312000000987654323", 9000)
    made.status, made.foreign = LOCK, True

    told = await choose(stage, made)
    number = str(told["claim"])
    employee = stage.phone("wecom", "zhang")
    await employee.card(number, action="discard")
    await employee.say("提交")
    await employee.text("重复")

    assert (await stage.api(f"claims/{number}"))["state"] == "draft"
    assert made.status == LOCK


@ON_POSTGRES
async def test_what_another_company_locks_meanwhile_brings_the_claim_back(stage: Stage) -> None:
    lost, mine = card(stage, "26312000000987654324", 9000), card(stage, "26312000000987654325", 100)
    employee = stage.phone("wecom", "zhang")
    number = number_of(await drafted(stage, lost, mine))
    lost.status, lost.foreign = LOCK, True

    await employee.say("提交")
    await employee.text(number, "重复", "别处")
    after = await stage.api(f"claims/{number}")
    await employee.say(f"提交 {number}")
    await employee.card(number, "重复")

    assert after["state"] == "withdrawn"
    assert (await stage.api(f"claims/{number}"))["state"] == "withdrawn"
    assert await stage.budget("sales-2026q4") == ("0.00", "0.00")
    assert mine.status == INIT


@ON_SQLITE
async def test_a_card_that_is_none_is_said_to_be_none(stage: Stage) -> None:
    told = await choose(stage, Invoice("o", "nobody", "nothing", {}, ""))

    assert told["state"] == "refused"
    assert "卡包" in str(told["notes"])


@ON_POSTGRES
async def test_a_link_that_leads_elsewhere_is_not_followed(stage: Stage) -> None:
    url = "http://127.0.0.1:9/secret.pdf"
    made = card(stage, "26312000000987654326", 4500, pdf_url=url)

    number = number_of(await drafted(stage, made))
    stored = await stage.service.storage.store.claim(number)

    assert stored
    assert [f.name for f in stored.files] == ["26312000000987654326.json"]
