"""`POST /api/v1/claims` over real HTTP, on the memory fake."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.settings import ApiToken
from bot.web.access import Access
from bot.web.api import Api
from bot.web.api_claims import ClaimsDoor
from bot.web.problems import problems
from core.actions.basics import Settings, VerifyRules
from core.change import Change, StoredInvoice
from core.claim import Claim, Line, State
from core.company import Company
from core.dealings import AdvanceBook
from core.errors import Rejected
from core.invoice import Reading
from core.notices import Say
from core.ports import ClaimQuery, Page
from core.wallet import CardInvoice, CardStatus, ChosenCard, WalletCard
from tests.contract.storage_samples import NOW, apply
from tests.fakes.memory import MemoryStorage

WRITES, READS = "writes-claims-01234567", "reads-claims-012345678"
TOKENS = (
    ApiToken(name="erp", token=WRITES, scopes=("claims:write", "claims:read")),  # type: ignore[arg-type]
    ApiToken(name="bi", token=READS, scopes=("claims:read",)),  # type: ignore[arg-type]
)
COMPANY = Company.model_validate(
    {
        "people": [
            {"id": "zhang", "name": "张三", "manager": "wang"},
            {"id": "wang", "name": "王五"},
            {"id": "left", "name": "孙八", "active": False},
            {"id": "boss", "name": "赵总"},
            {"id": "admin", "name": "管理员", "roles": ["admin"]},
        ],
        "categories": [
            {"id": "taxi", "name": "市内交通", "requires_invoice": False},
            {"id": "hotel", "name": "住宿", "keywords": ["住宿"]},
        ],
        "projects": [
            {"id": "apollo", "name": "阿波罗"},
            {"id": "old", "name": "旧", "active": False},
        ],
        "budgets": [{"id": "all", "period": "2026-Q4", "limit": "1000.00"}],
        "currencies": [{"id": "USD", "rates": {"2026-11-01": "7.1093"}}],
        "flows": [{"id": "f", "steps": [{"name": "主管", "approvers": ["manager"]}]}],
    }
)
LINE = {"category": "taxi", "amount": "45.00", "date": "2026-11-24", "description": "去客户现场"}
TRIP = {"city": "上海", "start": "2026-12-01", "end": "2026-12-03"}
BODY = {"kind": "reimbursement", "employee": "zhang", "lines": [LINE]}
HOTEL = Reading(
    "a.pdf", ok=True, kind="digital_special", number="26312000000123456789",
    date=date(2026, 11, 20), amount_fen=26535, tax_fen=265, total_fen=26800, seller="和平饭店",
)  # fmt: skip
CODED = Reading(
    "b.pdf", ok=True, kind="vat_general_e", code="044001900111", number="12345678",
    date=date(2026, 11, 20), total_fen=5000,
)  # fmt: skip


def moment() -> datetime:
    return datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


class Files:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return name

    async def get(self, sha256: str) -> bytes:
        return self.kept[sha256]

    async def drop(self, sha256: str) -> None:
        del self.kept[sha256]


class Wallet:
    """A wallet with one card."""

    async def invoices(self, chosen: Sequence[ChosenCard]) -> tuple[CardInvoice, ...]:
        if chosen[0].card_id != "card-1":
            raise Rejected("unknown_card")
        card = WalletCard("openid", "card-1", chosen[0].encrypt_code)
        return (CardInvoice(card, "init", HOTEL, "", b"{}"),)

    async def document(self, url: str) -> bytes:
        raise Rejected("media_expired", url=url)

    async def set_status(
        self, openid: str, cards: Sequence[WalletCard], to: CardStatus
    ) -> tuple[WalletCard, ...]:
        raise Rejected("not_here", openid=openid, to=to, cards=len(cards))


@pytest.fixture
async def storage() -> MemoryStorage:
    found = MemoryStorage(moment)
    await apply(found, COMPANY)
    return found


def app_of(storage: MemoryStorage, *, wallet: Wallet | None, settings: Settings) -> web.Application:
    app = web.Application(middlewares=[problems])
    zone, access = ZoneInfo("Asia/Shanghai"), Access(TOKENS)
    api = Api(storage.store, access, settings, moment, zone)
    door = ClaimsDoor(storage.store, Files(), wallet, access, settings, moment, zone, api.shown)
    app.add_routes([*api.routes(), *door.routes()])
    return app


@pytest.fixture
async def client(storage: MemoryStorage) -> AsyncIterator[TestClient]:
    app = app_of(storage, wallet=Wallet(), settings=Settings(verify=VerifyRules()))
    async with TestClient(TestServer(app)) as found:
        yield found


async def post(
    client: TestClient, body: object, key: str = "k1", token: str = WRITES
) -> tuple[int, dict]:
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    async with client.post("/api/v1/claims", json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


def with_line(**changes: object) -> dict[str, object]:
    return {**BODY, "lines": [{**LINE, **changes}]}


async def received(storage: MemoryStorage, *owned: tuple[str, Reading]) -> None:
    records = tuple(
        StoredInvoice(f"v{i}-BX-20261101-000{i}", reading.number, "a" * 64, owner,
                      f"BX-20261101-000{i}", NOW, reading)
        for i, (owner, reading) in enumerate(owned, 1)
    )  # fmt: skip
    await storage.store.commit(Change(at=NOW, invoices=records))


async def count(storage: MemoryStorage) -> int:
    return len((await storage.store.claims(ClaimQuery(), Page())).items)


@pytest.mark.parametrize(
    ("line", "amount", "foreign"),
    [
        ({"currency": "USD", "amount": "30"}, "213.28", ("30.00", "7.1093", "company")),
        (
            {"currency": "JPY", "amount": "3000", "rate": "0.0465"},
            "139.50",
            ("3000", "0.0465", "entered"),
        ),
    ],
)
async def test_a_line_in_another_currency_is_converted(
    client: TestClient, line: dict[str, str], amount: str, foreign: tuple[str, str, str]
) -> None:
    status, body = await post(client, {**BODY, "lines": [{**LINE, **line}]})

    (shown,) = body["lines"]
    kept = shown["foreign"]
    assert (status, body["total"], body["currency"], shown["amount"]) == (
        201, amount, "CNY", amount,
    )  # fmt: skip
    assert (kept["amount"], kept["rate"], kept["rate_source"]) == foreign


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ({"currency": "EUR"}, 422, "no_rate"),
        ({"currency": "USD", "rate": "711"}, 422, "rate_far"),
        ({"currency": "JPY", "amount": "30.5"}, 400, "invalid_amount"),
        ({"currency": "XXX"}, 400, "invalid_body"),
        ({"rate": "7"}, 400, "invalid_body"),
        ({"currency": "USD", "rate": "NaN"}, 400, "invalid_body"),
    ],
)
async def test_what_cannot_be_converted_is_refused(
    client: TestClient, line: dict[str, str], status: int, code: str
) -> None:
    answered, body = await post(client, {**BODY, "lines": [{**LINE, **line}]})

    assert (answered, body["code"]) == (status, code)


async def test_a_claim_is_entered_as_a_draft(client: TestClient, storage: MemoryStorage) -> None:
    status, body = await post(client, BODY)

    assert (status, body["state"], body["total"]) == (201, "draft", "45.00")
    assert body["number"] == "BX-20261125-0001"
    assert body["lines"][0] == {**LINE, "project": None, "invoice": None}
    trail = (await storage.store.audit(Page())).items
    (entered,) = [record for record in trail if record.action == "enter"]
    assert (entered.actor, dict(entered.fields)) == ("zhang", {"by": "api:erp"})


async def test_submitting_holds_the_money_and_asks(
    client: TestClient, storage: MemoryStorage
) -> None:
    status, body = await post(client, {**BODY, "submit": True})

    assert (status, body["state"]) == (201, "in_review")
    assert [a["approver"] for a in body["approvals"]] == ["wang"]
    (balance,) = await storage.store.balances(["all"])
    assert balance.reserved_fen == 4500


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"amount": "1000.01"}, "budget_exceeded"),
        ({"category": "hotel"}, "invoice_missing"),
        ({"category": None}, "category_missing"),
    ],
)
async def test_what_blocks_leaves_a_draft_that_says_so(
    client: TestClient, storage: MemoryStorage, line: dict[str, object], code: str
) -> None:
    status, body = await post(client, {**with_line(**line), "submit": True})

    assert (status, body["state"]) == (201, "draft")
    assert (code, "block") in [(f["code"], f["severity"]) for f in body["findings"]]
    (balance,) = await storage.store.balances(["all"])
    assert balance.reserved_fen == 0


async def test_the_same_key_and_body_give_the_same_claim(
    client: TestClient, storage: MemoryStorage
) -> None:
    first = await post(client, BODY)
    again = await post(client, {key: BODY[key] for key in reversed(BODY)})
    other = await post(client, with_line(amount="46.00"))
    fresh = await post(client, BODY, "k2")

    assert again == first
    assert (other[0], other[1]["code"]) == (409, "idempotency_key_reused")
    assert fresh[1]["number"] != first[1]["number"]
    assert await count(storage) == 2


async def test_of_many_at_once_all_get_the_same_claim(
    client: TestClient, storage: MemoryStorage
) -> None:
    answers = await asyncio.gather(*(post(client, {**BODY, "submit": True}) for _ in range(8)))

    assert {status for status, _ in answers} == {201}
    assert len({body["number"] for _, body in answers}) == 1
    assert await count(storage) == 1
    (balance,) = await storage.store.balances(["all"])
    assert balance.reserved_fen == 4500


async def test_what_was_refused_may_be_asked_again_under_its_key(client: TestClient) -> None:
    refused = await post(client, with_line(project="mars"))
    mended = await post(client, with_line(project="apollo"))

    assert refused[0] == 422
    assert (mended[0], mended[1]["lines"][0]["project"]) == (201, "apollo")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**BODY, "employee": "nobody"}, "unknown_employee"),
        ({**BODY, "employee": "left"}, "employee_inactive"),
        (with_line(category="moon"), "unknown_category"),
        (with_line(project="mars"), "unknown_project"),
        (with_line(project="old"), "project_closed"),
        (with_line(invoice="99999999"), "no_such_invoice"),
        (with_line(invoice={"card_id": "x", "encrypt_code": "y"}), "card_unreadable"),
        ({**BODY, "employee": "boss", "submit": True}, "no_approver"),
    ],
)
async def test_what_nobody_knows_is_refused(
    client: TestClient, storage: MemoryStorage, body: object, code: str
) -> None:
    status, answer = await post(client, body)

    assert (status, answer["code"]) == (422, code)
    assert await count(storage) == 0


@pytest.mark.parametrize(
    "amount", ["1e9", "NaN", "Infinity", "-5", "0", "0.00", "0.001", "1,000.00", "", "１"]
)
async def test_an_amount_that_is_none_is_asked_again(client: TestClient, amount: str) -> None:
    status, answer = await post(client, with_line(amount=amount))

    assert (status, answer["code"]) == (400, "invalid_amount")
    assert [e["field"] for e in answer["errors"]] == ["lines.0.amount"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {**BODY, "lines": []},
        {**BODY, "state": "approved"},
        {**BODY, "kind": "gift"},
        {**BODY, "submit": "yes"},
        {**BODY, "supplier": {"name": "京东"}},
        {**BODY, "standing": True},
        {**BODY, "kind": "purchase_request", "supplier": {"name": "京东", "account": "x"}},
        {**BODY, "kind": "travel_request", "trip": {**TRIP, "end": "2026-11-30"}},
        with_line(amount="45.00", approver="zhang"),
        with_line(date="24.11.2026"),
        with_line(date=1764000000),
        with_line(description=None),
        with_line(invoice={"card_id": "x"}),
        with_line(invoice=26312),
    ],
)
async def test_a_strange_body_is_refused(client: TestClient, body: object) -> None:
    status, answer = await post(client, body)

    assert (status, answer["code"]) == (400, "invalid_body")
    assert answer["errors"]


async def test_an_amount_is_a_text(client: TestClient) -> None:
    status, answer = await post(client, with_line(amount=45))

    assert (status, answer["code"]) == (400, "invalid_amount")


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_is_wanted(client: TestClient, key: str) -> None:
    status, answer = await post(client, BODY, key)

    assert (status, answer["code"]) == (400, "idempotency_key_missing")


async def test_only_who_may_write_does(client: TestClient) -> None:
    status, answer = await post(client, BODY, token=READS)

    assert (status, answer["code"]) == (403, "scope_missing")


async def test_keys_of_two_systems_are_apart(client: TestClient, storage: MemoryStorage) -> None:
    await post(client, BODY)

    assert await storage.store.request("api:erp:k1")
    assert await storage.store.request("api:bi:k1") is None


@pytest.mark.parametrize(
    ("named", "reading"),
    [
        ("26312000000123456789", HOTEL),
        ("12345678", CODED),
        ("044001900111-12345678", CODED),
        ("v1-BX-20261101-0001", HOTEL),
    ],
)
async def test_a_received_voucher_goes_on_the_line(
    client: TestClient, storage: MemoryStorage, named: str, reading: Reading
) -> None:
    await received(storage, ("zhang", HOTEL), ("zhang", CODED))
    (coded,) = await storage.store.invoices("12345678")
    keyed = replace(coded, identity="044001900111-12345678")
    await storage.store.commit(Change(at=NOW, invoices=(keyed,)))

    status, body = await post(client, with_line(category=None, amount="50.00", invoice=named))

    assert status == 201, body
    assert body["lines"][0]["invoice"]["number"] == reading.number
    stored = await storage.store.invoices_of(body["number"])
    assert [v.reading.number for v in stored] == [reading.number]
    claim = await storage.store.claim(body["number"])
    assert claim
    assert [f.sha256 for f in claim.files] == ["a" * 64]


async def test_one_number_of_two_vouchers_says_nothing(
    client: TestClient, storage: MemoryStorage
) -> None:
    other = replace(CODED, code="044001900222")
    await received(storage, ("wang", CODED), ("boss", other))
    rows = await storage.store.invoices("12345678")
    keyed = tuple(replace(r, identity=f"{r.reading.code}-12345678") for r in rows)
    await storage.store.commit(Change(at=NOW, invoices=keyed))

    status, answer = await post(client, with_line(amount="50.00", invoice="12345678"))

    assert (status, answer["code"]) == (422, "ambiguous_invoice")


async def test_more_than_the_voucher_says_is_refused(
    client: TestClient, storage: MemoryStorage
) -> None:
    await received(storage, ("zhang", HOTEL))
    body = {**BODY, "lines": [LINE, {**LINE, "amount": "268.01", "invoice": HOTEL.number}]}

    status, answer = await post(client, body)

    assert (status, answer["code"], answer["fields"]["line"]) == (422, "above_invoice", "1")


async def test_one_voucher_stands_for_one_line(client: TestClient, storage: MemoryStorage) -> None:
    await received(storage, ("zhang", HOTEL))
    line = {**LINE, "invoice": HOTEL.number}

    status, answer = await post(client, {**BODY, "lines": [line, line]})

    assert (status, answer["code"]) == (422, "invoice_twice")


async def test_a_card_of_a_wallet_is_locked_on_submission(
    client: TestClient, storage: MemoryStorage
) -> None:
    card = {"card_id": "card-1", "encrypt_code": "secret-code"}
    line = {"category": "hotel", "amount": "268.00", "date": "2026-11-20", "invoice": card}

    status, body = await post(client, {**BODY, "lines": [line], "submit": True})

    assert (status, body["state"]) == (201, "in_review"), body
    assert body["lines"][0]["invoice"]["number"] == HOTEL.number
    assert "secret-code" not in str(body)
    told = [r.payload for r in storage.outbox.queue.rows.values()]
    assert [type(n).__name__ for n in told if not isinstance(n, str)].count("UpdateWallet") == 1


async def test_without_a_wallet_there_are_no_cards(storage: MemoryStorage) -> None:
    async with TestClient(TestServer(app_of(storage, wallet=None, settings=Settings()))) as client:
        card = {"card_id": "card-1", "encrypt_code": "secret-code"}
        status, answer = await post(client, with_line(invoice=card))

    assert (status, answer["code"]) == (422, "no_wallet")


async def test_a_text_becomes_one_visible_line(client: TestClient) -> None:
    _, body = await post(client, with_line(description="去\u200b客户\n现场\x00<b>"))

    assert body["lines"][0]["description"] == "去客户 现场＜b＞"


@pytest.mark.parametrize(
    ("more", "prefix", "shown"),
    [
        ({"kind": "travel_request", "trip": TRIP}, "CC-", {"trip": TRIP}),
        (
            {
                "kind": "purchase_request",
                "supplier": {"name": "京东", "account": "6222021234567890", "bank": "招商银行"},
            },
            "CG-",
            {
                "supplier": {
                    "name": "京东",
                    "account_masked": "************7890",
                    "bank": "招商银行",
                }
            },
        ),
        ({"kind": "advance", "standing": True, "purpose": "前台"}, "JK-", {}),
        ({"kind": "welfare"}, "FL-", {}),
    ],
)
async def test_every_kind_can_be_entered(
    client: TestClient, more: dict[str, object], prefix: str, shown: dict[str, object]
) -> None:
    status, body = await post(client, {**BODY, **more})

    assert status == 201
    assert str(body["number"]).startswith(prefix)
    assert {name: body.get(name) for name in shown} == shown


async def test_administrators_hear_once_of_somebody_whom_nobody_can_be_asked_for(
    client: TestClient, storage: MemoryStorage
) -> None:
    body = {**BODY, "employee": "boss", "submit": True}
    for key in ("k1", "k2"):
        await post(client, body, key)

    told = [r.payload for r in storage.outbox.queue.rows.values()]

    assert told == [
        Say("admin", "stopped_submission", (("employee", "boss"), ("step", "主管"))),
    ]


class Slow:
    """A store that lets everybody else read before it commits."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._store = storage.store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def commit(self, change: Change) -> None:
        for _ in range(50):
            await asyncio.sleep(0)
        await self._store.commit(change)


@pytest.mark.parametrize("doors", [1, 2])
async def test_claims_of_one_person_at_once_all_take_of_an_advance(
    storage: MemoryStorage, doors: int
) -> None:
    advance = Claim(
        "JK-20261120-0001", "hq", "advance", State.PAID, "zhang", "root", NOW,
        lines=(Line(None, 100_00, NOW.date(), "展会"),), advance=AdvanceBook(None, paid_at=NOW),
    )  # fmt: skip
    await storage.store.commit(Change(at=NOW, claims=(advance,)))
    slow: Any = SimpleNamespace(store=Slow(storage))
    apps = [app_of(slow, wallet=None, settings=Settings()) for _ in range(doors)]
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(TestClient(TestServer(a))) for a in apps]

        answers = await asyncio.gather(
            *(
                post(
                    clients[i % doors], {**BODY, "submit": True, "purpose": f"第 {i} 张"}, f"k-{i}"
                )
                for i in range(6)
            )
        )

    assert [(status, body["state"]) for status, body in answers] == [(201, "in_review")] * 6
    claims = (await storage.store.claims(ClaimQuery(state=State.IN_REVIEW), Page(limit=9))).items
    assert sum(c.cleared_fen for c in claims) == 100_00
