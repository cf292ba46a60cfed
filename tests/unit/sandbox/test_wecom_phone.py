import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sandbox_support import Bot, Caller, Json, TestClock
from sandbox_wecom import (
    CRYPTO,
    PNG,
    WANG,
    ZHANG,
    arrived,
    card,
    opened,
    update,
    wecom_card,
)

from sandbox.server import RunningSandbox


@pytest.fixture
async def api(caller: Caller) -> Caller:
    await caller.wecom_token()
    return caller


async def test_words_arrive_sealed(api: Caller, bot: Bot, sandbox: RunningSandbox) -> None:
    await api.page("/send", {**ZHANG, "text": "打车 45 ]]>", "repeat": 3})
    await arrived(bot, sandbox, 3)

    messages = [opened(bot, n) for n in range(3)]

    assert messages[0]["Content"] == "打车 45 ]]>"
    assert (messages[0]["FromUserName"], messages[0]["AgentID"]) == ("ZhangSan", "1000002")
    assert len({m["MsgId"] for m in messages}) == 1
    assert len({query["nonce"] for query, _ in bot.received}) == 3


async def test_a_picture_arrives_and_can_be_fetched_for_three_days(
    api: Caller, bot: Bot, sandbox: RunningSandbox, clock: TestClock
) -> None:
    form = aiohttp.FormData({"platform": "wecom", "user": "ZhangSan"})
    form.add_field("file", PNG, filename="发票.png")
    await api.call("POST", "/sandbox/upload", data=form)
    await arrived(bot, sandbox, 1)
    message = opened(bot)

    query = {"access_token": api.token, "media_id": message["MediaId"]}
    _, data = await api.call("GET", "/wecom/cgi-bin/media/get", params=query)
    async with api.session.get(message["PicUrl"]) as answer:
        direct = await answer.read()
    clock.now += 3 * 86400
    query["access_token"] = await api.wecom_token()
    _, late = await api.call("GET", "/wecom/cgi-bin/media/get", params=query)

    assert (message["MsgType"], data, direct) == ("image", PNG, PNG)
    assert late["errcode"] == 40007


async def test_files_never_arrive(api: Caller, bot: Bot) -> None:
    form = aiohttp.FormData({"platform": "wecom", "user": "ZhangSan"})
    form.add_field("file", b"%PDF-1.7", filename="发票.pdf")

    status, answer = await api.call("POST", "/sandbox/upload", data=form)

    assert (status, answer["error"]) == (400, "wecom_no_files")
    assert bot.received == []


async def test_without_an_answer_the_same_bytes_come_three_times_more(
    api: Caller, bot: Bot, sandbox: RunningSandbox
) -> None:
    async def fail(_request: web.Request) -> web.Response:
        return web.Response(status=500)

    bot.answer = fail
    await api.page("/send", {**ZHANG, "text": "提交"})
    await arrived(bot, sandbox, 4)

    assert len(bot.received) == 4
    assert all(delivery == bot.received[0] for delivery in bot.received)


async def test_an_answer_after_the_limit_counts_as_none(
    api: Caller, bot: Bot, sandbox: RunningSandbox
) -> None:
    again = asyncio.Event()

    async def dawdle(_request: web.Request) -> web.Response:
        if len(bot.received) == 1:
            await again.wait()
        again.set()
        return web.Response()

    bot.answer = dawdle
    await api.page("/send", {**ZHANG, "text": "提交"})
    await arrived(bot, sandbox, 2)

    assert bot.received[0] == bot.received[1]


