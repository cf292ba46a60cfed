"""What every connector is built with: pace, tokens, redaction, exchange, hints."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from aiohttp import web

from connectors.dingtalk_oa import client as dingtalk
from connectors.hose import client as hose
from connectors.kit.answers import hint_in
from connectors.kit.exchange import MAX_BYTES, Call, Exchange
from connectors.kit.pace import Pace
from connectors.kit.redact import redact_body, redact_headers, redact_url
from connectors.kit.single import Tokens
from connectors.weaver import client as weaver
from connectors.wecom_oa import client as wecom
from core.errors import Rejected, ResultUnknown, Retryable
from tests.contract.connector_stage import kit_of, serving
from tests.fakes.links import MemoryJournal

LIMITS = {
    dingtalk.RATE,
    wecom.RATE,
    (int(hose.RATE), 1.0),
    (int(weaver.RATE), 1.0),
    (1, 60.0),
    (50, 1.0),
}
"""How often each platform may be asked; 合思's approvals once a minute."""


class Clock:
    """A clock that sleeping moves, each time a little too far."""

    def __init__(self, late_s: float = 0.001) -> None:
        self.now = 0.0
        self._late_s = late_s

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds + self._late_s


@pytest.mark.parametrize(("count", "window_s"), LIMITS)
async def test_a_pace_uses_nearly_all_and_never_more(count: int, window_s: float) -> None:
    clock = Clock()
    pace = Pace(count, window_s, now=clock, sleep=clock.sleep)
    taken = []

    for _ in range(1000):
        await pace.take()
        taken.append(clock.now)

    allowed = 1000 * window_s / count
    assert allowed * 0.95 <= taken[-1] <= allowed / 0.95
    busiest = max(
        sum(at <= t < at + window_s for t in taken[i : i + count + 2]) for i, at in enumerate(taken)
    )
    assert busiest <= count


async def test_a_pace_waits_when_it_is_asked_to() -> None:
    clock = Clock(0.0)
    pace = Pace(10, 1.0, now=clock, sleep=clock.sleep)
    await pace.take()

    pace.hold(5.0)
    await pace.take()

    assert clock.now == 5.0


async def test_however_many_ask_one_token_is_fetched_and_a_refused_one_is_renewed() -> None:
    fetched = 0

    async def fetch() -> tuple[str, float]:
        nonlocal fetched
        fetched += 1
        await asyncio.sleep(0.01)
        return f"t{fetched}", 600

    tokens = Tokens(fetch, lambda: datetime(2026, 11, 25, tzinfo=UTC))

    assert set(await asyncio.gather(*(tokens.get() for _ in range(50)))) == {"t1"}
    tokens.refuse("t1")
    assert set(await asyncio.gather(*(tokens.get() for _ in range(50)))) == {"t2"}
    tokens.refuse("t1")
    assert await tokens.get() == "t2"
    await tokens.close()


async def test_a_failed_fetch_is_everybodys_and_the_next_is_tried_afresh() -> None:
    answers = [False, True]

    async def fetch() -> tuple[str, float]:
        if not answers.pop(0):
            raise Retryable("away")
        return "t", 600

    tokens = Tokens(fetch, lambda: datetime(2026, 11, 25, tzinfo=UTC))

    failed = await asyncio.gather(*(tokens.get() for _ in range(3)), return_exceptions=True)
    assert [type(f) for f in failed] == [Retryable] * 3
    assert await tokens.get() == "t"
    await tokens.close()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"accessToken": "hidden", "data": [{"secrit": "hidden"}], "n": 1}', "application/json"),
        (
            b"appKey=hidden&name=x&mainData=%5B%7B%22bankAccount%22%3A%22hidden%22%7D%5D",
            "urlencoded",
        ),
        (b"6222021234567890123", "text/plain"),
        (b"x" * 300, "text/plain"),
    ],
)
def test_the_journal_keeps_no_secret(body: bytes, kind: str) -> None:
    kept = redact_body(body, f"application/x-www-form-{kind}" if kind == "urlencoded" else kind)

    assert "hidden" not in kept
    assert "6222021234567890123" not in kept
    assert "***" in kept


def test_headers_and_addresses_keep_no_secret() -> None:
    assert redact_headers({"token": "hidden", "X-Request": "7"}) == "token: ***\nX-Request: 7"
    assert redact_url("/p", {"access_token": "hidden", "page": "2"}) == "/p?access_token=***&page=2"


@pytest.mark.parametrize("whose", ["13800138000", "li.lei@example.com", "6222021234567890123"])
def test_what_is_of_a_person_is_kept_nowhere(whose: str) -> None:
    said = json.dumps({"remark": f"找{whose}。", "number": "CN-2026-000001"}, ensure_ascii=False)

    assert redact_body(said.encode()) == '{"remark": "找***。", "number": "CN-2026-000001"}'
    assert redact_url("/p", {"q": whose}) == "/p?q=***"


def test_a_long_body_is_cut() -> None:
    kept = redact_body(json.dumps({"a": ["字 " * 3000]}, ensure_ascii=False).encode())

    assert len(kept) < 4100


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, Retryable),
        (503, Retryable),
        (500, ResultUnknown),
        (504, ResultUnknown),
        (302, Rejected),
    ],
)
async def test_what_a_status_means(status: int, error: type[Exception]) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Retry-After": "0", "Location": "/login"})

    async with serving([web.get("/x", answer)]) as url:
        exchange = Exchange("s", url, kit_of(), pace=Pace(100, 1.0))
        with pytest.raises(error):
            await exchange.send(Call("x", "GET", "/x"))
        await exchange.close()


async def test_nobody_there_is_nothing_done() -> None:
    journal = MemoryJournal()
    exchange = Exchange("s", "http://127.0.0.1:9", kit_of(journal=journal), pace=Pace(100, 1.0))

    with pytest.raises(Retryable):
        await exchange.send(Call("x", "POST", "/x", body=b"{}"))

    await exchange.close()
    assert [(e.call, e.status, e.error) for e in journal.rows] == [("x", 0, "unreachable")]


async def test_an_answer_that_is_too_large_is_refused() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * (MAX_BYTES + 1))

    async with serving([web.get("/x", answer)]) as url:
        exchange = Exchange("s", url, kit_of(), pace=Pace(100, 1.0))
        with pytest.raises(Rejected):
            await exchange.send(Call("x", "GET", "/x"))
        await exchange.close()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"requestid": 2966060, "status": "done"}', {"2966060", "done"}),
        (b'{"data": "{\\"id\\": \\"a-1\\"}"}', {"a-1"}),
        (b'[{"x": ["BX-20261125-0007", true, null, 1.5]}]', {"BX-20261125-0007"}),
        (b"not json", {"not json"}),
        (b"{", {"{"}),
    ],
)
def test_what_a_callback_may_be_about(body: bytes, words: set[str]) -> None:
    assert set(hint_in(body).words) >= words - {"{"}


def test_a_huge_callback_gives_few_words() -> None:
    assert len(hint_in(json.dumps(list(range(10_000))).encode()).words) == 200
    assert hint_in(b"[" * 100_000).words == ()
