"""The commands of the chat (contract §5), one frozen record each.

`number` is the full claim number in capitals, or None where the person named no claim: the
handler takes the only one that fits, or asks.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from core.phrases.claim_intents import ClaimCommand

HelpPage = Literal[
    "employee", "requests", "queries", "approver", "manager", "finance", "admin", "notices"
]
"""The pages of the help: a short training each."""
LineField = Literal["amount", "category", "date", "description", "project", "department", "rate"]


@dataclass(frozen=True, slots=True)
class Help:
    """帮助 [页]: the page that is named, None for that of the person's own role."""

    page: HelpPage | None = None


@dataclass(frozen=True, slots=True)
class MayClaim:
    """能报吗 住宿 600 上海 [日期]; `text` is what is asked about."""

    text: str


@dataclass(frozen=True, slots=True)
class Mileage:
    """自驾 36 公里: a line whose amount follows from the distance."""

    km: Decimal
    day: date
    description: str
    project_id: str | None = None


@dataclass(frozen=True, slots=True)
class Notify:
    """通知 [开|关 种类]; `on` is None when the list is asked for."""

    what: str
    on: bool | None


@dataclass(frozen=True, slots=True)
class Quiet:
    """免打扰 [22:00-8:00|关]; an empty text asks how it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Unsubmitted:
    """未提交: the person's drafts and what came back to them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """回复 某人 文字: an administrator answers feedback."""

    person_text: str
    text: str


@dataclass(frozen=True, slots=True)
class Thanks:
    """谢谢, 好的, 👍: no command, and no reason to be told that nothing was understood."""


@dataclass(frozen=True, slots=True)
class InvoiceTitle:
    """发票抬头是什么: the name and tax number that invoices are made out to."""


@dataclass(frozen=True, slots=True)
class WantsPerson:
    """人工: somebody to talk to."""


@dataclass(frozen=True, slots=True)
class TakeInHand:
    """修改 [单号], without saying what: the claim that the next messages belong to."""

    number: str | None


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
    """退回 单号 [到 某步|某人] 理由 [回到我|从头]; an empty reason is asked for by the handler.

    `to` are the words for an earlier step or person; `back` is None where nothing was said.
    """

    number: str | None
    reason: str
    back: bool | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """转交 单号 给 某人 [说明]."""

    number: str | None
    person_text: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class AddSigner:
    """加签 单号 某人 [前|后] [说明]."""

    number: str | None
    person_text: str
    comment: str = ""
    place: Literal["before", "after"] = "after"


@dataclass(frozen=True, slots=True)
class Remind:
    """催办 单号."""

    number: str | None


@dataclass(frozen=True, slots=True)
class Delegate:
    """委托 某人 至 日期 [从 日期] [报销|出差|…], the last day included.

    `start` is None from now on; `kinds` are kinds of claims, empty for all.
    """

    person_text: str
    until: date
    start: date | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndDelegation:
    """委托 取消."""


@dataclass(frozen=True, slots=True)
class ShowDelegations:
    """我的委托."""


@dataclass(frozen=True, slots=True)
class ApproveAll:
    """全部同意."""


@dataclass(frozen=True, slots=True)
class BudgetQuery:
    """预算 [部门|项目] [期间] [金额].

    `first` and `last` are days of the period that is asked about, None for now; with an amount
    it asks whether that much would fit.
    """

    target_text: str | None
    first: date | None = None
    last: date | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class OverBudgets:
    """哪个项目超支: which budgets are exceeded or will be; `of` is 项目 or 部门 if one is named."""

    of: Literal["project", "department"] | None = None


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """预算 设置 …: a change of a budget whose words the handler still has to read."""

    text: str


@dataclass(frozen=True, slots=True)
class ChangeBudget:
    """申请追加 市场部 5000 理由, 预算 调拨 A B 500 理由, 预算 冻结 A 理由.

    `amount_fen` is what the limit gains; of an `absolute` adjustment it is the new limit.
    """

    kind: Literal["adjust", "transfer", "request", "freeze", "unfreeze"]
    target_text: str
    amount_fen: int = 0
    absolute: bool = False
    to_text: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BudgetHistory:
    """预算 历史 市场部."""

    target_text: str


@dataclass(frozen=True, slots=True)
class SubmitAsException:
    """例外提交 [单号] 理由: above a limit that names the person as an exception."""

    number: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Travel:
    """出差 城市 日期 至 日期 金额 事由; 上午 and 下午 behind a day say which half is meant."""

    city: str
    start: date
    end: date
    amount_fen: int
    purpose: str
    leaves_after_noon: bool = False
    back_before_noon: bool = False


@dataclass(frozen=True, slots=True)
class Purchase:
    """采购 物品 金额 [供应商 名称 账号 … 开户行 …]."""

    amount_fen: int
    description: str
    supplier: str = ""
    account: str = ""
    bank: str = ""


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
    """已付 单号 [金额]; without an amount all that is owed."""

    number: str | None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class PayFailed:
    """付款失败 单号 原因."""

    number: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class ConfirmBatch:
    """确认批次 批次号."""

    batch: str


@dataclass(frozen=True, slots=True)
class CancelBatch:
    """取消批次 批次号 原因."""

    batch: str
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


@dataclass(frozen=True, slots=True)
class Spent:
    """上个月市场部打车花了多少; `text` is the question."""

    text: str


Command = (
    Help
    | Thanks
    | InvoiceTitle
    | WantsPerson
    | TakeInHand
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
    | EndDelegation
    | ShowDelegations
    | ApproveAll
    | BudgetQuery
    | OverBudgets
    | BudgetChange
    | ChangeBudget
    | BudgetHistory
    | SubmitAsException
    | Travel
    | Purchase
    | Advance
    | EditLine
    | RemoveLine
    | MarkPaid
    | PayFailed
    | ConfirmBatch
    | CancelBatch
    | ConfirmNotDuplicate
    | Feedback
    | ClaimCommand
    | MayClaim
    | Mileage
    | Notify
    | Quiet
    | Unsubmitted
    | Spent
    | Answer
)
