"""The REST API of contract §4 over real HTTP, on the memory fake."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.settings import ApiToken
from bot.web.access import MAX_WRONG, Access
from bot.web.api import Api
from bot.web.problems import problems
from core.actions.basics import Settings
from core.budget import Balance, Charge, Hold
from core.change import Change, Reserve
from core.claim import Claim, State
from core.currency import Currency
from core.payment import Payment
from core.ports import ClaimQuery, Page, Sliced
from tests.contract.storage_samples import NOW, apply, claim, company_with
from tests.fakes.memory import MemoryStorage

ALL = "reads-everything-0123"
NONE = "reads-nothing-012345"
SCOPES = ("claims:read", "budgets:read", "invoices:read", "payments:read", "payments:write")
TOKENS = (
    ApiToken(name="erp", token=ALL, scopes=(*SCOPES, "audit:read")),  # type: ignore[arg-type]
    ApiToken(name="poor", token=NONE),  # type: ignore[arg-type]
)
NUMBER = "BX-20261125-0001"


def moment() -> datetime:
    return datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture
async def storage() -> MemoryStorage:
    """Give one claim that is approved and owed, and a budget of 1,000 yuan with 100 held."""
    found = MemoryStorage(moment)
    dollars = Currency.model_validate({"id": "USD", "rates": {"2026-11-01": "7.1093"}})
    company = company_with(all="1000.00").model_copy(update={"currencies": (dollars,)})
    await apply(found, company)
    paid = Payment("P-" + NUMBER, NUMBER, "zhang", "张三", 10000, "6222021234567890", "招商银行")
    approved = replace(claim(), state=State.APPROVED, submitted_at=NOW)
    hold = Hold(f"{NUMBER}/1", NUMBER, (Charge("all", 10000),))
    await found.store.commit(
        Change(at=NOW, claims=(approved,), moves=(Reserve(hold),), payments=(paid,))
    )
    return found


@pytest.fixture
async def client(storage: MemoryStorage) -> AsyncIterator[TestClient]:
    app = web.Application(middlewares=[problems])
    zone = ZoneInfo("Asia/Shanghai")
    app.add_routes(Api(storage.store, Access(TOKENS), Settings(), moment, zone).routes())
    async with TestClient(TestServer(app)) as found:
        yield found


def bearer(token: str = ALL) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def get(client: TestClient, path: str, token: str = ALL) -> tuple[int, dict]:
    async with client.get(f"/api/v1/{path}", headers=bearer(token)) as answer:
        return answer.status, await answer.json(content_type=None)


async def post(client: TestClient, path: str, body: object) -> tuple[int, dict]:
    async with client.post(f"/api/v1/{path}", json=body, headers=bearer()) as answer:
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize("path", ["claims", "budgets", "payments", "invoices?number=1", "audit"])
async def test_every_list_wants_a_token_and_its_scope(client: TestClient, path: str) -> None:
    async with client.get(f"/api/v1/{path}") as answer:
        assert answer.status == 401
        assert answer.content_type == "application/problem+json"
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    status, body = await get(client, path, NONE)
    assert (status, body["code"]) == (403, "scope_missing")

    status, body = await get(client, path)
    assert status == 200
    assert set(body) == {"items", "next"}


async def test_a_hundred_wrong_tokens_are_enough(client: TestClient) -> None:
    for _ in range(MAX_WRONG):
        status, _body = await get(client, "claims", "wrong-wrong-wrong-wrong")
        assert status == 401

    status, body = await get(client, "claims")

    assert (status, body["code"]) == (429, "too_many_wrong_tokens")


async def test_a_right_token_forgives_wrong_ones(client: TestClient) -> None:
    for token in ["wrong-wrong-wrong"] * (MAX_WRONG - 1) + [ALL] + ["wrong-wrong-wrong"] * 5:
        await get(client, "claims", token)

    assert (await get(client, "claims"))[0] == 200


async def test_a_claim_has_the_contracts_shape(client: TestClient) -> None:
    status, body = await get(client, f"claims/{NUMBER}")

    assert status == 200
    assert {"number", "kind", "state", "employee", "total", "version", "lines"} <= set(body)
    assert (body["state"], body["total"], body["currency"]) == ("approved", "100.00", "CNY")
    assert body["budgets"] == [{"id": "all", "amount": "100.00", "available_after": "900.00"}]
    assert body["lines"][0]["amount"] == "100.00"


async def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    for path, code in [
        ("claims/BX-1", "no_such_claim"),
        ("budgets/none", "no_such_budget"),
        ("budgets/none/entries", "no_such_budget"),
        ("nowhere", "not_found"),
    ]:
        status, body = await get(client, path)
        assert (status, body["code"]) == (404, code)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("claims?state=lost", "invalid_state"),
        ("claims?limit=0", "invalid_limit"),
        ("claims?limit=x", "invalid_limit"),
        ("claims?cursor=!!", "invalid_cursor"),
        ("payments?state=gone", "invalid_state"),
        ("invoices", "number_missing"),
    ],
)
async def test_a_bad_question_is_told_what_is_wrong(
    client: TestClient, path: str, code: str
) -> None:
    status, body = await get(client, path)

    assert (status, body["code"]) == (400, code)
    assert body["detail"]


async def test_a_budget_and_its_journal(client: TestClient) -> None:
    _, budget = await get(client, "budgets/all")
    _, entries = await get(client, "budgets/all/entries")

    assert (budget["limit"], budget["reserved"], budget["available"]) == (
        "1000.00",
        "100.00",
        "900.00",
    )
    assert [(e["claim"], e["kind"], e["amount"]) for e in entries["items"]] == [
        (NUMBER, "reserve", "100.00")
    ]


@pytest.mark.parametrize(
    ("amount", "decision"), [("900.00", "allow"), ("900.01", "block"), ("-5", "allow")]
)
async def test_a_check_decides_and_reserves_nothing(
    client: TestClient, amount: str, decision: str
) -> None:
    question = {"department": "root", "date": "2026-11-25", "amount": amount}

    status, body = await post(client, "budgets/check", question)
    _, budget = await get(client, "budgets/all")

    assert (status, body["decision"]) == (200, decision)
    assert [b["id"] for b in body["budgets"]] == ["all"]
    assert budget["reserved"] == "100.00"


@pytest.mark.parametrize(
    "body",
    [
        {"date": "2026-11-25"},
        {"date": "yesterday", "amount": "1"},
        {"date": "2026-11-25", "amount": "1", "approver": "me"},
        [],
    ],
)
async def test_a_body_is_checked(client: TestClient, body: object) -> None:
    status, answer = await post(client, "budgets/check", body)

    assert (status, answer["code"]) == (400, "invalid_body")
    assert answer["errors"]


async def test_a_check_in_another_currency_needs_its_rate(client: TestClient) -> None:
    question = {"date": "2026-11-25", "amount": "30", "currency": "USD"}

    known = await post(client, "budgets/check", question)
    unknown = await post(client, "budgets/check", {**question, "currency": "EUR"})
    odd = await post(client, "budgets/check", {**question, "currency": "$"})

    assert (known[0], known[1]["decision"]) == (200, "allow")
    assert (unknown[0], unknown[1]["code"]) == (422, "no_rate")
    assert (odd[0], odd[1]["code"]) == (400, "invalid_currency")


@pytest.mark.parametrize("name", ["department", "project", "category", "person", "company"])
async def test_a_check_about_nobody_is_refused_and_not_allowed(
    client: TestClient, name: str
) -> None:
    question = {"date": "2026-11-25", "amount": "1.00", name: "slip"}

    status, body = await post(client, "budgets/check", question)

    assert (status, body["code"]) == (422, f"unknown_{name}")
    assert "slip" in body["detail"]


@pytest.mark.parametrize("amount", ["1e9", "NaN", "0.001", "1,000"])
async def test_an_amount_is_a_plain_decimal(client: TestClient, amount: str) -> None:
    status, body = await post(client, "budgets/check", {"date": "2026-11-25", "amount": amount})

    assert (status, body["code"]) == (400, "invalid_amount")


async def test_an_account_is_masked(client: TestClient) -> None:
    _, body = await get(client, "payments")

    (payment,) = body["items"]
    assert payment["account_masked"] == "************7890"
    assert "6222021234567890" not in str(body)


async def test_the_banks_result_counts_once(client: TestClient, storage: MemoryStorage) -> None:
    path, paid = f"payments/P-{NUMBER}/result", {"result": "paid", "reference": "B-1"}

    first = await post(client, path, paid)
    second = await post(client, path, paid)
    late = await post(client, path, {"result": "failed", "reason": "账号错误"})
    stored = await storage.store.claim(NUMBER)

    assert [first[0], second[0]] == [200, 200]
    assert first[1]["state"] == second[1]["state"] == "paid"
    assert (late[0], late[1]["code"]) == (422, "wrong_state")
    assert stored
    assert stored.state is State.PAID


class Unhurried:
    """A store that lets others read before it commits, and counts what it is asked."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._store = storage.store
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def claims(self, query: ClaimQuery, page: Page) -> Sliced[Claim]:
        self.asked["claims"] += 1
        return await self._store.claims(query, page)

    async def balances(self, ids: Sequence[str] | None = None) -> tuple[Balance, ...]:
        self.asked["balances"] += 1
        return await self._store.balances(ids)

    async def commit(self, change: Change) -> None:
        await asyncio.sleep(0.01)
        await self._store.commit(change)


