"""What approvers say: where a return leads, who signs when, who stands in, all at once."""

from datetime import date

import pytest
from phrase_words import TODAY, WORDS

from core.phrases import parse_message
from core.phrases.intents import (
    AddSigner,
    ApproveAll,
    Command,
    Delegate,
    EndDelegation,
    Return_,
    ShowDelegations,
    Withdraw,
)
from core.phrases.results import Problem

N = "BX-20261125-0007"
FIFTH = date(2026, 12, 5)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (f"退回 {N} 缺发票 回到我", Return_(N, "缺发票", back=True)),
        (f"退回 {N} 金额不对，改完给我", Return_(N, "金额不对", back=True)),
        (f"退回 {N} 缺发票 从头", Return_(N, "缺发票", back=False)),
        (f"退回 {N} 缺发票，从头审批", Return_(N, "缺发票", back=False)),
        (f"退回 {N} 回到我", Return_(N, "", back=True)),
        (f"退回 {N} 到第1步 请再核对", Return_(N, "请再核对", to="第1步")),
        (f"退回 {N} 到上一步 请再核对 回到我", Return_(N, "请再核对", back=True, to="上一步")),
        (f"退回 {N} 给张三 缺发票", Return_(N, "缺发票", to="张三")),
        (f"return {N} no invoice back to me", Return_(N, "no invoice", back=True)),
        (f"return {N} to step 1 look again", Return_(N, "look again", to="step 1")),
        (f"加签 {N} 李雷 前", AddSigner(N, "李雷", "", "before")),
        (f"加签 {N} 李雷 之前 先看一下", AddSigner(N, "李雷", "先看一下", "before")),
        (f"加签 {N} 李雷 后", AddSigner(N, "李雷")),
        (f"加签 {N} 给", AddSigner(N, "")),
        (f"加签 {N} 前", AddSigner(N, "", "", "before")),
        (f"加签 {N} 李雷 请复核", AddSigner(N, "李雷", "请复核")),
        ("委托 李雷 至 12-05 报销", Delegate("李雷", FIFTH, None, ("reimbursement",))),
        (
            "委托 李雷 从 12-01 至 12-05 报销 出差",
            Delegate("李雷", FIFTH, date(2026, 12, 1), ("reimbursement", "travel_request")),
        ),
        ("委托李雷至12-05从12-01", Delegate("李雷", FIFTH, date(2026, 12, 1))),
        (
            "delegate Li Lei until 2026-12-05 trips",
            Delegate("Li Lei", FIFTH, None, ("travel_request",)),
        ),
        ("委托 取消", EndDelegation()),
        ("取消委托", EndDelegation()),
        ("结束委托", EndDelegation()),
        ("cancel my delegation", EndDelegation()),
        ("我的委托", ShowDelegations()),
        ("委托", ShowDelegations()),
        ("委托？", ShowDelegations()),
        ("全部同意", ApproveAll()),
        ("批量同意", ApproveAll()),
        ("approve all", ApproveAll()),
        (f"撤销 {N}", Withdraw(N)),
        (f"undo {N}", Withdraw(N)),
    ],
)
def test_is_understood(text: str, command: Command) -> None:
    assert parse_message(text, TODAY, WORDS) == command


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("委托 李雷 从 12-05 至 12-01", "date_order"),
        ("委托 李雷 从 11-20 至 12-01", "date_passed"),
        ("委托 李雷 12-01 12-02 12-05", "date_unclear"),
        ("委托 李雷", "date_missing"),
        ("委托 至 12-05", "person_missing"),
        ("退回 0007", "number_unclear"),
    ],
)
def test_says_what_is_missing(text: str, code: str) -> None:
    problem = parse_message(text, TODAY, WORDS)

    assert isinstance(problem, Problem)
    assert problem.code == code


def test_a_reason_of_ones_own_stays_whole() -> None:
    said = parse_message(f"退回 {N} 发票是给我同事的，不能报", TODAY, WORDS)

    assert said == Return_(N, "发票是给我同事的，不能报")
