"""The channel of WeCom's 智能机器人 against a stand-in for its long connection."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from bot.channels.wecom_bot.channel import WeComBotChannel
from bot.channels.wecom_bot.connection import Timings
from bot.channels.wecom_bot.intake import Intake
from bot.channels.wecom_bot.leader import Leader
from bot.events import CardClicked, FileReceived, MediaRef, PersonEntered, TextReceived
from bot.port import CardHandle, Inbound, JsonObject
from core.errors import AuthFailed, Rejected, ResultUnknown, Retryable, Unsupported
from sandbox.config import DingTalkTenant, SandboxConfig, SandboxPerson, WeComBotTenant, WeComTenant
from sandbox.edge import Fault
from sandbox.server import RunningSandbox, start_sandbox
from sandbox.wecom_bot_phone import WeComBotPhone
from sandbox.world import Item
from tests.fakes.leaders import MemoryLeaders

SECRET = "bot-secret-never-logged"
ZHANG = SandboxPerson("zhang", "张三", "", "", "ZhangSan")
WANG = SandboxPerson("wang", "王芳", "", "", "WangFang")
QUICK = Timings(
    call_s=5, ack_s=0.5, ping_s=30, drain_s=1, close_s=0.2, first_delay_s=0.02, last_delay_s=0.1
)
CARD: JsonObject = {
    "card_type": "button_interaction",
    "main_title": {"title": "张三的报销 ¥45.00"},
    "button_list": [{"text": "提交", "style": 1, "key": "submit~BX-1~1~0~7"}],
}


class Watch:
    """A clock that goes on by itself and can be pushed; both ends read it."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def seconds(self) -> float:
        return time.time() + self.ahead_s

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)


@dataclass
class Inbox:
    """What the channel makes durable; `faults` are raised first, one for each attempt."""

    rows: list[Inbound] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def accept(self, inbound: Inbound) -> bool:
        if self.faults:
            raise self.faults.pop(0)
        if self.gate is not None:
            await self.gate.wait()
        self.rows.append(inbound)
        return True


@dataclass
class Stage:
    """The platform, a clock, leases, and channels made for a test."""

    platform: RunningSandbox
    watch: Watch
    leases: MemoryLeaders = field(default_factory=MemoryLeaders)
    inbox: Inbox = field(default_factory=Inbox)
    refused: list[str] = field(default_factory=list)
    channels: list[WeComBotChannel] = field(default_factory=list)

    @property
    def phone(self) -> WeComBotPhone:
        assert self.platform.hands.bot
        return self.platform.hands.bot

    def channel(
        self, *, secret: str = SECRET, timings: Timings = QUICK, holder: str = "a"
    ) -> WeComBotChannel:
        leader = Leader(
            self.leases, name="bot", holder=holder, clock=self.watch, lease_s=1, renew_s=0.1
        )
        intake = Intake(
            self.inbox.accept,
            clock=self.watch,
            on_refused=self.refused.append,
            apology="请再发一次",
            pauses_s=(0.01, 0.02),
        )
        made = WeComBotChannel(
            bot_id="aib1",
            secret=secret,
            ws_url=f"{self.platform.url}/wecom-bot".replace("http", "ws"),
            accept=self.inbox.accept,
            clock=self.watch,
            leaders=self.leases,
            holder=holder,
            apology="请再发一次",
            on_refused=self.refused.append,
            timings=timings,
            leader=leader,
            intake=intake,
        )
        self.channels.append(made)
        return made

    async def started(self, **more: object) -> WeComBotChannel:
        made = self.channel(**more)  # type: ignore[arg-type]
        await made.start()
        await until(lambda: self.phone.bot.connected)
        return made

    def fault(self, call: str, times: int = 1, **more: object) -> None:
        self.platform.hands.faults.plan(Fault("wecom_bot", call, times, **more))  # type: ignore[arg-type]

    def items(self, person: SandboxPerson = ZHANG) -> list[Item]:
        return self.platform.world.phone("wecom_bot", person.wecom).items

    def count(self, what: str) -> int:
        return [line.what for line in self.platform.world.trail(0)].count(what)

    async def written(self, text: str = "待办", person: SandboxPerson = ZHANG) -> None:
        known = len(self.inbox.rows)
        await self.phone.write(person, text, 1)
        await until(lambda: len(self.inbox.rows) > known)

    async def clicked(self) -> CardClicked:
        known = len(self.inbox.rows)
        await self.phone.click(ZHANG, "c1", "submit~BX-1~1~0~7", inputs={}, repeat=1, force=False)
        await until(lambda: len(self.inbox.rows) > known)
        event = self.inbox.rows[-1].event
        assert isinstance(event, CardClicked)
        return event


