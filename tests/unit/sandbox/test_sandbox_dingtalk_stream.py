import asyncio
import json
import threading
from collections.abc import Iterator

import aiohttp
import dingtalk_stream
import pytest
from sandbox_stream_client import BOT, CARD, Client, connected, subscription
from sandbox_support import TEMPLATE, Caller, Json, TestClock

from sandbox.server import RunningSandbox

OPEN = "/dingtalk/v1.0/gateway/connections/open"
JSON = {"Accept": "application/json"}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
ZHANG = {"platform": "dingtalk", "user": "staff-zhang"}
WANG = {"platform": "dingtalk", "user": "staff-wang"}
BY_KEY = {"updateCardDataByKey": True, "updatePrivateDataByKey": True}


def approval(**changes: object) -> Json:
    actions = json.dumps([{"id": "approve", "text": "同意", "token": "BX~1~0"}])
    body: Json = {
        "cardTemplateId": TEMPLATE,
        "outTrackId": "card-1",
        "callbackType": "STREAM",
        "cardData": {"cardParamMap": {"title": "报销", "status": "open", "actions": actions}},
        "openSpaceId": "dtv1.card//IM_ROBOT.staff-wang",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": "dingapp"},
    }
    return body | changes


async def deliver(caller: Caller, body: Json) -> None:
    await caller.dingtalk_token()
    status, _ = await caller.new("POST", "/card/instances/createAndDeliver", body)
    assert status == 200


async def shown_card(caller: Caller) -> Json:
    return (await caller.items("dingtalk", "staff-wang"))[0]["card"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"ua": "no version"}, 400),
        ({"subscriptions": []}, 400),
        ({"subscriptions": [{"type": "EVENT", "topic": "bpms"}]}, 400),
        ({"clientSecret": "wrong"}, 401),
    ],
)
async def test_registration_is_strict(caller: Caller, changes: Json, status: int) -> None:
    body = subscription(**changes)

    answered, _ = await caller.call("POST", OPEN, json=body, headers=JSON)

    assert answered == status


async def test_without_the_accept_header_the_gateway_answers_xml(caller: Caller) -> None:
    status, answer = await caller.call("POST", OPEN, json=subscription())

    assert (status, answer[:1]) == (200, b"<")


async def test_a_ticket_works_once_and_for_90_seconds(caller: Caller, clock: TestClock) -> None:
    _, used = await caller.call("POST", OPEN, json=subscription(), headers=JSON)
    _, old = await caller.call("POST", OPEN, json=subscription(), headers=JSON)
    async with caller.session.ws_connect(f"{used['endpoint']}?ticket={used['ticket']}"):
        pass
    clock.now += 90

    for place in (used, old):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
            await caller.session.ws_connect(f"{place['endpoint']}?ticket={place['ticket']}")


async def test_words_arrive_as_documented(sandbox: RunningSandbox, caller: Caller) -> None:
    async with connected(sandbox.url) as client:
        await caller.page("/send", {**ZHANG, "text": "打车 45"})

        frame = await client.frame()
        await client.acknowledge(frame, {"response": None})

    data = json.loads(frame["data"])
    assert (frame["specVersion"], frame["type"]) == ("1.0", "CALLBACK")
    assert frame["headers"]["topic"] == BOT
    assert isinstance(frame["headers"]["time"], str)
    assert (data["conversationType"], data["msgtype"]) == ("1", "text")
    assert data["text"] == {"content": "打车 45"}
    assert (data["senderStaffId"], data["senderCorpId"]) == ("staff-zhang", "dingcorp")
    assert data["sessionWebhook"].startswith(sandbox.url)