@asynccontextmanager
async def reading(store: Unhurried) -> AsyncIterator[TestClient]:
    app, zone = web.Application(middlewares=[problems]), ZoneInfo("Asia/Shanghai")
    api = Api(store, Access(TOKENS), Settings(), moment, zone)  # type: ignore[arg-type]
    app.add_routes(api.routes())
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_what_surrounds_many_drafts_is_read_once(storage: MemoryStorage) -> None:
    drafts = tuple(claim(f"BX-20261125-{i:04d}", i) for i in range(10, 30))
    await storage.store.commit(Change(at=NOW, claims=drafts))
    store = Unhurried(storage)

    async with reading(store) as client:
        _, body = await get(client, "claims?limit=200")
        _, single = await get(client, f"claims/{drafts[0].number}")

    assert len(body["items"]) == 21
    assert single == next(c for c in body["items"] if c["number"] == drafts[0].number)
    assert (store.asked["claims"], store.asked["balances"]) == (1 + 5 + 5, 1 + 2)


async def test_one_result_at_once_from_several_is_one(storage: MemoryStorage) -> None:
    path, paid = f"payments/P-{NUMBER}/result", {"result": "paid", "reference": "B-1"}
    async with reading(Unhurried(storage)) as client:
        answers = await asyncio.gather(*(post(client, path, paid) for _ in range(8)))

    assert {(status, body["state"]) for status, body in answers} == {(200, "paid")}


