import json

import aiohttp
import pytest
from sandbox_support import TEMPLATE, Caller, Json, TestClock

from sandbox.server import RunningSandbox

AI_CARD = "382e4302-551d-4880-bf29-a30acfab2e71.schema"


def card(**changes: object) -> Json:
    body: Json = {
        "cardTemplateId": TEMPLATE,
        "outTrackId": "card-1",
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": {"cardParamMap": {"title": "报销", "status": "in_review"}},
        "openSpaceId": "dtv1.card//IM_ROBOT.staff-wang",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": "dingapp"},
    }
    return body | changes


def message(**changes: object) -> Json:
    body: Json = {
        "robotCode": "dingapp",
        "userIds": ["staff-wang"],
        "msgKey": "sampleText",
        "msgParam": json.dumps({"content": "您好"}),
    }
    return body | changes


@pytest.fixture
async def api(caller: Caller) -> Caller:
    await caller.dingtalk_token()
    return caller


async def test_a_wrong_secret_is_refused_as_documented(caller: Caller) -> None:
    body = {"appKey": "dingapp", "appSecret": "wrong"}

    status, answer = await caller.call("POST", "/dingtalk/v1.0/oauth2/accessToken", json=body)

    assert status == 400
    assert answer["code"] == "invalidClientIdOrSecret"
    assert set(answer) == {"code", "requestid", "message"}


async def test_the_same_token_is_renewed_and_a_new_one_follows_its_end(
    caller: Caller, clock: TestClock
) -> None:
    first = await caller.dingtalk_token()
    clock.now += 7000
    second = await caller.dingtalk_token()
    clock.now += 7000
    assert (await caller.new("POST", "/robot/oToMessages/batchSend", message()))[0] == 200
    clock.now += 300
    third = await caller.dingtalk_token()

    assert first == second
    assert third != first


async def test_the_old_api_knows_the_same_token(caller: Caller) -> None:
    query = {"appkey": "dingapp", "appsecret": "app-secret"}

    _, answer = await caller.call("GET", "/dingtalk-oapi/gettoken", params=query)

    assert answer["errcode"] == 0
    assert answer["access_token"] == await caller.dingtalk_token()


async def test_a_bad_token_is_a_400(caller: Caller) -> None:
    status, answer = await caller.new("POST", "/robot/oToMessages/batchSend", message())

    assert (status, answer["code"]) == (400, "InvalidAuthentication")


async def test_the_21st_call_within_a_second_is_a_403(api: Caller, clock: TestClock) -> None:
    for _ in range(20):
        assert (await api.new("POST", "/robot/oToMessages/batchSend", message()))[0] == 200

    status, answer = await api.new("POST", "/robot/oToMessages/batchSend", message())
    clock.now += 1
    later, _ = await api.new("POST", "/robot/oToMessages/batchSend", message())

    assert status == 403
    assert answer["code"] == "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
    assert later == 200


async def test_a_message_appears_and_unknown_receivers_are_named_in_a_success(
    api: Caller,
) -> None:
    body = message(userIds=["staff-wang", "nobody"])

    status, answer = await api.new("POST", "/robot/oToMessages/batchSend", body)

    assert status == 200
    assert answer["invalidStaffIdList"] == ["nobody"]
    items = await api.items("dingtalk", "staff-wang")
    assert [(i["from"], i["kind"], i["text"]) for i in items] == [("bot", "text", "您好")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"robotCode": ""}, "invalidParameter.robotCode.empty"),
        ({"robotCode": "other"}, "invalidParameter.robotCode.notExsit"),
        ({"userIds": []}, "invalidParameter.userIds.empty"),
        ({"userIds": ["staff-wang"] * 21}, "invalidParameter.userIds.overMax"),
        ({"msgKey": ""}, "invalidParameter.msgKey.empty"),
        ({"msgKey": "sampleCard"}, "invalidParameter.msgKey.invalid"),
        ({"msgParam": {"content": "an object"}}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": '{"text": "wrong key"}'}, "invalidParameter.msgParam.invalid"),
        ({"msgParam": json.dumps({"content": "字" * 5000})}, "invalidParameter.msgParam.tooLong"),
    ],
)
async def test_a_wrong_message_is_refused(api: Caller, changes: Json, code: str) -> None:
    status, answer = await api.new("POST", "/robot/oToMessages/batchSend", message(**changes))

    assert (status, answer["code"]) == (400, code)