async def until(look: Callable[[], object]) -> None:
    for _ in range(1000):
        if look():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited in vain")


@asynccontextmanager
async def platform(watch: Watch, folder: Path) -> AsyncIterator[RunningSandbox]:
    config = SandboxConfig(
        host="127.0.0.1",
        port=0,
        dingtalk=DingTalkTenant("d", "s", "d", "c"),
        wecom=WeComTenant("ww", 1, "s", "t", "a" * 43, "http://127.0.0.1:9/"),
        people=(ZHANG, WANG),
        chit_url="http://127.0.0.1:9",
        chit_token="t",
        page_dir=folder,
        samples_dir=folder,
        wecom_bot=WeComBotTenant("aib1", SECRET),
    )
    running = await start_sandbox(config, watch.seconds)
    try:
        yield running
    finally:
        await running.stop()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    watch = Watch()
    async with asyncio.timeout(60), platform(watch, tmp_path) as running:
        made = Stage(running, watch)
        yield made
        for channel in made.channels:
            await channel.stop()


# --- what comes in --------------------------------------------------------------------------------


async def test_a_message_becomes_a_row_in_its_senders_lane(stage: Stage) -> None:
    channel = await stage.started()

    await stage.written("打车 45")

    [row] = stage.inbox.rows
    assert row.key.startswith("wecom_bot:msg:")
    assert row.lane == "wecom:zhangsan"
    assert isinstance(row.event, TextReceived)
    assert (row.event.sender.channel, row.event.text) == ("wecom_bot", "打车 45")
    assert channel.connected()


async def test_one_persons_messages_stay_in_order_and_others_do_not_wait(stage: Stage) -> None:
    await stage.started()
    stage.inbox.faults = [OSError("no database")] * 2

    for text in ("一", "二", "三"):
        await stage.phone.write(ZHANG, text, 1)
    await until(lambda: len(stage.inbox.rows) == 3)

    texts = [r.event.text for r in stage.inbox.rows if isinstance(r.event, TextReceived)]
    assert texts == ["一", "二", "三"]


async def test_who_wrote_in_vain_is_told(stage: Stage) -> None:
    await stage.started()
    stage.inbox.faults = [OSError("no database")] * 3

    await stage.phone.write(ZHANG, "打车 45", 1)
    await until(lambda: len(stage.items()) == 2)

    assert stage.items()[-1].text == "请再发一次"
    assert stage.inbox.rows == []


async def test_what_is_none_of_wecoms_forms_is_counted_and_forgotten(stage: Stage) -> None:
    await stage.started()
    line = stage.phone.bot._served
    assert line
    hostile = [
        "",
        "[]",
        "{}",
        "[" * 50_000,
        json.dumps({"cmd": "aibot_msg_callback", "headers": {"req_id": "r"}, "body": {}}),
        json.dumps({"cmd": "aibot_msg_callback", "headers": {"req_id": "r"}, "body": 7}),
        json.dumps({"headers": {"req_id": "nobody-waits"}, "errcode": 0}),
        json.dumps({"cmd": "surprise", "headers": {"req_id": "r"}, "body": {"msgid": "m"}}),
    ]

    for raw in hostile:
        await line.socket.send_str(raw)
    await line.socket.send_bytes(b"\0\1")
    await stage.written()

    header = "frame_header"
    assert stage.refused == ["frame", header, header, "frame", "userid", "userid", "cmd_unknown"]
    assert stage.count("aibot_subscribe") == 1


async def test_a_frame_too_long_costs_a_connection_and_no_more(stage: Stage) -> None:
    await stage.started()
    line = stage.phone.bot._served
    assert line

    await line.socket.send_str("x" * (2 << 20))
    await until(lambda: stage.count("aibot_subscribe") == 2 and stage.phone.bot.connected)
    await stage.written()

    assert len(stage.inbox.rows) == 1


# --- files ----------------------------------------------------------------------------------------


async def sent_file(stage: Stage, data: bytes, name: str) -> MediaRef:
    await stage.phone.attach(ZHANG, data, name, stage.platform.url)
    await until(lambda: stage.inbox.rows)
    event = stage.inbox.rows[-1].event
    assert isinstance(event, FileReceived)
    return event.media


@pytest.mark.parametrize("size", [1, 31, 32, 100_000])
async def test_a_file_is_fetched_opened_and_named(stage: Stage, size: int) -> None:
    channel = await stage.started()
    data = b"%PDF" + b"x" * size

    fetched = await channel.download(await sent_file(stage, data, "电子发票.pdf"))

    assert (fetched.data, fetched.name) == (data, "电子发票.pdf")


