"""Results that come back as CloudEvents: only what names a submission and a state counts."""

import json

import pytest

from connectors.webhook.wire import build_request, parse_result
from core.outside import Attachment, Comment, Form

EVENT: dict[str, object] = {
    "specversion": "1.0",
    "id": "e1",
    "source": "hub",
    "type": "com.example.approval.approved",
    "subject": "BX-20261125-0007/1#0",
}


def test_the_last_word_of_the_type_is_the_state_unless_the_data_says_another() -> None:
    key, state = parse_result(json.dumps(EVENT).encode())
    assert (key, state.status, state.comments) == ("BX-20261125-0007/1#0", "approved", ())

    data = {"key": "BX-1/2#0", "status": "rejected", "remark": "超标", "by": "周总"}
    key, state = parse_result(json.dumps({**EVENT, "data": data}).encode())
    assert (key, state.status) == ("BX-1/2#0", "rejected")
    assert state.comments == (Comment("", "周总：超标"),)


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"id": ""},
        {"source": None},
        {"type": "approval.maybe"},
        {"subject": "BX-20261125-0007"},
        {"subject": None},
    ],
)
def test_anything_else_is_no_result(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="."):  # noqa: RUF043 - each says its own
        parse_result(json.dumps({**EVENT, **change}).encode())


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"[" * 100_000])
def test_what_is_no_json_object_is_no_result(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        parse_result(body)


def test_files_are_named_and_not_sent() -> None:
    form = Form("s", "i", {"a": "1"}, files=(Attachment("f.pdf", "ab", b"bytes"),))

    assert json.loads(build_request(form, "k"))["files"] == [{"name": "f.pdf", "sha256": "ab"}]
