"""Changes of budgets as people type them."""

from datetime import date

import pytest

from core.phrases import parse_message
from core.phrases.budgets import read_budget_change
from core.phrases.intents import (
    Approve,
    BudgetChange,
    BudgetHistory,
    ChangeBudget,
    SubmitAsException,
)
from core.phrases.results import Problem, Vocabulary

TODAY = date(2026, 11, 25)


def change(kind: str, target: str, fen: int = 0, **more: object) -> ChangeBudget:
    return ChangeBudget(kind, target, fen, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "申请追加 市场部 5000 年底客户活动",
            change("request", "市场部", 500000, reason="年底客户活动"),
        ),
        ("申请追加市场部5000元 活动", change("request", "市场部", 500000, reason="活动")),
        (
            "追加预算 sales-2026q4 5,000.50 活动",
            change("request", "sales-2026q4", 500050, reason="活动"),
        ),
        ("申请追加 市场部 1万 理由：大会", change("request", "市场部", 1000000, reason="大会")),
        ("申请追加 市场部 5000", change("request", "市场部", 500000)),
        (
            "budget request R&D Dept 5000 for tools",
            change("request", "R&D Dept", 500000, reason="for tools"),
        ),
        (
            "预算 调拨 市场部 研发部 3000 支援",
            change("transfer", "市场部", 300000, to_text="研发部", reason="支援"),
        ),
        (
            "预算 调拨 从 市场部 到 研发部 3000 支援",
            change("transfer", "市场部", 300000, to_text="研发部", reason="支援"),
        ),
        (
            "预算调拨 sales-2026q4 tech-2026 3000 x",
            change("transfer", "sales-2026q4", 300000, to_text="tech-2026", reason="x"),
        ),
        ("预算 冻结 sales-2026q4 超支调查", change("freeze", "sales-2026q4", reason="超支调查")),
        ("暂停报销 市场部 超支", change("freeze", "市场部", reason="超支")),
        ("预算 解冻 市场部 已查清", change("unfreeze", "市场部", reason="已查清")),
        ("预算 历史 市场部", BudgetHistory("市场部")),
        ("例外提交 客户临时到访", SubmitAsException(None, "客户临时到访")),
        (
            "例外提交 BX-20261125-0007 客户临时到访",
            SubmitAsException("BX-20261125-0007", "客户临时到访"),
        ),
        ("预算 设置 市场部 20000", BudgetChange("市场部 20000")),
        ("同意 YS-20261125-0001 可以", Approve("YS-20261125-0001", "可以")),
    ],
)
def test_reads_a_change(text: str, expected: object) -> None:
    assert parse_message(text, TODAY, Vocabulary()) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("申请追加", "budget_change_unclear"),
        ("申请追加 市场部", "budget_change_unclear"),
        ("预算 调拨 市场部 3000 理由", "budget_change_unclear"),
        ("预算 冻结", "budget_change_unclear"),
        ("申请追加 市场部 100,50 理由", "amount_unclear"),
    ],
)
def test_says_what_is_unclear(text: str, code: str) -> None:
    found = parse_message(text, TODAY, Vocabulary())

    assert isinstance(found, Problem)
    assert found.code == code


@pytest.mark.parametrize("text", ["预算 市场部", "打车 45 追加", "预算还剩多少", "申请出差 上海"])
def test_leaves_other_words_alone(text: str) -> None:
    assert read_budget_change(text) is None
