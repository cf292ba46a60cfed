"""Answers of 泛微 as they were published or seen, read by the wire."""

from pathlib import Path
from urllib.parse import parse_qs

import pytest

from connectors.weaver.wire import (
    build_create,
    encrypt,
    parse_answer,
    parse_request_id,
    parse_todo,
)
from core.outside import Form

SAMPLES = Path(__file__).parents[2] / "samples" / "weaver"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "number"), [("created.json", "2966060"), ("created-newer.json", "2966061")]
)
def test_both_shapes_of_a_new_process(name: str, number: str) -> None:
    answer = parse_answer(sample(name))

    assert answer.good
    assert parse_request_id(answer) == number


@pytest.mark.parametrize(
    ("name", "stale", "word"),
    [
        ("token-over.json", True, "token"),
        ("session-over.json", True, "超时"),
        ("secret-refused.json", False, "解密失败"),
        ("param-error.json", False, "xx 不存在"),
    ],
)
def test_what_is_complained_about(name: str, *, stale: bool, word: str) -> None:
    answer = parse_answer(sample(name))

    assert (answer.good, answer.stale) == (False, stale)
    assert word in answer.text


@pytest.mark.parametrize(
    "body", [sample("login-page.html"), b"", b"[]", b"{", b'{"status":"1"}', b"\xff\xfe"]
)
def test_what_is_no_answer(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_answer(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":"SUCCESS","data":{}}',
        b'{"code":"SUCCESS"}',
        b'{"code":"SUCCESS","data":{"requestid":-1}}',
        b'{"code":"SUCCESS","data":{"requestid":"x"}}',
    ],
)
def test_a_success_without_an_id_is_none(body: bytes) -> None:
    assert parse_request_id(parse_answer(body)) == ""


def test_a_form_is_urlencoded_with_json_inside() -> None:
    form = Form("标题", "1", {"a": "1&2=3", "b": None, "c": True})

    written = parse_qs(build_create("194", form).decode(), keep_blank_values=True)

    assert set(written) == {"workflowId", "requestName", "mainData", "detailData", "otherParams"}
    assert written["mainData"] == [
        (
            '[{"fieldName":"a","fieldValue":"1&2=3"},{"fieldName":"b","fieldValue":""},'
            '{"fieldName":"c","fieldValue":"1"}]'
        )
    ]
    assert written["otherParams"] == ['{"isnextflow":"1","delReqFlowFaild":"1"}']


def test_a_key_that_is_none_is_a_bad_setting() -> None:
    with pytest.raises(ValueError, match=r".*"):
        encrypt("AAAA", "x")


def test_a_to_do_that_was_refused_says_why() -> None:
    assert parse_todo(b'{"operResult":"1","message":"ok"}') == ""
    assert parse_todo('{"operResult":"0","message":"缺少参数"}'.encode()) == "缺少参数"
