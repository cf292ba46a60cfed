"""The three adapters against the stand-in, which checks tokens and signatures on its own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.verify.aliyun.adapter import AliyunVerify
from connectors.verify.baidu.adapter import BaiduVerify
from connectors.verify.exchange import MAX_BYTES, Exchange
from connectors.verify.tencent.adapter import TencentVerify
from core.errors import AuthFailed, OutsideError, Rejected, ResultUnknown, Retryable
from core.verification import VerifyPort, VerifyRequest
from sandbox.verify import Registered, VerifyStandIn

SECRET = "s3cret-value"
NUMBER = "26117000000123456789"
ASKED = VerifyRequest("digital_general", None, NUMBER, date(2026, 11, 20), 10000, 10600, None)
KNOWN = Registered(NUMBER, "20261120", "100.00", "106.00")
ADAPTERS = {"baidu": BaiduVerify, "tencent": TencentVerify, "aliyun": AliyunVerify}


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Place:
    """A stand-in that serves, and ways to reach it."""

    there: VerifyStandIn
    url: str
    provider: str

    def port(self, secret: str = SECRET) -> VerifyPort:
        return ADAPTERS[self.provider](  # type: ignore[abstract, no-any-return]
            key="key-1",
            secret=secret,
            clock=utc_now,
            base_url=f"{self.url}/verify/{self.provider}",
            per_second=100,
        )


@pytest.fixture(params=["baidu", "tencent", "aliyun"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    there = VerifyStandIn("key-1", SECRET)
    there.bureau.register(KNOWN)
    app = web.Application()
    app.add_routes(there.routes())
    async with TestServer(app) as server:
        yield Place(there, str(server.make_url("")).rstrip("/"), request.param)


@pytest.fixture
async def port(place: Place) -> AsyncIterator[VerifyPort]:
    made = place.port()
    yield made
    await made.close()


async def test_a_true_invoice_is_normal(place: Place, port: VerifyPort) -> None:
    found = await port.verify(ASKED)

    assert (found.state, found.provider) == ("normal", place.provider)
    assert dict(found.facts)["total"] == "106.00"


@pytest.mark.parametrize(("state", "said"), [("void", "void"), ("red", "red_lettered")])
async def test_a_dead_invoice_is_told(
    place: Place, port: VerifyPort, state: str, said: str
) -> None:
    place.there.bureau.register(replace(KNOWN, state=state))  # type: ignore[arg-type]

    assert (await port.verify(ASKED)).state == said


async def test_an_unknown_invoice_is_pending(port: VerifyPort) -> None:
    found = await port.verify(replace(ASKED, number="26117000000999999999"))

    assert (found.state, found.reason) == ("pending", "not_found")


async def test_another_amount_is_a_mismatch(port: VerifyPort) -> None:
    assert (await port.verify(replace(ASKED, amount_incl_fen=20600))).state == "mismatch"


async def test_the_sixth_question_of_a_day_is_pending(port: VerifyPort) -> None:
    for _ in range(5):
        await port.verify(ASKED)

    assert (await port.verify(ASKED)).reason == "tries"


async def test_a_wrong_secret_needs_a_person_and_stays_secret(place: Place) -> None:
    port = place.port("another-secret")

    with pytest.raises(AuthFailed) as caught:
        await port.verify(ASKED)

    await port.close()
    assert "another-secret" not in f"{caught.value} {caught.value.__cause__}"
    assert place.there.bureau.asked == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda: web.Response(status=429), Retryable),
        (lambda: web.Response(status=302, headers={"Location": "/x"}), Rejected),
        (lambda: web.Response(status=502, text="<html>bad gateway</html>"), ResultUnknown),
        (lambda: web.Response(text="not json"), ResultUnknown),
        (lambda: web.Response(body=b" " * (MAX_BYTES + 1)), Rejected),
    ],
)
async def test_a_broken_answer_is_no_verdict(
    place: Place, port: VerifyPort, answer: type[web.Response], kind: type[OutsideError]
) -> None:
    place.there.faults.append(answer())

    with pytest.raises(kind):
        await port.verify(ASKED)

    assert (await port.verify(ASKED)).state == "normal"


async def test_nobody_listens(place: Place) -> None:
    port = ADAPTERS[place.provider](
        key="key-1", secret=SECRET, clock=utc_now, base_url="http://127.0.0.1:9"
    )

    with pytest.raises(Retryable, match="verify_unreachable"):
        await port.verify(ASKED)

    await port.close()


async def test_many_askers_fetch_one_token(place: Place, port: VerifyPort) -> None:
    place.there.bureau.limit = 100

    found = await asyncio.gather(*(port.verify(ASKED) for _ in range(10)))

    assert {f.state for f in found} == {"normal"}
    assert len(place.there.tokens) == (1 if place.provider == "baidu" else 0)


async def test_an_expired_token_is_renewed_once(place: Place, port: VerifyPort) -> None:
    await port.verify(ASKED)

    place.there.expire_tokens()

    assert (await port.verify(ASKED)).state == "normal"
    assert len(place.there.tokens) == (2 if place.provider == "baidu" else 0)


async def test_an_answer_that_does_not_come_is_unknown() -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", hang)
    exchange = Exchange(per_second=100, timeout_s=0.2)
    async with TestServer(app) as server:
        with pytest.raises(ResultUnknown, match="verify_lost"):
            await exchange.post(str(server.make_url("/")), b"", {})
        await exchange.close()
