import asyncio
import copy
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
import xmltodict
from aiohttp import web
from sandbox_support import AES_KEY, Bot, Caller, Json, TestClock
from wechatpy.enterprise.crypto import WeChatCrypto

from sandbox.server import RunningSandbox

CRYPTO = WeChatCrypto("simToken2024", AES_KEY, "wwsimcorp000000001")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
ZHANG = {"platform": "wecom", "user": "ZhangSan"}
WANG = {"platform": "wecom", "user": "WangFang"}


def message(**changes: object) -> Json:
    body: Json = {
        "touser": "WangFang",
        "msgtype": "text",
        "agentid": 1000002,
        "text": {"content": "您好"},
    }
    return body | changes


def template(**changes: object) -> Json:
    card: Json = {
        "card_type": "button_interaction",
        "main_title": {"title": "差旅报销 ¥1,280.00"},
        "horizontal_content_list": [{"keyname": "申请人", "value": "张三"}],
        "button_selection": {
            "question_key": "reason",
            "title": "驳回原因",
            "option_list": [{"id": "r1", "text": "超标准"}, {"id": "r2", "text": "票据不符"}],
        },
        "task_id": "exp-1",
        "button_list": [
            {"text": "同意", "style": 1, "key": "approve~BX~1~0"},
            {"text": "驳回", "style": 2, "key": "reject~BX~1~0"},
        ],
    }
    return card | changes


def card(**changes: object) -> Json:
    return message(msgtype="template_card", template_card=template(**changes))


def update(code: str, users: object = None, **changes: object) -> Json:
    body: Json = {
        "userids": users or ["WangFang"],
        "agentid": 1000002,
        "response_code": code,
        "button": {"replace_name": "已同意"},
    }
    return body | changes


@pytest.fixture
async def api(caller: Caller) -> Caller:
    await caller.wecom_token()
    return caller


def opened(bot: Bot, index: int = -1) -> Json:
    query, body = bot.received[index]
    plain = CRYPTO.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
    return xmltodict.parse(plain)["xml"]


async def arrived(bot: Bot, sandbox: RunningSandbox, count: int) -> None:
    with sandbox.world.listen() as listener:
        while len(bot.received) < count:
            await asyncio.wait_for(listener.get(), 10)


async def wecom_card(caller: Caller, user: str) -> Json:
    return (await caller.items("wecom", user))[-1]["card"]


@pytest.mark.parametrize(
    ("query", "errcode"),
    [
        ({}, 41002),
        ({"corpid": "wwsimcorp000000001"}, 41004),
        ({"corpid": "other", "corpsecret": "wecom-secret"}, 40013),
        ({"corpid": "wwsimcorp000000001", "corpsecret": "wrong"}, 40001),
    ],
)
async def test_a_token_is_refused_by_an_errcode_in_a_200(
    caller: Caller, query: dict[str, str], errcode: int
) -> None:
    status, answer = await caller.call("GET", "/wecom/cgi-bin/gettoken", params=query)

    assert (status, answer["errcode"]) == (200, errcode)
    assert "hint" in answer["errmsg"]


async def test_missing_wrong_and_expired_tokens_differ(api: Caller, clock: TestClock) -> None:
    codes = []
    good = api.token
    for token, later_s in (("", 0), ("wrong", 0), (good, 7200)):
        clock.now += later_s
        api.token = token
        codes.append((await api.wecom("/message/send", message()))["errcode"])

    assert codes == [41001, 40014, 42001]
    assert await api.wecom_token() != good


