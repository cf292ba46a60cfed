"""Messages and clicks of DingTalk become inbound events."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.dingtalk.frames import Malformed
from bot.channels.dingtalk.wire import Ignored, read_click, read_message
from bot.events import (
    CardClicked,
    FileReceived,
    MediaRef,
    PhotoReceived,
    Sender,
    TextReceived,
    UnsupportedReceived,
    from_json,
    to_json,
)
from bot.port import Inbound

ZHANG = Sender("dingtalk", "staff-zhang", "张三")


def message(**changes: object) -> dict[str, object]:
    return {
        "conversationType": "1",
        "msgId": "msg1==",
        "senderNick": "张三",
        "senderStaffId": "staff-zhang",
        "senderCorpId": "dingcorp",
        "senderId": "$:LWCP_v1:$x",
        "sessionWebhook": "http://127.0.0.1/robot",
        "msgtype": "text",
        "text": {"content": "打车 45"},
    } | changes


def click(content: object, **changes: object) -> dict[str, object]:
    return {
        "type": "actionCallback",
        "outTrackId": "card-1",
        "corpId": "dingcorp",
        "userId": "staff-wang",
        "userIdType": 1,
        "spaceType": "IM_ROBOT",
        "spaceId": "s",
        "extension": "{}",
        "content": content if isinstance(content, str) else json.dumps(content),
    } | changes


def button(ids: Sequence[object] = (), **params: object) -> dict[str, object]:
    return {"cardPrivateData": {"actionIds": list(ids), "params": params}}


def event_of(data: dict[str, object]) -> object:
    read = read_message(data, "dingcorp")
    assert isinstance(read, Inbound)
    return read.event


def clicked(data: dict[str, object]) -> CardClicked:
    read = read_click(data, "dingcorp")
    assert isinstance(read, Inbound)
    assert isinstance(read.event, CardClicked)
    return read.event


def key_of(data: dict[str, object]) -> str:
    read = read_click(data, "dingcorp")
    assert isinstance(read, Inbound)
    return read.key


def test_a_text_loses_the_space_of_its_mention() -> None:
    read = read_message(message(text={"content": " 报销 "}), "dingcorp")

    event = TextReceived(ZHANG, "报销 ")
    assert read == Inbound("dingtalk:msg:msg1==", "dingtalk:staff-zhang", event)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"msgtype": "picture", "content": {"downloadCode": "d1", "pictureDownloadCode": "p1"}},
            PhotoReceived(ZHANG, (MediaRef("d1"),)),
        ),
        (
            {"msgtype": "picture", "content": {"pictureDownloadCode": "p1"}},
            PhotoReceived(ZHANG, (MediaRef("p1"),)),
        ),
        (
            {
                "msgtype": "richText",
                "content": {
                    "richText": [
                        {"text": " 打车"},
                        {"type": "picture", "downloadCode": "d1"},
                        {"text": " 去机场"},
                        {"type": "picture", "downloadCode": "d2"},
                    ]
                },
            },
            PhotoReceived(ZHANG, (MediaRef("d1"), MediaRef("d2")), "打车 去机场"),
        ),
        (
            {"msgtype": "richText", "content": {"richText": [{"text": "待办"}]}},
            TextReceived(ZHANG, "待办"),
        ),
        (
            {"msgtype": "file", "content": {"downloadCode": "d1", "fileName": "发票.pdf"}},
            FileReceived(ZHANG, MediaRef("d1", "发票.pdf")),
        ),
        (
            {"msgtype": "audio", "content": {"downloadCode": "d", "recognition": "打车"}},
            TextReceived(ZHANG, "打车"),
        ),
        (
            {"msgtype": "audio", "content": {"downloadCode": "d", "recognition": " "}},
            UnsupportedReceived(ZHANG, "audio"),
        ),
        (
            {
                "msgtype": "text",
                "text": {"content": "同意", "repliedMsg": {"x": "BX-20261125-0007"}},
            },
            TextReceived(ZHANG, "同意", "BX-20261125-0007"),
        ),
        (
            {
                "msgtype": "text",
                "text": {"content": " 待办"},
                "conversationType": "2",
                "conversationId": "cid1",
            },
            TextReceived(replace(ZHANG, group="cid1"), "待办"),
        ),
        ({"msgtype": "video"}, UnsupportedReceived(ZHANG, "video")),
        ({"msgtype": "picture", "content": {}}, UnsupportedReceived(ZHANG, "picture")),
        ({"msgtype": "picture", "content": "x"}, UnsupportedReceived(ZHANG, "picture")),
        ({"msgtype": "file", "content": None}, UnsupportedReceived(ZHANG, "file")),
        (
            {"msgtype": "richText", "content": {"richText": 3}},
            UnsupportedReceived(ZHANG, "richText"),
        ),
        ({"msgtype": "text", "text": None}, UnsupportedReceived(ZHANG, "text")),
        ({"msgtype": None}, UnsupportedReceived(ZHANG, "unknown")),
        (
            {"text": None, "errorCode": 20001, "errorMessage": "超限"},
            UnsupportedReceived(ZHANG, "quota"),
        ),
        (
            {"msgtype": "picture", "errorCode": "20001"},
            UnsupportedReceived(ZHANG, "quota"),
        ),
    ],
)
def test_every_type_has_its_event(fields: dict[str, object], expected: object) -> None:
    assert event_of(message(**fields)) == expected


def test_what_no_database_keeps_is_cleaned() -> None:
    event = event_of(message(text={"content": "打\x00车\ud800 45"}))

    assert event == TextReceived(ZHANG, "打车\ufffd 45")
    assert from_json(to_json(event)) == event


def test_another_organisation_is_ignored() -> None:
    assert read_message(message(senderCorpId="dingother"), "dingcorp") == Ignored("foreign_corp")
    assert read_click(click(button(), corpId="dingother"), "dingcorp") == Ignored("foreign_corp")
    assert isinstance(read_message(message(senderCorpId="dingother"), ""), Inbound)


@pytest.mark.parametrize("staff", [None, ""])
def test_people_without_staff_id_are_ignored(staff: object) -> None:
    assert read_message(message(senderStaffId=staff), "dingcorp") == Ignored("no_staff_id")


@pytest.mark.parametrize(
    "fields",
    [
        {"msgId": None},
        {"msgId": ""},
        {"msgId": 5},
        {"msgId": "x" * 300},
        {"senderStaffId": ["a"]},
        {"senderStaffId": "a\x00b"},
    ],
)
def test_a_message_without_the_platforms_ids_is_malformed(fields: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        read_message(message(**fields), "dingcorp")


def test_a_click_gives_action_token_and_inputs() -> None:
    data = click(button(["approve"], action="reject", token="BX-1~1~0", reason="超标"))

    read = read_click(data, "dingcorp")

    assert isinstance(read, Inbound)
    assert read.lane == "dingtalk:staff-wang"
    assert read.event == CardClicked(
        Sender("dingtalk", "staff-wang"), "card-1", "reject", "BX-1~1~0", {"reason": "超标"}
    )


def test_the_built_in_card_carries_all_in_its_action_id() -> None:
    event = clicked(click({"cardPrivateData": {"actionIds": ["approve~BX-1~2~0"]}}))

    assert (event.action, event.token) == ("approve", "BX-1~2~0")


def test_the_older_place_of_a_clicks_content_is_read_too() -> None:
    data = click("", value=json.dumps({"params": {"action": "submit", "token": "t"}}))

    assert clicked(data).action == "submit"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"value": "超标"}, "超标"),
        ({"index": 1, "value": {"zh": "no"}}, None),
        ({"value": ["a", "b"]}, "a,b"),
        ({"label": "差旅"}, "差旅"),
        (["a", 1, None], "a,1"),
        (12, "12"),
        (True, "true"),
        ("x" * 20_000, "x" * 10_000),
        (None, None),
        ("", None),
    ],
)
def test_inputs_of_forms_become_text(value: object, expected: str | None) -> None:
    event = clicked(click(button(action="reject", token="t", reason=value)))

    assert event.inputs.get("reason") == expected


def test_identical_clicks_have_one_key_and_others_another() -> None:
    base = key_of(click(button(["approve"], action="approve", token="t")))

    assert base == key_of(click(button(["approve"], token="t", action="approve"), spaceId="z"))
    assert base.startswith("dingtalk:click:")
    others = [
        click(button(action="approve", token="u")),
        click(button(action="reject", token="t")),
        click(button(action="approve", token="t", reason="x")),
        click(button(action="approve", token="t"), userId="staff-li"),
        click(button(action="approve", token="t"), outTrackId="card-2"),
    ]
    assert len({base, *map(key_of, others)}) == 6


def test_a_union_id_is_never_taken_for_a_staff_id() -> None:
    data = click(button(action="approve", token="t"), userIdType=2)

    assert read_click(data, "dingcorp") == Ignored("user_id_type")


def test_a_click_on_no_button_is_ignored() -> None:
    assert read_click(click("{}"), "dingcorp") == Ignored("click_without_action")
    assert read_click(click(button([5])), "dingcorp") == Ignored("click_without_action")


@pytest.mark.parametrize(
    "changes",
    [
        {"content": "not json"},
        {"content": "[]"},
        {"content": None},
        {"content": "[" * 100_000},
        {"extension": None},
        {"extension": ""},
        {"userId": None},
        {"outTrackId": None},
        {"outTrackId": "x" * 300},
    ],
)
def test_a_click_that_is_not_what_it_must_be_is_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        read_click(click(button(action="approve")) | changes, "dingcorp")


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["msgId", "senderStaffId", "senderCorpId", "msgtype", "text", "content", "errorCode"]
        ),
        ODD | st.sampled_from(["text", "picture", "richText", "file"]),
    )
)
def test_odd_messages_raise_nothing_else(fields: dict[str, object]) -> None:
    try:
        read = read_message(message(**fields), "dingcorp")
    except Malformed:
        return
    assert isinstance(read, Ignored) or from_json(to_json(read.event)) == read.event


@given(ODD, st.dictionaries(st.text(), ODD, max_size=3), ODD)
def test_odd_clicks_raise_nothing_else(
    ids: object, params: dict[str, object], user: object
) -> None:
    content = json.dumps({"cardPrivateData": {"actionIds": ids, "params": params}})
    try:
        read = read_click(click(content, userId=user), "dingcorp")
    except Malformed:
        return
    assert isinstance(read, Ignored) or from_json(to_json(read.event)) == read.event
