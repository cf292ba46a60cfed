import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom.answers import error_for, parse_answer, parse_media
from bot.channels.wecom.wire import (
    build_card,
    build_update,
    parse_message,
    split_text,
    unreached,
)
from bot.events import (
    CardClicked,
    Event,
    FileReceived,
    LinkReceived,
    MediaRef,
    PersonEntered,
    PhotoReceived,
    Sender,
    TextReceived,
    UnsupportedReceived,
    from_json,
    to_json,
)
from bot.port import Inbound
from core.errors import AuthFailed, Rejected, Retryable, Untrusted
from tests.unit.channels.wecom_sealing import click, inner, text_message

ZHANG = Sender("wecom", "ZhangSan")


def parsed(xml: str) -> Inbound:
    inbound = parse_message(xml)
    assert inbound is not None
    return inbound


@pytest.mark.parametrize(
    ("xml", "event"),
    [
        (text_message(" 打车 45\n昨天 "), TextReceived(ZHANG, " 打车 45\n昨天 ")),
        (text_message("<!DOCTYPE html> &amp;"), TextReceived(ZHANG, "<!DOCTYPE html> &amp;")),
        (
            inner(MsgType="image", PicUrl="http://127.0.0.1/", MediaId="M1", MsgId="2"),
            PhotoReceived(ZHANG, (MediaRef("M1"),)),
        ),
        (
            inner(MsgType="link", Title="发票", Description="d", Url="https://x/?a=1&amp;b=2"),
            LinkReceived(ZHANG, url="https://x/?a=1&b=2", title="发票"),
        ),
        (
            inner(MsgType="file", MediaId="M2", FileName="发票.pdf", MsgId="3"),
            FileReceived(ZHANG, MediaRef("M2", "发票.pdf")),
        ),
        (
            inner(MsgType="file", MediaId="M2", Title="a.ofd", MsgId="3"),
            FileReceived(ZHANG, MediaRef("M2", "a.ofd")),
        ),
        (inner(MsgType="file", MediaId="M2"), FileReceived(ZHANG, MediaRef("M2"))),
        (inner(MsgType="voice", MediaId="M3"), UnsupportedReceived(ZHANG, "voice")),
        (inner(MsgType="video", MediaId="M4"), UnsupportedReceived(ZHANG, "video")),
        (inner(MsgType="location", Label="x"), UnsupportedReceived(ZHANG, "location")),
        (inner(MsgType="event", Event="enter_agent", EventKey=""), PersonEntered(ZHANG)),
        (inner(MsgType="event", Event="subscribe"), PersonEntered(ZHANG)),
    ],
)
def test_each_message_becomes_its_event(xml: str, event: Event) -> None:
    inbound = parsed(xml)

    assert inbound.event == event
    assert inbound.lane == "wecom:zhangsan"
    assert from_json(to_json(inbound.event)) == event


@pytest.mark.parametrize(
    "name", ["unsubscribe", "LOCATION", "view", "change_contact", "sys_approval_change", "new"]
)
def test_other_events_are_dropped(name: str) -> None:
    assert parse_message(inner(MsgType="event", Event=name)) is None


def test_a_click_carries_card_action_token_and_code() -> None:
    event = parsed(click()).event

    assert event == CardClicked(
        ZHANG,
        card="card-1",
        action="approve",
        token="BX-20261125-0007~1~0",
        response_code="RC1",
    )


def question(key: str, *options: str, spelling: str = "OptionIds") -> str:
    inside = "".join(f"<OptionId>{option}</OptionId>" for option in options)
    return (
        f"<SelectedItem><QuestionKey>{key}</QuestionKey>"
        f"<{spelling}>{inside}</{spelling}></SelectedItem>"
    )


@pytest.mark.parametrize(
    ("selected", "inputs"),
    [
        (question("reason", "r1"), {"reason": "r1"}),
        (question("reason", "r1", "r2"), {"reason": "r1,r2"}),
        (question("a", "1") + question("b", "2"), {"a": "1", "b": "2"}),
        (question("reason", "r1", spelling="OpitonIds"), {"reason": "r1"}),
        (question("reason"), {"reason": ""}),
    ],
)
def test_selected_items_are_read_one_or_many(selected: str, inputs: dict[str, str]) -> None:
    event = parsed(click("reject~BX-1~1~0", selected=selected)).event

    assert isinstance(event, CardClicked)
    assert event.inputs == inputs


@pytest.mark.parametrize(
    "xml",
    [
        click(TaskId=""),
        click(""),
        click(selected="<SelectedItem><OptionIds/></SelectedItem>"),
        inner(MsgType="image"),
        inner(MsgType="file", FileName="x"),
        inner(MsgType="link", Title="x"),
        inner(MsgType="event"),
        inner(MsgType="text", FromUserName=""),
        inner(MsgType="<b>text</b>"),
    ],
)
def test_a_known_message_without_what_makes_it_is_refused(xml: str) -> None:
    with pytest.raises(Untrusted):
        parse_message(xml)


def test_a_message_repeated_has_the_same_key_in_any_case_of_the_userid() -> None:
    entered = inner(MsgType="event", Event="enter_agent")

    assert parsed(text_message("a", "5")).key == parsed(text_message("b", "5")).key
    assert parsed(entered).key == parsed(entered.replace("ZhangSan", "ZHANGSAN")).key
    assert parsed(entered).lane == parsed(entered.replace("ZhangSan", "ZHANGSAN")).lane


def test_a_repeated_press_is_told_from_a_second_one_by_its_code() -> None:
    first = parsed(click(response_code="RC1"))

    assert parsed(click(response_code="RC1", CreateTime="1700000005")).key == first.key
    assert parsed(click(response_code="RC2")).key != first.key


