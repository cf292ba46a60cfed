"""`GET /vouchers` over real HTTP, on the memory fake."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.settings import ApiToken
from bot.web.access import Access
from bot.web.api_vouchers import VouchersApi
from bot.web.problems import problems
from core.change import Change
from core.claim import Line, State
from core.company import Company
from core.payment import Payment
from tests.contract.storage_samples import NOW, apply, claim
from tests.fakes.memory import MemoryStorage

ALL, NONE = "reads-vouchers-01234", "reads-nothing-012345"
TOKENS = (
    ApiToken(name="erp", token=ALL, scopes=("vouchers:read",)),  # type: ignore[arg-type]
    ApiToken(name="poor", token=NONE),  # type: ignore[arg-type]
)
COMPANY = Company.model_validate(
    {
        "people": [{"id": "zhang", "name": "张三"}],
        "categories": [{"id": "taxi", "name": "市内交通", "account": "6601.03"}],
    }
)


def moment() -> datetime:
    return datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture
async def client() -> AsyncIterator[TestClient]:
    """Give three approved claims, the last without a category."""
    storage = MemoryStorage(moment)
    await apply(storage, COMPANY)
    for i in (1, 2, 3):
        made = claim(f"BX-20261125-000{i}")
        lines = tuple(Line("taxi" if i < 3 else None, x.amount_fen, x.date) for x in made.lines)
        owed = Payment(f"P-{made.number}", made.number, "zhang", "张三", 10000, "6222", "招行")
        approved = replace(made, state=State.APPROVED, lines=lines)
        await storage.store.commit(Change(at=NOW, claims=(approved,), payments=(owed,)))
    app = web.Application(middlewares=[problems])
    app.add_routes(VouchersApi(storage.store, Access(TOKENS)).routes())
    async with TestClient(TestServer(app)) as found:
        yield found


async def get(client: TestClient, query: str = "", token: str = ALL) -> tuple[int, dict]:
    headers = {"Authorization": f"Bearer {token}"}
    async with client.get(f"/api/v1/vouchers{query}", headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_voucher_has_its_lines_in_yuan(client: TestClient) -> None:
    status, body = await get(client, "?claim=BX-20261125-0001")

    (voucher,) = body["items"]
    assert status == 200
    assert (voucher["id"], voucher["total"], voucher["date"]) == (
        "V-BX-20261125-0001-1",
        "100.00",
        "2026-11-25",
    )
    assert [(x["account"], x["debit"], x["credit"]) for x in voucher["lines"]] == [
        ("6601.03", "100.00", "0.00"),
        ("2241", "0.00", "100.00"),
    ]


async def test_a_cursor_leads_through_all(client: TestClient) -> None:
    seen: list[str] = []
    query = "?limit=2"
    while query:
        _, body = await get(client, query)
        seen += [v["claim"] for v in body["items"]]
        query = f"?limit=2&cursor={body['next']}" if body["next"] else ""

    assert seen == [f"BX-20261125-000{i}" for i in (1, 2, 3)]


async def test_what_could_not_be_made_says_why(client: TestClient) -> None:
    _, body = await get(client, "?state=refused")

    (voucher,) = body["items"]
    assert (voucher["reason"], voucher["lines"]) == ("category_missing", [])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?state=gone", "invalid_state"),
        ("?limit=0", "invalid_limit"),
        ("?limit=x", "invalid_limit"),
        ("?cursor=x", "invalid_cursor"),
    ],
)
async def test_a_bad_question_is_refused(client: TestClient, query: str, code: str) -> None:
    status, body = await get(client, query)

    assert (status, body["code"]) == (400, code)


async def test_it_wants_its_scope(client: TestClient) -> None:
    status, body = await get(client, token=NONE)

    assert (status, body["code"]) == (403, "scope_missing")
