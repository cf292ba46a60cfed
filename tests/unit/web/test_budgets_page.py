"""Budgets as pages: figures, trend, who and what uses them, for those who may see that."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.web.budgets_page import trend
from core.budget import Balance, Charge, Hold
from core.change import Change, Consume, Reserve
from tests.unit.web.web_stage import AT, COMPANY, NUMBER, Stage, claim, on_stage

PAGE = "/app/budgets/q4"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with on_stage() as found:
        held = Reserve(Hold(f"{NUMBER}/1", NUMBER, (Charge("q4", 28000),)))
        spent = Consume(f"{NUMBER}/1")
        await found.storage.store.commit(Change(at=AT, claims=(claim(),), moves=(held, spent)))
        other = replace(claim(), number="BX-20261125-0008", employee="wang")
        more = Reserve(Hold("BX-20261125-0008/1", other.number, (Charge("q4", 800000),)))
        await found.storage.store.commit(Change(at=AT, claims=(other,), moves=(more,)))
        yield found


async def test_who_answers_for_a_budget_sees_where_its_money_is(stage: Stage) -> None:
    await stage.be("w")

    status, page, _ = await stage.get(PAGE)

    assert status == 200
    for words in ("市场部 2026-Q4", "82%", "¥10,000.00", "¥8,000.00", "¥280.00", "¥1,720.00"):
        assert words in page
    for words in ("张三", "王五", "市内交通", NUMBER, "核销", "<polyline"):
        assert words in page
    assert f'href="/app/claims/{NUMBER}"' in page


@pytest.mark.parametrize(("user", "status"), [("w", 200), ("f", 200), ("a", 200), ("z", 404)])
async def test_others_do_not_learn_of_it(stage: Stage, user: str, status: int) -> None:
    await stage.be(user)

    assert (await stage.get(PAGE))[0] == status


async def test_an_unknown_budget_is_not_found(stage: Stage) -> None:
    await stage.be("w")

    assert (await stage.get("/app/budgets/nope"))[0] == 404


async def test_a_budget_wants_a_session(stage: Stage) -> None:
    assert (await stage.get(PAGE))[0] == 302


async def test_the_overview_opens_only_what_one_may_open(stage: Stage) -> None:
    await stage.be("w")
    _, head, _ = await stage.get("/app/budgets")
    await stage.be("z")
    _, employee, _ = await stage.get("/app/budgets")

    assert f'href="{PAGE}"' in head
    assert "82%" in employee
    assert f'href="{PAGE}"' not in employee


async def test_an_overview_may_be_empty(stage: Stage) -> None:
    stage.on(days=400)
    await stage.be("w")

    assert "没有你能看到的预算" in (await stage.get("/app/budgets"))[1]


async def test_english_readers_get_english(stage: Stage) -> None:
    await stage.be("a")

    _, page, _ = await stage.get(PAGE)

    assert "Largest claims" in page
    assert "占用" not in page


def test_a_trend_climbs_from_left_to_right_within_its_frame() -> None:
    balance = Balance(COMPANY.budgets[0], 0, 600000)
    first = date(2026, 10, 1)
    moves = [
        (first, 100000),
        (first + timedelta(days=30), 700000),
        (first + timedelta(days=40), -200000),
    ]

    points = [
        tuple(map(int, p.split(","))) for p in trend(moves, balance, date(2026, 11, 25)).split()
    ]

    assert points[0] == (0, 80)
    assert points[-1] == (300, 80 - 600000 * 80 // 1000000)
    assert all(0 <= x <= 300 and 0 <= y <= 80 for x, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_without_use_there_is_no_trend() -> None:
    assert trend([], Balance(COMPANY.budgets[0]), date(2026, 11, 25)) == ""
