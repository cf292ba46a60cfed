"""The DingTalk channel's connection against a platform that speaks real bytes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.channels.dingtalk import DingTalkChannel
from bot.channels.dingtalk.intake import MAX_WAITING
from bot.channels.dingtalk.stream import Timings
from bot.events import CardClicked
from tests.fakes.dingtalk_desk import Desk, click, words
from tests.fakes.dingtalk_platform import (
    CLICKS,
    MESSAGES,
    OPEN,
    WAIT_S,
    Connection,
    DingTalkPlatform,
    error,
)

FAST = Timings(ping_s=0.05, pong_s=0.1, first_delay_s=0.01, last_delay_s=0.05, drain_s=0.5)
CALM = Timings(first_delay_s=0.01, last_delay_s=0.05)
PROCESSING = {"status": "processing", "status_text": "处理中"}


@pytest.fixture
async def platform() -> AsyncIterator[DingTalkPlatform]:
    platform = DingTalkPlatform()
    await platform.start()
    yield platform
    await platform.stop()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def refused() -> list[str]:
    return []


def build(
    platform: DingTalkPlatform, desk: Desk, refused: list[str], timings: Timings = CALM
) -> DingTalkChannel:
    return DingTalkChannel(
        client_id="dingapp",
        client_secret="very-secret",
        robot_code="dingbot",
        corp_id="dingcorp",
        template_id="",
        api_url=platform.url,
        oapi_url=platform.url,
        accept=desk.accept,
        clock=lambda: datetime(2026, 11, 25, tzinfo=UTC),
        processing=PROCESSING,
        on_refused=refused.append,
        timings=timings,
        jitter=lambda: 0.5,
    )


@asynccontextmanager
async def running(channel: DingTalkChannel) -> AsyncIterator[None]:
    await channel.start()
    try:
        yield
    finally:
        async with asyncio.timeout(60):
            await channel.stop()


@pytest.fixture
async def link(
    platform: DingTalkPlatform, desk: Desk, refused: list[str]
) -> AsyncIterator[Connection]:
    async with running(build(platform, desk, refused)):
        yield await platform.connection()


async def test_it_registers_for_messages_clicks_and_events(
    platform: DingTalkPlatform, desk: Desk, refused: list[str]
) -> None:
    channel = build(platform, desk, refused)
    assert not channel.connected()

    async with running(channel):
        connection = await platform.connection()
        await connection.push("SYSTEM", "ping", {"opaque": "x"})
        await connection.ack()
        assert channel.connected()

    assert not channel.connected()
    (asked,) = platform.asked(OPEN)
    assert asked.headers["Accept"] == "application/json"
    assert asked.token is None
    assert asked.body == {
        "clientId": "dingapp",
        "clientSecret": "very-secret",
        "ua": "chit-python/0.1",
        "subscriptions": [
            {"type": "EVENT", "topic": "*"},
            {"type": "CALLBACK", "topic": MESSAGES},
            {"type": "CALLBACK", "topic": CLICKS},
        ],
    }


async def test_a_message_is_acknowledged_only_once_it_is_durable(
    link: Connection, desk: Desk
) -> None:
    desk.open.clear()
    message = await link.push("CALLBACK", MESSAGES, words(" 打车 45"))
    await desk.next()
    await link.push("SYSTEM", "ping", {"opaque": "still here"})

    first = await link.ack()
    desk.open.set()
    second = await link.ack()

    assert json.loads(first["data"]) == {"opaque": "still here"}
    assert second["headers"] == {"messageId": message, "contentType": "application/json"}
    assert (second["code"], second["data"]) == (200, '{"response": null}')
    assert desk.words() == ["打车 45"]


async def test_a_redelivered_message_is_acknowledged_again_and_kept_once(
    link: Connection, desk: Desk
) -> None:
    for _ in range(2):
        await link.push("CALLBACK", MESSAGES, words("提交"))
        assert (await link.ack())["code"] == 200

    assert desk.words() == ["提交"]
    assert len(desk.began) == 2


async def test_a_first_click_shows_processing_and_a_repeated_one_changes_nothing(
    link: Connection, desk: Desk
) -> None:
    await link.push("CALLBACK", CLICKS, click())
    first = json.loads((await link.ack())["data"])
    await link.push("CALLBACK", CLICKS, click())
    second = json.loads((await link.ack())["data"])

    assert first == {
        "response": {
            "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
            "cardData": {"cardParamMap": PROCESSING},
        }
    }
    assert second == {"response": {}}
    (kept,) = desk.kept.values()
    assert isinstance(kept.event, CardClicked)
    assert (kept.event.action, kept.event.token) == ("approve", "BX-20261125-0007~1~0")


async def test_one_persons_messages_wait_for_each_other_and_nobody_elses(
    link: Connection, desk: Desk
) -> None:
    desk.open.clear()
    for n in range(3):
        await link.push("CALLBACK", MESSAGES, words(f"z{n}", f"z{n}", "zhang"))
    await link.push("CALLBACK", MESSAGES, words("l0", "l0", "li"))
    await desk.next()
    await desk.next()

    begun = {inbound.key for inbound in desk.began}
    desk.open.set()
    for _ in range(4):
        await link.ack()

    assert begun == {"dingtalk:msg:z0", "dingtalk:msg:l0"}
    assert [text for text in desk.words() if text.startswith("z")] == ["z0", "z1", "z2"]


async def test_what_cannot_be_kept_is_not_acknowledged_and_comes_again(
    link: Connection, desk: Desk
) -> None:
    desk.broken = 1
    with capture_logs() as logs:
        await link.push("CALLBACK", MESSAGES, words("提交"))
        refused = await link.ack()
    await link.push("CALLBACK", MESSAGES, words("提交"))
    taken = await link.ack()

    assert (refused["code"], taken["code"]) == (500, 200)
    assert "secret-host" not in str(logs)
    assert desk.words() == ["提交"]


async def test_storage_that_hangs_is_given_up(
    platform: DingTalkPlatform, desk: Desk, refused: list[str]
) -> None:
    desk.open.clear()
    timings = Timings(accept_s=0.05, drain_s=0.1)

    async with running(build(platform, desk, refused, timings)):
        connection = await platform.connection()
        await connection.push("CALLBACK", MESSAGES, words("提交"))

        assert (await connection.ack())["code"] == 500


async def test_a_flood_is_not_read_faster_than_it_becomes_durable(
    link: Connection, desk: Desk
) -> None:
    desk.open.clear()
    for n in range(MAX_WAITING + 50):
        await link.push("CALLBACK", MESSAGES, words("x", f"m{n}", f"staff{n}"))
    for _ in range(MAX_WAITING):
        await desk.next()
    for _ in range(20):
        await asyncio.sleep(0)
    begun = len(desk.began)
    desk.open.set()
    for _ in range(MAX_WAITING + 50):
        await link.ack()

    assert begun == MAX_WAITING
    assert len(desk.kept) == MAX_WAITING + 50


async def test_events_are_thanked_for(link: Connection) -> None:
    await link.push("EVENT", "*", {"userId": ["zhang"]})

    assert json.loads((await link.ack())["data"]) == {"status": "SUCCESS", "message": ""}


@pytest.mark.parametrize(
    ("topic", "data", "reason", "code"),
    [
        ("/v1.0/unknown", {}, "topic_unknown", 404),
        (MESSAGES, [], "frame_data_not_object", 500),
        (MESSAGES, {"senderStaffId": "a"}, "bad_msgId", 500),
        (MESSAGES, words("x") | {"senderCorpId": "dingother"}, "foreign_corp", 200),
        (MESSAGES, words("x", staff=""), "no_staff_id", 200),
        (CLICKS, click(content="{"), "click_content_not_json", 500),
        (CLICKS, click(extension=None), "click_extension_not_json", 500),
        (CLICKS, click(corpId="dingother"), "foreign_corp", 200),
    ],
)
async def test_bad_and_foreign_frames_are_counted_and_harmless(
    link: Connection,
    desk: Desk,
    refused: list[str],
    topic: str,
    data: object,
    reason: str,
    code: int,
) -> None:
    with capture_logs() as logs:
        await link.push("CALLBACK", topic, data)
        assert (await link.ack())["code"] == code

    assert refused == [reason]
    assert logs == [{"event": "frame_refused", "reason": reason, "log_level": "warning"}]
    assert not desk.began
    await link.push("CALLBACK", MESSAGES, words("还在"))
    assert (await link.ack())["code"] == 200


@pytest.mark.parametrize(
    "raw",
    ["not json", "[]", "{}", '{"type": "CALLBACK"}', '{"type": "CALLBACK", "headers": {}}', "\x00"],
)
async def test_frames_that_cannot_be_answered_leave_the_connection_alone(
    link: Connection, refused: list[str], raw: str
) -> None:
    await link.socket.send_str(raw)
    await link.socket.send_bytes(b"\xff\xfe" + raw.encode())
    await link.push("CALLBACK", MESSAGES, words("还在"))

    assert (await link.ack())["code"] == 200
    assert len(refused) == 2


async def test_unknown_types_and_system_topics_are_declined(link: Connection) -> None:
    await link.push("WHAT", "x", {})
    await link.push("SYSTEM", "REGISTERED", {})
    await link.push("SYSTEM", "surprise", {})

    assert [(await link.ack())["code"] for _ in range(2)] == [404, 404]


async def test_a_disconnect_moves_to_a_new_ticket_and_acknowledges_on_the_old_socket(
    platform: DingTalkPlatform, link: Connection, desk: Desk
) -> None:
    desk.open.clear()
    old = await link.push("CALLBACK", MESSAGES, words("旧", "old"))
    await desk.next()
    await link.push("SYSTEM", "disconnect", {"reason": "connection is expired"})
    newer = await platform.connection()
    new = await newer.push("CALLBACK", MESSAGES, words("新", "new", "li"))
    await desk.next()
    desk.open.set()

    assert (await link.ack())["headers"]["messageId"] == old
    assert (await newer.ack())["headers"]["messageId"] == new
    await link.ended()
    assert len(platform.asked(OPEN)) == 2


async def test_order_holds_across_a_reconnection(
    platform: DingTalkPlatform, link: Connection, desk: Desk
) -> None:
    desk.open.clear()
    await link.push("CALLBACK", MESSAGES, words("一", "m1"))
    await desk.next()
    await link.push("SYSTEM", "disconnect", {})
    newer = await platform.connection()
    await newer.push("CALLBACK", MESSAGES, words("二", "m2"))
    await newer.push("SYSTEM", "ping", {"opaque": "1"})
    await newer.ack()
    begun = len(desk.began)
    desk.open.set()
    await newer.ack()

    assert begun == 1
    assert desk.words() == ["一", "二"]


async def test_a_closed_socket_is_replaced(platform: DingTalkPlatform, link: Connection) -> None:
    await link.socket.close()

    fresh = await platform.connection()
    await fresh.push("SYSTEM", "ping", {"opaque": "1"})

    assert fresh is not link


async def test_a_torn_socket_is_replaced_and_the_frame_comes_again(
    platform: DingTalkPlatform, link: Connection, desk: Desk
) -> None:
    desk.open.clear()
    await link.push("CALLBACK", MESSAGES, words("提交"))
    await desk.next()
    assert link.socket._req is not None
    assert link.socket._req.transport is not None
    link.socket._req.transport.abort()
    newer = await platform.connection()
    desk.open.set()
    await newer.push("CALLBACK", MESSAGES, words("提交"))

    assert (await newer.ack())["code"] == 200
    assert desk.words() == ["提交"]


async def test_a_silent_socket_is_replaced(
    platform: DingTalkPlatform, desk: Desk, refused: list[str]
) -> None:
    platform.autoping = False

    async with running(build(platform, desk, refused, FAST)):
        await platform.connection()
        platform.autoping = True
        second = await platform.connection()
        await second.push("CALLBACK", MESSAGES, words("还在"))

        assert (await second.ack())["code"] == 200


async def test_frames_count_as_life_even_without_pongs(
    platform: DingTalkPlatform, desk: Desk, refused: list[str]
) -> None:
    platform.autoping = False

    async with running(build(platform, desk, refused, FAST)):
        connection = await platform.connection()
        for n in range(20):
            await connection.push("SYSTEM", "ping", {"opaque": str(n)})
            await connection.ack()
            await asyncio.sleep(0.02)

        assert len(platform.asked(OPEN)) == 1


@pytest.mark.parametrize(
    "answers",
    [
        [error("invalidParameter"), error("system.error", 500)],
        [error("Forbidden.AccessDenied.IpNotInWhiteList", 403)],
    ],
)
async def test_a_refused_registration_is_tried_again(
    platform: DingTalkPlatform, desk: Desk, refused: list[str], answers: list[object]
) -> None:
    platform.scripts[OPEN].extend(answers)  # type: ignore[arg-type]

    with capture_logs() as logs:
        async with running(build(platform, desk, refused)):
            await platform.connection()

    assert len(platform.asked(OPEN)) == len(answers) + 1
    assert "very-secret" not in str(logs)


async def test_stop_acknowledges_what_became_durable_meanwhile(
    platform: DingTalkPlatform, desk: Desk, refused: list[str]
) -> None:
    channel = build(platform, desk, refused)
    await channel.start()
    connection = await platform.connection()
    desk.open.clear()
    await connection.push("CALLBACK", MESSAGES, words("提交"))
    await desk.next()

    stopping = asyncio.create_task(channel.stop())
    await asyncio.sleep(0)
    desk.open.set()
    async with asyncio.timeout(60):
        await stopping

    assert (await connection.ack())["code"] == 200
    await connection.ended()


async def test_stop_leaves_what_hangs_to_the_next_push(
    platform: DingTalkPlatform, desk: Desk, refused: list[str]
) -> None:
    channel = build(platform, desk, refused)
    await channel.start()
    connection = await platform.connection()
    desk.open.clear()
    await connection.push("CALLBACK", MESSAGES, words("提交"))
    await desk.next()

    async with asyncio.timeout(60):
        await channel.stop()

    await connection.ended()
    assert connection.acks.empty()
    assert not desk.kept


async def test_stop_ends_a_channel_that_never_got_through(desk: Desk, refused: list[str]) -> None:
    nowhere = DingTalkPlatform()
    nowhere.url = "http://127.0.0.1:9"
    channel = build(nowhere, desk, refused)

    async with asyncio.timeout(60):
        await channel.start()
        await asyncio.sleep(0.02)
        await channel.stop()
        await channel.stop()

    assert not channel.connected()


async def test_cancellation_ends_the_stream_at_once(
    platform: DingTalkPlatform, desk: Desk, refused: list[str]
) -> None:
    channel = build(platform, desk, refused)
    task = asyncio.create_task(channel._stream.start())
    connection = await platform.connection()
    desk.open.clear()
    await connection.push("CALLBACK", MESSAGES, words("提交"))
    await desk.next()

    task.cancel()
    async with asyncio.timeout(WAIT_S):
        with pytest.raises(asyncio.CancelledError):
            await task

    await connection.ended()
    await channel.stop()