async def test_a_click_is_an_event_with_a_fresh_code_and_the_choice(api: Caller, bot: Bot) -> None:
    sent = (await api.wecom("/message/send", card()))["response_code"]
    press = {**WANG, "card": "exp-1", "action": "reject~BX~1~0", "inputs": {"reason": "r2"}}

    await api.page("/click", press)
    event = opened(bot)
    await api.page("/click", press | {"inputs": {}})
    other = opened(bot)

    assert (event["Event"], event["EventKey"]) == ("template_card_event", "reject~BX~1~0")
    assert (event["TaskId"], event["CardType"]) == ("exp-1", "button_interaction")
    choice = event["SelectedItems"]["SelectedItem"]
    assert (choice["QuestionKey"], choice["OptionIds"]["OptionId"]) == ("reason", "r2")
    assert other["SelectedItems"]["SelectedItem"]["OptionIds"]["OptionId"] == "r1"
    codes = {sent, event["ResponseCode"], other["ResponseCode"]}
    assert len(codes) == 3
    for code in codes:
        answer = await api.wecom("/message/update_template_card", update(code))
        assert answer["errcode"] == 0


async def test_a_closed_card_cannot_be_pressed_unless_forced(api: Caller, bot: Bot) -> None:
    code = (await api.wecom("/message/send", card()))["response_code"]
    await api.wecom("/message/update_template_card", update(code))
    press = {**WANG, "card": "exp-1", "action": "approve~BX~1~0"}

    closed = await api.call("POST", "/sandbox/click", json=press)
    await api.page("/click", press | {"force": True})

    assert (closed[0], closed[1]["error"]) == (400, "card_disabled")
    assert len(bot.received) == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"action": "pay"}, "no_such_button"),
        ({"card": "other"}, "card_unknown"),
        ({"inputs": {"reason": "r9"}}, "no_such_option"),
        ({"user": "nobody"}, "unknown_user"),
        ({"platform": "wechat"}, "unknown_platform"),
        ({"repeat": 0}, "bad_request"),
    ],
)
async def test_what_a_phone_cannot_do_is_refused(
    api: Caller, bot: Bot, changes: Json, error: str
) -> None:
    await api.wecom("/message/send", card())
    press = {**WANG, "card": "exp-1", "action": "approve~BX~1~0"} | changes

    _, answer = await api.call("POST", "/sandbox/click", json=press)

    assert answer["error"] == error
    assert bot.received == []


def reply(inner: str) -> Callable[[web.Request], Any]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=CRYPTO.encrypt_message(f"<xml>{inner}</xml>", "n", "1796000000"))

    return answer


async def test_a_passive_reply_closes_the_clickers_card(api: Caller, bot: Bot) -> None:
    await api.wecom("/message/send", card())
    bot.answer = reply(
        "<MsgType>update_button</MsgType><Button><ReplaceName>处理中</ReplaceName></Button>"
    )

    answered = await api.page("/click", {**WANG, "card": "exp-1", "action": "approve~BX~1~0"})

    assert "处理中" in answered["answer"]
    assert (await wecom_card(api, "WangFang"))["replace_name"] == "处理中"


async def test_a_passive_reply_that_cannot_be_opened_is_noted(
    api: Caller, bot: Bot, sandbox: RunningSandbox
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="success")

    bot.answer = answer
    await api.wecom("/message/send", card())
    await api.page("/click", {**WANG, "card": "exp-1", "action": "approve~BX~1~0"})

    assert any(line.what == "passive reply" for line in sandbox.world.trail(0))


async def test_the_url_check_wants_exactly_the_plain_text(
    sandbox: RunningSandbox, bot: Bot
) -> None:
    async def verify(request: web.Request) -> web.Response:
        q = request.query
        echo = CRYPTO.check_signature(q["msg_signature"], q["timestamp"], q["nonce"], q["echostr"])
        return web.Response(body=echo if isinstance(echo, bytes) else echo.encode())

    async def quoted(request: web.Request) -> web.Response:
        right = await verify(request)
        return web.Response(text=f'"{right.text}"')

    bot.answer = verify
    passed = await sandbox.verify_wecom()
    bot.answer = quoted
    failed = await sandbox.verify_wecom()

    assert (passed, failed) == (True, False)
