"""The WeCom channel against small servers that speak WeCom's bytes."""

import asyncio
import gzip
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from bot.channels.wecom import WeComChannel
from bot.events import MediaRef, TextReceived
from bot.port import CardHandle, Channel, Inbound
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable, Unsupported
from tests.unit.channels.wecom_sealing import (
    AES_KEY,
    CORP,
    NOW_S,
    TOKEN,
    click,
    envelope,
    inner,
    query_for,
    seal,
    text_message,
)

SECRET = "a-secret-that-stays-inside"
PATH = "/wecom/callback"
CARD: dict[str, object] = {
    "card_type": "button_interaction",
    "main_title": {"title": "差旅报销 ¥1,280.00"},
    "button_list": [{"text": "同意", "style": 1, "key": "approve~BX-1~1~0"}],
}

Answer = Callable[[dict[str, object]], Awaitable[web.StreamResponse] | web.StreamResponse]


class Server:
    """WeCom's server side: scripted answers first, then the usual ones."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.bodies: list[dict[str, object]] = []
        self.script: dict[str, list[dict[str, object] | Answer]] = {}
        self.secret = SECRET
        self.valid: set[str] = set()

    def say(self, path: str, *answers: dict[str, object] | Answer) -> None:
        self.script.setdefault(path, []).extend(answers)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/cgi-bin/gettoken", self.gettoken)
        app.router.add_post("/cgi-bin/{path:message/.+}", self.message)
        app.router.add_get("/cgi-bin/{path:media/get}", self.message)
        return app

    async def gettoken(self, request: web.Request) -> web.StreamResponse:
        self.calls["gettoken"] += 1
        await asyncio.sleep(0)
        if self.script.get("gettoken"):
            return await self.scripted("gettoken", {})
        if request.query["corpsecret"] != self.secret:
            return web.json_response({"errcode": 40001, "errmsg": f"invalid {SECRET}"})
        token = f"token-{self.calls['gettoken']}"
        self.valid = {token}
        return web.json_response(
            {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200}
        )

    async def message(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        self.calls[path] += 1
        body = await request.json() if request.method == "POST" else dict(request.query)
        self.bodies.append(body)
        if request.query["access_token"] not in self.valid:
            return web.json_response({"errcode": 42001, "errmsg": "access_token expired"})
        if self.script.get(path):
            return await self.scripted(path, body)
        return web.json_response({"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": "m1"})

    async def scripted(self, path: str, body: dict[str, object]) -> web.StreamResponse:
        answer = self.script[path].pop(0)
        if isinstance(answer, dict):
            return web.json_response(answer)
        made = answer(body)
        return made if isinstance(made, web.StreamResponse) else await made


class World:
    """The channel, the server that it calls and the application that carries its callback."""

    def __init__(self) -> None:
        self.server = Server()
        self.now = datetime.fromtimestamp(NOW_S, UTC)
        self.accepted: list[Inbound] = []
        self.refused: list[str] = []
        self.storage_error: Exception | None = None
        self.channel: WeComChannel
        self.phone: TestClient[web.Request, web.Application]

    def clock(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def accept(self, inbound: Inbound) -> bool:
        if self.storage_error is not None:
            raise self.storage_error
        is_new = all(inbound.key != known.key for known in self.accepted)
        if is_new:
            self.accepted.append(inbound)
        return is_new

    def make_channel(self, api_url: str, secret: str = SECRET) -> WeComChannel:
        return WeComChannel(
            corp_id=CORP,
            agent_id=1000002,
            secret=secret,
            token=TOKEN,
            encoding_aes_key=AES_KEY,
            api_url=api_url,
            accept=self.accept,
            clock=self.clock,
            on_refused=self.refused.append,
            back_off_s=(0.01,),
        )

    async def post(self, plain: str, **query: str) -> int:
        ciphertext = seal(plain)
        pairs = query_for(ciphertext, **query)
        response = await self.phone.post(PATH, params=pairs, data=envelope(ciphertext))
        return response.status


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(world.server.app()))
        world.channel = world.make_channel(str(server.make_url("/")))
        stack.push_async_callback(world.channel.stop)
        app = web.Application()
        app.add_routes(world.channel.routes(PATH))
        world.phone = await stack.enter_async_context(TestClient(TestServer(app)))
        yield world


# --- callbacks ---------------------------------------------------------------------------


async def test_a_valid_message_is_durable_and_acknowledged_with_nothing(world: World) -> None:
    ciphertext = seal(text_message("打车 45", "42"))

    response = await world.phone.post(PATH, params=query_for(ciphertext), data=envelope(ciphertext))

    assert (response.status, await response.read()) == (200, b"")
    (inbound,) = world.accepted
    assert isinstance(inbound.event, TextReceived)
    assert (inbound.key, inbound.lane) == ("wecom:msg:42", "wecom:zhangsan")
    assert world.refused == []


async def test_three_deliveries_of_one_message_and_one_press_are_two_rows(world: World) -> None:
    for nonce in ("a", "b", "c"):
        assert await world.post(text_message(), nonce=nonce) == 200
        assert await world.post(click(), nonce=nonce) == 200

    assert len(world.accepted) == 2


async def test_the_same_nonce_with_another_body_is_processed_too(world: World) -> None:
    assert await world.post(text_message(msgid="1"), nonce="n") == 200
    assert await world.post(text_message(msgid="2"), nonce="n") == 200

    assert len(world.accepted) == 2


async def test_an_event_without_use_is_acknowledged_and_leaves_no_row(world: World) -> None:
    assert await world.post(inner(MsgType="event", Event="unsubscribe")) == 200

    assert (world.accepted, world.refused) == ([], [])


async def test_what_could_not_be_made_durable_is_asked_for_again(world: World) -> None:
    world.storage_error = OSError("disk full")
    assert await world.post(text_message()) == 503

    world.storage_error = None
    assert await world.post(text_message()) == 200
    assert len(world.accepted) == 1


async def test_the_url_check_is_answered_with_the_plaintext_only(world: World) -> None:
    echo = seal("1616140317555161061")

    response = await world.phone.get(PATH, params=[*query_for(echo), ("echostr", echo)])

    assert (response.status, await response.read()) == (200, b"1616140317555161061")


@pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce", "echostr"])
async def test_a_url_check_without_a_parameter_is_refused(world: World, missing: str) -> None:
    echo = seal("1616140317555161061")
    query = [pair for pair in [*query_for(echo), ("echostr", echo)] if pair[0] != missing]

    response = await world.phone.get(PATH, params=query)

    assert (response.status, world.refused) == (403, ["query"])


async def test_a_url_check_with_a_wrong_signature_is_refused(world: World) -> None:
    echo = seal("1616140317555161061")

    response = await world.phone.get(PATH, params=[*query_for("other"), ("echostr", echo)])

    assert (response.status, await response.text()) == (403, "Forbidden")
    assert world.refused == ["signature"]


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        pytest.param(b"", {}, "xml", id="nothing"),
        pytest.param(b"{}", {}, "xml", id="JSON"),
        pytest.param(b"x" * (1024 * 1024 + 1), {}, "size", id="over a megabyte"),
        pytest.param(
            gzip.compress(b"x" * 20_000_000), {"Content-Encoding": "gzip"}, "size", id="gzip bomb"
        ),
        pytest.param(b"no gzip", {"Content-Encoding": "gzip"}, "body", id="a lie on the packing"),
        pytest.param(
            b"<xml><Encrypt>YQ==</Encrypt><Encrypt>YQ==</Encrypt></xml>", {}, "xml", id="two"
        ),
        pytest.param(envelope("YQ=="), {}, "signature", id="not signed for this"),
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>',
            {},
            "doctype",
            id="XXE",
        ),
    ],
)
async def test_a_malformed_post_is_one_refusal(
    world: World, body: bytes, headers: dict[str, str], reason: str
) -> None:
    response = await world.phone.post(
        PATH, params=query_for(seal(text_message())), data=BytesIO(body), headers=headers
    )

    assert (response.status, await response.text()) == (403, "Forbidden")
    assert (world.accepted, world.refused) == ([], [reason])


@pytest.mark.parametrize(
    "query",
    ["", "?msg_signature=%FF%FE&timestamp=1&nonce=%00", "?msg_signature[]=a&timestamp=1&nonce=1"],
)
async def test_a_query_of_any_make_is_one_refusal(world: World, query: str) -> None:
    url = str(world.phone.make_url(PATH)) + query
    async with ClientSession() as session:
        posted = await session.post(url, data=envelope(seal(text_message())))
        asked = await session.get(url)

    assert (posted.status, asked.status) == (403, 403)
    assert (world.accepted, len(world.refused)) == ([], 2)


async def test_a_refusal_is_one_line_that_tells_only_the_reason(world: World) -> None:
    with capture_logs() as lines:
        assert await world.post(text_message(), timestamp="1") == 403

    assert lines == [{"event": "wecom_callback_refused", "log_level": "warning", "reason": "age"}]


async def test_a_storage_error_tells_its_kind_and_no_more(world: World) -> None:
    world.storage_error = OSError("打车 45 of ZhangSan")

    with capture_logs() as lines:
        assert await world.post(text_message(msgid="7")) == 503

    assert lines == [
        {
            "event": "wecom_message_not_durable",
            "log_level": "error",
            "key": "wecom:msg:7",
            "error": "OSError",
        }
    ]


async def test_a_correctly_signed_old_message_is_refused(world: World) -> None:
    world.on(301)

    assert await world.post(text_message()) == 403
    assert world.refused == ["age"]


async def test_a_body_cut_off_on_the_way_leaves_nothing(world: World) -> None:
    url = world.phone.make_url(PATH)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(
        f"POST {PATH}?msg_signature={'0' * 40}&timestamp={NOW_S}&nonce=1 HTTP/1.1\r\n"
        f"Host: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbroken\r\n".encode()
    )
    await writer.drain()
    head = await reader.readline()
    writer.close()
    await writer.wait_closed()

    assert head.split()[1] in {b"400", b"403"}
    assert world.accepted == []


# --- token -------------------------------------------------------------------------------


async def test_fifty_sends_at_once_fetch_one_token(world: World) -> None:
    await asyncio.gather(*(world.channel.send_text(f"user-{n}", "好") for n in range(50)))

    assert world.server.calls == {"gettoken": 1, "message/send": 50}


async def test_fifty_sends_on_an_expired_token_fetch_one_more(world: World) -> None:
    await world.channel.send_text("lisi", "好")
    world.server.valid = set()

    await asyncio.gather(*(world.channel.send_text(f"user-{n}", "好") for n in range(50)))

    assert world.server.calls["gettoken"] == 2


async def test_a_token_is_renewed_before_it_ends(world: World) -> None:
    await world.channel.send_text("lisi", "好")
    world.on(6900)
    await world.channel.send_text("lisi", "好")

    assert world.server.calls == {"gettoken": 2, "message/send": 2}


@pytest.mark.parametrize("errcode", [40014, 42001, 41001])
async def test_a_token_refused_for_ever_ends_after_one_renewal(world: World, errcode: int) -> None:
    world.server.say("message/send", *[{"errcode": errcode}] * 5)

    with pytest.raises(AuthFailed) as failed:
        await world.channel.send_text("lisi", "好")

    assert failed.value.code == "wecom_token"
    assert world.server.calls == {"gettoken": 2, "message/send": 2}


async def test_a_wrong_secret_is_asked_about_once_and_never_told(world: World) -> None:
    world.server.secret = "another"

    for _ in range(3):
        with pytest.raises(AuthFailed) as failed:
            await world.channel.send_text("lisi", "好")
        assert SECRET not in f"{failed.value!r} {failed.value} {failed.value.__cause__}"

    assert world.server.calls == {"gettoken": 1}
    world.server.secret = SECRET
    world.on(61)
    await world.channel.send_text("lisi", "好")


async def test_fifty_sends_share_one_refusal_of_the_secret(world: World) -> None:
    world.server.secret = "another"

    results = await asyncio.gather(
        *(world.channel.send_text(f"user-{n}", "好") for n in range(50)), return_exceptions=True
    )

    assert {type(r) for r in results} == {AuthFailed}
    assert world.server.calls == {"gettoken": 1}


async def test_start_connects_in_the_background_with_back_off(world: World) -> None:
    world.server.say("gettoken", {"errcode": -1}, {"errcode": -1}, {"errcode": -1})
    world.server.say("gettoken", lambda _: web.Response(status=502))
    assert not world.channel.connected()

    await world.channel.start()
    await world.channel.start()
    async with asyncio.timeout(60):
        while not world.channel.connected():  # noqa: ASYNC110  (the port only tells, on asking)
            await asyncio.sleep(0.01)

    assert world.server.calls == {"gettoken": 5}
    await world.channel.stop()
    assert not world.channel.connected()


async def test_stop_ends_a_start_that_never_succeeds(world: World) -> None:
    world.server.secret = "another"

    await world.channel.start()
    await asyncio.sleep(0.05)
    async with asyncio.timeout(60):
        await world.channel.stop()

    assert world.server.calls["gettoken"] <= 1
    assert not world.channel.connected()


# --- sending -----------------------------------------------------------------------------


async def test_a_text_goes_to_one_person(world: World) -> None:
    await world.channel.send_text("lisi", "已付款 <a href='http://evil'>")

    assert world.server.bodies == [
        {
            "touser": "lisi",
            "msgtype": "text",
            "agentid": 1000002,
            "text": {"content": "已付款 ＜a href='http://evil'>"},
        }
    ]


async def test_a_long_text_becomes_several_messages_that_fit(world: World) -> None:
    text = "\n".join(f"BX-20261125-{n:04} 市内交通 ¥45.00 待审批" for n in range(100))

    await world.channel.send_text("lisi", text)

    sent = [body["text"]["content"] for body in world.server.bodies]  # type: ignore[index]
    assert "\n".join(sent) == text
    assert all(len(part.encode()) <= 2048 for part in sent)
    assert len(sent) == 3


@pytest.mark.parametrize("user", ["", "@all", "a|b"])
async def test_no_message_ever_goes_to_everybody(world: World, user: str) -> None:
    with pytest.raises(Rejected, match="unknown_user"):
        await world.channel.send_text(user, "好")
    with pytest.raises(Rejected, match="unknown_user"):
        await world.channel.create_card(user, "c-1", CARD, "")

    assert world.server.calls == {}


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        ({"errcode": 0, "invaliduser": "lisi"}, Rejected, "unknown_user"),
        ({"errcode": 0, "unlicenseduser": "lisi"}, Rejected, "unlicensed_user"),
        ({"errcode": 81013}, Rejected, "unknown_user"),
        ({"errcode": 60020, "errmsg": "from ip: 1.2.3.4"}, AuthFailed, "wecom_ip_not_allowed"),
        ({"errcode": 48002}, AuthFailed, "wecom_agent"),
        ({"errcode": 40001}, AuthFailed, "wecom_secret"),
        ({"errmsg": "no errcode"}, ResultUnknown, "wecom_network"),
        (lambda _: web.Response(text="<html>", status=200), ResultUnknown, "wecom_network"),
        (lambda _: web.Response(status=502), ResultUnknown, "wecom_network"),
        (lambda _: web.Response(status=404), Rejected, "wecom_http"),
        (lambda _: web.Response(status=429), Retryable, "wecom_frequency"),
        (lambda _: web.Response(status=302, headers={"Location": "/"}), Rejected, "wecom_http"),
    ],
)
async def test_each_answer_to_a_text_is_one_kind_of_error(
    world: World, answer: dict[str, object] | Answer, kind: type[Exception], code: str
) -> None:
    world.server.say("message/send", answer)

    with pytest.raises(kind) as failed:
        await world.channel.send_text("lisi", "好")

    assert str(failed.value).split()[0] == code
    assert "token-" not in str(failed.value)
    assert world.server.calls["message/send"] == 1


async def test_a_busy_server_is_asked_three_times_at_most(world: World) -> None:
    world.server.say("message/send", {"errcode": -1}, {"errcode": -1})
    await world.channel.send_text("lisi", "好")
    world.server.say("message/send", *[{"errcode": -1}] * 9)

    with pytest.raises(Retryable, match="wecom_busy"):
        await world.channel.send_text("lisi", "好")

    assert world.server.calls["message/send"] == 6


async def test_after_a_frequency_limit_nothing_is_sent_for_a_minute(world: World) -> None:
    world.server.say("message/send", {"errcode": 45009})
    with pytest.raises(Retryable) as first:
        await world.channel.send_text("lisi", "好")
    world.on(20)
    with pytest.raises(Retryable) as second:
        await world.channel.send_text("wangwu", "好")

    assert (first.value.retry_after_s, second.value.retry_after_s) == (60.0, 40.0)
    assert world.server.calls["message/send"] == 1
    world.on(40)
    await world.channel.send_text("lisi", "好")


async def test_the_thirtieth_message_of_a_minute_waits_instead_of_being_dropped(
    world: World,
) -> None:
    for _ in range(29):
        await world.channel.send_text("lisi", "好")

    with pytest.raises(Retryable) as refused:
        await world.channel.create_card("LiSi", "c-1", CARD, "")

    assert (refused.value.code, refused.value.retry_after_s) == ("member_rate", 60.0)
    assert world.server.calls["message/send"] == 29


async def lose(_body: dict[str, object]) -> web.StreamResponse:
    """Take the request and hang up without a word."""
    raise asyncio.CancelledError


async def test_a_lost_answer_is_unknown_for_a_text_and_repeatable_for_a_card(world: World) -> None:
    world.server.say("message/send", lose, lose)

    with pytest.raises(ResultUnknown):
        await world.channel.send_text("lisi", "好")
    with pytest.raises(Retryable):
        await world.channel.create_card("lisi", "c-1", CARD, "")


async def test_a_server_that_cannot_be_reached_got_nothing(world: World) -> None:
    channel = world.make_channel("http://127.0.0.1:1")

    with pytest.raises(Retryable, match="wecom_unreachable"):
        await channel.send_text("lisi", "好")

    await channel.stop()


# --- cards -------------------------------------------------------------------------------


async def test_a_card_gives_a_handle_with_its_code(world: World) -> None:
    world.server.say("message/send", {"errcode": 0, "msgid": "m9", "response_code": "RC1"})

    handle = await world.channel.create_card("lisi", "c-1", CARD, "有一张报销单")

    assert handle == CardHandle("c-1", "lisi", ("RC1",), "m9")
    (body,) = world.server.bodies
    assert body["template_card"] == {**CARD, "task_id": "c-1"}
    assert (body["touser"], body["enable_duplicate_check"]) == ("lisi", 1)


async def test_a_card_that_exists_already_counts_as_sent(world: World) -> None:
    world.server.say("message/send", {"errcode": 42014})

    assert await world.channel.create_card("lisi", "c-1", CARD, "") == CardHandle("c-1", "lisi")


@pytest.mark.parametrize("card", ["", "has space", "中文", "x" * 129, "a\n"])
async def test_a_card_id_that_wecom_would_refuse_is_not_sent(world: World, card: str) -> None:
    with pytest.raises(Rejected, match="card_id"):
        await world.channel.create_card("lisi", card, CARD, "")

    assert world.server.calls == {}


async def test_an_update_uses_the_oldest_code_and_gives_the_others_back(world: World) -> None:
    handle = CardHandle("c-1", "lisi", ("RC1", "RC2"), "m1")

    left = await world.channel.update_card(handle, {"card_type": "text_notice"})

    assert left == CardHandle("c-1", "lisi", ("RC2",), "m1")
    (body,) = world.server.bodies
    assert (body["userids"], body["response_code"]) == (["lisi"], "RC1")


async def test_a_used_code_makes_way_for_the_next(world: World) -> None:
    world.server.say("message/update_template_card", {"errcode": 40058}, {"errcode": 99999})
    handle = CardHandle("c-1", "lisi", ("RC1", "RC2", "RC3", "RC4"))

    left = await world.channel.update_card(handle, {"button": {"replace_name": "已同意"}})

    assert left.codes == ("RC4",)
    assert [body["response_code"] for body in world.server.bodies] == ["RC1", "RC2", "RC3"]


async def test_without_a_code_that_works_a_card_cannot_be_redrawn(world: World) -> None:
    world.server.say("message/update_template_card", {"errcode": 40058})

    for codes in ((), ("RC1",)):
        with pytest.raises(Unsupported, match="no_response_code"):
            await world.channel.update_card(CardHandle("c-1", "lisi", codes), CARD)

    assert world.server.calls["message/update_template_card"] == 1


async def test_an_update_that_may_be_repeated_uses_no_further_code(world: World) -> None:
    world.server.say("message/update_template_card", {"errcode": 45009})

    with pytest.raises(Retryable):
        await world.channel.update_card(CardHandle("c-1", "lisi", ("RC1", "RC2")), CARD)

    assert world.server.calls["message/update_template_card"] == 1


async def test_an_update_for_somebody_who_left_is_rejected(world: World) -> None:
    world.server.say("message/update_template_card", {"errcode": 0, "invaliduser": ["lisi"]})

    with pytest.raises(Rejected, match="unknown_user"):
        await world.channel.update_card(CardHandle("c-1", "lisi", ("RC1",)), CARD)


# --- media -------------------------------------------------------------------------------


def attachment(data: bytes, content_type: str) -> Answer:
    headers = {"Content-Disposition": 'attachment; filename="a"', "Content-Type": content_type}
    return lambda _: web.Response(body=data, headers=headers)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [(b"\xff\xd8\xff", "image/jpeg"), (b'{"errcode":40007}', "application/json"), (b"", "a/b")],
)
async def test_an_attachment_is_its_bytes(world: World, data: bytes, content_type: str) -> None:
    world.server.say("media/get", attachment(data, content_type))

    assert (await world.channel.download(MediaRef("M+/=&1"))).data == data
    assert world.server.bodies[0]["media_id"] == "M+/=&1"


async def test_an_expired_medium_is_rejected(world: World) -> None:
    world.server.say("media/get", {"errcode": 40007, "errmsg": "invalid media_id"})

    with pytest.raises(Rejected, match="media_expired"):
        await world.channel.download(MediaRef("M1"))


async def test_a_download_renews_the_token_too(world: World) -> None:
    await world.channel.send_text("lisi", "好")
    world.server.valid = set()
    world.server.say("media/get", attachment(b"x", "image/png"))

    assert (await world.channel.download(MediaRef("M1"))).data == b"x"
    assert world.server.calls["gettoken"] == 2


async def test_a_download_without_end_is_cut_at_twenty_megabytes(world: World) -> None:
    async def pour(_body: dict[str, object]) -> web.StreamResponse:
        return web.Response(
            body=gzip.compress(bytes(21 * 1024 * 1024)),
            headers={"Content-Encoding": "gzip", "Content-Disposition": "attachment"},
        )

    world.server.say("media/get", pour)

    with pytest.raises(Rejected, match="media_too_large"):
        await world.channel.download(MediaRef("M1"))


async def test_a_lost_download_may_be_repeated(world: World) -> None:
    world.server.say("media/get", lose, lose)

    with pytest.raises(Retryable):
        await world.channel.download(MediaRef("M1"))


def test_it_is_a_channel(world: World) -> None:
    channel: Channel = world.channel

    assert channel.name == "wecom"