async def test_a_file_is_gone_after_five_minutes(stage: Stage) -> None:
    channel = await stage.started()
    media = await sent_file(stage, b"%PDF", "a.pdf")

    stage.watch.ahead_s = 301

    with pytest.raises(Rejected, match="media_expired"):
        await channel.download(media)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/x",
        "https://evil.example/x",
        "https://ww-aibot-img-1.cos.ap-guangzhou.myqcloud.com.evil.example/x",
        "https://someone-else-1.cos.ap-guangzhou.myqcloud.com/x",
        "file:///etc/passwd",
        "",
    ],
)
async def test_addresses_elsewhere_are_not_fetched(stage: Stage, url: str) -> None:
    channel = stage.channel()

    with pytest.raises(Rejected, match="address_refused"):
        await channel.download(MediaRef(json.dumps({"url": url, "aeskey": "a" * 43})))


async def test_a_file_under_another_key_is_refused(stage: Stage) -> None:
    channel = await stage.started()
    media = json.loads((await sent_file(stage, b"%PDF", "a.pdf")).id)

    with pytest.raises(Rejected, match="media_sealed"):
        await channel.download(MediaRef(json.dumps({**media, "aeskey": "A" * 43})))


# --- what goes out --------------------------------------------------------------------------------


async def test_words_reach_who_has_written_and_nobody_else(stage: Stage) -> None:
    channel = await stage.started()
    await stage.written()

    await channel.send_text("ZhangSan", "没有[待办](x)")
    with pytest.raises(Rejected, match="wecom_bot_refused"):
        await channel.send_text("WangFang", "你好")

    assert stage.items()[-1].text == "没有［待办］(x)"
    assert stage.items(WANG) == []


async def test_a_picture_is_uploaded_in_pieces_and_sent(stage: Stage) -> None:
    channel = await stage.started()
    await stage.written()
    picture = b"\x89PNG\r\n\x1a\n" + bytes(900 * 1024)

    await channel.send_picture("ZhangSan", "budget.png", picture)

    shown = stage.items()[-1]
    assert (shown.kind, shown.name) == ("image", "budget.png")
    assert stage.count("aibot_upload_media_chunk") == 3
    with pytest.raises(Rejected, match="picture_size"):
        await channel.send_picture("ZhangSan", "budget.png", bytes(3 * 1024 * 1024))


async def test_a_picture_that_is_lost_on_its_way_up_may_be_sent_again(stage: Stage) -> None:
    channel = await stage.started()
    await stage.written()
    stage.fault("aibot_upload_media_finish", after_effect=True)
    picture = b"\x89PNG\r\n\x1a\n" + bytes(1024)

    with pytest.raises(Retryable, match="wecom_bot_ack_lost"):
        await channel.send_picture("ZhangSan", "budget.png", picture)
    await channel.send_picture("ZhangSan", "budget.png", picture)

    assert [i.kind for i in stage.items() if i.sender == "bot"] == ["image"]


async def test_words_whose_answer_is_lost_are_not_repeated(stage: Stage) -> None:
    channel = await stage.started()
    await stage.written()
    stage.fault("aibot_send_msg", after_effect=True)

    with pytest.raises(ResultUnknown, match="wecom_bot_ack_lost"):
        await channel.send_text("ZhangSan", "一次")

    assert [i.text for i in stage.items() if i.sender == "bot"] == ["一次"]


async def test_nobody_gets_more_than_wecom_lets_through(stage: Stage) -> None:
    channel = await stage.started()
    await stage.written()

    for number in range(29):
        await channel.send_text("ZhangSan", str(number))
    with pytest.raises(Retryable, match="member_rate") as wait:
        await channel.send_text("zhangsan", "一条太多")

    assert wait.value.retry_after_s
    assert stage.count("aibot_send_msg") == 29


async def test_who_enters_is_welcomed_before_having_written(stage: Stage) -> None:
    channel = await stage.started()
    await stage.phone.enter(ZHANG)
    await until(lambda: stage.inbox.rows)

    await channel.send_text("ZhangSan", "你好，我是小票")
    with pytest.raises(Rejected):
        await channel.send_text("ZhangSan", "第二句")

    assert isinstance(stage.inbox.rows[0].event, PersonEntered)
    assert [i.text for i in stage.items()] == ["你好，我是小票"]


