"""What the REST API says when it cannot serve: one document, in the reader's language."""

import gzip
import io
import json
from collections.abc import AsyncIterator
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from sqlalchemy.exc import OperationalError, ProgrammingError

from bot.texts import CATALOGUE
from bot.texts.api import FAULTS, PROBLEMS, fault_text, problem_text
from bot.texts.template import Language
from bot.web import asked as requests
from bot.web.access import MAX_WRONG, MINUTE_S, Access
from bot.web.api import Api
from bot.web.operations import OPERATIONS
from bot.web.problems import language_of, problems
from core.actions.basics import Settings
from tests.contract.storage_samples import apply
from tests.fakes.memory import MemoryStorage
from tests.unit.web.test_api import TOKENS, bearer, moment
from tests.unit.web.test_api_claims import BODY, COMPANY, LINE, WRITES, app_of

ASKED = {"date": "2026-11-25", "amount": "1.00"}
PACKED = gzip.compress(json.dumps(ASKED).encode(), mtime=0)


class Clock:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def broken(request: web.Request) -> web.Response:
    """Fail as the storage does, by the name of the failure."""
    if request.match_info["how"] == "away":
        raise OperationalError("select 1", {}, OSError("gone"))
    raise ProgrammingError("select personal", {}, ValueError("a secret"))


@pytest.fixture
def seconds() -> Clock:
    return Clock()


@pytest.fixture
async def client(seconds: Clock) -> AsyncIterator[TestClient]:
    storage = MemoryStorage(moment)
    await apply(storage, COMPANY)
    access = Access(TOKENS, now=seconds)
    app = web.Application(middlewares=[problems], client_max_size=2 * 1024 * 1024)
    app.add_routes(
        Api(storage.store, access, Settings(), moment, ZoneInfo("Asia/Shanghai")).routes()
    )
    app.router.add_get("/api/v1/broken/{how}", broken)
    async with TestClient(TestServer(app)) as found:
        yield found


@pytest.fixture
async def entering() -> AsyncIterator[TestClient]:
    storage = MemoryStorage(moment)
    await apply(storage, COMPANY)
    app = app_of(storage, wallet=None, settings=Settings())
    async with TestClient(TestServer(app)) as found:
        yield found


async def check(client: TestClient, body: bytes, **headers: str) -> tuple[int, dict]:
    url = "/api/v1/budgets/check"
    async with client.post(url, data=io.BytesIO(body), headers={**bearer(), **headers}) as answer:
        assert answer.content_type in {"application/json", "application/problem+json"}
        return answer.status, await answer.json(content_type=None)


async def enter(client: TestClient, line: dict, **more: object) -> tuple[int, dict]:
    headers = {**bearer(WRITES), "Idempotency-Key": str(hash(str(line)))}
    body = {**BODY, "lines": [{**LINE, **line}], **more}
    async with client.post("/api/v1/claims", json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,zh;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr, en;q=0.5", "en"),
        ("en;q=0", "zh"),
        ("fr", "zh"),
        ("en;q=nan, zh;q=0.1", "zh"),
        (";;,,q=1", "zh"),
    ],
)
def test_a_reader_is_answered_in_their_language(wish: str, language: Language) -> None:
    request = make_mocked_request("GET", "/api/v1/claims", headers={"Accept-Language": wish})

    assert language_of(request) == language


async def test_a_problem_speaks_chinese_or_english(client: TestClient) -> None:
    url, texts = "/api/v1/claims?state=lost", {}
    for language in ("zh", "en"):
        headers = {**bearer(), "Accept-Language": language}
        async with client.get(url, headers=headers) as answer:
            assert answer.headers["Content-Language"] == language
            assert answer.headers["Cache-Control"] == "no-store"
            texts[language] = (await answer.json(content_type=None))["detail"]

    assert texts["zh"].startswith("state 请从 draft, in_review")
    assert texts["en"].startswith("`state` is one of draft, in_review")


@pytest.mark.parametrize("language", get_args(Language))
def test_every_code_of_the_document_says_something_of_its_own(language: Language) -> None:
    codes = {c for o in OPERATIONS for names in o.all_codes.values() for c in names}

    assert codes <= {*PROBLEMS, *CATALOGUE}
    assert len({problem_text(c, language, {}) for c in codes}) == len(codes)
    assert all(fault_text(code, language, {}) for code in FAULTS)
    assert set(requests._CODES.values()) <= set(FAULTS)