async def test_a_message_appears_and_unknown_receivers_are_named_in_a_success(
    api: Caller,
) -> None:
    answer = await api.wecom("/message/send", message(touser="wangfang|nobody|noone"))

    assert (answer["errcode"], answer["invaliduser"]) == (0, "nobody|noone")
    assert [i["text"] for i in await api.items("wecom", "WangFang")] == ["您好"]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"agentid": "1000002"}, 40056),
        ({"agentid": 1}, 301002),
        ({"msgtype": "sound"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"touser": ""}, 82001),
        ({"touser": ["WangFang"]}, 82001),
        ({"touser": "nobody"}, 81013),
        ({"touser": "|".join(f"u{n}" for n in range(1001))}, 40032),
        ({"msgtype": "markdown", "markdown": {"content": "字" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
    ],
)
async def test_a_wrong_message_is_refused(api: Caller, changes: Json, errcode: int) -> None:
    assert (await api.wecom("/message/send", message(**changes)))["errcode"] == errcode


async def test_malformed_json_is_refused(api: Caller) -> None:
    path = f"/wecom/cgi-bin/message/send?access_token={api.token}"

    _, answer = await api.call("POST", path, data=b"{")

    assert answer["errmsg"].startswith("Warning: wrong json format.")


async def test_long_words_are_cut_without_a_word(api: Caller) -> None:
    await api.wecom("/message/send", message(text={"content": "字" * 700}))

    text = (await api.items("wecom", "WangFang"))[0]["text"]
    assert text == "字" * 682


async def test_the_31st_message_of_a_minute_is_silently_dropped(
    api: Caller, clock: TestClock
) -> None:
    answers = [await api.wecom("/message/send", message()) for _ in range(31)]
    dropped = len(await api.items("wecom", "WangFang"))
    clock.now += 60
    await api.wecom("/message/send", message())

    assert {answer["errcode"] for answer in answers} == {0}
    assert dropped == 30
    assert len(await api.items("wecom", "WangFang")) == 31


async def test_repeats_are_dropped_only_when_asked_for(api: Caller, clock: TestClock) -> None:
    checked = message(enable_duplicate_check=1, duplicate_check_interval=600)
    for body in (message(), message(), checked, checked):
        await api.wecom("/message/send", body)
    first = len(await api.items("wecom", "WangFang"))
    clock.now += 601
    await api.wecom("/message/send", checked)

    assert first == 3
    assert len(await api.items("wecom", "WangFang")) == 4


def _without(*path: str) -> Callable[[Json], None]:
    def change(card: Json) -> None:
        for key in path[:-1]:
            card = card[key]
        del card[path[-1]]

    return change


def _with(key: str, value: object) -> Callable[[Json], None]:
    return lambda card: card.update({key: value})


def _button(**changes: object) -> Json:
    return {"text": "同意", "key": "k"} | changes


def _options(count: int) -> Json:
    options = [{"id": f"o{n}", "text": "x"} for n in range(count)]
    return {"question_key": "q", "option_list": options}


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        (_with("card_type", "button"), 42031),
        (_without("task_id"), 42014),
        (_with("task_id", "exp 1"), 42014),
        (_with("task_id", "报销"), 42014),
        (_with("task_id", "x" * 129), 42014),
        (_without("main_title"), 42032),
        (_with("button_list", []), 42038),
        (_with("button_list", [_button(key=f"k{n}") for n in range(7)]), 42038),
        (_with("button_list", [_button(), _button()]), 42039),
        (_with("button_list", [_button(key="")]), 42017),
        (_with("button_list", [_button(key="k" * 1025)]), 42018),
        (_with("button_list", [_button(text="")]), 42020),
        (_with("horizontal_content_list", [{"keyname": "k"}] * 7), 42035),
        (_with("horizontal_content_list", [{"value": "v"}]), 42027),
        (_with("horizontal_content_list", [{"keyname": "k", "type": 3, "userid": "no"}]), 42050),
        (_with("horizontal_content_list", [{"keyname": "k", "type": 1}]), 42035),
        (_with("button_selection", _options(11)), 42041),
        (_with("button_selection", _options(0)), 42041),
        (_with("button_selection", _options(2) | {"question_key": ""}), 42040),
        (_with("action_menu", {"desc": "d", "action_list": []}), 42051),
        (_with("card_action", {"type": 1}), 42045),
        (_with("jump_list", [{"type": 1, "title": "t"}]), 42042),
        (_with("vertical_content_list", [{"title": "t"}] * 5), 42036),
        (lambda card: card.update(card_type="text_notice"), 42045),
        (lambda card: card.update(card_type="news_notice"), 42045),
        (lambda card: card.update(card_type="vote_interaction"), 42046),
        (lambda card: card.update(card_type="multiple_interaction"), 42046),
    ],
)
async def test_a_wrong_card_is_refused(
    api: Caller, change: Callable[[Json], None], errcode: int
) -> None:
    body = copy.deepcopy(card())
    change(body["template_card"])

    answer = await api.wecom("/message/send", body)

    assert answer["errcode"] == errcode
    assert await api.items("wecom", "WangFang") == []