async def test_a_late_welcome_is_tried_as_a_push(stage: Stage) -> None:
    channel = await stage.started()
    await stage.written()
    await stage.phone.enter(ZHANG)
    await until(lambda: len(stage.inbox.rows) == 2)
    stage.fault("aibot_respond_welcome_msg", body={"errcode": 846605})

    await channel.send_text("ZhangSan", "你好")

    assert stage.items()[-1].text == "你好"


async def test_a_card_is_delivered_once_however_often_it_is_sent(stage: Stage) -> None:
    channel = await stage.started()
    await stage.written()
    stage.fault("aibot_send_msg", after_effect=True)

    with pytest.raises(Retryable, match="wecom_bot_ack_lost"):
        await channel.create_card("ZhangSan", "c1", CARD, "")
    handle = await channel.create_card("ZhangSan", "c1", CARD, "")

    assert handle == CardHandle("c1", "ZhangSan")
    assert len([i for i in stage.items() if i.card]) == 1


@pytest.mark.parametrize("card", ["", "a b", "单", "c" * 129])
async def test_a_card_id_that_wecom_would_refuse_is_not_sent(stage: Stage, card: str) -> None:
    channel = stage.channel()

    with pytest.raises(Rejected, match="card_id"):
        await channel.create_card("ZhangSan", card, CARD, "")


async def carded(stage: Stage) -> WeComBotChannel:
    channel = await stage.started()
    await stage.written()
    await channel.create_card("ZhangSan", "c1", CARD, "")
    return channel


DONE: JsonObject = {
    "card_type": "text_notice",
    "main_title": {"title": "已提交"},
    "card_action": {"type": 1, "url": "https://chit.example"},
}


async def test_a_click_lets_its_card_be_redrawn_once(stage: Stage) -> None:
    channel = await carded(stage)
    click = await stage.clicked()
    handle = CardHandle("c1", "ZhangSan", ("older", click.response_code))

    left = await channel.update_card(handle, DONE)
    with pytest.raises(Unsupported, match="no_fresh_click"):
        await channel.update_card(handle, DONE)

    view = stage.platform.world.phone("wecom_bot", "ZhangSan").card("c1")
    assert view
    assert view.body["main_title"] == {"title": "已提交"}
    assert left.codes == ("older",)


async def test_two_clicks_let_it_be_redrawn_twice(stage: Stage) -> None:
    channel = await carded(stage)
    codes = (await stage.clicked()).response_code, (await stage.clicked()).response_code

    left = await channel.update_card(CardHandle("c1", "ZhangSan", codes), DONE)
    last = await channel.update_card(left, DONE)

    assert (left.codes, last.codes) == (codes[:1], ())


async def test_after_five_seconds_a_card_stays_as_it_is(stage: Stage) -> None:
    channel = await carded(stage)
    click = await stage.clicked()

    stage.watch.ahead_s = 5

    with pytest.raises(Unsupported, match="no_fresh_click"):
        await channel.update_card(CardHandle("c1", "ZhangSan", (click.response_code,)), DONE)
    assert stage.count("aibot_respond_update_msg") == 0


@pytest.mark.parametrize("planned", [{"body": {"errcode": 846605}}, {"after_effect": True}])
async def test_a_redrawing_that_fails_asks_for_a_new_card(
    stage: Stage, planned: dict[str, object]
) -> None:
    channel = await carded(stage)
    click = await stage.clicked()
    stage.fault("aibot_respond_update_msg", **planned)

    with pytest.raises(Unsupported):
        await channel.update_card(CardHandle("c1", "ZhangSan", (click.response_code,)), DONE)


async def test_a_card_without_a_click_cannot_be_redrawn(stage: Stage) -> None:
    channel = await carded(stage)

    with pytest.raises(Unsupported):
        await channel.update_card(CardHandle("c1", "ZhangSan"), DONE)


# --- the connection -------------------------------------------------------------------------------


async def test_a_wrong_secret_is_told_apart_and_never_logged(stage: Stage) -> None:
    wrong = "wrong-secret-never-logged"
    with structlog.testing.capture_logs() as logs:
        channel = stage.channel(secret=wrong)
        await channel.start()
        await until(lambda: stage.count("aibot_subscribe") >= 2)

    with pytest.raises(AuthFailed, match="wecom_bot_secret"):
        await channel.send_text("ZhangSan", "你好")
    assert not channel.connected()
    assert wrong not in str(logs)
    assert {e["code"] for e in logs if e["event"] == "wecom_bot_refused"} == {"wecom_bot_secret"}


