"""The stand-in for WeCom's long connection refuses what the platform refuses."""

import base64
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from sandbox_support import Caller, Json, TestClock

from sandbox.config import SandboxConfig, WeComBotTenant
from sandbox.server import RunningSandbox

SECRET = "bot-secret"
PNG = b"\x89PNG\r\n\x1a\n0000"
CARD: Json = {
    "card_type": "button_interaction",
    "main_title": {"title": "张三的报销 ¥45.00"},
    "task_id": "c1",
    "button_list": [{"text": "同意", "style": 1, "key": "approve~BX-1"}],
}


class Line:
    """A client's end of the long connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._ids = itertools.count(1)
        self.callbacks: list[Json] = []

    async def ask(self, cmd: str, body: object = None, req_id: str = "") -> int:
        """Send a command and give the errcode of its answer."""
        req_id = req_id or f"{cmd}_{next(self._ids)}"
        await self.socket.send_json({"cmd": cmd, "headers": {"req_id": req_id}, "body": body})
        while True:
            frame = await self.socket.receive_json(timeout=5)
            if "cmd" not in frame and frame["headers"]["req_id"] == req_id:
                return int(frame["errcode"])
            self.callbacks.append(frame)

    async def callback(self) -> Json:
        if self.callbacks:
            return self.callbacks.pop(0)
        return await self.socket.receive_json(timeout=5)  # type: ignore[no-any-return]

    async def subscribe(self, secret: str = SECRET) -> int:
        return await self.ask("aibot_subscribe", {"bot_id": "aib1", "secret": secret})

    async def say(self, text: str = "你好", user: str = "ZhangSan") -> int:
        message = {"msgtype": "markdown", "markdown": {"content": text}}
        return await self.ask("aibot_send_msg", {"chatid": user, "chat_type": 1, **message})

    async def card(self, **changes: Any) -> int:  # noqa: ANN401
        card = {**CARD, **changes}
        body = {"chatid": "ZhangSan", "msgtype": "template_card", "template_card": card}
        return await self.ask("aibot_send_msg", body)


@pytest.fixture
def config(config: SandboxConfig) -> SandboxConfig:
    timing = replace(config.timing, wecom_bot_farewell_s=0.05, wecom_bot_silence_s=90)
    return replace(config, timing=timing, wecom_bot=WeComBotTenant("aib1", SECRET))


@asynccontextmanager
async def dialled(sandbox: RunningSandbox) -> AsyncIterator[Line]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{sandbox.url}/wecom-bot") as socket,
    ):
        yield Line(socket)


@pytest.fixture
async def line(sandbox: RunningSandbox) -> AsyncIterator[Line]:
    async with dialled(sandbox) as found:
        assert await found.subscribe() == 0
        yield found


async def written(caller: Caller, line: Line, text: str = "待办") -> Json:
    await caller.page("/send", {"platform": "wecom_bot", "user": "ZhangSan", "text": text})
    return await line.callback()


async def test_nothing_is_done_for_who_has_not_subscribed(sandbox: RunningSandbox) -> None:
    async with dialled(sandbox) as line:
        assert await line.say() == 846609
        assert await line.subscribe("wrong") == 853000
        assert await line.say() == 846609


async def test_a_second_connection_kicks_out_the_first(sandbox: RunningSandbox, line: Line) -> None:
    async with dialled(sandbox) as second:
        assert await second.subscribe() == 0
        farewell = await line.callback()
        ended = await line.socket.receive(timeout=5)

        assert farewell["body"]["event"]["eventtype"] == "disconnected_event"
        assert ended.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE}
        assert await second.ask("ping") == 0


async def test_nobody_is_written_to_before_they_wrote(caller: Caller, line: Line) -> None:
    before = await line.say()
    await written(caller, line)

    assert before == 846606
    assert await line.say() == 0
    assert await line.say(user="WangFang") == 846606
    items = await caller.items("wecom_bot", "ZhangSan")
    assert [i["text"] for i in items] == ["待办", "你好"]


async def test_messages_arrive_as_the_documents_say(caller: Caller, line: Line) -> None:
    frame = await written(caller, line)
    body = frame["body"]

    assert frame["cmd"] == "aibot_msg_callback"
    assert (body["from"], body["chattype"], body["text"]) == (
        {"userid": "ZhangSan"},
        "single",
        {"content": "待办"},
    )
    assert await line.ask("aibot_respond_msg", stream("收到"), frame["headers"]["req_id"]) == 0
    assert await line.ask("aibot_respond_msg", stream("收到"), "someone-else") == 846605


def stream(text: str) -> Json:
    return {"msgtype": "stream", "stream": {"id": "s1", "finish": True, "content": text}}


async def test_voice_is_words_and_a_groups_picture_comes_with_its_mention(
    caller: Caller, line: Line
) -> None:
    me = {"platform": "wecom_bot", "user": "ZhangSan"}
    form = aiohttp.FormData({**me, "group": "g1"})
    form.add_field("file", PNG, filename="a.png")

    await caller.page("/send", {**me, "text": "待办", "voice": True})
    spoken = (await line.callback())["body"]
    await caller.call("POST", "/sandbox/upload", data=form)
    pictured = (await line.callback())["body"]
    mention, picture = pictured["mixed"]["msg_item"]

    assert (spoken["msgtype"], spoken["voice"]) == ("voice", {"content": "待办"})
    assert (pictured["chattype"], pictured["chatid"]) == ("group", "g1")
    assert (mention["text"]["content"], picture["msgtype"]) == ("@小票", "image")


async def test_a_file_has_its_own_key_and_dies_after_five_minutes(
    caller: Caller, line: Line, clock: TestClock
) -> None:
    form = aiohttp.FormData({"platform": "wecom_bot", "user": "ZhangSan"})
    form.add_field("file", b"%PDF-1.7 voucher", filename="票.pdf")
    await caller.call("POST", "/sandbox/upload", data=form)
    sent = (await line.callback())["body"]["file"]

    async with caller.session.get(sent["url"]) as answer:
        sealed, named = await answer.read(), answer.headers["Content-Disposition"]
    key = base64.b64decode(sent["aeskey"])
    opener = Cipher(AES256(key), CBC(key[:16])).decryptor()
    plain = opener.update(sealed) + opener.finalize()
    clock.now += 301

    assert plain[: -plain[-1]] == b"%PDF-1.7 voucher"
    assert (len(sealed) % 32, "%E7%A5%A8.pdf" in named) == (0, True)
    assert (await caller.call("GET", sent["url"].removeprefix(caller.url)))[0] == 403


async def test_thirty_messages_a_minute_and_a_thousand_an_hour(
    caller: Caller, line: Line, clock: TestClock
) -> None:
    await written(caller, line)

    first = [await line.say() for _ in range(31)]
    clock.now += 61
    later = await line.say()

    assert first == [0] * 30 + [45009]
    assert later == 0


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"horizontal_content_list": [{"type": 2, "keyname": "a", "value": "b"}]}, 42035),
        ({"jump_list": [{"type": 3, "title": "问", "question": "长" * 67}]}, 42042),
        ({"button_list": []}, 42038),
        ({"task_id": "has space"}, 42014),
        ({"card_type": "poster"}, 42031),
    ],
)
async def test_a_card_of_the_wrong_form_is_refused(
    caller: Caller, line: Line, changes: Json, errcode: int
) -> None:
    await written(caller, line)

    assert await line.card(**changes) == errcode


async def test_a_task_id_serves_once(caller: Caller, line: Line) -> None:
    await written(caller, line)

    assert [await line.card(), await line.card()] == [0, 42014]


async def clicked(caller: Caller, line: Line) -> str:
    await written(caller, line)
    await line.card()
    press = {"card": "c1", "action": "approve~BX-1", "inputs": {}}
    await caller.page("/click", {"platform": "wecom_bot", "user": "zhangsan", **press})
    event = await line.callback()
    assert event["body"]["event"]["template_card_event"] == {
        "card_type": "button_interaction",
        "event_key": "approve~BX-1",
        "task_id": "c1",
    }
    return str(event["headers"]["req_id"])


def update(**changes: Any) -> Json:  # noqa: ANN401
    card = {**CARD, "main_title": {"title": "已同意"}, **changes}
    return {
        "response_type": "update_template_card",
        "userids": ["ZhangSan"],
        "template_card": card,
    }


async def test_a_click_is_answered_once_within_five_seconds(
    caller: Caller, line: Line, clock: TestClock
) -> None:
    req_id = await clicked(caller, line)

    done = await line.ask("aibot_respond_update_msg", update(), req_id)
    again = await line.ask("aibot_respond_update_msg", update(), req_id)

    items = await caller.items("wecom_bot", "ZhangSan")
    assert (done, again) == (0, 846605)
    assert items[-1]["card"]["body"]["main_title"] == {"title": "已同意"}
    assert len([i for i in items if i["kind"] == "card"]) == 1


async def test_a_late_answer_to_a_click_is_refused(
    caller: Caller, line: Line, clock: TestClock
) -> None:
    req_id = await clicked(caller, line)
    clock.now += 5.1

    assert await line.ask("aibot_respond_update_msg", update(), req_id) == 846605


@pytest.mark.parametrize(
    ("cmd", "body", "errcode"),
    [
        ("aibot_respond_msg", stream("x"), 846605),
        ("aibot_respond_update_msg", update(task_id="c2"), 40058),
        ("aibot_respond_update_msg", {"template_card": CARD}, 40058),
        ("aibot_respond_update_msg", {**update(), "userids": ["WangFang"]}, 846605),
    ],
)
async def test_a_click_takes_no_other_answer(
    caller: Caller, line: Line, cmd: str, body: Json, errcode: int
) -> None:
    req_id = await clicked(caller, line)

    assert await line.ask(cmd, body, req_id) == errcode


async def test_who_enters_is_welcomed_only_with_a_welcome(caller: Caller, line: Line) -> None:
    await caller.page("/enter", {"user": "ZhangSan"})
    event = await line.callback()
    req_id = event["headers"]["req_id"]
    hello = {"msgtype": "text", "text": {"content": "你好"}}

    assert event["body"]["event"] == {"eventtype": "enter_chat"}
    assert await line.ask("aibot_respond_msg", stream("x"), req_id) == 846605
    assert await line.ask("aibot_respond_welcome_msg", hello, req_id) == 0
    assert await line.ask("aibot_respond_welcome_msg", hello, req_id) == 846605


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"chatid": "ZhangSan", "msgtype": "text", "text": {"content": "x"}}, 40008),
        ({"chatid": "ZhangSan", "msgtype": "markdown", "markdown": {}}, 45002),
        ({"chatid": "ZhangSan", "chat_type": 5, "msgtype": "markdown"}, 40058),
        (
            {"chatid": "ZhangSan", "msgtype": "markdown", "markdown": {"content": "长" * 6827}},
            45002,
        ),
    ],
)
async def test_a_push_of_the_wrong_form_is_refused(
    caller: Caller, line: Line, body: Json, errcode: int
) -> None:
    await written(caller, line)

    assert await line.ask("aibot_send_msg", body) == errcode


async def test_an_unknown_command_and_a_malformed_frame(line: Line) -> None:
    await line.socket.send_str("[]")

    assert await line.ask("aibot_dance") == 40066


async def test_without_a_bot_there_is_no_chat_with_it(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    body = {"platform": "wecom_bot", "user": "Nobody", "text": "x"}

    status, _ = await caller.call("POST", "/sandbox/send", json=body)

    assert status == 404