async def test_a_card_gives_a_code_and_its_task_id_is_taken_for_ever(api: Caller) -> None:
    first = await api.wecom("/message/send", card())
    again = await api.wecom("/message/send", card())
    notice = card(card_type="text_notice", task_id="n", card_action={"type": 1, "url": "https://x"})

    plain = await api.wecom("/message/send", notice)

    assert first["response_code"]
    assert again["errcode"] == 42014
    assert (plain["errcode"], "response_code" in plain) == (0, False)


async def test_a_code_works_once_and_only_for_the_members_listed(api: Caller) -> None:
    body = card() | {"touser": "WangFang|ZhangSan"}
    code = (await api.wecom("/message/send", body))["response_code"]

    first = await api.wecom("/message/update_template_card", update(code, ["WangFang", "nobody"]))
    again = await api.wecom("/message/update_template_card", update(code))

    assert (first["errcode"], first["invaliduser"]) == (0, ["nobody"])
    assert again["errcode"] == 40058
    wang, zhang = await wecom_card(api, "WangFang"), await wecom_card(api, "ZhangSan")
    assert (wang["state"], wang["replace_name"]) == ("disabled", "已同意")
    assert zhang["state"] == "active"


async def test_a_code_dies_after_72_hours(api: Caller, clock: TestClock) -> None:
    code = (await api.wecom("/message/send", card()))["response_code"]
    clock.now += 72 * 3600
    await api.wecom_token()

    answer = await api.wecom("/message/update_template_card", update(code))

    assert answer["errcode"] == 40058


async def test_a_card_can_be_replaced_by_another_kind(api: Caller) -> None:
    code = (await api.wecom("/message/send", card()))["response_code"]
    notice = {
        "card_type": "text_notice",
        "main_title": {"title": "已通过"},
        "card_action": {"type": 1, "url": "https://example.com"},
    }
    body = update(code, template_card=notice)
    del body["button"]

    assert (await api.wecom("/message/update_template_card", body))["errcode"] == 0
    assert (await wecom_card(api, "WangFang"))["body"] == notice


@pytest.mark.parametrize(
    ("users", "more"),
    [("WangFang", {}), ([], {"userids": []}), (["WangFang"], {"button": {}})],
)
async def test_a_wrong_update_is_refused_and_uses_no_code(
    api: Caller, users: object, more: Json
) -> None:
    code = (await api.wecom("/message/send", card()))["response_code"]

    refused = await api.wecom("/message/update_template_card", update(code, users) | more)
    then = await api.wecom("/message/update_template_card", update(code))

    assert refused["errcode"] != 0
    assert then["errcode"] == 0


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


@pytest.mark.parametrize(
    ("kind", "name", "data", "errcode"),
    [
        ("file", "结果.csv", b"a,b,c,d", 0),
        ("image", "a.gif", b"GIF89a..", 40005),
        ("sound", "a.amr", b"123456", 40004),
        ("file", "a.csv", b"12345", 40006),
    ],
)
async def test_uploads_are_checked(
    api: Caller, kind: str, name: str, data: bytes, errcode: int
) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("media", data, filename=name)

    path = f"/wecom/cgi-bin/media/upload?access_token={api.token}&type={kind}"
    _, answer = await api.call("POST", path, data=form)

    assert answer["errcode"] == errcode


async def test_an_upload_without_a_file_name_is_refused(api: Caller) -> None:
    path = f"/wecom/cgi-bin/media/upload?access_token={api.token}&type=file"
    head = b'--b\r\nContent-Disposition: form-data; name="media"\r\n\r\n'

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    body = head + b"123456\r\n--b--\r\n"
    _, answer = await api.call("POST", path, data=body, headers=kind)

    assert answer["errcode"] == 44001
