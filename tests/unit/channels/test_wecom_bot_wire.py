"""Frames and callbacks of the 智能机器人: what is read, and that anything else is one refusal."""

import contextlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom_bot.frames import EVENT, MESSAGE, Frame, build_frame, read_frame
from bot.channels.wecom_bot.wire import Ignored, is_farewell, read_callback, split_media
from bot.events import (
    CardClicked,
    FileReceived,
    MediaRef,
    PersonEntered,
    PhotoReceived,
    Sender,
    TextReceived,
    UnsupportedReceived,
)
from bot.port import Inbound
from core.errors import Untrusted

ZHANG = Sender("wecom_bot", "ZhangSan")
FILE = {"url": "https://files.example/1?sign=a%3Db", "aeskey": "a" * 43}
KEPT = MediaRef(json.dumps(FILE))


def message(**fields: object) -> Frame:
    body = {
        "msgid": "m1",
        "aibotid": "aib1",
        "chattype": "single",
        "from": {"userid": "ZhangSan"},
        **fields,
    }
    return Frame(EVENT if fields.get("msgtype") == "event" else MESSAGE, "r1", body)


def event_of(frame: Frame) -> object:
    inbound = read_callback(frame)
    assert isinstance(inbound, Inbound)
    return inbound.event


def press(**fields: object) -> Frame:
    pressed = {"card_type": "button_interaction", "event_key": "submit~BX-1~1~0~7", **fields}
    happened = {"eventtype": "template_card_event", "template_card_event": pressed}
    return message(msgtype="event", event=happened)


def test_a_message_is_keyed_by_its_id_and_kept_in_the_persons_lane() -> None:
    inbound = read_callback(message(msgtype="text", text={"content": " 打车 45 "}))

    expected = Inbound("wecom_bot:msg:m1", "wecom:zhangsan", TextReceived(ZHANG, " 打车 45 "))
    assert inbound == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("@小票 打车 45", "打车 45"),
        ("  @小票\u2005打车 45", "打车 45"),
        ("打车 45 @小票", "打车 45"),
        ("@小票 转交 BX-1 给 @李四", "转交 BX-1 给 @李四"),
        ("打车 45", "打车 45"),
    ],
)
def test_a_groups_mention_is_taken_out(written: str, read: str) -> None:
    frame = message(msgtype="text", text={"content": written}, chattype="group", chatid="g1")

    assert event_of(frame) == TextReceived(replace(ZHANG, group="g1"), read)


@pytest.mark.parametrize(
    ("quote", "number"),
    [
        ({"msgtype": "text", "text": {"content": "单号 BX-20261125-0007"}}, "BX-20261125-0007"),
        ({"a": [{"b": "bx 20261125 0007"}, "BX-20261125-0007"]}, "BX-20261125-0007"),
        ({"text": {"content": "BX-20261125-0007 BX-20261125-0008"}}, ""),
        ("你好", ""),
        (None, ""),
    ],
)
def test_a_quote_names_its_claim(quote: object, number: str) -> None:
    frame = message(msgtype="text", text={"content": "同意"}, quote=quote)

    assert event_of(frame) == TextReceived(ZHANG, "同意", number)


def test_in_a_chat_of_two_an_at_sign_is_a_word() -> None:
    frame = message(msgtype="text", text={"content": "@李四 你好"})

    assert event_of(frame) == TextReceived(ZHANG, "@李四 你好")


def test_pictures_and_files_carry_address_and_key() -> None:
    photo = event_of(message(msgtype="image", image=FILE))
    file = event_of(message(msgtype="file", file=FILE))

    assert photo == PhotoReceived(ZHANG, (KEPT,))
    assert file == FileReceived(ZHANG, KEPT)
    assert split_media(KEPT) == (FILE["url"], FILE["aeskey"])


def test_words_beside_pictures_come_with_them() -> None:
    items = [
        {"msgtype": "text", "text": {"content": "@小票 客户晚餐"}},
        {"msgtype": "image", "image": FILE},
        {"msgtype": "image", "image": FILE},
    ]
    mixed = message(msgtype="mixed", mixed={"msg_item": items}, chattype="group")
    words = message(msgtype="mixed", mixed={"msg_item": items[0]})

    assert event_of(mixed) == PhotoReceived(ZHANG, (KEPT, KEPT), "客户晚餐")
    assert event_of(words) == TextReceived(ZHANG, "@小票 客户晚餐")


def test_a_voice_message_is_the_words_that_were_heard() -> None:
    heard = message(msgtype="voice", voice={"content": "打车四十五昨天"})
    silent = message(msgtype="voice", voice={"content": " "})

    assert event_of(heard) == TextReceived(ZHANG, "打车四十五昨天")
    assert event_of(silent) == UnsupportedReceived(ZHANG, "voice")


