"""The DingTalk channel's calls against a platform that speaks real bytes."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.channels.dingtalk import DingTalkChannel
from bot.channels.dingtalk.stream import Timings
from bot.channels.http import MEDIA_LIMIT_BYTES
from bot.events import MediaRef
from bot.port import CardHandle, Channel, Inbound, JsonObject
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable, Unsupported
from tests.fakes.dingtalk_desk import Names
from tests.fakes.dingtalk_platform import (
    CREATE,
    MEDIA,
    SEND,
    TOKEN,
    UPDATE,
    DingTalkPlatform,
    Script,
    answer,
    error,
    hang_up,
)

BODY: JsonObject = {"cardParamMap": {"title": "差旅报销", "status": "pending"}}
PHOTO = MediaRef("d1")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def never(_inbound: Inbound) -> bool:
    raise AssertionError


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def platform() -> AsyncIterator[DingTalkPlatform]:
    platform = DingTalkPlatform()
    await platform.start()
    yield platform
    await platform.stop()


def build(platform: DingTalkPlatform, clock: Clock, template_id: str = "") -> DingTalkChannel:
    return DingTalkChannel(
        client_id="dingapp",
        client_secret="very-secret",
        robot_code="dingbot",
        corp_id="dingcorp",
        template_id=template_id,
        api_url=platform.url,
        oapi_url=platform.url,
        accept=never,
        clock=clock,
        processing={},
        timings=Timings(call_s=1),
        resolver=Names("127.0.0.1"),
    )


@pytest.fixture
async def channel(platform: DingTalkPlatform, clock: Clock) -> AsyncIterator[Channel]:
    channel = build(platform, clock)
    yield channel
    await channel.stop()


async def slow(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(1.5)
    return web.json_response({})


async def html(_request: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>x5</html>", content_type="text/html")


def bytes_of(data: bytes, **headers: str) -> Script:
    async def give(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=data, headers=headers)

    return give


def redirect_to(location: str) -> Script:
    async def give(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": location})

    return give


async def test_a_text_goes_to_one_person(platform: DingTalkPlatform, channel: Channel) -> None:
    await channel.send_text("zhang", "已提交 **BX-1**")

    (call,) = platform.asked(SEND)
    assert call.token == "token-1"
    assert call.body == {
        "robotCode": "dingbot",
        "userIds": ["zhang"],
        "msgKey": "sampleText",
        "msgParam": '{"content": "已提交 **BX-1**"}',
    }
    (asked,) = platform.asked(TOKEN)
    assert asked.body == {"appKey": "dingapp", "appSecret": "very-secret"}


async def test_a_card_is_delivered_under_our_id(platform: DingTalkPlatform, clock: Clock) -> None:
    channel = build(platform, clock, "ours.schema")

    handle = await channel.create_card("wang", "BX-1-approval", BODY, "您有一笔报销待审批")
    await channel.stop()

    (call,) = platform.asked(CREATE)
    assert handle == CardHandle("BX-1-approval", "wang")
    assert call.body == {
        "cardTemplateId": "ours.schema",
        "outTrackId": "BX-1-approval",
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": BODY,
        "openSpaceId": "dtv1.card//IM_ROBOT.wang",
        "imRobotOpenSpaceModel": {
            "supportForward": False,
            "lastMessageI18n": {"ZH_CN": "您有一笔报销待审批"},
            "notification": {"alertContent": "您有一笔报销待审批"},
        },
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": "dingbot"},
    }


async def test_without_a_template_the_built_in_card_is_used(
    platform: DingTalkPlatform, channel: Channel
) -> None:
    await channel.create_card("wang", "c", BODY, "a")

    (call,) = platform.asked(CREATE)
    assert call.body["cardTemplateId"] == "382e4302-551d-4880-bf29-a30acfab2e71.schema"


async def test_a_card_that_is_there_already_is_delivered(
    platform: DingTalkPlatform, channel: Channel
) -> None:
    platform.scripts[CREATE].extend([hang_up, error("param.cardAlreadyExist")])

    with pytest.raises(Retryable):
        await channel.create_card("wang", "c", BODY, "a")
    handle = await channel.create_card("wang", "c", BODY, "a")

    assert handle.card == "c"


async def test_a_card_that_no_space_took_is_refused(
    platform: DingTalkPlatform, channel: Channel
) -> None:
    space = {"success": False, "errorMsg": "spaceId is illegal"}
    body = {"success": True, "result": {"deliverResults": [space]}}
    platform.scripts[CREATE].append(answer(body))

    with pytest.raises(Rejected, match="card_not_delivered"):
        await channel.create_card("wang", "c", BODY, "a")


async def test_an_update_changes_only_what_it_names(
    platform: DingTalkPlatform, channel: Channel
) -> None:
    handle = CardHandle("c", "wang")

    assert await channel.update_card(handle, BODY) == handle

    (call,) = platform.asked(UPDATE)
    assert call.body == {
        "outTrackId": "c",
        "userIdType": 1,
        "cardData": BODY,
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
    }


@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        (error("param.cardNotExist"), Unsupported, "card_gone"),
        (answer({"success": False, "code": "odd"}), Rejected, "odd"),
        (hang_up, Retryable, "connection_lost"),
        (slow, Retryable, "connection_lost"),
        (html, Retryable, "not_json"),
    ],
)
async def test_an_update_can_fail(
    platform: DingTalkPlatform,
    channel: Channel,
    script: Script,
    kind: type[Exception],
    code: str,
) -> None:
    # The HTTP client itself repeats a PUT once, which changes nothing more.
    platform.scripts[UPDATE].extend([script, script])

    with pytest.raises(kind, match=code):
        await channel.update_card(CardHandle("c", "wang"), BODY)


@pytest.mark.parametrize("script", [hang_up, slow])
async def test_a_text_whose_answer_was_lost_is_never_simply_repeated(
    platform: DingTalkPlatform, channel: Channel, script: Script
) -> None:
    platform.scripts[SEND].append(script)

    with pytest.raises(ResultUnknown, match="connection_lost"):
        await channel.send_text("zhang", "已提交")

    assert len(platform.asked(SEND)) == 1


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (answer({"processQueryKey": "k", "invalidStaffIdList": ["zhang"]}), Rejected),
        (answer({"processQueryKey": "k", "flowControlledStaffIdList": ["zhang"]}), Retryable),
        (error("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", 403), Retryable),
        (error("Forbidden.AccessDenied.ApiCountLimitForOrg", 403), Retryable),
        (error("send.too.fast"), Retryable),
        (error("system.error", 500), Retryable),
        (error("Forbidden.AccessDenied.AccessTokenPermissionDenied", 403), AuthFailed),
        (error("staffId.notExisted"), Rejected),
        (html, Retryable),
        (redirect_to("http://127.0.0.1:9/"), Retryable),
    ],
)
async def test_a_text_can_fail(
    platform: DingTalkPlatform, channel: Channel, script: Script, kind: type[Exception]
) -> None:
    platform.scripts[SEND].append(script)

    with pytest.raises(kind) as caught:
        await channel.send_text("zhang", "已提交")

    assert "zhang" not in str(caught.value)
    assert "token-" not in str(caught.value)


async def test_when_nobody_answers_a_text_may_be_repeated(clock: Clock) -> None:
    nowhere = DingTalkPlatform()
    nowhere.url = "http://127.0.0.1:9"
    channel = build(nowhere, clock)

    with pytest.raises(Retryable, match="unreachable"):
        await channel.send_text("zhang", "已提交")

    await channel.stop()


async def test_all_calls_share_one_token_that_is_asked_for_once(
    platform: DingTalkPlatform, channel: Channel
) -> None:
    handle = CardHandle("c", "wang")
    await asyncio.gather(*(channel.update_card(handle, BODY) for _ in range(5)))

    assert len(platform.asked(TOKEN)) == 1
    assert {call.token for call in platform.asked(UPDATE)} == {"token-1"}


async def test_a_token_is_renewed_five_minutes_early(
    platform: DingTalkPlatform, channel: Channel, clock: Clock
) -> None:
    handle = CardHandle("c", "wang")
    await channel.update_card(handle, BODY)
    clock.pass_s(6899)
    await channel.update_card(handle, BODY)
    clock.pass_s(1)
    await channel.update_card(handle, BODY)

    first, second, third = (call.token for call in platform.asked(UPDATE))
    assert first == second != third


async def test_a_token_that_was_taken_back_is_renewed_once(
    platform: DingTalkPlatform, channel: Channel
) -> None:
    platform.scripts[SEND].append(error("InvalidAuthentication"))

    await channel.send_text("zhang", "已提交")

    refused, taken = platform.asked(SEND)
    assert refused.token != taken.token


async def test_a_token_that_is_refused_twice_is_a_matter_for_people(
    platform: DingTalkPlatform, channel: Channel
) -> None:
    platform.scripts[SEND].extend([error("InvalidAuthentication"), error("InvalidAuthentication")])

    with pytest.raises(AuthFailed, match="InvalidAuthentication"):
        await channel.send_text("zhang", "已提交")

    assert len(platform.asked(SEND)) == 2


async def test_wrong_credentials_name_themselves_and_no_secret(
    platform: DingTalkPlatform, channel: Channel
) -> None:
    platform.scripts[TOKEN].append(error("invalidClientIdOrSecret"))

    with pytest.raises(AuthFailed, match="invalidClientIdOrSecret") as caught:
        await channel.send_text("zhang", "已提交")

    assert "very-secret" not in str(caught.value)


async def test_a_text_whose_token_could_not_be_had_was_not_sent(
    platform: DingTalkPlatform, channel: Channel
) -> None:
    platform.scripts[TOKEN].append(hang_up)

    with pytest.raises(Retryable):
        await channel.send_text("zhang", "已提交")

    assert not platform.asked(SEND)


async def test_a_file_is_fetched_in_two_steps(platform: DingTalkPlatform, channel: Channel) -> None:
    seen: list[str | None] = []

    async def give(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("x-acs-dingtalk-access-token"))
        return web.Response(body=PNG)

    platform.files["a.file"] = give

    assert (await channel.download(PHOTO)).data == PNG

    (call,) = platform.asked(MEDIA)
    assert call.body == {"downloadCode": "d1", "robotCode": "dingbot"}
    assert seen == [None]


@pytest.mark.parametrize(
    "script",
    [error("invalidParameter.robotCode.downloadCode"), answer({}), answer({"downloadUrl": ""})],
)
async def test_an_expired_code_is_said_so(
    platform: DingTalkPlatform, channel: Channel, script: Script
) -> None:
    platform.scripts[MEDIA].append(script)

    with pytest.raises(Rejected, match="media_expired"):
        await channel.download(PHOTO)


@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        (error("AccessDenied", 403), Rejected, "media_expired"),
        (error("busy", 503), Retryable, "media_unreachable"),
        (hang_up, Retryable, "media_unreachable"),
        (slow, Retryable, "media_unreachable"),
        (bytes_of(b"x" * (MEDIA_LIMIT_BYTES + 1)), Rejected, "media_too_large"),
        (
            bytes_of(gzip.compress(bytes(MEDIA_LIMIT_BYTES + 1)), **{"Content-Encoding": "gzip"}),
            Rejected,
            "media_too_large",
        ),
        (bytes_of(b"no gzip", **{"Content-Encoding": "gzip"}), Retryable, "media_unreachable"),
        (redirect_to("http://127.0.0.1:9/"), Rejected, "address_refused"),
        (redirect_to("file:///etc/passwd"), Rejected, "address_refused"),
        (redirect_to("/files/a.file"), Rejected, "address_refused"),
        (redirect_to(""), Rejected, "address_refused"),
    ],
)
async def test_a_file_can_fail(
    platform: DingTalkPlatform,
    channel: Channel,
    script: Script,
    kind: type[Exception],
    code: str,
) -> None:
    platform.files["a.file"] = script

    with pytest.raises(kind, match=code):
        await channel.download(PHOTO)


async def test_a_redirect_within_the_origin_is_followed(
    platform: DingTalkPlatform, channel: Channel
) -> None:
    platform.files["a.file"] = redirect_to("/files/b.file")
    platform.files["b.file"] = bytes_of(PNG)

    assert (await channel.download(PHOTO)).data == PNG


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5432/",
        "http://[::1]/a",
        "https://down.dingtalk.com@127.0.0.1/",
        "https://evil.example/a",
        "file:///etc/passwd",
        "https://down.dingtalk.com/points-inside",
    ],
)
async def test_a_link_to_elsewhere_is_refused(
    platform: DingTalkPlatform, channel: Channel, url: str
) -> None:
    platform.scripts[MEDIA].append(answer({"downloadUrl": url}))

    with pytest.raises(Rejected, match="address_refused"):
        await channel.download(PHOTO)
