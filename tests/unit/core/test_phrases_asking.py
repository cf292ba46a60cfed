"""Questions and wishes about Chit itself."""

from datetime import date
from decimal import Decimal

import pytest
from phrase_words import TODAY, WORDS

from core.phrases import parse_message
from core.phrases.asking import Asked, read_asked
from core.phrases.intents import (
    Answer,
    Approve,
    Feedback,
    Help,
    MayClaim,
    Mileage,
    Notify,
    Quiet,
    Reject,
    Unsubmitted,
)
from core.phrases.results import Expense, Problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("能报吗 住宿 600 上海", MayClaim("住宿 600 上海")),
        ("能不能报销 打车 45", MayClaim("打车 45")),
        ("能报多少 住宿 上海", MayClaim("住宿 上海")),
        ("住宿 600 上海 能报吗？", MayClaim("住宿 600 上海")),
        ("打车标准是多少", MayClaim("打车")),
        ("报销标准 住宿", MayClaim("住宿")),
        ("can I claim taxi 45 yesterday", MayClaim("taxi 45 yesterday")),
        ("打车 300 够吗", MayClaim("打车 300")),
        ("打车 300 会不会超预算？", MayClaim("打车 300")),
        ("打车 300 之后还剩多少", MayClaim("打车 300")),
        ("is taxi 300 within budget?", MayClaim("taxi 300")),
        ("帮助", Help()),
        ("帮助 审批", Help("approver")),
        ("帮助财务", Help("finance")),
        ("help notices", Help("notices")),
        ("通知", Notify("", None)),
        ("通知 关 催办", Notify("催办", on=False)),
        ("通知 催办 开", Notify("催办", on=True)),
        ("notice off reminders", Notify("reminders", on=False)),
        ("免打扰 22:00-8:00", Quiet("22:00-8:00")),
        ("免打扰 关", Quiet("关")),
        ("免打扰", Quiet("")),
        ("免打扰 晚上", Quiet("晚上")),
        ("quiet hours 22:00-8:00", Quiet("22:00-8:00")),
        ("quiet off", Quiet("off")),
        ("未提交", Unsubmitted()),
        ("未读", Unsubmitted()),
        ("草稿", Unsubmitted()),
        ("回复 张三 已修好", Answer("张三", "已修好")),
        (
            "自驾 36 公里 昨天 去客户",
            Mileage(Decimal(36), date(2026, 11, 24), "自驾 36 公里 去客户"),
        ),
    ],
)
def test_asking(text: str, expected: object) -> None:
    assert parse_message(text, TODAY, WORDS) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("同意 BX-20261125-0001 可以报销", Approve),
        ("驳回 BX-20261125-0001 这个能报吗", Reject),
        ("反馈 为什么打车能报吗没有回答？", Feedback),
        ("打车 45 自驾停车", Expense),
        ("quiet taxi 45", Expense),
    ],
)
def test_commands_and_expenses_keep_their_words(text: str, kind: type) -> None:
    assert isinstance(parse_message(text, TODAY, WORDS), kind)


def test_what_is_asked_about() -> None:
    assert read_asked("打车 600 上海 12-01", TODAY, WORDS) == Asked(
        ("taxi",), 60000, date(2026, 12, 1), None, "打车 600 上海"
    )
    bare = read_asked("打车", TODAY, WORDS)
    assert isinstance(bare, Asked)
    assert (bare.amount_fen, bare.day) == (None, None)
    assert isinstance(read_asked("打车 45 60", TODAY, WORDS), Problem)