def test_presses_without_a_code_are_told_apart_by_their_time() -> None:
    first = parsed(click(response_code=""))

    assert parsed(click(response_code="")).key == first.key
    assert parsed(click(response_code="", CreateTime="1700000005")).key != first.key


@pytest.mark.parametrize(
    "other",
    [
        click("reject~BX-20261125-0007~1~0"),
        click(TaskId="card-2"),
        click().replace("ZhangSan", "LiSi"),
    ],
)
def test_two_presses_in_one_second_have_two_keys(other: str) -> None:
    assert parsed(other).key != parsed(click()).key


def test_a_message_without_a_number_is_known_by_its_fields() -> None:
    odd, none = text_message("a", "m-1"), text_message("a", "")

    assert parsed(odd).key == parsed(odd).key
    assert len({parsed(x).key for x in (odd, none, text_message("b", "m-1"))}) == 3


def test_a_long_text_is_cut_at_line_ends() -> None:
    lines = [f"{n} " + "票" * 300 for n in range(5)]

    parts = split_text("\n".join(lines))

    assert parts == ["\n".join(lines[:2]), "\n".join(lines[2:4]), lines[4]]


def test_a_line_that_is_too_long_is_cut_between_characters() -> None:
    assert split_text("票" * 1000) == ["票" * 682, "票" * 318]
    assert split_text("短") == ["短"]
    assert split_text(" \n") == []
    assert split_text("坏\ud800字") == ["坏?字"]


@given(st.text(), st.integers(4, 40))
def test_every_part_fits_and_no_word_is_lost(text: str, max_bytes: int) -> None:
    parts = split_text(text, max_bytes)

    assert all(0 < len(part.encode()) <= max_bytes for part in parts)
    assert "".join("".join(parts).split()) == "".join(
        "".join(split_text(text, 10**9)).split(),
    )


@pytest.mark.parametrize("quoted", ['<a href="http://evil">查看</a>', "< A HREF='x'>", "</a >"])
def test_quoted_words_make_no_link(quoted: str) -> None:
    (sent,) = split_text(f"驳回理由：{quoted} 1 < 2")

    assert "<" in sent
    assert sent.count("<") == 1


def test_a_card_is_sent_under_our_id_and_once() -> None:
    message = build_card("lisi", 1000002, "c-1", {"card_type": "text_notice", "task_id": "other"})

    assert message["template_card"] == {"card_type": "text_notice", "task_id": "c-1"}
    assert (message["agentid"], message["enable_duplicate_check"]) == (1000002, 1)


def test_an_update_is_a_whole_card_or_a_greyed_button() -> None:
    whole = build_update("lisi", 1, "RC", "c-1", {"card_type": "text_notice"})
    grey = build_update("lisi", 1, "RC", "c-1", {"button": {"replace_name": "已同意"}})

    assert whole == {
        "userids": ["lisi"],
        "agentid": 1,
        "response_code": "RC",
        "template_card": {"card_type": "text_notice", "task_id": "c-1"},
    }
    assert grey["button"] == {"replace_name": "已同意"}
    assert "template_card" not in grey


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"invaliduser": "x|y"}, "unknown_user"),
        ({"invaliduser": ["x"]}, "unknown_user"),
        ({"unlicenseduser": "x"}, "unlicensed_user"),
        ({"invaliduser": "", "unlicenseduser": ""}, ""),
        ({"invaliduser": []}, ""),
        ({}, ""),
    ],
)
def test_a_success_may_have_reached_nobody(fields: dict[str, object], reason: str) -> None:
    assert unreached(fields) == reason


@pytest.mark.parametrize(
    ("errcode", "kind", "code"),
    [
        (-1, Retryable, "wecom_busy"),
        (45009, Retryable, "wecom_frequency"),
        (45033, Retryable, "wecom_frequency"),
        (40001, AuthFailed, "wecom_secret"),
        (40091, AuthFailed, "wecom_secret"),
        (40013, AuthFailed, "wecom_corp_id"),
        (42001, AuthFailed, "wecom_token"),
        (60020, AuthFailed, "wecom_ip_not_allowed"),
        (48002, AuthFailed, "wecom_agent"),
        (301002, AuthFailed, "wecom_agent"),
        (81013, Rejected, "unknown_user"),
        (60111, Rejected, "unknown_user"),
        (40007, Rejected, "media_expired"),
        (42014, Rejected, "card_exists"),
        (42046, Rejected, "wecom_refused"),
    ],
)
def test_each_errcode_has_one_meaning(errcode: int, kind: type[Exception], code: str) -> None:
    error = error_for(errcode)

    assert type(error) is kind
    assert (error.code, error.fields) == (code, {"errcode": errcode})


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"errcode":"0"}', b'{"errcode":true}', b"1"])
def test_an_answer_without_an_errcode_is_none(body: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        parse_answer(body)


def test_headers_tell_a_json_file_from_an_error() -> None:
    error = b'{"errcode":40007,"errmsg":"x"}'

    refused = parse_media(error, content_type="application/json", attached=False)
    attached = parse_media(error, content_type="application/json", attached=True)
    bare = parse_media(b'{"a":1}', content_type="application/json", attached=False)
    number = parse_media(b"40007", content_type="text/plain", attached=False)

    assert refused.errcode == 40007
    assert (attached.errcode, attached.data) == (0, error)
    assert (bare.errcode, bare.data) == (0, b'{"a":1}')
    assert (number.errcode, number.data) == (0, b"40007")