async def test_a_card_is_delivered_once(api: Caller) -> None:
    _, answer = await api.new("POST", "/card/instances/createAndDeliver", card())
    again, refusal = await api.new("POST", "/card/instances/createAndDeliver", card())

    delivered = answer["result"]["deliverResults"][0]
    assert (answer["success"], delivered["success"], delivered["spaceId"]) == (
        True,
        True,
        "staff-wang",
    )
    assert (again, refusal["code"]) == (400, "param.cardAlreadyExist")
    items = await api.items("dingtalk", "staff-wang")
    assert [i["card"]["body"]["cardParamMap"]["title"] for i in items] == ["报销"]


async def test_an_unknown_receiver_is_a_failure_inside_a_success(api: Caller) -> None:
    body = card(openSpaceId="dtv1.card//IM_ROBOT.staff-wang;IM_ROBOT.nobody")
    body["openSpaceId"] = "dtv1.card//IM_ROBOT.staff-wang;dtv1.card//IM_ROBOT.nobody"

    status, answer = await api.new("POST", "/card/instances/createAndDeliver", body)

    results = answer["result"]["deliverResults"]
    assert (status, answer["success"]) == (200, True)
    assert [(r["success"], r["errorMsg"]) for r in results] == [
        (True, ""),
        (False, "spaceId is illegal"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cardTemplateId": ""}, "param.cardTemplateIdEmpty"),
        ({"cardTemplateId": "unknown.schema"}, "param.templateNotExist"),
        ({"outTrackId": ""}, "param.outTrackIdEmpty"),
        ({"cardData": None}, "param.cardPublicDataEmpty"),
        ({"cardData": {"cardParamMap": {"n": 1}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"n": "字" * 342}}}, "param.invalid"),
        ({"cardData": {"cardParamMap": {"k" * 101: "x"}}}, "param.invalid"),
        ({"callbackType": "stream"}, "param.invalid"),
        ({"openSpaceId": ""}, "param.openSpaceIdEmpty"),
        ({"openSpaceId": "staff-wang"}, "param.openSpaceIdInvalid"),
        ({"imRobotOpenSpaceModel": None}, "param.openSpaceModelInvalid"),
        ({"imRobotOpenDeliverModel": {}}, "param.openDeliverModelEmpty"),
        ({"imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"}}, "param.openDeliverModelError"),
        ({"privateData": {"nobody": {"cardParamMap": {}}}}, "param.userIdNotExist"),
        ({"privateData": {"staff-wang": {"cardParamMap": {"x": True}}}}, "param.invalid"),
    ],
)
async def test_a_wrong_card_is_refused(api: Caller, changes: Json, code: str) -> None:
    status, answer = await api.new("POST", "/card/instances/createAndDeliver", card(**changes))

    assert (status, answer["code"]) == (400, code)
    assert await api.items("dingtalk", "staff-wang") == []


async def test_built_in_templates_need_no_building(api: Caller) -> None:
    body = card(cardTemplateId=AI_CARD)

    status, _ = await api.new("POST", "/card/instances/createAndDeliver", body)

    assert status == 200


async def test_an_update_overwrites_everything_unless_it_goes_by_key(api: Caller) -> None:
    await api.new("POST", "/card/instances/createAndDeliver", card())
    change = {"outTrackId": "card-1", "cardData": {"cardParamMap": {"status": "approved"}}}

    by_key = change | {"cardUpdateOptions": {"updateCardDataByKey": True}}
    await api.new("PUT", "/card/instances", by_key)
    kept = (await api.items("dingtalk", "staff-wang"))[0]["card"]["body"]["cardParamMap"]
    await api.new("PUT", "/card/instances", change)
    wiped = (await api.items("dingtalk", "staff-wang"))[0]["card"]["body"]["cardParamMap"]

    assert kept == {"title": "报销", "status": "approved"}
    assert wiped == {"status": "approved"}