async def test_another_method_is_told_which_there_are(client: TestClient) -> None:
    async with client.delete("/api/v1/claims", headers=bearer()) as answer:
        body = await answer.json(content_type=None)

        assert (answer.status, body["code"]) == (405, "method_not_allowed")
        assert answer.headers["Allow"] == "GET,HEAD"


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"<x/>", {"Content-Type": "application/xml"}, 415, "unsupported_media_type"),
        (
            b"--x",
            {"Content-Type": "multipart/form-data; boundary=x"},
            415,
            "unsupported_media_type",
        ),
        (b"no gzip", {"Content-Encoding": "gzip"}, 400, "invalid_body"),
        (b" " * 2_200_000, {}, 413, "request_entity_too_large"),
        (gzip.compress(b" " * 2_200_000, mtime=0), {"Content-Encoding": "gzip"}, 413, None),
        (b'{"date": "2026-11-25", "amount": "1", "amount": "2"}', {}, 400, "invalid_body"),
        (b"[" * 50_000, {}, 400, "invalid_body"),
        (b"\xff", {}, 400, "invalid_body"),
        (json.dumps({**ASKED, "amount": "1.001"}).encode(), {}, 400, "invalid_amount"),
        (json.dumps({**ASKED, "date": 1764000000}).encode(), {}, 400, "invalid_body"),
        (b"\xef\xbb\xbf" + json.dumps(ASKED).encode(), {}, 200, None),
        (PACKED, {"Content-Encoding": "gzip"}, 200, None),
        (json.dumps(ASKED).encode(), {"Content-Type": "application/vnd.erp+json"}, 200, None),
    ],
)
async def test_a_body_is_json_once_and_whole(
    client: TestClient, body: bytes, headers: dict[str, str], status: int, code: str | None
) -> None:
    answered, found = await check(client, body, **headers)

    assert answered == status
    assert code is None or (found["code"], found["type"]) == (code, "about:blank")


async def test_a_body_that_does_not_come_is_not_waited_for(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_S", 0.05)
    url = "/api/v1/budgets/check"
    async with client.post(url, headers={**bearer(), "Content-Length": "9"}) as answer:
        body = await answer.json(content_type=None)

    assert (answer.status, body["code"]) == (408, "request_timeout")


async def test_each_fault_has_its_place_and_code(entering: TestClient) -> None:
    line = {"amount": "1e2", "date": "24.11.2026", "invoice": {"card_id": ""}, "gift": 1}
    status, body = await enter(entering, line, submit="yes")

    assert (status, body["code"]) == (400, "invalid_body")
    assert {(e["field"], e["code"]) for e in body["errors"]} == {
        ("lines.0.amount", "not_amount"),
        ("lines.0.date", "not_date"),
        ("lines.0.invoice", "not_text"),
        ("lines.0.invoice.card_id", "too_short"),
        ("lines.0.invoice.encrypt_code", "missing"),
        ("lines.0.gift", "unknown_field"),
        ("submit", "not_boolean"),
    }
    assert "lines.0.amount: 请写大于 0、最多 2 位小数的字符串" in body["detail"]


async def test_a_currency_has_its_own_decimals(entering: TestClient) -> None:
    dinars = {"currency": "KWD", "amount": "45.123", "rate": "23.1"}
    status, body = await enter(entering, dinars)
    bad = await enter(entering, {**dinars, "amount": "45.1234"})

    assert status == 201
    assert body["lines"][0]["foreign"]["amount"] == "45.123"
    assert (bad[0], bad[1]["code"]) == (400, "invalid_amount")


async def test_a_long_description_is_kept_whole(entering: TestClient) -> None:
    _, body = await enter(entering, {"description": "长" * 500}, purpose="长" * 500)

    assert body["lines"][0]["description"] == body["purpose"] == "长" * 500


async def test_a_refusal_says_why_and_names_no_claim_that_is_not_there(
    entering: TestClient,
) -> None:
    unknown = await enter(entering, {"category": "gift"})
    nobody = await enter(entering, {}, employee="boss", submit=True)

    assert unknown[1]["fields"] == {"line": "0", "category": "gift"}
    assert unknown[1]["detail"].startswith("没有类别「gift」")
    assert (nobody[0], nobody[1]["code"]) == (422, "no_approver")
    assert "number" not in nobody[1]["fields"]


async def test_a_failure_is_a_document_without_its_reason(client: TestClient) -> None:
    found = {}
    for how in ("away", "bug"):
        async with client.get(f"/api/v1/broken/{how}") as answer:
            body = await answer.json(content_type=None)
            found[how] = (answer.status, body["code"], answer.headers.get("Retry-After"))
            assert "secret" not in str(body)

    assert found == {"away": (503, "unavailable", "5"), "bug": (500, "internal", None)}


async def test_an_address_that_guesses_waits_a_minute(client: TestClient, seconds: Clock) -> None:
    for _ in range(MAX_WRONG):
        async with client.get("/api/v1/claims", headers=bearer("wrong-wrong-wrong")) as answer:
            assert answer.status == 401

    seconds.now = 12.5
    async with client.get("/api/v1/claims", headers=bearer()) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "48")
    seconds.now = float(MINUTE_S)
    async with client.get("/api/v1/claims", headers=bearer()) as answer:
        assert answer.status == 200


async def test_an_empty_parameter_asks_for_nothing(client: TestClient) -> None:
    for path in ("claims?state=&employee=&cursor=", "payments?state=&cursor="):
        async with client.get(f"/api/v1/{path}", headers=bearer()) as answer:
            assert answer.status == 200


async def test_what_only_takes_questions_is_no_budget(client: TestClient) -> None:
    async with client.get("/api/v1/budgets/check", headers=bearer()) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")
