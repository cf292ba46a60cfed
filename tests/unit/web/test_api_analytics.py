"""Spending over REST: the question is checked, the answer names its keys."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.settings import ApiToken
from bot.web.access import Access
from bot.web.api_analytics import AnalyticsApi
from bot.web.problems import problems
from core.change import Change
from core.claim import Line, State
from tests.contract.storage_samples import NOW, claim, utc_now
from tests.fakes.memory import MemoryStorage

TOKEN = "analytics-token-012345"
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    storage = MemoryStorage(utc_now)
    lines = (
        Line("taxi", 4500, date(2026, 11, 24)),
        Line("hotel", 60000, date(2026, 10, 2), project="apollo"),
        Line(None, 100, date(2026, 11, 1), department="rd"),
    )
    made = replace(claim("BX-1"), state=State.IN_REVIEW, submitted_at=NOW, lines=lines)
    await storage.store.commit(Change(at=NOW, claims=(made,)))
    tokens = (
        ApiToken.model_validate({"name": "bi", "token": TOKEN, "scopes": ["analytics:read"]}),
        ApiToken.model_validate({"name": "no", "token": "x" * 16, "scopes": ["claims:read"]}),
    )
    app = web.Application(middlewares=[problems])
    app.add_routes(AnalyticsApi(storage.spending, Access(tokens)).routes())
    async with TestClient(TestServer(app)) as found:
        yield found


async def ask(client: Client, query: str, token: str = TOKEN) -> tuple[int, Mapping[str, object]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with client.get(f"/api/v1/analytics/spend?{query}", headers=headers) as answer:
        return answer.status, await answer.json()


async def test_sums_have_the_keys_asked_for(client: Client) -> None:
    status, body = await ask(client, "by=department,category,month")

    assert status == 200
    names = ("department", "category", "month", "amount", "lines")
    assert body["items"] == [
        dict(zip(names, values, strict=True))
        for values in (
            ("rd", None, "2026-11", "1.00", 1),
            ("sales", "hotel", "2026-10", "600.00", 1),
            ("sales", "taxi", "2026-11", "45.00", 1),
        )
    ]
    assert body["next"] is None


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("", ["600.00", "46.00"]),
        ("by=project", ["46.00", "600.00"]),
        ("by=month&from=2026-11", ["46.00"]),
        ("by=month&to=2026-10", ["600.00"]),
        ("by=category&department=sales&category=taxi", ["45.00"]),
        ("by=employee&category=", ["1.00"]),
        ("by=employee&employee=nobody", []),
    ],
)
async def test_months_and_values_narrow_it(client: Client, query: str, amounts: list[str]) -> None:
    _, body = await ask(client, query)

    items: list[dict[str, object]] = body["items"]  # type: ignore[assignment]
    assert [i["amount"] for i in items] == amounts


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("by=colour", "invalid_by"),
        ("by=month,month", "invalid_by"),
        ("by=,", "invalid_by"),
        ("from=2026-13", "invalid_from"),
        ("to=2026-1'--", "invalid_to"),
        ("&".join(f"project={i}" for i in range(11)), "too_many_values"),
    ],
)
async def test_a_bad_question_is_named(client: Client, query: str, code: str) -> None:
    status, body = await ask(client, query)

    assert (status, body["code"]) == (400, code)


async def test_it_needs_its_own_scope(client: Client) -> None:
    status, body = await ask(client, "by=month", token="x" * 16)

    assert (status, body["code"]) == (403, "scope_missing")
