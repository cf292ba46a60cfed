"""What a bank says of payments, row by row, in its words or ours."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.errors import Refused
from core.money import format_yuan, parse_yuan
from core.payment import Payment
from core.table_cells import plain_amount, plain_title

Verdict = Literal["paid", "failed", "returned"]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "付款编号", "编号", "备注"),
    "claim": ("claim", "单号", "报销单号"),
    "account": ("account", "收款账号", "账号", "收款账户"),
    "payee": ("payee", "收款户名", "收款人", "户名", "收款账号名称", "收款人名称"),
    "amount": ("amount", "金额", "付款金额", "交易金额"),
    "result": ("result", "结果", "状态", "处理结果", "交易结果", "交易状态", "处理状态"),
    "reason": ("reason", "原因", "失败原因", "退票原因", "处理信息"),
    "reference": ("reference", "流水号", "交易流水号", "银行流水号"),
    "batch": ("batch", "批次", "批次号", "付款批次"),
    "purpose": ("purpose", "用途", "汇款用途", "摘要", "附言"),
}
"""Names that a column may have; the first is ours. `purpose` gives back what our file said."""

WORDS: Mapping[Verdict, frozenset[str]] = {
    "paid": frozenset(
        ("paid", "success", "successful", "succeeded", "ok", "成功", "已付", "已付款", "已支付")
    ),
    "failed": frozenset(("failed", "fail", "failure", "rejected", "失败", "拒绝", "未成功")),
    "returned": frozenset(("returned", "bounced", "退票", "已退票", "退回", "已退回", "退汇")),
}
_LED = re.compile(r"^(?:交易|处理|付款|支付|转账|打款)")
_NUMBER = re.compile(r"(?<![A-Z])[A-Z]{2}-\d{8}-\d{4,6}(?!\d)")
_RETURNED = ("退票", "退汇")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row; `number` is where it stands in the file (1 is the header).

    `batch` is the file of ours that it answers, where the bank gives that back.
    """

    number: int
    id: str
    claim: str
    account: str
    payee: str
    amount_fen: int
    verdict: Verdict
    reason: str
    reference: str
    batch: str = ""

    def key(self, batch: str | None) -> str:
        """Name the result, so that the same one is known in another file."""
        words = (batch or "", self.verdict, str(self.amount_fen), self.reason, self.reference)
        return "r:" + hashlib.sha256("\0".join(words).encode()).hexdigest()[:24]


UNNOTED = "leave_bank_row"
"""The action of the audit line of a row that was not noted; `LEDGER` is what it is about."""
LEDGER = "bank"
KEPT = frozenset(
    {
        "no_such_payment",
        "nothing_came_back",
        "result_against",
        "result_amount",
        "result_came_back",
        "result_cancelled",
        "result_mismatch",
        "result_twice",
        "wrong_state",
    }
)
"""Refusals of rows that say something of money: the daily comparison shows them."""


@dataclass(frozen=True, slots=True, order=True)
class Unnoted:
    """What a bank said and nobody has noted: of which payment, how much, and why it was not."""

    payment: str
    amount_fen: int
    verdict: str
    code: str


def facts_of_row(row: ResultRow, refusal: Refused) -> dict[str, str]:
    """Write what the record keeps of a row that was not noted; nobody's name or account."""
    named = row.id or f"P-{row.claim}"
    amount = format_yuan(row.amount_fen)
    return {"payment": named[:60], "amount": amount, "result": row.verdict, "code": refusal.code}


def read_unnoted(fields: Iterable[tuple[str, str]]) -> Unnoted:
    """Read what the record keeps of a row."""
    said = dict(fields)
    return Unnoted(said["payment"], parse_yuan(said["amount"]), said["result"], said["code"])


def find_columns(header: Sequence[str]) -> dict[str, int]:
    """Find our columns by their names; Refused `results_header` when one that is needed lacks."""
    names = {plain_title(title): i for i, title in enumerate(header)}
    found = {
        column: names[title.lower()]
        for column, titles in COLUMNS.items()
        for title in reversed(titles)
        if title.lower() in names
    }
    missing = [c for c in ("amount", "result") if c not in found]
    if not found.keys() & {"id", "claim", "purpose"}:
        missing.insert(0, "id")
    if missing:
        raise Refused("results_header", columns=", ".join(missing))
    return found


def named_by_purpose(cells: Mapping[str, str]) -> Mapping[str, str]:
    """Find the claim of a row in its purpose, where a bank gives neither id nor claim back."""
    if cells.get("id") or cells.get("claim"):
        return cells
    found = _NUMBER.findall(cells.get("purpose", ""))
    return {**cells, "claim": found[0]} if len(set(found)) == 1 else cells


def read_row(number: int, cells: Mapping[str, str]) -> ResultRow:
    """Read a row; Refused `result_row` with its row number, column and value."""
    verdict = read_verdict(cells.get("result", ""), cells.get("reason", ""))
    if verdict is None:
        raise _bad(number, "result", cells.get("result", ""))
    if not cells.get("id") and not cells.get("claim"):
        raise _bad(number, "id", "")
    try:
        amount = parse_yuan(plain_amount(cells.get("amount", "")))
    except ValueError:
        raise _bad(number, "amount", cells.get("amount", "")) from None
    if amount <= 0:
        raise _bad(number, "amount", cells.get("amount", ""))
    return ResultRow(
        number=number,
        id=cells.get("id", ""),
        claim=cells.get("claim", ""),
        account=cells.get("account", ""),
        payee=cells.get("payee", ""),
        amount_fen=amount,
        verdict=verdict,
        reason=cells.get("reason", "")[:200],
        reference=cells.get("reference", "")[:100],
        batch=cells.get("batch", "")[:40],
    )


def read_verdict(result: str, reason: str) -> Verdict | None:
    """Understand what became of a payment; a failure whose reason is 退票 is a return."""
    word = _LED.sub("", result.strip().lower()).strip(" 。.!！")
    found = next((v for v, words in WORDS.items() if word in words), None)
    if found == "failed" and any(said in reason for said in _RETURNED):
        return "returned"
    return found


def _bad(number: int, column: str, value: str) -> Refused:
    return Refused("result_row", row=str(number), column=column, value=value[:40])


def find_mismatch(row: ResultRow, payment: Payment) -> str | None:
    """Name the column in which a row is about something else than the payment, or None."""
    if row.claim and row.claim != payment.claim:
        return "claim"
    if row.account and not _same_account(row.account, payment.account):
        return "account"
    if row.payee and _plain(row.payee) != _plain(payment.payee_name):
        return "payee"
    return None


def _plain(name: str) -> str:
    return "".join(name.split()).lstrip("'")


def _same_account(told: str, known: str) -> bool:
    """Compare accounts as banks print them: spaced, with a quote before, or masked by stars."""
    text = re.sub(r"[\s\-']", "", told)
    plain = re.sub(r"[\s\-]", "", known)
    if "*" not in text:
        return text == plain
    head, tail = text.split("*", 1)[0], text.rsplit("*", 1)[1]
    return plain.startswith(head) and plain.endswith(tail) and bool(head or tail)