async def test_a_message_without_an_ack_comes_once_more(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    async with connected(sandbox.url) as client:
        await caller.page("/send", {**ZHANG, "text": "提交"})
        first, second = await client.frame(), await client.frame()
        with pytest.raises(TimeoutError):
            await client.socket.receive(timeout=0.9)

    ids = [json.loads(frame["data"])["msgId"] for frame in (first, second)]
    assert ids[0] == ids[1]
    assert first["headers"]["messageId"] != second["headers"]["messageId"]


@pytest.mark.parametrize(
    "broken",
    [
        {"data": {"response": None}},
        {"code": "200"},
        {"headers": {"contentType": "application/json"}},
    ],
)
async def test_a_malformed_ack_is_none(
    sandbox: RunningSandbox, caller: Caller, broken: Json
) -> None:
    async with connected(sandbox.url) as client:
        await caller.page("/send", {**ZHANG, "text": "提交"})
        await client.acknowledge(await client.frame(), {}, **broken)

        again = await client.frame()

    assert json.loads(again["data"])["text"]["content"] == "提交"


async def test_one_message_can_arrive_three_times(sandbox: RunningSandbox, caller: Caller) -> None:
    async with connected(sandbox.url) as client:
        await caller.page("/send", {**ZHANG, "text": "打车 45", "repeat": 3})

        ids = {(await client.answer_next(lambda _: {}))["msgId"] for _ in range(3)}

    assert len(ids) == 1
    assert len(await caller.items("dingtalk", "staff-zhang")) == 1


async def upload(caller: Caller, data: bytes, name: str, **fields: str) -> tuple[int, Json]:
    form = aiohttp.FormData(quote_fields=False)  # file names raw, as browsers send them
    for key, value in fields.items():
        form.add_field(key, value)
    form.add_field("file", data, filename=name)
    return await caller.call("POST", "/sandbox/upload", data=form)


async def test_a_picture_is_downloaded_in_two_steps(
    sandbox: RunningSandbox, caller: Caller, clock: TestClock
) -> None:
    await caller.dingtalk_token()
    async with connected(sandbox.url) as client:
        await upload(caller, PNG, "发票.png", **ZHANG)
        message = await client.answer_next(lambda _: {})
    code = {"downloadCode": message["content"]["downloadCode"], "robotCode": "dingapp"}

    _, place = await caller.new("POST", "/robot/messageFiles/download", code)
    async with caller.session.get(place["downloadUrl"]) as answer:
        data, name = await answer.read(), answer.url.name
    clock.now += 301
    async with caller.session.get(place["downloadUrl"]) as answer:
        expired = answer.status

    assert message["msgtype"] == "picture"
    assert data == PNG
    assert name.endswith(".file")
    assert expired == 403


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"downloadCode": ""}, "invalidParameter.robotCode.empty"),
        ({"robotCode": ""}, "invalidParameter.robotCode.empty"),
        ({"robotCode": "other"}, "invalidParameter.robotCode.auth"),
        ({"downloadCode": "other"}, "invalidParameter.robotCode.downloadCode"),
    ],
)
async def test_a_wrong_download_is_refused(caller: Caller, changes: Json, code: str) -> None:
    await caller.dingtalk_token()
    body = {"downloadCode": "code", "robotCode": "dingapp"} | changes

    status, answer = await caller.new("POST", "/robot/messageFiles/download", body)

    assert (status, answer["code"]) == (400, code)


