"""Answers of 蓝凌 as they were seen by public clients, read by the wire."""

from pathlib import Path

import pytest

from connectors.landray.wire import RESULTS, parse_id, parse_result, parse_todo

SAMPLES = Path(__file__).parents[2] / "samples" / "landray"
ID = "17b6a1c2d3e4f5061728394a5b6c7d8e"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


@pytest.mark.parametrize(
    "body", [sample("created.txt"), sample("created-newer.json"), f'"{ID}"\n'.encode()]
)
def test_every_shape_of_a_new_document(body: bytes) -> None:
    assert parse_id(body) == (ID, "")


def test_what_is_complained_about() -> None:
    assert parse_id(sample("refused.json")) == ("", "模板不存在")
    assert parse_id(b'{"success":false}') == ("", "refused")


@pytest.mark.parametrize(
    "body",
    [
        sample("login-page.html"),
        b"",
        b"{}",
        b"17b6a1c2",
        b'{"success":true}',
        b'{"success":true,"data":"1"}',
        b"[1]",
    ],
)
def test_what_is_no_answer(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_id(body)


def test_a_result_names_its_document_and_keeps_its_remark() -> None:
    document, state = parse_result(sample("result.json"), RESULTS)

    assert (document, state.status) == (ID, "rejected")
    assert [c.text for c in state.comments] == ["超标"]


def test_a_status_may_be_written_as_text() -> None:
    assert parse_result(b'{"oaId":"1","status":"0"}', RESULTS)[1].status == "approved"


def test_a_to_do_that_was_refused_says_why() -> None:
    assert parse_todo(b'{"returnState":2}') == ""
    assert parse_todo(b'{"returnState":0}', may_be_gone=True) == ""
    assert parse_todo(b'{"returnState":0}') == "returnState 0"
    assert parse_todo(b'{"returnState":1,"message":"no"}', may_be_gone=True) == "no"
    with pytest.raises(ValueError, match="returnState"):
        parse_todo(b"{}")
