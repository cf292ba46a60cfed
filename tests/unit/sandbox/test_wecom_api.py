import copy
from collections.abc import Callable

import aiohttp
import pytest
from sandbox_support import Caller, Json, TestClock
from sandbox_wecom import card, message, update, wecom_card


@pytest.fixture
async def api(caller: Caller) -> Caller:
    await caller.wecom_token()
    return caller


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