async def test_words_with_a_picture_are_rich_text_and_other_files_are_files(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    async with connected(sandbox.url) as client:
        await upload(caller, PNG, "a.png", **ZHANG, text="晚餐")
        rich = await client.answer_next(lambda _: {})
        await upload(caller, b"%PDF-1.7", "发票.pdf", **ZHANG)
        file = await client.answer_next(lambda _: {})

    parts = rich["content"]["richText"]
    assert (rich["msgtype"], parts[0], parts[1]["type"]) == (
        "richText",
        {"text": "晚餐"},
        "picture",
    )
    assert (file["msgtype"], file["content"]["fileName"]) == ("file", "发票.pdf")


async def test_the_session_webhook_answers_for_ninety_minutes(
    sandbox: RunningSandbox, caller: Caller, clock: TestClock
) -> None:
    async with connected(sandbox.url) as client:
        await caller.page("/send", {**ZHANG, "text": "帮助"})
        message = await client.answer_next(lambda _: {})
    reply = {"msgtype": "text", "text": {"content": "您好"}}

    async with caller.session.post(message["sessionWebhook"], json=reply) as answer:
        first = (await answer.json())["errcode"]
    clock.now += 5400
    async with caller.session.post(message["sessionWebhook"], json=reply) as answer:
        late = (await answer.json())["errcode"]

    assert (first, late != 0) == (0, True)
    assert [i["text"] for i in await caller.items("dingtalk", "staff-zhang")] == ["帮助", "您好"]


async def test_a_click_carries_the_buttons_constants_and_its_answer_is_applied_by_key(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    await deliver(caller, approval())
    answer = {
        "response": {
            "cardUpdateOptions": BY_KEY,
            "cardData": {"cardParamMap": {"status": "processing"}},
            "userPrivateData": {"cardParamMap": {"mine": "1"}},
        }
    }
    press = {**WANG, "card": "card-1", "action": "approve", "inputs": {"reason": "好"}}

    async with connected(sandbox.url) as client:
        click, answered = await asyncio.gather(
            client.answer_next(lambda _: answer), caller.page("/click", press)
        )

    content = json.loads(click["content"])["cardPrivateData"]
    assert (click["type"], click["userId"], click["outTrackId"]) == (
        "actionCallback",
        "staff-wang",
        "card-1",
    )
    assert content["actionIds"] == ["approve"]
    assert content["params"] == {"action": "approve", "token": "BX~1~0", "reason": "好"}
    assert answered["answer"] == answer["response"]
    variables = (await shown_card(caller))["body"]["cardParamMap"]
    assert (variables["title"], variables["status"], variables["mine"]) == (
        "报销",
        "processing",
        "1",
    )


async def test_a_forwarded_card_is_clicked_in_its_group(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    await deliver(caller, approval())
    press = {**ZHANG, "card": "card-1", "action": "approve", "group": "cidg==", "inputs": {}}

    async with connected(sandbox.url) as client:
        click, _ = await asyncio.gather(
            client.answer_next(lambda _: {}), caller.page("/click", press)
        )

    assert (click["userId"], click["spaceType"], click["spaceId"]) == (
        "staff-zhang",
        "IM_GROUP",
        "cidg==",
    )


async def test_in_a_group_pictures_arrive_and_files_and_voice_do_not(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    async with connected(sandbox.url) as client:
        await upload(caller, PNG, "a.png", **ZHANG, group="cidg==")
        message = await client.answer_next(lambda _: {})
    refused, _ = await upload(caller, b"%PDF-1.7", "a.pdf", **ZHANG, group="cidg==")
    spoken = {**ZHANG, "text": "待办", "voice": True, "group": "cidg=="}
    voice, _ = await caller.call("POST", "/sandbox/send", json=spoken)

    assert (message["msgtype"], message["conversationType"]) == ("picture", "2")
    assert message["conversationId"] == "cidg=="
    assert (refused, voice) == (400, 400)


async def test_without_an_answer_in_time_the_person_sees_a_failure(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    await deliver(caller, approval())
    press = {**WANG, "card": "card-1", "action": "approve"}

    async with connected(sandbox.url) as client:
        answered = await caller.page("/click", press)
        late = {"response": {"cardData": {"cardParamMap": {"status": "late"}}}}
        await client.acknowledge(await client.frame(), late)
        await asyncio.sleep(0.05)

    card = await shown_card(caller)
    assert answered["answer"] is None
    assert "操作失败" in card["notice"]
    assert card["body"]["cardParamMap"]["status"] == "open"


@pytest.mark.parametrize(
    ("code", "response"),
    [(500, {}), (200, {"cardData": {"cardParamMap": {"amount": 12}}})],
)
async def test_a_failing_or_wrong_answer_is_a_failure(
    sandbox: RunningSandbox, caller: Caller, code: int, response: Json
) -> None:
    await deliver(caller, approval())
    press = {**WANG, "card": "card-1", "action": "approve"}

    async def answer(client: Client) -> None:
        frame = await client.frame()
        await client.acknowledge(frame, {"response": response}, code=code)

    async with connected(sandbox.url) as client:
        _, answered = await asyncio.gather(answer(client), caller.page("/click", press))

    assert answered["answer"] is None
    assert (await shown_card(caller))["notice"]


async def test_a_card_without_stream_callbacks_sends_no_click(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    body = approval()
    del body["callbackType"]
    await deliver(caller, body)

    async with connected(sandbox.url) as client:
        answered = await caller.page("/click", {**WANG, "card": "card-1", "action": "approve"})
        with pytest.raises(TimeoutError):
            await client.socket.receive(timeout=0.1)

    assert answered["answer"] is None


async def test_only_buttons_on_the_card_can_be_pressed_unless_forced(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    await deliver(caller, approval())
    stale = {**WANG, "card": "card-1", "action": "approve", "token": "BX~0~0"}

    refused = await caller.call("POST", "/sandbox/click", json=stale)
    async with connected(sandbox.url) as client:
        forced, _ = await asyncio.gather(
            client.answer_next(lambda _: {}), caller.page("/click", stale | {"force": True})
        )

    assert (refused[0], refused[1]["error"]) == (400, "no_such_button")
    assert json.loads(forced["content"])["cardPrivateData"]["params"]["token"] == "BX~0~0"


async def test_the_built_in_card_sends_only_the_id_of_its_button(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    buttons = [
        {"text": "同意", "color": "blue", "id": "approve~BX~1~0", "request": True},
        {"text": "看", "url": "https://example.com", "id": "look"},
    ]
    full = json.dumps({"order": ["msgContent", "msgButtons"], "msgButtons": buttons})
    data = {"cardParamMap": {"msgContent": "报销", "sys_full_json_obj": full}}
    template = "382e4302-551d-4880-bf29-a30acfab2e71.schema"
    await deliver(caller, approval(cardTemplateId=template, cardData=data))
    press = {**WANG, "card": "card-1", "inputs": {"reason": "好"}}

    link = await caller.call("POST", "/sandbox/click", json={**press, "action": "look"})
    async with connected(sandbox.url) as client:
        click, _ = await asyncio.gather(
            client.answer_next(lambda _: {}),
            caller.page("/click", {**press, "action": "approve~BX~1~0"}),
        )

    content = json.loads(click["content"])["cardPrivateData"]
    assert link[0] == 400
    assert content == {"actionIds": ["approve~BX~1~0"], "params": {}}


async def test_a_double_click_is_two_frames(sandbox: RunningSandbox, caller: Caller) -> None:
    await deliver(caller, approval())
    press = {**WANG, "card": "card-1", "action": "approve", "repeat": 2}

    async with connected(sandbox.url) as client:
        pressing = asyncio.ensure_future(caller.page("/click", press))
        for _ in range(2):
            await client.answer_next(lambda _: {"response": {}})
        answered = await pressing

    assert answered["answers"] == [{}, {}]


async def test_a_disconnect_is_announced_then_silent_then_cut(
    sandbox: RunningSandbox, caller: Caller
) -> None:
    async with connected(sandbox.url) as client:
        await caller.page("/dingtalk/disconnect", {})
        notice = await client.frame()
        end = await client.socket.receive(timeout=5)

    assert (notice["type"], notice["headers"]["topic"]) == ("SYSTEM", "disconnect")
    assert json.loads(notice["data"]) == {"reason": "connection is expired"}
    assert end.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.ERROR}


async def test_a_cut_ends_the_connection_at_once(sandbox: RunningSandbox, caller: Caller) -> None:
    async with connected(sandbox.url) as client:
        await caller.page("/dingtalk/cut", {})
        await client.socket.receive(timeout=5)

        assert client.socket.closed


class Inbox(dingtalk_stream.ChatbotHandler):  # type: ignore[misc]
    """Keeps what the SDK hands on; its answer to a click marks the card."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.arrived = threading.Event()

    async def process(self, callback: dingtalk_stream.CallbackMessage) -> tuple[int, object]:
        message = dingtalk_stream.ChatbotMessage.from_dict(callback.data)
        self.texts.append(message.text.content)
        self.arrived.set()
        return dingtalk_stream.AckMessage.STATUS_OK, "OK"


class Clicks(dingtalk_stream.CallbackHandler):  # type: ignore[misc]
    """Answers a click; the SDK wraps it as {"response": …}."""

    async def process(self, callback: dingtalk_stream.CallbackMessage) -> tuple[int, object]:
        card = {"cardParamMap": {"status": "approved"}}
        response = {"cardUpdateOptions": BY_KEY, "cardData": card}
        return dingtalk_stream.AckMessage.STATUS_OK, response


@pytest.fixture
def sdk_endpoint(sandbox: RunningSandbox) -> Iterator[None]:
    client = dingtalk_stream.DingTalkStreamClient
    before = client.OPEN_CONNECTION_API
    client.OPEN_CONNECTION_API = sandbox.url + OPEN
    yield
    client.OPEN_CONNECTION_API = before


def run_sdk(client: dingtalk_stream.DingTalkStreamClient, stop: threading.Event) -> None:
    """Run the SDK in a loop of its own, since it blocks; end it by two cancellations."""

    async def main() -> None:
        task = asyncio.ensure_future(client.start())
        await asyncio.to_thread(stop.wait)
        while not task.done():
            task.cancel()
            await asyncio.sleep(0.05)

    asyncio.run(main())


async def until_connected(sandbox: RunningSandbox) -> None:
    with sandbox.world.listen() as listener:
        while not sandbox.hands.stream.connected:
            await asyncio.wait_for(listener.get(), 10)


async def test_the_unmodified_sdk_gets_messages_and_answers_clicks(
    sandbox: RunningSandbox, caller: Caller, sdk_endpoint: None
) -> None:
    await deliver(caller, approval())
    credential = dingtalk_stream.Credential("dingapp", "app-secret")
    client, inbox = dingtalk_stream.DingTalkStreamClient(credential), Inbox()
    client.register_callback_handler(BOT, inbox)
    client.register_callback_handler(CARD, Clicks())
    stop = threading.Event()
    thread = threading.Thread(target=run_sdk, args=(client, stop))
    thread.start()
    try:
        await until_connected(sandbox)
        await caller.page("/send", {**ZHANG, "text": "打车 45"})
        arrived = await asyncio.to_thread(inbox.arrived.wait, 10)
        answered = await caller.page("/click", {**WANG, "card": "card-1", "action": "approve"})
    finally:
        stop.set()
        await asyncio.to_thread(thread.join, 10)

    assert arrived
    assert inbox.texts == ["打车 45"]
    assert answered["answer"] is not None
    assert (await shown_card(caller))["body"]["cardParamMap"]["status"] == "approved"
