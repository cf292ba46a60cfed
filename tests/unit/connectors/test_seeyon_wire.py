"""Answers of 致远 as they were seen by public clients, read by the wire."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.seeyon.wire import (
    build_login,
    build_start,
    parse_begun,
    parse_cancelled,
    parse_state,
    parse_todo,
    parse_token,
    parse_upload,
)
from core.outside import Form

SAMPLES = Path(__file__).parents[2] / "samples" / "seeyon"
TOKEN = "5f3c9a7e-2b1d-4c8e-9f60-71d2a3b4c5d6"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


@pytest.mark.parametrize(("name", "bound"), [("token.json", True), ("token.txt", False)])
def test_both_shapes_of_a_token(name: str, *, bound: bool) -> None:
    given = parse_token(sample(name))

    assert (given.token, given.bound) == (TOKEN, bound)


def test_a_token_that_is_none_is_empty() -> None:
    assert parse_token(b'{"id":"-1"}').token == ""


@pytest.mark.parametrize(
    "body",
    [sample("login-page.html"), b"", b"-1", b"{}", b"{", b"[1]", b"no token at all", b"\xff"],
)
def test_what_is_no_token(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_token(body)


def test_who_is_spoken_for_is_asked_only_where_somebody_is() -> None:
    assert "loginName" not in json.loads(build_login("u", "p", ""))
    assert json.loads(build_login("u", "p", "li"))["loginName"] == "li"


def test_the_ids_of_a_new_process_are_read_from_json_within_json() -> None:
    begun = parse_begun(sample("started.json"))

    assert (begun.summary, begun.affair, begun.process) == ("-8122", "-7211", "-9933")
    assert [begun.id_of(kind) for kind in ("summary", "affair", "process")] == [
        "-8122",
        "-7211",
        "-9933",
    ]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (sample("refused.json"), "字段 金额 不能为空"),
        (b'{"code":0,"data":{"errorMsg":"no right"}}', "no right"),
        (b'{"code":500}', "code 500"),
    ],
)
def test_what_is_complained_about(body: bytes, fault: str) -> None:
    assert parse_begun(body).fault == fault


@pytest.mark.parametrize(
    "body",
    [
        sample("login-page.html"),
        b"",
        b"{}",
        b'{"data":{}}',
        b'{"code":0,"data":{"app_bussiness_data":"{half"}}',
    ],
)
def test_what_is_no_answer(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_begun(body)


def test_a_success_without_an_id_is_none() -> None:
    begun = parse_begun(b'{"code":0,"data":{}}')

    assert (begun.summary, begun.process, begun.fault) == ("", "", "")


@pytest.mark.parametrize(("body", "state"), [(b"0", 0), (b" 15\n", 15), (b'"6"', 6), (b"-1", -1)])
def test_a_state_is_a_number(body: bytes, state: int) -> None:
    assert parse_state(body) == state


@pytest.mark.parametrize("body", [b"", b"done", sample("login-page.html"), b'{"state":0}', b"1.5"])
def test_what_is_no_state(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_state(body)


@pytest.mark.parametrize(
    ("body", "good", "said"),
    [
        (b"true", True, ""),
        (b'"true"', True, ""),
        (b"false", False, ""),
        (b'{"success":true}', True, ""),
        (b'{"success":"false","message":"no"}', False, "no"),
        (b'{"code":0}', True, ""),
        (b'{"code":"1","msg":"no"}', False, "no"),
    ],
)
def test_all_three_answers_to_taking_back(body: bytes, said: str, *, good: bool) -> None:
    assert parse_cancelled(body) == (good, said)


@pytest.mark.parametrize("body", [b"", b"{}", b"yes", sample("login-page.html")])
def test_what_is_no_answer_to_taking_back(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_cancelled(body)


def test_a_file_that_was_taken_has_an_id() -> None:
    assert parse_upload(sample("uploaded.json")) == "-5566"
    with pytest.raises(ValueError, match="fileUrl"):
        parse_upload(b'{"atts":[]}')


def test_every_value_is_text_and_amounts_keep_their_digits() -> None:
    form = Form("s", "li", {"m": {"a": Decimal("1.10"), "b": None, "c": True, "d": 3, "e": ["x"]}})

    written = json.loads(build_start("T", form, ["1"]))

    assert written["data"]["data"]["m"] == {"a": "1.10", "b": "", "c": "1", "d": "3", "e": ["x"]}
    assert written["data"]["attachments"] == ["1"]


def test_a_to_do_that_was_refused_says_why() -> None:
    assert parse_todo(b'{"success":true,"errorMsgs":[]}') == ""
    assert (
        parse_todo('{"success":false,"errorMsgs":["接收人不存在"]}'.encode()) == '["接收人不存在"]'
    )
    assert parse_todo(b'{"success":false}') == "refused"
    with pytest.raises(ValueError, match="success"):
        parse_todo(b"{}")