async def test_a_part_is_above_zero(client: TestClient) -> None:
    for amount in ("0", "-1.00"):
        body = {"result": "paid", "amount": amount, "reference": "B-1"}
        status, answer = await post(client, f"payments/P-{NUMBER}/result", body)
        assert (status, answer["code"]) == (400, "invalid_amount")


async def test_a_bounced_payment_is_owed_again(client: TestClient) -> None:
    path = f"payments/P-{NUMBER}/result"

    status, body = await post(client, path, {"result": "failed", "reason": "账号错误"})

    assert (status, body["state"], body["reason"]) == (200, "failed", "账号错误")


async def test_parts_add_up_and_money_comes_back(client: TestClient) -> None:
    path = f"payments/P-{NUMBER}/result"
    total = (await get(client, "payments"))[1]["items"][0]["amount"]
    part = {"result": "paid", "amount": "1.00", "reference": "B-1"}

    first, again = await post(client, path, part), await post(client, path, part)
    bad = await post(client, path, {**part, "amount": "1e2"})
    much = await post(client, path, {**part, "amount": total, "reference": "B-2"})
    whole = await post(client, path, {"result": "paid", "reference": "B-3"})
    back = await post(client, path, {"result": "returned", "reason": "销户"})
    known = await post(client, path, {"result": "returned", "reason": "销户"})

    assert [first[0], again[0], whole[0], back[0], known[0]] == [200] * 5
    assert first[1]["state"] == again[1]["state"] == "pending"
    assert (bad[0], bad[1]["code"]) == (400, "invalid_amount")
    assert (much[0], much[1]["code"]) == (422, "paid_too_much")
    assert whole[1]["state"] == "paid"
    assert (back[1]["state"], back[1]["reason"]) == ("failed", "销户")
    assert known[1] == back[1]


async def test_a_token_has_a_pace_of_its_own(storage: MemoryStorage) -> None:
    clock = iter([0.0, 1.0, 2.0, 30.0, 60.5])
    access = Access(TOKENS, per_minute=2, now=lambda: next(clock))
    app = web.Application(middlewares=[problems])
    zone = ZoneInfo("Asia/Shanghai")
    app.add_routes(Api(storage.store, access, Settings(), moment, zone).routes())
    async with TestClient(TestServer(app)) as client:
        statuses = [(await get(client, "budgets"))[0] for _ in range(2)]
        async with client.get("/api/v1/budgets", headers=bearer()) as answer:
            wait, body = answer.headers["Retry-After"], await answer.json(content_type=None)
        statuses += [(await get(client, "budgets"))[0] for _ in range(2)]

    assert statuses == [200, 200, 429, 200]
    assert (wait, body["code"]) == ("58", "too_many_requests")
