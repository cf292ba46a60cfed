"""The commands of the chat (contract §5), one frozen record each.

`number` is the full claim number in capitals, or None where the person named no claim: the
handler takes the only one that fits, or asks.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

LineField = Literal["amount", "category", "date", "description", "project"]


@dataclass(frozen=True, slots=True)
class Help:
    """帮助."""


@dataclass(frozen=True, slots=True)
class Upload:
    """上传."""


@dataclass(frozen=True, slots=True)
class MyClaims:
    """我的报销."""


@dataclass(frozen=True, slots=True)
class ClaimsOf:
    """查 某人 报销: somebody else's claims, a request that the handler refuses and records."""

    person_text: str


@dataclass(frozen=True, slots=True)
class Todo:
    """待办."""


@dataclass(frozen=True, slots=True)
class Progress:
    """进度 [单号]."""

    number: str | None


@dataclass(frozen=True, slots=True)
class Why:
    """为什么 单号."""

    number: str | None


@dataclass(frozen=True, slots=True)
class Submit:
    """提交 [单号]."""

    number: str | None


@dataclass(frozen=True, slots=True)
class Discard:
    """删除 [单号]."""

    number: str | None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """撤回 单号."""

    number: str | None


@dataclass(frozen=True, slots=True)
class Approve:
    """同意 单号 [意见]."""

    number: str | None
    opinion: str


@dataclass(frozen=True, slots=True)
class Reject:
    """驳回 单号 理由; an empty reason is asked for by the handler."""

    number: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Return_:  # noqa: N801 the word itself is a keyword
    """退回 单号 理由; an empty reason is asked for by the handler."""

    number: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """转交 单号 给 某人 [说明]."""

    number: str | None
    person_text: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class AddSigner:
    """加签 单号 某人 [说明]."""

    number: str | None
    person_text: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Remind:
    """催办 单号."""

    number: str | None


@dataclass(frozen=True, slots=True)
class Delegate:
    """委托 某人 至 日期, the last day included."""

    person_text: str
    until: date


@dataclass(frozen=True, slots=True)
class BudgetQuery:
    """预算 [部门|项目]."""

    target_text: str | None


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """预算 设置 …: a change by chat, a request that the handler refuses and records."""

    text: str


@dataclass(frozen=True, slots=True)
class Travel:
    """出差 城市 日期 至 日期 金额 事由."""

    city: str
    start: date
    end: date
    amount_fen: int
    purpose: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """采购 物品 金额."""

    amount_fen: int
    description: str


@dataclass(frozen=True, slots=True)
class Advance:
    """借款 金额 事由."""

    amount_fen: int
    description: str


@dataclass(frozen=True, slots=True)
class EditLine:
    """修改 [单号] [行] 项目 值; `line_no` counts from 1, None when the person named no line."""

    number: str | None
    line_no: int | None
    field: LineField
    value_text: str


@dataclass(frozen=True, slots=True)
class RemoveLine:
    """删除 第 N 行."""

    number: str | None
    line_no: int


@dataclass(frozen=True, slots=True)
class MarkPaid:
    """已付 单号."""

    number: str | None


@dataclass(frozen=True, slots=True)
class PayFailed:
    """付款失败 单号 原因."""

    number: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class ConfirmNotDuplicate:
    """确认非重复 单号 [理由]."""

    number: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """反馈 文字."""

    text: str


Command = (
    Help
    | Upload
    | MyClaims
    | ClaimsOf
    | Todo
    | Progress
    | Why
    | Submit
    | Discard
    | Withdraw
    | Approve
    | Reject
    | Return_
    | Transfer
    | AddSigner
    | Remind
    | Delegate
    | BudgetQuery
    | BudgetChange
    | Travel
    | Purchase
    | Advance
    | EditLine
    | RemoveLine
    | MarkPaid
    | PayFailed
    | ConfirmNotDuplicate
    | Feedback
)
