"""What the 智能机器人 says: plain words that stay words, and cards under our ids."""

import pytest

from bot.channels.wecom_bot.answers import check, error_for
from bot.channels.wecom_bot.frames import Frame
from bot.channels.wecom_bot.speech import (
    as_markdown,
    build_card,
    build_reply,
    build_text,
    build_update,
    build_welcome,
)
from core.errors import AuthFailed, OutsideError, Rejected, Retryable


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("打车 45", "打车 45"),
        ("一行\n两行", "一行  \n两行"),
        ("[点我](https://evil.example)", "［点我］(https://evil.example)"),
        ("![图](https://evil.example/x.png)", "!［图］(https://evil.example/x.png)"),
        ("# 标题\n> 引用", "＃ 标题  \n＞ 引用"),
        ("**粗** _斜_ ~~删~~ `码`", "＊＊粗＊＊ ＿斜＿ ～～删～～ ｀码｀"),
        ("<font color=red>|a|b|", "＜font color=red>｜a｜b｜"),
        ("BX-20261125-0007 a_b", "BX-20261125-0007 a_b"),
    ],
)
def test_words_make_no_markup(said: str, written: str) -> None:
    assert as_markdown(said) == written


def test_words_go_to_one_persons_chat() -> None:
    body = build_text("zhang", "你好")

    assert body == {
        "chatid": "zhang",
        "chat_type": 1,
        "msgtype": "markdown",
        "markdown": {"content": "你好"},
    }


@pytest.mark.parametrize("text", ["", "长" * 6827])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    with pytest.raises(Rejected, match="text_length"):
        build_text("zhang", text)


def test_answers_to_entrances_and_messages() -> None:
    assert build_welcome("你好") == {"msgtype": "text", "text": {"content": "你好"}}
    assert build_reply("s1", "请再发一次") == {
        "msgtype": "stream",
        "stream": {"id": "s1", "finish": True, "content": "请再发一次"},
    }


def test_cards_are_sent_and_redrawn_under_our_id() -> None:
    card = {"card_type": "text_notice"}

    sent, redrawn = build_card("zhang", "c1", card), build_update("zhang", "c1", card)

    drawn = {"card_type": "text_notice", "task_id": "c1"}
    assert (sent["chatid"], sent["template_card"]) == ("zhang", drawn)
    assert redrawn == {
        "response_type": "update_template_card",
        "userids": ["zhang"],
        "template_card": drawn,
    }


@pytest.mark.parametrize(
    ("errcode", "kind", "code"),
    [
        (-1, Retryable, "wecom_bot_busy"),
        (846609, Retryable, "wecom_bot_busy"),
        (45009, Retryable, "wecom_bot_frequency"),
        (853000, AuthFailed, "wecom_bot_secret"),
        (846605, Rejected, "stale_req_id"),
        (846608, Rejected, "stale_req_id"),
        (42014, Rejected, "card_exists"),
        (846606, Rejected, "wecom_bot_refused"),
        (99999, Rejected, "wecom_bot_refused"),
    ],
)
def test_each_errcode_means_one_thing(errcode: int, kind: type[OutsideError], code: str) -> None:
    error = error_for(errcode)

    assert (type(error), error.code) == (kind, code)
    with pytest.raises(kind, match=code):
        check(Frame("", "r1", errcode=errcode))


def test_a_yes_is_handed_on() -> None:
    answer = Frame("", "r1")

    assert check(answer) is answer