async def test_nothing_is_sent_while_nothing_is_connected(stage: Stage) -> None:
    channel = stage.channel()

    for tell in (channel.send_text("ZhangSan", "x"), channel.create_card("Z", "c1", CARD, "")):
        with pytest.raises(Retryable, match="wecom_bot_offline"):
            await tell


async def test_a_cut_connection_is_opened_again(stage: Stage) -> None:
    channel = await stage.started()
    await stage.written()

    await stage.phone.bot.cut()
    await until(lambda: stage.count("aibot_subscribe") == 2 and stage.phone.bot.connected)
    await until(channel.connected)
    await stage.written()

    await channel.send_text("ZhangSan", "又连上了")
    assert stage.items()[-1].text == "又连上了"


async def test_a_connection_that_answers_no_ping_is_given_up(stage: Stage) -> None:
    stage.fault("ping", times=2, after_effect=True)

    await stage.started(timings=Timings(**{**vars_of(QUICK), "ping_s": 0.05, "ack_s": 0.05}))
    await until(lambda: stage.count("aibot_subscribe") == 2)
    await stage.written()

    assert stage.phone.bot.connected


def vars_of(timings: Timings) -> dict[str, float]:
    return {name: getattr(timings, name) for name in timings.__dataclass_fields__}


async def test_a_connection_that_wecom_has_forgotten_is_opened_again(stage: Stage) -> None:
    channel = await stage.started()
    await stage.written()
    stage.fault("aibot_send_msg", body={"errcode": 846609})

    with pytest.raises(Retryable):
        await channel.send_text("ZhangSan", "x")
    await until(lambda: stage.count("aibot_subscribe") == 2)
    await stage.written()

    assert channel.connected()


async def test_who_lost_the_lease_does_not_fight_for_the_connection(stage: Stage) -> None:
    first = await stage.started()
    await stage.leases.leave("bot", "a", stage.watch())
    second = await stage.started(holder="b")
    await until(second.leading)
    await until(lambda: not first.leading())
    subscribed = stage.count("aibot_subscribe")

    await asyncio.sleep(0.3)

    assert stage.count("aibot_subscribe") == subscribed == 2
    assert (first.connected(), second.connected()) == (True, True)


async def test_a_stranger_who_takes_the_bot_over_is_answered_late(stage: Stage) -> None:
    slow = Timings(**{**vars_of(QUICK), "last_delay_s": 60})
    channel = await stage.started(timings=slow)
    with structlog.testing.capture_logs() as logs:
        other = Stage(stage.platform, stage.watch, inbox=stage.inbox)
        intruder = await other.started(holder="stranger")
        await until(lambda: stage.count("disconnected_event") == 1)
        await until(lambda: not channel.connected())
        await asyncio.sleep(0.2)
        await intruder.stop()

    assert stage.count("aibot_subscribe") == 2
    assert "wecom_bot_taken_over_by_a_stranger" in {e["event"] for e in logs}


async def test_a_standby_takes_over_at_once_when_the_leader_stops(stage: Stage) -> None:
    first = await stage.started()
    second = stage.channel(holder="b")
    await second.start()
    await until(second.connected)
    led = second.leading()

    await first.stop()
    await until(lambda: second.leading() and stage.phone.bot.connected)
    await stage.written()

    assert not led
    assert stage.count("disconnected_event") == 0


async def test_a_replica_that_froze_is_replaced_and_does_not_come_back(stage: Stage) -> None:
    frozen = await stage.started()
    assert frozen._leader._task
    frozen._leader._task.cancel()
    second = stage.channel(holder="b")
    await second.start()

    await until(second.leading)
    await until(lambda: stage.count("disconnected_event") == 1)
    await until(lambda: not frozen.leading())
    await stage.written()

    assert stage.count("aibot_subscribe") == 2
    assert (frozen.connected(), second.connected()) == (True, True)


async def test_a_connection_outlives_the_time_that_a_call_may_take(stage: Stage) -> None:
    await stage.started(timings=Timings(**{**vars_of(QUICK), "call_s": 0.2}))

    await asyncio.sleep(0.6)
    await stage.written()

    assert stage.count("aibot_subscribe") == 1


async def test_what_came_before_the_stop_is_kept(stage: Stage) -> None:
    channel = await stage.started()
    stage.inbox.gate = asyncio.Event()
    await stage.phone.write(ZHANG, "打车 45", 1)
    await asyncio.sleep(0.1)

    stopping = asyncio.create_task(channel.stop())
    await asyncio.sleep(0.05)
    stage.inbox.gate.set()
    await stopping

    assert len(stage.inbox.rows) == 1
    assert not channel.leading()
