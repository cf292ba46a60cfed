"""Frames of the Stream mode: whatever the bytes are, one kind of error."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.dingtalk import frames
from bot.channels.dingtalk.frames import Malformed

HEADERS = {"messageId": "m1", "topic": frames.TOPIC_MESSAGE, "time": "1708327204136"}


def frame(**changes: object) -> str:
    return json.dumps({"type": "CALLBACK", "headers": HEADERS, "data": '{"a": 1}'} | changes)


def test_a_callback_gives_its_topic_id_and_data() -> None:
    read = frames.read_frame(frame())

    assert read == frames.Frame("CALLBACK", frames.TOPIC_MESSAGE, "m1", {"a": 1})


@pytest.mark.parametrize(
    ("raw", "reason", "message", "code"),
    [
        ("", "frame_not_json", "", 500),
        ("<xml/>", "frame_not_json", "", 500),
        (b"\xff\xfe\x00", "frame_not_json", "", 500),
        ("[" * 100_000, "frame_not_json", "", 500),
        ("[]", "frame_not_object", "", 500),
        ("null", "frame_not_object", "", 500),
        (frame(headers=None), "frame_without_headers", "", 500),
        (frame(headers=[1]), "frame_without_headers", "", 500),
        (frame(headers={"topic": "t"}), "frame_without_id", "", 500),
        (frame(headers={"messageId": 7}), "frame_without_id", "", 500),
        (frame(headers={"messageId": "x" * 300}), "frame_without_id", "", 500),
        (frame(type="WHAT"), "frame_type_unknown", "m1", 404),
        (frame(type=["CALLBACK"]), "frame_type_unknown", "m1", 404),
        (frame(data="{"), "frame_data_unreadable", "m1", 500),
        (frame(data={"a": 1}), "frame_data_unreadable", "m1", 500),
        (frame(data='["a"]'), "frame_data_not_object", "m1", 500),
        (frame(headers=HEADERS | {"time": "soon"}), "frame_data_unreadable", "m1", 500),
        (frame(headers=HEADERS | {"time": None}), "frame_data_unreadable", "m1", 500),
    ],
)
def test_a_bad_frame_is_malformed(raw: str | bytes, reason: str, message: str, code: int) -> None:
    with pytest.raises(Malformed) as caught:
        frames.read_frame(raw)

    assert (caught.value.reason, caught.value.message, caught.value.code) == (reason, message, code)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.binary()
    | st.text()
    | st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["SYSTEM", "EVENT", "CALLBACK"]) | JSON,
            "headers": st.fixed_dictionaries({}, optional={"messageId": JSON, "time": JSON}) | JSON,
            "data": JSON.map(json.dumps) | JSON,
        },
    ).map(json.dumps)
)
def test_no_bytes_raise_anything_else(raw: str | bytes) -> None:
    try:
        frame = frames.read_frame(raw)
    except Malformed:
        return
    assert frame


def test_an_acknowledgement_carries_its_data_as_text() -> None:
    ack = json.loads(frames.build_ack("m1", {"response": None}))

    assert ack == {
        "code": 200,
        "headers": {"messageId": "m1", "contentType": "application/json"},
        "message": "OK",
        "data": '{"response": null}',
    }


def test_a_click_is_answered_by_key_for_everyone_who_sees_the_card() -> None:
    assert frames.processing_response({}) == {"response": {}}
    assert frames.processing_response({"status": "处理中"}) == {
        "response": {
            "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
            "cardData": {"cardParamMap": {"status": "处理中"}},
        }
    }