async def test_private_variables_win_for_their_person(api: Caller) -> None:
    body = card(openSpaceId="dtv1.card//IM_ROBOT.staff-wang;dtv1.card//IM_ROBOT.staff-zhang")
    await api.new("POST", "/card/instances/createAndDeliver", body)
    private = {"staff-wang": {"cardParamMap": {"status": "yours"}}}

    await api.new("PUT", "/card/instances", {"outTrackId": "card-1", "privateData": private})

    wang, zhang = [
        (await api.items("dingtalk", user))[0]["card"]["body"]["cardParamMap"]["status"]
        for user in ("staff-wang", "staff-zhang")
    ]
    assert (wang, zhang) == ("yours", "in_review")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"outTrackId": "none", "cardData": {"cardParamMap": {}}}, "param.cardNotExist"),
        ({"cardData": {"cardParamMap": {}}}, "param.outTrackIdEmpty"),
        ({"outTrackId": "card-1"}, "param.cardDataAndPrivateDataBothEmpty"),
        ({"outTrackId": "card-1", "cardData": {"cardParamMap": {"n": 1}}}, "param.invalid"),
    ],
)
async def test_a_wrong_update_is_refused(api: Caller, body: Json, code: str) -> None:
    await api.new("POST", "/card/instances/createAndDeliver", card())

    status, answer = await api.new("PUT", "/card/instances", body)

    assert (status, answer["code"]) == (400, code)


@pytest.mark.parametrize(
    ("kind", "name", "errcode"),
    [("file", "a.pdf", 0), ("file", "a.xml", 40005), ("image", "a.png", 0), ("card", "a", 40004)],
)
async def test_uploads_follow_the_list_of_types(
    api: Caller, kind: str, name: str, errcode: int
) -> None:
    form = aiohttp.FormData()
    form.add_field("type", kind)
    form.add_field("media", b"bytes", filename=name)

    query = {"access_token": api.token}
    status, answer = await api.call("POST", "/dingtalk-oapi/media/upload", params=query, data=form)

    assert (status, answer["errcode"]) == (200, errcode)


async def test_an_upload_with_a_bad_token_is_an_errcode_in_a_200(caller: Caller) -> None:
    status, answer = await caller.call("POST", "/dingtalk-oapi/media/upload?access_token=x")

    assert (status, answer["errcode"]) == (200, 40014)


async def test_an_unknown_call_is_answered_in_the_platforms_form(api: Caller) -> None:
    new = await api.new("POST", "/im/v1.0/robot/interactiveCards/send", {})
    old = await api.call("POST", "/dingtalk-oapi/topapi/none")
    wecom = await api.call("GET", "/wecom/cgi-bin/none")

    assert (new[0], new[1]["code"]) == (404, "InvalidAction.NotFound")
    assert (old[0], old[1]["errcode"]) == (200, 22)
    assert (wecom[0], wecom[1]["errcode"]) == (200, 40066)


async def test_a_planned_fault_happens_as_often_as_planned(api: Caller) -> None:
    order = {
        "platform": "dingtalk",
        "call": "POST /v1.0/robot/oToMessages/batchSend",
        "times": 2,
        "status": 403,
        "body": {"code": "Forbidden.AccessDenied.QpsLimitForApi"},
    }
    await api.page("/faults", order)

    statuses = [
        (await api.new("POST", "/robot/oToMessages/batchSend", message()))[0] for _ in range(3)
    ]

    assert statuses == [403, 403, 200]
    assert len(await api.items("dingtalk", "staff-wang")) == 1


async def test_a_fault_after_the_effect_cuts_the_connection(api: Caller) -> None:
    call = "POST /v1.0/card/instances/createAndDeliver"
    order = {"platform": "dingtalk", "call": call, "times": 1, "after_effect": True}
    await api.page("/faults", order)

    with pytest.raises(aiohttp.ClientConnectionError):
        await api.new("POST", "/card/instances/createAndDeliver", card())

    status, answer = await api.new("POST", "/card/instances/createAndDeliver", card())
    assert (status, answer["code"]) == (400, "param.cardAlreadyExist")
    assert len(await api.items("dingtalk", "staff-wang")) == 1


async def test_tokens_can_be_made_to_expire(api: Caller) -> None:
    await api.page("/dingtalk/expire-tokens", {})

    status, _ = await api.new("POST", "/robot/oToMessages/batchSend", message())

    assert status == 400


async def test_the_trail_keeps_no_secrets(api: Caller, sandbox: RunningSandbox) -> None:
    await api.new("POST", "/card/instances/createAndDeliver", card())

    trail = json.dumps([line.as_json() for line in sandbox.world.trail(0)])

    assert "createAndDeliver" in trail
    assert api.token not in trail
    assert "app-secret" not in trail
