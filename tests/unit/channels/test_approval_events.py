"""Events of the messengers' own approvals: what is heard, and what is not."""

import json

import pytest

from bot.channels.dingtalk.frames import approval_words, read_frame
from bot.channels.wecom.wire import parse_moved
from core.errors import Untrusted


def words(
    name: str = "bpms_instance_change", corp: str = "dingcorp", **data: object
) -> tuple[str, ...]:
    headers = {
        "messageId": "m-1",
        "topic": "*",
        "eventType": name,
        "eventId": "e-1",
        "eventCorpId": corp,
        "eventBornTime": "1764000000000",
    }
    told = {"processInstanceId": "p-1", "processCode": "PROC-1", "type": "finish", **data}
    frame = {"type": "EVENT", "headers": headers, "data": json.dumps(told)}
    return approval_words(read_frame(json.dumps(frame)), "dingcorp")


def test_an_event_names_its_process_and_template() -> None:
    assert words() == words("bpms_task_change") == ("p-1", "PROC-1")
    assert words(processCode=7) == ("p-1",)


@pytest.mark.parametrize(
    "told",
    [
        words("user_leave_org"),
        words(corp="another"),
        words(processInstanceId=7),
        words(processInstanceId="x" * 999),
        words(processInstanceId=""),
    ],
)
def test_what_is_no_approval_of_ours_is_nothing(told: tuple[str, ...]) -> None:
    assert told == ()


def event(info: str, name: str = "sys_approval_change") -> str:
    return (
        "<xml><ToUserName>ww</ToUserName><FromUserName>sys</FromUserName>"
        f"<CreateTime>1764000000</CreateTime><MsgType>event</MsgType><Event>{name}</Event>"
        f"<AgentID>3010040</AgentID>{info}</xml>"
    )


def test_wecom_names_its_application_in_either_way() -> None:
    both = parse_moved(
        event("<ApprovalInfo><SpNo>1</SpNo><SpNoStr>202611250001</SpNoStr></ApprovalInfo>")
    )
    old = parse_moved(event("<ApprovalInfo><SpNo>202611250001</SpNo></ApprovalInfo>"))

    assert both is not None
    assert old is not None
    assert both.number == old.number == "202611250001"
    assert both.key != old.key
    assert parse_moved(event("", "enter_agent")) is None


@pytest.mark.parametrize(
    "info",
    [
        "",
        "<ApprovalInfo></ApprovalInfo>",
        "<ApprovalInfo><SpNo>1</SpNo></ApprovalInfo><ApprovalInfo><SpNo>2</SpNo></ApprovalInfo>",
        "<ApprovalInfo><SpNo>../1</SpNo></ApprovalInfo>",
    ],
)
def test_an_event_without_a_number_is_refused(info: str) -> None:
    with pytest.raises(Untrusted):
        parse_moved(event(info))
