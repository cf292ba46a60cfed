"""Forty people at once, a budget for ten."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.company import Company
from core.money import parse_yuan
from tests.flow.stage import Phone, Stage, on_stage, until

PEOPLE, FITTING = 40, 10


@pytest.fixture
def crowd(company: Company) -> Company:
    """Give the sample company forty more employees and a budget that fits ten claims."""
    zhang = company.person("zhang")
    assert zhang
    more = tuple(
        zhang.model_copy(
            update={"id": f"e{i}", "name": f"员工{i}", "dingtalk": f"staff-{i}", "wecom": None}
        )
        for i in range(PEOPLE)
    )
    tight = tuple(
        b.model_copy(update={"limit_fen": parse_yuan("1000.00")}) if b.id == "sales-2026q4" else b
        for b in company.budgets
    )
    return company.model_copy(update={"people": (*company.people, *more), "budgets": tight})


@pytest.fixture
async def full_stage(
    crowd: Company, tmp_path: Path, port: int, database_url: str
) -> AsyncIterator[Stage]:
    fresh = Company.model_validate(crowd.model_dump(by_alias=True))
    async with asyncio.timeout(300), on_stage(fresh, tmp_path, database_url, port) as found:
        yield found


async def test_forty_submissions_against_a_budget_that_fits_ten(full_stage: Stage) -> None:
    phones = [full_stage.phone("dingtalk", f"e{i}") for i in range(PEOPLE)]
    await asyncio.gather(*(p.say("打车 100 昨天 去客户现场") for p in phones))
    await asyncio.gather(*(p.card("100.00", action="submit") for p in phones))

    await asyncio.gather(*(p.say("提交") for p in phones))
    outcomes = await asyncio.gather(*map(outcome, phones))
    budget = await full_stage.api("budgets/sales-2026q4")
    held = (await full_stage.api("claims", state="in_review", limit="100"))["items"]

    assert sorted(outcomes).count("held") == FITTING
    assert outcomes.count("refused") == PEOPLE - FITTING
    assert (budget["reserved"], budget["available"]) == ("1000.00", "0.00")
    assert len(held) == FITTING  # type: ignore[arg-type]


async def outcome(phone: Phone) -> str:
    async def look() -> str | None:
        if any("预算" in text for text in await phone.texts()):
            return "refused"
        submitted = [c for c in await phone.cards() if "withdraw" in c.buttons()]
        return "held" if submitted else None

    found: str = await until(look, f"{phone.user}: an outcome", phone.items)
    return found
