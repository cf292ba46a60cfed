"""Expenses in other currencies, said in the chat: at the company's rate, or after one question."""

import pytest
from chat_stage import Chat, company_with

from core.claim import Claim, State
from core.ports import ClaimQuery, Page


async def stage(*steps: dict[str, object], **rates: dict[str, str]) -> Chat:
    company = company_with(*steps)
    raw = company.model_dump(by_alias=True, mode="json")
    raw["currencies"] = [{"id": code, "rates": days} for code, days in rates.items()]
    return await Chat().found(type(company).model_validate(raw))


async def draft(chat: Chat) -> Claim:
    found = await chat.storage.store.claims(ClaimQuery(employee="zhang"), Page(limit=5))
    return found.items[0]


async def test_the_companys_rate_is_taken_without_a_question() -> None:
    chat = await stage(USD={"2026-11-01": "7.1093"})

    assert await chat.say("zhang", "打车 30 美元 去客户现场") == ""
    await chat.say("zhang", "提交")

    claim = await draft(chat)
    assert (claim.state, claim.total_fen) == (State.IN_REVIEW, 21328)
    (held,) = await chat.storage.store.balances(["sales"])
    assert held.reserved_fen == 21328


async def test_without_a_rate_one_question_is_asked_and_nothing_is_submitted() -> None:
    chat = await stage()

    asked = await chat.say("zhang", "USD 30 打车")
    refused = await chat.say("zhang", "提交")

    assert "汇率" in asked
    assert "USD" in asked
    assert "汇率" in refused
    assert (await draft(chat)).state is State.DRAFT
    assert await chat.say("zhang", "汇率 7.12") == ""
    await chat.say("zhang", "提交")
    claim = await draft(chat)
    assert (claim.state, claim.total_fen) == (State.IN_REVIEW, 21360)
    assert [f.code for f in claim.findings] == ["rate_entered"]


async def test_whether_it_may_be_claimed_is_asked_in_any_currency_with_a_rate() -> None:
    chat = await stage(USD={"2026-11-01": "7.1093"})

    assert "¥213.28" in await chat.say("zhang", "能报吗 打车 30 美元")
    assert "EUR" in await chat.say("zhang", "能报吗 打车 30 欧元")
    assert "9999999999" in await chat.say("zhang", "能报吗 打车 9999999999 美元")


@pytest.mark.parametrize(
    ("said", "fen", "minor"),
    [
        ("修改 1 金额 45 美元", 31992, 4500),
        ("修改 1 金额 215 元", 21500, 3000),
        ("修改 1 日期 11-02", 21328, 3000),
        ("修改 1 汇率 7.2", 21600, 3000),
    ],
)
async def test_a_line_is_changed_in_its_own_currency(said: str, fen: int, minor: int) -> None:
    chat = await stage(USD={"2026-11-01": "7.1093"})
    await chat.say("zhang", "打车 30 美元")

    assert await chat.say("zhang", said) == ""

    (line,) = (await draft(chat)).lines
    assert line.foreign is not None
    assert (line.amount_fen, line.foreign.minor) == (fen, minor)


async def test_an_amount_that_names_no_currency_is_asked_and_slips_are_told() -> None:
    chat = await stage(USD={"2026-11-01": "7.1093"})
    await chat.say("zhang", "打车 30 美元")

    assert "哪种货币" in await chat.say("zhang", "修改 1 金额 45")
    assert "100 单位" in await chat.say("zhang", "修改 1 汇率 711")
    assert "没看懂汇率" in await chat.say("zhang", "修改 1 汇率 七块")
    assert (await draft(chat)).total_fen == 21328


async def test_finance_corrects_a_rate_in_review_where_its_step_may() -> None:
    finance: dict[str, object] = {
        "name": "财务", "approvers": ["person:fin1"], "may_change": ["amount", "rate"],
    }  # fmt: skip
    chat = await stage(finance, USD={"2026-11-01": "7.1093"})
    await chat.say("zhang", "打车 30 美元 汇率 7.5")
    await chat.say("zhang", "提交")
    number = (await draft(chat)).number

    await chat.say("fin1", f"修改 {number} 1 汇率 7.1")
    refused = await chat.say("fin1", f"修改 {number} 1 金额 300 美元")

    claim = await draft(chat)
    assert (claim.total_fen, claim.version) == (21300, 2)
    assert refused
    (held,) = await chat.storage.store.balances(["sales"])
    assert held.reserved_fen == 21300
