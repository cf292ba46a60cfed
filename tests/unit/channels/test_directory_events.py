"""What the messengers tell of their address books: only that something has changed."""

import json

import pytest

from bot.channels.dingtalk.frames import read_frame, tells_of_directory
from bot.channels.wecom.wire import parse_stirred

RENAMINGS = (("update_user", "zhangsan1"), ("update_user", ""), ("delete_user", "zhangsan1"))


def event(name: str, corp: str = "dingcorp") -> str:
    headers = {
        "messageId": "m1",
        "topic": "*",
        "eventType": name,
        "eventId": "e1",
        "eventCorpId": corp,
    }
    data = json.dumps({"timeStamp": "43535463645", "userId": ["efefef", "111111"]})
    return json.dumps({"type": "EVENT", "headers": headers, "data": data})


@pytest.mark.parametrize(
    ("name", "corp", "tells"),
    [
        ("user_add_org", "dingcorp", True),
        ("user_leave_org", "", True),
        ("org_dept_remove", "dingcorp", True),
        ("user_add_org", "another", False),
        ("label_user_change", "dingcorp", False),
        ("bpms_instance_change", "dingcorp", False),
    ],
)
def test_an_event_tells_of_the_address_book_by_its_name(
    name: str, corp: str, *, tells: bool
) -> None:
    assert tells_of_directory(read_frame(event(name, corp)), "dingcorp") is tells


def test_a_change_of_contacts_is_a_hint_whatever_it_says() -> None:
    xml = "<xml><FromUserName>sys</FromUserName><MsgType>event</MsgType><Event>{}</Event></xml>"

    assert parse_stirred(xml.format("change_contact")) is not None
    assert parse_stirred(xml.format("enter_agent")) is None


def test_a_new_user_id_is_told_with_the_old_one() -> None:
    xml = (
        "<xml><FromUserName>sys</FromUserName><MsgType>event</MsgType><Event>change_contact</Event>"
        "<ChangeType>{}</ChangeType><UserID>zhangsan</UserID><NewUserID>{}</NewUserID></xml>"
    )

    found = [parse_stirred(xml.format(*said)) for said in RENAMINGS]

    assert [f and f.renamed for f in found] == [("zhangsan", "zhangsan1"), None, None]