@pytest.mark.parametrize("kind", ["video", "location", "stream", "x" * 99])
def test_other_messages_are_named(kind: str) -> None:
    assert event_of(message(msgtype=kind)) == UnsupportedReceived(ZHANG, kind[:32])


def test_a_click_keeps_the_req_id_that_may_redraw_its_card() -> None:
    chosen = {"selected_item": [{"question_key": "reason", "option_ids": {"option_id": ["r2"]}}]}

    click = event_of(press(task_id="BX-1-claim-zhang-wecom_bot-7", selected_items=chosen))

    assert click == CardClicked(
        ZHANG,
        card="BX-1-claim-zhang-wecom_bot-7",
        action="submit",
        token="BX-1~1~0~7",
        inputs={"reason": "r2"},
        response_code="r1",
    )


def test_a_single_choice_may_come_without_its_list() -> None:
    chosen = {"selected_item": {"question_key": "reason", "option_ids": {"option_id": "r2"}}}
    flat = {
        "eventtype": "template_card_event",
        "event_key": "approve~BX-1~1~0~7",
        "task_id": "c1",
        "selected_items": chosen,
    }

    click = event_of(message(msgtype="event", event=flat))

    assert isinstance(click, CardClicked)
    assert (click.card, click.inputs) == ("c1", {"reason": "r2"})


def test_events_that_mean_something_and_those_that_do_not() -> None:
    entered = event_of(message(msgtype="event", event={"eventtype": "enter_chat"}))
    rated = read_callback(message(msgtype="event", event={"eventtype": "feedback_event"}))

    assert entered == PersonEntered(ZHANG)
    assert rated == Ignored("event_unused")


def test_a_farewell_is_told_from_everything_else() -> None:
    farewell = Frame(EVENT, "r1", {"event": {"eventtype": "disconnected_event"}})
    quoted = message(msgtype="text", text={"content": "disconnected_event"})

    assert is_farewell(farewell)
    assert not is_farewell(quoted)
    assert not is_farewell(Frame(MESSAGE, "r1", farewell.body))


@pytest.mark.parametrize(
    "frame",
    [
        Frame(MESSAGE, "r1", {}),
        message(msgtype="text", msgid=""),
        message(msgtype="text", msgid=7),
        message(msgtype="text", msgid="m" * 129),
        message(msgtype="text", msgid="m\0"),
        message(msgtype="text", **{"from": {"userid": "张" * 22}}),
        message(msgtype="text", **{"from": "ZhangSan"}),
        message(msgtype="image", image={"url": FILE["url"]}),
        message(msgtype="file", file={"url": "u" * 5000, "aeskey": "k"}),
        press(),
        press(task_id="c1", event_key=""),
        press(task_id="c1", selected_items={"selected_item": {"option_ids": {}}}),
    ],
)
def test_what_lacks_a_field_of_wecoms_is_refused(frame: Frame) -> None:
    with pytest.raises(Untrusted):
        read_callback(frame)


def test_frames_go_out_and_answers_come_in() -> None:
    sent = json.loads(build_frame("aibot_send_msg", "r1", {"content": "中\ud800"}))
    answer = read_frame('{"headers": {"req_id": "r1"}, "errcode": 846605, "errmsg": "x"}')

    assert sent == {
        "cmd": "aibot_send_msg",
        "headers": {"req_id": "r1"},
        "body": {"content": "中\ufffd"},
    }
    assert answer == Frame("", "r1", errcode=846605)
    assert "body" not in json.loads(build_frame("ping", "r2"))


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"headers": {"req_id": "r1"}}',
        '{"headers": {"req_id": ""}, "errcode": 0}',
        '{"headers": {"req_id": 5}, "errcode": 0}',
        '{"headers": {"req_id": "r1"}, "errcode": "0"}',
        '{"headers": {"req_id": "r1"}, "errcode": true}',
        '{"cmd": 5, "headers": {"req_id": "r1"}, "errcode": 0}',
        '{"headers": {"req_id": "' + "r" * 300 + '"}, "errcode": 0}',
        "[" * 100_000,
    ],
)
def test_what_is_no_frame_is_refused(raw: str) -> None:
    with pytest.raises(Untrusted):
        read_frame(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(["text", "voice", "image", "file", "mixed", "event", "stream"])


@given(body=st.dictionaries(KINDS, JSON), kind=KINDS, inner=JSON)
def test_no_callback_raises_anything_but_untrusted(
    body: dict[str, Any], kind: str, inner: object
) -> None:
    frame = message(**{**body, "msgtype": kind, kind: inner})

    read: Inbound | Ignored | None = None

    with contextlib.suppress(Untrusted):
        read = read_callback(frame)

    assert read is None or isinstance(read, Inbound | Ignored)
